"""Which tables of a file are the survey: summaries and extracts beside it are left out, by name.

In doubt a sheet is asked about: a summary that is taken for children is refused later, children that are taken for a
summary are in no list. A table is left out only where another of its file is read, and either counts (it has no column
that names a household, a child or a person, and columns of numbers that are none of the survey's) or repeats rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from cpms_cli.errors import NoSurveyTable, UsageError
from cpms_cli.reading.header.export_layouts import layout_of
from cpms_cli.reading.header.headers import headed, header_spellings, match_headers, spelt
from cpms_cli.reading.header.mapping import HeaderMap
from cpms_cli.reading.header.row_looks import is_number
from cpms_cli.reading.layout.sheet_names import named_round
from cpms_cli.reading.sheet.sheets import Matched, match_sheet
from cpms_cli.reading.source import SheetNotRead, SourceTable
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.survey.model.definition import Survey, folded

_SUMMARY = re.compile(
    r"สรุป|รวม|ยอด|สถิติ|รายงาน|ตารางไขว้|กราฟ|แผนภูมิ|pivot|summary|total|report|chart|dashboard|statistic", re.IGNORECASE
)
_MOSTLY, _NUMBERS, _FEW_ANSWERS, _MANY_ANSWERS, _FEW_HEADERS, _SHORT = 0.5, 0.8, 3, 5, 2, 6
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
    if not any(_lacking(survey, candidate) == [] for candidate in matched):
        return [replace(sources[0], not_read=tuple(judged)), *sources[1:]]
    read: list[Matched] = []
    for candidate in sorted(matched, key=lambda match: _rank(survey, match)):
        left_out = _left_out(survey, candidate, read, round_)
        if left_out is None:
            read.append(candidate)
        else:
            judged.append(left_out)
    kept = [
        source for source, candidate in zip(sources, matched, strict=True) if any(candidate is sheet for sheet in read)
    ]
    return [replace(kept[0], not_read=tuple(judged)), *(replace(source, not_read=()) for source in kept[1:])]


def check_names(names: Collection[str], files: Sequence[Sequence[SourceTable]]) -> None:
    """Raise UsageError for a name that no sheet of these files has."""
    sheets = [table.sheet for file in files for table in file] + [
        sheet.sheet for file in files for table in file for sheet in table.not_read
    ]
    known = dict.fromkeys(sheet for sheet in sheets if sheet)
    absent = [name for name in names if spelt(name) not in set(map(spelt, known))]
    if absent and known:
        paths = dict.fromkeys(table.path.name for file in files for table in file)
        raise UsageError("sheet_absent", file=", ".join(paths), sheets=", ".join(absent), known=", ".join(known))


def _rank(survey: Survey, candidate: Matched) -> tuple[bool, int, int]:
    """What is looked at first: tables with their key, and of them those that may hold what others repeat."""
    return _lacking(survey, candidate) != [], -len(candidate.match.fields), -candidate.source.data.num_rows


def _names(candidate: Matched) -> set[str]:
    return {*candidate.match.fields.values(), *candidate.match.twice}


def _lacking(survey: Survey, candidate: Matched) -> list[str] | None:
    """What a table lacks of its key besides the round, which may be given; None where another sheet may give it."""
    if candidate.layout is not None and candidate.layout.is_repeat_group(candidate.source.header):
        return None
    names = _names(candidate)
    of_child = bool(names & {field.name for field in survey.child.fields})
    known_names = {*names, survey.role("round").name}
    return [name for name in survey.key("child" if of_child else "household") if name not in known_names]


def _left_out(survey: Survey, candidate: Matched, read: Sequence[Matched], round_: int | None) -> SheetNotRead | None:
    """Why a table is not read; None where it is. Raises NoSurveyTable where that must be asked."""
    lacking = _lacking(survey, candidate)
    if lacking is None:
        return None
    for other in read:
        if _repeats(survey, candidate, other, round_):
            return _named(candidate, "extract", answers=_has_own_columns(candidate, other), like=other.source.sheet)
    return _without_key(survey, candidate, lacking, read) if lacking else None


def _without_key(
    survey: Survey, candidate: Matched, lacking: Sequence[str], read: Sequence[Matched]
) -> SheetNotRead | None:
    """As `_left_out`, for a table that lacks these parts of its key."""
    source = candidate.source
    if source.data.num_rows == 0:
        return _named(candidate, "no_rows", answers=False)
    names_people = bool(_names(candidate) & _naming_people(survey))
    if not names_people and _lists_answers(survey, candidate):
        return _named(candidate, "code_list", answers=False)
    if not names_people and _counts(candidate):
        return _named(candidate, "summary", answers=True)
    if lacking == [survey.role("line").name] or any(miss.field in lacking for miss in candidate.near.values()):
        return None
    labels = ", ".join(f"{name} ({headed(survey.fields[name])})" for name in lacking)
    options = sheet_options(dict.fromkeys(str(sheet.source.sheet) for sheet in read if sheet.source.sheet))
    message = "sheet_lacks_key" if source.sheet and options else "key_column_missing"
    raise NoSurveyTable(message, file=source.path.name, sheet=source.sheet or "", fields=labels, options=options)


def sheet_options(names: Iterable[str]) -> str:
    """How one types that only these sheets are to be read."""
    return " ".join(f'--sheet "{name}"' for name in names)


def _named(
    candidate: Matched,
    reason: Literal["extract", "no_rows", "summary", "code_list"],
    *,
    answers: bool,
    like: str | None = None,
) -> SheetNotRead:
    source = candidate.source
    filled = sum(source.data.num_rows - column.null_count for column in source.data.columns)
    cells = filled + sum(map(bool, source.header)) + sum(row.text.count(" | ") + 1 for row in source.left_out)
    return SheetNotRead(source.path.name, source.sheet, reason, cells, answers, source.header_row, like)


def _has_own_columns(candidate: Matched, other: Matched) -> bool:
    """Whether something stands in a column of a table that the other, whose rows it repeats, does not have."""
    other_headers = {spelt(header) for header in other.source.header}
    data = candidate.source.data
    return any(
        data.column(str(index)).null_count < data.num_rows
        and spelt(candidate.source.header[index]) not in other_headers
        for index in candidate.match.unknown
    )


def _naming_people(survey: Survey) -> set[str]:
    """The fields that name a family, a child or a person: a row that has them is no count."""
    roles = survey.names_of("household", "line", "person")
    return {field.name for field in survey.fields.values() if field.personal} | set(roles)


def _counts(candidate: Matched) -> bool:
    """Whether a table that names nobody counts: its sheet says so, or it has a total, or columns of other numbers."""
    if _SUMMARY.search(candidate.source.sheet or "") or any(row.kind == "total" for row in candidate.source.left_out):
        return True
    return any(_of_numbers(candidate.source, index) for index in candidate.match.unknown)


def _lists_answers(survey: Survey, candidate: Matched) -> bool:
    """Whether a table says what may be answered: each known column has answers of its list, each of them once."""
    for index, name in candidate.match.fields.items():
        codes = survey.codes(survey.fields[name])
        texts = [text for text in candidate.source.data.column(str(index)).to_pylist() if text and text.strip()]
        if (
            codes is None
            or len(set(texts)) < len(texts)
            or not all(folded(text) in codes.by_spelling for text in texts)
        ):
            return False
    return True


def _of_numbers(source: SourceTable, index: int) -> bool:
    texts = [text for text in source.data.column(str(index)).to_pylist() if text and text.strip()]
    return len(texts) > 0 and sum(map(is_number, texts)) >= _NUMBERS * len(texts)


def _answers(survey: Survey, candidate: Matched, names: Iterable[str], round_: int | None) -> pd.DataFrame:
    """What these columns of a table say, in rows with something in them: as it was written, but for the round, which
    may also be given."""
    source, year = candidate.source, survey.role("round").name
    columns = {field: source.data.column(str(index)) for index, field in candidate.match.fields.items()}
    frame = pd.DataFrame(
        {name: columns[name].to_pandas().astype("str").str.strip() for name in names if name in columns}
    ).fillna("")
    frame = frame[(frame != "").any(axis="columns")]
    given = named_round(source) or round_
    if year in frame:
        return frame.assign(**{year: ascii_digits(frame[year]).map(_christian)})
    return frame if given is None else frame.assign(**{year: str(given)})


def _christian(text: str) -> str:
    era = era_of(int(text)) if text.isdecimal() else None
    return text if era is None else str(christian_year(int(text), era))


def _repeats(survey: Survey, candidate: Matched, other: Matched, round_: int | None) -> bool:
    """Whether each row of a table stands in another too, all that is known of it, and names a family or a child."""
    names = set(candidate.match.fields.values())
    naming = survey.names_of("household", "national_id", "person")
    if not names.intersection(naming) or not names - {survey.role("round").name} <= set(other.match.fields.values()):
        return False
    for few in (names.intersection(naming), names):
        ours, theirs = (_answers(survey, sheet, few, round_).drop_duplicates() for sheet in (candidate, other))
        shared = [name for name in ours if name in theirs]
        # A look at the names alone tells most sheets apart, and costs little.
        joined = ours[shared].merge(theirs[shared], how="left", indicator=True)
        if ours.empty or (joined["_merge"] != "both").any():
            return False
    return True


def _judged(survey: Survey, sheet: SheetNotRead) -> SheetNotRead:
    """A sheet without a header of the survey: whether answers stand in it. Raises NoSurveyTable where it is full of
    them."""
    if sheet.reason != "no_header":
        return sheet
    shares = list(_shares_of_answers(survey, sheet.top))
    of_answers = sum(share >= _MOSTLY for share in shares)
    with_headers = any(_some_headers(survey, row) for row in sheet.top)
    if not with_headers and of_answers >= _MANY_ANSWERS and of_answers >= _MOSTLY * len(shares):
        raise NoSurveyTable("sheet_without_header", file=sheet.file, sheet=sheet.sheet or "")
    return replace(sheet, answers=of_answers >= _FEW_ANSWERS, top=())


def may_hold_survey(survey: Survey, sheet: SheetNotRead) -> bool:
    """Whether a sheet without a header of the survey may be a part of it under headers of its own: a program exported
    it with the others, or answers stand in several of its columns."""
    if sheet.reason != "no_header":
        return False
    shares = _shares_of_answers(survey, sheet.top)
    return any(map(layout_of, sheet.top)) or sum(share >= _MOSTLY for share in shares) >= _FEW_ANSWERS


def _some_headers(survey: Survey, row: Sequence[str]) -> bool:
    """Whether a row has headers of the survey, too few or too often to be that of records."""
    match = match_headers(row, header_spellings(survey))
    return len(match.fields) + sum(map(len, match.twice.values())) >= _FEW_HEADERS


def _shares_of_answers(survey: Survey, top: Sequence[Sequence[str]]) -> Iterator[float]:
    """By column with something in it, the share of its cells that are answers of a list, dates or long numbers.

    Records repeat their answers; a list of what may be answered does not, and has no share.
    """
    for column in zip(*top, strict=False):
        texts = [text.strip() for text in column if text.strip()]
        answers = [text for text in texts if _is_answer(survey, text)]
        of_list = [text for text in answers if not is_number(text)]
        if texts:
            yield 0.0 if len(of_list) > 1 and len(set(of_list)) == len(of_list) else len(answers) / len(texts)


def _is_answer(survey: Survey, text: str) -> bool:
    if is_number(text):
        return _DATE.fullmatch(text) is not None or len(text) >= _SHORT
    return folded(text) in survey.answer_spellings
