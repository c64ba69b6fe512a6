"""Bars of shares with their intervals, where the last round's share stood, and what they are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cpms_cli.reports.charts.chart_style import (
    EMPTY,
    HATCH,
    INK,
    MARKED,
    QUIET,
    interval_text,
    widest_text,
)
from cpms_cli.reports.charts.svg import Element, Picture, outline, rectangle, rule, words
from cpms_cli.reports.document import Chart, mostly
from cpms_cli.summaries.counts.comparison import ABOVE, BELOW

_WITHHELD_WIDTH = 34  # px: says nothing of how much
_STEP, _STEP_BESIDE, _THIN = 40, 20, 11
_LABEL, _DIAMOND = 12, 5
_ROOM_BESIDE = 0.45  # the part of the width that labels beside the bars may take
_AROUND = 3  # px: how thick the line of what is compared with is, and how far it stands out
_SIGNS = {ABOVE: " ▲", BELOW: " ▼"}


@dataclass(frozen=True)
class _Row:
    """A share from 0 to 1, its interval, last round's share and what it is compared with; each may be missing (NaN)."""

    label: str
    share: float
    low: float
    high: float
    before: float
    around: float
    hidden: bool
    text: str

    @property
    def end(self) -> float:
        """The farthest of what is drawn; 0 where nothing is."""
        return max(
            (value for value in (self.share, self.high, self.before, self.around) if pd.notna(value)), default=0.0
        )


def indicator_bars(chart: Chart, width: float) -> Picture:
    """Columns: label, share, low, high, and, which may be left out or missing, `before`, last round's share, and
    `around` and `position`, what each is compared with and where it stands beside that.

    The labels stand beside the bars, or above them where they are long or there is little room. Where most shares are
    withheld, only the others are drawn.
    """
    rows = _rows(chart)
    labels = widest_text([row.label for row in rows]) + 10
    beside = labels <= width * _ROOM_BESIDE
    left = labels if beside else 0.0
    room = width - left - widest_text([row.text for row in rows], _LABEL) - 20
    scale = room / (max((row.end for row in rows), default=0.0) or 1.0)
    step, down = (_STEP_BESIDE, 6) if beside else (_STEP, 19)
    tops = [number * step + down for number in range(len(rows))]
    elements = [words((0, y + _THIN / 2 if beside else y - 10), row.label) for y, row in zip(tops, rows, strict=True)]
    for y, row in zip(tops, rows, strict=True):
        elements += [rule((left, y - 2, left, y + 2 + _THIN), QUIET, 1), *_bar(row, left, y, scale)]
    return Picture(elements, len(rows) * step)


def _rows(chart: Chart) -> list[_Row]:
    frame = chart.frame
    label = next(name for name in frame if not pd.api.types.is_numeric_dtype(frame[name]))
    numbers = [
        frame[name].astype("float64").tolist() if name in frame else [float("nan")] * len(frame)
        for name in ("share", "low", "high", "before", "around", "position")
    ]
    rows = []
    for number, (name, share, low, high, before, around, place) in enumerate(zip(frame[label], *numbers, strict=True)):
        hidden = (number, "share") in chart.withheld
        text = chart.words["not_published"] if hidden else interval_text(share, low, high)
        text += "" if pd.isna(place) else _SIGNS.get(place, "")
        rows.append(_Row(str(name), share, low, high, before, around, hidden, text))
    withheld = sum(row.hidden for row in rows)
    return [row for row in rows if not row.hidden] if mostly(withheld, len(rows)) else rows


def _bar(row: _Row, left: float, y: float, scale: float) -> list[Element]:
    """The bar of a row, its interval, last round's share as a diamond, and the share in words behind all of them."""
    middle, end = y + _THIN / 2, left + row.end * scale
    elements: list[Element] = []
    if row.hidden:
        end = left + _WITHHELD_WIDTH
        elements.append(rectangle((left, y, end, y + _THIN), HATCH, QUIET, 0.7))
    elif pd.notna(row.share):
        elements.append(rectangle((left, y, left + row.share * scale, y + _THIN), MARKED))
        if pd.notna(row.low):
            low, high = left + row.low * scale, left + row.high * scale
            elements.append(rule((low, middle, high, middle)))
            elements += [rule((x, middle - 3, x, middle + 3)) for x in (low, high)]
        if pd.notna(row.around):
            x = left + row.around * scale
            elements.append(rule((x, y - _AROUND, x, y + _THIN + _AROUND), INK, _AROUND))
        if pd.notna(row.before):
            x = left + row.before * scale
            points = [(x, middle - _DIAMOND), (x + _DIAMOND, middle), (x, middle + _DIAMOND), (x - _DIAMOND, middle)]
            elements.append(outline([points], EMPTY, INK, 1.4))
    return [*elements, words((end + 10, middle), row.text, size=_LABEL)]
