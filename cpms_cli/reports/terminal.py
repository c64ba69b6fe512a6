"""Tables and sentences for people at a terminal."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cpms_cli.reports.long_table import print_table
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.languages import traits_of
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.numbers import in_digits, shown_change, shown_share
from cpms_cli.writing.gate import printable

_PIPED_WIDTH = 200
NARROW = 100  # a window of the usual 80 columns, where headings of figures are broken between words


URGENT, LESS_URGENT = "bold red", "yellow"

_LONGEST_WORD = 14  # letters of a heading without spaces, as Thai has them, from which it may be broken

_INSTEAD = {"→": ">"}  # of the same width, so that tables stay straight


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
_BETWEEN_COLUMNS = 3  # blanks
COLOURED: ContextVar[bool] = ContextVar("coloured", default=True)
"""Whether this run may print in colours."""


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_INSTEAD.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error("cpms-signs", _instead)


class SpokenConsole(Console):
    """A console whose tables have their figures in the digits of a language; `colours` has the style in which a line
    of a cell is printed that is this text and nothing else, where there is a terminal that has colours."""

    def __init__(self, language: Language, *, stderr: bool, width: int | None) -> None:
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
        words = {"error": URGENT, "warning": LESS_URGENT}
        self.colours = {say(f"severity_{severity}", language): style for severity, style in words.items()}


def open_console(language: Language, *, stderr: bool = False) -> SpokenConsole:
    """A console that never dies on a letter its code page lacks, and that does not cut tables when piped."""
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="cpms-signs")
    width_wanted = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() or width_wanted.isdigit() else _PIPED_WIDTH
    return SpokenConsole(language, stderr=stderr, width=width)


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


def _least(heading: str) -> int:
    """A column is no narrower than the words over it, so that none of them is broken."""
    return min(_LONGEST_WORD, max(map(cell_len, heading.split()), default=1))


def _longest_line(cells: Iterable[str]) -> int:
    return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)


def _narrow_widths(width: int, texts: Mapping[str, list[str]], headings: Mapping[str, str]) -> dict[str, int]:
    """Return how wide each column of text is in a window that has not the room for the words of all headings: those are
    broken there, since a table that is too wide loses its last columns. Empty where there is room."""
    least = {name: _least(headings[name]) for name in texts}
    if sum(least.values()) <= width:
        return {}
    # None narrower than its cells need, as far as the window holds that; what is left goes to the headings.
    evenly = max(1, width // max(1, len(texts)))
    needed = {name: min(evenly, max(1, _longest_line(texts[name]))) for name in texts}
    left = max(0, width - sum(needed.values()))
    short = {name: max(0, least[name] - needed[name]) for name in texts}
    return {name: needed[name] + short[name] * left // max(1, sum(short.values())) for name in texts}


def show_table(
    console: Console,
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    layout: Layout = DEFAULT_LAYOUT,
    *,
    title: str = "",
) -> None:
    """Print the columns named in `headings`, in that order."""
    shares, signed = {*layout.percent, *layout.signed}, {*layout.signed}
    language = console.language if isinstance(console, SpokenConsole) else FALLBACK

    def cells(name: str) -> list[str]:
        if name in shares:
            return _shares(frame[name], name in signed, language)
        texts = _cells(frame[name])
        return [in_digits(text, language) for text in texts] if name in layout.right else texts

    columns = {name: cells(name) for name in headings}
    figures = {name for name in headings if name in shares or name in layout.right}
    taken = sum(
        max(_longest_line(columns[name]), _longest_line(headings[name].split())) + _BETWEEN_COLUMNS
        if name in figures
        else _BETWEEN_COLUMNS
        for name in headings
    )
    texts = {name: texts for name, texts in columns.items() if name not in figures}
    narrow = _narrow_widths(console.width - taken, texts, headings)

    def headed() -> Table:
        table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
        for name, heading in headings.items():
            numeric = name in figures
            broken = numeric and console.width < NARROW
            table.add_column(
                heading.replace(" ", "\n") if broken else heading,
                justify="right" if numeric else "left",
                no_wrap=numeric or name in layout.tight,
                min_width=None if numeric or narrow else _least(heading),
                width=narrow.get(name),
                overflow="fold",
            )
        return table

    colours = console.colours if isinstance(console, SpokenConsole) and console.color_system else {}
    print_table(console, headed, list(columns.values()), colours, traits_of(language).lines)
