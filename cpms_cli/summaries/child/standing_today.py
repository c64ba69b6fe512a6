"""What stands of a child today: the level, and an indicator's answer, of the last round that told them.

A level falls only when a later round or a recorded closing says so (`scoring.standing`). An indicator's answer stands
until a later round gives another: one that is missing takes nothing back.
"""

from __future__ import annotations

import datetime

import duckdb
import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED, SCORE
from cpms_cli.scoring.standing import standings
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Language, Survey

STANDING = "standing_score"
SINCE, ANSWERED, NOT_FOUND, ADULT, GIVEN = "since", "answered_in", "not_found", "turned_18", "given"
CLOSED = "closed_on"


def create_standing_scores(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, one: Indicator | None = None
) -> tuple[str, ...]:
    """Create the temporary view `standing_score`, a row per child: its last round up to a day, in the columns of
    `explained`, with the level that stands and the reasons for it of the round that gave it. Needs `explained`.

    Returns the further columns: `since`, that round; `not_found`, the last round of the village, where the child was
    not found in it; `turned_18`, whether it surely has by that day; `closed_on`, the day on which the case of its level
    was closed (NULL where it is open); with an indicator, whose column then holds the
    answer that stands, `answered_in`, the round that gave it (NULL where none did).
    """
    create_known_children(connection, survey)
    stood = standings(connection, survey, as_of)
    columns = ["person", "year", "standing", "standing_since", "latest", "not_found", "adult", "closed_on"]
    connection.register("stood_frame", stood[columns])
    connection.execute("CREATE OR REPLACE TEMP TABLE stood AS SELECT * FROM stood_frame")
    connection.unregister("stood_frame")
    person, round_ = survey.role("person").name, survey.role("round").name
    replaced = answered = joined = ""
    if one is not None:
        known = f"FILTER (s.{one.column} <> 'unknown')"
        joined = (
            f" JOIN (SELECT k.person, arg_max(s.{one.column}, k.year) {known} AS answer,"
            f" max(k.year) {known} AS {ANSWERED} FROM {SCORE} s JOIN stood k ON k.person = s.{person}"
            f" AND k.year = s.{round_} GROUP BY k.person) a ON a.person = k.person"
        )
        replaced, answered = f", coalesce(a.answer, 'unknown') AS {one.column}", f", a.{ANSWERED}"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {STANDING} AS SELECT s.* REPLACE (k.standing AS level, b.reasons AS reasons,"
        f" b.answers AS answers{replaced}), k.standing_since AS {SINCE},"
        f" k.not_found AS {NOT_FOUND}, k.adult AS {ADULT}, k.closed_on::DATE::VARCHAR AS {CLOSED},"
        f" b.level AS {GIVEN}{answered} FROM {EXPLAINED} s"
        f" JOIN stood k ON k.latest AND k.person = s.{person} AND k.year = s.{round_}"
        f" JOIN {EXPLAINED} b ON b.{person} = k.person AND b.{round_} = k.standing_since{joined}"
    )
    return (SINCE, NOT_FOUND, ADULT, CLOSED, *([ANSWERED] if one is not None else []))


def with_carried(explainer: Explainer, why: pd.Series, stood: pd.DataFrame) -> pd.Series:
    """Reasons, in words, that say of a level of an earlier round that nothing since then ends it.

    `stood`: since (the round that gave it), given (the level in that round), level (the one that stands: a milder one
    where later answers rule out what was given), year (of the child's last round).
    """
    language = explainer.language
    labels = {level.id: level.label.in_(language) for level in explainer.survey.levels}

    def prefix(since: int, given: str, level: str, year: int) -> str:
        shown = shown_year(since, language)
        if given != level:
            return say("carried_lowered", language, round=shown, given=labels[given], level=labels[level]) + " "
        return say("carried_since", language, round=shown) + " " if since < year else ""

    each = stood[["since", "given", "level", "year"]].itertuples(index=False, name=None)
    keys = pd.Series(list(each), index=why.index, dtype=object)
    words = {key: prefix(*key) for key in keys.unique()}
    return keys.map(words).astype("str") + why


def not_found_words(rounds: pd.Series, language: Language) -> pd.Series:
    """In which round a child was not found, in words; empty where it was."""
    shown = {one: shown_year(int(one), language) for one in rounds.dropna().unique()}
    words = {one: say("not_found_in", language, round=year) for one, year in shown.items()}
    return rounds.map(words).astype("str").fillna("")
