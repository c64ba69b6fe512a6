"""What the reader changed: every text that was read as something else, how often, and why. Nothing is lost unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cpms_cli.checking.findings import MASK
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.tables import distinct_texts
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.plain_text import plain_signs, plain_text

COLUMNS = ("file", "sheet", "column", "field", "row", "count", "written", "read", "reason")
_TEXT_SIGNS = ("=", "'", "’", "‘")
_SPACE_OR_DASH = re.compile(r"[\s\-]")


def _reason(survey: Survey, column: Column, labels: set[str], written: str, read: str) -> str:
    """Why a text was read as another: the weightiest of what was done with it."""
    plain = plain_text(written)
    digits = plain_signs(plain)
    cases = (
        ("blank", not read),
        ("spaces", " ".join(written.split()) == read),
        ("text_sign", written.strip()[:1] in _TEXT_SIGNS and plain.lstrip("'’‘") == read),
        ("characters", plain == read),
        ("missing", read in survey.missing_words),
        ("label", column.field.codelist is not None and folded(plain) in labels),
        ("spelling", column.field.codelist is not None),
        ("digits", digits == read),
        ("title", column.field.titled),
        (_form(column, digits, read), True),
    )
    return next(reason for reason, holds in cases if holds)


def _form(column: Column, digits: str, read: str) -> str:
    """What was done with a text that is neither an answer of a list nor a name."""
    field = column.field
    if field.type == "year" or field.holds_dates:
        return "date_form" if read[:4] in digits else "serial" if _serial(digits) else "era"
    if field.type == "integer":
        return "age_form" if field.role == "age" else "number_form"
    if field.type == "number":
        return "decimal_form"
    return "spaces" if _SPACE_OR_DASH.sub("", digits).casefold() == read.casefold() else "number_form"


def _serial(text: str) -> bool:
    return re.fullmatch(r"\d{5}(\.\d+)?", text.strip()) is not None


def _of_column(survey: Survey, table: SurveyTable, column: Column) -> pd.DataFrame:
    # Taken from the sheet: in the column itself, a text that was read as blank is gone.
    codes, texts = distinct_texts(table.source, column.index)
    read = pd.Series(column.values.to_pandas(), dtype="str").fillna("")
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    changed = np.flatnonzero((texts != read).to_numpy(dtype=bool) & (counts > 0))
    rows = np.flatnonzero(codes >= 0)[::-1]
    first = np.zeros(len(texts), dtype=np.int64)
    first[codes[rows]] = table.rows[rows]
    codelist = survey.codes(column.field)
    labels = {
        folded(code.label.in_(language))
        for code in (codelist.codes if codelist else ())
        for language in survey.languages
    }
    written, values = texts.iloc[changed], read.iloc[changed]
    reasons = [_reason(survey, column, labels, *reading) for reading in zip(written, values, strict=True)]
    return pd.DataFrame(
        {"row": first[changed], "count": counts[changed], "written": written, "read": values, "reason": reasons}
    )


def _masked(answers: pd.DataFrame) -> pd.DataFrame:
    """What may be told of a personal field: how many cells were read otherwise, and why."""
    grouped = answers.groupby("reason", sort=False).agg({"row": "min", "count": "sum"}).reset_index()
    return grouped.assign(written=MASK, read=MASK)


def _of_table(survey: Survey, table: SurveyTable, identified: bool) -> Iterator[pd.DataFrame]:
    own = (column for column in table.columns.values() if column.index >= 0)
    for column in sorted(own, key=lambda read_column: read_column.index):
        answers = _of_column(survey, table, column)
        if len(answers):
            # Where a child's code belongs, somebody may have written its name.
            hide = column.field.personal or column.field.format == "cpms-id"
            shown = answers if identified or not hide else _masked(answers)
            yield shown.sort_values("row", kind="stable").assign(
                file=table.source.path.name, sheet=table.source.sheet, column=column.header, field=column.field.name
            )


def changes(tables: Sequence[SurveyTable], *, survey: Survey | None = None, identified: bool = False) -> pd.DataFrame:
    """Every distinct text that was read as something else, by file, sheet and column.

    Columns: `file`, `sheet` (None for CSV), `column` (the header), `field`, `row` (the first in which it stands),
    `count` (of cells), `written`, `read` (empty for blank) and `reason`: spaces, digits, era, serial (a spreadsheet's
    day number), date_form, age_form, number_form, decimal_form, title, text_sign (a spreadsheet's
    ' before a number, or ="0123"), characters (some that are not seen, or look the same as others), label (the
    answer's own words), spelling (others that the definition lists), missing (a reason for no answer), blank. Of
    personal fields only counts by reason are told, unless `identified`.
    """
    known = survey or load_survey()
    parts = [part for table in tables for part in _of_table(known, table, identified)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
