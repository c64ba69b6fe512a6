"""Tables of a web page under the name of a spreadsheet, as systems of the government export them, as sheets of a book.

Nothing of the page is run, fetched or resolved: its tags are read one after another, and only the text in tables and
between them is kept. Text above a table is a title of it, each paragraph in a row of its own, as Excel shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.book.sheet_tables import BookSheet
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.reading.size_limits import LIMITS, check_columns, check_extent, sheet_too_far

_NEVER_SHOWN = frozenset({"script", "style", "title", "head", "noscript", "template", "xml", "select", "textarea"})
_NOT_IN_HEADS = frozenset({"body", "table", "div", "p"})  # a page without an end of its head goes on
_PARAGRAPHS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "center", "caption", "hr", "form"})
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_AROUND_BREAKS = re.compile(r" ?\n[ \n]*")
_CELLS = frozenset({"td", "th"})
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BREAK = "\v"
_LINES_KEPT, _LAST_ROW = 20, 1_048_576
_CHUNK = 1 << 20


@dataclass
class _Cell:
    """A cell that is being read; how many columns and rows it covers."""

    wide: int
    tall: int
    text: list[str] = field(default_factory=list)


@dataclass
class _Grid:
    """A table that is being read. `covered` has, by column, how many of the rows to come a cell above reaches into."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Span] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)
    row: list[str] | None = None
    cell: _Cell | None = None
    width: int = 0

    def begin_row(self) -> None:
        """A row begins, and with it ends the one before."""
        self.end_row()
        self.row = []

    def end_cell(self) -> None:
        """Put the cell into the first column of its row that no other covers."""
        cell, self.cell = self.cell, None
        if cell is None or self.row is None:
            return
        while self.covered.get(len(self.row), 0):
            self.row.append("")
        left, top = len(self.row), len(self.rows)
        self.row += [shown_text("".join(cell.text)), *([""] * (cell.wide - 1))]
        if cell.wide > 1 or cell.tall > 1:
            self.merged.append(Span(top, left, top + cell.tall - 1, left + cell.wide - 1))
        if cell.tall > 1:
            # Counted from the row after this one: the row's own end takes one away.
            self.covered |= dict.fromkeys(range(left, left + cell.wide), cell.tall)

    def end_row(self) -> None:
        """Keep the row, if one was begun."""
        self.end_cell()
        if self.row is None:
            return
        self.width = max(self.width, len(self.row))
        self.rows.append(self.row)
        self.row = None
        self.covered = {column: rows - 1 for column, rows in self.covered.items() if rows > 1}


def shown_text(text: str) -> str:
    """The text of a cell as a page shows it: white space is one space, and only a break begins a line.

    >>> shown_text("  บ้าน\\n   เลขที่\\v(ทะเบียน) ")
    'บ้าน เลขที่\\n(ทะเบียน)'
    """
    return _AROUND_BREAKS.sub("\n", _SPACE.sub(" ", text).replace(_BREAK, "\n")).strip()


