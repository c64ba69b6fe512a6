"""A sheet of text as it was found in a file: nothing understood yet, nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

TEXT = pa.dictionary(pa.int32(), pa.string())
Files = str | Path | Sequence[str | Path]


def file_paths(files: Files) -> list[Path]:
    """The files in the order given, each once; one file may be given by itself, as text or as a path.

    >>> [path.name for path in file_paths("survey.csv")]
    ['survey.csv']
    """
    listed = [files] if isinstance(files, (str, Path)) else files
    return list(dict.fromkeys(Path(path) for path in listed))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class CellFault:
    """Something wrong with how a cell or row is written in the file, whatever the survey asks there.

    `check` names its words in the definition (`checks.yaml`, `columns`); `row` is the sheet's own number; `column`
    counts from 0 and is None where the whole row is meant; `value` is what stands there, as far as it can be shown.
    `open` where `value` tells nothing of what the cell says (a byte's number, a cell's type), and needs no mask.
    """

    check: str
    row: int
    column: int | None = None
    value: str | None = None
    open: bool = False


@dataclass(frozen=True)
class RowLeftOut:
    """A row of the sheet that is no record: a title, note, total, blank row, repeated header, or no child's."""

    row: int
    kind: Literal["title", "note", "total", "repeated_header", "units", "second_header", "grown_up"]
    text: str


@dataclass(frozen=True)
class SheetNotRead:
    """A sheet of a file that was not read, or a table of a sheet, whose header is in `row`.

    `cells` is how many of its cells are filled; `answers` whether they may be answers to the survey, which reach the
    store in no other way; `like` the sheet whose rows it repeats. `top` are its first rows, for who decides `answers`.
    """

    file: str
    sheet: str | None
    reason: Literal[
        "summary", "extract", "code_list", "hidden", "no_header", "no_rows", "chart", "own", "empty", "not_asked_for"
    ]
    cells: int = 0
    answers: bool = False
    row: int | None = None
    like: str | None = None
    top: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    @property
    def quiet(self) -> bool:
        """Whether nobody misses it: there is nothing in it, or only what cpms wrote to help."""
        return self.reason in ("own", "empty", "no_rows")


@dataclass(frozen=True)
class SourceTable:
    """One sheet: `data` has a dictionary-encoded text column per column of the sheet, blank cells null.

    `rows` are the sheet's own row numbers, counted from 1 as a spreadsheet shows them; `sheet` is None for CSV.
    `evidence` says how the file was read (encoding, delimiter, and why), `faults` what is wrong with its writing,
    `left_out` which rows are no records. The first table of a file has in `not_read` the file's sheets without one.
    `groups` has, by column, the name of the group of columns above its header, "" where there is none. `has_repeats`:
    its rows are families, whose children stand in another sheet that the exporting program ties to it.
    """

    path: Path
    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    data: pa.Table
    rows: npt.NDArray[np.int64]
    evidence: dict[str, str] = field(default_factory=dict)
    faults: tuple[CellFault, ...] = ()
    left_out: tuple[RowLeftOut, ...] = ()
    not_read: tuple[SheetNotRead, ...] = ()
    groups: tuple[str, ...] = ()
    has_repeats: bool = False

    def group(self, index: int) -> str:
        """The name of the group of columns above a column's header; "" where there is none, or it is in the header."""
        return self.groups[index] if index < len(self.groups) else ""

    def encoded(self, index: int) -> tuple[npt.NDArray[np.int32], pa.Array]:
        """One column: for each row the position of its text among the distinct ones, -1 where blank; and these."""
        chunked = self.data.column(str(index)).unify_dictionaries()
        array = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
        codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return codes, array.dictionary


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


def only_used(data: pa.Table) -> pa.Table:
    """The same table; each column's dictionary has only texts that stand in one of its rows.

    What a column's answers mean is decided by all of them, and a total or note that was left out is none.
    """
    return pa.table({name: _only_used(data.column(name)) for name in data.column_names})


def _only_used(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.DictionaryArray:
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        if whole.num_chunks != 1:
            return column
        whole = whole.chunk(0)
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    used = np.bincount(codes + 1, minlength=len(whole.dictionary) + 1)[1:] > 0
    if used.all():
        return column
    indices = pa.array((np.cumsum(used) - 1)[codes], pa.int32(), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, whole.dictionary.filter(pa.array(used)))
