"""A subdistrict's own map from the headers of its files to the survey's fields: a small CSV, edited in Excel.

Columns `header` (as it stands in the file), `field` and `label` for the reader; others are ignored. `field` is a
field's name or one of its spellings, with a number behind it where children stand side by side (`given_name_2`); or
"leave out" (in any language) for a column that is left out on purpose. Blank, the map says nothing of the column; a
field with a question mark before it is not decided yet, and the map is refused.

A workbook of `cpms map -o map.xlsx` says besides what answers mean, and may give a header to several fields
(`map_workbook`).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.choices.option_columns import options_of
from cpms_cli.reading.header.headers import HeaderMatch, near_miss, spelt
from cpms_cli.reading.header.side_by_side import Numbered, numbered
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.plain_text import plain_text

HEADER, FIELD, LABEL = "header", "field", "label"
UNDECIDED = "?"
WORKBOOK = ".xlsx"
_HEADERS_SHOWN = 5
_DISARMED = "'"


@dataclass(frozen=True)
class MapLine:
    """One line of a map: `line` as a spreadsheet numbers it, `field` None where the column is to be left out.

    `child` is the number of the child that the column is about, where several stand side by side.
    """

    line: int
    header: str
    field: str | None
    child: int | None = None


@dataclass(frozen=True)
class HeaderMap:
    """A map that holds: every field known, no header twice. `lines` by the header as headers are compared.

    `silent` are the lines that say nothing of their column. Only a workbook has `further` lines, of headers that are
    more than one field, and `answers`: by header and field, what a text of the file (folded) means, as a code.
    `in_order` has the lines of each header in the order of the workbook, None for one that is not decided.
    """

    file: str
    lines: dict[str, MapLine]
    silent: dict[str, MapLine]
    further: dict[str, tuple[MapLine, ...]] = field(default_factory=dict)
    answers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    is_workbook: bool = False
    in_order: dict[str, tuple[MapLine | None, ...]] = field(default_factory=dict)

    def line(self, header: str) -> MapLine | None:
        """What the map says of a header of a file."""
        return self.lines.get(compared(header))

    def further_lines(self, header: str) -> tuple[MapLine, ...]:
        """The lines that give a header to further fields."""
        return self.further.get(compared(header), ())

    def answers_of(self, header: str, name: str) -> dict[str, str]:
        """What the texts of a column mean for a field, as far as the map says it: code by folded text."""
        return self.answers.get((compared(header), name), {})

    def share_of(self, source: SourceTable) -> float:
        """How much of a sheet's headers and of the map's are the same, from 0 to 1, by whichever has fewer: a map may
        be of several kinds of file."""
        headers = set(filter(None, map(compared, source.header)))
        listed = {*self.lines, *self.silent}
        return len(listed & headers) / min(len(listed), len(headers)) if listed and headers else 0.0

    def spellings(self) -> dict[str, str]:
        """The headers that the map gives a field, as spellings, so that a file's header row is found by them too."""
        known = {spelt(line.header): line.field for line in self.lines.values() if line.field and line.child is None}
        return {header: field for header, field in known.items() if header}


Mapped = str | Path | Mapping[str, str | None]
Maps = Mapped | Sequence[str | Path]
"""One map, or several: each file then goes by the one whose headers it has."""
SAME_KIND = 0.5
"""The least share of a map's headers that a file of its kind has."""


def compared(header: str) -> str:
    """A header as maps compare it: white space, case and the apostrophe before a disarmed formula do not matter."""
    return plain_text(header).casefold().removeprefix(_DISARMED)


def leave_out(language: Language) -> str:
    """What stands in a map for a column that is left out on purpose."""
    return say("map_leave_out", language)


def map_line(survey: Survey, wanted: str, spellings: Mapping[str, str], place: Mapping[str, object]) -> MapLine:
    """One line as it is understood. Raises UsageError where it names no field."""
    line, header = int(str(place["line"])), str(place["header"])
    if not wanted or spelt(wanted) in set(map(spelt, wordings("map_leave_out"))):
        return MapLine(line, header, None)
    if field := spellings.get(spelt(wanted)):
        return MapLine(line, header, field)
    of_child = numbered(wanted, spellings)
    if of_child is None or of_child.field not in {field.name for field in survey.child.fields}:
        raise _unknown_field(wanted, spellings, place)
    return MapLine(line, header, of_child.field, of_child.number)


