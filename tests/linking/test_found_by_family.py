"""What finds a child again beside its own name: mother and birth, an age counted otherwise, its earlier rows."""

from __future__ import annotations

import pandas as pd
import pytest

from cpms_cli.linking.assignment import choose_edges
from cpms_cli.survey.files.loading import load_survey
from tests.families import asked, child, linked, village

ROUNDS = (2025, 2026)


@pytest.mark.parametrize(
    ("full", "without"),
    [("จิราพร ดำมณี", "จิราพร"), ("นางเพชรสมร ขุนพล", "เพ็ดสะหมอน"), ("Sopheap Heng", "โสเภีย")],
)
def test_a_mother_is_the_same_without_her_family_name(full: str, without: str) -> None:
    rows = [child(2025, "สมชาย", mother=full), child(2026, "สมชาย", mother=without)]
    pairs = linked([*rows, *village(ROUNDS)]).pairs.set_index(["id_l", "id_r"])
    assert pairs.loc[(0, 1), "mother"] == "alike"


def test_a_mother_of_one_syllable_is_not_the_beginning_of_another() -> None:
    rows = [child(2025, "สมชาย", mother="Ma Aye Khin"), child(2026, "สมชาย", mother="Ma Aye")]
    pairs = linked([*rows, *village(ROUNDS)]).pairs.set_index(["id_l", "id_r"])
    assert pairs.loc[(0, 1), "mother"] == "differs"


def test_a_year_of_birth_that_differs_by_one_is_a_slip_where_the_mother_agrees() -> None:
    linkage = linked([child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017"), *village(ROUNDS)])
    assert linkage.cluster[1] == 0
    assert linkage.pairs.set_index(["id_l", "id_r"]).loc[(0, 1), "birth"] == "close"


@pytest.mark.parametrize("mother", ["วิภา", None])
def test_a_cousin_of_the_name_a_year_younger_is_not_linked(mother: str | None) -> None:
    rows = [child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017", mother=mother)]
    assert linked([*rows, *village(ROUNDS)]).cluster[1] == 1


@pytest.mark.parametrize(("earlier", "later"), [("2015", "2017"), ("2016-03-05", "2017-03-06")])
def test_two_years_or_two_known_days_are_two_births(earlier: str, later: str) -> None:
    linkage = linked([child(2025, "สมชาย", born=earlier), child(2026, "สมชาย", born=later), *village(ROUNDS)])
    assert linkage.cluster[1] == 1


def test_a_nickname_will_do_where_mother_and_birth_leave_one_child() -> None:
    rows = [child(2025, "Tay Paing", nickname="กาย", born="2017-03"), child(2026, "กาย", born="2017-03")]
    assert linked([*rows, *village(ROUNDS)]).cluster[1] == 0
    twin = child(2025, "Kyaw Zin", born="2017-03")
    again = linked([*rows, twin, *village(ROUNDS)])
    assert again.cluster[1] == 1
    assert (0, 1) in asked(again)


@pytest.mark.parametrize(("presence", "probability"), [((0b01, 0b10), 1.0), ((0b01, 0b01), 0.5), ((0b11, 0b10), 0.5)])
def test_a_child_who_stands_twice_is_no_rival_of_itself(presence: tuple[int, int], probability: float) -> None:
    # Two children of earlier rounds, each as likely as the other: one child, unless they were once in one round.
    edges = pd.DataFrame(
        {
            "left": [1, 2],
            "right": [9, 9],
            "weight": [20.0, 20.0],
            "birth": "exact",
            "presence": presence,
            "refused": False,
            "certain": False,
        }
    )
    chosen = choose_edges(edges, load_survey().linking, automatic=0.95)
    assert chosen["alone"].round(3).tolist() == [probability]


@pytest.mark.parametrize(("born", "is_linked"), [("2011", False), ("2011-02-02", True)])
def test_one_name_and_one_year_of_two_mothers_are_a_question(born: str, is_linked: bool) -> None:
    # Rare names and one year made them one child, though mother, house and village were others.
    moved = {"village": "85030201", "home": "85030201|7"}
    earlier = child(2025, "วิไลพร", family="วงพะจัน", mother="มณีวรรณ", born="2011-02-02")
    later = child(2026, "วิไลพร", family="วงพะจัน", mother="น้อยหน่า", born=born, **moved)
    assert (linked([earlier, later, *village(ROUNDS)]).cluster[1] == 0) == is_linked
