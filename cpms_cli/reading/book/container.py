"""A look into a workbook's ZIP container before anything is parsed; sizes are counted, not believed.

The parser lays a sheet out as a full rectangle: one cell at XFD1048576 would ask for 17 thousand million cells, and
the process would be gone before it could say so. The same look finds what the parser does not tell: formulas that ended
in an error or were never calculated, hidden rows, and comments.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.cell_comments import commented_cells
from cpms_cli.reading.book.far_cells import far_cells
from cpms_cli.reading.book.ods_part import OdsScan
from cpms_cli.reading.book.sheet_part import SheetLook, SheetScan, exact_extent
from cpms_cli.reading.size_limits import LIMITS, check_extent

_CHUNK = 1 << 20
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_PICTURES = ("xl/media/", "Pictures/", "Thumbnails/", "docProps/thumbnail")
_BOOK = ("xl/_rels/workbook.xml.rels", "xl/workbook.xml")
_MANIFEST = "META-INF/manifest.xml"
_TRUE = ("1", "true", "on")
_LOCAL_HEADER, _LARGEST_BOOK = 30, 8_000_000
_RELATION = "/relationships}id"  # in a namespace of its own where the file is a strict one (ISO 29500)
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError, ValueError)


def inspect_container(path: Path) -> dict[str, SheetLook]:
    """What stands in the sheets beside their values, by sheet name, of a workbook that can be read in bounds.

    Raises UnreadableFile, with the limit where there is one, for a workbook that would not fit in memory, that reaches
    outside itself, or that is none.
    """
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
            _check_entries(path, entries)
            total = 0
            looks: dict[str, SheetLook] = {}
            for entry in entries:
                size, sheet_look = _look_at(container, entry, path, LIMITS.inflated - total)
                total += size
                looks.update(sheet_look)
            named = looks if "mimetype" in container.namelist() else _by_name(container, looks)
            if any("comments" in entry.filename for entry in entries):
                for part, look in looks.items():
                    look.comments = commented_cells(container, part)
            for part, look in looks.items():
                if look.far and look not in named.values():
                    check_extent(path.name, part, look.cells)
            return named
    except _DAMAGED:
        raise UnreadableFile("damaged_workbook", file=path.name) from None


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > LIMITS.entries or len({name.lower() for name in names}) != len(names):
        raise UnreadableFile("workbook_entries", file=path.name, limit=LIMITS.entries)
    if any(".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")) or ":" in name for name in names):
        raise UnreadableFile("workbook_paths", file=path.name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile("workbook_password", file=path.name)
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(placed):
        end = entry.header_offset + _LOCAL_HEADER + len(entry.filename) + entry.compress_size
        if end > following.header_offset:
            raise UnreadableFile("workbook_overlap", file=path.name)
    if any(name.endswith(".iwa") or name in ("index.apxl", "Index.zip") for name in names):
        raise UnreadableFile("file_is_numbers", file=path.name)
    if "[Content_Types].xml" not in names and "mimetype" not in names:
        raise UnreadableFile("not_a_workbook", file=path.name)
    if "xl/workbook.bin" in names:
        raise UnreadableFile("file_is_xlsb", file=path.name)
    if "[Content_Types].xml" in names and not any(name.lower().startswith("xl/") for name in names):
        kind = next((kind for start, kind in (("word/", "Word"), ("ppt/", "PowerPoint")) if _has(names, start)), "")
        raise UnreadableFile(
            "file_is_other_kind" if kind else "not_a_workbook", file=path.name, **({"kind": kind} if kind else {})
        )


def _has(names: list[str], start: str) -> bool:
    return any(name.startswith(start) for name in names)


def _chunks(container: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int) -> Iterator[bytes]:
    """The part piece by piece, as long as it stays within bounds."""
    size = 0
    with container.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            ratio = size / max(entry.compress_size, 1)
            if size > left or (size > LIMITS.ratio_from and ratio > LIMITS.entry_ratio):
                raise UnreadableFile("workbook_too_large", file=path.name, limit=LIMITS.inflated // 1_000_000)
            yield chunk


def _look_at(
    container: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int
) -> tuple[int, dict[str, SheetLook]]:
    """How large a part is, and what stands in it where it is a sheet (by part name) or an ODS table (by name)."""
    size, tail, name = 0, b"", entry.filename
    sheet: SheetScan | None = None
    ods = OdsScan() if name == "content.xml" else None
    is_picture = name.startswith(_PICTURES)
    for chunk in _chunks(container, entry, path, left):
        size += len(chunk)
        around = tail + chunk
        if not is_picture and any(mark in around for mark in _DOCTYPE):
            raise UnreadableFile("workbook_doctype", file=path.name)
        if name == _MANIFEST and b"encryption-data" in around:
            raise UnreadableFile("workbook_password", file=path.name)
        if sheet is None and ods is None and b"sheetData" in around:
            sheet = SheetScan()
            chunk = around  # noqa: PLW2901 - the first look is also at what a boundary has cut
        scan = sheet or ods
        if scan is not None:
            scan.feed(chunk)
            if scan.pending > 4 * LIMITS.cell:
                raise UnreadableFile("cell_too_long", file=path.name, part=name, limit=LIMITS.cell // 1_000_000)
        tail = around[-64:]
    if ods is not None:
        looks = ods.end()
        check_extent(path.name, name, sum(look.cells for look in looks.values()))
        return size, looks
    if sheet is None:
        return size, {}
    return size, {name: _in_bounds(container, entry, path, sheet.end())}


def _in_bounds(container: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, look: SheetLook) -> SheetLook:
    """A sheet's look, once it is sure that the sheet fits in memory, if need be without a few cells far away."""
    if look.cells > LIMITS.sheet_cells:
        look.cells = exact_extent(_chunks(container, entry, path, LIMITS.inflated))
    if look.cells > LIMITS.sheet_cells:
        twice = [_chunks(container, entry, path, LIMITS.inflated) for _ in range(2)]
        look.far, look.part = far_cells(*twice) or [], entry.filename
    if not look.far:
        check_extent(path.name, entry.filename, look.cells)
    return look


def _by_name(container: zipfile.ZipFile, looks: dict[str, SheetLook]) -> dict[str, SheetLook]:
    """The looks under the names that the workbook gives to its parts."""
    try:
        if max(container.getinfo(name).file_size for name in _BOOK) > _LARGEST_BOOK:
            return {}
        # No document type is left in it: nothing can be expanded.
        related, book = (ElementTree.fromstring(container.read(name)) for name in _BOOK)  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return {}
    parts = {str(relation.get("Id")): str(relation.get("Target")) for relation in related}
    from_1904 = any(element.get("date1904") in _TRUE for element in book.iter() if element.tag.endswith("}workbookPr"))
    parts_of_sheets = {}
    for sheet in book.iter():
        relation = next((value for name, value in sheet.attrib.items() if name.endswith(_RELATION)), "")
        target = parts.get(relation, "").lstrip("/")
        look = looks.get(target) or looks.get(f"xl/{target}")
        if sheet.tag.endswith("}sheet") and look is not None:
            look.from_1904 = from_1904
            parts_of_sheets[str(sheet.get("name"))] = look
    return parts_of_sheets
