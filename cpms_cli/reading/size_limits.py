"""How much of a file is read before it is taken for a mistake or an attack."""

from __future__ import annotations

from dataclasses import dataclass

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
