"""What one more answer would change is what scoring says once it is given; the questions to ask settle a level."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import load_survey, score_tables
from cpms_cli.scoring.compiler.deciding import AGE, possible_answers
from cpms_cli.scoring.scores import create_scores
from cpms_cli.scoring.trials.what_if import TO_ASK, WHAT_IF, create_what_if
from tests.oracle.households import home

SURVEY = load_survey()
RANK = {level.id: rank for rank, level in enumerate(SURVEY.levels)}
RULES = [level.id for level in SURVEY.rule_levels]
OPEN = SURVEY.level("open").id
CHILD = list(SURVEY.key("child"))
HOME = "household_no"


class Drawn:
    """120 invented households, scored, and what was found about their open answers."""

    def __init__(self) -> None:
        rng = random.Random(20)
        homes = [home(SURVEY, rng, number) for number in range(120)]
        children = [
            child | {"cpms_id": f"C{number}"}
            for number, child in enumerate(child for home in homes for child in home.children)
        ]
        willing: dict[str, str | None] = {"consent": "yes"}
        self.children = pd.DataFrame(children).astype("object")
        self.households = pd.DataFrame([home.household | willing for home in homes]).astype("object")
        with duckdb.connect() as connection:
            for table in ("child", "household"):
                given = self.children if table == "child" else self.households
                connection.register("given", given.reindex(columns=list(SURVEY.columns(table))).astype("str"))
                connection.execute(f"CREATE TABLE current_{table} AS SELECT * FROM given")
            create_scores(connection, SURVEY)
            create_what_if(connection, SURVEY)
            self.score = connection.execute("SELECT * FROM score").df()
            self.what_if = connection.execute(f"SELECT * FROM {WHAT_IF}").df()
            self.to_ask = connection.execute(f"SELECT * FROM {TO_ASK}").df()

    def answered(self, number: int, house: str, given: list[tuple[Any, str, str]]) -> tuple[list[Any], list[Any]]:
        """A copy of a household, called `number`, with these answers (about, field, code) given."""
        children = self.children[self.children[HOME] == house].to_dict("records")
        household = self.households[self.households[HOME] == house].to_dict("records")[0]
        for about, field, code in given:
            for child in children:
                if child["child_no"] == about and field == AGE:
                    child |= {"birth_date": None, "age_years": code}
                elif child["child_no"] == about:
                    child[field] = code
            if pd.isna(about):
                household[field] = code
        return [child | {HOME: str(number)} for child in children], [household | {HOME: str(number)}]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return Drawn()


def _scored(copies: list[tuple[list[Any], list[Any]]]) -> pd.DataFrame:
    children = pd.DataFrame([child for copied, _ in copies for child in copied])
    households = pd.DataFrame([household for _, copied in copies for household in copied])
    scores: pd.DataFrame = score_tables(households, children)
    return scores.set_index([HOME, "child_no"])


def test_each_answer_leads_where_scoring_says(drawn: Drawn) -> None:
    rows = drawn.what_if.sample(250, random_state=3).reset_index(drop=True)
    tried: list[dict[Any, Any]] = rows.to_dict("records")
    copies = [
        drawn.answered(number, row[HOME], [(row["about"], row["field"], row["code"])])
        for number, row in enumerate(tried)
    ]
    after = _after(_scored(copies), [row["child_no"] for row in tried])
    assert [(outcome.level, outcome.highest) for outcome in after] == list(
        zip(rows["level"], rows["highest"], strict=True)
    )
    assert (rows["level"] != rows["level_now"]).sum() > 20


def test_an_answer_never_takes_back_a_rule_and_never_passes_the_highest_level(drawn: Drawn) -> None:
    level, highest = drawn.what_if["level"].map(RANK), drawn.what_if["highest"].map(RANK)
    now, limit = drawn.what_if["level_now"].map(RANK), drawn.what_if["highest_now"].map(RANK)
    ruled = drawn.what_if["level_now"].isin(RULES)
    assert (limit <= highest).all() and (highest <= level).all()
    assert (level[ruled] <= now[ruled]).all()


def _after(scored: pd.DataFrame, lines: list[Any]) -> list[Any]:
    """The scores of one child of each copy, the copies being numbered."""
    places = pd.MultiIndex.from_tuples([(str(number), line) for number, line in enumerate(lines)])
    return list(scored.loc[places].itertuples())


def _answers_in_some_way(questions: pd.DataFrame, rng: random.Random) -> list[tuple[Any, str, str]]:
    """Each question with an answer drawn from those that were tried."""
    rows: list[dict[Any, Any]] = questions.to_dict("records")
    return [(row["about"], row["field"], rng.choice(row["codes"])) for row in rows]


def test_the_questions_on_the_list_settle_the_level_however_they_are_answered(drawn: Drawn) -> None:
    """The others may stay open: the list lacks none."""
    codes = drawn.what_if.groupby([*CHILD, "about", "field"], dropna=False)["code"].agg(list).rename("codes")
    asked = drawn.to_ask.merge(codes.reset_index(), on=[*CHILD, "about", "field"])
    assert len(asked) == len(drawn.to_ask)
    rng = random.Random(5)
    copies: list[tuple[list[Any], list[Any]]] = []
    lines: list[Any] = []
    for _, questions in asked.groupby(CHILD):
        house, line = questions[HOME].iloc[0], questions["child_no"].iloc[0]
        for _ in range(3):
            given = _answers_in_some_way(questions, rng)
            copies.append(drawn.answered(len(copies), str(house), given))
            lines.append(line)
    after = _after(_scored(copies), lines)
    assert [
        outcome.open_reasons.tolist() for outcome in after if outcome.level != outcome.highest or outcome.level == OPEN
    ] == []
    assert len(lines) > 150


def test_every_child_whose_level_is_open_has_a_question_and_no_other_child_has(drawn: Drawn) -> None:
    is_open = (drawn.score["level"] != drawn.score["highest"]) | (drawn.score["level"] == OPEN)
    assert set(drawn.to_ask["cpms_id"]) == set(drawn.score.loc[is_open, "cpms_id"])
    assert 0 < is_open.sum() < len(drawn.score)


def test_numbers_are_tried_on_both_sides_of_every_limit_of_a_rule() -> None:
    """MICS: 1, 14 and 43 hours; SURVEY.md, indicator 7: three moves. Each span is answered alike throughout."""
    tried = possible_answers(SURVEY)
    hours = tried[tried["field"] == "work_hours_week"]
    spans = list(zip(hours["code"].astype(int), hours["upto"].astype(int), strict=True))
    assert spans[0][0] == 0 and spans[-1][1] == 112
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(spans))
    assert {1, 14, 43} <= {first for first, _ in spans}
    assert "3" in set(tried.loc[tried["field"] == "moves_last_12m", "code"])