class _Reader:
    """What is kept of the tags of a page, as the parser meets them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.grids: list[_Grid] = []
        self.open: list[_Grid] = []
        self.above: list[str] = []
        self.loose: list[str] = []
        self.unseen: list[str] = []
        self.cells = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag begins."""
        if self.unseen and tag in _NOT_IN_HEADS and self.unseen[-1] == "head":
            self.unseen.pop()
        if self.unseen or tag in _NEVER_SHOWN:
            self.unseen.append(tag)
        elif tag == "table":
            self._begin_table()
        elif tag == "br":
            self.data(_BREAK)
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        elif self.open:
            self._start_in_table(self.open[-1], tag, attributes)

    def _start_in_table(self, grid: _Grid, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "tr":
            grid.begin_row()
            self._check_size(grid, 1)
            if "hidden" in attributes or _UNSEEN.search(attributes.get("style", "")):
                grid.hidden.append(len(grid.rows) + 1)
        elif tag in _CELLS:
            grid.end_cell()
            if grid.row is None:
                grid.begin_row()
            grid.cell = _Cell(_count(attributes.get("colspan")), _count(attributes.get("rowspan")))
            self._check_size(grid, grid.cell.wide)

    def _check_size(self, grid: _Grid, wide: int) -> None:
        width = max(grid.width, len(grid.row or ()) + wide)
        check_columns(self.path.name, width)
        cells = self.cells + width * (len(grid.rows) + 1)
        check_extent(self.path.name, "table", cells)
        if len(grid.rows) > _LAST_ROW:
            raise sheet_too_far(self.path.name, "table", cells)

    def _begin_table(self) -> None:
        self._end_paragraph()
        grid = _Grid()
        if not self.open:
            grid.rows = [[line] for line in self.above]
            self.above = []
        if len(self.grids) >= LIMITS.entries:
            raise UnreadableFile("damaged_page", file=self.path.name)
        self.grids.append(grid)
        self.open.append(grid)

    def _end_paragraph(self) -> None:
        """A line of its own: between tables it is kept, in a cell it is a break."""
        if self.open:
            cell = self.open[-1].cell
            if cell is not None and any(map(str.strip, cell.text)):
                cell.text.append(_BREAK)
            return
        lines = filter(None, map(str.strip, shown_text("".join(self.loose)).split("\n")))
        # The header is looked for in the first rows only: a page may have any number of lines above its table.
        self.above = [*self.above, *lines][-_LINES_KEPT:]
        self.loose = []

    def end(self, tag: str) -> None:
        """A tag ends; those that were left open were ended by the parser."""
        if self.unseen:
            if tag in self.unseen:
                del self.unseen[self.unseen.index(tag) :]
        elif tag == "table" and self.open:
            grid = self.open.pop()
            grid.end_row()
            self.cells += grid.width * len(grid.rows)
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        elif self.open and tag == "tr":
            self.open[-1].end_row()
        elif self.open and tag in _CELLS:
            self.open[-1].end_cell()

    def data(self, text: str) -> None:
        """Text between tags."""
        if self.unseen:
            return
        if not self.open:
            self.loose.append(text)
        elif self.open[-1].cell is not None:
            self.open[-1].cell.text.append(text)

    def close(self) -> list[_Grid]:
        """The tables in the order in which they begin; what stands below the last of them is in its last rows."""
        for grid in self.open:
            grid.end_row()
        self.open = []
        self._end_paragraph()
        if self.grids:
            self.grids[-1].rows += [[line] for line in self.above]
        return self.grids


def _count(span: str | None) -> int:
    digits = (span or "").strip()
    return max(int(digits), 1) if digits.isdecimal() and len(digits) < 6 else 1


def page_sheets(path: Path, text: str) -> Iterator[BookSheet]:
    """Each table of a page as a sheet, named by its number; without a name where there is only one.

    Raises UnreadableFile where there is none, as in the page of a system that asks to sign in, where it is too large,
    and where the page ends before its table does.
    """
    plain = text.lower()
    if plain.rfind("<table") > plain.rfind("</table"):
        # Half a download has half of the rows, and nobody would miss the others.
        raise UnreadableFile("damaged_page", file=path.name)
    parser = etree.HTMLParser(target=_Reader(path), encoding="utf-8", no_network=True, remove_comments=True)
    content = text.encode("utf-8", "replace")
    try:
        for begins in range(0, len(content), _CHUNK):
            parser.feed(content[begins : begins + _CHUNK])
        grids: list[_Grid] = [grid for grid in parser.close() if any(map(any, grid.rows))]
    except etree.LxmlError:
        raise UnreadableFile("damaged_page", file=path.name) from None
    if not grids:
        raise UnreadableFile("page_without_table", file=path.name)
    for number, grid in enumerate(grids, 1):
        width = max(map(len, grid.rows))
        cells: list[list[Any]] = [[*row, *([""] * (width - len(row)))] for row in grid.rows]
        merged = [
            Span(span.top, span.left, min(span.bottom, len(cells) - 1), min(span.right, width - 1))
            for span in grid.merged
        ]
        look = SheetLook(cells=width * len(cells), hidden=grid.hidden)
        yield BookSheet(str(number) if len(grids) > 1 else None, cells, merged, look)
