"""Which tables of a file are the survey: summaries and extracts beside it are left out, by name.

In doubt a sheet is asked about: a summary that is taken for children is refused later, children that are taken for a
summary are in no list. A table is left out only where another of its file is read, and either counts (it has no column
that names a household, a child or a person, and columns of numbers that are none of the survey's) or repeats rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from cpms_cli.errors import NoSurveyTable
from cpms_cli.reading.digits import ascii_digits
from cpms_cli.reading.exports import find_column
from cpms_cli.reading.headers import spelt
from cpms_cli.reading.layout import is_number
from cpms_cli.reading.mapping import HeaderMap
from cpms_cli.reading.sheet_names import named_round
from cpms_cli.reading.sheets import Matched, match_sheet
from cpms_cli.reading.source import SheetNotRead, SourceTable
from cpms_cli.survey.definition import Survey, folded
from cpms_cli.survey.era import christian_year, era_of

_SUMMARY = re.compile(
    r"สรุป|รวม|ยอด|สถิติ|รายงาน|ตารางไขว้|กราฟ|แผนภูมิ|pivot|summary|total|report|chart|dashboard|statistic", re.IGNORECASE
)
_MOSTLY, _NUMBERS, _FEW_ANSWERS, _MANY_ANSWERS, _SHORT = 0.5, 0.8, 3, 5, 6
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?")


def choose_tables(
    survey: Survey, sources: Sequence[SourceTable], chosen: HeaderMap | None = None, round_: int | None = None
) -> list[SourceTable]:
    """The tables of one file that are the survey; the first has in `not_read` what was left out, and whether that held
    answers.

    Raises NoSurveyTable for a table that looks like the survey and lacks a part of its key, or its header, where others
    can be read.
    """
    judged = [_judged(survey, sheet) for sheet in sources[0].not_read]
    # Repeat groups have their key from the sheet around them, which is another table of the same file.
    matched = [match_sheet(survey, source, chosen) for source in sources] if len(sources) > 1 else []
    whole = [found for found in matched if _lacking(survey, found) == []]
    if not matched or not whole:
        return [replace(sources[0], not_read=tuple(judged)), *sources[1:]]
    read: list[Matched] = []
    for found in sorted(matched, key=lambda one: -len(one.match.fields) if _lacking(survey, one) == [] else 1):
        left_out = _left_out(survey, found, read, round_)
        if left_out is None:
            read.append(found)
        else:
            judged.append(left_out)
    kept = [source for source, found in zip(sources, matched, strict=True) if any(found is one for one in read)]
    return [replace(kept[0], not_read=tuple(judged)), *(replace(source, not_read=()) for source in kept[1:])]


def _names(found: Matched) -> set[str]:
    return {*found.match.fields.values(), *found.match.twice}


def _lacking(survey: Survey, found: Matched) -> list[str] | None:
    """What a table lacks of its key besides the round, which may be given; None where another sheet may give it."""
    if found.layout is not None and find_column(found.source.header, found.layout.parent) is not None:
        return None
    names = _names(found)
    of_child = bool(names & {field.name for field in survey.child.fields})
    there = {*names, survey.role("round").name}
    return [name for name in survey.key("child" if of_child else "household") if name not in there]


def _left_out(
    survey: Survey, found: Matched, read: Sequence[Matched], round_: int | None
) -> SheetNotRead | None:
    """Why a table is not read; None where it is. Raises NoSurveyTable where that must be asked."""
    lacking = _lacking(survey, found)
    if lacking is None:
        return None
    rows = _answers(found, round_, survey)
    for other in read if len(rows) else ():
        if _repeats(survey, found, rows, other, round_):
            return _named(found, "extract", answers=_has_own_columns(found, other), like=other.source.sheet)
    if not lacking:
        return None
    if not len(rows):
        return _named(found, "no_rows", answers=False)
    if _counts(survey, found):
        return _named(found, "summary", answers=True)
    if lacking == [survey.role("line").name] or any(miss.field in lacking for miss in found.near.values()):
        return None
    labels = ", ".join(f"{name} ({survey.fields[name].label.th})" for name in lacking)
    source = found.source
    options = sheet_options(dict.fromkeys(str(one.source.sheet) for one in read if one.source.sheet))
    told = "sheet_lacks_key" if source.sheet and options else "key_column_missing"
    raise NoSurveyTable(
        told, file=source.path.name, sheet=source.sheet or "", fields=labels, options=options
    )


def sheet_options(names: Iterable[str]) -> str:
    """How one types that only these sheets are to be read."""
    return " ".join(f'--sheet "{name}"' for name in names)


def _named(
    found: Matched, reason: Literal["extract", "no_rows", "summary"], *, answers: bool, like: str | None = None
) -> SheetNotRead:
    source = found.source
    filled = sum(source.data.num_rows - column.null_count for column in source.data.columns)
    cells = filled + sum(map(bool, source.header)) + sum(row.text.count(" | ") + 1 for row in source.left_out)
    return SheetNotRead(source.path.name, source.sheet, reason, cells, answers, source.header_row, like)


def _has_own_columns(found: Matched, other: Matched) -> bool:
    """Whether something stands in a column of a table that the other, whose rows it repeats, does not have."""
    there = {spelt(header) for header in other.source.header}
    data = found.source.data
    return any(
        data.column(str(index)).null_count < data.num_rows and spelt(found.source.header[index]) not in there
        for index in found.match.unknown
    )


def _counts(survey: Survey, found: Matched) -> bool:
    """Whether a table counts: nothing in it names a family, a child or a person, and it has columns of other numbers,
    totals, or a sheet's name that says so."""
    names = _names(found)
    of_people = {field.name for field in survey.fields.values() if field.personal}
    if names & {*of_people, survey.role("household").name, survey.role("line").name, survey.role("person").name}:
        return False
    if _SUMMARY.search(found.source.sheet or "") or any(row.kind == "total" for row in found.source.left_out):
        return True
    return any(_of_numbers(found.source, index) for index in found.match.unknown)


