"""Tables and sentences for people at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TextIO

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cpms_cli.reports.console_letters import SIGNS
from cpms_cli.reports.line_breaking import longest_piece, wrapped_lines
from cpms_cli.reports.long_table import print_table
from cpms_cli.reports.table_widths import Needed, fitting_widths
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.plain_text import printable_text
from cpms_cli.survey.speech.numbers import in_digits, shown_change, shown_share
from cpms_cli.writing.gate import printable

_PIPED_WIDTH = 200
NARROW = 100  # a window of the usual 80 columns, where headings of figures are broken between words


URGENT, LESS_URGENT = "bold red", "yellow"

_LONGEST_WORD = 14  # letters of a heading without spaces, as Thai has them, from which it may be broken


@dataclass(frozen=True)
class Screen:
    """Where a report is printed: the console, with the definition and the language that give it its words."""

    console: Console
    survey: Survey
    language: Language

    def __post_init__(self) -> None:
        """Levels that are due by a time are coloured, the most urgent in another way."""
        if isinstance(self.console, SpokenConsole):
            urgent = [level.label.in_(self.language) for level in self.survey.urgent_levels]
            self.console.colours |= dict.fromkeys(urgent, LESS_URGENT) | dict.fromkeys(urgent[:1], URGENT)


@dataclass(frozen=True)
class Layout:
    """How the columns of a table are printed, each field by the names of columns.

    `right` hold numbers, `percent` shares, `signed` changes of shares; the words of `tight` columns stay in one line.
    """

    right: Sequence[str] = ()
    percent: Sequence[str] = ()
    signed: Sequence[str] = ()
    tight: Sequence[str] = ()


DEFAULT_LAYOUT = Layout()
_INDENT = 2  # blanks
COLOURED: ContextVar[bool] = ContextVar("coloured", default=True)
"""Whether this run may print in colours."""


class SpokenConsole(Console):
    """A console whose tables have their figures in the digits of a language; `colours` has the style in which a line
    of a cell is printed that is this text and nothing else, where there is a terminal that has colours. Without
    `tables` sentences alone are printed: the tables went to a file."""

    def __init__(self, language: Language, *, stderr: bool, width: int | None, tables: bool = True) -> None:
        # Held back for a pager, colours are signs in the text, which an old window of Windows does not know.
        held = sys.platform == "win32" and not stderr and not hasattr(sys.stdout, "reconfigure")
        super().__init__(
            stderr=stderr,
            width=width,
            highlight=False,
            emoji=False,
            markup=False,
            color_system=None if held else "auto",
            no_color=None if COLOURED.get() else True,
            legacy_windows=False if held else None,
        )
        self.language = language
        self.tables = tables
        words = {"error": URGENT, "warning": LESS_URGENT}
        self.colours = {say(f"severity_{severity}", language): style for severity, style in words.items()}

    def print(self, *objects: Any, soft_wrap: bool | None = None, **how: Any) -> None:
        """Print; sentences are broken between words, in languages too that write no spaces between them. What
        would steer the terminal, as in the name of a file, is left out."""
        shown = [
            "\n".join(wrapped_lines(part, self.width)) if isinstance(part, str) and not soft_wrap else part
            for part in (printable_text(part) if isinstance(part, str) else part for part in objects)
        ]
        super().print(*shown, soft_wrap=soft_wrap, **how)


def open_console(language: Language, *, stderr: bool = False, tables: bool = True) -> SpokenConsole:
    """A console that never dies on a letter its code page lacks, and that does not cut tables when piped."""
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=SIGNS)
    return SpokenConsole(language, stderr=stderr, width=_width_of(stream), tables=tables)


def _width_of(stream: TextIO) -> int | None:
    """How wide what is printed may be: None where the stream says so itself. What is piped, as to a pager, is as wide
    as the window in which the command was typed; where there is none, so wide that no table is cut."""
    if stream.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return None
    for other in (sys.stderr, sys.stdin):
        # Windows measures a window by what prints into it, not by what is typed there.
        with suppress(OSError, ValueError):
            if other and other.isatty() and (columns := os.get_terminal_size(other.fileno()).columns):
                return columns
    return _PIPED_WIDTH


def _shares(values: pd.Series, signed: bool, language: Language) -> list[str]:
    shown = shown_change if signed else shown_share
    return ["–" if pd.isna(value) else shown(value, language) for value in values]


def _cells(values: pd.Series) -> list[str]:
    return list(printable(values.astype("str").fillna("")))


def age_text(frame: pd.DataFrame) -> pd.Series:
    """Ages in completed years as they are written: one number, or the range where the birth date is not known."""
    low, high = frame["age_min"].astype("Int64").astype("str"), frame["age_max"].astype("Int64").astype("str")
    return low.where((low == high) | low.isna(), low + "–" + high)


def stacked(
    frame: pd.DataFrame, headings: Mapping[str, str], below: Mapping[str, Sequence[str]], named: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, str]]:
    """A table for a narrow window: columns laid below others, as `below` says; those `named` say in each cell what
    they are, and are left out where they are blank."""
    shown, left = frame.copy(), dict(headings)
    for name, lower in below.items():
        text = frame[name].astype("str").fillna("")
        for other in lower:
            heading = left.pop(other)
            cells = frame[other].astype("str").fillna("")
            lines = "\n" + (f"{heading}: " + cells if other in named else cells)
            text = text + lines.where(cells != "", "")
            left[name] += f"\n{heading}" if heading and other not in named else ""
        shown[name] = text
    return shown, left


def _longest_line(cells: Iterable[str]) -> int:
    return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)


def _longest_word(texts: Iterable[str]) -> int:
    return max((longest_piece(text) for text in set(texts)), default=0)


def _needed(heading: str, cells: Sequence[str], *, whole: bool, numeric: bool, width: int) -> Needed:
    """What a column needs. Its cells stay in one line if they are `whole`; headings of figures are broken between words
    in a narrow window; of other columns a word is broken where it is longer than most are."""
    lines, words = _longest_line(cells), _longest_word([heading])
    least = max(lines if whole else min(_LONGEST_WORD, _longest_word(cells)), min(_LONGEST_WORD, words), 1)
    most = _longest_line(heading.split()) if numeric and width < NARROW else _longest_line([heading])
    return Needed(least, max(least, lines, most))


def show_table(
    console: Console,
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    layout: Layout = DEFAULT_LAYOUT,
    *,
    title: str = "",
) -> None:
    """Print the columns named in `headings`, in that order."""
    if isinstance(console, SpokenConsole) and not console.tables:
        return
    shares, signed = {*layout.percent, *layout.signed}, {*layout.signed}
    language = console.language if isinstance(console, SpokenConsole) else FALLBACK

    def cells(name: str) -> list[str]:
        if name in shares:
            return _shares(frame[name], name in signed, language)
        texts = _cells(frame[name])
        return [in_digits(text, language) for text in texts] if name in layout.right else texts

    columns = {name: cells(name) for name in headings}
    figures = {name for name in headings if name in shares or name in layout.right}
    needed = [
        _needed(
            heading,
            columns[name],
            whole=name in figures or name in layout.tight,
            numeric=name in figures,
            width=console.width,
        )
        for name, heading in headings.items()
    ]
    widths = fitting_widths(needed, console.width)
    if title:
        console.print(title, style="bold")
    if widths is None:
        _show_below_each_other(console, headings, columns)
        return

    def headed() -> Table:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for (name, heading), width in zip(headings.items(), widths, strict=True):
            numeric = name in figures
            broken = heading.replace(" ", "\n") if numeric and console.width < NARROW else heading
            table.add_column(
                "\n".join(wrapped_lines(broken, width)),
                justify="right" if numeric else "left",
                no_wrap=numeric or name in layout.tight,
                width=width,
                overflow="fold",
            )
        return table

    colours = console.colours if isinstance(console, SpokenConsole) and console.color_system else {}
    print_table(console, headed, list(columns.values()), colours, between_words=True)


def _show_below_each_other(console: Console, headings: Mapping[str, str], columns: Mapping[str, Sequence[str]]) -> None:
    """Print a table that is wider than the window: a row is a paragraph, each cell a line that says what it is."""
    names = {name: " ".join(heading.split()) for name, heading in headings.items()}
    console.print()
    for cells in zip(*columns.values(), strict=True):
        for number, (name, cell) in enumerate(zip(names.values(), cells, strict=True)):
            lines = [(name and f"{name}: {cell}") or cell] if "\n" not in cell else [f"{name}:", *cell.split("\n")]
            for place, line in enumerate(lines if cell.strip() else ()):
                console.print((" " * _INDENT * (bool(number) + bool(place))) + line)
        console.print()
