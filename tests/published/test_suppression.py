"""Promise 15: no suppressed cell can be found, by linear programming over all that was published.

A thousand random tables with CPMS_THOROUGH=1, two hundred otherwise; CPMS_TABLES sets another number.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
import pytest

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.disclosure.engine.suppression import Suppression, suppress
from cpms_cli.disclosure.releases import Publication, problem_after, released
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from tests.conftest import THOROUGH
from tests.published.tables_attacked import Case, Published, Table, bounds, breaches, linked, random_table, two_way
from tests.published.tables_attacked import Question as Ask

TABLES = int(os.environ.get("CPMS_TABLES", "1000" if THOROUGH else "200"))
RELEASES = max(40, TABLES // 25)
RULES = PrivacyRules(threshold=5, zeros="shown", differences="hidden", k=5)


def _cells(table: Table) -> dict[CellId, Cell]:
    return {CellId.read(name): Cell(count) for name, count in table.counts.items()}


def _sum(total: str, parts: Iterable[str]) -> Relation:
    return Relation(CellId.read(total), tuple(map(CellId.read, parts)))


def _relations(table: Table) -> list[Relation]:
    return [_sum(total, parts) for total, parts in table.sums]


def _names(cells: Iterable[CellId]) -> set[str]:
    return set(map(str, cells))


def _suppressed(table: Table, rules: PrivacyRules = RULES) -> Suppression:
    return suppress(Problem(_cells(table), _relations(table), rules))


def _small(table: Table, rules: PrivacyRules) -> frozenset[str]:
    least = 0 if rules.zeros == "hidden" else 1
    return frozenset(name for name, count in table.counts.items() if least <= count < rules.threshold)


def _published(table: Table, hidden: Iterable[str]) -> Published:
    gone = set(hidden)
    return Published({name: None if name in gone else count for name, count in table.counts.items()}, list(table.sums))


def _rules(rng: np.random.Generator) -> PrivacyRules:
    zeros = "hidden" if rng.random() < 0.25 else "shown"
    return RULES.model_copy(update={"threshold": int(rng.choice([3, 5, 5, 10])), "zeros": zeros})


def _one_report(tables: list[Table]) -> Table:
    """Tables that have nothing to do with one another, published together."""
    report = Table({}, [])
    for number, table in enumerate(tables):
        report.counts.update({f"{number}:{name}": count for name, count in table.counts.items()})
        report.sums.extend(
            (f"{number}:{total}", tuple(f"{number}:{part}" for part in parts)) for total, parts in table.sums
        )
    return report


def test_no_linear_programme_narrows_a_suppressed_cell_of_random_tables() -> None:
    cases, exposed = [], list[str]()
    for seed in range(TABLES // 10):
        rng = np.random.default_rng(seed)
        tables, rules = [random_table(rng) for _ in range(10)], _rules(rng)
        suppression = _suppressed(_one_report(tables), rules)
        exposed += map(str, suppression.exposed)
        all_hidden = _names(suppression.hidden)
        for number, table in enumerate(tables):
            hidden = {name for name in table.counts if f"{number}:{name}" in all_hidden}
            assert _small(table, rules) <= hidden, "a small count is shown"
            cases.append(Case(_published(table, hidden), table.counts, _small(table, rules), rules.threshold))
    assert exposed == []
    assert breaches(cases) == []
    # Something was left to attack, and something to publish.
    counts = [count for case in cases for count in case.tables.counts.values()]
    assert 0.2 < sum(count is None for count in counts) / len(counts) < 0.8


def test_the_attack_does_find_what_is_badly_hidden() -> None:
    """The same attack, on tables in which nothing but the small counts themselves is hidden, and on those of which one
    complementary cell is given back."""
    careless, one_less = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        table = random_table(rng)
        small, suppression = _small(table, RULES), _suppressed(table)
        careless.append(Case(_published(table, small), table.counts, small, RULES.threshold))
        for name in sorted(_names(suppression.secondary))[:1]:
            hidden = _names(suppression.hidden) - {name}
            one_less.append(Case(_published(table, hidden), table.counts, small, RULES.threshold))
    assert len(breaches(careless)) > 100
    assert len(breaches(one_less)) > 20


# By hand: nothing of these tables can be hidden less, or it would be found out as the comment says.
BY_HAND = {
    "nothing small": ({"n": 30, "a": 10, "b": 20}, [("n", "ab")], set()),
    "one small part: the total less the other": ({"n": 23, "a": 3, "b": 20}, [("n", "ab")], {"a", "b"}),
    "two small parts whose sum is enough": ({"n": 27, "a": 3, "b": 4, "c": 20}, [("n", "abc")], {"a", "b"}),
    "two small parts, 2 together: a sum that is small": (
        {"n": 28, "a": 1, "b": 1, "c": 6, "d": 20},
        [("n", "abcd")],
        {"a", "b", "c"},
    ),
    "4 and 4 of 8: at most 4 each, so both are 4": (
        {"n": 34, "a": 4, "b": 4, "c": 6, "d": 20},
        [("n", "abcd")],
        {"a", "b", "c"},
    ),
    "a total of 3 and its one part": ({"n": 3, "a": 3, "b": 0}, [("n", "ab")], {"n", "a"}),
    "two by two: one small, so all four": (
        {"n": 80, "r": 33, "s": 47, "c": 22, "d": 58, "1": 2, "2": 31, "3": 20, "4": 27},
        [("n", "rs"), ("n", "cd"), ("r", "12"), ("s", "34"), ("c", "13"), ("d", "24")],
        {"1", "2", "3", "4"},
    ),
    "the same total in two tables": (
        {"n": 20, "a": 2, "b": 18, "x": 5, "y": 15},
        [("n", "ab"), ("n", "xy")],
        {"a", "b"},
    ),
}


@pytest.mark.parametrize("case", BY_HAND, ids=str)
def test_no_more_and_no_less_is_hidden_than_a_person_would(case: str) -> None:
    counts, sums, hidden = BY_HAND[case]
    table = Table(dict(counts), [(total, tuple(parts)) for total, parts in sums])
    assert _names(_suppressed(table).hidden) == hidden


@pytest.mark.parametrize(("threshold", "hidden"), [(3, set()), (4, {"a", "b"}), (7, {"a", "b"}), (30, {"n", "a", "b"})])
def test_the_threshold_can_be_chosen(threshold: int, hidden: set[str]) -> None:
    table = Table({"n": 23, "a": 3, "b": 20}, [("n", ("a", "b"))])
    assert _names(_suppressed(table, RULES.model_copy(update={"threshold": threshold})).hidden) == hidden


@pytest.mark.parametrize(
    ("zeros", "yes", "no", "unknown", "hidden"),
    [
        ("shown", 8, 0, 0, set()),
        ("telling", 8, 0, 0, {"yes", "no", "unknown"}),
        ("telling", 0, 8, 0, set()),
        ("telling", 8, 7, 0, set()),
        ("hidden", 0, 8, 9, {"yes", "n/a"}),
    ],
)
def test_a_zero_is_withheld_where_it_would_tell_of_everybody(
    zeros: str, yes: int, no: int, unknown: int, hidden: set[str]
) -> None:
    """SDC Handbook 5.2: of six married people six work full time, so everybody knows it of each."""
    counts = {"n": yes + no + unknown + 7, "yes": yes, "no": no, "unknown": unknown, "n/a": 7}
    names = {name: CellId.read(name) for name in counts}
    relation = Relation(
        names["n"],
        tuple(names[name] for name in ("yes", "no", "unknown", "n/a")),
        telling=(names["yes"],),
        exempt=(names["n/a"],),
    )
    rules = PrivacyRules(threshold=5, zeros=zeros, differences="hidden", k=5)  # type: ignore[arg-type]
    cells = {names[name]: Cell(count) for name, count in counts.items()}
    assert _names(suppress(Problem(cells, [relation], rules)).hidden) == hidden


def test_what_a_count_cannot_exceed_is_known_to_the_attacker_too() -> None:
    """4 homes with a level hide beside 12, but these 12 cannot be more than the 13 children: so the 4 are 3 or 4."""
    counts = {"homes": 60, "a": 4, "b": 12, "c": 44, "children of b": 13}
    cells = {CellId.read(name): Cell(count) for name, count in counts.items()}
    cells[CellId.read("more children")] = Cell(1, shown=False, guarded=False)
    at_most = _sum("children of b", ("b", "more children"))
    suppression = suppress(Problem(cells, [_sum("homes", "abc"), at_most], RULES))
    assert _names(suppression.hidden) == {"a", "b", "c"}
    without = suppress(Problem(cells, [_sum("homes", "abc")], RULES))
    assert _names(without.hidden) == {"a", "b"}


def test_the_same_tables_always_give_the_same_answer() -> None:
    table = random_table(np.random.default_rng(17))
    assert _suppressed(table) == _suppressed(table)


def test_counts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="n is not the sum of its parts"):
        Problem(_cells(Table({"n": 3, "a": 1}, [])), [_sum("n", "a")], RULES)
    with pytest.raises(ValueError, match="there is no cell b"):
        Problem(_cells(Table({"n": 3, "a": 3}, [])), [_sum("n", "ab")], RULES)


# Releases one after the other, to the same readers.


def _release(table: Table, earlier: Iterable[Release[CellId]] = ()) -> tuple[Suppression, Release[CellId]]:
    cells, relations = _cells(table), _relations(table)
    suppression = suppress(problem_after(cells, relations, RULES, earlier))
    return suppression, released(cells, relations, suppression.hidden, RULES, Publication("r", audience="x"))


def _together(first: Table, own: Suppression, second: Table, two: Suppression) -> Case:
    """What lies on the desk of one who has both, and takes every count that has not changed as unchanged."""
    counts = {f"1/{name}": count for name, count in first.counts.items()}
    counts |= {f"2/{name}": count for name, count in second.counts.items()}
    same = [name for name in second.counts if first.counts.get(name) == second.counts[name]]
    sums: list[tuple[str, tuple[str, ...]]] = [(f"2/{name}", (f"1/{name}",)) for name in same]
    sums += [
        (f"{number}/{total}", tuple(f"{number}/{part}" for part in parts))
        for number, table in ((1, first), (2, second))
        for total, parts in table.sums
    ]
    first_hidden, second_hidden = _names(own.hidden), _names(two.hidden)
    hidden = {f"1/{name}" for name in first_hidden} | {f"2/{name}" for name in second_hidden}
    # What was shown once is known, though n.p. may stand in its place now.
    hidden -= {f"{number}/{name}" for name in same for number in (1, 2) if not {name} <= first_hidden & second_hidden}
    small = frozenset(name for name in hidden if 0 < counts[name] < RULES.threshold)
    shown = {name: None if name in hidden else count for name, count in counts.items()}
    return Case(Published(shown, list(sums)), counts, small, RULES.threshold)


def _of_columns(both: Table, begins: str) -> Table:
    """One of two linked tables, with the margin that they share."""
    counts = {name: count for name, count in both.counts.items() if name.startswith(begins) or name.endswith("/all")}
    return Table(counts, [(total, parts) for total, parts in both.sums if {total, *parts} <= counts.keys()])


def test_a_second_report_on_the_same_children_gives_nothing_away() -> None:
    """Each table for itself is safe; the second, of other columns, is published to those who have the first."""
    cases, careless, exposed = [], [], list[str]()
    for seed in range(RELEASES):
        both = linked(np.random.default_rng(seed), 2, (2, 3), 6)
        first, second = _of_columns(both, "a/"), _of_columns(both, "b/")
        own, release = _release(first)
        two, _ = _release(second, [release])
        cases.append(_together(first, own, second, two))
        exposed += map(str, two.exposed)
        careless.append(_together(first, own, second, _release(second)[0]))
    assert exposed == []
    assert breaches(cases) == []
    assert breaches(careless) != []


def test_a_report_given_out_again_after_a_correction_gives_nothing_away() -> None:
    cases, careless, exposed = [], [], list[str]()
    for seed in range(RELEASES):
        rng = np.random.default_rng(seed)
        first = two_way(rng, 2, 3, 6)
        second = _corrected(rng, first, 2, 3)
        own, release = _release(first)
        two, _ = _release(second, [release])
        cases.append(_together(first, own, second, two))
        exposed += map(str, two.exposed)
        careless.append(_together(first, own, second, _release(second)[0]))
        changed = {
            name
            for name, count in second.counts.items()
            if 0 < abs(count - first.counts[name]) < RULES.threshold and name not in _names(own.hidden)
        }
        assert changed <= _names(two.hidden), "the difference of the two is a small count"
        could_be = bounds([Ask(cases[-1].tables, (f"2/{name}",)) for name in sorted(changed)]) if changed else []
        expected = [
            name
            for name, (low, high) in zip(sorted(changed), could_be, strict=True)
            if not low <= first.counts[name] <= high
        ]
        assert expected == [], "that it has changed can be worked out"
    assert exposed == []
    assert breaches(cases) == []
    assert breaches(careless) != []


def _corrected(rng: np.random.Generator, table: Table, rows: int, columns: int) -> Table:
    """Some children more or fewer in one or two cells, and all totals again."""
    counts = dict(table.counts)
    for _ in range(rng.integers(1, 3)):
        cell = f"{rng.integers(rows)}/{rng.integers(columns)}"
        counts[cell] = max(0, counts[cell] + int(rng.choice([-3, -1, 1, 2, 9])))
    for total, parts in sorted(table.sums, key=lambda relation: relation[0].startswith("all")):
        counts[total] = sum(counts[part] for part in parts)
    return Table(counts, table.sums)


@pytest.mark.parametrize("given", [(20, 26, 21), (26, 20, 26, 27), (20, 26, 32, 27), (26, 20, 24), (20, 27, 23)])
def test_a_count_is_held_against_every_one_that_was_given(given: tuple[int, ...]) -> None:
    """Merged, undone and merged again with one child more: the last differs by a few from one before the one before."""
    earlier: list[Release[CellId]] = []
    hidden: list[set[str]] = []
    for yes in given:
        table = Table({"n": yes + 200, "yes": yes, "no": 200}, [("n", ("yes", "no"))])
        suppression, release = _release(table, earlier)
        earlier.append(release)
        hidden.append(_names(suppression.hidden))
    assert hidden == [set()] * (len(given) - 1) + [{"n", "yes"}]
    problem = problem_after(_cells(table), _relations(table), RULES, earlier[:-1])
    aims = {
        goal.target for goal in problem.goals(problem.changed) if goal.cell == problem.positions[CellId.read("yes")]
    }
    assert aims == {count for count in given[:-1] if abs(count - given[-1]) < RULES.threshold}


def test_what_an_earlier_report_has_told_is_named() -> None:
    """Given out before with a threshold of 3: the 4 is known, and no n.p. brings that back."""
    table = Table({"n": 24, "a": 4, "b": 20}, [("n", ("a", "b"))])
    loose = RULES.model_copy(update={"threshold": 3})
    cells, relations = _cells(table), _relations(table)
    before = released(cells, relations, (), loose, Publication("r", 2026, "x"))
    wider = Table({"m": 30, "n": 24, "a": 4, "b": 20, "c": 6}, [("n", ("a", "b")), ("m", ("a", "b", "c"))])
    suppression = suppress(problem_after(_cells(wider), _relations(wider), RULES, [before]))
    assert "a" in _names(suppression.hidden)
    assert _names(suppression.exposed) == {"a"}
