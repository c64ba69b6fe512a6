"""One worksheet's XML, scanned piece by piece: how far its cells reach, and what its values do not tell.

A scan by regular expressions, not a parse: it must see a hostile part before any parser does, and must cost a small
part of the reading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cpms_cli.reading.source import CellFault

_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})\d')
_FAR_ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d{6,})')
_PREFIXED = (b":c ", b":c>", b":c/", b":c\n", b":c\t")
_FULL_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*[^<>/]|\s[^<>/])?>(?!</)")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{1,4})([0-9]{1,10})\s*["']""")
_ROW_TAG, _ROW_NUMBER = re.compile(rb"<(?:\w+:)?row(\s[^<>]*|/)?>"), re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")
_CELL_TAG = re.compile(rb"<(?:\w+:)?c(\s[^<>]*|/)?>")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\s(?=[^<>]*\shidden\s*=\s*["'](?:1|true)["'])[^<>]*?\br\s*=\s*["'](\d{1,7})""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\s[^<>]*\bt\s*=\s*["']e["'][^<>]*>""")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<|</(?:\w+:)?c>")
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)?>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")
_FIVE_DIGITS = 99_999


@dataclass
class SheetLook:
    """`cells`: the size of the rectangle in which they all lie, or more; `hidden`: the rows nobody sees; `comments`:
    column and row of the cells at which somebody wrote one; `far`: the cells (row and column, counted from 1) that are
    taken out of `part` before it is parsed; `from_1904` whether the workbook counts days from 1904."""

    cells: int = 0
    faults: list[CellFault] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    comments: list[tuple[str, int]] = field(default_factory=list)
    far: list[tuple[int, int]] = field(default_factory=list)
    part: str = ""
    from_1904: bool = False


def column_number(letters: bytes) -> int:
    """The column of these letters, counted from 1: A is 1, XFD is 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


class _Places:
    """Where the cells of a piece of a sheet stand, those without a reference too: each follows the one before it."""

    def __init__(self, rows: bytes, before: int) -> None:
        self._piece, self._before = rows, before
        tags = list(_ROW_TAG.finditer(rows))
        self._begins: Sequence[int] = [tag.start() for tag in tags]
        self._numbers = list(_numbered((tag.group(1) or b"" for tag in tags), before))
        self._seen = (-1, 0, 0)

    def of(self, offset: int, tag: bytes) -> tuple[int, int]:
        """Return row and column, from 1, of the cell whose `tag` begins at byte `offset`; asked for in their order."""
        reference = _REFERENCE.search(tag)
        if reference is not None:
            return int(reference.group(2)), column_number(reference.group(1))
        row = bisect_right(self._begins, offset) - 1
        last, passed, column = self._seen
        if last != row:
            passed, column = self._begins[row] if row >= 0 else 0, 0
        for cell in _CELL_TAG.finditer(self._piece, passed):
            if cell.start() > offset:
                break
            reference = _REFERENCE.search(cell.group(1) or b"")
            column, passed = column_number(reference.group(1)) if reference else column + 1, cell.end()
        self._seen = (row, passed, column)
        return self._numbers[row] if row >= 0 else max(self._before, 1), column


def _numbered(attributes: Iterable[bytes], before: int) -> Iterable[int]:
    """The numbers of rows with these attributes, after the row `before`."""
    for attribute in attributes:
        written = _ROW_NUMBER.search(attribute)
        before = int(written.group(1)) if written else before + 1
        yield before


class SheetScan:
    """Feed it the pieces of a part, then ask for the `end`."""

    def __init__(self) -> None:
        self._rest = b""
        self._columns: set[bytes] = set()
        self._far = 0
        self._plain = True
        self._row = 0
        self._look = SheetLook()

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their row."""
        return len(self._rest)

    def feed(self, chunk: bytes) -> None:
        """Look at the next piece, up to the last row that ends in it."""
        whole = self._rest + chunk
        end = whole.rfind(b"</row>")
        end = end + len(b"</row>") if end >= 0 else max(whole.rfind(b"<"), 0)
        if end < len(whole) - (len(chunk) << 1):
            end = max(whole.rfind(b"<"), 0)
        self._rest = whole[end:]
        self._scan(whole[:end])

    def end(self) -> SheetLook:
        """What was found; `cells` is an upper bound."""
        self._scan(self._rest)
        widest = max((column_number(letters) for letters in self._columns), default=0)
        self._look.cells = widest * max(self._far, _FIVE_DIGITS) if self._plain else 1 << 62
        return self._look

    def _scan(self, rows: bytes) -> None:
        columns = _COLUMN.findall(rows)
        self._columns.update(columns)
        cells = rows.count(b"<c") - rows.count(b"<co") - rows.count(b"<cf")
        self._plain &= len(columns) == cells and not any(mark in rows for mark in _PREFIXED)
        self._far = max([self._far, *map(int, set(_FAR_ROW.findall(rows)))])
        if b"hidden" in rows:
            self._look.hidden += [int(row) for row in _HIDDEN.findall(rows)]
        with_errors = b'"e"' in rows or b"'e'" in rows
        if with_errors or b"<f" in rows or b":f" in rows:
            self._faults(rows, with_errors)
        if not self._plain or rows.count(b"<row ") != rows.count(b'<row r="'):
            *_, self._row = (self._row, *_numbered((number or b"" for number in _ROW_TAG.findall(rows)), self._row))
        elif b"<row " in rows:
            *_, self._row = _numbered([rows[rows.rindex(b"<row ") + 4 :][:20]], self._row)

    def _faults(self, rows: bytes, with_errors: bool) -> None:
        places = _Places(rows, self._row)
        if with_errors:
            for tagged_cell in _ERROR.finditer(rows):
                value = _VALUE.search(rows, tagged_cell.end())
                self._fault(
                    "excel_error",
                    places.of(tagged_cell.start(), tagged_cell.group()),
                    value.group(1) if value else None,
                )
        places = _Places(rows, self._row) if with_errors else places
        for tagged_cell in _UNCALCULATED.finditer(rows):
            if not _TEXT_RESULT.search(tagged_cell.group(1) or b""):
                self._fault("formula_uncalculated", places.of(tagged_cell.start(), tagged_cell.group(1) or b""), None)

    def _fault(self, check: str, place: tuple[int, int], value: bytes | None) -> None:
        shown = value.decode("utf-8", "replace") if value is not None else None
        self._look.faults.append(CellFault(check, place[0], place[1] - 1, shown))


def exact_extent(chunks: Iterable[bytes]) -> int:
    """The cells of the rectangle from A1 to the last row and column in which a cell has content.

    Cells without a reference follow the one before them.
    """
    row = column = rows_begun = in_row = most_in_row = 0
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        end = max(whole.rfind(b"<"), 0)
        rest, whole = whole[end:], whole[:end]
        for cell in set(_FULL_CELL.findall(whole)):
            place = _REFERENCE.search(cell)
            if place is not None:
                row, column = max(row, int(place.group(2))), max(column, column_number(place.group(1)))
            else:
                most_in_row = max(most_in_row, 1)
        if most_in_row:
            first, *others = [len(_CELL.findall(part)) for part in _ROW.split(whole)]
            most_in_row = max(most_in_row, in_row + first, *others, 0)
            in_row = others[-1] if others else in_row + first
        rows_begun += len(_ROW.findall(whole))
    if most_in_row:
        return max(row, rows_begun) * max(column, most_in_row)
    return row * column
