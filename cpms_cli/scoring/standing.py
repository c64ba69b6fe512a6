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
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.tables.response_tables import responses_now
from cpms_cli.survey.country_time import country_day_sql
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import adult_age, completed_years, partial_date_bounds, quoted, typed

_Array = npt.NDArray[Any]

_GIVEN = ("since", "since_visited", "since_first", "since_last")
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
    ids = ", ".join(quoted(level.id) for level in survey.levels)
    return f"""
        WITH dated AS (
            SELECT {", ".join(f"s.{name}" for name in key)}, s.{identifier} AS person, s.{round_} AS year,
                s.level, s.highest, list_position([{ids}], s.level) - 1 AS own,
                list_position([{ids}], s.highest) - 1 AS possible,
                h.{home_id} AS home, (h.{no_consent}) IS TRUE AS withheld,
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
    """Return the rows of `_rows_sql`, in the order of their rounds, with the number of the `child`, `next_first`, and
    `adult` by the last round that gives an age."""
    rows = connection.execute(_rows_sql(survey, as_of, person)).df()
    days = ["visited", "first_day", "last_day"]
    rows[days] = rows[days].astype("datetime64[us]")
    child = pd.factorize(rows["person"])[0]
    following = _next_rows(child)
    rows["next_first"] = rows["first_day"].take(following).to_numpy()
    rows.loc[following < 0, "next_first"] = pd.NaT
    has_age = rows["adult"].notna().to_numpy(dtype=bool)
    grown = np.zeros(len(rows), dtype=bool)
    # Of several rows of a child the last one stays.
    grown[child[has_age]] = rows.loc[has_age, "adult"].to_numpy(dtype=bool)
    return rows.assign(adult=grown[child], child=child)


def _next_rows(child: _Array) -> _Array:
    """Return for each row the place of the next row of the same child, -1 where there is none."""
    order = np.argsort(child, kind="stable")
    row, after = order[:-1], order[1:]
    same = child[row] == child[after]
    following = np.full(len(child), -1)
    following[row[same]] = after[same]
    return following


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


def _first_within(closings: pd.DataFrame, child: _Array, low: _Array, high: _Array) -> _Array:
    """Return for each row the first closing (`child`, `day`) of its child from `low` on, before `high` if known."""
    first = np.full(len(child), np.datetime64("NaT"), dtype="datetime64[us]")
    places = np.flatnonzero(np.isin(child, closings["child"].to_numpy()))
    if len(places):
        bounds = pd.DataFrame({"place": places, "child": child[places], "low": low[places], "high": high[places]})
        within = bounds.merge(closings, on="child")
        within = within[(within["day"] >= within["low"]) & ~(within["day"] >= within["high"])]
        days = within.groupby("place")["day"].min()
        first[days.index.to_numpy()] = days.to_numpy()
    return first


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
    stood = rows.drop(columns="child").assign(**_carried_on(rows, closings))
    ids = pd.array([level.id for level in survey.levels], dtype="str")
    for column in ("case", "standing"):
        stood[column] = ids.take(stood[column].to_numpy())
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


def _carried_on(rows: pd.DataFrame, closings: pd.DataFrame) -> dict[str, _Array]:
    """Return the columns of `standings` that are carried from a child's round to its next one; levels by their place.

    Round by round, with arrays of one place for a child: what stands there is of the child's last round so far.
    """
    child, own = rows["child"].to_numpy(), rows["own"].to_numpy(dtype="int64")
    possible, next_first = rows["possible"].to_numpy(dtype="float64"), rows["next_first"].to_numpy()
    numbers = pd.Series(np.arange(child.max(initial=-1) + 1), index=pd.unique(rows["person"]))
    closings = closings.assign(child=closings["person"].map(numbers)).dropna(subset="child")
    own_columns = ("year", "visited", "first_day", "last_day")
    given = {name: rows[column].to_numpy(copy=True) for name, column in zip(_GIVEN, own_columns, strict=True)}
    given["since"] = given["since"].astype("int64")
    given["case"] = own.astype("float64")
    given["closed_on"] = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[us]")
    state = {name: np.zeros(len(numbers), dtype=column.dtype) for name, column in given.items()}
    state["case"][:] = np.nan
    for places in _rounds(rows["year"].to_numpy()):
        of = child[places]
        carried = np.maximum(state["case"][of], possible[places])
        # Of a child without a round before, the level carried is no number, and less than none.
        stays = np.isnat(state["closed_on"][of]) & (carried < own[places])
        for name in _GIVEN:
            given[name][places] = np.where(stays, state[name][of], given[name][places])
        given["case"][places] = np.where(stays, carried, given["case"][places])
        given["closed_on"][places] = _first_within(closings, of, given["since_last"][places], next_first[places])
        for name, column in given.items():
            state[name][of] = column[places]
    given["case"] = given["case"].astype("int64")
    return {**given, "standing": np.where(np.isnat(given["closed_on"]), given["case"], own)}


def _rounds(years: _Array) -> list[slice]:
    """Return where the rows of each round stand, the first round first; the rows are in the order of rounds."""
    starts = np.flatnonzero(np.diff(years, prepend=years[:1] - 1))
    return [slice(start, end) for start, end in pairwise([*starts, len(years)])]
