"""Rounds of the sample store compared a second time, child by child in plain loops over what the second scorer says:
cases by two groups, rights lost and regained, migration, and numbers of indicators that can only have fallen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import area_change, indicator_change, migration_change, overlap_change, rights_change
from cpms_cli.summaries.migration.area_migration import MigrationChange
from tests.conftest import NUMBERS
from tests.oracle.scorer import COUNTED, Row, age_of, score_household
from tests.oracle.test_figures import _answered, _band, _rights

ROUNDS = (2024, 2025, 2026)
PAIRS = ((2024, 2025), (2025, 2026), (2024, 2026))
VILLAGE = "85010503"  # families moved out of it and into it
GROUPS = ("sex", "age_group")
MEASURES = {"no_thai_nationality": 1, "migrated_in": 8, "parents_away": 9}  # each is this indicator


@dataclass(frozen=True)
class Seen:
    village: str
    least_age: int | None
    groups: tuple[str, ...]
    indicators: dict[int, str]
    rights: dict[str, str]
    origin: str

    @property
    def bounds(self) -> tuple[int, int]:
        answers = Counter(self.indicators[number] for number in COUNTED)
        return answers["yes"], answers["yes"] + answers["unknown"]


Rounds = dict[int, dict[str, Seen]]


def _rows(connection: duckdb.DuckDBPyConnection, table: str, round_: int) -> list[Row]:
    cursor = connection.execute(f"SELECT * FROM current_{table} WHERE round = ?", [str(round_)])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _round(connection: duckdb.DuckDBPyConnection, round_: int) -> Iterator[tuple[str, Seen]]:
    """The children of a round; of a home whose own row was set aside, nothing is known but they."""
    homes: dict[tuple[str | None, str | None], list[Row]] = {}
    for child in _rows(connection, "child", round_):
        homes.setdefault((child["village_code"], child["household_no"]), []).append(child)
    known = {(home["village_code"], home["household_no"]): home for home in _rows(connection, "household", round_)}
    for place, own in homes.items():
        home = known.get(place, {})
        for child, scored in zip(own, score_household(home, own), strict=True):
            rights = _rights(home, child, scored.level, scored.indicators[16])
            groups = (_answered(child, "sex") or "unknown", _band(home, child))
            answers = {name.removeprefix("right_"): answer for name, answer in rights.items()}
            yield (
                str(child["cpms_id"]),
                Seen(
                    str(child["village_code"]),
                    age_of(home, child).least,
                    groups,
                    scored.indicators,
                    answers,
                    child["arrived_from"] or "unknown",
                ),
            )


@pytest.fixture(scope="module")
def seen(sample_store: Path) -> Rounds:
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        return {round_: dict(_round(connection, round_)) for round_ in ROUNDS}


def _children(seen: Rounds, pair: tuple[int, int], area: str) -> Iterator[tuple[str, Seen | None, Seen | None]]:
    """The children of an area in either round, as they were then and as they are now."""
    for child_id in sorted(seen[pair[0]].keys() | seen[pair[1]].keys()):
        was, now = seen[pair[0]].get(child_id), seen[pair[1]].get(child_id)
        if any(child is not None and child.village.startswith(area) for child in (was, now)):
            yield child_id, was, now


def _indicator(number: int) -> Callable[[Seen], str]:
    return lambda child: child.indicators[number]


def _right(right: str) -> Callable[[Seen], str]:
    return lambda child: child.rights[right]


def _gone(was: Seen, years: int) -> str:
    return "turned_18" if was.least_age is not None and was.least_age + years >= 18 else "lost"


def _became(
    seen: Rounds, child_id: str, pair: tuple[int, int], area: str, of: Callable[[Seen], str], case: str
) -> str | None:
    """What became of a case of one child; None where it has none."""
    was, now = seen[pair[0]].get(child_id), seen[pair[1]].get(child_id)
    then_here = was is not None and was.village.startswith(area)
    now_here = now is not None and now.village.startswith(area)
    had = was is not None and of(was) == case
    if was is not None and then_here and had:
        if now is None:
            return _gone(was, pair[1] - pair[0])
        answers = {case: "continuing", "unknown": "unknown_now", "n/a": "outgrown"}
        return answers.get(of(now), "resolved") if now_here else "moved_away"
    if now is None or not now_here or of(now) != case:
        return None
    earlier = any(
        child_id in seen[round_] and of(seen[round_][child_id]) == case for round_ in ROUNDS if round_ < pair[0]
    )
    if had or not earlier:
        return "moved_in" if had else "new"
    return "reopened" if was is not None and of(was) != "unknown" else "found_again"


def _expected(
    seen: Rounds, area: str, of: Callable[[Seen], str], case: str
) -> dict[tuple[tuple[int, int], tuple[str, ...]], Counter[str]]:
    counted: dict[tuple[tuple[int, int], tuple[str, ...]], Counter[str]] = {}
    for pair in PAIRS:
        for child_id, was, now in _children(seen, pair, area):
            in_it = now if now is not None and now.village.startswith(area) else was
            assert in_it is not None
            kinds = counted.setdefault((pair, in_it.groups), Counter())
            kind = _became(seen, child_id, pair, area, of, case)
            if kind is not None:
                kinds[kind] += 1
    return counted


KINDS = (
    "new",
    "reopened",
    "found_again",
    "continuing",
    "moved_in",
    "resolved",
    "outgrown",
    "unknown_now",
    "lost",
    "turned_18",
    "moved_away",
)


def _counted(cases: pd.DataFrame) -> dict[tuple[tuple[int, int], tuple[str, ...]], Counter[str]]:
    return {
        ((row["from_round"], row["to_round"]), tuple(row[group] for group in GROUPS)): Counter(
            {kind: row[kind] for kind in KINDS if row[kind]}
        )
        for row in cases.to_dict("records")
    }


def test_cases_of_every_indicator_by_two_groups(sample_store: Path, seen: Rounds) -> None:
    cases = area_change(sample_store, VILLAGE, 2024, 2026, by=GROUPS).cases
    kinds: Counter[str] = Counter()
    for number in NUMBERS:
        expected = _expected(seen, VILLAGE, _indicator(number), "yes")
        assert _counted(cases[cases["number"] == number]) == expected, number
        for answers in expected.values():
            kinds.update(answers)
    assert set(kinds) == set(KINDS) - {"outgrown", "found_again"}  # those two: in the next test
    alone = indicator_change(sample_store, 10, 2024, 2026, area=VILLAGE, by=GROUPS)
    pd.testing.assert_frame_equal(alone.cases, cases[cases["number"] == 10].reset_index(drop=True))
    for row in alone.shares.to_dict("records"):
        answers = Counter(
            child.indicators[10]
            for child in seen[row["round"]].values()
            if child.village == VILLAGE and child.groups == tuple(row[group] for group in GROUPS)
        )
        assert (row["yes"], row["no"], row["unknown"]) == (answers["yes"], answers["no"], answers["unknown"]), row


def test_rights_lost_and_regained_by_two_groups(sample_store: Path, seen: Rounds) -> None:
    cases = rights_change(sample_store, 2024, 2026, by=GROUPS).cases
    assert cases["right"].nunique() == 5
    for right, rows in cases.groupby("right"):
        assert _counted(rows) == _expected(seen, "85", _right(str(right)), "no"), right
    assert (cases[["new", "continuing", "resolved", "unknown_now", "outgrown", "found_again"]].sum() > 0).all()


@pytest.fixture(scope="module")
def migration(sample_store: Path) -> MigrationChange:
    """Of the six villages of the subdistrict, which is all that the store knows of its province."""
    change: MigrationChange = migration_change(sample_store, 2024, 2026, area="850105", by=GROUPS)
    return change


def _share(answers: Counter[str]) -> float:
    known = answers["yes"] + answers["no"]
    return answers["yes"] / known if known else float("nan")


def test_migration_by_two_groups_against_the_same_children_elsewhere(migration: MigrationChange, seen: Rounds) -> None:
    answers: dict[tuple[int, str, tuple[str, ...]], dict[str, Counter[str]]] = {}
    for round_, children in seen.items():
        for child in children.values():
            counts = answers.setdefault((round_, child.village, child.groups), {name: Counter() for name in MEASURES})
            for name, number in MEASURES.items():
                counts[name][child.indicators[number]] += 1
    nothing = {name: Counter[str]() for name in MEASURES}
    assert len(migration.measures) == len(MEASURES) * len(answers)
    for row in migration.measures.to_dict("records"):
        groups = tuple(row[group] for group in GROUPS)
        round_, village, name = row["round"], row["area"], row["measure"]
        answers_of_area = answers[round_, village, groups][name]
        rest = Counter[str]()
        for place, counts in answers.items():
            rest.update(counts[name] if place[::2] == (round_, groups) and place[1] != village else {})
        then = answers.get((round_ - 1, village, groups), nothing)[name]
        assert (row["yes"], row["no"], row["unknown"]) == (
            answers_of_area["yes"],
            answers_of_area["no"],
            answers_of_area["unknown"],
        ), row
        assert row["rest_known"] == rest["yes"] + rest["no"], row
        told_shares = (row["share"], row["rest_share"], row["change"])
        assert told_shares == pytest.approx(
            (_share(answers_of_area), _share(rest), _share(answers_of_area) - _share(then)), nan_ok=True
        ), row


def test_where_children_came_from_and_what_became_of_them_by_two_groups(
    migration: MigrationChange, seen: Rounds
) -> None:
    expected = Counter(
        (round_, child.village, *child.groups, child.origin)
        for round_, children in seen.items()
        for child in children.values()
        if child.indicators[8] == "yes"
    )
    keys = ["round", "area", *GROUPS, "origin"]
    assert migration.origins.set_index(keys)["children"].to_dict() == expected
    for name, number in MEASURES.items():
        cases = migration.cases[migration.cases["measure"] == name]
        assert _counted(cases) == _expected(seen, "850105", _indicator(number), "yes"), name


GONE, COME = ["reached_18", "refused", "lost"], ["born", "arrived", "seen_before", "first_seen"]


def test_who_came_and_who_left_by_two_groups(sample_store: Path, migration: MigrationChange, seen: Rounds) -> None:
    """A child counts in the group to which it belonged when it was last seen of the two rounds."""
    moved = migration.movement
    moved_shares = moved.assign(gone=moved[GONE].sum(axis=1), come=moved[COME].sum(axis=1))
    expected: dict[tuple[int, int, str, tuple[str, ...]], Counter[str]] = {}
    for pair in PAIRS:
        for _, was, now in _children(seen, pair, "850105"):
            groups = (now or was).groups  # type: ignore[union-attr]
            if was is not None:
                kind = "gone" if now is None else "stayed" if now.village == was.village else "moved_away"
                expected.setdefault((*pair, was.village, groups), Counter()).update(("before", kind))
            if now is not None:
                kinds = ["children"] + (["come"] if was is None else ["moved_here"] * (was.village != now.village))
                expected.setdefault((*pair, now.village, groups), Counter()).update(kinds)
    figures = ["before", "stayed", "moved_away", "moved_here", "gone", "come", "children"]
    assert {
        (row["from_round"], row["to_round"], row["area"], tuple(row[group] for group in GROUPS)): Counter(
            {name: row[name] for name in figures if row[name]}
        )
        for row in moved_shares.to_dict("records")
    } == expected
    alone = migration_change(sample_store, 2024, 2026, area="850105").movement
    keys = ["from_round", "to_round", "area"]
    added_up = moved.drop(columns=["area_label", *(f"{group}{end}" for group in GROUPS for end in ("", "_label"))])
    pd.testing.assert_frame_equal(
        added_up.groupby(keys, sort=False).sum().reset_index().sort_values(keys),
        alone.drop(columns="area_label").sort_values(keys),
    )


def _direction(was: Seen | None, now: Seen | None, years: int) -> str:
    if was is None:
        return "first_seen"
    if now is None:
        return _gone(was, years).replace("lost", "not_seen")
    (low, high), (least, most) = was.bounds, now.bounds
    if most < low:
        return "fewer"
    if least > high:
        return "more"
    return "same" if low == high == least == most else "unsure"


def test_a_child_has_fewer_indicators_only_whatever_is_unknown(sample_store: Path, seen: Rounds) -> None:
    change = overlap_change(sample_store, 2024, 2026, by=GROUPS)
    for pair in PAIRS:
        expected = Counter(
            ((now or was).groups, _direction(was, now, pair[1] - pair[0]))  # type: ignore[union-attr]
            for _, was, now in _children(seen, pair, "85")
        )
        rows = change.flow[(change.flow["from_round"] == pair[0]) & (change.flow["to_round"] == pair[1])]
        counted = rows.groupby([*GROUPS, "became"])["children"].sum()
        assert {((sex, band), became): count for (sex, band, became), count in counted.items()} == expected
    for row in change.numbers.to_dict("records"):
        own = [
            child.bounds
            for child in seen[row["round"]].values()
            if child.groups == tuple(row[group] for group in GROUPS)
        ]
        assert row["at_least"] == sum(low >= row["number"] for low, _ in own), row
        assert row["at_most"] == sum(high >= row["number"] for _, high in own), row


@pytest.mark.parametrize(("size", "members"), [(2, ("first", "second")), (3, ("first", "second", "third"))])
def test_what_occurs_together_in_each_round_by_two_groups(
    sample_store: Path, seen: Rounds, size: int, members: tuple[str, ...]
) -> None:
    """What some child had in any round is told wherever a child may have it: what is unknown now has not ceased."""
    change = overlap_change(sample_store, 2024, 2026, by=GROUPS)
    table = change.pairs if size == 2 else change.triples
    of_group: dict[tuple[int, tuple[str, ...]], list[dict[int, str]]] = {}
    sure, perhaps = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for round_, children in seen.items():
        for child in children.values():
            answers = {number: child.indicators[number] for number in sorted(COUNTED)}
            of_group.setdefault((round_, child.groups), []).append(answers)
            may = [number for number, answer in answers.items() if answer in ("yes", "unknown")]
            for chosen in combinations(may, size):
                perhaps[round_, child.groups, chosen] += 1
                sure[round_, child.groups, chosen] += all(answers[number] == "yes" for number in chosen)
    ever = {place[1:] for place, children in sure.items() if children}
    assert len(table) == len([place for place in perhaps if place[1:] in ever])
    assert ((table["children"] == 0) & (table["possible"] > 0)).any()
    for row in table.to_dict("records"):
        groups, chosen = tuple(row[group] for group in GROUPS), tuple(row[member] for member in members)
        place = (row["round"], groups, chosen)
        assert place[1:] in ever, row
        assert (row["children"], row["possible"]) == (sure[place], perhaps[place]), row
        known = [answers for answers in of_group[place[:2]] if all(answers[number] != "unknown" for number in chosen)]
        each = [sum(answers[number] == "yes" for answers in known) for number in chosen]
        assert row["known"] == len(known), row
        if known:
            expected = math.prod(each) / len(known) ** (size - 1)
            assert (row["share"], row["expected"]) == pytest.approx((sure[place] / len(known), expected)), row
