"""Tables and sentences for people at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cpms_cli.writing.gate import printable

_PIPED_WIDTH = 200


def open_console(*, stderr: bool = False) -> Console:
    """A console that never dies on a letter its code page lacks, and that does not cut tables when piped."""
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    told = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() or told.isdigit() else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)


def _cells(values: pd.Series, percent: bool, signed: bool) -> list[str]:
    if percent:
        form = "{:+.1f}" if signed else "{:.1f} %"
        return ["–" if pd.isna(value) else form.format(value * 100) for value in values]
    return list(printable(values.astype("str").fillna("")))


def show_table(
    console: Console, frame: pd.DataFrame, headings: Mapping[str, str], *, title: str = "",
    right: Sequence[str] = (), percent: Sequence[str] = (), signed: Sequence[str] = (), tight: Sequence[str] = (),
) -> None:  # fmt: skip
    """Print the columns named in `headings`, in that order; `percent` columns hold shares, `signed` ones changes."""
    table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    columns = []
    for name, heading in headings.items():
        numeric = name in right or name in percent or name in signed
        table.add_column(
            heading, justify="right" if numeric else "left", no_wrap=numeric or name in tight, overflow="fold"
        )
        columns.append(_cells(frame[name], name in percent or name in signed, name in signed))
    for row in zip(*columns, strict=True):
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
