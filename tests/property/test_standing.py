"""A level falls only when a later round, or a recorded closing, says so: held against a child-by-child account."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli.scoring.standing import standings
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey

AS_OF = datetime.date(2029, 6, 1)
YEARS = (2025, 2026, 2027)
LEVELS = [level.id for level in load_survey().levels]


@dataclass(frozen=True)
class Seen:
    """One child in one round: its level, the highest that is possible, and the day of the interview, if it is known."""

    level: int
    highest: int
    day: int | None


Child = tuple[list[Seen | None], list[tuple[int, int]]]
SEEN = st.builds(
    lambda level, lift, day: Seen(level, max(0, level - lift), day),
    st.integers(0, len(LEVELS) - 1),
    st.integers(0, 4),
    st.one_of(st.none(), st.integers(1, 360)),
)
CHILD = st.tuples(
    st.lists(st.one_of(st.none(), SEEN), min_size=3, max_size=3),
    st.lists(st.tuples(st.sampled_from(YEARS), st.integers(1, 360)), max_size=2),
)


def _date(year: int, day: int) -> datetime.date:
    return datetime.date(year, 1, 1) + datetime.timedelta(days=day)


def _one_by_one(rounds: list[Seen | None], closings: list[datetime.date]) -> list[tuple[str, int, bool]]:
    """Level at which the child stands, the round that gave the case, and whether it is closed, for each round seen."""
    seen = [(year, level) for year, level in zip(YEARS, rounds, strict=True) if level is not None]
    expected: list[tuple[str, int, bool]] = []
    case: tuple[int, int, datetime.date] | None = None  # rank, round, last day of its interview
    for position, (year, level) in enumerate(seen):
        # The file is merged long after: an interview without a date was on the last day of the next year at the latest.
        last = _date(year, level.day) if level.day else datetime.date(year + 1, 12, 31)
        kept = None if case is None else max(case[0], level.highest)
        if case is None or kept is None or kept >= level.level:
            case = (level.level, year, last)
        else:
            case = (kept, case[1], case[2])
        until = None
        if position + 1 < len(seen):
            then, following = seen[position + 1]
            until = _date(then, following.day) if following.day else datetime.date(then, 1, 1)
        closed = any(day >= case[2] and (until is None or day < until) for day in closings)
        expected.append((LEVELS[level.level if closed else case[0]], case[1], closed))
        if closed:
            case = None
    return expected


def _store(survey: Survey, children: list[Child]) -> duckdb.DuckDBPyConnection:
    """The tables that standings are made from, and nothing else of a store."""
    connection = duckdb.connect(":memory:")
    key = survey.key("child")
    person, visited = survey.role("person").name, survey.role("visited").name
    rows, homes = [], []
    for number, (rounds, _) in enumerate(children):
        for year, level in zip(YEARS, rounds, strict=True):
            if level is not None:
                place = dict(zip(key, (str(year), "85010501", str(number), "1"), strict=True))
                rows.append(
                    {**place, person: f"C{number}", "level": LEVELS[level.level], "highest": LEVELS[level.highest]}
                )
                homes.append({**place, visited: _date(year, level.day).isoformat() if level.day else None})
    score, home = pd.DataFrame(rows), pd.DataFrame(homes).astype("object")
    connection.register("score_", score)
    connection.register("home_", home)
    connection.execute(f"CREATE TABLE score AS SELECT * REPLACE ({key[0]}::INTEGER AS {key[0]}) FROM score_")
    connection.execute("""
        CREATE TABLE current_child AS
        SELECT *, NULL::VARCHAR AS birth_date, NULL::VARCHAR AS age_years, 1 AS batch_id
        FROM score_""")
    connection.execute(f"""
        CREATE TABLE current_household AS
        SELECT
            * REPLACE ({visited}::VARCHAR AS {visited}),
            1 AS batch_id,
            NULL::VARCHAR AS household_id,
            NULL::VARCHAR AS consent
        FROM home_""")
    merged = "TIMESTAMP '2029-05-01' AS merged_at"
    connection.execute(f"CREATE TABLE batch AS SELECT 1 AS batch_id, {merged}, 'x' AS merged_by")
    connection.execute("CREATE TABLE known_child (identifier VARCHAR, person VARCHAR)")
    fields = [field.name for field in survey.response.fields]
    columns = ", ".join(f"{name} VARCHAR" for name in fields)
    connection.execute(f"CREATE TABLE response ({columns}, batch_id INTEGER, superseded_by INTEGER)")
    connection.execute("CREATE VIEW current_response AS SELECT * FROM response WHERE superseded_by IS NULL")
    kind = survey.response_role("response")
    for number, (_, closings) in enumerate(children):
        connection.execute("INSERT INTO known_child VALUES ($1, $1)", [f"C{number}"])
        for year, day in closings:
            expected = {
                survey.response_role("person").name: f"C{number}",
                kind.name: kind.closes[0],
                survey.response_role("responded").name: _date(year, day).isoformat(),
            }
            cells = [expected.get(name) for name in fields]
            marks = ", ".join("?" for _ in fields)
            connection.execute(f"INSERT INTO response VALUES ({marks}, 1, NULL)", cells)
    return connection


@settings(max_examples=40, deadline=None)
@given(
    children=st.lists(CHILD, min_size=1, max_size=5).filter(lambda children: any(any(rounds) for rounds, _ in children))
)
def test_rounds_over_all_children_say_what_each_child_alone_says(children: list[Child]) -> None:
    survey = load_survey()
    with _store(survey, children) as connection:
        table = standings(connection, survey, AS_OF).sort_values("year")
    for number, (rounds, closings) in enumerate(children):
        own = table[table["person"] == f"C{number}"]
        standing = list(zip(own["standing"], own["since"], own["closed_on"].notna(), strict=True))
        assert standing == _one_by_one(rounds, [_date(*closing) for closing in closings])


def test_a_victim_is_no_less_at_risk_for_answers_that_are_missing() -> None:
    """2025: a victim. 2026: nothing known but that it may be. 2027: known to be at risk, and no more."""
    survey = load_survey()
    victim, open_, at_risk = (LEVELS.index(name) for name in ("victim", "not_enough_answers", "at_risk"))
    rounds: list[Seen | None] = [Seen(victim, victim, 60), Seen(open_, victim, 60), Seen(at_risk, at_risk, 60)]
    with _store(survey, [(rounds, [])]) as connection:
        table = standings(connection, survey, AS_OF).sort_values("year")
    assert list(table["standing"]) == ["victim", "victim", "at_risk"]
    assert list(table["since"]) == [2025, 2025, 2027]
