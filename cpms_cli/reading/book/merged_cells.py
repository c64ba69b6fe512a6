"""Cells merged over several rows: the program keeps their content in the first row only, and shows it over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cpms_cli.reading.header.row_looks import Span


def spread_down(cells: Sequence[list[Any]], spans: Iterable[Span], begins: int) -> list[Span]:
    """Write each merged cell's content into every row that it covers, from the row `begins` on; say which these were.

    A row where nothing stands beside the merged cells stays blank: they were drawn over more rows than there are
    records. `cells` are changed in place.
    """
    tall = _apart([span for span in spans if begins <= span.top < span.bottom and span.top < len(cells)])
    tall = [span for span in tall if span.left < len(cells[span.top]) and stands(cells[span.top][span.left])]
    covered = {span: range(span.top + 1, min(span.bottom + 1, len(cells))) for span in tall}
    records = {row for row in set().union(*covered.values()) if any(map(stands, cells[row]))}
    filled_spans = []
    for span, rows in covered.items():
        blank = [row for row in rows if row in records and not stands(cells[row][span.left])]
        for row in blank:
            cells[row][span.left] = cells[span.top][span.left]
        filled_spans += [span] if blank else []
    return filled_spans


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Those that do not lie upon another in their first column, as no spreadsheet program lets them."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda merged: (merged.left, merged.top)):
        if not kept or kept[-1].left != span.left or kept[-1].bottom < span.top:
            kept.append(span)
    return kept


def stands(cell: Any) -> bool:
    """Whether anything but white space is in a cell."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
