"""The cells of a document's tables as text, the same in every format that has no numbers of its own."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.cells import cell_len

from cpms_cli.reports.documents import Chart, Column, Document, Kind, TableBlock
from cpms_cli.survey.definition import Language
from cpms_cli.survey.messages import say
from cpms_cli.writing.gate import printable

NOT_COMPUTED = "–"
# A page holds this many columns upright; a wider table turns the document.
_UPRIGHT = 6
_FORMS = {"share": "{:.1f} %", "change": "{:+.1f}"}


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
        withheld = say("cell_withheld", language)
        return [withheld if pd.isna(value) else f"{int(value):,}" for value in values]
    return [NOT_COMPUTED if pd.isna(value) else _FORMS[column.kind].format(value * 100) for value in values]


def is_blank(block: TableBlock, column: Column) -> bool:
    """Whether a column is there to be written into: none of its cells says anything."""
    values = block.frame[column.name]
    return column.kind == "text" and len(values) > 0 and bool((values.astype("str").fillna("") == "").all())


def is_wide(document: Document) -> bool:
    """Whether a document is laid across: one of its tables has more columns than an upright page holds."""
    return any(isinstance(part, TableBlock) and len(part.columns) > _UPRIGHT for part in document.parts)


def as_table(chart: Chart) -> TableBlock:
    """What a chart is drawn from, where it cannot be drawn; headings from the chart's own words."""
    frame = chart.frame.reset_index(drop=True)
    columns = [Column(str(name), chart.words.get(str(name), str(name)), _kind(frame[name])) for name in frame]
    return TableBlock(chart.title, frame, tuple(columns), chart.note)


def _kind(values: pd.Series) -> Kind:
    if pd.api.types.is_float_dtype(values):
        return "share"
    return "count" if pd.api.types.is_integer_dtype(values) else "text"


def widths(cells: Sequence[Sequence[str]], narrowest: float, widest: float) -> list[float]:
    """How wide each column of cells wants to be, in letters as they are seen: Thai vowels and tones above and below
    take no room."""
    longest = (max((cell_len(line) for cell in column for line in cell.splitlines()), default=0) for column in cells)
    return [min(max(length, narrowest), widest) for length in longest]
