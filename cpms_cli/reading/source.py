"""A sheet of text as it was found in a file: nothing understood yet, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class SourceTable:
    """One sheet: `data` has a dictionary-encoded text column per column of the sheet, blank cells null.

    `rows` are the sheet's own row numbers, counted from 1 as a spreadsheet shows them; `sheet` is None for CSV.
    `long_rows` are the numbers of rows that had more cells than the header, `evidence` how the file was read.
    """

    path: Path
    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    data: pa.Table
    rows: npt.NDArray[np.int64]
    long_rows: tuple[int, ...] = ()
    evidence: dict[str, str] = field(default_factory=dict)


def column_letter(index: int) -> str:
    """The name a spreadsheet gives to a column counted from 0.

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def text_table(header: tuple[str, ...], columns: list[pa.Array]) -> pa.Table:
    """Columns of text under names made from their position, since headers may repeat or be blank."""
    encoded = [column if pa.types.is_dictionary(column.type) else column.dictionary_encode() for column in columns]
    return pa.table({str(index): column for index, column in enumerate(encoded[: len(header)])})
