"""A map as a workbook: which question each header is, and what each answer means, chosen from lists.

The sheet of headers has a line for each header, or several where a column answers several questions; the sheet of
answers a line for each text that the survey does not know. What is chosen ends in its code in brackets; any spelling of
a question or an answer will do as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from cpms_cli.errors import CpmsError, UsageError
from cpms_cli.reading.book.cell_text import cell_text
from cpms_cli.reading.book.container import inspect_container
from cpms_cli.reading.header.choices.split_questions import separated
from cpms_cli.reading.header.headers import header_spellings, spelt
from cpms_cli.reading.header.mapping import FIELD, HEADER, UNDECIDED, HeaderMap, MapLine, compared, map_line
from cpms_cli.reading.maps.map_lists import SHORT_YEARS, is_of_short_years, meant_code
from cpms_cli.reading.value.answers import BETWEEN_ANSWERS
from cpms_cli.survey.messages import wordings
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.proposals.unsure_words import is_unsure

ANSWER, MEANS = "answer", "means"
_HEADINGS = {HEADER: "col_header", FIELD: "col_field", ANSWER: "col_written_answer", MEANS: "col_means"}
_CODE = re.compile(r"\[([^\[\]]+)\]\s*$")
_SHOWN = 8


@dataclass(frozen=True)
class _Line:
    """A line of one of the two sheets: where it stands, as a spreadsheet shows it, and its texts by column."""

    sheet: str
    line: int
    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")


def _sheets(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    try:
        inspect_container(path)
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, [[cell_text(cell) for cell in row] for row in rows]
    except PasswordError:
        raise UsageError("map_unreadable", file=str(path), reason="password") from None
    except OSError as error:
        raise UsageError("map_unreadable", file=str(path), reason=error.strerror or "") from None
    except (CalamineError, CpmsError) as error:
        raise UsageError("map_unreadable", file=str(path), reason=type(error).__name__) from None


def _names(row: list[str]) -> list[str]:
    """The columns that a row of headings names, "" for others."""
    known = {spelt(wording): name for name, message in _HEADINGS.items() for wording in (name, *wordings(message))}
    parts = ([spelt(part) for part in (cell, *cell.split("/"))] for cell in row)
    return [next((known[part] for part in cell if part in known), "") for cell in parts]


def _lines(path: Path) -> tuple[list[_Line], list[_Line]]:
    """The lines of the sheet of headers, and those of the sheet of answers."""
    headers: list[_Line] = []
    answers: list[_Line] = []
    is_map = False
    for sheet, cells in _sheets(path):
        names = _names(cells[0]) if cells else []
        lines = [
            _Line(sheet, number, {name: text.strip() for name, text in zip(names, row, strict=False) if name})
            for number, row in enumerate(cells[1:], start=2)
        ]
        lines = [line for line in lines if line[HEADER]]
        if {HEADER, ANSWER, MEANS} <= set(names):
            answers += lines
        elif {HEADER, FIELD} <= set(names):
            headers, is_map = [*headers, *lines], True
    if not is_map:
        raise UsageError("map_no_sheet", file=path.name)
    return headers, answers


def is_map_workbook(path: Path) -> bool:
    """Whether a workbook is a map, as `cpms map` writes it, answered or not."""
    try:
        _lines(path)
    except UsageError:
        return False
    return True


def _chosen(text: str) -> str:
    """What was chosen from a list: its code, which stands in brackets, else the text itself."""
    code = _CODE.search(text)
    return code.group(1) if code else text.partition(" / ")[0]


def load_workbook(path: Path, survey: Survey, *, half_answered: bool = False) -> HeaderMap:
    """A map from its workbook; where it may be `half_answered`, it says nothing of what waits.

    Raises UsageError, with the lines, where it cannot be read, is half answered, names no question or an answer that
    is not the question's.
    """
    headers, answers = _lines(path)
    spellings = header_spellings(survey)
    lines: dict[str, MapLine] = {}
    silent: dict[str, MapLine] = {}
    further: dict[str, tuple[MapLine, ...]] = {}
    in_order: dict[str, tuple[MapLine | None, ...]] = {}
    for row in headers:
        header, wanted = row[HEADER], row[FIELD]
        key = compared(header)
        if wanted.startswith(UNDECIDED):
            in_order[key] = (*in_order.get(key, ()), None)
            continue  # said with all others that wait
        place = {"file": path.name, "line": row.line, "header": header}
        read = map_line(survey, _chosen(wanted), spellings, place)
        in_order[key] = (*in_order.get(key, ()), read if wanted else None)
        if not wanted:
            silent.setdefault(key, read)
        elif key not in lines or lines[key].field is None:
            lines[key] = read
        elif read.field is None:
            continue  # the column answers another question, and not this one as well
        elif read.field in {lines[key].field, *(other.field for other in further.get(key, ()))}:
            raise UsageError("map_header_twice", other=lines[key].line, **place)
        else:
            further[key] = (*further.get(key, ()), read)
    silent = {key: line for key, line in silent.items() if key not in lines}
    chosen = HeaderMap(path.name, lines, silent, further, is_workbook=True, in_order=in_order)
    waiting = [row for row in headers if row[FIELD].startswith(UNDECIDED)]
    waiting += [row for row in answers if _waits(survey, chosen, row)]
    if waiting and not half_answered:
        raise _half_answered(path, waiting)
    for row in answers:
        if row not in waiting:
            _note_answer(survey, chosen, row)
    return chosen


def _fields_of(chosen: HeaderMap, header: str) -> list[str]:
    key = compared(header)
    lines = [line for line in (chosen.lines.get(key), *chosen.further.get(key, ())) if line is not None]
    return [line.field for line in lines if line.field is not None]


def _asked_of(survey: Survey, chosen: HeaderMap, row: _Line) -> list[str]:
    """The fields with a list of answers to which a line of the sheet of answers belongs; of the line about years of two
    digits, those that hold dates."""
    fields = _fields_of(chosen, row[HEADER])
    named = header_spellings(survey).get(spelt(_chosen(row[FIELD]))) if row[FIELD] else None
    if is_of_short_years(row[ANSWER]):
        return [name for name in fields if survey.fields[name].holds_dates]
    listed = [name for name in fields if survey.fields[name].codelist]
    # Where another question was chosen for the header than was proposed, its answers are that question's.
    return [name for name in listed if named not in fields or name == named]


def _waits(survey: Survey, chosen: HeaderMap, row: _Line) -> bool:
    if not row[ANSWER] or (row[MEANS] and not row[MEANS].startswith(UNDECIDED)):
        return False
    return any(
        survey.fields[name].holds_dates
        or not _is_known(survey, name, row[ANSWER])
        or is_unsure(survey, survey.fields[name], row[HEADER], row[ANSWER])
        for name in _asked_of(survey, chosen, row)
    )


def _is_known(survey: Survey, name: str, text: str) -> bool:
    """Whether a text is an answer to a question, several where that may have several, or a reason for having none,
    without a map."""
    field = survey.fields[name]
    known = survey.spellings(field)
    parts = BETWEEN_ANSWERS.split(separated(text, known)) if field.many else [text]
    return folded(text) in known or all(folded(part) in known for part in parts)


def _half_answered(path: Path, waiting: list[_Line]) -> UsageError:
    shown = [
        f"{row.sheet} {row.line} '{row[HEADER]}'" + (f" = '{row[ANSWER]}'" if row[ANSWER] else "") for row in waiting
    ]
    more = ", …" if len(shown) > _SHOWN else ""
    return UsageError("map_half_answered", file=path.name, count=len(shown), lines=", ".join(shown[:_SHOWN]) + more)


def _note_answer(survey: Survey, chosen: HeaderMap, row: _Line) -> None:
    """Put what one line says of an answer into the map."""
    text, decided = _chosen(row[MEANS]), bool(row[MEANS]) and not row[MEANS].startswith(UNDECIDED)
    for name in _asked_of(survey, chosen, row) if row[ANSWER] and decided else ():
        field = survey.fields[name]
        code = meant_code(survey, field, text)
        if not code:
            place = {"file": chosen.file, "line": row.line, "header": row[HEADER], "answer": row[ANSWER]}
            raise UsageError("map_unknown_answer", field=name, means=row[MEANS], **place)
        chosen.answers.setdefault((compared(row[HEADER]), name), {})[
            SHORT_YEARS if field.holds_dates else folded(row[ANSWER])
        ] = code
