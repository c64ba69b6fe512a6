"""How children moved between levels: a ribbon for each pair of levels, as wide as there are children."""

from __future__ import annotations

import math

import pandas as pd

from cpms_cli.reports.charts.chart_style import (
    HATCH,
    HATCH_LINE,
    LEVEL_COLOURS,
    PAPER,
    QUIET,
    Spec,
    legend_layers,
    picture,
    place,
    text_mark,
    text_width,
    values,
)
from cpms_cli.reports.documents.document import Chart, mostly

_HEIGHT, _GAP, _BOX, _HEAD = 380, 12, 14, 26
_LEAST = 3  # px: a ribbon that can still be seen
_POINTS = 24
_LABEL_ROOM = 0.34  # of the width, at each side
_FREE = 15  # px between two labels, at least


def level_flow(chart: Chart, width: int) -> Spec:
    """Columns from_level, to_level (in words, most severe first) and children; a missing count is hatched and thin, or,
    where most are missing, left out."""
    frame = chart.frame.assign(children=chart.frame["children"].astype("Float64"))
    lacking = frame["children"].isna()
    partial = mostly(int(lacking.sum()), len(frame))
    if partial:
        frame = frame[~lacking].reset_index(drop=True)
    order = list(dict.fromkeys([*frame["from_level"].cat.categories, *frame["to_level"].cat.categories]))
    frame = frame.assign(
        a=frame["from_level"].map(order.index).astype(int), b=frame["to_level"].map(order.index).astype(int)
    )
    total = max(float(frame["children"].sum()), 1.0)
    scale = (_HEIGHT - _GAP * len(order)) / total
    size = (frame["children"] * scale).astype("float64").clip(lower=_LEAST).fillna(_LEAST * 2)
    frame = frame.assign(size=size, hidden=frame["children"].isna())
    figure = text_width(f"{total:,.0f}", 12) + 12
    longest = max(text_width(f"{position} ", 12) for position in order) + figure
    narrow = longest > width * _LABEL_ROOM
    colours = dict(zip(range(len(order)), (*LEVEL_COLOURS, QUIET), strict=False))
    legend, top = legend_layers(list(zip(colours.values(), order, strict=True)), width, 2) if narrow else ([], 0.0)
    edge = figure if narrow else longest
    left, right = edge, width - edge
    boxes, frame = _boxes(frame, order, top + _HEAD)
    if partial:
        boxes["told"] = ""
    ribbons = _ribbons(frame, left + _BOX, right - _BOX)
    ribbons["fill"] = ribbons["a"].map(colours).mask(ribbons["hidden"], HATCH)
    boxes["fill"] = boxes["level"].map(colours)
    boxes["x"] = boxes["side"].map({"a": left, "b": right - _BOX})
    boxes["x2"], boxes["mid"] = boxes["x"] + _BOX, (boxes["y"] + boxes["y2"]) / 2
    boxes["mid"] = boxes.groupby("side")["mid"].transform(_apart)
    boxes["text_x"] = boxes["side"].map({"a": left - 6, "b": right + 6})
    boxes["words"] = boxes["told"] if narrow else (boxes["label"] + " " + boxes["told"]).str.strip()
    # Above the ribbons, where there is always room, however long the words.
    heads = pd.DataFrame(
        {
            "x": [left, right],
            "y": top + 8,
            "side": ["a", "b"],
            "label": [chart.words["from_level"], chart.words["to_level"]],
        }
    )
    height = max(float(boxes["y2"].max()), float(boxes["mid"].max()) + 8) + 4
    return picture([*legend, *_layers(ribbons, boxes, heads)], width, height)


def _apart(middles: pd.Series) -> pd.Series:
    """The same places, moved down where labels would stand on each other."""
    edges: list[float] = []
    for middle in middles:
        edges.append(max(float(middle), edges[-1] + _FREE) if edges else float(middle))
    return pd.Series(edges, index=middles.index)


def _boxes(frame: pd.DataFrame, order: list[str], top: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The box of each level on either side, and where in it each ribbon begins."""
    rows = []
    for side, other in (("a", "b"), ("b", "a")):
        y = top
        starts = pd.Series(0.0, index=frame.index)
        for level, ribbons in frame.sort_values([side, other]).groupby(side):
            starts.loc[ribbons.index] = y + ribbons["size"].cumsum() - ribbons["size"]
            end = y + ribbons["size"].sum()
            # How many are at the level may be published all the same: the picture of levels says so, or that it is not.
            count_shown = "" if ribbons["hidden"].any() else f"{int(ribbons['children'].sum()):,}"
            rows.append(
                {"side": side, "level": level, "y": y, "y2": end, "label": order[int(str(level))], "told": count_shown}
            )
            y = end + _GAP
        frame = frame.assign(**{f"start_{side}": starts})
    return pd.DataFrame(rows), frame


def _ribbons(frame: pd.DataFrame, left: float, right: float) -> pd.DataFrame:
    """Each ribbon as points along a curve, upper and lower edge."""
    links = frame.sort_values("size", ascending=False)
    links = links[["start_a", "start_b", "size", "a", "hidden"]].assign(link=range(len(links)))
    part = pd.DataFrame({"part": [number / _POINTS for number in range(_POINTS + 1)]})
    points = links.merge(part, how="cross")
    bend = points["part"].map(lambda along: (1 - math.cos(math.pi * along)) / 2)
    y = points["start_a"] + (points["start_b"] - points["start_a"]) * bend
    points = points.assign(x=left + (right - left) * points["part"], y=y, y2=y + points["size"])
    return points[["link", "x", "y", "y2", "a", "hidden"]]


def _layers(ribbons: pd.DataFrame, boxes: pd.DataFrame, heads: pd.DataFrame) -> list[Spec]:
    area = {"type": "area", "opacity": 0.6, "stroke": PAPER, "strokeWidth": 0.6}
    encoding = place(x="x", y="y", y2="y2", detail="link", color="fill")
    layers: list[Spec] = [
        {"data": values(ribbons), "mark": area, "encoding": encoding},
        {
            "data": values(boxes),
            "mark": {"type": "rect", "stroke": HATCH_LINE, "strokeWidth": 0.7},
            "encoding": place(x="x", x2="x2", y="y", y2="y2", color="fill"),
        },
    ]
    for side, align in (("a", "right"), ("b", "left")):
        boxes_of_side, head = boxes[boxes["side"] == side], heads[heads["side"] == side]
        layers.append(
            {
                "data": values(boxes_of_side),
                "mark": text_mark(12, align=align),
                "encoding": place(x="text_x", y="mid", text="words"),
            }
        )
        inward = "left" if side == "a" else "right"
        layers.append(
            {
                "data": values(head),
                "mark": text_mark(12, align=inward, color=QUIET, fontWeight="bold"),
                "encoding": place(x="x", y="y", text="label"),
            }
        )
    return layers
