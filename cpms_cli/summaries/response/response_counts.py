"""How many children were due a response, and how many had it in time: by area, level and group, and round by round."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.summaries.counts.shares import area_name, groups_asked, label_groups
from cpms_cli.summaries.response.cases import PASSED, STATES, cases_by_round, find_cases
from cpms_cli.summaries.scope import OverRounds, check_surveyed, parts_of, span_of
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.workspace import Workspace

ROUND_STATES = (*STATES, PASSED)


@dataclass(frozen=True)
class ResponseSummary:
    """The cases of an area ("" for all of the store) on a day.

    `parts`: area, name, level, label, `due` (children at that level, whatever became of it), and how many of these are
    in_time, late, open, overdue, closed, unknown (as `cases` says), for each subdistrict, or each village of
    a subdistrict; `totals`: the same by level; `grouped`: where groups are asked for, `by_` and their ids, the same by
    their codes, with their labels. `unplaced` counts responses whose identifier leads to no child now (None: withheld).
    """

    code: str
    name: str
    as_of: datetime.date
    parts: pd.DataFrame
    totals: pd.DataFrame
    grouped: dict[str, pd.DataFrame]
    unplaced: int | None

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"totals": self.totals, "parts": self.parts, **self.grouped}

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it before its tables."""
        return {"area": self.code, "name": self.name, "as_of": self.as_of.isoformat(), "unplaced": self.unplaced}


@dataclass(frozen=True)
class ResponseChange(OverRounds):
    """The cases of each round of a span, as they are on a day.

    `cases`: round, (the groups,) level, label, `due` (cases that this round gave), and how many of them are in_time,
    late, open, overdue, closed, unknown, passed, as `summaries.response.cases.cases_by_round` says.
    """

    as_of: datetime.date
    cases: pd.DataFrame

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it before its tables."""
        return {**self.span.about(), "as_of": self.as_of.isoformat()}


def summarise_responses(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    as_of: datetime.date | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> ResponseSummary:
    """Count the children who stand at a level that demands a response by a time, by what became of it.

    On the day `as_of` (today). `by` names one or two groups: of areas, by the child's last round, and else by the
    record of the round that made the case due. Raises UsageError for an unknown area or group; StoreError,
    UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_response_summary(workspace, area=area, as_of=as_of, by=by)


def compute_response_summary(
    workspace: Workspace, *, area: str | None = None, as_of: datetime.date | None = None, by: Sequence[str] = ()
) -> ResponseSummary:
    """As `summarise_responses`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    asked = cases_asked(workspace, area, as_of, by)
    lost = workspace.connection.execute(
        f"""
        SELECT count(*)
        FROM response r ANTI JOIN known_child k ON k.identifier = r.{survey.response_role("person").name}
        WHERE r.superseded_by IS NULL
        """
    ).fetchone()
    totals, by_part, grouped = asked.broken_down(lambda by: _counted(survey, asked.cases, by, language))
    return ResponseSummary(asked.code, asked.name, asked.day, by_part, totals, grouped, int(lost[0]) if lost else 0)


def response_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    first: int,
    last: int,
    *,
    area: str | None = None,
    as_of: datetime.date | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> ResponseChange:
    """Count the cases that each round of a span gave, by what became of them until the day `as_of` (today).

    Of an area (None: the whole store); `by` as in `summarise_responses`. Raises UsageError for an unknown area or
    group, or fewer than two rounds; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_response_change(workspace, (first, last), area=area, as_of=as_of, by=by)


def compute_response_change(
    workspace: Workspace,
    rounds: tuple[int, int],
    *,
    area: str | None = None,
    as_of: datetime.date | None = None,
    by: Sequence[str] = (),
) -> ResponseChange:
    """As `response_change`, in a workspace; `rounds` are the first and the last round."""
    survey, language, day = workspace.survey, workspace.language, as_of or country_today()
    groups = groups_asked(survey, by)
    connection = _prepared(workspace, groups)
    create_known_children(connection, survey)
    cases, known = cases_by_round(connection, survey, area or "", day)
    span = span_of(workspace, area, rounds, known)
    cases = _with_groups(connection, survey, cases[cases["since"].isin(span.rounds)], groups)
    tables = []
    for round_ in span.rounds:
        counted = _counted(survey, cases[cases["since"] == round_], groups, language, ROUND_STATES)
        counted.insert(0, "round", round_)
        tables.append(counted)
    return ResponseChange(span, day, pd.concat(tables, ignore_index=True))


