"""Twins share mother, house and day of birth: a name that stands unchanged finds its child, another name never does."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from cpms_cli import merge
from tests.conftest import ROOT
from tests.families import NEAR, Child, asked, at_home, child, linked, village

CASES = ROOT / "tests" / "files" / "cases"
ROUNDS = (2025, 2026)


def merged_case(name: str, store: Path) -> Path:
    """The store of both rounds of a case."""
    merge([CASES / f"{name}_{year}.csv" for year in (2568, 2569)], store)
    return store


def children_of_case(store: Path) -> pd.DataFrame:
    """The rows that the case is about: given_name, round, cpms_id."""
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(
            "SELECT given_name, round, cpms_id FROM current_child WHERE TRY_CAST(household_no AS INTEGER) < 1000"
        ).df()


@pytest.mark.parametrize(("name", "children"), [("mm_twins_one_missing", 2), ("th_twins_both", 2)])
def test_a_name_that_stands_unchanged_finds_its_twin(tmp_path: Path, name: str, children: int) -> None:
    rows = children_of_case(merged_case(name, tmp_path / "s.duckdb"))
    assert rows["cpms_id"].nunique() == children
    assert (rows.groupby("given_name")["cpms_id"].nunique() == 1).all()
    assert (rows.groupby("cpms_id")["given_name"].nunique() == 1).all()


def test_another_name_on_the_same_day_is_a_question(tmp_path: Path) -> None:
    store = merged_case("mm_first_twin_then_other", tmp_path / "s.duckdb")
    assert children_of_case(store)["cpms_id"].nunique() == 2
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT verdict FROM link_pair WHERE row_a LIKE '%21%'").fetchall() == [("doubtful",)]


PAIRS = pytest.mark.parametrize("script", NEAR)

# What the two rounds have of a pair of twins, and which of the later rows is which of the earlier (None: of none).
SCENES: dict[str, tuple[str, str, tuple[int | None, ...]]] = {
    "both, in another order": ("AB", "BA", (1, 0)),
    "one is away now": ("AB", "B", (1,)),
    "one was away": ("A", "BA", (None, 0)),
    "one, then the other": ("A", "B", (None,)),
}
KNOWN: dict[str, Child] = {
    "day": {},
    "year": {"born": "2017"},
    "age": {"born": None, "low": 17000.0, "high": 17400.0},
}
Families = dict[tuple[str, str, str], tuple[int | None, ...]]


@pytest.fixture(scope="module")
def families() -> Families:
    """Every scene for every pair of names, all in one province: which earlier row each later row became."""
    rows: list[Child] = []
    places: dict[tuple[str, str, str], int] = {}
    scenes = [(known, scene, script) for known in KNOWN for scene in SCENES for script in NEAR]
    for number, (known, scene, script) in enumerate(scenes):
        names = dict(zip("AB", NEAR[script], strict=True))
        home = {**at_home(number), **KNOWN[known]}
        places[known, scene, script] = len(rows)
        for round_, who in zip(ROUNDS, SCENES[scene], strict=False):
            rows += [child(round_, names[letter], **home) for letter in str(who)]
    cluster = linked(rows).cluster
    became: Families = {}
    for key, place in places.items():
        before, after = len(SCENES[key[1]][0]), len(SCENES[key[1]][1])
        first = list(cluster[place : place + before])
        later = cluster[place + before : place + before + after]
        became[key] = tuple(first.index(row) if row in first else None for row in later)
    return became


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("scene", SCENES)
@PAIRS
def test_each_twin_is_itself_or_nobody(families: Families, known: str, scene: str, script: str) -> None:
    assert families[known, scene, script] == SCENES[scene][2]


def test_triplets_are_found_again() -> None:
    names = ["มานี", "มานะ", "มานพ"]
    rows = [*(child(2025, name) for name in names), *(child(2026, name) for name in reversed(names))]
    assert list(linked([*rows, *village(ROUNDS)]).cluster[:6]) == [0, 1, 2, 2, 1, 0]


def test_brothers_of_one_name_go_by_their_birth_dates() -> None:
    born = ["2015-01-20", "2017-06-11"]
    rows = [*(child(2025, "เอ", born=day) for day in born), *(child(2026, "เอ", born=day) for day in reversed(born))]
    assert list(linked([*rows, *village(ROUNDS)]).cluster[:4]) == [0, 1, 1, 0]


def test_a_twin_with_a_new_name_is_a_question() -> None:
    clusters = linked(
        [child(2025, "มานี"), child(2025, "มานะ"), child(2026, "มานี"), child(2026, "วิชัย"), *village(ROUNDS)]
    )
    assert list(clusters.cluster[:4]) == [0, 1, 0, 3]
    assert asked(clusters) == {(1, 3)}


def test_a_twin_who_had_no_name_last_year_is_a_question() -> None:
    clusters = linked(
        [child(2025, "มานี"), child(2025, None), child(2026, "มานะ"), child(2026, "มานี"), *village(ROUNDS)]
    )
    assert list(clusters.cluster[:4]) == [0, 1, 2, 0]
    assert asked(clusters) == {(1, 2)}


BABY: Child = {"born": "2025-05-10"}


def test_a_baby_who_had_no_name_last_year_is_found_by_its_mother_and_house() -> None:
    assert list(linked([child(2025, None, **BABY), child(2026, "มานี", **BABY), *village(ROUNDS)]).cluster[:2]) == [0, 0]


# Beside a baby without a name (0) and the child of its birth who is there next year (1), what shows that it may have a
# twin. No name tells which of them is there next year.
MAY_BE_TWINS: dict[str, Child] = {
    "another child of the day, next year": child(2026, "วิชัย", **BABY),
    "another child of the day, in another house of their mother": child(2026, "วิชัย", **BABY, home="85010501|88"),
    "another child of the day, in the first year": child(2025, "วิชัย", **BABY),
    "a child of the next day": child(2025, "วิชัย", born="2025-05-11"),
    "a child of half a year later": child(2026, "วิชัย", born="2025-11-10"),
    "a child of the year": child(2026, "วิชัย", born="2025"),
    "a child of whom only the age is known": child(2025, "วิชัย", born=None, low=19900.0, high=20300.0),
    "a child of whom not even the age is known": child(2025, "วิชัย", born=None, low=None, high=None),
}


@pytest.mark.parametrize("beside", MAY_BE_TWINS)
def test_a_baby_without_a_name_who_may_have_a_twin_is_a_question(beside: str) -> None:
    rows = [child(2025, None, **BABY), child(2026, "มานี", **BABY), MAY_BE_TWINS[beside], *village(ROUNDS)]
    clusters = linked(rows)
    assert list(clusters.cluster[:3]) == [0, 1, 2]
    assert (0, 1) in asked(clusters)


def test_a_brother_of_another_birth_leaves_no_doubt_about_a_baby() -> None:
    brother = [child(round_, "วิชัย", born="2024-09-10") for round_ in ROUNDS]  # eight months are 243 days
    rows = [child(2025, None, **BABY), child(2026, "มานี", **BABY), *brother, *village(ROUNDS)]
    assert list(linked(rows).cluster[:4]) == [0, 0, 2, 2]


def test_a_twin_seen_in_one_round_leaves_a_doubt_in_the_next() -> None:
    both = [child(2026, "มานี", **BABY), child(2026, "วิชัย", **BABY)]
    rows = [child(2025, None, **BABY), *both, child(2027, "วิชัย", **BABY), *village((*ROUNDS, 2027))]
    # A form's identifier says that the two rows of วิชัย are one child; มานี is away in 2027.
    assert list(linked(rows, together={3: 2}).cluster[:4]) == [0, 1, 2, 2]


def test_a_sister_with_whom_the_child_lives_then_and_now_is_not_the_child() -> None:
    # Of ages alone the sister may be a twin; but she is found again herself.
    rows = [child(2025, "มานี", born="2017"), child(2025, None, born="2017-03-05")]
    again = [child(2026, "มานี", born="2017"), child(2026, "วิชัย", born="2017-03-05")]
    assert list(linked([*rows, *again, *village(ROUNDS)]).cluster[:4]) == [0, 1, 0, 1]
    without_her = linked([*rows, again[1], *village(ROUNDS)])
    assert list(without_her.cluster[:3]) == [0, 1, 2]


@pytest.mark.parametrize("name", ["ทารก", "มานี", "ด.ช."])
def test_twins_whom_nothing_tells_apart_are_a_question(name: str) -> None:
    clusters = linked([*(child(round_, name) for round_ in (2025, 2025, 2026, 2026)), *village(ROUNDS)])
    assert list(clusters.cluster[:4]) == [0, 1, 2, 3]
    # Each of them once: what is decided about one pair tells the other.
    assert sorted(row for pair in asked(clusters) for row in pair) == [0, 1, 2, 3]


def test_a_twin_who_is_away_a_round_is_found_in_the_next() -> None:
    rows = [child(2025, "ခင်"), child(2025, "ခိုင်"), child(2026, "ခိုင်"), child(2027, "ခိုင်"), child(2027, "ခင်")]
    assert list(linked([*rows, *village((2025, 2026, 2027))]).cluster[:5]) == [0, 1, 1, 1, 0]


def test_twins_who_moved_are_found_by_their_mother() -> None:
    moved = {"home": "85030201|7", "village": "85030201"}
    rows = [child(2025, "มานี"), child(2025, "มานะ"), child(2026, "มานะ", **moved), child(2026, "มานี", **moved)]
    assert list(linked([*rows, *village(ROUNDS)]).cluster[:4]) == [0, 1, 1, 0]


def test_a_nickname_of_ones_own_makes_up_for_a_slip_in_the_name() -> None:
    slip = [child(2025, "ธนกร", nickname="ก้อง"), child(2026, "ธนากร", nickname="ก้อง"), *village(ROUNDS)]
    assert linked(slip).cluster[1] == 0
    other = [child(2025, "ธนกร", nickname="ก้อง"), child(2026, "ธนากร", nickname="เก่ง"), *village(ROUNDS)]
    assert linked(other).cluster[1] == 1