def _unknown_field(wanted: str, spellings: Mapping[str, str], place: Mapping[str, object]) -> UsageError:
    proposal = near_miss(wanted, spellings)
    if proposal is None:
        return UsageError("map_unknown_field", field=wanted, **place)
    return UsageError("map_unknown_field_near", field=wanted, near=proposal.field, **place)


def check_headers_present(chosen: HeaderMap, sources: Sequence[SourceTable]) -> None:
    """Raise UsageError where the map is of another kind of file: a line names a header that none of the sheets has; in
    a workbook, which serves all files of a kind, where they lack most of its headers."""
    if chosen.is_workbook:
        _check_same_kind(chosen, sources)
        return
    headers = {compared(header) for source in sources for header in source.header}
    for header, line in {**chosen.lines, **chosen.silent}.items():
        if header not in headers:
            files = ", ".join(dict.fromkeys(source.path.name for source in sources))
            raise UsageError("map_header_absent", file=chosen.file, line=line.line, header=line.header, files=files)


def _check_same_kind(chosen: HeaderMap, sources: Sequence[SourceTable]) -> None:
    if sources and max(map(chosen.share_of, sources)) < SAME_KIND:
        headers = {compared(header) for source in sources for header in source.header}
        absent = [line.header for header, line in {**chosen.lines, **chosen.silent}.items() if header not in headers]
        files = ", ".join(dict.fromkeys(source.path.name for source in sources))
        raise UsageError("map_other_kind", file=chosen.file, files=files, headers=", ".join(absent[:_HEADERS_SHOWN]))


def mapped_fields(chosen: HeaderMap | None, source: SourceTable) -> dict[int, str | None]:
    """The columns of a sheet that a map decides on, each with its field; None where it is to be left out."""
    return {index: line.field for index, line in _lines(chosen, source)}


def mapped_children(chosen: HeaderMap | None, source: SourceTable) -> dict[int, Numbered]:
    """The columns of a sheet of which a map says that they are about one child of several."""
    lines = _lines(chosen, source)
    return {index: Numbered(line.field, line.child) for index, line in lines if line.field and line.child is not None}


def _lines(chosen: HeaderMap | None, source: SourceTable) -> list[tuple[int, MapLine]]:
    """The columns of a sheet on which a map decides. What it says of a question it says of the columns of its single
    answers, which it passes over: they are not read beside it."""
    if chosen is None:
        return []
    lines = ((index, chosen.line(header)) for index, header in enumerate(source.header))
    decided = {index: line for index, line in lines if line is not None}
    for whole, options in options_of(source).items():
        if whole in decided:
            line = decided[whole].line
            decided |= {place: MapLine(line, source.header[place], None) for place in options if place not in decided}
    return sorted(decided.items())


def two_headers(chosen: HeaderMap, line: MapLine, source: SourceTable, places: Sequence[int]) -> UsageError:
    """What to say where these columns of a sheet come to be one field, one of them by this line of the map."""
    columns = ", ".join(f"{column_letter(column)} ({source.header[column]})" for column in places)
    place = {"header": line.header, "field": line.field, "columns": columns}
    sheet_place = {"source": source.path.name, "sheet": source.sheet or ""}
    return UsageError("map_two_headers", file=chosen.file, line=line.line, **place, **sheet_place)


def apply_map(chosen: HeaderMap, source: SourceTable, match: HeaderMatch, settled: Container[int] = ()) -> HeaderMatch:
    """The columns of a sheet as the map wants them; what it says of columns that are `settled` is not asked.

    Raises UsageError where two columns of the sheet come to be one field, one of them by the map.
    """
    decided = {index: line for index, line in _lines(chosen, source) if index not in settled}
    claimed: dict[str, list[int]] = {name: list(places) for name, places in match.twice.items()}
    for index, name in match.fields.items():
        claimed.setdefault(name, []).append(index)
    claimed = {name: [index for index in places if index not in decided] for name, places in claimed.items()}
    for index, line in decided.items():
        if line.field is None:
            continue
        others = claimed.setdefault(line.field, [])
        if others:
            raise two_headers(chosen, line, source, (*others, index))
        others.append(index)
    fields = {places[0]: name for name, places in claimed.items() if len(places) == 1}
    twice = {name: tuple(places) for name, places in claimed.items() if len(places) > 1}
    unknown = tuple(index for index in match.unknown if index not in decided)
    return HeaderMatch(dict(sorted(fields.items())), unknown, twice, match.apart)
