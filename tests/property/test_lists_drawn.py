"""Promise 23 over drawn stores: all lists and counts agree on who is a victim, and taking a row, a round or an answer
away never takes a victim of an earlier round off any of them."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import list_children, merge, plan_area, plan_visits, summarise_area
from cpms_cli.summaries.response.due import due_responses
from tests.conftest import THOROUGH, write_drawn

YEARS = (2024, 2025, 2026)
HOMES = range(1, 5)
HURT, SAFE, BLANK, REFUSED, ABSENT, NO_CONSENT = "yes", "no", None, "refused", "absent", "no consent"
TODAY = datetime.date(2026, 6, 1)

ROUND = st.fixed_dictionaries(
    {home: st.sampled_from((HURT, SAFE, BLANK, REFUSED, ABSENT, NO_CONSENT)) for home in HOMES}
)
TAKEN = st.sampled_from(("the row", "the answer", "the interview date", "the birth date", "the round", "consent"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Three rounds of the same children, one a home; and one home more, so that every round was made in the village."""
    folder = tmp_path_factory.mktemp("drawn")
    store = folder / "s.duckdb"
    for year in YEARS:
        known = list_children(store).set_index("household_no")["cpms_id"].to_dict() if store.exists() else {}
        rows = [
            {
                "household_no": home,
                "round": year,
                "interview_date": f"{year}-03-01",
                "given_name": f"ชื่อ{home}",
                "birth_date": f"2016-0{home}-11",
                "cpms_id": known.get(str(home)),
            }
            for home in (*HOMES, 9)
        ]
        merge([write_drawn(folder / f"{year}.csv", base, rows)], store)
    return store


def _write_answers(store: Path, rounds: list[dict[int, str | None]]) -> None:
    """Give each child of each round the drawn answer, or no row: not found there, or the family did not consent."""
    with duckdb.connect(str(store)) as connection:
        for year, answers in zip(YEARS, rounds, strict=True):
            for home, answer in answers.items():
                place = [str(year), str(home)]
                row = "WHERE round = $1 AND household_no = $2"
                if answer in (ABSENT, NO_CONSENT):
                    connection.execute(f"DELETE FROM child_observation {row}", place)
                    if answer == ABSENT:
                        connection.execute(f"DELETE FROM household_observation {row}", place)
                    else:
                        connection.execute(f"UPDATE household_observation SET consent = 'no' {row}", place)
                else:
                    connection.execute(f"UPDATE child_observation SET violence_physical = $3 {row}", [*place, answer])


def _take(store: Path, taken: str, home: int) -> None:
    """Take something of the last round away, as a file that was mended would."""
    last, place = str(YEARS[-1]), "WHERE round = $1 AND household_no = $2"
    statements = {
        "the row": f"DELETE FROM child_observation {place}",
        "the answer": f"UPDATE child_observation SET violence_physical = NULL {place}",
        "the interview date": f"UPDATE household_observation SET interview_date = NULL {place}",
        "the birth date": "UPDATE child_observation SET birth_date = NULL WHERE $1 <> '' AND household_no = $2",
        "the round": "DELETE FROM child_observation WHERE round = $1 AND household_no NOT IN ('9', '', $2)",
        "consent": f"""
            UPDATE household_observation SET consent = 'no' {place};
            DELETE FROM child_observation WHERE round = '{last}' AND household_no = '{home}'""",
    }
    with duckdb.connect(str(store)) as connection:
        for number, statement in enumerate(statements[taken].split(";")):
            connection.execute(statement, [last, str(home)] if number == 0 else [])


def _victims(store: Path) -> set[str]:
    """The homes of the victims, which every list and count must agree about."""
    due, visits = due_responses(store, as_of=TODAY), plan_visits(store, as_of=TODAY)
    area = summarise_area(store, "85")
    children = list_children(store, levels=["victim"], as_of=TODAY)
    lists = {
        "children": children["household_no"],
        "due": due.loc[due["level"] == "victim", "household_no"],
        "visits": visits.loc[visits["level"] == "victim", "household_no"].drop_duplicates(),
        "at once": area.response["household_no"],
    }
    homes = {name: sorted(listed) for name, listed in lists.items()}
    assert len({tuple(listed) for listed in homes.values()}) == 1, homes
    reasons = {name: listed.set_index("cpms_id")["why"] for name, listed in (("due", due), ("at once", area.response))}
    for name, why in reasons.items():
        assert why.reindex(children["cpms_id"]).tolist() == children["why"].tolist(), name
    counted = [summary.standing.set_index("level").loc["victim"] for summary in (area, plan_area(store, "85"))]
    assert [int(counts["children"]) for counts in counted] == [len(children)] * 2
    assert int(counted[0]["not_found"]) == int(children["not_found"].notna().sum())
    assert int(counted[0]["no_consent"]) == int(children["no_consent"].notna().sum())
    return set(children["household_no"])


def _earlier_victims(rounds: list[dict[int, str | None]]) -> set[str]:
    """The homes of who was a victim before the last round, by the drawn answers: a later no ends it, nothing else."""
    return {
        str(home)
        for home in HOMES
        if next((answers[home] for answers in reversed(rounds[:-1]) if answers[home] in (HURT, SAFE)), SAFE) == HURT
    }


@settings(
    max_examples=60 if THOROUGH else 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rounds=st.lists(ROUND, min_size=3, max_size=3), taken=TAKEN, home=st.sampled_from(list(HOMES)))
def test_lists_agree_and_lose_no_victim(
    whole: Path, tmp_path: Path, rounds: list[dict[int, str | None]], taken: str, home: int
) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(whole, store)
    _write_answers(store, rounds)
    victims, earlier = _victims(store), _earlier_victims(rounds)
    now = rounds[-1]
    assert victims == {str(of) for of in HOMES if now[of] == HURT or (str(of) in earlier and now[of] != SAFE)}
    _take(store, taken, home)
    assert earlier & victims <= _victims(store), taken
