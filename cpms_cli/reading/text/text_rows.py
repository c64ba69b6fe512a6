"""Delimited text to rows of cells, also where a quotation mark stands astray.

A record that keeps the rules of quoting is taken as it stands. Where one does not, only its own line is read another
way, the one that breaks the fewest rules and has as many cells as the table has columns; a quotation mark that is never
closed does not swallow the rows below it.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from cpms_cli.reading.size_limits import LIMITS

_TRIES, _WAYS = 3_000, 200


@dataclass(frozen=True)
class Dialect:
    """How cells are set apart. `quote` is empty where there is none, `escape` where a quote inside is doubled; `spaced`
    where a space follows each delimiter."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    spaced: bool = False

    @cached_property
    def _lead(self) -> str:
        return " ?" if self.spaced else ""

    @cached_property
    def _quoted(self) -> str:
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        plain = f"[^{quote}{escape}]*+"
        inside = f"(?:{quote}{quote}|{escape}.)" if self.escape else quote * 2
        return f"{quote}(?P<inside>{plain}(?:{inside}{plain})*+){quote}"

    @cached_property
    def field(self) -> re.Pattern[str]:
        """A cell that keeps the rules, up to its delimiter or line end."""
        mark = re.escape(self.delimiter)
        unquoted = f"(?!{re.escape(self.quote)})" if self.quote else ""
        plain = f"(?P<plain>{unquoted}[^{mark}\r\n]*+)"
        either = f"(?:{self._quoted}|{plain})" if self.quote else f"(?P<inside>(?!))?{plain}"
        return re.compile(f"{self._lead}{either}(?P<end>{mark}|\r\n|\r|\n|\\Z)", re.DOTALL)

    @cached_property
    def record(self) -> re.Pattern[str]:
        """A record all of whose cells keep the rules, with its line end."""
        mark = re.escape(self.delimiter)
        cell = f"[^{mark}\r\n]*+"
        if self.quote:
            quoted = self._quoted.replace("?P<inside>", "?:")
            cell = f"(?:{quoted}|(?!{re.escape(self.quote)}){cell})"
        return re.compile(f"{self._lead}{cell}(?:{mark}{self._lead}{cell})*+(?:\r\n|\r|\n|\\Z)", re.DOTALL)

    def inner(self, text: str) -> str:
        """What stands between the quotes, as it was meant."""
        text = text.replace(self.quote * 2, self.quote)
        return re.sub(re.escape(self.escape) + "(.)", r"\1", text, flags=re.DOTALL) if self.escape else text


@dataclass(frozen=True)
class Row:
    """One record: where it begins in the text, its cells, and the cell (from 0) where a quote stands astray."""

    begins: int
    cells: list[str]
    astray: int | None = None


def _split(record: str, dialect: Dialect) -> list[str]:
    if not dialect.quote or dialect.quote not in record:
        plain = record.removesuffix("\n").removesuffix("\r").split(dialect.delimiter)
        return [cell.removeprefix(" ") for cell in plain] if dialect.spaced else plain
    cells: list[str] = []
    position = 0
    while True:
        field = dialect.field.match(record, position)
        if field is None:
            return cells
        inside = field["inside"]
        cells.append(field["plain"] if inside is None else dialect.inner(inside))
        position = field.end()
        if field["end"] != dialect.delimiter:
            return cells


def _next_cells(line: str, position: int, dialect: Dialect) -> Iterator[tuple[int, str, int]]:
    """The ways to read one cell: rules broken, its text, and where its delimiter stands."""
    if dialect.spaced and line[position : position + 1] == " ":
        position += 1
    end = line.find(dialect.delimiter, position)
    end = len(line) if end < 0 else end
    if not dialect.quote or not line.startswith(dialect.quote, position):
        yield 0, line[position:end], end
        return
    strict = dialect.field.match(line, position)
    if strict and strict["inside"] is not None:
        yield 0, dialect.inner(strict["inside"]), strict.end() - len(strict["end"])
    close = line.find(dialect.quote, position + 1)
    while close >= 0:
        if line.startswith(dialect.delimiter, close + 1) or close + 1 == len(line):
            yield 1, dialect.inner(line[position + 1 : close]), close + 1
        close = line.find(dialect.quote, close + 1)
    yield 1, line[position:end], end


def mended(line: str, dialect: Dialect, width: int) -> tuple[list[str], int | None]:
    """The cells of a line whose quotes break the rules, and the first cell where one does.

    The reading that comes nearest to `width` cells, and among those the one that breaks the fewest rules.
    """
    heap: list[tuple[int, int, int, int | None, list[str]]] = [(0, 0, 0, None, [])]
    best: tuple[int, list[str], int | None] | None = None
    tries = 0
    while heap and tries < _TRIES:
        broken, _, position, first, cells = heapq.heappop(heap)
        if position > len(line):
            off = abs(len(cells) - width)
            if best is None or off < best[0]:
                best = (off, cells, first)
            if off == 0 or not width:
                break
            continue
        for cost, cell, end in islice(_next_cells(line, position, dialect), _WAYS):
            tries += 1
            astray = len(cells) if cost and first is None else first
            heapq.heappush(heap, (broken + cost, tries, end + 1, astray, [*cells, cell]))
    if best is None:
        return line.split(dialect.delimiter), 0
    return best[1], best[2]


def _line(text: str, position: int) -> tuple[str, int]:
    """The line that begins here, and where the next one does."""
    ends = [end for mark in "\r\n" if (end := text.find(mark, position)) >= 0]
    end = min(ends, default=len(text))
    return text[position:end], end + (2 if text.startswith("\r\n", end) else 1)


def read_rows(text: str, dialect: Dialect, width: int = 0) -> Iterator[Row]:
    """The records of the text in order, blank lines among them; `width` is how many cells a record ought to have."""
    position = 0
    while position < len(text):
        match = dialect.record.match(text, position)
        record = match[0] if match else ""
        lines = record.rstrip("\r\n").count("\n") + record.rstrip("\r\n").count("\r")
        cells = _split(record, dialect) if match and lines <= LIMITS.cell_lines else None
        if cells is not None and (not lines or not width or len(cells) == width):
            yield Row(position, cells)
            position = match.end() if match else position
            continue
        line, after = _line(text, position)
        others, astray = mended(line, dialect, width)
        if cells is not None and len(others) != width:
            # Quoted over several lines, and ragged: no other reading is better.
            yield Row(position, cells)
            position = match.end() if match else position
            continue
        yield Row(position, others, astray)
        position = after
