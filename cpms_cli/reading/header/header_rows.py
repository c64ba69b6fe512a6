"""Where a sheet's header is: titles above it, one row or two, units and question codes under it.

Only the first rows are looked at, one by one; what follows is for `record_rows`, by whole columns. A row that could
be a child's is never taken for a title, a unit or a note: a row of plain numbers and words is a record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cpms_cli.reading.header.headers import field_of, match_headers
from cpms_cli.reading.header.side_by_side import numbered
from cpms_cli.reading.source import RowLeftOut

_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.]+)?")
_MARKED_UNIT = re.compile(
    r"\(.*\)|\[.*\]|หน่วย.*|\d+\s*=.+|(?:[dวymปดj]{1,4}[-/. ]){2}[dวymปดj]{1,4}"
    r"|(?:ข้อ|คำถาม|q|no)?\.?\s*[a-zก-ฮ]{0,3}[._-]?\d{1,3}(?:[._-]\d{1,3})*[a-z]?",
    re.IGNORECASE | re.DOTALL,
)
_UNIT_WORDS = {
    "ปี",
    "คน",
    "บาท",
    "ครั้ง",
    "ชั่วโมง",
    "ชม.",
    "วัน",
    "เดือน",
    "ตัวเลข",
    "ข้อความ",
    "วันที่",
    "year",
    "years",
    "person",
    "persons",
    "people",
    "baht",
    "times",
    "hours",
    "days",
    "months",
    "text",
    "number",
    "integer",
    "date",
    "string",
}
_LEAST_KNOWN, _NUMBERED, _LOOKED_UNDER = 3, 5, 3
_WIDE, _TEXTUAL = 0.5, 0.8


class Span(NamedTuple):
    """A merged range of cells, counted from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Layout:
    """How the first rows of a sheet are used.

    `header` has one text per column; `header_at` is its (lower) row among the first rows, -1 where there is none;
    `begins` the first row that may be a record. `left_out` has the rows before that, under the numbers given, and
    `signatures` their cells, by which they are known again where a file was pasted under another.
    """

    header: tuple[str, ...]
    header_at: int
    header_row: int
    begins: int
    left_out: tuple[RowLeftOut, ...] = ()
    signatures: tuple[tuple[RowLeftOut, tuple[str, ...]], ...] = ()


class _Head(NamedTuple):
    position: int
    header: list[str]
    upper: int | None


def is_number(cell: str) -> bool:
    """Whether a cell holds a number or a date in digits, Thai digits too."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def _known(cells: Iterable[str], spellings: Mapping[str, str]) -> int:
    """How many fields a row names; those of children side by side are counted for each child."""
    row = list(cells)
    match = match_headers(row, spellings)
    others = (numbered(row[index], spellings) for index in range(len(row)) if index not in match.fields and row[index])
    return len(set(match.fields.values())) + len(
        {numbered_field for numbered_field in others if numbered_field is not None}
    )


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _spread(upper: Sequence[str], lower: Sequence[str], position: int, spans: Sequence[Span]) -> list[str]:
    """The upper row with each group's name over all of its columns."""
    out = list(upper)
    for span in spans:
        if span.top <= position <= span.bottom and span.right < len(out):
            out[span.left : span.right + 1] = [out[span.left]] * (span.right - span.left + 1)
    for index in range(1, len(out)):
        if not out[index] and lower[index]:
            out[index] = out[index - 1]
    return out


def _joined(upper: Sequence[str], lower: Sequence[str], spellings: Mapping[str, str]) -> list[str]:
    """One text per column of a two-row header: what is known, else the lower cell, with its group where it repeats.

    A group that says a child's number is never left away: each child has the same headers below it.
    """
    out, often = [], Counter(lower)
    for above, below in zip(upper, lower, strict=True):
        both = [f"{above} {below}", f"{below} {above}"] if above and below and above != below else []
        if both and numbered(both[0], spellings):
            out.append(both[0])
            continue
        known = (text for text in (*both, below, above) if text and field_of(text, spellings))
        out.append(next(known, both[0] if both and often[below] > 1 else below or above))
    return out


