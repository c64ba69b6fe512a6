"""Bars of children by level, one for each round, divided by level."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpms_cli.reports.charts.chart_style import HATCH, PAPER, QUIET, Fill, level_fill, text_width, widest_text
from cpms_cli.reports.charts.svg import Element, Picture, legend, rectangle, words, words_on_patch
from cpms_cli.reports.document import Chart

_BAR, _ROW, _OVER = 26, 44, 14
_WITHHELD_WIDTH = 34  # px: wide enough for the word, and says nothing of how many
_SIZE = 12


def level_bars(chart: Chart, width: float) -> Picture:
    """The first column names a bar, every other counts the children at a level, most severe first."""
    name, *levels = map(str, chart.frame.columns)
    fills = [level_fill(position) for position in range(len(levels))]
    elements, top = legend(
        [(fill, chart.words.get(id_, id_)) for fill, id_ in zip(fills, levels, strict=True)], width, 0
    )
    counts = chart.frame[levels].astype("Float64")
    missing = counts.isna().sum(axis=1)
    if missing.any():
        hatched, top = legend([(HATCH, chart.words["withheld"])], width, top - 8)
        elements += hatched
    rounds = [str(value) for value in chart.frame[name]]
    left = widest_text(rounds) + 10
    room = width - left - _WITHHELD_WIDTH * int(missing.max())
    scale = room / max(float(counts.sum(axis=1).max()), 1.0)
    for number, (round_, row) in enumerate(zip(rounds, counts.itertuples(index=False), strict=True)):
        y = top + number * _ROW + _OVER
        named = [chart.words.get(id_, id_) for id_ in levels] if number == 0 else [""] * len(levels)
        pieces = list(zip(row, fills, named, strict=True))
        elements += [words((0, y + _BAR / 2), round_), *_bar(pieces, left, y, scale)]
    return Picture(elements, top + len(rounds) * _ROW - (_ROW - _BAR - _OVER))


def _bar(pieces: Sequence[tuple[float, Fill, str]], x: float, y: float, scale: float) -> list[Element]:
    """One bar from `x` on: a piece for each level, its count in it, with the level's name where there is room for it; a
    count that has no room stands above its piece, the smallest too."""
    elements: list[Element] = []
    free = 0.0
    for count, fill, name in pieces:
        if pd.isna(count):
            # Words on hatching cannot be read: the legend says what it means.
            elements.append(rectangle((x, y, x + _WITHHELD_WIDTH, y + _BAR), HATCH, QUIET))
            x += _WITHHELD_WIDTH
            continue
        size, label = float(count) * scale, f"{int(count):,}"
        if size > 0:
            elements.append(rectangle((x, y, x + size, y + _BAR), fill, PAPER))
            texts = [text for text in (f"{name} {label}" if name else "", label) if text]
            inside = next((text for text in texts if size >= text_width(text, _SIZE) + 4), None)
            if inside is not None:
                elements += words_on_patch((x + size / 2, y + _BAR / 2), inside, _SIZE, fill)
            else:
                start = max(x, free)
                elements.append(words((start, y - _OVER / 2), label, size=_SIZE))
                free = start + text_width(label, _SIZE) + 4
        x += size
    return elements
