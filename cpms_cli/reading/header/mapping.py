"""A subdistrict's own map from the headers of its files to the survey's fields: a small CSV, edited in Excel.

Columns `header` (as it stands in the file), `field` and `label` for the reader; others are ignored. `field` is a
field's name or one of its spellings, with a number behind it where children stand side by side (`given_name_2`); or
"leave out" (in any language) for a column that is left out on purpose. Blank, the map says nothing of the column; a
field with a question mark before it is not decided yet, and the map is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.headers import HeaderMatch, header_spellings, near_miss, spelt
from cpms_cli.reading.header.side_by_side import Numbered, numbered
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.survey.language import FALLBACK, LANGUAGES
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.plain_text import plain_text

HEADER, FIELD, LABEL = "header", "field", "label"
UNDECIDED = "?"
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

    `silent` are the lines that say nothing of their column.
    """

    file: str
    lines: dict[str, MapLine]
    silent: dict[str, MapLine]

    def line(self, header: str) -> MapLine | None:
        """What the map says of a header of a file."""
        return self.lines.get(compared(header))

    def spellings(self) -> dict[str, str]:
        """The headers that the map gives a field, as spellings, so that a file's header row is found by them too."""
        known = {spelt(line.header): line.field for line in self.lines.values() if line.field and line.child is None}
        return {header: field for header, field in known.items() if header}


Mapped = str | Path | Mapping[str, str | None]


def compared(header: str) -> str:
    """A header as maps compare it: white space, case and the apostrophe before a disarmed formula do not matter."""
    return plain_text(header).casefold().removeprefix(_DISARMED)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("map_unreadable", file=str(path), reason=error.strerror or "") from None
    if len(content) > LIMITS.cell:
        raise UsageError("map_too_large", file=path.name, limit=LIMITS.cell // 1_000_000)
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp874")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("map_no_text", file=path.name)


def map_lines(path: Path) -> list[tuple[int, str, str]]:
    """Return line, header and field of every line of a map's file, whichever delimiter Excel saved it with."""
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError("map_broken", file=path.name, reason=str(error)) from None
    names = [name.strip().casefold() for name in cells[0]] if cells else []
    if HEADER not in names or FIELD not in names:
        raise UsageError("map_columns", file=path.name, columns=f"{HEADER},{FIELD},{LABEL}")
    header_place, field_place = names.index(HEADER), names.index(FIELD)
    padded = ((line, [*row, *[""] * len(names)]) for line, row in enumerate(cells[1:], start=2))
    return [
        (line, row[header_place].strip(), row[field_place].strip()) for line, row in padded if row[header_place].strip()
    ]


def load_map(mapping: Mapped | None, survey: Survey) -> HeaderMap | None:
    """A map from its file, or from a mapping of header to field (None: leave out); None where there is none.

    Raises UsageError naming the line: unknown field, undecided proposal, header twice; or that the file is no map.
    """
    if mapping is None:
        return None
    if isinstance(mapping, Mapping):
        file = ""
        rows = [
            (line, header, leave_out(FALLBACK) if field is None else field)
            for line, (header, field) in enumerate(mapping.items(), start=1)
        ]
    else:
        file = Path(mapping).name
        rows = map_lines(Path(mapping))
    spellings = header_spellings(survey)
    lines: dict[str, MapLine] = {}
    silent: dict[str, MapLine] = {}
    for line, header, wanted in rows:
        place = {"file": file, "line": line, "header": header}
        if wanted.startswith(UNDECIDED):
            raise UsageError("map_undecided", field=wanted, leave_out=" / ".join(map(leave_out, LANGUAGES)), **place)
        for other in (lines, silent):
            if compared(header) in other:
                raise UsageError("map_header_twice", other=other[compared(header)].line, **place)
        (lines if wanted else silent)[compared(header)] = _map_line(survey, wanted, spellings, place)
    return HeaderMap(file, lines, silent)


def leave_out(language: Language) -> str:
    """What stands in a map for a column that is left out on purpose."""
    return say("map_leave_out", language)


def _map_line(survey: Survey, wanted: str, spellings: Mapping[str, str], place: Mapping[str, object]) -> MapLine:
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


def check_headers_there(chosen: HeaderMap, sources: Sequence[SourceTable]) -> None:
    """Raise UsageError where a line of the map names a header that none of the sheets has."""
    headers = {compared(header) for source in sources for header in source.header}
    for header, line in {**chosen.lines, **chosen.silent}.items():
        if header not in headers:
            files = ", ".join(dict.fromkeys(source.path.name for source in sources))
            raise UsageError("map_header_absent", file=chosen.file, line=line.line, header=line.header, files=files)


def said_of(chosen: HeaderMap | None, source: SourceTable) -> dict[int, str | None]:
    """The columns of a sheet that a map decides on, each with its field; None where it is to be left out."""
    return {index: line.field for index, line in _lines(chosen, source)}


def children_said(chosen: HeaderMap | None, source: SourceTable) -> dict[int, Numbered]:
    """The columns of a sheet of which a map says that they are about one child of several."""
    lines = _lines(chosen, source)
    return {index: Numbered(line.field, line.child) for index, line in lines if line.field and line.child is not None}


def _lines(chosen: HeaderMap | None, source: SourceTable) -> list[tuple[int, MapLine]]:
    lines = ((index, chosen.line(header) if chosen else None) for index, header in enumerate(source.header))
    return [(index, line) for index, line in lines if line is not None]


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
            columns = ", ".join(f"{column_letter(column)} ({source.header[column]})" for column in (*others, index))
            raise UsageError(
                "map_two_headers",
                file=chosen.file,
                line=line.line,
                header=line.header,
                field=line.field,
                columns=columns,
                source=source.path.name,
                sheet=source.sheet or "",
            )
        others.append(index)
    fields = {places[0]: name for name, places in claimed.items() if len(places) == 1}
    twice = {name: tuple(places) for name, places in claimed.items() if len(places) > 1}
    unknown = tuple(index for index in match.unknown if index not in decided)
    return HeaderMatch(dict(sorted(fields.items())), unknown, twice, match.apart)
