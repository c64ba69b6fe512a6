"""How much of a file is read before it is taken for a mistake or an attack."""

from __future__ import annotations

from dataclasses import dataclass

from cpms_cli.errors import UnreadableFile

MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """Bounds on one input file; bytes unless a name says otherwise."""

    text_file: int = 2_000 * MB
    workbook: int = 200 * MB
    inflated: int = 1_000 * MB
    entry_ratio: int = 200
    ratio_from: int = 10 * MB
    entries: int = 10_000
    columns: int = 5_000
    sheet_cells: int = 15 * MB
    """Cells of the rectangle from A1 to a sheet's last cell: about 0.9 GB in all while it is read."""
    cell: int = 1 * MB
    cell_lines: int = 200
    """Lines in one quoted cell; a quote that is open for longer was never closed."""
    header_rows: int = 40
    """In how many first rows of a sheet the header is looked for."""


LIMITS = Limits()


def check_columns(file: str, columns: int) -> None:
    """Raise UnreadableFile where a table is wider than any survey."""
    if columns > LIMITS.columns:
        raise UnreadableFile("too_many_columns", file=file, count=columns, limit=LIMITS.columns)


def check_extent(file: str, part: str, cells: int) -> None:
    """Raise UnreadableFile where a sheet reaches so far that to read it would fill the memory."""
    if cells > LIMITS.sheet_cells:
        raise sheet_too_far(file, part, cells)


def sheet_too_far(file: str, part: str, cells: int) -> UnreadableFile:
    """What is said of a sheet that reaches too far."""
    return UnreadableFile("sheet_too_far", file=file, part=part, cells=cells, limit=LIMITS.sheet_cells)


def check_letters(file: str, part: str, letters: int) -> None:
    """Raise UnreadableFile where a cell holds more than any answer."""
    if letters > LIMITS.cell:
        raise UnreadableFile("cell_too_long", file=file, part=part, limit=LIMITS.cell // MB)
