"""Which rows under a header are records: not blank, no total, note or header repeated where files were pasted together.

By operations on whole columns; what is looked at singly are the few rows that are nearly blank. In doubt a row is a
record: one that cannot be stored is a finding, one that was dropped is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.header.header_rows import Layout, find_layout
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.layout.footers import notes, totals
from cpms_cli.reading.source import RowLeftOut, only_used
from cpms_cli.reading.value.coded_columns import CodedColumn, Flags, coded_column

_FEW_TEXTS, _LEAST_KNOWN, _MOST_PARTS, _HEADER_AND_UNITS = 2_000, 3, 50, 5


@dataclass(frozen=True)
class Records:
    """The records under one header, with the sheet's row numbers; `left_out` in the order of the sheet."""

    header: tuple[str, ...]
    header_row: int
    data: pa.Table
    rows: npt.NDArray[np.int64]
    left_out: tuple[RowLeftOut, ...]
    groups: tuple[str, ...] = ()


def _repeats(columns: Sequence[CodedColumn], cells: Sequence[str], filled: npt.NDArray[np.int64]) -> Flags:
    """Rows that hold these very cells and nothing else."""
    filled_cells = [(index, cell) for index, cell in enumerate(cells[: len(columns)]) if cell]
    hits = filled == len(filled_cells)
    for index, cell in filled_cells:
        if not hits.any():
            break
        hits &= columns[index].codes == columns[index].code_of(cell)
    return hits if filled_cells else np.zeros(len(filled), dtype=bool)


def _headers_again(
    columns: Sequence[CodedColumn], filled: npt.NDArray[np.int64], header: Sequence[str], known: Mapping[str, str]
) -> tuple[Flags, Flags]:
    """Rows that are headers: (of these very columns, of others or in another order)."""
    own = [known.get(spelt(cell), "") for cell in header]
    least = min(_LEAST_KNOWN, max(1, sum(map(bool, own))))
    rows = _rows_of_headers(columns, filled, known, least)
    all_named, same = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    for index, column in enumerate(columns):
        names_field, names_own_field = _fields_of(column, known, own[index] if index < len(own) else "", rows)
        all_named += names_field[column.codes[rows]]
        same += names_own_field[column.codes[rows]]
    again, other = np.zeros(len(filled), dtype=bool), np.zeros(len(filled), dtype=bool)
    again[rows[same == all_named]] = True
    other[rows[same < all_named]] = True
    return again, other


def _rows_of_headers(
    columns: Sequence[CodedColumn], filled: npt.NDArray[np.int64], known: Mapping[str, str], least: int
) -> npt.NDArray[np.int64]:
    """Return the rows with at least `least` headers in them, which are at least half of their cells.

    Columns of few texts come first: a row is out as soon as more than half of its cells are no headers, and columns
    are looked at only while a row is still in.
    """
    rows = np.flatnonzero(filled > 0)
    count, others = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    for column in sorted(columns, key=lambda column: len(column.texts)):
        if not len(rows):
            break
        codes = column.codes[rows]
        named = np.zeros(len(rows), dtype=bool)
        if len(column.texts) <= _FEW_TEXTS:
            named = _fields_of(column, known, "", rows)[0][codes]
        count += named
        others += ~named & (codes >= 0)
        still = 2 * others <= filled[rows]
        if not still.all():
            rows, count, others = rows[still], count[still], others[still]
    return rows[count >= least]


def _fields_of(
    column: CodedColumn, known: Mapping[str, str], own: str, rows: npt.NDArray[np.int64] | None = None
) -> tuple[Flags, Flags]:
    """For each distinct text of a column: is it a header, and is it that of the field `own`; the last is for blank."""
    codes = np.arange(len(column.texts)) if rows is None else np.unique(column.codes[rows])
    codes = codes[codes >= 0]
    fields = [known.get(spelt(text or ""), "") for text in column.texts.take(pa.array(codes)).to_pylist()]
    named, same = np.zeros(len(column.texts) + 1, dtype=bool), np.zeros(len(column.texts) + 1, dtype=bool)
    named[codes] = [bool(name) for name in fields]
    same[codes] = [bool(name) and name == own for name in fields]
    return named, same


def _named(
    columns: Sequence[CodedColumn], positions: Flags, rows: npt.NDArray[np.int64], kind: str
) -> list[RowLeftOut]:
    return [
        RowLeftOut(int(rows[position]), kind, _text_of_row(columns, position))  # type: ignore[arg-type]
        for position in np.flatnonzero(positions).tolist()
    ]


