"""Bars: children by level over rounds, and shares of indicators with their intervals."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.charts.chart_style import (
    ACROSS,
    FONT_SIZE,
    HATCH,
    INK,
    LEVEL_COLOURS,
    MARK,
    PAPER,
    QUIET,
    Spec,
    ink_on,
    interval_text,
    legend_layers,
    picture,
    place,
    text_mark,
    text_width,
    values,
)
from cpms_cli.reports.documents.document import Chart, mostly

_BAR, _ROW = 30, 44
_WITHHELD_WIDTH = 34  # px: wide enough for the word, and says nothing of how many
_STEP, _STEP_BESIDE, _THIN = 40, 24, 12


def level_bars(chart: Chart, width: int) -> Spec:
    """The first column names a bar, every other counts the children at a level, most severe first."""
    name, *levels = map(str, chart.frame.columns)
    colours = dict(zip(levels, LEVEL_COLOURS, strict=False))
    legend, top = legend_layers([(colours[level], chart.words.get(level, level)) for level in levels], width, 2)
    if chart.frame[levels].isna().to_numpy().any():
        more, top = legend_layers([(HATCH, chart.words["withheld"])], width, top - 8)
        legend += more
    left = max(text_width(str(value)) for value in chart.frame[name]) + 10
    bars = _segments(chart, colours, (left, width - 2), top)
    total = [
        {"x": 0, "y": top + number * _ROW + _BAR / 2, "label": str(value)}
        for number, value in enumerate(chart.frame[name])
    ]
    layers = [
        *legend,
        {"data": values(pd.DataFrame(total)), "mark": text_mark(), "encoding": place(x="x", y="y", text="label")},
        {
            "data": values(bars),
            "mark": {"type": "rect", "strokeWidth": 1},
            "encoding": place(x="x", x2="x2", y="y", y2="y2", fill="fill", stroke="line"),
        },
        {
            "data": values(bars[bars["label"] != ""]),
            "mark": text_mark(12, align="center"),
            "encoding": place(x="mid", y="mid_y", text="label", color="ink"),
        },
    ]
    return picture(layers, width, top + len(chart.frame) * _ROW - (_ROW - _BAR) + 4)


def _segments(chart: Chart, colours: dict[str, str], across: tuple[float, float], top: float) -> pd.DataFrame:
    """Return the parts of each bar, a row per level with a colour, between the two ends of `across` and below `top`."""
    levels, (left, right) = list(colours), across
    counts = chart.frame[levels].astype("Float64")
    missing = counts.isna().sum(axis=1)
    room = right - left - _WITHHELD_WIDTH * float(missing.max())
    scale = room / max(float(counts.sum(axis=1).max()), 1.0)
    rows = []
    for number, (_, row) in enumerate(counts.iterrows()):
        x = left
        for level in levels:
            hidden = bool(pd.isna(row[level]))
            size = _WITHHELD_WIDTH if hidden else float(row[level]) * scale
            # Words on hatching cannot be read: the legend says what it means.
            label = "" if hidden else f"{int(row[level]):,}"
            fits = size >= text_width(label, 12) + 4
            fill = HATCH if hidden else colours[level]
            if size > 0:
                rows.append(
                    {
                        "x": x,
                        "x2": x + size,
                        "y": top + number * _ROW,
                        "y2": top + number * _ROW + _BAR,
                        "fill": fill,
                        "mid": x + size / 2,
                        "mid_y": top + number * _ROW + _BAR / 2,
                        "ink": ink_on(fill),
                        "label": label if fits else "",
                        "line": QUIET if hidden else PAPER,
                    }
                )
            x += size
    columns = ["x", "x2", "y", "y2", "fill", "mid", "mid_y", "ink", "label", "line"]
    return pd.DataFrame(rows, columns=columns)


def indicator_bars(chart: Chart, width: int) -> Spec:
    """Columns: label, share, low, high, and `before`, last round's share, which may be left out or missing.

    The label stands above its bar, so that it needs no room beside it, however long; beside it on a page laid across,
    where all of them have to stand under one heading. Where most shares are withheld,
    only the others are drawn.
    """
    frame = chart.frame.reset_index(drop=True)
    lacking = pd.Series([(number, "share") in chart.withheld for number in range(len(frame))], dtype="bool")
    if mostly(int(lacking.sum()), len(frame)):
        frame, lacking = frame[~lacking].reset_index(drop=True), lacking[~lacking].reset_index(drop=True)
    frame["label"] = frame[next(name for name in frame if not pd.api.types.is_numeric_dtype(frame[name]))]
    for name in ("low", "high", "before"):
        frame[name] = frame[name].astype("float64") if name in frame else float("nan")
    frame["share"] = frame["share"].astype("float64")
    widest = frame[["share", "high", "before"]].max().max()
    most = float(widest) if pd.notna(widest) and widest > 0 else 1.0
    layers = [
        chart.words["not_published"] if hidden else interval_text(*row)
        for hidden, *row in zip(
            lacking, frame["share"].tolist(), frame["low"].tolist(), frame["high"].tolist(), strict=True
        )
    ]
    beside = width >= ACROSS
    left = max((text_width(str(label)) for label in frame["label"]), default=0) + 10 if beside else 0.0
    room = width - left - max((text_width(text, 12) for text in layers), default=0) - 20
    scale = room / most
    step, down = (_STEP_BESIDE, 6) if beside else (_STEP, 19)
    frame = frame.assign(told=layers, name_x=0.0, row=[number * step for number in range(len(frame))])
    frame = frame.assign(
        x=left,
        x2=left + frame["share"] * scale,
        low_x=left + frame["low"] * scale,
        high_x=left + frame["high"] * scale,
        before_x=left + frame["before"] * scale,
        name_y=frame["row"] + (down + _THIN / 2 if beside else 9),
        y=frame["row"] + down,
        y2=frame["row"] + down + _THIN,
        mid=frame["row"] + down + _THIN / 2,
        up=frame["row"] + down + 3,
        down=frame["row"] + down + 9,
        up_to=frame["row"] + down - 2,
        down_to=frame["row"] + down + 2 + _THIN,
    )
    end = left + _WITHHELD_WIDTH
    frame["told_x"] = frame[["x2", "high_x", "before_x"]].max(axis=1).fillna(left).mask(lacking, end) + 10
    known, hidden = frame[frame["share"].notna()], frame[lacking].assign(fill=HATCH, x2=end)
    return picture(_indicator_layers(frame, known, hidden), width, len(frame) * step + 2)


def _indicator_layers(frame: pd.DataFrame, known: pd.DataFrame, hidden: pd.DataFrame) -> list[Spec]:
    ranged, before = known[known["low"].notna()], known[known["before"].notna()]
    rule = {"type": "rule", "color": INK, "strokeWidth": 1.4}
    diamond = {
        "type": "point",
        "shape": "diamond",
        "size": 62,
        "filled": True,
        "fill": PAPER,
        "stroke": INK,
        "strokeWidth": 1.4,
        "opacity": 1,
    }
    layers = [
        {
            "data": values(frame),
            "mark": {"type": "rule", "color": QUIET},
            "encoding": place(x="x", y="up_to", y2="down_to"),
        },
        {
            "data": values(known),
            "mark": {"type": "rect", "color": MARK},
            "encoding": place(x="x", x2="x2", y="y", y2="y2"),
        },
        {
            "data": values(hidden),
            "mark": {"type": "rect", "stroke": QUIET, "strokeWidth": 0.7},
            "encoding": place(x="x", x2="x2", y="y", y2="y2", color="fill"),
        },
        {"data": values(ranged), "mark": rule, "encoding": place(x="low_x", x2="high_x", y="mid")},
        {"data": values(ranged), "mark": rule, "encoding": place(x="low_x", y="up", y2="down")},
        {"data": values(ranged), "mark": rule, "encoding": place(x="high_x", y="up", y2="down")},
        {"data": values(before), "mark": diamond, "encoding": place(x="before_x", y="mid")},
        {"data": values(frame), "mark": text_mark(FONT_SIZE), "encoding": place(x="name_x", y="name_y", text="label")},
        {"data": values(frame), "mark": text_mark(12), "encoding": place(x="told_x", y="mid", text="told")},
    ]
    return [layer for layer in layers if layer["data"]["values"]]
