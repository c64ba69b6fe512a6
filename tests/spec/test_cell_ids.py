"""The ids of counts: what the store keeps as text is read back as the very same id, from any earlier store too."""

from __future__ import annotations

import pytest

from cpms_cli.disclosure.cell_id import CASES, CellId, Population, Quantity
from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.engine.importance import kind_of
from cpms_cli.survey.model.definition import Survey

GIRLS = (("age_group", "5-9"), ("sex", "female"))
VILLAGE = Population(2026, "85010503")
OF_GIRLS = Population(2026, "85010503", GIRLS)

# By hand: the texts as releases wrote them from the first on.
TEXTS = {
    "2026/85/children": Population(2026, "85").cell("children"),
    "2026//homes": Population(2026, "").cell("homes"),
    "2026/85010503/households/victim": VILLAGE.cell("households", "victim"),
    "2026/85010503/i03/not_applicable": VILLAGE.cell("i03", "not_applicable"),
    "2026/85010503/age_group=5-9&sex=female/i03/yes": OF_GIRLS.cell("i03", "yes"),
    "2026/85010503/age_group=5-9&sex=female/i03/yes overlap/alone": OF_GIRLS.cell("i03", "yes").left("overlap/alone"),
    "2026/85010503/level/victim/beyond homes": VILLAGE.cell("level", "victim").left("beyond homes"),
    "2026/85010503/level known but open": VILLAGE.cell("level").left("known but open"),
    "2026/85010503/children settled though open": VILLAGE.cell("children").left("settled").left("though open"),
    "2026/85/without 8501 8502/i03/yes": CellId(2026, "85", Quantity("i03", "yes"), ("8501", "8502")),
    "2026/85/without 8501/sex=female/children": CellId(
        2026, "85", Quantity("children", groups=(("sex", "female"),)), ("8501",)
    ),
    "2026/85010503/move/stayed~": VILLAGE.cell("move", "stayed", of_parts=False),
    "2026/85010503/pair/i03+i04": VILLAGE.cell("pair", "i03+i04"),
    "2026/85010503/flow/victim/high_risk": VILLAGE.cell("flow", "victim/high_risk"),
    "0/85/case/victim/due": Population(CASES, "85").cell("case", "victim/due"),
    "2026/85/level/a beside 0/85/case/a/due": Population(2026, "85").cell("level", "a").left("beside 0/85/case/a/due"),
    "2026/85/level/a or level/b": Population(2026, "85").cell("level", "a").left("or level/b"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_the_store_is_read_and_written_the_same(text: str) -> None:
    assert CellId.read(text) == TEXTS[text]
    assert str(TEXTS[text]) == text


@pytest.mark.parametrize("code", ["a b", "ชาย", "5/9", "50%", "x&y=z", "~"])
def test_any_code_of_a_group_comes_back(code: str) -> None:
    cell = Population(2026, "85", (("sex", code),)).cell("children")
    assert CellId.read(str(cell)) == cell


@pytest.mark.parametrize("text", ["", "a", "2026", "x/85/children", "2026/85/", "n.p."])
def test_a_text_of_no_known_form_is_kept_as_it_is(text: str) -> None:
    cell = CellId.read(text)
    assert str(cell) == text
    assert cell.round is None
    assert not cell.is_plain


def test_only_a_whole_areas_children_and_homes_are_totals() -> None:
    totals = [text for text, cell in TEXTS.items() if cell.is_total]
    assert totals == ["2026/85/children", "2026//homes"]


def test_what_a_count_is_of() -> None:
    kinds = {
        ("children", ""): "total",
        ("households", "victim"): "level",
        ("could_be", "victim"): "level",
        ("i03", "yes"): "yes",
        ("right_education", "no"): "yes",
        ("move", "children"): "other",
        ("case", "victim/due"): "other",
    }
    assert {key: kind_of(Quantity(*key)) for key in kinds} == kinds


def test_the_definition_makes_a_zero_certain_by_age(survey: Survey) -> None:
    """School is asked of 7 to 15: of children of 0 to 4 nobody can have an answer."""
    school = next(indicator for indicator in survey.indicators if indicator.applies and "age" in indicator.applies)
    little = Population(2026, "85", (("age_group", "0-4"),))
    assert [is_certain(survey, little.cell(school.column, answer)) for answer in ("yes", "no", "not_applicable")] == [
        True,
        True,
        False,
    ]
    assert not is_certain(survey, Population(2026, "85").cell(school.column, "yes"))


def test_how_many_cases_there_are_in_all_is_no_total_that_readers_know() -> None:
    """An area's children are printed by some command, its cases of all levels by none."""
    assert Population(2026, "85").cell("children").is_total
    assert not Population(CASES, "85").cell("children").is_total
