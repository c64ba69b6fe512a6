"""At which level a child stands: a level falls only when a later round, or a recorded closing, says so.

The standing of a round is the more severe of its own level and the less severe of the child's standing before and the
highest level that the round leaves possible: answers that are missing do not end a victim's case. A closing dated on or
after the interview of the round that gave the standing ends it; what stands then is what the round itself says.

A child of whom the last round of its village has no row was not found there; what stood before stands on. One who has
surely turned 18 by the day is an adult; what stood last is still told.

Where the date of an interview is not known, it lies between the first day of its round's year and the day on which the
file was merged, at the latest the last day of the year after; a closing counts where it comes after all of these days.
"""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.tables.response_tables import responses_now
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import adult_age, completed_years, partial_date_bounds, quoted, typed

_STATE = ["case", "since", "since_visited", "since_first", "since_last", "closed_on"]


def _observed(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None
) -> pd.DataFrame:
    """Scores of each child and round up to a day, with the days on which the interview can have been.

    A row that the store had by then (a day is left for time zones) with an interview still to come has no date that can
    be right.
    """
    one, round_, key = survey.role("person").name, survey.role("round").name, survey.key("child")
    village = survey.role("village").name
    same = " AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in key)
    home = " AND ".join(f"h.{name} = c.{name}" for name in survey.key("household"))
    day, whom = f"DATE {quoted(as_of.isoformat())}", f"person = {quoted(person)}" if person else "TRUE"
    born, age, grown = f"c.{survey.role('born').name}", f"c.{survey.role('age').name}", adult_age(survey)
    merged = "(b.merged_at + INTERVAL 1 DAY)::DATE"
    dated = (
        f"SELECT {', '.join(f's.{name}' for name in key)}, s.{one} AS person, s.{round_} AS year, s.level, s.highest,"
        f" {partial_date_bounds(born)[1]} AS born_by, TRY_CAST({age} AS INTEGER) AS stated,"
        f" {merged} AS known_by, {typed(survey, survey.role('visited'), 'h')} AS told FROM {SCORE} s"
        f" JOIN current_child c ON {same} LEFT JOIN current_household h ON {home}"
        f" JOIN batch b ON b.batch_id = coalesce(h.batch_id, c.batch_id)"
    )
    found = connection.execute(
        f"WITH dated AS ({dated}), known AS (SELECT * EXCLUDE (told),"
        f" max(year) OVER (PARTITION BY {village}) AS surveyed,"
        f" CASE WHEN told <= {day} THEN told END AS visited FROM dated"
        f" WHERE coalesce(told, make_date(year, 1, 1)) <= {day} OR known_by <= {day} + 2),"
        " spanned AS (SELECT * EXCLUDE (known_by), coalesce(visited, make_date(year, 1, 1)) AS first_day,"
        " coalesce(visited, greatest(make_date(year, 1, 1), least(make_date(year + 1, 12, 31), known_by))) AS last_day"
        f" FROM known WHERE {whom})"
        " SELECT * EXCLUDE (born_by, stated), CASE WHEN born_by IS NOT NULL"
        f" THEN {completed_years('born_by', day)} >= {grown} WHEN stated IS NOT NULL"
        f" THEN stated + {completed_years('last_day', day)} >= {grown} END AS adult FROM spanned ORDER BY year, person"
    ).df()
    days = ["visited", "first_day", "last_day"]
    found[days] = found[days].astype("datetime64[us]")
    found["next_first"] = found.groupby("person")["first_day"].shift(-1)
    # The last round that tells an age tells whether the child is one still.
    found["adult"] = found["adult"].astype("boolean").groupby(found["person"]).transform("last").fillna(False)
    found["adult"] = found["adult"].astype("bool")
    return found