def _known_head(rows: Sequence[Sequence[str]], spellings: Mapping[str, str], spans: Sequence[Span]) -> _Head | None:
    """The row, or the two rows, that hold the most known headers."""
    single = [_known(row, spellings) for row in rows]
    best, head = 0, None
    for position, row in enumerate(rows):
        if single[position] > best:
            best, head = single[position], _Head(position, list(row), None)
        if position + 1 < len(rows) and not any(map(is_number, rows[position + 1])) and _filled(rows[position + 1]) > 1:
            both = _joined(_spread(row, rows[position + 1], position, spans), rows[position + 1], spellings)
            count = _known(both, spellings)
            if count > max(best, single[position], single[position + 1]) and _known(row, spellings) < count:
                best, head = count, _Head(position + 1, both, position)
    return head if best >= _LEAST_KNOWN else None


def _textual(row: Sequence[str]) -> bool:
    """Whether a row looks like names of columns: words, each of them once."""
    cells = [cell for cell in row if cell]
    words = [cell for cell in cells if not is_number(cell)]
    return len(words) >= _TEXTUAL * len(cells) and len(set(words)) >= _TEXTUAL * len(words)


def _contrasts(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether columns of numbers have a word in this row."""
    of_numbers = 0
    for index, cell in enumerate(row):
        if cell and not is_number(cell) and _numeric(below, index):
            of_numbers += 1
    return of_numbers > 0


def _fills_gaps(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether two rows share one header without merged cells to say so: each column is named in one, or spanned."""
    groups = [index for index, cell in enumerate(upper) if cell]
    spanned = [index for index, cell in enumerate(lower) if cell]
    if not groups or len(spanned) < 2 or not _textual(lower) or any(map(is_number, lower)):
        return False
    gaps = [index for index in range(groups[0], max(*groups, *spanned) + 1) if not upper[index]]
    alone = [index for index in groups if not lower[index]]
    return len(gaps) > 0 and len(alone) > 0 and all(lower[index] for index in gaps)


def _names_groups(row: Sequence[str], position: int, spans: Sequence[Span]) -> bool:
    """Whether a row right above a header names groups of columns, rather than being a title."""
    wide = any(span.top == span.bottom == position and span.right > span.left for span in spans)
    return _filled(row) >= (2 if wide else 3) and _textual(row)


def _evident_head(rows: Sequence[Sequence[str]], spans: Sequence[Span]) -> _Head | None:
    """The header by what it looks like: the first row about as full as the table, of words where numbers follow."""
    fullest = max(map(_filled, rows))
    wide = [position for position, row in enumerate(rows) if _filled(row) >= max(_WIDE * fullest, min(2, fullest))]
    head_position = next((position for position in wide if _textual(rows[position])), None)
    if head_position is None:
        return next(
            (
                _Head(position, list(rows[position]), None)
                for position in wide[:1]
                if _contrasts(rows[position], rows[position + 1 :])
            ),
            None,
        )
    if head_position + 1 < len(rows):
        merged = any(span.top <= head_position < span.bottom for span in spans)
        wide_over = any(span.top == span.bottom == head_position and span.right > span.left for span in spans)
        if (merged and wide_over and _textual(rows[head_position + 1])) or _fills_gaps(
            rows[head_position], rows[head_position + 1]
        ):
            upper = _spread(rows[head_position], rows[head_position + 1], head_position, spans)
            return _Head(head_position + 1, _joined(upper, rows[head_position + 1], {}), head_position)
    if head_position and _names_groups(rows[head_position - 1], head_position - 1, spans):
        above = rows[head_position - 1]
        return _Head(
            head_position,
            _joined(_spread(above, rows[head_position], head_position - 1, spans), rows[head_position], {}),
            head_position - 1,
        )
    return _Head(head_position, list(rows[head_position]), None)


def _is_units(row: Sequence[str]) -> bool:
    """Units, question codes or the columns' own numbers: every cell says so, and no cell could be an answer."""
    cells = [cell.strip("()[] ") for cell in row if cell]
    if len(cells) >= _NUMBERED and all(cell.isdecimal() for cell in cells):
        numbers = [int(cell) for cell in cells]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 1
    written = [cell for cell in row if cell]
    marked = [cell for cell in written if _MARKED_UNIT.fullmatch(cell) and not is_number(cell)]
    plain = [cell for cell in written if cell.casefold() in _UNIT_WORDS]
    return len(marked) > 0 and len(written) > 1 and len(marked) + len(plain) == len(written)


def _joined_cells(row: Sequence[str]) -> str:
    return " | ".join(cell for cell in row if cell)


def _could_be_record(row: Sequence[str], header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row above the header is rather a record that was sorted there.

    It is full and has numbers in it; or it has them in several columns where the rows `below` the header have them.
    """
    if _filled(row) >= max(_LEAST_KNOWN, _WIDE * _filled(header)) and any(map(is_number, row)):
        return True
    alike = [index for index, cell in enumerate(row) if header[index] and is_number(cell) and _numeric(below, index)]
    return len(alike) >= _LEAST_KNOWN and not _is_units(row)


def _numeric(rows: Sequence[Sequence[str]], index: int) -> bool:
    column = [row[index] for row in rows if row[index]]
    return len(column) > 0 and sum(map(is_number, column)) >= _TEXTUAL * len(column)


def _tidy(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    tidy = [[" ".join(cell.split()) for cell in row] for row in rows]
    width = max(map(len, tidy), default=0)
    return [row + [""] * (width - len(row)) for row in tidy]


def _under(rows: Sequence[Sequence[str]], head: _Head, spellings: Mapping[str, str]) -> dict[int, str]:
    """The rows right under the header that are no records, and what they are.

    Where all that follows looks like units, or more than a form has of them, it is a table of codes.
    """
    kinds = {}
    below = [_is_units(row) for row in rows[head.position + 1 :] if _filled(row)]
    has_units = sum(below) < min(len(below), _LOOKED_UNDER + 1)
    for position in range(head.position + 1, min(head.position + 1 + _LOOKED_UNDER, len(rows))):
        row = rows[position]
        if _filled(row) == 0:
            continue
        if _known(row, spellings) >= max(_LEAST_KNOWN, _WIDE * _filled(row)):
            kinds[position] = "second_header"
        elif has_units and _is_units(row):
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
    if not any(map(_filled, tidy)):
        return None
    head = _evident_head(tidy, spans) if spellings is None else _known_head(tidy, spellings, spans)
    if head is None and spellings is not None:
        return None
    if head is None:
        begins = next(
            position for position, row in enumerate(tidy) if _filled(row) == max(map(_filled, tidy)) or _filled(row) > 1
        )
        kinds = dict.fromkeys((position for position in range(begins) if _filled(tidy[position])), "title")
        return _layout(_Head(-1, [""] * len(tidy[0]), None), tidy, numbers, kinds, begins)
    above = range(head.position if head.upper is None else head.upper)
    sorted_there = [
        position for position in above if _could_be_record(tidy[position], head.header, tidy[head.position + 1 :])
    ]
    kinds = {
        position: "title"
        for position in above
        if _filled(tidy[position]) and not (sorted_there and position >= sorted_there[0])
    }
    upper = head.position - 1 if head.upper is None else head.upper
    if head.upper is not None or (upper in kinds and _names_groups(tidy[upper], upper, spans)):
        kinds[upper] = "second_header"
    under = _under(tidy, head, spellings or {})
    begins = sorted_there[0] if sorted_there else max([head.position, *under]) + 1
    return _layout(head, tidy, numbers, {**kinds, **under}, begins)


def _layout(
    head: _Head, rows: Sequence[Sequence[str]], numbers: Sequence[int], kinds: Mapping[int, str], begins: int
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
    return Layout(tuple(head.header), head.position, row, begins, left_out, tuple(known_again))
