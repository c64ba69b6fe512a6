"""The rows of a text file under its header as columns of text: by pyarrow where they are regular, else one by one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from cpms_cli.reading.source import TEXT, CellFault, text_table
from cpms_cli.reading.text.text_rows import Dialect, read_rows
from cpms_cli.reading.threads import on_each

_BLOCK, _CHUNK, _PIECE = 1 << 22, 1 << 24, 20_000
_MOST_RAGGED = 50_000
_FEW = 50_000


@dataclass(frozen=True)
class Body:
    """`data` has `width` columns of text; `rows` are the numbers of its rows as a spreadsheet shows them."""

    data: pa.Table
    rows: npt.NDArray[np.int64]
    faults: tuple[CellFault, ...] = ()


def quotes_keep_rules(stream: IO[bytes], dialect: Dialect) -> bool:
    """Whether each quotation mark opens a cell, closes one, or is doubled inside one: pyarrow does not look."""
    quote = ord(dialect.quote)
    edge = np.zeros(256, dtype=bool)
    edge[list(f"{dialect.delimiter}\r\n{dialect.quote}".encode())] = True
    opened, before, chunk = 0, b"\n", stream.read(_CHUNK)
    while chunk:
        following = stream.read(_CHUNK)
        joined = np.frombuffer(before + chunk + (following[:1] or b"\n"), dtype=np.uint8)
        places = np.flatnonzero(joined[1:-1] == quote) + 1
        opening, closing = places[opened % 2 :: 2], places[1 - opened % 2 :: 2]
        if not (edge[joined[opening - 1]].all() and edge[joined[closing + 1]].all()):
            return False
        opened += len(places)
        before, chunk = chunk[-1:], following
    return opened % 2 == 0


@dataclass(frozen=True)
class _Shape:
    """How the rows of a file are cut: its dialect, how many columns they have, and how many lines stand before them.

    Where no cell goes `over_lines`, pyarrow cuts the file at line ends without looking for quotation marks, which is
    faster. Where such a cut falls within a cell it raises, or the cell holds the line end.
    """

    dialect: Dialect
    width: int
    skip: int
    over_lines: bool = True


def _arrow(source: Path | bytes, shape: _Shape, ragged: list[tuple[int, str]] | None = None) -> pa.Table:
    """Return all rows of the expected width.

    Rows of another width are appended to `ragged`, each with its number; without it they raise pyarrow's error.
    """

    def keep(row: arrow_csv.InvalidRow) -> str:
        if ragged is None or len(ragged) == _MOST_RAGGED:
            return "error"
        ragged.append((row.number - shape.skip, row.text))
        return "skip"

    names = [str(index) for index in range(shape.width)]
    return arrow_csv.read_csv(
        source if isinstance(source, Path) else pa.BufferReader(source),
        read_options=arrow_csv.ReadOptions(
            column_names=names, skip_rows=shape.skip, block_size=_BLOCK, use_threads=ragged is None
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=shape.dialect.delimiter,
            quote_char=shape.dialect.quote or False,
            newlines_in_values=shape.over_lines,
            ignore_empty_lines=False,
            invalid_row_handler=None if ragged is None else keep,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, TEXT),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )


def _columns(rows: Sequence[Sequence[str]], width: int) -> pa.Table:
    padded = zip(*((*row, *[""] * width)[:width] for row in rows), strict=True)
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in padded]
    return text_table(("",) * width, columns or [pa.array([], pa.string())] * width)


def _row_faults(number: int, cells: Sequence[str], width: int, astray: int | None) -> Iterable[CellFault]:
    if astray is not None:
        yield CellFault("quote_astray", number, min(astray, width - 1))
    if any(cells[width:]):
        yield CellFault("row_too_long", number)
    elif len(cells) < width and any(cells):
        yield CellFault("row_too_short", number)


def proved_body(path: Path, dialect: Dialect, width: int, skip: int, first: int) -> Body | None:
    """The rows after `skip` lines, where what was read proves that the file is regular UTF-8; None where it does not.

    A quotation mark that stands astray, a line end within a cell, or a mark or zero byte in the text leaves its trace.
    """
    if not _for_arrow(dialect):
        return None
    try:
        data = _one_piece(_arrow(path, _Shape(dialect, width, skip, over_lines=False)))
    except pa.ArrowInvalid:
        return None
    trace = f"[{dialect.quote}\r\n\ufeff\\x00]"

    def leaves_trace(texts: pa.Array) -> bool:
        return bool(pc.any(pc.match_substring_regex(texts, trace), min_count=0).as_py())

    dictionaries = [chunk.dictionary for column in data.columns for chunk in column.chunks]
    if sum(map(len, dictionaries)) < _FEW:  # Arrow compiles the expression at each call
        dictionaries = [pa.concat_arrays(dictionaries)] if dictionaries else []
    if any(on_each(leaves_trace, dictionaries, data.num_rows)):
        return None
    return Body(data, np.arange(first, first + data.num_rows, dtype=np.int64))


def _one_piece(data: pa.Table) -> pa.Table:
    """The table with one dictionary and one chunk a column, so that nobody after has to unify them again."""
    columns = on_each(lambda column: column.unify_dictionaries().combine_chunks(), data.columns, data.num_rows)
    return pa.table(columns, names=data.column_names)


def _for_arrow(dialect: Dialect) -> bool:
    return len(dialect.delimiter.encode()) == 1 and not dialect.escape and not dialect.spaced


def regular_body(source: Path | bytes, dialect: Dialect, width: int, skip: int, first: int) -> Body | None:
    """The rows after `skip` lines, the first of which is row `first`; None where they are not for pyarrow.

    Rows with more or fewer cells than `width` are read one by one, and put back in their places.
    """
    if not _for_arrow(dialect):
        return None
    try:
        data = _one_piece(_arrow(source, _Shape(dialect, width, skip)))
        return Body(data, np.arange(first, first + data.num_rows, dtype=np.int64))
    except pa.ArrowInvalid:
        ragged: list[tuple[int, str]] = []
    try:
        data = _arrow(source, _Shape(dialect, width, skip), ragged)
    except pa.ArrowInvalid:
        return None
    cells = [next((row.cells for row in read_rows(text, dialect, width)), [""]) for _, text in ragged]
    places = np.array([number - 1 for number, _ in ragged], dtype=np.int64)
    whole = np.ones(data.num_rows + len(ragged), dtype=bool)
    whole[places] = False
    order = np.empty(len(whole), dtype=np.int64)
    order[whole], order[places] = np.arange(data.num_rows), data.num_rows + np.arange(len(places))
    joined = _one_piece(pa.concat_tables([data, _columns(cells, width)])).take(pa.array(order))
    faults: list[CellFault] = []
    for place, row in zip(places, cells, strict=True):
        faults += _row_faults(first + int(place), row, width, None)
    return Body(joined, np.arange(first, first + len(whole), dtype=np.int64), tuple(faults))


def irregular_body(
    text: str, dialect: Dialect, width: int, first: int, changes: Sequence[tuple[int, str]] = ()
) -> Body:
    """The same, one row after the other. `changes` are places in the text where its encoding changes, and how."""
    read = read_rows(text, dialect, width)
    pieces: list[pa.Table] = []
    faults: list[CellFault] = []
    begins: list[int] = []
    while piece := list(islice(read, _PIECE)):
        for row in piece:
            faults += _row_faults(first + len(begins), row.cells, width, row.astray)
            begins.append(row.begins)
        pieces.append(_columns([row.cells for row in piece], width))
    for offset, change in changes:
        number = first + max(bisect_right(begins, offset) - 1, 0)
        faults.append(CellFault("encoding_changes", number, None, change, open=True))
    data = pa.concat_tables(pieces) if pieces else _columns([], width)
    return Body(_one_piece(data), np.arange(first, first + len(begins), dtype=np.int64), tuple(faults))
