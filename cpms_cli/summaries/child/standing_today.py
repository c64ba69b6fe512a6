"""What stands of a child today: the level, and an indicator's answer, of the last round that gave them.

A level falls only when a later round or a recorded closing says so (`scoring.standing`). An indicator's answer stands
until a later round gives another: an answer that is missing takes nothing back.
"""

from __future__ import annotations

import datetime

import duckdb
import pandas as pd

from cpms_cli.scoring.scores import EXPLAINED, SCORE
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Language, Survey
from cpms_cli.workspace import Workspace

STANDING, STOOD = "standing_score", "stood"
SINCE, ANSWERED, NOT_FOUND, NO_CONSENT = "since", "answered_in", "not_found", "no_consent"
ADULT, GIVEN, CLOSED = "turned_18", "given", "closed_on"
_OF_STANDINGS = (
    *("person", "year", "case", "standing", "standing_since", "closed_on", "latest", "not_found", "no_consent"),
    *("counted", "adult"),
)


def create_stood(workspace: Workspace, as_of: datetime.date) -> None:
    """Create the temporary table `stood`: what is asked of `scoring.standing.standings`, a row per child and round up
    to a day."""
    connection, village = workspace.scored(), workspace.survey.role("village").name
    connection.register("stood_frame", workspace.standings(as_of)[[village, *_OF_STANDINGS]])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {STOOD} AS SELECT * FROM stood_frame")
    connection.unregister("stood_frame")


def create_standing_scores(
    connection: duckdb.DuckDBPyConnection, survey: Survey, indicator: Indicator | None = None
) -> tuple[str, ...]:
    """Create the temporary view `standing_score`: a row per child, its last round, in the columns of `explained`.

    Its level is the one that stands, with the reasons for it of the round that gave it. Needs `explained` and `stood`.

    Returns the further columns: `since`, that round; `not_found` and `no_consent`, the last round of the village where
    the child was not found, or its family did not consent, in it; `turned_18`, whether it surely has; `closed_on`, the
    day on which the case of its level was closed (NULL where it is open); with an indicator, whose column then holds
    the answer that stands, `answered_in`, the round that gave it (NULL where none did).
    """
    person, round_ = survey.role("person").name, survey.role("round").name
    replaced = answered = joined = ""
    if indicator is not None:
        known = f"FILTER (s.{indicator.column} NOT IN ('unknown', 'not_asked'))"
        joined = f"""
            JOIN (
                SELECT k.person, arg_max(s.{indicator.column}, k.year) {known} AS answer,
                    max(k.year) {known} AS {ANSWERED}
                FROM {SCORE} s JOIN {STOOD} k ON k.person = s.{person} AND k.year = s.{round_}
                GROUP BY k.person
            ) a ON a.person = k.person
        """
        replaced, answered = f", coalesce(a.answer, s.{indicator.column}) AS {indicator.column}", f", a.{ANSWERED}"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW {STANDING} AS
        SELECT s.* REPLACE (k.standing AS level, b.reasons AS reasons, b.answers AS answers{replaced}),
            k.standing_since AS {SINCE}, k.not_found AS {NOT_FOUND}, k.no_consent AS {NO_CONSENT}, k.adult AS {ADULT},
            k.closed_on::DATE::VARCHAR AS {CLOSED}, b.level AS {GIVEN}{answered}
        FROM {EXPLAINED} s
        JOIN {STOOD} k ON k.latest AND k.counted AND k.person = s.{person} AND k.year = s.{round_}
        JOIN {EXPLAINED} b ON b.{person} = k.person AND b.{round_} = k.standing_since{joined}
        """
    )
    return (SINCE, NOT_FOUND, NO_CONSENT, ADULT, CLOSED, *([ANSWERED] if indicator is not None else []))


def absence_words(absent: pd.DataFrame, language: Language) -> pd.Series:
    """Return why the last round of the village has nothing of a child, in words: the child was not found in it, or its
    family did not consent; empty where the round has the child. `absent`: not_found, no_consent."""

    def worded(message: str, rounds: pd.Series) -> pd.Series:
        words = {
            year: say(message, language, round=shown_year(int(year), language)) for year in rounds.dropna().unique()
        }
        return rounds.map(words).astype("str").fillna("")

    return worded("not_found_in", absent[NOT_FOUND]) + worded("no_consent_in", absent[NO_CONSENT])
