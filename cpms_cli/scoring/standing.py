"""At which level a child stands: a level falls only when a later round, or a recorded closing, says so.

The standing of a round is the more severe of two levels: the round's own level; and the less severe of the child's
standing before and the highest level that the round leaves possible. So answers that are missing do not end a victim's
case. A closing dated on or after the interview of the round that gave the standing ends it; then the round's own level
stands.

Where the last round of the village has no row of a child, the child was not found, or its family did not consent; the
earlier standing holds. A child who has surely turned 18 by the day is an adult; the last standing is still given.

Where the date of an interview is not known, it lies between the first day of its round's year and the day on which the
file was merged, at the latest the last day of the year after; a closing counts if no day of these comes after it.
"""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.tables.response_tables import responses_now
from cpms_cli.survey.country_time import country_day_sql
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import adult_age, completed_years, partial_date_bounds, quoted, typed

_STATE = ["case", "since", "since_visited", "since_first", "since_last", "closed_on"]
_HELPERS = ["own", "possible", "surveyed", "refused", "withheld", "home", "home_surveyed"]


def _rows_sql(survey: Survey, as_of: datetime.date, person: str | None) -> str:
    """Return the SELECT of scores of each child and round up to a day, with the days of the interview.

    A row that the store had by then (with two more days, for time zones) and whose interview is still to come has no
    date that can be right. `refused`: the family did not consent in the last round of its village. `withheld`: it did
    not consent in this row's own round, so that the row has no answers.
    """
    key, village = survey.key("child"), survey.role("village").name
    identifier, round_, home_id = survey.role("person").name, survey.role("round").name, survey.role("home").name
    same_row = " AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)
    same_home = " AND ".join(f"h.{name} = c.{name}" for name in survey.key("household"))
    day, whom = f"DATE {quoted(as_of.isoformat())}", f"person = {quoted(person)}" if person else "TRUE"
    born, age, grown = f"c.{survey.role('born').name}", f"c.{survey.role('age').name}", adult_age(survey)
    refusals = ", ".join(map(quoted, survey.no_consent)) or "NULL"
    no_consent = f"{survey.role('consent').name} IN ({refusals})"
    return f"""
        WITH dated AS (
            SELECT {", ".join(f"s.{name}" for name in key)}, s.{identifier} AS person, s.{round_} AS year,
                s.level, s.highest, h.{home_id} AS home, (h.{no_consent}) IS TRUE AS withheld,
                {partial_date_bounds(born)[1]} AS born_by, TRY_CAST({age} AS INTEGER) AS stated,
                {country_day_sql("b.merged_at")} AS known_by,
                {typed(survey, survey.role("visited"), "h")} AS interviewed
            FROM {SCORE} s
            JOIN current_child c ON {same_row}
            LEFT JOIN current_household h ON {same_home}
            JOIN batch b ON b.batch_id = coalesce(h.batch_id, c.batch_id)
        ),
        known AS (
            SELECT * EXCLUDE (interviewed), max(year) OVER (PARTITION BY {village}) AS surveyed,
                max(year) OVER (PARTITION BY home) AS home_surveyed,
                CASE WHEN interviewed <= {day} THEN interviewed END AS visited
            FROM dated
            WHERE coalesce(interviewed, make_date(year, 1, 1)) <= {day} OR known_by <= {day} + 2
        ),
        refusal AS (
            SELECT DISTINCT {home_id} AS home, TRY_CAST({round_} AS INTEGER) AS surveyed, TRUE AS refused
            FROM current_household
            WHERE {no_consent}
        ),
        spanned AS (
            SELECT known.* EXCLUDE (known_by), coalesce(refused, FALSE) AS refused,
                coalesce(visited, make_date(year, 1, 1)) AS first_day,
                coalesce(
                    visited, greatest(make_date(year, 1, 1), least(make_date(year + 1, 12, 31), known_by))
                ) AS last_day
            FROM known
            LEFT JOIN refusal USING (home, surveyed)
            WHERE {whom}
        )
        SELECT * EXCLUDE (born_by, stated),
            CASE
                WHEN born_by IS NOT NULL THEN {completed_years("born_by", day)} >= {grown}
                WHEN stated IS NOT NULL THEN stated + {completed_years("last_day", day)} >= {grown}
            END AS adult
        FROM spanned
        ORDER BY year, person
    """


def _observed(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None
) -> pd.DataFrame:
    """Return the rows of `_rows_sql`, with `next_first`, and `adult` by the last round that gives an age."""
    rows = connection.execute(_rows_sql(survey, as_of, person)).df()
    days = ["visited", "first_day", "last_day"]
    rows[days] = rows[days].astype("datetime64[us]")
    rows["next_first"] = rows.groupby("person")["first_day"].shift(-1)
    rows["adult"] = rows["adult"].astype("boolean").groupby(rows["person"]).transform("last").fillna(False)
    rows["adult"] = rows["adult"].astype("bool")
    return rows


def responses_until(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None = None
) -> pd.DataFrame:
    """Return the responses recorded up to a day that belong to a child, in the order of their dates.

    Columns: `person`, `day`, `kind`, and the fields of the response log under their own names. Needs `known_child`.
    """
    day, kind = survey.response_role("responded").name, survey.response_role("response").name
    whom = f"of_person = {quoted(person)}" if person else "of_person IS NOT NULL"
    responses = connection.execute(
        f"""
        SELECT of_person AS person, {day} AS day, {kind} AS kind, * EXCLUDE (of_person)
        FROM ({responses_now(survey)})
        WHERE {whom} AND {day} <= DATE {quoted(as_of.isoformat())}
        ORDER BY {day}, batch_id, {kind}
        """
    ).df()
    return responses.assign(day=responses["day"].astype("datetime64[us]"))