@dataclass(frozen=True)
class CasesAsked:
    """The cases of an area ("" for all of the store) on a day, with the codes of its `parts` and of the `groups` that
    are asked for, and what was `done` for them, as `summaries.response.cases.find_cases` says."""

    code: str
    name: str
    day: datetime.date
    parts: Group
    groups: tuple[Group, ...]
    cases: pd.DataFrame
    done: pd.DataFrame

    def broken_down(
        self, count: Callable[[Sequence[Group]], pd.DataFrame]
    ) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
        """Return what is counted of all cases, by area and name, and, where groups are asked for, by these."""
        by_part = count([self.parts]).rename(columns={self.parts.id: "area", f"{self.parts.id}_label": "name"})
        title = "_".join(["by", *(group.id for group in self.groups)])
        return count([]), by_part, {title: count(self.groups)} if self.groups else {}


def cases_asked(workspace: Workspace, area: str | None, as_of: datetime.date | None, by: Sequence[str]) -> CasesAsked:
    """Return the cases of an area as they are on the day `as_of` (today).

    Raises UsageError for an unknown area or group.
    """
    survey, day = workspace.survey, as_of or country_today()
    groups = groups_asked(survey, by)
    check_surveyed(workspace, area, None)
    stood, connection, parts = workspace.standings(day), _prepared(workspace, groups), parts_of(survey, area)
    cases, done = find_cases(connection, survey, stood, area or "", day)
    name = area_name(survey, area, workspace.language) if area is not None else ""
    grouped = _with_groups(connection, survey, cases, [parts, *groups])
    return CasesAsked(area or "", name, day, parts, groups, grouped, done)


def _prepared(workspace: Workspace, groups: Sequence[Group]) -> duckdb.DuckDBPyConnection:
    """The connection with what the cases need; the groups of children only where they are asked for."""
    of_children = any(group.digits is None for group in groups)
    return workspace.profiled() if of_children else workspace.scored()


def _with_groups(
    connection: duckdb.DuckDBPyConnection, survey: Survey, cases: pd.DataFrame, groups: Sequence[Group]
) -> pd.DataFrame:
    """Cases with the code of each group in its `group_column`."""
    village = cases[survey.role("village").name].astype("str")
    areas = {group_column(group.id): village.str[: group.digits] for group in groups if group.digits is not None}
    cases = cases.assign(**areas).reset_index(drop=True)
    others = [group_column(group.id) for group in groups if group.digits is None]
    if not others:
        return cases
    person, round_ = survey.role("person").name, survey.role("round").name
    connection.register("counted_case", cases[["person", "since"]].assign(place=range(len(cases))))
    grouped = connection.execute(f"""
        SELECT {", ".join(others)}
        FROM counted_case k
        LEFT JOIN {CHILD_ROUND} s ON s.{person} = k.person AND s.{round_} = k.since
        ORDER BY place""").df()
    connection.unregister("counted_case")
    return cases.assign(**{name: grouped[name].to_numpy() for name in others})


def _counted(
    survey: Survey, cases: pd.DataFrame, by: Sequence[Group], language: Language, states: tuple[str, ...] = STATES
) -> pd.DataFrame:
    """Cases by level and state, and by the groups; levels of which there is no case count 0."""
    levels = [level.id for level in survey.urgent_levels]
    columns = [group_column(group.id) for group in by]
    codes = cases[columns].drop_duplicates() if by else pd.DataFrame(index=[0])
    every = codes.merge(pd.DataFrame({"case": levels}), how="cross").assign(**dict.fromkeys(states, 0))
    flags = cases[[*columns, "case"]].assign(**{state: (cases["state"] == state).astype("int64") for state in states})
    counted = pd.concat([every, flags]).groupby([*columns, "case"], sort=False)[list(states)].sum().reset_index()
    labels = {level.id: level.label.in_(language) for level in survey.urgent_levels}
    counted = counted.assign(label=counted["case"].map(labels), due=counted[list(states)].sum(axis=1))
    counted = counted[[*columns, "case", "label", "due", *states]].rename(columns={"case": "level"})
    named = dict(zip(columns, (group.id for group in by), strict=True))
    return label_groups(survey, counted.rename(columns=named), by, language)
