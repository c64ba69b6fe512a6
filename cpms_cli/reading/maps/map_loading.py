"""A map of headers from its file: a CSV as Excel saved it, or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.headers import header_spellings
from cpms_cli.reading.header.mapping import (
    FIELD,
    HEADER,
    LABEL,
    UNDECIDED,
    WORKBOOK,
    HeaderMap,
    MapLine,
    Mapped,
    compared,
    leave_out,
    map_line,
)
from cpms_cli.reading.maps.map_workbook import load_workbook
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.text.typed_files import decode_typed
from cpms_cli.survey.language import FALLBACK, LANGUAGES
from cpms_cli.survey.model.definition import Survey


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("map_unreadable", file=str(path), reason=error.strerror or "") from None
    if len(content) > LIMITS.cell:
        raise UsageError("map_too_large", file=path.name, limit=LIMITS.cell // 1_000_000)
    text = decode_typed(content)
    if text is None:
        raise UsageError("map_no_text", file=path.name)
    return text


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
    elif Path(mapping).suffix.casefold() == WORKBOOK:
        return load_workbook(Path(mapping), survey)
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
        (lines if wanted else silent)[compared(header)] = map_line(survey, wanted, spellings, place)
    return HeaderMap(file, lines, silent)


def headers_of_map(path: Path, survey: Survey) -> set[str]:
    """The headers on a map's file, answered or not, as maps compare them. Raises UsageError where it cannot be read."""
    if path.suffix.casefold() != WORKBOOK:
        return {compared(header) for _, header, _ in map_lines(path)}
    chosen = load_workbook(path, survey, half_answered=True)
    return set(chosen.in_order)
