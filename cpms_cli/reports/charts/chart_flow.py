"""How children moved between levels: a ribbon for each pair of levels, as wide as there are children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import pandas as pd

from cpms_cli.reports.charts.chart_style import HATCH, PAPER, QUIET, level_fill, text_width, widest_text
from cpms_cli.reports.charts.svg import Anchor, Element, Picture, element, heading, legend, rectangle, words
from cpms_cli.reports.document import Chart, mostly

_HEIGHT, _GAP, _BOX, _HEAD = 270, 10, 14, 26
_LEAST = 3  # px: a ribbon that can still be seen
_LABEL, _LABEL_ROOM = 12, 0.34  # the size of a label; the part of the width that labels may take at each side
_FREE = 15  # px between two labels, at least

Side = Literal["before", "after"]


@dataclass(frozen=True)
class _Move:
    """Children of one level in the round before and one in the round after, both by position in the order of levels;
    `children` is None where the count is withheld."""

    before: int
    after: int
    children: int | None
    size: float

    def level(self, side: Side) -> int:
        """Return the level at a side."""
        return self.before if side == "before" else self.after


@dataclass(frozen=True)
class _Box:
    """A level at one side, from `y` down to `end`; `starts` is where the ribbon to each level of the other side begins;
    `count` the children of it, None where one of its ribbons is withheld."""

    level: int
    y: float
    end: float
    starts: dict[int, float]
    count: int | None


def level_flow(chart: Chart, width: float) -> Picture:
    """Columns from_level, to_level (in words, most severe first) and children; a missing count is hatched and thin, or,
    where most are missing, left out."""
    order = list(dict.fromkeys([*chart.frame["from_level"].cat.categories, *chart.frame["to_level"].cat.categories]))
    moves, partial = _moves(chart, order)
    count_room = text_width(f"{sum(move.children or 0 for move in moves):,}", _LABEL) + 12
    edge = widest_text([f"{label} " for label in order], _LABEL) + count_room
    elements: list[Element] = []
    top = 0.0
    if narrow := edge > width * _LABEL_ROOM:
        edge = count_room
        elements, top = legend([(level_fill(position), label) for position, label in enumerate(order)], width, 0)
    left, right = edge, width - edge
    before, after = _boxes(moves, "before", top + _HEAD), _boxes(moves, "after", top + _HEAD)
    elements += _ribbons(moves, before, after, left + _BOX, right - _BOX)
    for boxes, x in ((before, left), (after, right - _BOX)):
        elements += [rectangle((x, box.y, x + _BOX, box.end), level_fill(box.level), QUIET, 0.7) for box in boxes]
    # Above the ribbons, where there is always room, however long the words.
    elements.append(heading((left, top + 8), chart.words["from_level"], "start", _LABEL))
    elements.append(heading((right, top + 8), chart.words["to_level"], "end", _LABEL))
    lowest = 0.0
    beside: tuple[tuple[list[_Box], float, Anchor], ...] = ((before, left - 6, "end"), (after, right + 6, "start"))
    for boxes, x, anchor in beside:
        for box, middle in zip(boxes, _apart([(box.y + box.end) / 2 for box in boxes]), strict=True):
            # How many are at the level may be published all the same: the picture of levels says so, or that it is not.
            count = "" if partial or box.count is None else f"{box.count:,}"
            text = count if narrow else f"{order[box.level]} {count}".strip()
            elements.append(words((x, middle), text, anchor, _LABEL))
            lowest = max(lowest, box.end, middle + 8)
    return Picture(elements, lowest + 4)


def _moves(chart: Chart, order: Sequence[str]) -> tuple[list[_Move], bool]:
    """The moves with the height of their ribbons, and whether those that are withheld are left out."""
    frame = chart.frame
    counts = [None if pd.isna(count) else int(count) for count in frame["children"]]
    partial = mostly(counts.count(None), len(counts))
    scale = (_HEIGHT - _GAP * len(order)) / max(sum(count or 0 for count in counts), 1)
    moves = [
        _Move(
            order.index(before), order.index(after), count, _LEAST * 2 if count is None else max(count * scale, _LEAST)
        )
        for before, after, count in zip(frame["from_level"], frame["to_level"], counts, strict=True)
        if not (partial and count is None)
    ]
    return moves, partial


def _boxes(moves: Sequence[_Move], side: Side, y: float) -> list[_Box]:
    """The levels of one side from `y` down."""
    other: Side = "after" if side == "before" else "before"
    boxes = []
    for level, of_level in groupby(
        sorted(moves, key=lambda move: (move.level(side), move.level(other))), key=lambda move: move.level(side)
    ):
        members = list(of_level)
        starts, end = {}, y
        for move in members:
            starts[move.level(other)] = end
            end += move.size
        counts = [move.children for move in members]
        total = None if None in counts else sum(count or 0 for count in counts)
        boxes.append(_Box(level, y, end, starts, total))
        y = end + _GAP
    return boxes


def _ribbons(
    moves: Sequence[_Move], before: Sequence[_Box], after: Sequence[_Box], left: float, right: float
) -> list[Element]:
    """A ribbon for each move, the broadest at the back."""
    sources, targets = {box.level: box for box in before}, {box.level: box for box in after}
    bend = (left + right) / 2
    elements = []
    for move in sorted(moves, key=lambda move: -move.size):
        y, y2 = sources[move.before].starts[move.after], targets[move.after].starts[move.before]
        down = move.size
        path = (
            f"M{left:.1f},{y:.1f}C{bend:.1f},{y:.1f} {bend:.1f},{y2:.1f} {right:.1f},{y2:.1f}"
            f"v{down:.1f}C{bend:.1f},{y2 + down:.1f} {bend:.1f},{y + down:.1f} {left:.1f},{y + down:.1f}Z"
        )
        fill = HATCH if move.children is None else level_fill(move.before)
        elements.append(element("path", d=path, fill=fill.paint, fill_opacity=0.6, stroke=PAPER, stroke_width=0.6))
    return elements


def _apart(middles: Sequence[float]) -> list[float]:
    """The same places, moved down where labels would stand on each other."""
    places: list[float] = []
    for middle in middles:
        places.append(max(middle, places[-1] + _FREE) if places else middle)
    return places