def responses_until(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None = None
) -> pd.DataFrame:
    """The responses recorded up to a day that belong to a child, in the order of their dates: `person`, `day`, `kind`
    and, under the fields' own names, all that they say. Needs `known_child`."""
    day, kind = survey.response_role("responded").name, survey.response_role("response").name
    whom = f"of_person = {quoted(person)}" if person else "of_person IS NOT NULL"
    found = connection.execute(
        f"SELECT of_person AS person, {day} AS day, {kind} AS kind, * EXCLUDE (of_person)"
        f" FROM ({responses_now(survey)})"
        f" WHERE {whom} AND {day} <= DATE {quoted(as_of.isoformat())} ORDER BY {day}, batch_id, {kind}"
    ).df()
    return found.assign(day=found["day"].astype("datetime64[us]"))


def _first_within(days: pd.DataFrame, low: pd.Series, high: pd.Series) -> pd.Series:
    """For each person of `low` the first of `days` (`person`, `day`) from `low` on, before `high` where known."""
    bounds = pd.DataFrame({"low": low, "high": high}).rename_axis("person").reset_index()
    held = bounds.merge(days, on="person")
    held = held[(held["day"] >= held["low"]) & ~(held["day"] >= held["high"])]
    return held.groupby("person")["day"].min().reindex(low.index).astype("datetime64[us]")


def standings(
    connection: duckdb.DuckDBPyConnection, survey: Survey, as_of: datetime.date, person: str | None = None
) -> pd.DataFrame:
    """The standing of every child in every round up to a day; needs `score` and `known_child`.

    Columns: the child row's key; `person`, `year` (of the round), `level`, `highest`, `visited` (NaT where the date of
    the interview is not known or cannot be right); `next_first`, the first day on which the child's next interview can
    have been; `case`, the level that stands until it is closed, `since` the round
    that gave it, `since_visited`, `since_first`, `since_last` the days of its interview; `closed_on`; `standing`, and
    `standing_since`, the round that gave that; `latest`, whether it is the child's last round; `not_found`, the last
    round of the village where that is a later one (else NA); `adult`, whether the child has surely turned 18.
    """
    rows = _observed(connection, survey, as_of, person)
    done = responses_until(connection, survey, as_of, person)
    closings = done.loc[done["kind"].isin(survey.response_role("response").closes), ["person", "day"]]
    rank = {level.id: at for at, level in enumerate(survey.levels)}
    rows = rows.assign(own=rows["level"].map(rank), possible=rows["highest"].map(rank))
    state = pd.DataFrame(columns=_STATE)
    parts = []
    for now in [part for _, part in rows.groupby("year", sort=True)] or [rows]:
        told = _of_round(now.set_index("person"), state, closings)
        parts.append(told)
        state = told[_STATE] if state.empty else pd.concat([state.drop(told.index, errors="ignore"), told[_STATE]])
    found = pd.concat(parts).reset_index()
    ids = pd.Series([level.id for level in survey.levels])
    for column in ("case", "standing"):
        found[column] = found[column].map(ids).astype("str")
    stands = found["standing"] == found["case"]
    found["standing_since"] = found["since"].where(stands, found["year"]).astype("int64")
    found["latest"] = found["next_first"].isna()
    missed = found["latest"] & (found["surveyed"] > found["year"])
    found["not_found"] = found["surveyed"].astype("Int64").where(missed)
    return found.drop(columns=["own", "possible", "surveyed"])


def _of_round(now: pd.DataFrame, state: pd.DataFrame, closings: pd.DataFrame) -> pd.DataFrame:
    before = state.reindex(now.index)
    carried = np.maximum(before["case"].astype("float64"), now["possible"])
    stays = (before["case"].notna() & before["closed_on"].isna() & (carried < now["own"])).to_numpy(dtype=bool)
    told = now.assign(
        case=now["own"].mask(stays, carried).astype("int64"),
        since=now["year"].mask(stays, before["since"].astype("float64")).astype("int64"),
        **{
            f"since_{name}": now[column].mask(stays, before[f"since_{name}"].astype("datetime64[us]"))
            for name, column in (("visited", "visited"), ("first", "first_day"), ("last", "last_day"))
        },
    )
    told["closed_on"] = _first_within(closings, told["since_last"], told["next_first"])
    return told.assign(standing=told["case"].where(told["closed_on"].isna(), told["own"]))
