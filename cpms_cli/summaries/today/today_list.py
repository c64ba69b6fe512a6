"""What is to be done today: one list of children who wait, appointments, questions, pairs and rows set aside.

It says nothing of its own about who is urgent: the cases are those of `summaries.response`, the questions and the order
of the households those of `summaries.response.visits`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.score_columns import HELP, NEEDS_HELP
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.summaries.response.cases import AGAIN, GROWN, IN_TIME, LATE, OPEN, OVERDUE, find_cases, workers_of
from cpms_cli.summaries.response.due import is_waiting, list_cases
from cpms_cli.summaries.response.visits import order_visits, visits_of
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.summaries.today.disputed import disputed_questions
from cpms_cli.summaries.today.not_asked import questions_not_asked
from cpms_cli.summaries.today.office_work import office_tasks
from cpms_cli.summaries.today.task_words import (
    APPOINTMENT,
    ASK,
    ASKED,
    DISPUTED,
    LINES,
    case_reasons,
    case_steps,
    question_lines,
)
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

MISSED, SILENT = "missed", "silent"


@dataclass(frozen=True)
class Today:
    """What is to be done on the day `as_of`.

    `tasks` has a row per task, a household's rows together, the most urgent household and child first, what waits at
    the office last. Columns: `kind`; `round`, village code, `village` (its name), household, the child's line and
    identifier (blank where the task is a household's or the office's); names, sex, `age_min`, `age_max`, `level`;
    `needs_help` and `needs_help_label` (see `Explainer.help`); `due_date`, `days_late`; `worker`, whose case it is;
    `reason` and `next_step`, in words; `questions`, how many. Kinds: open, overdue, unknown (no first response yet: not
    late, late, no deadline known), missed (a next date has passed), silent (no entry for long), appointment (planned
    for this day), ask, disputed (the family says an answer is wrong), pair, set_aside.

    `questions` has a row per question of the tasks of kind ask and disputed, in the columns of
    `summaries.response.visits.visits_of`, with `kind`; `was` is what stands there.

    `not_asked`: questions without one answer in a village's round: round, village code, `village`, `field`, `question`,
    `homes` (in how many of them an answer could change a level). `turned_18` is who waited when they turned 18, as
    `response.due.DueList.turned_18`. `unassigned` counts the children who wait and of whom no entry names a worker.
    """

    as_of: datetime.date
    tasks: pd.DataFrame
    questions: pd.DataFrame
    not_asked: pd.DataFrame
    turned_18: pd.DataFrame
    unassigned: int


def list_today(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    as_of: datetime.date | None = None,
    area: str | None = None,
    worker: str | None = None,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> Today:
    """Return what is to be done on the day `as_of` (today), as `today_of` does.

    Names are masked unless `identified`, which the store's audit log records. Raises UsageError for an area of which
    the store has nothing, or a worker whom no entry names; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified).of_area(area) as workspace:
        return today_of(workspace, as_of=as_of, area=area, worker=worker)


def today_of(
    workspace: Workspace,
    *,
    as_of: datetime.date | None = None,
    area: str | None = None,
    worker: str | None = None,
) -> Today:
    """Return what is to be done on the day `as_of` (today): see `Today`.

    With `worker`, the tasks in the households of this worker's children; what waits at the office is nobody's own, and
    left out. Raises as `list_today` does.
    """
    survey, day = workspace.survey, as_of or country_today()
    check_surveyed(workspace, area, None)
    connection, stood = workspace.scored(), workspace.standings(day)
    cases, grown, workers = _cases(workspace, stood, area, day)
    waiting = cases[cases["kind"] != APPOINTMENT]
    person = survey.role("person").name
    overdue = pd.DataFrame(
        {
            "cpms_id": waiting[person],
            "due": pd.to_datetime(waiting["due_date"]),
            "days_late": waiting["days_late"],
        }
    )
    visits = visits_of(workspace, area=area, stood=stood, overdue=overdue)
    open_questions = visits[visits["field"].notna()].assign(disputed=False)
    again = disputed_questions(workspace, stood, area)
    questions = pd.concat([open_questions, again], ignore_index=True) if len(again) else open_questions
    nobody_asked = questions_not_asked(connection, survey, questions) & ~questions["disputed"]
    asks = question_lines(survey, workspace.language, questions[~nobody_asked])
    tasks = _ordered(survey, pd.concat([cases, asks], ignore_index=True), overdue)
    if worker is None:
        tasks = pd.concat([tasks, office_tasks(workspace, area)], ignore_index=True)
    else:
        tasks, villages = _of_worker(survey, tasks, visits, workers, worker)
        nobody_asked &= questions[survey.role("village").name].isin(villages)
    shown = int(tasks[person].nunique())
    workspace.note_identified("today", shown + len(grown))
    return Today(
        day,
        _in_columns(survey, tasks, workspace.language),
        _listed_questions(survey, questions[~nobody_asked], tasks),
        _not_asked(survey, questions[nobody_asked]),
        grown,
        int((~waiting[person].isin(workers.index)).sum()),
    )