def _of_numbers(source: SourceTable, index: int) -> bool:
    texts = [text for text in source.data.column(str(index)).to_pylist() if text and text.strip()]
    return len(texts) > 0 and sum(map(is_number, texts)) >= _NUMBERS * len(texts)


def _answers(found: Matched, round_: int | None, survey: Survey) -> pd.DataFrame:
    """What the table's known columns say, by field: as it was written, but for the round, which may also be given."""
    source, name = found.source, survey.role("round").name
    frame = pd.DataFrame(
        {field: source.data.column(str(index)).to_pandas().astype("str").str.strip()
         for index, field in found.match.fields.items()}
    ).fillna("")  # fmt: skip
    frame = frame[(frame != "").any(axis="columns")]
    given = named_round(source) or round_
    if name in frame:
        return frame.assign(**{name: ascii_digits(frame[name]).map(_christian)})
    return frame if given is None else frame.assign(**{name: str(given)})


def _christian(text: str) -> str:
    era = era_of(int(text)) if text.isdecimal() else None
    return text if era is None else str(christian_year(int(text), era))


def _repeats(
    survey: Survey, found: Matched, rows: pd.DataFrame, other: Matched, round_: int | None
) -> bool:
    """Whether each row of a table stands in another too, with all that is known of it, and names a family or a child."""
    naming = [survey.role(role).name for role in ("household", "national_id", "person") if survey.plays(role)]  # type: ignore[arg-type]
    if not set(naming) & set(rows) or not set(rows) - {survey.role("round").name} <= _names(other):
        return False
    theirs = _answers(other, round_, survey)
    shared = [name for name in rows if name in theirs]
    first = rows[shared].iloc[0]
    if not (theirs[shared] == first).all(axis="columns").any():
        return False
    joined = rows[shared].drop_duplicates().merge(theirs[shared].drop_duplicates(), how="left", indicator=True)
    return bool((joined["_merge"] == "both").all())


def _judged(survey: Survey, sheet: SheetNotRead) -> SheetNotRead:
    """A sheet without a header of the survey: whether answers stand in it. Raises NoSurveyTable where it is full of
    them."""
    if sheet.reason != "no_header":
        return sheet
    shares = list(_shares_of_answers(survey, sheet.top))
    of_answers = sum(share >= _MOSTLY for share in shares)
    if of_answers >= _MANY_ANSWERS and of_answers >= _MOSTLY * len(shares):
        raise NoSurveyTable("sheet_without_header", file=sheet.file, sheet=sheet.sheet or "")
    return replace(sheet, answers=of_answers >= _FEW_ANSWERS, top=())


def _shares_of_answers(survey: Survey, top: Sequence[Sequence[str]]) -> Iterator[float]:
    """By column with something in it, the share of its cells that are answers of a list, dates or long numbers."""
    spellings = {spelling for codes in survey.codelists.values() for spelling in codes.by_spelling}
    for column in zip(*top, strict=False):
        texts = [text.strip() for text in column if text.strip()]
        if texts:
            yield sum(_is_answer(text, spellings) for text in texts) / len(texts)


def _is_answer(text: str, spellings: set[str]) -> bool:
    if is_number(text):
        return _DATE.fullmatch(text) is not None or len(text) >= _SHORT
    return folded(text) in spellings