def _first_within(days: pd.DataFrame, low: pd.Series, high: pd.Series) -> pd.Series:
    """Return for each person of `low` the first of `days` (`person`, `day`) from `low` on, before `high` if known."""
    bounds = pd.DataFrame({"low": low, "high": high}).rename_axis("person").reset_index()
    within = bounds.merge(days, on="person")
    within = within[(within["day"] >= within["low"]) & ~(within["day"] >= within["high"])]
    return within.groupby("person")["day"].min().reindex(low.index).astype("datetime64[us]")


def standings(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None = None
) -> pd.DataFrame:
    """Return the standing of every child in every round up to a day; needs `score` and `known_child`.

    Columns: the child row's key; `person`, `year` (of the round), `level`, `highest`, `visited` (NaT where the date of
    the interview is not known or cannot be right); `next_first`, the first day on which the child's next interview can
    have been; `case`, the level that stands until it is closed, `since` the round that gave it, `since_visited`,
    `since_first`, `since_last` the days of its interview; `closed_on`; `standing`, and `standing_since`, the round that
    gave that; `latest`, whether it is the child's last round; `not_found`, the last round of the village where the
    child was not found in it (else NA), and `no_consent`, the same where its family did not consent in that round;
    `counted`, whether the row is a child of its own: a row without answers, of a family that did not consent, is not
    where the home's children are known from other rounds; `adult`, whether the child has surely turned 18.
    """
    rows = _observed(connection, survey, as_of, person)
    responses = responses_until(connection, survey, as_of, person)
    closings = responses.loc[responses["kind"].isin(survey.response_role("response").closes), ["person", "day"]]
    rank = {level.id: place for place, level in enumerate(survey.levels)}
    rows = rows.assign(own=rows["level"].map(rank), possible=rows["highest"].map(rank))
    state = pd.DataFrame(columns=_STATE)
    parts = []
    for of_round in [part for _, part in rows.groupby("year", sort=True)] or [rows]:
        judged = _of_round(of_round.set_index("person"), state, closings)
        parts.append(judged)
        earlier = state.drop(judged.index, errors="ignore")
        state = judged[_STATE] if state.empty else pd.concat([earlier, judged[_STATE]])
    stood = pd.concat(parts).reset_index()
    ids = pd.Series([level.id for level in survey.levels])
    for column in ("case", "standing"):
        stood[column] = stood[column].map(ids).astype("str")
    stands = stood["standing"] == stood["case"]
    stood["standing_since"] = stood["since"].where(stands, stood["year"]).astype("int64")
    stood["latest"] = stood["next_first"].isna()
    missed = stood["latest"] & (stood["surveyed"] > stood["year"])
    surveyed, refused = stood["surveyed"].astype("Int64"), stood["refused"].astype("bool")
    stood["not_found"] = surveyed.where(missed & ~refused)
    stood["no_consent"] = surveyed.where(missed & refused)
    stood["counted"] = ~_known_otherwise(survey, stood)
    return stood.drop(columns=_HELPERS)


def _known_otherwise(survey: Survey, stood: pd.DataFrame) -> pd.Series:
    """Return which rows without answers, of families that did not consent, are about children known from other rounds.

    Where a later round has the home, all of them are. In the last one, as many as the home has children whose family
    refused in that round: nothing says which is which.
    """
    withheld = stood["withheld"].astype("bool")
    if not withheld.any():
        return pd.Series(False, index=stood.index)
    refused = stood[stood["no_consent"].notna() & ~stood["adult"]]
    known = refused.assign(year=refused["no_consent"].astype("int64")).groupby(["home", "year"]).size()
    rows = stood.loc[withheld & stood["home"].notna()].sort_values(survey.role("line").name)
    homes = pd.MultiIndex.from_frame(rows[["home", "year"]].astype({"year": "int64"}))
    places = rows.groupby(["home", "year"]).cumcount().to_numpy()
    matched = places < known.reindex(homes, fill_value=0).to_numpy()
    matched |= (rows["home_surveyed"] > rows["year"]).to_numpy(dtype=bool)
    return pd.Series(matched, index=rows.index).reindex(stood.index, fill_value=False)


def _of_round(rows: pd.DataFrame, state: pd.DataFrame, closings: pd.DataFrame) -> pd.DataFrame:
    before = state.reindex(rows.index)
    carried = np.maximum(before["case"].astype("float64"), rows["possible"])
    stays = (before["case"].notna() & before["closed_on"].isna() & (carried < rows["own"])).to_numpy(dtype=bool)
    judged = rows.assign(
        case=rows["own"].mask(stays, carried).astype("int64"),
        since=rows["year"].mask(stays, before["since"].astype("float64")).astype("int64"),
        **{
            f"since_{name}": rows[column].mask(stays, before[f"since_{name}"].astype("datetime64[us]"))
            for name, column in (("visited", "visited"), ("first", "first_day"), ("last", "last_day"))
        },
    )
    judged["closed_on"] = _first_within(closings, judged["since_last"], judged["next_first"])
    return judged.assign(standing=judged["case"].where(judged["closed_on"].isna(), judged["own"]))