def _cases(
    workspace: Workspace, stood: pd.DataFrame, area: str | None, day: datetime.date
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the children to be seen on a day, who turned 18 while they waited, and the worker of each child."""
    survey, today = workspace.survey, pd.Timestamp(day)
    cases, done = find_cases(workspace.scored(), survey, stood, area or "", day)
    planned = survey.response_role("next_step").name
    dated = done[done[planned].notna()].groupby("person")[planned].last().astype("datetime64[us]")
    comes = dated.reindex(cases["person"]).set_axis(cases.index)
    follows = cases["closed_on"].isna() & ~cases["adult"] & cases["state"].isin([IN_TIME, LATE])
    appointment = follows & (comes == today) & (cases["last_entry"] < today)
    chosen = cases[is_waiting(cases) | appointment].reset_index(drop=True)
    listed = list_cases(workspace, chosen, done)
    by_person = chosen.set_index("person")
    person = survey.role("person").name
    state = listed["state"]
    missed = by_person["missed"].reindex(listed[person]).notna().to_numpy()
    kind = state.mask(state.isin([IN_TIME, LATE]), APPOINTMENT)
    kind = kind.mask((state == AGAIN) & missed, MISSED).mask((state == AGAIN) & ~missed, SILENT)
    line = by_person[survey.role("line").name].reindex(listed[person]).astype("str").to_numpy()
    listed = listed.assign(kind=kind, **{survey.role("line").name: line})
    waits = listed[listed["state"] != GROWN].reset_index(drop=True)
    workers = workers_of(survey, done)
    waits["worker"] = workers.reindex(waits[person]).to_numpy()
    waits["reason"] = case_reasons(waits, workspace.language)
    waits["next_step"] = case_steps(waits, workspace.language, (OPEN, OVERDUE))
    return waits, listed[state == GROWN].drop(columns=["kind"]).reset_index(drop=True), workers


def _ordered(survey: Survey, tasks: pd.DataFrame, overdue: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks with the households in the order of the visits; in each the most severe level first, then
    the longest late, questions last."""
    if tasks.empty:
        return tasks
    home = [survey.role(role).name for role in ("village", "household")]
    ordered = order_visits(survey, tasks.drop(columns=["due", "days_late"], errors="ignore"), overdue)
    rank = {key: place for place, key in enumerate(dict.fromkeys(zip(*(ordered[name] for name in home), strict=True)))}
    places = [rank[key] for key in zip(*(ordered[name] for name in home), strict=True)]
    severity = {level.id: place for place, level in enumerate(survey.levels)}
    sort = ordered.assign(
        _home=places,
        _asks=ordered["kind"].isin(ASKED),
        _level=ordered["level"].map(severity),
        _late=-pd.to_numeric(ordered["days_late"]).fillna(0).astype("int64"),
    )
    order = ["_home", "_asks", "_level", "_late"]
    return sort.sort_values(order, kind="stable", ignore_index=True).drop(columns=order)


def _of_worker(
    survey: Survey, tasks: pd.DataFrame, visits: pd.DataFrame, workers: pd.Series, worker: str
) -> tuple[pd.DataFrame, set[str]]:
    """Return the tasks in the households of a worker's children, and the villages of these households."""
    known = sorted(workers.unique())
    theirs = workers[workers.str.casefold() == worker.strip().casefold()].index
    if theirs.empty:
        raise UsageError("unknown_worker", worker=worker, known=", ".join(known))
    person = survey.role("person").name
    home = [survey.role(role).name for role in ("village", "household")]
    at_home = pd.concat([tasks, visits])
    homes = at_home.loc[at_home[person].isin(theirs), home]
    of_home = pd.MultiIndex.from_frame(tasks[home]).isin(pd.MultiIndex.from_frame(homes))
    own = tasks[person].isin(theirs) | (of_home & tasks["kind"].isin(ASKED))
    return tasks[own].reset_index(drop=True), set(homes[home[0]])


def _listed_questions(survey: Survey, questions: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """Return the questions of the households whose questions are on the list."""
    home = [*survey.key("household"), "kind"]
    asked = pd.MultiIndex.from_frame(tasks.loc[tasks["kind"].isin(ASKED), home])
    kinds = questions.assign(kind=questions["disputed"].map({True: DISPUTED, False: ASK}))
    return kinds[pd.MultiIndex.from_frame(kinds[home]).isin(asked)].reset_index(drop=True)


def _not_asked(survey: Survey, questions: pd.DataFrame) -> pd.DataFrame:
    """Return each question that nobody of a village answered in a round, with how many homes it matters in."""
    home = list(survey.key("household"))
    place = [*home[:2], "village", "field", "question"]
    return questions.groupby(place, sort=False)[home[2]].nunique().rename("homes").reset_index()


def _in_columns(survey: Survey, tasks: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the tasks in the columns of `Today.tasks`."""
    village = survey.role("village").name
    names = {code: area_name(survey, code, language) for code in tasks[village].dropna().unique()}
    columns = [
        "kind",
        survey.role("round").name,
        village,
        "village",
        *survey.names_of("household", "line", "person", "given_name", "family_name", "sex"),
        *("age_min", "age_max", "level", NEEDS_HELP, HELP, "due_date", "days_late", "worker", *LINES, "questions"),
    ]
    return tasks.assign(village=tasks[village].map(names).astype("str")).reindex(columns=columns)
