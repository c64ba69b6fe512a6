"""Tables and sentences for people at a terminal."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cpms_cli.reports.long_table import print_table
from cpms_cli.writing.gate import printable

_PIPED_WIDTH = 200
NARROW = 100  # a window of the usual 80 columns, where headings of figures are broken between words


_LONGEST_WORD = 14  # letters of a heading without spaces, as Thai has them, from which it may be broken

_INSTEAD = {"→": ">"}  # of the same width, so that tables stay straight


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_INSTEAD.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error("cpms-signs", _instead)


def open_console(*, stderr: bool = False) -> Console:
    """A console that never dies on a letter its code page lacks, and that does not cut tables when piped."""
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="cpms-signs")
    width_wanted = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() or width_wanted.isdigit() else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)


def _cells(values: pd.Series, percent: bool, signed: bool) -> list[str]:
    if percent:
        form = "{:+.1f}" if signed else "{:.1f} %"
        return ["–" if pd.isna(value) else form.format(value * 100) for value in values]
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


def show_table(
    console: Console,
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    *,
    title: str = "",
    right: Sequence[str] = (),
    percent: Sequence[str] = (),
    signed: Sequence[str] = (),
    tight: Sequence[str] = (),
) -> None:
    """Print the columns named in `headings`, in that order; `percent` columns hold shares, `signed` ones changes."""

    def headed() -> Table:
        table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
        for name, heading in headings.items():
            numeric = name in right or name in percent or name in signed
            broken = numeric and console.width < NARROW
            table.add_column(
                heading.replace(" ", "\n") if broken else heading,
                justify="right" if numeric else "left",
                no_wrap=numeric or name in tight,
                min_width=None if numeric else _least(heading),
                overflow="fold",
            )
        return table

    cells = [_cells(frame[name], name in percent or name in signed, name in signed) for name in headings]
    print_table(console, headed, cells)
