"""Whom to visit: children without the response that their level demands, the longest overdue first."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED, SCORE, create_scores
from cpms_cli.store.audit import note_identified
from cpms_cli.store.file import open_store
from cpms_cli.store.response_tables import create_known_children
from cpms_cli.summaries.carried import with_carried
from cpms_cli.summaries.cases import OPEN, OVERDUE, UNKNOWN, find_cases
from cpms_cli.summaries.children import MASK
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.survey.definition import Language, Role, Survey
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.loading import load_survey

_NAMES: tuple[Role, ...] = ("given_name", "family_name")


def due_responses(
    store: str | Path, *, area: str | None = None, as_of: datetime.date | None = None, everybody: bool = False,
    language: Language = "en", identified: bool = False, schemas: Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Children at a level that demands a response by a time, who have not had it; `everybody`: those who had it too.

    On the day `as_of` (today): first whose interview has no date, then the longest overdue, then by level and place.
    Columns: the child's identifier, village, household, names (masked unless `identified`, which is logged), sex,
    `age_min`, `age_max` (at the last interview), `level`, `since` (the round that gave it), `why`, `action` (what the
    source document asks for), `interview_date`, `due_date`, `days_late`, `state` (see `summaries.cases`), `done` (in
    words), `next_date`. Raises UsageError for an area of which the store has nothing; StoreError, UnreadableFile.
    """
    survey, day = load_survey(schemas), as_of or datetime.date.today()
    with open_store(Path(store), survey, write=identified) as connection:
        check_surveyed(connection, survey, area, None, language)
        create_scores(connection, survey)
        create_known_children(connection, survey)
        cases, done = find_cases(connection, survey, area or "", day)
        if not everybody:
            waiting = cases["state"].isin([OPEN, OVERDUE]) | ((cases["state"] == UNKNOWN) & ~cases["answered"])
            cases = cases[waiting].reset_index(drop=True)
        told = _told(connection, survey, cases, done, language, identified)
        if identified:
            note_identified(connection, "response due", len(told))
    return told


def _told(
    connection: duckdb.DuckDBPyConnection, survey: Survey, cases: pd.DataFrame, done: pd.DataFrame,
    language: Language, identified: bool,
) -> pd.DataFrame:  # fmt: skip
    explainer = Explainer(survey, language)
    about = _about(connection, survey, cases)
    cases = cases.merge(about, on=["person", "year"], how="left")
    cases = cases.sort_values(_order(survey, cases), na_position="first", kind="stable").reset_index(drop=True)
    levels = {level.id: level for level in survey.levels}
    village, household = (survey.role(role).name for role in ("village", "household"))
    names = {name: _masked(cases[name], identified) for name in (survey.role(role).name for role in _NAMES)}
    return pd.DataFrame(
        {
            survey.role("person").name: cases["person"], village: cases[village], household: cases[household], **names,
            survey.role("sex").name: cases["sex_"], "age_min": cases["age_min"], "age_max": cases["age_max"],
            "level": cases["case"], "since": cases["since"].astype("int64"),
            "why": _why(connection, survey, explainer, cases),
            "action": [levels[one].response.in_(language) for one in cases["case"]],
            "interview_date": cases["since_visited"].dt.strftime("%Y-%m-%d"),
            "due_date": cases["due_date"].dt.strftime("%Y-%m-%d"), "days_late": cases["days_late"],
            "state": cases["state"], "done": _done(survey, cases, done, language),
            "next_date": _next(survey, cases, done),
        }
    )  # fmt: skip


def _about(connection: duckdb.DuckDBPyConnection, survey: Survey, cases: pd.DataFrame) -> pd.DataFrame:
    """What the list says of the child besides its case, from the child's last round."""
    key, round_ = survey.key("child"), survey.role("round").name
    names = ", ".join(f"c.{survey.role(role).name}" for role in _NAMES)
    house = survey.role("household").name
    connection.register("cases", cases[["person", "year"]])
    found = connection.execute(
        f"SELECT s.{survey.role('person').name} AS person, s.{round_} AS year, s.{survey.role('sex').name} AS sex_,"
        f" age_min, age_max, {names}, TRY_CAST(regexp_extract(s.{house}, '[0-9]+') AS INTEGER) AS house_"
        f" FROM {SCORE} s JOIN cases k ON k.person = s.{survey.role('person').name} AND k.year = s.{round_}"
        f" JOIN current_child c ON {' AND '.join(f's.{name}::VARCHAR = c.{name}' for name in key)}"
    ).df()
    connection.unregister("cases")
    return found


def _order(survey: Survey, cases: pd.DataFrame) -> list[str]:
    """The columns to sort by: undated first, then by due date, level, and as one walks from house to house."""
    rank = {level.id: at for at, level in enumerate(survey.levels)}
    cases["rank_"] = cases["case"].map(rank)
    house, line = survey.role("household").name, survey.role("line").name
    return ["due_date", "rank_", survey.role("village").name, "house_", house, line]


def _masked(names: pd.Series, identified: bool) -> pd.Series:
    return names if identified else names.mask(names.notna(), MASK)


def _why(connection: duckdb.DuckDBPyConnection, survey: Survey, explainer: Explainer, cases: pd.DataFrame) -> pd.Series:
    """The reasons of the round that gave the level; where later answers are missing, that they do not end it."""
    person, round_ = survey.role("person").name, survey.role("round").name
    connection.register("cases", cases[["person", "since"]].assign(place=range(len(cases))))
    found = connection.execute(
        f"SELECT reasons, answers FROM cases k JOIN {EXPLAINED} s ON s.{person} = k.person AND s.{round_} = k.since"
        " ORDER BY place"
    ).df()
    connection.unregister("cases")
    why = explainer.why(found).reset_index(drop=True)
    return with_carried(explainer, why, cases["since"], cases["year"])


def _done(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame, language: Language) -> pd.Series:
    """What was done since the interview: "2026-03-01 Home visit (H1); ..."."""
    kinds, agency = survey.codes(survey.response_role("response")), survey.response_role("agency").name
    labels = {code.code: code.label.in_(language) for code in kinds.codes} if kinds else {}
    day = done["day"].map({one: shown_date(one.date(), language) for one in done["day"].unique()}).astype("str")
    words = day + " " + done["kind"].map(labels).astype("str")
    words += (" (" + done[agency].astype("str") + ")").fillna("")
    joined = words.groupby(done["person"]).agg("; ".join)
    return joined.astype("str").reindex(cases["person"]).set_axis(cases.index)


def _next(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame) -> pd.Series:
    """The date that the last response which names one has for the next step."""
    name = survey.response_role("next_step").name
    dated = done[done[name].notna()].groupby("person")[name].last()
    found = dated.astype("datetime64[us]").reindex(cases["person"]).set_axis(cases.index)
    return found.dt.strftime("%Y-%m-%d")
