"""A look into an XLS file before it is parsed: an OLE container, in it a stream of BIFF records ([MS-CFB], [MS-XLS]).

The parser follows chains of sectors without counting them, and lays all sheets out as full rectangles at once: a chain
that bites its own tail, or a few cells in far corners, would take all memory.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import olefile

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.cell_comments import wrote_it
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.size_limits import check_extent
from cpms_cli.reading.source import CellFault, column_letter

_OTHER_KINDS = {"EncryptedPackage": "", "WordDocument": "Word", "PowerPoint Document": "PowerPoint"}
_STREAMS = ("Workbook", "Book")
_SPECIAL = 0xFFFFFFFA
_DATE_MODE = 0x0022
_BOF, _EOF, _SHEET, _ROW, _FORMULA, _MANY, _TRUTH = 0x0809, 0x000A, 0x0085, 0x0208, 0x0006, 0x00BD, 0x0205
_NOTE, _NOTE_GOES_ON = 0x001C, 0xFFFF
_CELLS = {0x0203, 0x0204, 0x00D6, 0x027E, 0x00FD, _FORMULA, _MANY, _TRUTH}
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BROKEN = (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, MemoryError)


def inspect_ole(path: Path, content: bytes) -> dict[str, SheetLook]:
    """What stands in the sheets beside their values, by sheet name, of an XLS file that can be read in bounds.

    Raises UnreadableFile where it is protected by a password, no workbook, damaged or too large.
    """
    try:
        _check_header(content)
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            for stream, kind in _OTHER_KINDS.items():
                if ole.exists(stream) and not kind:
                    raise UnreadableFile("workbook_password", file=path.name)
                if ole.exists(stream):
                    raise UnreadableFile("file_is_other_kind", file=path.name, kind=kind)
            name = next((stream for stream in _STREAMS if ole.exists(stream)), None)
            if name is None:
                raise UnreadableFile("not_a_workbook", file=path.name)
            _check_chains(np.asarray(ole.fat, dtype=np.int64))
            looks = dict(_sheets(ole.openstream(name).read()))
    except _BROKEN:
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    check_extent(path.name, name, sum(look.cells for look in looks.values()))
    return looks


def _check_header(content: bytes) -> None:
    """The header's counts against the size of the file: memory is set aside for what they claim."""
    (shift,) = struct.unpack_from("<H", content, 30)
    (fat_sectors,) = struct.unpack_from("<I", content, 44)
    (first_of_more,) = struct.unpack_from("<I", content, 68)
    (small_sectors,) = struct.unpack_from("<I", content, 64)
    sectors = len(content) >> shift
    if fat_sectors > sectors or small_sectors > sectors:
        raise ValueError("more sectors than the file has")
    per_sector = (1 << shift) // 4
    for _ in range(sectors + 1):
        if first_of_more >= _SPECIAL:
            return
        next_entry = ((first_of_more + 1) << shift) + 4 * (per_sector - 1)
        (first_of_more,) = struct.unpack_from("<I", content, next_entry)
    raise ValueError("a chain without end")


def _check_chains(following: npt.NDArray[np.int64]) -> None:
    """Refuse a table of sectors in which following one another never ends: after n steps each chain has ended."""
    count = len(following)
    step = np.append(np.where((following < 0) | (following >= count), count, following), count)
    for _ in range(count.bit_length()):
        step = step[step]
    if (step != count).any():
        raise ValueError("a chain without end")


def _records(stream: bytes, begins: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place of the data and its length, of each record of a substream, nested ones left aside."""
    offset, depth = begins, 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, offset + 4, length
        offset += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, SheetLook]]:
    from_1904 = False
    for kind, offset, length in _records(stream, 0):
        if kind == _DATE_MODE and length >= 2:
            from_1904 = stream[offset] == 1
        elif kind == _SHEET:
            begins, _, _, characters, wide = struct.unpack_from("<IBBBB", stream, offset)
            name = stream[offset + 8 : offset + 8 + characters * (2 if wide & 1 else 1)]
            if begins + 4 <= len(stream) and length:
                yield (
                    name.decode("utf-16-le" if wide & 1 else "latin-1", "replace"),
                    look_at_sheet(stream, begins, from_1904=from_1904),
                )


def look_at_sheet(stream: bytes, begins: int, *, from_1904: bool) -> SheetLook:
    """One sheet, record by record: an XLS sheet has 65,536 rows and 256 columns at most."""
    look, rows, columns = SheetLook(from_1904=from_1904), 0, 0
    for kind, offset, length in _records(stream, begins):
        if kind == _ROW and length >= 13 and stream[offset + 12] & 0x20:
            look.hidden.append(struct.unpack_from("<H", stream, offset)[0] + 1)
        elif kind == _NOTE and length >= 8:
            row, column = struct.unpack_from("<HH", stream, offset)
            if row != _NOTE_GOES_ON and not wrote_it(_author(stream[offset + 8 : offset + length])):
                look.comments.append((column_letter(column), row + 1))
        elif kind in _CELLS and length >= 6:
            row, column = struct.unpack_from("<HH", stream, offset)
            last = struct.unpack_from("<H", stream, offset + length - 2)[0] if kind == _MANY else column
            rows, columns = max(rows, row + 1), max(columns, column + 1, last + 1)
            error = _error(stream, kind, offset)
            if error is not None:
                look.faults.append(CellFault("excel_error", row + 1, column, error))
    look.cells = rows * columns
    look.comments.sort(key=lambda cell: (cell[1], len(cell[0]), cell[0]))
    return look


def _author(text: bytes) -> str:
    """Who wrote a comment: the count of letters, how wide they are, and the letters."""
    characters, wide = struct.unpack_from("<HB", text) if len(text) > 2 else (0, 0)
    name = text[3 : 3 + characters * (2 if wide & 1 else 1)]
    return name.decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _error(stream: bytes, kind: int, offset: int) -> str | None:
    if kind == _TRUTH and stream[offset + 7] == 1:
        return _ERRORS.get(stream[offset + 6], "#?")
    if kind == _FORMULA and stream[offset + 6] == 2 and stream[offset + 12 : offset + 14] == b"\xff\xff":
        return _ERRORS.get(stream[offset + 8], "#?")
    return None
