"""A look into a workbook's ZIP container before anything is parsed; sizes are counted, not believed.

The parser lays a sheet out as a full rectangle: one cell at XFD1048576 would ask for 17 thousand million cells, and
the process would be gone before it could say so.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.limits import LIMITS

_CHUNK = 1 << 20
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,10})["']""")
_TAIL = 64
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError)


@dataclass
class _Extent:
    """How far the cells of one part reach; those without a reference follow the one before them."""

    row: int = 0
    column: int = 0
    rows_begun: int = 0
    in_row: int = 0
    most_in_row: int = 0

    def look_at(self, chunk: bytes, tail: bytes) -> None:
        found = set(_REFERENCE.findall(tail + chunk))
        self.row = max([self.row, *(int(row) for _, row in found)])
        self.column = max([self.column, *(_column_number(letters) for letters, _ in found)])
        first, *others = [len(_CELL.findall(part)) for part in _ROW.split(chunk)]
        self.most_in_row = max(self.most_in_row, self.in_row + first, *others, 0)
        self.in_row = others[-1] if others else self.in_row + first
        self.rows_begun += len(others)

    @property
    def cells(self) -> int:
        """The size of the rectangle in which they all lie."""
        return max(self.row, self.rows_begun) * max(self.column, self.most_in_row)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def inspect_container(path: Path) -> None:
    """Refuse a workbook that would not fit in memory, that reaches outside itself, or that is none.

    Raises UnreadableFile, with the limit where there is one.
    """
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
            _check_names(path, [entry.filename for entry in entries])
            total = 0
            for entry in entries:
                total += _inflated(container, entry, path, LIMITS.inflated - total)
    except _DAMAGED:
        raise UnreadableFile("damaged_workbook", file=path.name) from None


def _check_names(path: Path, names: list[str]) -> None:
    if len(names) > LIMITS.entries or len(set(names)) != len(names):
        raise UnreadableFile("workbook_entries", file=path.name, limit=LIMITS.entries)
    if any(".." in name.split("/") or name.startswith(("/", "\\")) or ":" in name for name in names):
        raise UnreadableFile("workbook_paths", file=path.name)
    if "[Content_Types].xml" not in names and "mimetype" not in names:
        raise UnreadableFile("not_a_workbook", file=path.name)
    if "xl/workbook.bin" in names:
        raise UnreadableFile("file_is_other_kind", file=path.name, kind="XLSB")


def _inflated(container: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int) -> int:
    size, tail, extent = 0, b"", _Extent()
    is_xml = entry.filename.endswith((".xml", ".rels"))
    with container.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if size == 0 and is_xml and b"<!DOCTYPE" in chunk:
                raise UnreadableFile("workbook_doctype", file=path.name)
            size += len(chunk)
            ratio = size / max(entry.compress_size, 1)
            if size > left or (size > LIMITS.ratio_from and ratio > LIMITS.entry_ratio):
                raise UnreadableFile("workbook_too_large", file=path.name, limit=LIMITS.inflated // 1_000_000)
            if "sheet" in entry.filename:
                extent.look_at(chunk, tail)
                tail = chunk[-_TAIL:]
    if extent.cells > LIMITS.sheet_cells:
        raise UnreadableFile(
            "sheet_too_far", file=path.name, part=entry.filename, cells=extent.cells, limit=LIMITS.sheet_cells
        )
    return size
