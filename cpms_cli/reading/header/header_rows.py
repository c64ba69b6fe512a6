"""Where a sheet's header is: titles above it, one row or two, units and question codes under it.

Only the first rows are looked at, one by one; what follows is for `record_rows`, by whole columns. A row that could
be a child's is never taken for a title, a unit or a note: a row of plain numbers and words is a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cpms_cli.reading.header.group_rows import Head
from cpms_cli.reading.header.head_search import LEAST_KNOWN, WIDE, evident_head, known_fields, known_head
from cpms_cli.reading.header.row_looks import Span, filled, is_number, is_numeric, is_units
from cpms_cli.reading.source import RowLeftOut

_LOOKED_UNDER = 3


@dataclass(frozen=True)
class Layout:
    """How the first rows of a sheet are used.

    `header` has one text per column; `header_index` is its (lower) row among the first rows, -1 where there is none;
    `begins` the first row that may be a record. `left_out` has the rows before that, under the numbers given, and
    `signatures` their cells, by which they are known again where a file was pasted under another.
    """

    header: tuple[str, ...]
    header_index: int
    header_row: int
    begins: int
    left_out: tuple[RowLeftOut, ...] = ()
    signatures: tuple[tuple[RowLeftOut, tuple[str, ...]], ...] = ()
    groups: tuple[str, ...] = ()


def _joined_cells(row: Sequence[str]) -> str:
    return " | ".join(cell for cell in row if cell)


def _could_be_record(row: Sequence[str], header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row above the header is rather a record that was sorted there.

    It is full and has numbers in it; or it has them in several columns where the rows `below` the header have them.
    """
    if filled(row) >= max(LEAST_KNOWN, WIDE * filled(header)) and any(map(is_number, row)):
        return True
    alike = [index for index, cell in enumerate(row) if header[index] and is_number(cell) and is_numeric(below, index)]
    return len(alike) >= LEAST_KNOWN and not is_units(row)


def _tidy(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    tidy = [[" ".join(cell.split()) for cell in row] for row in rows]
    width = max(map(len, tidy), default=0)
    return [row + [""] * (width - len(row)) for row in tidy]


def _under(rows: Sequence[Sequence[str]], head: Head, spellings: Mapping[str, str]) -> dict[int, str]:
    """The rows right under the header that are no records, and what they are.

    Where all that follows looks like units, or more than a form has of them, it is a table of codes.
    """
    kinds = {}
    below = [is_units(row) for row in rows[head.position + 1 :] if filled(row)]
    has_units = sum(below) < min(len(below), _LOOKED_UNDER + 1)
    for position in range(head.position + 1, min(head.position + 1 + _LOOKED_UNDER, len(rows))):
        row = rows[position]
        if filled(row) == 0:
            continue
        if known_fields(row, spellings) >= max(LEAST_KNOWN, WIDE * filled(row)):
            kinds[position] = "second_header"
        elif has_units and is_units(row):
            kinds[position] = "units"
        else:
            break
    return kinds


def find_layout(
    rows: Sequence[Sequence[str]],
    spellings: Mapping[str, str] | None = None,
    *,
    numbers: Sequence[int] | None = None,
    merged: Iterable[Span] = (),
) -> Layout | None:
    """How the first rows of a sheet are used, blank ones among them.

    With `spellings` (folded header to field, as `header_spellings` gives), the header is the row or pair of rows with
    the most known headers, at least three; None where there is none. Without them it is told by how the rows look;
    where no row looks like one, `header` is blank and every row a record; None where all rows are blank.
    `numbers` are the sheet's own row numbers (1, 2, 3 ... unless given), `merged` the sheet's merged cells.
    """
    tidy, spans = _tidy(rows), list(merged)
    numbers = numbers or range(1, len(tidy) + 1)
    if not any(map(filled, tidy)):
        return None
    head = evident_head(tidy, spans) if spellings is None else known_head(tidy, spellings, spans)
    if head is None and spellings is not None:
        return None
    if head is None:
        begins = next(
            position for position, row in enumerate(tidy) if filled(row) == max(map(filled, tidy)) or filled(row) > 1
        )
        kinds = dict.fromkeys((position for position in range(begins) if filled(tidy[position])), "title")
        return _layout(Head(-1, [""] * len(tidy[0]), None), tidy, numbers, kinds, begins)
    above = range(head.position if head.upper is None else head.upper)
    sorted_positions = [
        position for position in above if _could_be_record(tidy[position], head.header, tidy[head.position + 1 :])
    ]
    kinds = {
        position: "title"
        for position in above
        if filled(tidy[position]) and not (sorted_positions and position >= sorted_positions[0])
    }
    kinds |= dict.fromkeys(range(head.position if head.upper is None else head.upper, head.position), "second_header")
    under = _under(tidy, head, spellings or {})
    begins = sorted_positions[0] if sorted_positions else max([head.position, *under]) + 1
    return _layout(head, tidy, numbers, {**kinds, **under}, begins)


def _layout(
    head: Head, rows: Sequence[Sequence[str]], numbers: Sequence[int], kinds: Mapping[int, str], begins: int
) -> Layout:
    rows_left_out = {
        position: RowLeftOut(numbers[position], kind, _joined_cells(rows[position]))  # type: ignore[arg-type]
        for position, kind in sorted(kinds.items())
    }
    known_again = [(rows_left_out[position], tuple(rows[position])) for position in rows_left_out]
    if head.position >= 0:
        again = RowLeftOut(numbers[head.position], "repeated_header", _joined_cells(rows[head.position]))
        known_again.append((again, tuple(rows[head.position])))
    left_out = tuple(row for position, row in rows_left_out.items() if position < begins)
    row = numbers[head.position] if head.position >= 0 else 0
    return Layout(tuple(head.header), head.position, row, begins, left_out, tuple(known_again), head.groups)