def _text_of_row(columns: Sequence[CodedColumn], position: int) -> str:
    return " | ".join(filter(None, (column.text_of(position) for column in columns)))


def records(
    data: pa.Table,
    rows: npt.NDArray[np.int64],
    layout: Layout,
    spellings: Mapping[str, str] | None = None,
    file: str = "",
) -> list[Records]:
    """The records of what follows a header (from the row `layout.begins` on), with what was left out.

    `data` has a dictionary-encoded text column per column of the sheet, `rows` the sheet's row number of each of its
    rows. Usually one part; more where another header of other columns follows further down in the same sheet. Raises
    UnreadableFile, naming `file`, where that happens too often to be a table.
    """
    columns = [coded_column(data.column(index)) for index in range(data.num_columns)]
    parts: list[Records] = []
    next_: Layout | None = layout
    while next_ is not None:
        part, end, after = _part(data, columns, rows, next_, spellings)
        if len(part.rows) or not parts:
            parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise UnreadableFile("header_changes", file=file, limit=_MOST_PARTS)
        data, rows, next_ = data.slice(end), rows[end:], after
        columns = [CodedColumn(column.codes[end:], column.texts) for column in columns]
    return parts


def _part(
    data: pa.Table,
    columns: list[CodedColumn],
    rows: npt.NDArray[np.int64],
    layout: Layout,
    spellings: Mapping[str, str] | None,
) -> tuple[Records, int, Layout | None]:
    """The records up to the next header of other columns, where that table's records begin, and its layout."""
    known = spellings if spellings is not None else {spelt(cell): cell for cell in layout.header if cell}
    filled = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        filled += column.codes >= 0
    out: list[RowLeftOut] = []
    left = filled.copy()
    for signature, cells in layout.signatures:
        again = _repeats(columns, cells, left)
        out += _named(columns, again, rows, signature.kind)
        left[again] = 0
    again, others = _headers_again(columns, left, layout.header, known)
    out += _named(columns, again, rows, "repeated_header")
    left[again] = 0
    header_position, begins, after = _next_table(columns, rows, np.flatnonzero(others & (left > 0)), spellings)
    left[header_position:] = 0
    for kind, find in (("note", notes), ("total", totals)):
        hits = find(columns, left)
        out += _named(columns, hits, rows, kind)
        left[hits] = 0
    out = [row for row in out if header_position == len(rows) or row.row < rows[header_position]]
    return _records(_Cells(data, columns, rows), left > 0, layout, out), begins, after


def _next_table(
    columns: Sequence[CodedColumn],
    rows: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    spellings: Mapping[str, str] | None,
) -> tuple[int, int, Layout | None]:
    """Where the next table's header is, where its records begin, and its layout; the ends where there is none."""
    if len(others):
        header_position = int(others[0])
        end = min(header_position + _HEADER_AND_UNITS, len(rows))
        top = [[column.text_of(position) for column in columns] for position in range(header_position, end)]
        layout = find_layout(top, spellings, numbers=[int(row) for row in rows[header_position:end]])
        if layout is not None and layout.header_index >= 0:
            return header_position, header_position + layout.begins, layout
    return len(rows), len(rows), None


@dataclass(frozen=True)
class _Cells:
    """The rows below a header: their cells, the same with each text as a number, and their row numbers."""

    data: pa.Table
    columns: Sequence[CodedColumn]
    rows: npt.NDArray[np.int64]


def _records(cells: _Cells, keep: Flags, layout: Layout, out: Sequence[RowLeftOut]) -> Records:
    """Return the rows to `keep` as records, without the empty columns on the right; `out` are rows left out."""
    data, columns, rows = cells.data, cells.columns, cells.rows
    header = layout.header[: len(columns)] + ("",) * (len(columns) - len(layout.header))
    width = max((i + 1 for i, column in enumerate(columns) if header[i] or (column.codes[keep] >= 0).any()), default=0)
    kept = data.select(list(range(width)))
    kept = only_used(kept if keep.all() else kept.filter(pa.array(keep)))
    left_out = tuple(sorted((*layout.left_out, *out), key=lambda row: row.row))
    return Records(header[:width], layout.header_row, kept, rows[keep], left_out, layout.groups[:width])
