"""Whom to visit: children without the response that their level demands, the most severe level first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import EXPLAINED, SCORE, create_explained
from cpms_cli.scoring.standing import standings
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.summaries.child.carried_reasons import carried_reasons
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.child.standing_today import absence_words
from cpms_cli.summaries.response.cases import AGAIN, GROWN, UNKNOWN, WAITING, find_cases
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class DueList:
    """Children at a level that demands a response by a time: `due`, who wait for one (or, if asked for, all of them),
    and `turned_18`, who waited when they turned 18 and are due no longer.

    Both by level, then by how long they are overdue (whose deadline is not known after these), then by place. Columns:
    the child's identifier, `round` (its last), village, household, names (masked unless asked for), sex, `age_min`,
    `age_max` (at the last interview), `level`, `since` (the round that gave it), `not_found` (the last round of the
    village, where the child was not found in it), `why`, `needs_help` and `needs_help_label` (what the circumstances of
    the last round call for), `action` (what the source document asks for),
    `interview_date`, `due_date`, `days_late`, `state` (see `cases`), `note` (in words: what is due again, why
    there is no deadline, in which round the child was not found), `done` (in words), `next_date`.
    """

    due: pd.DataFrame
    turned_18: pd.DataFrame


def due_responses(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    as_of: datetime.date | None = None,
    everybody: bool = False,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> pd.DataFrame:
    """Children who wait for a response on the day `as_of` (today), as `list_due` lists them."""
    with Workspace.from_paths(store, schemas, language=language, identified=identified).of_area(area) as workspace:
        return list_due(workspace, area=area, as_of=as_of, everybody=everybody).due


def list_due(
    workspace: Workspace, *, area: str | None = None, as_of: datetime.date | None = None, everybody: bool = False
) -> DueList:
    """List the children at a level that demands a response by a time, who wait for it on the day `as_of` (today).

    With `everybody`, those who had it or turned 18 as well. Names are masked unless the workspace shows them, which is
    logged. Raises UsageError for an area of which the store has nothing; StoreError, UnreadableFile.
    """
    day = as_of or country_today()
    check_surveyed(workspace, area, None)
    waiting = due_list_of(workspace, workspace.standings(day), area, day, everybody=everybody)
    grown = 0 if everybody else len(waiting.turned_18)
    workspace.note_identified("response due", len(waiting.due) + grown)
    return waiting


def due_list_of(
    workspace: Workspace, stood: pd.DataFrame, area: str | None, as_of: datetime.date, *, everybody: bool = False
) -> DueList:
    """As `list_due`, without writing to the audit log; needs `known_child`. `stood` are the standings on that day."""
    cases, done = find_cases(workspace.scored(), workspace.survey, stood, area or "", as_of)
    if not everybody:
        cases = cases[is_waiting(cases)].reset_index(drop=True)
    listed = list_cases(workspace, cases, done)
    grown = listed["state"] == GROWN
    due = listed if everybody else listed[~grown]
    return DueList(due.reset_index(drop=True), listed[grown].reset_index(drop=True))


def case_of_child(workspace: Workspace, person: str, as_of: datetime.date) -> pd.DataFrame:
    """Return the case of one child on a day in the columns of `DueList`, whatever became of it; no row where the child
    stands at no level that demands a response by a time."""
    survey, connection = workspace.survey, workspace.scored()
    create_known_children(connection, survey)
    cases, done = find_cases(connection, survey, standings(connection, survey, as_of, person), "", as_of)
    return list_cases(workspace, cases, done)


def is_waiting(cases: pd.DataFrame) -> pd.Series:
    """Return which cases of `find_cases` wait for a response, or waited when the child turned 18."""
    answered = (cases["state"] == UNKNOWN) & cases["answered"]
    return cases["state"].isin([*WAITING, GROWN]) & ~answered


def list_cases(workspace: Workspace, cases: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    """Return the cases in the columns of `DueList`; `done` are the responses since each case began."""
    survey, language, connection = workspace.survey, workspace.language, workspace.scored()
    explainer = Explainer(survey, language)
    about = _about(connection, survey, cases)
    cases = cases.merge(about, on=["person", "year"], how="left")
    cases = _sorted(survey, cases)
    levels = {level.id: level for level in survey.levels}
    village, household = (survey.role(role).name for role in ("village", "household"))
    names = {field.name: cases[field.name] for field in survey.name_fields}
    listed = pd.DataFrame(
        {
            survey.role("person").name: cases["person"],
            "round": cases["year"].astype("int64"),
            village: cases[village],
            household: cases[household],
            **names,
            survey.role("sex").name: cases["sex_"],
            "age_min": cases["age_min"],
            "age_max": cases["age_max"],
            "level": cases["case"],
            "since": cases["since"].astype("int64"),
            "not_found": cases["not_found"],
            "no_consent": cases["no_consent"],
            "why": _why(connection, survey, explainer, cases),
            NEEDS_HELP: cases[NEEDS_HELP],
            HELP: explainer.help(cases[NEEDS_HELP]),
            "action": [levels[level].response.in_(language) for level in cases["case"]],
            "interview_date": cases["since_visited"].dt.strftime("%Y-%m-%d"),
            "due_date": cases["due_date"].dt.strftime("%Y-%m-%d"),
            "days_late": cases["days_late"],
            "state": cases["state"],
            "note": _notes(cases, language),
            "done": _done(survey, cases, done, language),
            "next_date": _next(survey, cases, done),
        }
    )
    return listed if workspace.identified else with_masked_names(survey, listed)


def with_masked_names(survey: Survey, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a `DueList` with a mask in place of every name."""
    names = [field.name for field in survey.name_fields]
    return listed.assign(**{name: listed[name].mask(listed[name].notna(), MASK) for name in names})


