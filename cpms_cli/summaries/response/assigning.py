"""Whose case it is from now on: open cases given to workers, by area, by load or child by child, or handed over.

An assignment is an entry of the response log, of a kind that `response.yaml` names under `assigns`: so it is kept in
history, packed into bundles, erased with the child and taken back by `undo` as every other entry.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.merging.respond import TypedIn, record_typed
from cpms_cli.scoring.standing import standings
from cpms_cli.store.access.connection import commit
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.identifier_search import current_identifier
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.summaries.response.cases import find_cases, is_open, workers_of
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.fields import ResponseRole
from cpms_cli.workspace import Workspace

Together = Literal["household", "village"]
TOGETHER: tuple[Together, ...] = get_args(Together)
"""What goes to one worker as a whole."""
ASSIGNED_BY = "cpms response assign"
"""What stands for the file's name where cases were assigned."""


@dataclass(frozen=True)
class CasesMeant:
    """Which open cases are assigned: those of the named `children`, else those of the worker `held_by`, else those of
    nobody, and with `everybody` those of all; within an `area`, if one is given."""

    children: Sequence[str] = ()
    area: str | None = None
    held_by: str | None = None
    everybody: bool = False


@dataclass(frozen=True)
class Assigned:
    """`cases` has a row per case that got a worker: the child's identifier, village code, `village` (its name),
    household, `level`, `before` (whose it was, NA for nobody's), `worker`. `load` counts the open cases of each of the
    workers then, in all of the store. `batch` is what `undo` takes back, None where nothing was written."""

    day: datetime.date
    cases: pd.DataFrame
    load: dict[str, int]
    batch: int | None


def assign_cases(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    workers: Sequence[str],
    *,
    children: Sequence[str] = (),
    area: str | None = None,
    held_by: str | None = None,
    everybody: bool = False,
    together: Together = "household",
    day: datetime.date | None = None,
    dry_run: bool = False,
    language: Language = FALLBACK,
    schemas: Path | None = None,
    tool_version: str = "",
    who: str | None = None,
) -> Assigned:
    """Give open cases to workers, named by their codes, from the day `day` (today) on; all of them or none.

    Which cases, `CasesMeant` says. Several workers share them by load: a household, or with `together` "village" a
    whole village, goes to one worker, to whoever then has the fewest open cases; a household of which a worker among
    them has a child already goes there. With `dry_run` nothing is written. Raises UsageError for an area of which the
    store has nothing, a worker or a child without an open case, a day to come, or a definition that knows no
    assignments; StoreError, UnreadableFile.
    """
    survey, today = definition_to_write(store, schemas), country_today()
    meant = CasesMeant(children, area, held_by, everybody)
    with Workspace(survey, Path(store), language, writes=not dry_run) as workspace:
        if not dry_run:
            check_is_followed(workspace.connection, survey)
        shared = _shared(workspace, workers, meant, together, day or today)
        if dry_run or shared.cases.empty:
            return shared
        workspace.connection.execute("BEGIN")
        recorder = Recorder(who or current_user(), tool_version)
        rows: list[dict[ResponseRole, str]] = [
            {
                "person": str(child),
                "response": survey.response_role("response").assigns[0],
                "responded": shared.day.isoformat(),
                "worker": str(worker),
            }
            for child, worker in zip(shared.cases[survey.role("person").name], shared.cases["worker"], strict=True)
        ]
        typed = TypedIn(ASSIGNED_BY, recorder, language, today)
        recorded = record_typed(workspace.connection, survey, rows, typed)
        if recorded.batch is not None:
            commit(workspace.connection)
    return Assigned(shared.day, shared.cases, shared.load, recorded.batch)


def _shared(
    workspace: Workspace, workers: Sequence[str], meant: CasesMeant, together: Together, day: datetime.date
) -> Assigned:
    """Return who gets which case, with nothing written."""
    survey, connection = workspace.survey, workspace.scored()
    if not survey.response_role("response").assigns or survey.response_field("worker") is None:
        raise UsageError("assign_not_known")
    check_surveyed(workspace, meant.area, None)
    create_known_children(connection, survey)
    cases, done = find_cases(connection, survey, standings(connection, survey, day), "", day)
    cases = cases[is_open(cases)]
    held = workers_of(survey, done)
    cases = cases.assign(before=cases["person"].map(held).astype("str"))
    known = {name.casefold(): name for name in sorted(held.unique())}
    to = list(dict.fromkeys(known.get(name.strip().casefold(), name.strip()) for name in workers if name.strip()))
    if not to:
        raise UsageError("assign_to_nobody")
    given = cases[_asked_for(workspace, cases, meant, known)]
    stays = cases.drop(given.index)
    load = {name: int((stays["before"] == name).sum()) for name in to}
    given = given.assign(worker=_dealt(survey, given, stays, load, together))
    # Whose it is already stays so without an entry.
    moved = given[given["worker"] != given["before"]]
    return Assigned(day, _in_columns(survey, moved, workspace.language), load, None)


def _asked_for(workspace: Workspace, cases: pd.DataFrame, meant: CasesMeant, known: dict[str, str]) -> pd.Series:
    """Return which of the open cases are to be assigned."""
    survey = workspace.survey
    within = cases[survey.role("village").name].astype("str").str.startswith(meant.area or "")
    if meant.children:
        persons = [current_identifier(workspace.connection, survey, name) for name in meant.children]
        without = sorted(set(persons) - set(cases.loc[within, "person"]))
        if without:
            raise UsageError("assign_no_case", ids=", ".join(without))
        return within & cases["person"].isin(persons)
    if meant.held_by is not None:
        name = known.get(meant.held_by.strip().casefold())
        if name is None:
            raise UsageError("unknown_worker", worker=meant.held_by, known=", ".join(known.values()))
        return within & (cases["before"] == name)
    return within if meant.everybody else within & cases["before"].isna()


def _dealt(
    survey: Survey, given: pd.DataFrame, stays: pd.DataFrame, load: dict[str, int], together: Together
) -> pd.Series:
    """Return the worker of each case that is given away, and count them into `load`.

    The largest households or villages first, each to whoever has the fewest cases then; of equal ones, by place, to
    whom was named first.
    """
    village, household = (survey.role(role).name for role in ("village", "household"))
    unit = [village, household] if together == "household" else [village]
    settled = stays[stays["before"].isin(load)].drop_duplicates(unit).set_index(unit)["before"].to_dict()
    sizes = given.groupby(unit, sort=True).size().sort_values(ascending=False, kind="stable")
    chosen = {}
    for place, size in sizes.items():
        worker = settled.get(place) or min(load, key=load.__getitem__)
        load[worker] += int(size)
        chosen[place] = worker
    places = zip(*(given[name] for name in unit), strict=True)
    keys = [place if len(unit) > 1 else place[0] for place in places]
    return pd.Series([chosen[key] for key in keys], index=given.index, dtype="str")


def _in_columns(survey: Survey, moved: pd.DataFrame, language: Language) -> pd.DataFrame:
    village, household, line = (survey.role(role).name for role in ("village", "household", "line"))
    names = {code: area_name(survey, code, language) for code in moved[village].unique()}
    moved = moved.sort_values([village, household, line], kind="stable")
    return pd.DataFrame(
        {
            survey.role("person").name: moved["person"],
            village: moved[village],
            "village": moved[village].map(names).astype("str"),
            household: moved[household],
            "level": moved["case"],
            "before": moved["before"],
            "worker": moved["worker"],
        }
    ).reset_index(drop=True)
