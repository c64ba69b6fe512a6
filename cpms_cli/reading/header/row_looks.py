"""What a row looks like by itself: names of columns, units, numbers, or groups over other names.

A row that could be a child's is never taken for a unit or a note: a row of plain numbers and words is a record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"[-+]?(?=[.,\s]*\d)[\d.,\s]+%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.]+)?")
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
_PARTS_OF_AGE = {"ปี", "เดือน", "วัน", "year", "years", "month", "months", "day", "days", "y", "m", "yr", "mo"}
_NUMBERED = 5
_TEXTUAL = 0.8


class Span(NamedTuple):
    """A merged range of cells, counted from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


def is_number(cell: str) -> bool:
    """Whether a cell holds a number or a date in digits, Thai digits too."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def filled(row: Sequence[str]) -> int:
    """Return how many cells of a row are not blank."""
    return sum(1 for cell in row if cell)


def is_textual(row: Sequence[str]) -> bool:
    """Whether a row looks like names of columns: words, each of them once."""
    cells = [cell for cell in row if cell]
    words = [cell for cell in cells if not is_number(cell)]
    return len(words) >= _TEXTUAL * len(cells) and len(set(words)) >= _TEXTUAL * len(words)


def contrasts(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether columns of numbers have a word in this row."""
    of_numbers = 0
    for index, cell in enumerate(row):
        if cell and not is_number(cell) and is_numeric(below, index):
            of_numbers += 1
    return of_numbers > 0


def fills_gaps(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether two rows share one header without merged cells to say so: each column is named in one, or spanned."""
    groups = [index for index, cell in enumerate(upper) if cell]
    spanned = [index for index, cell in enumerate(lower) if cell]
    if not groups or len(spanned) < 2 or not is_textual(lower) or any(map(is_number, lower)):
        return False
    gaps = [index for index in range(groups[0], max(*groups, *spanned) + 1) if not upper[index]]
    alone = [index for index in groups if not lower[index]]
    return len(gaps) > 0 and len(alone) > 0 and all(lower[index] for index in gaps)


def names_groups(row: Sequence[str], position: int, spans: Sequence[Span]) -> bool:
    """Whether a row right above a header names groups of columns, rather than being a title."""
    wide = any(span.top == span.bottom == position and span.right > span.left for span in spans)
    return filled(row) >= (2 if wide else 3) and is_textual(row)


def is_units(row: Sequence[str]) -> bool:
    """Units, question codes or the columns' own numbers: every cell says so, and no cell could be an answer."""
    cells = [cell.strip("()[] ") for cell in row if cell]
    if len(cells) >= _NUMBERED and all(cell.isdecimal() for cell in cells):
        numbers = [int(cell) for cell in cells]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 1
    written = [cell for cell in row if cell]
    marked = [cell for cell in written if _MARKED_UNIT.fullmatch(cell) and not is_number(cell)]
    plain = [cell for cell in written if cell.casefold() in _UNIT_WORDS]
    return len(marked) > 0 and len(written) > 1 and len(marked) + len(plain) == len(written)


def are_parts_of_age(row: Sequence[str]) -> bool:
    """Whether a row has nothing but the units in which an age is told, two of them or more: no child has such a row."""
    cells = [cell for cell in row if cell]
    return len(cells) > 1 and all(map(is_part_of_age, cells))


def is_part_of_age(cell: str) -> bool:
    """Whether a cell is a unit in which an age is told: it says nothing of what is asked."""
    return cell.strip("()[] .").casefold() in _PARTS_OF_AGE


def is_numeric(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Return whether most of the cells of a column that are not blank hold numbers."""
    column = [row[index] for row in rows if row[index]]
    return len(column) > 0 and sum(map(is_number, column)) >= _TEXTUAL * len(column)
