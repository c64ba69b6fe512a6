"""Charts as SVG: given figures, when they are drawn, then every label stands there; what is withheld is hatched."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree

from cpms_cli.reports.charts.chart_style import BELOW_FILL, HATCH, LEVEL_FILLS, NARROW, WIDE, level_fill, text_width
from cpms_cli.reports.charts.charts import chart_svg
from cpms_cli.reports.charts.distance_shades import distance_fill
from cpms_cli.reports.charts.maps.map_tiles import tiles
from cpms_cli.reports.charts.pictures import chart_picture
from cpms_cli.reports.charts.svg import words_on_patch
from cpms_cli.reports.document import Chart
from cpms_cli.survey.yaml_files.location import shipped

SCHEMAS = str(shipped("schemas"))
LONG = "22 มีสมาชิกในครัวเรือนติดสุรา สารเสพติด หรือการพนันจนเลิกไม่ได้"
WORDS = {"withheld": "ไม่เผยแพร่", "not_published": "ไม่เผยแพร่", "no_data": "ไม่มีข้อมูล"}
BARS = pd.DataFrame(
    {
        "label": [LONG, "<b>&=1+1", "ไม่ทราบ"],
        "share": [0.5, None, None],
        "low": [0.4, None, None],
        "high": [0.6, None, None],
        "before": [0.45, None, None],
    }
)


def _drawn(chart: Chart, width: int = WIDE) -> Any:
    return etree.fromstring(chart_svg(chart, width).encode("utf-8"))


def _texts(root: Any) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter("{*}text")]


def _hatched(root: Any) -> int:
    """How many areas are hatched, the square of the legend included."""
    return sum(str(element.get("fill", "")).endswith("hatch)") for element in root.iter())


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_bars_show_every_label_whole_and_hatch_what_is_withheld(width: int) -> None:
    """The second share is withheld, the third could not be computed: only the second is hatched."""
    root = _drawn(Chart("indicator_bars", "ก", BARS, "ข", words=WORDS, withheld=frozenset({(1, "share")})), width)
    assert _texts(root)[:3] == [LONG, "<b>&=1+1", "ไม่ทราบ"]
    assert set(_texts(root)[3:]) == {"50.0 % (40.0–60.0)", "ไม่เผยแพร่", "–"}
    assert _hatched(root) == 1
    assert root.get("width") == str(width) and root.find("{*}title").text == "ก" and root.find("{*}desc").text == "ข"


def test_levels_show_every_count_and_a_withheld_one_is_never_zero() -> None:
    frame = pd.DataFrame(
        {"round": ["2567", "2568"], "victim": pd.array([None, 30], "Int64"), "none": pd.array([50, 0], "Int64")}
    )
    root = _drawn(Chart("level_bars", "ก", frame, "ข", words={**WORDS, "victim": "ผู้ถูกกระทำ", "none": "ไม่พบ"}))
    assert {"ผู้ถูกกระทำ", "ไม่พบ", "2567", "2568", "30", "ไม่พบ 50", "ไม่เผยแพร่"} <= set(_texts(root))
    assert "0" not in _texts(root)
    assert _hatched(root) == 2


def test_a_heat_map_tells_withheld_from_not_computed() -> None:
    frame = pd.DataFrame({"label": ["ปากน้ำ", "หงาว"], "1": [0.31, None], "2": [None, 0.0]})
    chart = Chart("heat_map", "ก", frame, "ข", words=WORDS, withheld=frozenset({(1, "1")}))
    root = _drawn(chart)
    assert {"ปากน้ำ", "หงาว", "1", "2", "31", "0", "ไม่เผยแพร่", "ไม่มีข้อมูล"} <= set(_texts(root))
    assert _hatched(root) == 2


def test_a_flow_names_both_rounds_and_a_level_of_a_withheld_ribbon_has_no_sum() -> None:
    levels = pd.CategoricalDtype(["ผู้ถูกกระทำ", "ไม่พบ"], ordered=True)
    frame = pd.DataFrame(
        {
            "from_level": ["ผู้ถูกกระทำ", "ผู้ถูกกระทำ", "ไม่พบ"],
            "to_level": ["ผู้ถูกกระทำ", "ไม่พบ", "ไม่พบ"],
            "children": pd.array([20, None, 40], "Int64"),
        }
    ).astype({"from_level": levels, "to_level": levels})
    root = _drawn(
        Chart("level_flow", "ก", frame, "ข", words={**WORDS, "from_level": "รอบ 2567", "to_level": "รอบ 2568"})
    )
    texts = _texts(root)
    assert {"รอบ 2567", "รอบ 2568", "ไม่พบ 40", "ผู้ถูกกระทำ 20", "ผู้ถูกกระทำ", "ไม่พบ"} == set(texts)
    assert _hatched(root) == 1


COMPARED = {
    "far_above": "สูงกว่ามาก",
    "above": "สูงกว่า",
    "like": "ใกล้เคียง",
    "below": "ต่ำกว่า",
    "far_below": "ต่ำกว่ามาก",
}


def test_the_smallest_count_of_a_bar_is_told_too() -> None:
    """Of 1,002 children one is a victim: too thin a piece for its count, which stands above it."""
    frame = pd.DataFrame({"round": ["2568"], "victim": [1], "risk": [2], "none": [999]})
    root = _drawn(Chart("level_bars", "ก", frame, "ข", words=WORDS))
    placed = {str(node.text): node for node in root.iter("{*}text")}
    assert {"1", "2", "none 999"} <= set(placed)
    assert float(placed["1"].get("y")) == float(placed["2"].get("y")) < float(placed["none 999"].get("y"))
    # Side by side, not over each other: a digit of 12 px is 7 px wide.
    assert float(placed["2"].get("x")) - float(placed["1"].get("x")) > 7


def test_bars_show_what_they_are_compared_with_and_a_sign_for_what_is_no_chance() -> None:
    frame = BARS.assign(label=["A", "B", "C"], share=[0.5, 0.2, 0.1], low=[0.4, 0.1, 0.05], high=[0.6, 0.3, 0.2])
    frame = frame.assign(around=[0.3, 0.25, 0.3], position=[1.0, 0.0, -1.0])
    texts = _texts(_drawn(Chart("indicator_bars", "ก", frame, "ข", words=WORDS)))
    assert texts[3:] == ["50.0 % (40.0–60.0) ▲", "20.0 % (10.0–30.0)", "10.0 % (5.0–20.0) ▼"]


def test_a_heat_map_that_compares_colours_only_what_is_no_chance() -> None:
    """Two rows that are compared and the whole, which is not: that has its share, and no colour."""
    frame = pd.DataFrame({"label": ["ปากน้ำ", "หงาว", "ทั้งหมด"], "1": [0.31, 0.02, 0.15], "2": [0.1, 0.1, 0.1]})
    apart = {(0, "1"): 2, (1, "1"): -1, (0, "2"): 0, (1, "2"): 0}
    root = _drawn(Chart("heat_map", "ก", frame, "ข", words={**WORDS, **COMPARED, "1": "1 ไม่ได้เรียน"}, apart=apart))
    assert {"1 ไม่ได้เรียน", "31▲", "2▼", "15", "▲▲ สูงกว่ามาก", "▼ ต่ำกว่า", "ใกล้เคียง"} <= set(_texts(root))
    fills = [str(node.get("fill")) for node in root.iter("{*}rect")]
    # Once in the legend, once in a cell.
    assert fills.count("#993404") == 2


def test_a_map_names_every_subdistrict_with_data_and_says_what_hatched_and_white_are() -> None:
    """Ranong has 30 subdistricts; one is far above, of one the share is withheld, of 28 there is no data."""
    frame = pd.DataFrame({"area": ["850105", "850101"], "label": ["ปากน้ำ", "เขานิเวศน์"], "share": [0.3, None]})
    chart = Chart(
        "area_map",
        "ก",
        frame,
        "ข",
        words={**WORDS, **COMPARED, "map": "85", "definition": SCHEMAS},
        withheld=frozenset({(1, "share")}),
        apart={(0, "share"): 2},
    )
    root = _drawn(chart)
    texts = _texts(root)
    assert {"ไม่เผยแพร่", "ไม่มีข้อมูล", "ปากน้ำ ▲▲", "เขานิเวศน์"} <= set(texts)
    assert len({text for text in texts if len(text) == 4 and text.isdigit()}) == 28
    # The square of the legend, the area, and a square of its own, since the outline of 850101 is too small to be seen.
    assert _hatched(root) == 3
    fills = [str(path.get("fill")) for path in root.iter("{*}path") if path.get("fill", "").startswith("#")]
    assert fills.count("#993404") >= 1 and fills.count("#ffffff") >= 28


def test_a_province_without_outlines_has_a_square_for_each_subdistrict() -> None:
    """Bueng Kan (38) has 53 subdistricts; no two share a square, and north stays above south."""
    placed = tiles("38", Path(SCHEMAS))
    assert len(placed) == len(placed[["column", "row"]].drop_duplicates()) == 53
    chart = Chart(
        "tile_map",
        "ก",
        pd.DataFrame({"area": ["380101"], "label": ["บึงกาฬ"], "share": [0.07]}),
        "ข",
        words={**WORDS, "map": "38", "definition": SCHEMAS},
    )
    assert _hatched(_drawn(chart, NARROW)) == 1
    tall = tiles("85", Path(SCHEMAS)).set_index("area")["row"]
    assert tall["850401"] < tall["850105"] < tall["850501"]


def test_charts_of_one_page_share_no_identifier() -> None:
    chart = Chart("indicator_bars", "ก", BARS, "ข", words=WORDS, withheld=frozenset({(1, "share")}))
    ids = [
        str(element.get("id"))
        for width in (WIDE, NARROW)
        for element in _drawn(chart, width).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids)) == 6


def test_levels_are_told_apart_without_colour() -> None:
    """In grey, two levels differ by the signs over their colours, or by how light they are (WCAG's 3 to 1); none has
    the hatching of what is withheld."""
    for first, second in combinations(LEVEL_FILLS, 2):
        light, dark = sorted((first.luminance, second.luminance), reverse=True)
        assert first.signs != second.signs or (light + 0.05) / (dark + 0.05) >= 3
    assert HATCH.signs not in {fill.signs for fill in LEVEL_FILLS}


def test_a_pattern_stands_in_the_picture_that_uses_it_and_the_legend_shows_it() -> None:
    """Twelve levels, of which no two look alike; and no reference leads nowhere."""
    levels = [f"level_{number}" for number in range(12)]
    frame = pd.DataFrame({"round": ["2568"], **{level: [10 + number] for number, level in enumerate(levels)}})
    root = _drawn(Chart("level_bars", "ก", frame, "ข", words=WORDS))
    used = [str(node.get("fill")) for node in root.iter() if str(node.get("fill", "")).startswith("url(#")]
    patterns = {f"url(#{node.get('id')})" for node in root.iter("{*}pattern")}
    assert set(used) == patterns and len(patterns) == len([number for number in range(12) if level_fill(number).name])
    assert all(used.count(pattern) == 2 for pattern in patterns)
    assert {str(10 + number) for number in range(12)} <= {text.split()[-1] for text in _texts(root)}


def test_no_label_of_a_map_stands_on_another() -> None:
    """All subdistricts of Ranong with long names: each stands aside of the others, or is left to the table."""
    areas = [str(area) for area in tiles("85", Path(SCHEMAS))["area"]]
    names = [f"ตำบลชื่อยาวมาก {area[2:]}" for area in areas]
    frame = pd.DataFrame({"area": areas, "label": names, "share": [0.3] * len(areas)})
    root = _drawn(Chart("area_map", "ก", frame, "ข", words={**WORDS, "map": "85", "definition": SCHEMAS}))
    placed = {
        str(node.text): (float(node.get("x")), float(node.get("y")))
        for node in root.iter("{*}text")
        if str(node.text) in names
    }
    assert len(placed) > 20
    # In the fonts of the page such a name, of 10 px, is at least 70 px wide and 7 px high.
    assert [
        pair
        for pair in combinations(placed, 2)
        if abs(placed[pair[0]][0] - placed[pair[1]][0]) < 70 and abs(placed[pair[0]][1] - placed[pair[1]][1]) < 7
    ] == []


def test_classes_of_distance_are_told_apart_without_colour() -> None:
    """In grey, two classes differ by the lines over their colours, or by how light they are."""
    fills = [distance_fill(number) for number in (2, 1, 0, -1, -2)]
    for first, second in combinations(fills, 2):
        light, dark = sorted((first.luminance, second.luminance), reverse=True)
        assert first.signs != second.signs or (light + 0.05) / (dark + 0.05) >= 1.8


def test_a_picture_for_paper_has_its_signs_as_shapes_and_no_figure_beside_them_in_one_text() -> None:
    """What draws it takes a text with ▲ from a font of symbols: figures stood apart and over the edge of their cell."""
    frame = pd.DataFrame({"label": ["ปากน้ำ", "หงาว"], "1": [0.31, 0.02]})
    words = {**WORDS, **COMPARED, "far_above": "10 จุด"}
    chart = Chart("heat_map", "ก", frame, "ข", words=words, apart={(0, "1"): 2, (1, "1"): -1})
    drawn = etree.fromstring(chart_picture(chart, "th").encode("utf-8"))
    texts = _texts(drawn)
    assert {"31", "2", "10 จุด"} <= set(texts) and not set("▲▼") & set("".join(texts))
    # Four classes with a sign in the legend, two of them with two; two cells.
    triangles = [path for path in drawn.iter("{*}path") if path.get("d").endswith("Z") and path.get("fill")]
    assert sum(path.get("d").count("Z") for path in triangles) == 8
    assert len(etree.fromstring(chart_svg(chart).encode("utf-8")).findall(".//{*}text")) == len(texts)


def test_the_lines_of_a_fill_end_before_a_figure_on_it() -> None:
    """A line that touches a figure would be its minus: "-6" for 6."""
    patch, line = words_on_patch((50, 10), "6", 11, BELOW_FILL)
    left, width = float(patch.get("x")), float(patch.get("width"))
    assert width >= text_width("6", 11) + 6 and left + width / 2 == float(line.get("x")) == 50
    patch, _ = words_on_patch((50, 10), "66", 11, BELOW_FILL, 16)
    assert float(patch.get("width")) == 16
