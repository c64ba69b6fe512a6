"""A cell typed by mistake far below or beside a table: taken out before the parser lays out all that lies between.

Only a few such cells are taken out, each is told; a sheet that is far too large without them is refused as before.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cpms_cli.reading.book.sheet_part import column_number, exact_extent
from cpms_cli.reading.size_limits import LIMITS, check_extent
from cpms_cli.reading.source import column_letter

_PLACE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?:[^<>]*[^<>/])?>(?!</)')
_ROWS, _COLUMNS = 1_048_576, 16_384
_ROW_GAP, _COLUMN_GAP, _MOST = 1_000, 100, 50

Place = tuple[int, int]
"""Row and column, both counted from 1."""


def far_cells(chunks: Iterable[bytes], again: Iterable[bytes]) -> list[Place] | None:
    """The cells that lie apart from all others in a sheet.

    `chunks` and `again` are the sheet's XML, twice. None where what is left would still be too large, where there are
    too many of them, or where cells do not say where they are.
    """
    rows, columns = np.zeros(_ROWS + 1, dtype=bool), np.zeros(_COLUMNS + 1, dtype=bool)
    for places in _places(chunks):
        inside = [(column, row) for column, row in places if row <= _ROWS and column <= _COLUMNS]
        rows[[row for _, row in inside]] = True
        columns[[column for column, _ in inside]] = True
    last_row, last_column = _end(rows, _ROW_GAP), _end(columns, _COLUMN_GAP)
    if last_row * last_column > LIMITS.sheet_cells or last_row == 0:
        return None
    far: list[Place] = []
    for places in _places(again):
        far += [(row, column) for column, row in places if row > last_row or column > last_column]
        if len(far) > _MOST:
            return None
    return far


def _places(chunks: Iterable[bytes]) -> Iterator[set[tuple[int, int]]]:
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        end = max(whole.rfind(b"<"), 0)
        rest, whole = whole[end:], whole[:end]
        yield {(column_number(letters), int(row)) for letters, row in _PLACE.findall(whole)}


def _end(seen: npt.NDArray[np.bool_], gap: int) -> int:
    """The last place before the first gap of this width."""
    places = np.flatnonzero(seen)
    if not len(places):
        return 0
    wide = np.flatnonzero(np.diff(places) > gap)
    return int(places[wide[0]] if len(wide) else places[-1])


def without(content: bytes, cells: Mapping[str, Sequence[Place]], file: str) -> bytes:
    """The workbook without these cells, by the part they stand in.

    Raises UnreadableFile where a sheet is still too large: there were others, written so that they were not seen.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename in cells:
                these = "|".join(f"{column_letter(column - 1)}{row}" for row, column in cells[entry.filename]).encode()
                part = re.sub(rb'<c r="(?:' + these + rb')"(?:[^<>]*[^<>/])?>.*?</c>', b"", part, flags=re.DOTALL)
                check_extent(file, entry.filename, exact_extent([part]))
            new.writestr(entry.filename, part)
    return written.getvalue()
