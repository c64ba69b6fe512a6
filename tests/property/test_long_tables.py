"""A table of many rows stands in the window as rich would lay it out cell by cell, in windows of every width."""

from __future__ import annotations

import io
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cpms_cli.reports.long_table import print_table
from tests.conftest import THOROUGH

_WORDS = st.sampled_from(
    ["", "a", "girl", "เด็กหญิง", "ไม่มีสัญชาติ", "C00000000001", "works at night", "12", "–", "家", "e\u0301"]
)
_CELLS = st.lists(st.one_of(_WORDS, st.sampled_from(["\n", "  ", "\t", " "])), max_size=12).map(" ".join)


@st.composite
def _tables(draw: st.DrawFn) -> tuple[list[list[str]], list[dict[str, object]]]:
    """Draw the cells of a table by column, and how each column is declared."""
    rows, count = draw(st.integers(0, 6)), draw(st.integers(1, 5))
    columns = [draw(st.lists(_CELLS, min_size=rows, max_size=rows)) for _ in range(count)]
    declared: list[dict[str, object]] = [
        {
            "header": draw(st.sampled_from(["", "Why", "อายุ", "Children\nin need", "Highest level"])),
            "justify": draw(st.sampled_from(["left", "right"])),
            "no_wrap": draw(st.booleans()),
            "min_width": draw(st.sampled_from([None, 3, 10])),
            "overflow": "fold",
        }
        for _ in range(count)
    ]
    return columns, declared


def _headed(declared: Sequence[dict[str, object]], title: str) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False)
    for column in declared:
        table.add_column(**column)  # type: ignore[arg-type]
    return table


@settings(max_examples=400 if THOROUGH else 60, deadline=None)
@given(
    _tables(),
    st.sampled_from([2, 7, 20, 33, 60, 100, 200]),
    st.sampled_from(["", "List\ue000 of children"]),
    st.booleans(),
)
def test_it_is_laid_out_as_rich_lays_out_cell_by_cell(
    drawn: tuple[list[list[str]], list[dict[str, object]]], width: int, title: str, colours: bool
) -> None:
    columns, declared = drawn
    expected, printed = io.StringIO(), io.StringIO()
    options = {"width": width, "highlight": False, "emoji": False, "markup": False, "force_terminal": colours}
    table = _headed(declared, title)
    for row in zip(*columns, strict=True):
        table.add_row(*map(Text, row))
    Console(file=expected, **options).print(table)  # type: ignore[arg-type]
    print_table(Console(file=printed, **options), lambda: _headed(declared, title), columns)  # type: ignore[arg-type]
    assert printed.getvalue() == expected.getvalue()
