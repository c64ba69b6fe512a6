"""Repairs that lose nothing: the same answer, written the plain way.

Every distinct text of a column that is read as something other than what it says is a candidate; it is written anew
only when the new text is read as the very same answer. What would need a decision is at most proposed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.value.values import clean, plain_texts
from cpms_cli.survey.era import BUDDHIST_OFFSET, counts_buddhist_years
from cpms_cli.survey.model.definition import Code, CodeList, Field, Language, Survey, folded
from cpms_cli.survey.plain_text import plain_digits, plain_text

Reason = Literal["digits", "spaces", "characters", "date_form", "spelling", "number"]
_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_CLOSE = 0.6


@dataclass(frozen=True)
class Repair:
    """One way of writing in one column: `positions` of the rows (0-based, within the table), old text, new text."""

    field: str
    old: str
    new: str
    reason: Reason
    positions: npt.NDArray[np.int64]


def legal_labels(survey: Survey, field: Field, language: Language) -> tuple[str, ...]:
    """What may be written in a field with a code list, in this language: its answers and the reasons for none."""
    return tuple(entry.label.in_(language) for entry in _legal(survey, field))


def _legal(survey: Survey, field: Field) -> list[Code]:
    codes = survey.codes(field)
    own = codes.by_code if codes else {}
    missing = survey.codelists["missing"].by_code
    entries = {**{code: missing[code] for code in survey.missing_words}, **own}
    return [entries[code] for code in dict.fromkeys((*own, *survey.missing_words))]


def _date_forms(value: str, language: Language) -> list[str]:
    iso_date = _ISO.fullmatch(value)
    if iso_date is None:
        return []
    year, parts = int(iso_date[1]), [part for part in (iso_date[3], iso_date[2]) if part]
    years = (year + BUDDHIST_OFFSET, year)
    plain = ["/".join([*(str(int(part)) for part in parts), str(shown_year)]) for shown_year in years]
    padded = ["/".join([*parts, str(shown_year)]) for shown_year in years]
    first = plain[0] if counts_buddhist_years(language) else value
    return [first, value, *plain, *padded]


def _code_forms(survey: Survey, field: Field, codes: CodeList, value: str, language: Language) -> list[str]:
    entries = {**survey.codelists["missing"].by_code, **codes.by_code}
    parts = [entries.get(part) for part in value.split(";")]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return []
    joint = "; " if field.many else ""
    forms = [
        [entry.label.in_(language) for entry in known],
        *([entry.label.in_(spoken) for entry in known] for spoken in survey.languages),
        [entry.code for entry in known],
    ]
    return [*(joint.join(form) for form in forms), *(";".join(form) for form in forms), value]


def _is_plain_list(survey: Survey, field: Field, text: str) -> bool:
    """Whether several answers in one cell are each plainly written, in whatever order."""
    labels = {entry.label.in_(language) for entry in _legal(survey, field) for language in survey.languages}
    known = labels | {entry.code for entry in _legal(survey, field)}
    return all(part.strip(" ") in known for part in text.split(";"))


def plain_forms(survey: Survey, field: Field, text: str, value: str, language: Language) -> list[str]:
    """The ways in which an answer is plainly written, the one preferred in this language first."""
    trimmed = plain_text(text)
    codes = survey.codes(field)
    if codes is not None:
        return _code_forms(survey, field, codes, value, language) or [trimmed]
    missing = survey.codelists["missing"]
    if value in missing.by_code:
        return _code_forms(survey, field, missing, value, language)
    if field.holds_dates:
        return _date_forms(value, language) or [trimmed]
    if field.type == "year" and re.fullmatch(r"\d{4}", value):
        other = str(int(value) + BUDDHIST_OFFSET)
        return [other, value] if counts_buddhist_years(language) else [value, other]
    if field.type in ("integer", "number", "year") or field.format is not None or field.constraints.pattern:
        return [value if re.search(r"\d", value) else trimmed]
    # A name or a free text: the reader may take more out of it than spaces, and that is not to be lost here.
    return [trimmed if field.personal else plain_digits(trimmed)]


def _reason(field: Field, old: str, new: str) -> Reason:
    plain = plain_text(old).replace(" ", "")
    if "".join(old.split()) == "".join(new.split()):
        return "spaces"
    if plain == new.replace(" ", ""):
        return "characters"
    if plain_digits(plain) == new.replace(" ", ""):
        return "digits"
    if field.codelist is not None:
        return "spelling"
    return "date_form" if field.holds_dates else "number"


def _column_repairs(survey: Survey, column: Column, language: Language) -> Iterable[Repair]:
    field = column.field
    used = np.unique(column.codes[column.codes >= 0])
    texts, values = (
        pd.Series(array.take(pa.array(used)).to_pandas(), dtype="str").set_axis(used)
        for array in (column.texts, column.values)
    )
    open_ = values.notna() & (texts != values) & column.decided[used]
    if field.titled:
        # A title taken off a name is read, and stays written: only spaces are nobody's words.
        open_ &= plain_texts(texts).str.replace(" ", "") == values.str.replace(" ", "")
    targets: dict[int, str] = {}
    for code, text, value in zip(texts.index[open_], texts[open_], values[open_], strict=True):
        forms = plain_forms(survey, field, text, value, language)
        if text not in forms and not (field.many and _is_plain_list(survey, field, text)):
            targets[code] = forms[0]
    if not targets:
        return
    # The whole column is read again, as its texts decide together whether the day or the month comes first.
    anew = [targets.get(code, text) for code, text in zip(texts.index, texts, strict=True)]
    again = clean(survey, field, pd.Series(anew, dtype="str"))
    same = dict(zip(texts.index, (again.values == values.to_numpy()) & again.questions.isna(), strict=True))
    order = np.argsort(column.codes, kind="stable")
    ordered = column.codes[order]
    for code, new in targets.items():
        if same[code]:
            first, last = np.searchsorted(ordered, [code, code + 1])
            positions = order[first:last].astype(np.int64)
            yield Repair(field.name, texts.loc[code], new, _reason(field, texts.loc[code], new), positions)


def repairs(survey: Survey, table: SurveyTable, language: Language) -> list[Repair]:
    """Every lossless repair of a table, in the sheet's column order; none of a column that its sheet does not have."""
    own = [column for column in table.columns.values() if column.index >= 0]
    return [repair for column in own for repair in _column_repairs(survey, column, language)]


def nearest(survey: Survey, field: Field, text: str, language: Language) -> str | None:
    """The legal answer that is written most like this text, as a label; None where none is near."""
    codes = survey.codes(field)
    if codes is None or field.many:
        return None
    close = difflib.get_close_matches(folded(text), list(codes.by_spelling), n=1, cutoff=_CLOSE)
    return codes.by_code[codes.by_spelling[close[0]]].label.in_(language) if close else None
