"""The cells of a document's tables as text, the same in every format that has no numbers of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd
from rich.cells import cell_len

from cpms_cli.reports.document import Chart, Column, Kind, TableBlock
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.speech.numbers import shown_change, shown_count, shown_share
from cpms_cli.writing.gate import printable

NOT_COMPUTED = "–"
# Letters of a table's text in the width of a page, and how wide a column is made, its padding included.
_LETTERS = 102
_NARROWEST, _WIDEST, _TO_FILL, _PADDING = 6, 56, 10, 2
_HEADING = 12  # letters: a longer word of a heading is broken, as Thai is between its words
_WHOLE = 24  # letters: a column that needs no more is not narrowed
_FEW = 12  # letters: nor one that needs no more than these, where sentences beside it have no room
_LEAST = 0.4  # of its width: a column of sentences that gets less takes room from shorter words beside it
_BOLD = 1.25
_SHORT, _FIGURES = 10, 24  # rows that one page holds: of whatever words, and of figures, a line each


def cell_texts(block: TableBlock, column: Column, language: Language) -> list[str]:
    """A column's cells: a withheld count says so, a share that cannot be computed is a dash.

    >>> share = Column("s", "Share", "share")
    >>> cell_texts(TableBlock("", pd.DataFrame({"s": [0.125, None]}), (share,)), share, "en")
    ['12.5 %', '–']
    """
    values = block.frame[column.name]
    if column.kind == "text":
        return list(printable(values.astype("str").fillna("")))
    if column.kind == "count":
        withheld = say("not_published", language)
        return [withheld if pd.isna(value) else shown_count(int(value), language) for value in values]
    shown = shown_share if column.kind == "share" else shown_change
    return [NOT_COMPUTED if pd.isna(value) else shown(value, language) for value in values]


def is_blank(block: TableBlock, column: Column) -> bool:
    """Whether a column is there to be written into: none of its cells says anything."""
    if column.kind != "text" or block.frame.empty:
        return False
    # Mostly the first cell tells that it is not.
    return not any(pd.notna(cell) and str(cell) != "" for cell in block.frame[column.name])


def as_table(chart: Chart) -> TableBlock:
    """What a chart is drawn from, where it cannot be drawn; headings from the chart's own words. Where a share stands
    beside others is a sign, and no figure."""
    frame = chart.frame.drop(columns="position", errors="ignore").reset_index(drop=True)
    columns = [Column(str(name), chart.words.get(str(name), str(name)), _kind(frame[name])) for name in frame]
    return TableBlock(chart.title, frame, tuple(columns), chart.note)


def _kind(values: pd.Series) -> Kind:
    if pd.api.types.is_float_dtype(values):
        return "share"
    return "count" if pd.api.types.is_integer_dtype(values) else "text"


def widths(cells: Iterable[Sequence[str]]) -> list[int]:
    """How wide each column of cells is, in letters as they are seen: Thai vowels and tones above and below take no
    room."""
    return [max((cell_len(line) for cell in column for line in cell.splitlines()), default=0) for column in cells]


def column_shares(block: TableBlock, cells: Sequence[Sequence[str]]) -> list[float]:
    """Which part of the page's width each column gets, together 1: a table is as wide as the page.

    Figures are never broken, nor columns to be written into narrowed; columns of words share what is left.
    """
    headings = widths(column.heading.split() for column in block.columns)
    longest = (
        max(width, min(head * _BOLD, _HEADING), _NARROWEST) for width, head in zip(widths(cells), headings, strict=True)
    )
    wanted = [min(width, _WIDEST) + _PADDING for width in longest]
    wanted = [
        max(_TO_FILL, width) if is_blank(block, column) else width
        for column, width in zip(block.columns, wanted, strict=True)
    ]
    is_text = [column.kind == "text" and not is_blank(block, column) for column in block.columns]
    scaled, scale = _narrowed(wanted, [text and width > _WHOLE for text, width in zip(is_text, wanted, strict=True)])
    if scale < _LEAST:
        words = [text and width > _FEW + _PADDING for text, width in zip(is_text, wanted, strict=True)]
        scaled = [
            max(width, min(_FEW, whole)) for width, whole in zip(_narrowed(wanted, words)[0], wanted, strict=True)
        ]
    return [width / sum(scaled) for width in scaled]


def _narrowed(wanted: Sequence[float], words: Sequence[bool]) -> tuple[list[float], float]:
    """The columns' widths, those of `words` narrowed to the room that the others leave, and to which part of theirs."""
    fixed = sum(width for width, free in zip(wanted, words, strict=True) if not free)
    free = sum(wanted) - fixed
    scale = min(1.0, max(_LETTERS - fixed, _LETTERS / 3) / free) if free else 1.0
    return [width * scale if is_free else width for width, is_free in zip(wanted, words, strict=True)], scale


def stays_together(block: TableBlock) -> bool:
    """Whether a table is so short that it, its caption and its note belong on one page."""
    figures = all(column.kind != "text" for column in block.columns[1:])
    rows = _FIGURES if figures else _SHORT
    return len(block.frame) <= rows and not any(is_blank(block, column) for column in block.columns)


def count_lines(cells: Sequence[Sequence[str]], shares: Sequence[float]) -> int:
    """About how many lines of a page a table's rows take, its columns being so wide."""
    rooms = [max(share * _LETTERS - _PADDING, 1.0) for share in shares]
    return sum(
        max(math.ceil(width / room) for width, room in zip(widths([[cell] for cell in row]), rooms, strict=True)) or 1
        for row in zip(*cells, strict=True)
    )


def bar_lengths(block: TableBlock, column: Column) -> list[float]:
    """How long the bar behind each of a column's figures is, from 0 to 1; 0 where there is no figure, or no bar.

    >>> share = Column("s", "Share", "share", bar=True)
    >>> bar_lengths(TableBlock("", pd.DataFrame({"s": [0.1, None, 0.4]}), (share,)), share)
    [0.25, 0.0, 1.0]
    """
    if not column.bar:
        return [0.0] * len(block.frame)
    figures = block.frame[column.name].astype("Float64").fillna(0.0).astype("float64")
    longest = max(float(figures.max()), 1e-9)
    return [round(float(figure) / longest, 3) for figure in figures]
