"""Which row, or which rows, are the header: by the headers that are known, or by what rows look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise, zip_longest
from pathlib import Path

from cpms_cli.errors import OtherLayout
from cpms_cli.reading.header.group_rows import Head, joined_rows, with_group_rows
from cpms_cli.reading.header.headers import match_headers
from cpms_cli.reading.header.row_looks import Span, contrasts, filled, fills_gaps, is_number, is_textual
from cpms_cli.reading.header.side_by_side import numbered
from cpms_cli.reading.source import column_letter

LEAST_KNOWN = 3
WIDE = 0.5
_FIRST_COLUMNS = 3


def known_fields(cells: Iterable[str], spellings: Mapping[str, str]) -> int:
    """How many fields a row names; those of children side by side are counted for each child."""
    row = list(cells)
    match = match_headers(row, spellings)
    others = (numbered(row[index], spellings) for index in range(len(row)) if index not in match.fields and row[index])
    return len(set(match.fields.values())) + len(
        {numbered_field for numbered_field in others if numbered_field is not None}
    )


def stands_sideways(rows: Sequence[Sequence[str]], spellings: Mapping[str, str]) -> bool:
    """Whether headers stand below each other in one of the first columns: a list turned by a quarter, with a column
    for each child."""
    columns = zip_longest(*rows, fillvalue="")
    return any(known_fields(column, spellings) >= LEAST_KNOWN for column in islice(columns, _FIRST_COLUMNS))


def tables_beside(
    rows: Sequence[Sequence[str]], spellings: Mapping[str, str]
) -> tuple[int, list[tuple[int, int]]] | None:
    """Where the same headers stand twice in one row, as of two tables beside each other: the row, and the first and
    last column of each, all counted from 0; None where they do not.

    Two tables share no column: where a known header stands before the first of them, in that row or one above, it is
    of both, as the house is of children side by side.
    """
    for position, row in enumerate(rows):
        twice = [places for places in match_headers(row, spellings).twice.values() if len(places) > 1]
        if len(twice) >= LEAST_KNOWN:
            times = min(map(len, twice))
            parts = [[places[part] for places in twice] for part in range(times)]
            if any(match_headers(above[: min(parts[0])], spellings).fields for above in rows[: position + 1]):
                return None
            return position, [(min(part), max(part)) for part in parts]
    return None


def check_not_beside(
    path: Path,
    sheet: str | None,
    top: Sequence[Sequence[str]],
    spellings: Mapping[str, str],
    cells: Sequence[Sequence[object]] | None = None,
) -> None:
    """Raise OtherLayout where two tables stand beside each other: no map can tell their columns apart.

    With the `cells` of the sheet, only where a blank column parts them: what is asked of the child may be asked of its
    mother again, under her name.
    """
    beside = tables_beside(top, spellings)
    if beside is None or (cells is not None and not all(_are_apart(cells, *pair) for pair in pairwise(beside[1]))):
        return
    parts = ", ".join(f"{column_letter(first)}–{column_letter(last)}" for first, last in beside[1])
    raise OtherLayout("tables_beside", file=path.name, sheet=sheet or "", row=beside[0] + 1, columns=parts)


def _are_apart(cells: Sequence[Sequence[object]], left: tuple[int, int], right: tuple[int, int]) -> bool:
    between = range(left[1] + 1, right[0])
    return any(all(_is_blank(row[column]) for row in cells if column < len(row)) for column in between)


def _is_blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def known_head(rows: Sequence[Sequence[str]], spellings: Mapping[str, str], spans: Sequence[Span]) -> Head | None:
    """The rows that hold the most known headers: one, or two or three of which the upper ones name groups."""
    single = [known_fields(row, spellings) for row in rows]
    best, head = 0, None
    for position, row in enumerate(rows):
        if single[position] > best:
            best, head = single[position], Head(position, list(row), None)
        if position + 1 < len(rows) and not any(map(is_number, rows[position + 1])) and filled(rows[position + 1]) > 1:
            both = joined_rows(row, rows[position + 1], position, spans, spellings)
            count = known_fields(both.header, spellings)
            if count > max(best, single[position], single[position + 1]) and known_fields(row, spellings) < count:
                best, head = count, both
    if head is None or best < LEAST_KNOWN:
        return None
    return with_group_rows(head, rows, spans, spellings)


def evident_head(rows: Sequence[Sequence[str]], spans: Sequence[Span]) -> Head | None:
    """The header by what it looks like: the first row about as full as the table, of words where numbers follow."""
    fullest = max(map(filled, rows))
    wide = [position for position, row in enumerate(rows) if filled(row) >= max(WIDE * fullest, min(2, fullest))]
    head_position = next((position for position in wide if is_textual(rows[position])), None)
    if head_position is None:
        return next(
            (
                Head(position, list(rows[position]), None)
                for position in wide[:1]
                if contrasts(rows[position], rows[position + 1 :])
            ),
            None,
        )
    head = Head(head_position, list(rows[head_position]), None)
    if head_position + 1 < len(rows):
        upper, lower = rows[head_position], rows[head_position + 1]
        merged = any(span.top <= head_position < span.bottom for span in spans)
        wide_over = any(span.top == span.bottom == head_position and span.right > span.left for span in spans)
        if (merged and wide_over and is_textual(lower)) or fills_gaps(upper, lower):
            head = joined_rows(upper, lower, head_position, spans, {})
    return with_group_rows(head, rows, spans, {})
