"""What is wrong with single cells of a text file: bytes that are no character, text read in a wrong encoding, size, a
formula's error."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import CellFault
from cpms_cli.reading.text.encoding import BROKEN, BROKEN_CHARACTERS
from cpms_cli.reading.text.mojibake import SIGN, undone

_BROKEN = re.compile(BROKEN_CHARACTERS)
# What a spreadsheet writes in place of a formula's value; #N/A and #NULL! are words for no answer as well.
_ERRORS = r"^\s*#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|SPILL!|CALC!|GETTING_DATA)\s*$"
_ERROR = re.compile(_ERRORS)
_LOST = "\ufffd"
_SHOWN, _KEPT = 40, 1_000
_FEW = 50_000
_NO_TEXTS = pa.array([], pa.string())


def _broken(text: str) -> tuple[str, str]:
    """The text with a sign where a byte is lost, and which bytes those were, each with its position (from 1)."""
    bytes_shown = ", ".join(
        f"0x{ord(broken[0]) - BROKEN:02X} ({broken.start() + 1})" for broken in _BROKEN.finditer(text)
    )
    shown = _BROKEN.sub(_LOST, text)
    return shown, bytes_shown


def _mended(text: str) -> tuple[str, str, str] | None:
    """The check that a text fails, what is kept of it, and what is said."""
    if _BROKEN.search(text):
        return ("broken_bytes", *_broken(text))
    if _ERROR.match(text):
        return "excel_error", "", text
    meant = undone(text)
    if meant is not None:
        return "mojibake", meant, text
    if len(text) > LIMITS.cell:
        return "cell_too_large", text[:_KEPT], f"{text[:_SHOWN]}…"
    return None


def suspects(values: pa.Array) -> list[int]:
    """Return the positions of the texts that may have something wrong with them."""
    if not len(values):
        return []
    wrong = pc.or_(pc.greater(pc.binary_length(values), LIMITS.cell), pc.match_substring_regex(values, _ERRORS))
    if not pc.all(pc.string_is_ascii(values)).as_py():
        wrong = pc.or_(wrong, pc.match_substring_regex(values, f"{BROKEN_CHARACTERS}|{SIGN}"))
    return [int(position) for position in np.flatnonzero(wrong.to_numpy(zero_copy_only=False))]


def _suspects_of_each(dictionaries: Sequence[pa.Array]) -> list[list[int]]:
    """Return the suspects of each column's distinct texts.

    Arrow compiles an expression at each call: few texts of many columns are looked through in one.
    """
    ends = np.cumsum([len(texts) for texts in dictionaries])
    if not len(ends) or ends[-1] > _FEW:
        return [suspects(texts) for texts in dictionaries]
    of_all = np.array(suspects(pa.concat_arrays(dictionaries)), dtype=np.int64)
    parts = np.split(of_all, np.searchsorted(of_all, ends[:-1]))
    return [(part - start).tolist() for part, start in zip(parts, (0, *ends[:-1]), strict=True)]


def mend_cells(data: pa.Table, rows: npt.NDArray[np.int64]) -> tuple[pa.Table, list[CellFault]]:
    """The table with the text that was meant, or as much of it as is left, and a fault for each such cell."""
    faults: list[CellFault] = []
    columns = [column.unify_dictionaries() for column in data.columns]
    dictionaries = [column.chunk(0).dictionary if column.num_chunks else _NO_TEXTS for column in columns]
    for index, likely in enumerate(_suspects_of_each(dictionaries)):
        name, column, values = data.column_names[index], columns[index], dictionaries[index]
        wrong = {code: fault for code in likely if (fault := _mended(values[code].as_py()))}
        if not wrong:
            continue
        texts = values.to_pylist()
        codes = np.concatenate([chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in column.chunks])
        for position in np.flatnonzero(np.isin(codes, list(wrong))):
            check, _, shown = wrong[int(codes[position])]
            faults.append(
                CellFault(check, int(rows[position]), index, shown, open=check in ("broken_bytes", "excel_error"))
            )
        for code, (_, kept, _) in wrong.items():
            texts[code] = kept
        # Two texts may have become one: the column is encoded anew.
        decoded = pa.array(texts, pa.string()).take(pa.array(codes, pa.int32(), mask=codes < 0))
        data = data.set_column(index, name, decoded.dictionary_encode())
    return data, sorted(faults, key=lambda fault: (fault.row, fault.column or 0))
