"""How the cases of an area are worked on: time to the first response, follow-ups, closures, and by whom."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.scoring.profiles import group_column
from cpms_cli.summaries.counts.shares import label_groups
from cpms_cli.summaries.response.cases import WAITING, entries_about, is_open, workers_of
from cpms_cli.summaries.response.response_counts import cases_asked
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.workspace import Workspace

MEASURES = ("case_count", "responded", "days_to_first", "days_known", "followups", "date_missed", "closed_cases")
WORK = ("open_cases", "waiting_cases", "date_missed", "entries")


@dataclass(frozen=True)
class CaseWork:
    """The cases of an area ("" for all of the store) on a day: children at a level that demands a response by a time.

    `totals`, by level, label: `case_count`; `responded`, those with a response that the level asks for;
    `days_to_first`, the median of the days from the interview to that response, over the `days_known` cases in which
    both are known (NA where there is none); `followups`, entries after the day of that response, closings left out,
    for each case that had one; `date_missed`, open cases whose next date has passed without a later entry;
    `closed_cases`. `parts`, the same by area and name; `grouped`, where groups are asked for, by their codes and
    labels. `closures`: level, label, the reason (a code, NA where none was given), `closed_cases`, counted once for
    each child, by its last closing. `workers`: the worker (a code, NA for cases of nobody), `open_cases`,
    `waiting_cases` (somebody has to go there), `date_missed`, `entries` (of the log since the cases began, assignments
    left out). Whose case it is, `summaries.response.cases.workers_of` says. `closures_by` and `workers_by`: the same by
    area and name, under "area", and by the groups that are asked for, named as in `grouped`.

    For the office alone: small counts are shown.
    """

    code: str
    name: str
    as_of: datetime.date
    totals: pd.DataFrame
    parts: pd.DataFrame
    grouped: dict[str, pd.DataFrame]
    closures: pd.DataFrame
    workers: pd.DataFrame
    closures_by: dict[str, pd.DataFrame]
    workers_by: dict[str, pd.DataFrame]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        first = {"totals": self.totals, "parts": self.parts, **self.grouped}
        closures = {f"closures_{name}": table for name, table in self.closures_by.items()}
        workers = {f"workers_{name}": table for name, table in self.workers_by.items()}
        return {**first, "closures": self.closures, **closures, "workers": self.workers, **workers}

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it before its tables."""
        return {"area": self.code, "name": self.name, "as_of": self.as_of.isoformat()}


