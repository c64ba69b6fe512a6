"""The tables of an OpenDocument spreadsheet, scanned row by row: what repeats is written once, with its number."""

from __future__ import annotations

import re
from html import unescape
from itertools import zip_longest

from cpms_cli.reading.book.cell_comments import wrote_it
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.source import CellFault, column_letter

_PIECE = re.compile(
    rb"<table:table\s[^<>]*?table:name=\"([^\"]*)\""
    rb"|(<table:table-row(?:\s[^<>]*)?/>|<table:table-row[\s>].*?</table:table-row>)",
    re.DOTALL,
)
_ROWS = re.compile(rb"<table:table-row[^<>]*table:number-rows-repeated=\"(\d{1,9})\"")
_CELLS = re.compile(rb"<table:(?:covered-)?table-cell\b([^<>]*?)(/?)>")
_TIMES = re.compile(rb"table:number-columns-repeated=\"(\d{1,9})\"")
_SPACES = re.compile(rb"text:c=\"(\d{4,})\"")
_HIDDEN = re.compile(rb"<table:table-row[^<>]*table:visibility=\"(?:collapse|filter)\"")
_COMMENT = re.compile(rb"<office:annotation\b[^<>]*>(.*?)</office:annotation>", re.DOTALL)
_AUTHOR, _TAG = re.compile(rb"<dc:creator>([^<]*)</dc:creator>"), re.compile(rb"<dc:\w+>[^<]*</dc:\w+>|<[^<>]*>")
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_BEYOND, _SHOWN, _LONGEST_MARK = 1 << 62, 1_000, 32


class OdsScan:
    """Feed it the pieces of `content.xml`, then ask for the `end`."""

    def __init__(self) -> None:
        self._rest = b""
        self._looks: dict[str, SheetLook] = {}
        self._look = SheetLook()
        self._row = self._width = self._written = 0

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their row."""
        return len(self._rest)

    def feed(self, chunk: bytes) -> None:
        """Look at the next piece, up to the last row that ends in it."""
        whole = self._rest + chunk
        end = 0
        for piece in _PIECE.finditer(whole):
            end = piece.end()
            if piece.group(1) is not None:
                self._look = self._looks.setdefault(unescape(piece.group(1).decode("utf-8", "replace")), SheetLook())
                self._row = self._width = self._written = 0
            else:
                self._add(piece.group(2))
        begun = [
            position
            for position in (whole.find(b"<table:table-row", end), whole.find(b"<table:table ", end))
            if position >= 0
        ]
        self._rest = whole[min(begun, default=max(end, len(whole) - _LONGEST_MARK)) :]

    def end(self) -> dict[str, SheetLook]:
        """What was found, by the table's name."""
        return self._looks

    def _add(self, row: bytes) -> None:
        if _SPACES.search(row):
            self._look.cells = _BEYOND
        repeated = _ROWS.match(row)
        times = min(int(repeated.group(1)), _MOST_ROWS) if repeated else 1
        first = self._row + 1
        self._row = min(self._row + times, _MOST_ROWS)
        width, column = 0, 0
        cells = list(_CELLS.finditer(row)) if b"office:" in row or b"<text:" in row else []
        is_commented = b"<office:annotation" in row
        for cell, after in zip_longest(cells, cells[1:]):
            attributes = cell.group(1)
            many = _TIMES.search(attributes)
            column = min(column + (int(many.group(1)) if many else 1), _MOST_COLUMNS)
            if b"office:" in attributes or b"table:formula" in attributes:
                width = column
            if b'calcext:value-type="error"' in attributes:
                rows = range(first, first + min(times, _SHOWN))
                self._look.faults += [CellFault("excel_error", row, column - 1) for row in rows]
            if is_commented and _has_comment(row[cell.end() : after.start() if after else len(row)]):
                self._look.comments.append((column_letter(column - 1), first))
        if width:
            self._width = max(self._width, width)
            self._written += width * times
            self._look.cells = max(self._look.cells, self._row * self._width, self._written)
        if _HIDDEN.match(row) and width:
            self._look.hidden += range(first, first + min(times, _SHOWN))


def _has_comment(content: bytes) -> bool:
    """Whether somebody wrote a comment at a cell; what `cpms` wrote is none, nor is one without a word in it."""
    comment = _COMMENT.search(content) if b"<office:annotation" in content else None
    if comment is None:
        return False
    author = _AUTHOR.search(comment[1])
    text = _TAG.sub(b"", comment[1]).decode("utf-8", "replace").strip()
    return bool(text) and not wrote_it(author[1].decode("utf-8", "replace") if author else "", text)