def _about(connection: duckdb.DuckDBPyConnection, survey: Survey, cases: pd.DataFrame) -> pd.DataFrame:
    """What the list says of the child besides its case, from the child's last round."""
    round_, person, sex = (survey.role(role).name for role in ("round", "person", "sex"))
    names = ", ".join(f"c.{field.name}" for field in survey.name_fields)
    house = survey.role("household").name
    same = " AND ".join(f"s.{name}::VARCHAR = c.{name}" for name in survey.key("child"))
    connection.register("due_case", cases[["person", "year"]])
    details = connection.execute(f"""
        SELECT
            s.{person} AS person,
            s.{round_} AS year,
            s.{sex} AS sex_,
            age_min,
            age_max,
            {NEEDS_HELP},
            {names},
            TRY_CAST(regexp_extract(s.{house}, '[0-9]+') AS INTEGER) AS house_
        FROM {SCORE} s
        JOIN due_case k ON k.person = s.{person} AND k.year = s.{round_}
        JOIN current_child c ON {same}""").df()
    connection.unregister("due_case")
    return details


def _sorted(survey: Survey, cases: pd.DataFrame) -> pd.DataFrame:
    """By level, then by how long they are overdue, who has no deadline, by deadline, and as one walks from house to
    house."""
    rank = {level.id: number for number, level in enumerate(survey.levels)}
    undated = np.where(cases["due_date"].isna() & cases["state"].isin(WAITING), 0.5, 0)
    urgency = cases["days_late"].astype("float64").fillna(0) + undated
    house, line = survey.role("household").name, survey.role("line").name
    order = ["rank_", "urgency_", "due_date", survey.role("village").name, "house_", house, line]
    sort = cases.assign(rank_=cases["case"].map(rank), urgency_=-urgency)
    return sort.sort_values(order, kind="stable").reset_index(drop=True)


def _notes(cases: pd.DataFrame, language: Language) -> pd.Series:
    """What has to be known of a case beside its dates, in words."""

    def dated(message: str, days: pd.Series, applies: pd.Series) -> pd.Series:
        words = {day: say(message, language, day=shown_date(day.date(), language)) for day in days[applies].unique()}
        return days.map(words).astype("str").where(applies, "")

    again, no_deadline = cases["state"] == AGAIN, say("due_no_deadline", language)
    parts = [
        absence_words(cases, language),
        pd.Series(np.where(cases["state"] == UNKNOWN, no_deadline, ""), index=cases.index, dtype="str"),
        dated("due_missed", cases["missed"], again & cases["missed"].notna()),
        dated("due_silent", cases["last_entry"], again & cases["missed"].isna()),
    ]
    joined = pd.concat(parts, axis=1)
    return pd.Series(
        ["; ".join(filter(None, row)) for row in joined.itertuples(index=False)], index=cases.index, dtype="str"
    )


def _why(connection: duckdb.DuckDBPyConnection, survey: Survey, explainer: Explainer, cases: pd.DataFrame) -> pd.Series:
    """The reasons of the round that gave the level; where later answers are missing, that they do not end it."""
    person, round_ = survey.role("person").name, survey.role("round").name
    connection.register("due_case", cases[["person", "since"]].assign(place=range(len(cases))))
    create_explained(connection, survey, f"{person} IN (SELECT person FROM due_case)")
    given = connection.execute(
        f"""
        SELECT reasons, answers, level
        FROM due_case k JOIN {EXPLAINED} s ON s.{person} = k.person AND s.{round_} = k.since
        ORDER BY place
        """
    ).df()
    connection.unregister("due_case")
    stood = cases[["person", "since", "year"]].assign(
        given=given["level"].to_numpy(),
        level=cases["case"],
        reasons=given["reasons"].to_numpy(),
        answers=given["answers"].to_numpy(),
    )
    return carried_reasons(connection, explainer, stood)


def _done(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame, language: Language) -> pd.Series:
    """What was done since the interview: "2026-03-01 Home visit (H1); ..."."""
    kinds, agency = survey.codes(survey.response_role("response")), survey.response_role("agency").name
    labels = {code.code: code.label.in_(language) for code in kinds.codes} if kinds else {}
    day = (
        done["day"]
        .map({day_done: shown_date(day_done.date(), language) for day_done in done["day"].unique()})
        .astype("str")
    )
    words = day + " " + done["kind"].map(labels).astype("str")
    words += (" (" + done[agency].astype("str") + ")").fillna("")
    joined = words.groupby(done["person"]).agg("; ".join)
    return joined.astype("str").reindex(cases["person"]).set_axis(cases.index)


def _next(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame) -> pd.Series:
    """The date that the last response which names one has for the next step."""
    name = survey.response_role("next_step").name
    dated = done[done[name].notna()].groupby("person")[name].last()
    first_dates = dated.astype("datetime64[us]").reindex(cases["person"]).set_axis(cases.index)
    return first_dates.dt.strftime("%Y-%m-%d")
