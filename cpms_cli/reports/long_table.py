"""A table for the terminal whose rows are laid out at once, as rich lays them out one by one.

rich takes each cell through half a dozen of its objects: a list of some thousand children would take longer to print
than to work out. Here rich lays out the headings and a single row, in which each column stands for all of its cells:
from that row it follows how wide each column is and what stands between them, and all other rows are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table
from rich.text import Text

from cpms_cli.reports.line_breaking import breaks_between_letters, wrapped

NO_COLOURS: Mapping[str, str] = {}
_FILL = "\ue000"  # a sign for private use


class _Column:
    """The cells of a column, one below the other. To rich it is one cell, filled with a sign.

    Once it is rendered, `lines` has the lines of each cell, all as wide as the column.
    """

    def __init__(self, cells: Sequence[str], between_words: bool) -> None:
        self.cells = cells
        self.between_words = between_words
        self.width = 0
        self.lines: list[list[str]] = []

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths between which the column can be: of its longest word, and of its longest line."""
        of_cells = [Text(cell).__rich_measure__(console, options) for cell in set(self.cells)]
        return Measurement(max(of.minimum for of in of_cells), max(of.maximum for of in of_cells))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one line, filled with the sign."""
        self.width = options.max_width
        laid_out = {cell: _lines(cell, console, options, self.between_words) for cell in set(self.cells)}
        self.lines = [laid_out[cell] for cell in self.cells]
        yield Segment(_FILL * self.width)


def _lines(cell: str, console: Console, options: ConsoleOptions, between_words: bool) -> list[str]:
    """Return the lines of a cell in a column as wide as `options` say; most cells are one line that fits."""
    width = options.max_width
    if "\n" in cell or "\t" in cell or cell_len(cell) > width:
        broken = cell
        if between_words and options.justify != "right" and not options.no_wrap and breaks_between_letters(cell):
            broken = "\n".join(line for part in cell.split("\n") for line in wrapped(part, width))
        text = Text(broken).wrap(
            console, width, justify=options.justify, overflow=options.overflow, no_wrap=options.no_wrap
        )
        lines = [line.plain for line in text]
    elif options.justify == "right":
        lines = [" " * (width - cell_len(cell.rstrip())) + cell.rstrip()]
    else:
        lines = [cell]
    return [line + " " * (width - cell_len(line)) for line in lines]


def _rows(columns: Sequence[_Column], between: Sequence[str], styles: Mapping[str, Style]) -> Iterator[Segment]:
    """Yield every line of every row; `between` is what stands before, between and after the cells."""
    first, *others = between
    blanks = [" " * column.width for column in columns]
    for cells in zip(*(column.lines for column in columns), strict=True):
        for number in range(max(map(len, cells))):
            parts = [
                lines[number] if number < len(lines) else blank for lines, blank in zip(cells, blanks, strict=True)
            ]
            if any(part.strip() in styles for part in parts):
                yield Segment(first)
                for part, after in zip(parts, others, strict=True):
                    yield Segment(part, styles.get(part.strip()))
                    yield Segment(after)
            else:
                yield Segment(first + "".join(part + after for part, after in zip(parts, others, strict=True)))
            yield Segment.line()


def _printed(
    console: Console, table: Table, columns: Sequence[_Column], styles: Mapping[str, Style]
) -> Iterator[Segment]:
    """Yield what is printed of a table, its one row replaced by all rows."""
    for line in Segment.split_lines(console.render(table)):
        filled = [segment for segment in line if segment.text and not segment.text.strip(_FILL)]
        if len(filled) == len(columns):
            yield from _rows(columns, re.split(f"{_FILL}+", "".join(segment.text for segment in line)), styles)
        else:
            yield from line
            yield Segment.line()


def print_table(
    console: Console,
    headed: Callable[[], Table],
    columns: Sequence[Sequence[str]],
    colours: Mapping[str, str] = NO_COLOURS,
    *,
    between_words: bool = False,
) -> None:
    """Print a table; `headed` returns it with its headings and no rows, `columns` are its cells, column by column;
    `colours` the style of a line of a cell that is this text, `between_words` whether lines break there in languages
    that write no spaces."""
    table = headed()
    if not all(columns):
        console.print(table)
        return
    laid_out = [_Column(cells, between_words) for cells in columns]
    table.add_row(*laid_out)
    styles = {text: Style.parse(colour) for text, colour in colours.items()}
    printed = list(_printed(console, table, laid_out, styles))
    if min(column.width for column in laid_out) < 1:
        # The window has not a letter for each column.
        table = headed()
        for row in zip(*columns, strict=True):
            table.add_row(*map(Text, row))
        console.print(table)
        return
    console.print(Segments(printed))
