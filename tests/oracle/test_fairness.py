"""The rules judged a second time, in plain loops: levels and gaps by group, twins, and what later rounds say; drawn
children, some of whom are found again in the second round; the levels are those of the second scorer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pytest

from cpms_cli.scoring.scores import judge
from cpms_cli.summaries.fairness.later_rounds import Foretold, foretold_of
from cpms_cli.summaries.fairness.level_gaps import Fairness, fairness_of
from cpms_cli.summaries.scope import Scope
from cpms_cli.survey.model.definition import Survey
from tests.conftest import THOROUGH
from tests.oracle.population import population
from tests.oracle.second import second_scores

Z = 1.959963984540054  # the 97.5 % point of the normal distribution, from its table
SEVERE = ("victim", "high_risk")
NO_ANSWER = (None, "", "unknown", "refused", "not_asked")
DIFFICULTIES = ("seeing", "hearing", "walking", "communicating", "learning")
REFERENCES = {"nationality": "TH", "sex": "male", "disability": "no", "registration": "yes", "document": "yes"}
TWINS = {
    "thai_papers": ("TH", "certificate", "born_here"),
    "no_papers": ("stateless", "not_registered", "within_12_months"),
    "unknown_papers": (None, None, None),
}
PAPERS = ("nationality", "birth_registered", "arrived_community")


@dataclass(frozen=True)
class Child:
    person: str
    round: int
    village: str
    level: str
    highest: str
    parts: dict[str, str]
    outcomes: dict[str, str]


def _any(answers: list[str | None], *codes: str) -> str:
    if any(answer in codes for answer in answers):
        return "yes"
    return "unknown" if any(answer in NO_ANSWER for answer in answers) else "no"


def _parts(row: dict[str, str | None]) -> dict[str, str]:
    def code(name: str) -> str:
        answer = row[name]
        return "unknown" if answer in NO_ANSWER else str(answer)

    def unless(name: str, no: str) -> str:
        return code(name) if code(name) == "unknown" else "no" if code(name) == no else "yes"

    return {
        "nationality": code("nationality"),
        "sex": code("sex"),
        "disability": _any([row[f"difficulty_{name}"] for name in DIFFICULTIES], "a_lot", "cannot"),
        "registration": unless("birth_registered", "not_registered"),
        "document": unless("id_document", "none"),
    }


def _school(row: dict[str, str | None], least: float, most: float) -> str:
    if math.isnan(least):
        return "unknown"
    if most < 7 or least > 15:
        return "n/a"
    return _any([row["in_school"]], "none") if least >= 7 and most <= 15 else "unknown"


def _answers_of(row: dict[str, str | None], level: str, highest: str, ages: tuple[float, float]) -> dict[str, str]:
    return {
        "victim": "yes" if level == "victim" else "unknown" if highest == "victim" else "no",
        "violence": _any([row[f"violence_{kind}"] for kind in ("physical", "emotional", "sexual")], "yes"),
        "exploitation": _any([row["exploited"]], "yes"),
        "out_of_school": _school(row, *ages),
    }


@dataclass(frozen=True)
class Drawn:
    households: pd.DataFrame
    children: pd.DataFrame
    seen: list[Child]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    households, children = population(31, 20_000 if THOROUGH else 3_000)
    rng = np.random.default_rng(31)
    documents = np.array(["thai_id", "none", "passport", "unknown", None], dtype=object)
    number = children.groupby("round").cumcount()
    # Four in five of the children of 2025 are the children of 2026 of the same place in the list.
    again = (children["round"] == "2026") & (number % 5 != 0)
    persons = number.astype("str").where((children["round"] == "2025") | again, "n" + number.astype("str"))
    children = children.assign(cpms_id=persons, id_document=documents[rng.integers(0, 5, len(children))])
    # A village of the first round that was not surveyed again.
    last = (children["round"] == "2026") & (children["village_code"] == "85020101")
    children = children[~last].reset_index(drop=True)
    scores = second_scores(households, children)
    seen = []
    for row, score in zip(children.to_dict("records"), scores.to_dict("records"), strict=True):
        plain = {str(name): None if pd.isna(cell) else str(cell) for name, cell in row.items()}
        ages = tuple(float("nan") if pd.isna(score[name]) else float(score[name]) for name in ("age_min", "age_max"))
        level, highest = str(score["level"]), str(score["highest"])
        outcomes = _answers_of(plain, level, highest, (ages[0], ages[1]))
        place = (str(plain["cpms_id"]), int(str(plain["round"])), str(plain["village_code"]))
        seen.append(Child(*place, level, highest, _parts(plain), outcomes))
    return Drawn(households, children, seen)


@pytest.fixture(scope="module")
def connection(survey: Survey, drawn: Drawn) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    for table, frame in (("child", drawn.children), ("household", drawn.households)):
        given = frame.reindex(columns=list(survey.columns(table))).astype("str")  # type: ignore[arg-type]
        connection.register(f"given_{table}", given)
        connection.execute(f"CREATE TABLE current_{table} AS SELECT * FROM given_{table}")
    judge(connection, survey, "current_child", "current_household")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def compared(survey: Survey, connection: duckdb.DuckDBPyConnection) -> Fairness:
    return fairness_of(connection, survey, Scope(None, "", 2025, None, (2025, 2026)), "en")


@pytest.fixture(scope="module")
def foretold(survey: Survey, connection: duckdb.DuckDBPyConnection) -> Foretold:
    return foretold_of(connection, survey, Scope(None, "", 2025, None, (2025, 2026)), "en")


def _wilson(yes: int, known: int) -> tuple[float, float]:
    share, weight = yes / known, Z * Z / known
    half = math.sqrt(weight * share * (1 - share) + weight * weight / 4)
    return (share + weight / 2 - half) / (1 + weight), (share + weight / 2 + half) / (1 + weight)


def test_levels_and_gaps_by_group(drawn: Drawn, compared: Fairness) -> None:
    counts = Counter(
        (group, part, child.level) for child in drawn.seen if child.round == 2025 for group, part in child.parts.items()
    )
    parts = {key[:2] for key in counts}
    assert {(row["group"], row["part"]) for row in compared.levels.to_dict("records")} == parts
    shares = {}
    for row in compared.levels.to_dict("records"):
        key = (row["group"], row["part"])
        by_level = {level: counts[*key, level] for level in (*SEVERE, "at_risk", "not_enough_answers", "none_found")}
        assert {level: row[level] for level in by_level} == by_level
        severe, children = sum(by_level[level] for level in SEVERE), sum(by_level.values())
        shares[key] = severe, children
        assert (row["severe"], row["children"]) == (severe, children)
        assert (row["low"], row["high"]) == pytest.approx(_wilson(severe, children), abs=1e-9)
    gaps = {(row["group"], row["part"]): row for row in compared.gaps.to_dict("records")}
    assert set(gaps) == {(group, part) for group, part in parts if part not in ("unknown", REFERENCES[group])}
    for (group, part), row in gaps.items():
        (yes, known), (other, of_other) = shares[group, part], shares[group, REFERENCES[group]]
        gap = yes / known - other / of_other
        (low, high), (other_low, other_high) = _wilson(yes, known), _wilson(other, of_other)
        least = gap - math.hypot(yes / known - low, other_high - other / of_other)
        most = gap + math.hypot(high - yes / known, other / of_other - other_low)
        assert (row["gap"], row["low"], row["high"]) == pytest.approx((gap, least, most), abs=1e-9)
        assert row["judged"] == (min(known, of_other) >= 20)


def test_rules_are_counted_of_the_children_they_make_urgent(drawn: Drawn, compared: Fairness) -> None:
    """Indicators that alone make high risk: as many as have them and are no victims."""
    scores = second_scores(drawn.households, drawn.children)
    by_sex = compared.rules[compared.rules["group"] == "sex"]
    for column, rule in (
        ("i04", "high_risk.1"),
        ("i06", "high_risk.2"),
        ("i14", "high_risk.9"),
        ("i19", "high_risk.10"),
    ):
        of_rule = by_sex[by_sex["reason"] == rule].set_index("part")["children"].to_dict()
        so = (scores[column] == "yes") & (scores["level"] == "high_risk")
        expected = Counter(
            child.parts["sex"] for child, holds in zip(drawn.seen, so, strict=True) if holds and child.round == 2025
        )
        assert of_rule == dict(expected), rule
        assert sum(expected.values()) > 5


def test_no_twin_is_lifted_or_lowered_by_papers(drawn: Drawn, compared: Fairness) -> None:
    """And as many levels differ as the second scorer finds."""
    of_round = np.array([child.round == 2025 for child in drawn.seen])
    before = np.array([child.level for child in drawn.seen])
    rows = {row["twin"]: row for row in compared.twins.to_dict("records")}
    for twin, answers in TWINS.items():
        after = second_scores(drawn.households, drawn.children.assign(**dict(zip(PAPERS, answers, strict=True))))[
            "level"
        ]
        differs = int((after.to_numpy() != before)[of_round].sum())
        assert rows[twin]["level_differs"] == differs > 5
        assert (rows[twin]["lifted"], rows[twin]["lowered"], rows[twin]["possible_differs"]) == (0, 0, 0)
        assert (rows[twin]["share"], rows[twin]["children"]) == (0, of_round.sum())


def _later(drawn: Drawn) -> Iterator[tuple[Child, dict[str, str]]]:
    """Each child of 2025 with what 2026 says of it, outcome by outcome."""
    again = {child.person: child for child in drawn.seen if child.round == 2026}
    villages = {child.village for child in again.values()}
    for child in drawn.seen:
        if child.round == 2025:
            missing = "not_found" if child.village in villages else "not_surveyed"
            later = again.get(child.person)
            yield child, {outcome: later.outcomes[outcome] if later else missing for outcome in child.outcomes}


def test_what_later_rounds_say_of_each_level(drawn: Drawn, foretold: Foretold) -> None:
    counts = Counter(
        (outcome, child.level, result) for child, results in _later(drawn) for outcome, result in results.items()
    )
    for row in foretold.levels.to_dict("records"):
        for result in ("yes", "no", "unknown", "n/a", "not_found", "not_surveyed"):
            column = "not_applicable" if result == "n/a" else result
            assert row[column] == counts[row["outcome"], row["level"], result], (row, result)
    totals = foretold.levels.groupby("outcome")["children"].sum()
    assert set(totals) == {sum(child.round == 2025 for child in drawn.seen)}, "each child is in one cell"
    assert foretold.levels[["not_found", "not_surveyed", "unknown"]].sum().min() > 50


def test_sensitivity_specificity_and_visits_by_group(drawn: Drawn, foretold: Foretold) -> None:
    checked = 0
    later = list(_later(drawn))
    for row in foretold.figures.to_dict("records"):
        outcome = row["outcome"]
        cells = Counter(
            (child.level in SEVERE, results[outcome])
            for child, results in later
            if row["group"] == "all" or child.parts[row["group"]] == row["part"]
            if row["of"] == "all" or child.outcomes[outcome] != "yes"
        )
        hit, missed, false, left = (cells[key] for key in ((True, "yes"), (False, "yes"), (True, "no"), (False, "no")))
        lost, others = (
            sum(cells[visited, result] for result in ("unknown", "not_found", "not_surveyed"))
            for visited in (True, False)
        )
        counted = (
            "visited_harmed",
            "missed",
            "visited_unharmed",
            "left_alone",
            "visited_not_known",
            "others_not_known",
        )
        assert [row[name] for name in counted] == [hit, missed, false, left, lost, others]
        for name, of, among in (("sensitivity", hit, hit + missed), ("specificity", left, left + false)):
            if among:
                assert row[name] == pytest.approx(of / among)
                assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx(_wilson(of, among), abs=1e-9)
            else:
                assert math.isnan(row[name])
        if hit + missed:
            assert row["sensitivity_least"] == pytest.approx(hit / (hit + missed + others))
            assert row["sensitivity_most"] == pytest.approx((hit + lost) / (hit + lost + missed))
            assert row["sensitivity_least"] <= row["sensitivity"] <= row["sensitivity_most"]
        if hit:
            low, high = _wilson(hit, hit + false)
            visits = (row["visits_per_harm"], row["visits_per_harm_low"], row["visits_per_harm_high"])
            assert visits == pytest.approx(((hit + false) / hit, 1 / high, 1 / low))
            checked += 1
    assert checked > 30
    assert set(foretold.figures["of"]) == {"all", "new"}
