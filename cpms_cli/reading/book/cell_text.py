"""Cells of a workbook as text: what an officer would type, over the distinct values of each column."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.value.digits import digits_in_full

_EXACT = 1e15
_DAY_NUMBERS = datetime.timedelta(days=10_000)
_SCIENTIFIC = r"^\s*-?[0-9](?:\.[0-9]+)?[eE]\+[0-9]{1,3}\s*$"


@dataclass(frozen=True)
class TextColumn:
    """A column as text; `lost` has the positions where digits were lost, and what stood there."""

    cells: pa.DictionaryArray
    lost: tuple[tuple[int, str], ...] = ()


def cell_text(cell: Any) -> str:
    """A workbook's cell as the text an officer would type: no trailing .0, dates as year-month-day.

    A spreadsheet keeps fifteen digits: of a longer number only those are shown, in scientific notation.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime.timedelta) and cell >= _DAY_NUMBERS:
        # A day that is shown as hours since the calendar began.
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        if abs(cell) >= _EXACT:
            return f"{cell:.14e}"
        return str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return str(cell)


def text_column(cells: Sequence[Any]) -> TextColumn:
    """One column of a sheet as dictionary-encoded text, blank cells null; cells whose digits were lost are blank."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return _without_lost(pa.array(cells, pa.string()).dictionary_encode())
    if bool in kinds:
        # True is 1 to a hash table: the two must not become one value.
        cells = [cell_text(cell) if type(cell) is bool else cell for cell in cells]
    objects = np.empty(len(cells), dtype=object)
    objects[:] = cells
    codes, distinct = pd.factorize(objects, use_na_sentinel=False)
    texts = pa.array([cell_text(value) for value in distinct], pa.string()).dictionary_encode()
    return _without_lost(
        pa.DictionaryArray.from_arrays(texts.indices.take(pa.array(codes, pa.int32())), texts.dictionary)
    )


def _without_lost(array: pa.DictionaryArray) -> TextColumn:
    texts = array.dictionary
    scientific = pc.match_substring_regex(texts, _SCIENTIFIC).to_numpy(zero_copy_only=False)
    words: list[str | None] = [text or None for text in texts.to_pylist()]
    lost: list[tuple[int, str]] = []
    codes = array.indices.to_numpy(zero_copy_only=False)
    for code in np.flatnonzero(scientific):
        shown = str(words[code])
        words[code] = digits_in_full(shown)
        if words[code] is None:
            lost += [(int(position), shown) for position in np.flatnonzero(codes == code)]
    if None not in words and not scientific.any():
        return TextColumn(array)
    inner = pa.array(words, pa.string()).dictionary_encode()
    indices: npt.NDArray[np.int64] = np.asarray(codes)
    return TextColumn(
        pa.DictionaryArray.from_arrays(inner.indices.take(pa.array(indices, pa.int32())), inner.dictionary), tuple(lost)
    )
