"""The children whose level demands a response by a time, and whether they had it."""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.standing import responses_until, standings
from cpms_cli.survey.model.definition import Survey

IN_TIME, LATE, OPEN, OVERDUE, CLOSED, UNKNOWN = "in_time", "late", "open", "overdue", "closed", "unknown"
AGAIN, GROWN, PASSED = "again", "turned_18", "passed"
STATES = (IN_TIME, LATE, OPEN, OVERDUE, AGAIN, CLOSED, GROWN, UNKNOWN)
WAITING = (OPEN, OVERDUE, AGAIN, UNKNOWN)
"""The states in which somebody has to go there."""
HOURS_A_DAY = 24


def find_cases(
    connection: duckdb.DuckDBPyConnection, survey: Survey, stood: pd.DataFrame, area: str, as_of: datetime.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cases of an area ("" for all) as they are on a day, a row per child, and the responses since then.

    `stood` is what `standings` says of that day. Cases: the columns of `standings` of the child's last round;
    `due_date` (NaT where the date of the interview is not known); `answered_on`, the first response that the level
    asks for; `days_late`; `answered`, whether there surely is one; `last_entry`, the last entry that is about the
    child (see `entries_about`), and `missed`, the next date that has passed without one since; and `state`: in_time,
    late (answered, in time or late), open (not due yet), overdue, again (answered, but a next date was missed, or
    nothing came for so long that the case is due again: then `due_date` is that day), closed, turned_18 (waiting when
    the child turned 18), unknown (dates leave it undecided). Responses: as `responses_until`, those since the case
    began. Needs `known_child`.
    """
    cases = _of_area(survey, stood[stood["latest"] & _urgent(survey, stood)], area)
    cases = _due(survey, cases)
    done = _since_the_case(cases, responses_until(connection, survey, as_of))
    cases["answered_on"] = _answers(survey, cases, done)
    cases["answered"] = cases["answered_on"].notna()
    today = pd.Timestamp(as_of)
    cases = _followed(survey, cases, done, today)
    cases["days_late"] = ((today - cases["due_date"]).dt.days.clip(lower=0)).astype("Int64")
    return cases, done


def entries_about(survey: Survey, done: pd.DataFrame) -> pd.DataFrame:
    """Return the responses without those that only say whose case it is: for these, nobody went there."""
    return done[~done["kind"].isin(survey.response_role("response").assigns)]


def workers_of(survey: Survey, done: pd.DataFrame) -> pd.Series:
    """Return by child the worker of its case: whom the last entry names that names anybody.

    `done`: responses in the order of their dates. Of the entries of one day, the one that assigns the case counts.
    """
    field = survey.response_field("worker")
    if field is None or field.name not in done:
        return pd.Series(dtype="str")
    named = done[done[field.name].notna()]
    named = named.assign(assigns=named["kind"].isin(survey.response_role("response").assigns))
    named = named.sort_values(["day", "assigns"], kind="stable")
    return named.groupby("person")[field.name].last().astype("str")


def is_open(cases: pd.DataFrame) -> pd.Series:
    """Return which cases of `find_cases` are neither closed nor of a child who turned 18 while it waited."""
    return cases["closed_on"].isna() & (cases["state"] != GROWN)


def cases_by_round(
    connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, as_of: datetime.date
) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Every case of an area up to a day, under the round that gave it (`since`), and the rounds of the area until then.

    A child has a case in each round that gives it a level which demands a response, at that level; carried into a later
    round, it is still the case of the round that gave it, at the place of its last round. Columns as of `find_cases`;
    `state` can also be `passed`: nothing was done before the child's next interview, which told anew. A response counts
    for the case that it follows, up to that interview; where the date of that is not known, the state can be unknown.
    """
    stood = standings(connection, survey, as_of).sort_values("year")
    stood["next_last"] = stood.groupby("person")["last_day"].shift(-1)
    rounds = tuple(sorted(int(year) for year in _of_area(survey, stood, area)["year"].unique()))
    urgent = stood[_urgent(survey, stood)]
    first, last = (urgent.drop_duplicates(["person", "since"], keep=which) for which in ("first", "last"))
    given = first[["person", "since", "case"]]
    cases = _due(survey, _of_area(survey, last.drop(columns="case").merge(given, on=["person", "since"]), area))
    done = responses_until(connection, survey, as_of)
    cases["answered_on"] = _answers(survey, cases, done)
    cases["answered"] = cases["answered_on"].notna()
    cases = _followed(survey, cases, _since_the_case(cases[cases["latest"]], done), pd.Timestamp(as_of))
    state = cases["state"]
    over = state.isin([OPEN, OVERDUE]) & ~cases["latest"]
    perhaps = _answers(survey, cases.assign(next_first=cases["next_last"]), done).notna()
    cases["state"] = state.mask(over, PASSED).mask(over & perhaps, UNKNOWN)
    return cases, rounds


def _urgent(survey: Survey, stood: pd.DataFrame) -> pd.Series:
    return stood["case"].isin([level.id for level in survey.urgent_levels])


def _of_area(survey: Survey, stood: pd.DataFrame, area: str) -> pd.DataFrame:
    return stood[stood[survey.role("village").name].astype("str").str.startswith(area)].reset_index(drop=True)


def _due(survey: Survey, cases: pd.DataFrame) -> pd.DataFrame:
    hours = {level.id: level.due_hours for level in survey.urgent_levels}
    days = np.ceil(cases["case"].map(hours).astype("float64") / HOURS_A_DAY)
    return cases.assign(due_date=cases["since_visited"] + pd.to_timedelta(days, unit="D"))


def _since_the_case(cases: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    began = cases.set_index("person")["since_first"]
    responses = done[done["person"].isin(began.index)]
    return responses[responses["day"].to_numpy() >= began.reindex(responses["person"]).to_numpy()].reset_index(
        drop=True
    )


def _answers(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame) -> pd.Series:
    """The day of the first response that counts, surely after the interview, and before the child's next one."""
    asked = pd.DataFrame(
        [(level.id, kind) for level in survey.urgent_levels for kind in level.answered_by], columns=["case", "kind"]
    )
    states = cases[["person", "case", "since_last", "next_first"]].assign(at=range(len(cases)))
    held = done[["person", "day", "kind"]].merge(states, on="person").merge(asked, on=["case", "kind"])
    held = held[(held["day"] >= held["since_last"]) & ~(held["day"] >= held["next_first"])]
    first = held.groupby("at")["day"].min()
    return first.astype("datetime64[us]").reindex(range(len(cases))).set_axis(cases.index)


def _followed(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Cases with their state, and what is due again of those that were answered and are not closed."""
    cases = cases.assign(state=_states(cases, today))
    name = survey.response_role("next_step").name
    dated = done[done[name].notna()].groupby("person")[name].last().astype("datetime64[us]")
    entries = entries_about(survey, done).groupby("person")["day"].max()
    last, planned = (days.reindex(cases["person"]).set_axis(cases.index) for days in (entries, dated))
    days = cases["case"].map({level.id: level.again_days for level in survey.urgent_levels}).astype("float64")
    silent = last + pd.to_timedelta(days, unit="D")
    missed = planned.where((planned < today) & (last < planned))
    again = pd.concat([missed, silent.where(silent <= today)], axis=1).min(axis=1)
    stands = cases["latest"] & cases["closed_on"].isna()
    due_again = stands & cases["answered"] & again.notna()
    waiting = cases["state"].mask(due_again, AGAIN)
    grown = stands & cases["adult"] & waiting.isin(WAITING)
    return cases.assign(
        last_entry=last,
        missed=missed,
        due_date=cases["due_date"].mask(due_again, again),
        state=waiting.mask(grown, GROWN),
    )


def _states(cases: pd.DataFrame, today: pd.Timestamp) -> pd.Series:
    answered, dated = cases["answered"], cases["due_date"].notna()
    in_time = cases["answered_on"] <= cases["due_date"]
    choices = [
        answered & dated & in_time,
        answered & dated,
        ~answered & cases["closed_on"].notna(),
        ~dated,
        cases["due_date"] < today,
    ]
    names = (IN_TIME, LATE, CLOSED, UNKNOWN, OVERDUE)
    state = np.select([choice.to_numpy(dtype=bool) for choice in choices], names, default=OPEN)
    return pd.Series(state, index=cases.index, dtype="str")