def summarise_case_work(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    as_of: datetime.date | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> CaseWork:
    """Measure how the cases of an area are worked on, as they are on the day `as_of` (today).

    `by` names one or two groups, as in `summarise_responses`. Raises UsageError for an unknown area or group;
    StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_case_work(workspace, area=area, as_of=as_of, by=by)


def compute_case_work(
    workspace: Workspace, *, area: str | None = None, as_of: datetime.date | None = None, by: Sequence[str] = ()
) -> CaseWork:
    """As `summarise_case_work`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    asked = cases_asked(workspace, area, as_of, by)
    cases = _measured(survey, asked.cases, asked.done)
    closures, closed_in, closed_by = asked.broken_down(lambda by: _closures(survey, cases, asked.done, by, language))
    workers, work_in, work_by = asked.broken_down(lambda by: _workers(survey, cases, asked.done, by, language))
    return CaseWork(
        asked.code,
        asked.name,
        asked.day,
        *asked.broken_down(lambda by: _counted(survey, cases, by, language)),
        closures,
        workers,
        {"area": closed_in, **closed_by},
        {"area": work_in, **work_by},
    )


def _measured(survey: Survey, cases: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    """Cases with what is counted of each: `days` to the first response, `followups`, and whether it is open."""
    answered = cases.set_index("person")["answered_on"]
    entries = entries_about(survey, done)
    later = entries[~entries["kind"].isin(survey.response_role("response").closes)]
    later = later[later["day"].to_numpy() > answered.reindex(later["person"]).to_numpy()]
    still_open = is_open(cases)
    return cases.assign(
        days=(cases["answered_on"] - cases["since_visited"]).dt.days.astype("Float64"),
        followups=cases["person"].map(later.groupby("person").size()).fillna(0).astype("int64"),
        is_open=still_open,
        waiting=still_open & cases["state"].isin(WAITING),
        missed_open=still_open & cases["missed"].notna(),
    )


def _counted(survey: Survey, cases: pd.DataFrame, by: Sequence[Group], language: Language) -> pd.DataFrame:
    """The measures by the groups and by level; a level of which there is no case stands only in the totals."""
    columns = [group_column(group.id) for group in by]
    levels = {level.id: level for level in survey.urgent_levels}
    answered = cases[cases["answered"]]
    keys = [*columns, "case"]
    counted = cases.groupby(keys, sort=False).agg(
        case_count=("person", "size"),
        responded=("answered", "sum"),
        date_missed=("missed_open", "sum"),
        closed_cases=("closed_on", "count"),
    )
    first = answered.groupby(keys, sort=False).agg(
        days_to_first=("days", "median"), days_known=("days", "count"), followups=("followups", "mean")
    )
    counted = counted.join(first).reset_index()
    if not by:
        counted = counted.set_index("case").reindex(list(levels)).rename_axis("case").reset_index()
    numbers = ["case_count", "responded", "date_missed", "closed_cases", "days_known"]
    counted[numbers] = counted[numbers].fillna(0).astype("int64")
    order = {level: place for place, level in enumerate(levels)}
    counted = counted.sort_values("case", key=lambda column: column.map(order), kind="stable")
    counted = counted.assign(label=[levels[level].label.in_(language) for level in counted["case"]])
    counted = counted.rename(columns={group_column(group.id): group.id for group in by} | {"case": "level"})
    names = [group.id for group in by]
    return label_groups(survey, counted[[*names, "level", "label", *MEASURES]], by, language)


def _closures(
    survey: Survey, cases: pd.DataFrame, done: pd.DataFrame, by: Sequence[Group], language: Language
) -> pd.DataFrame:
    """Closed cases by the groups, level and reason; without the reason where the log has no place for it."""
    field, kind = survey.response_field("closing"), survey.response_role("response")
    columns = [group_column(group.id) for group in by]
    keys = [*columns, "level", *([field.name] if field else [])]
    last = done[done["kind"].isin(kind.closes)].drop_duplicates("person", keep="last").set_index("person")
    closed = cases.loc[cases["closed_on"].notna(), ["person", "case", *columns]].rename(columns={"case": "level"})
    if field:
        closed[field.name] = closed["person"].map(last[field.name]).astype("str")
    counted = closed.groupby(keys, dropna=False).size().rename("closed_cases").reset_index()
    order = {level.id: place for place, level in enumerate(survey.urgent_levels)}
    labels = {level.id: level.label.in_(language) for level in survey.urgent_levels}
    reason = [field.name] if field else []
    counted = counted.assign(place=counted["level"].map(order)).sort_values(
        ["place", "closed_cases", *reason], ascending=[True, False, *(True for _ in reason)], kind="stable"
    )
    counted.insert(len(columns) + 1, "label", counted["level"].map(labels).astype("str"))
    return _named_groups(survey, counted.drop(columns="place"), by, language)


def _workers(
    survey: Survey, cases: pd.DataFrame, done: pd.DataFrame, by: Sequence[Group], language: Language
) -> pd.DataFrame:
    """Open cases by the groups and by whose they are, and how many entries each worker made."""
    field, columns = survey.response_field("worker"), [group_column(group.id) for group in by]
    if field is None:
        return pd.DataFrame(columns=list(WORK))
    name = field.name
    of_case = cases.assign(**{name: cases["person"].map(workers_of(survey, done)).astype("str")})
    keys = [*columns, name]
    counted = of_case.groupby(keys, dropna=False).agg(
        open_cases=("is_open", "sum"), waiting_cases=("waiting", "sum"), date_missed=("missed_open", "sum")
    )
    about = entries_about(survey, done)
    about = about.assign(**{name: about[name].astype("str")}).merge(cases[["person", *columns]], on="person")
    counted = counted.join(about.groupby(keys, dropna=False).size().rename("entries"), how="outer")
    counted = counted.fillna(0).astype("int64").rename_axis(keys).reset_index()
    counted = counted.sort_values(["open_cases", name], ascending=[False, True])[[*keys, *WORK]]
    return _named_groups(survey, counted, by, language)


def _named_groups(survey: Survey, counted: pd.DataFrame, by: Sequence[Group], language: Language) -> pd.DataFrame:
    """A table with the codes of groups in their columns: each with its label, rows in the order of the codes."""
    named = counted.rename(columns={group_column(group.id): group.id for group in by})
    return label_groups(survey, named, by, language).reset_index(drop=True)
