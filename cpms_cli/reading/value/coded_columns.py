"""A column of text as codes into its distinct texts, so that each text is looked at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CodedColumn:
    """Codes into distinct texts; -1 where nothing, or only white space, stands."""

    codes: npt.NDArray[np.int32]
    texts: pa.Array

    def text_of(self, position: int) -> str:
        """The text of a row, white space put in order; empty where it is blank."""
        code = int(self.codes[position])
        return "" if code < 0 else " ".join(str(self.texts[code].as_py()).split())

    def code_of(self, text: str) -> int:
        """The code of a text, white space put in order; -1 where no row has it."""
        tidy = pc.utf8_trim_whitespace(pc.replace_substring_regex(self.texts, r"\s+", " "))
        return int(pc.index(tidy, pa.scalar(text, tidy.type)).as_py()) if len(self.texts) else -1


def coded_column(chunked: pa.ChunkedArray) -> CodedColumn:
    """The column with one dictionary of its texts."""
    unified = chunked.unify_dictionaries()
    array = unified.combine_chunks() if unified.num_chunks != 1 else unified.chunk(0)
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    blank = pc.equal(pc.utf8_trim_whitespace(array.dictionary), "").to_numpy(zero_copy_only=False)
    if blank.any():
        codes = np.where((codes >= 0) & blank[codes], np.int32(-1), codes)
    return CodedColumn(codes, array.dictionary)


def matching(column: CodedColumn, positions: npt.NDArray[np.int64], pattern: str) -> Flags:
    """At which of these positions the column's text matches; False where it is blank."""
    codes = column.codes[positions]
    hit = np.zeros(len(column.texts) + 1, dtype=bool)
    hit[codes] = True
    used = np.flatnonzero(hit[:-1])
    hit[:] = False
    if len(used):
        texts = column.texts.take(pa.array(used))
        hit[used] = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return hit[codes] & (codes >= 0)
