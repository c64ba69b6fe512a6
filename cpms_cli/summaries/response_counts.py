"""How many children were due a response, and how many had it in time, by area and level."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.scoring.scores import create_scores
from cpms_cli.store.file import open_store
from cpms_cli.store.response_tables import create_known_children
from cpms_cli.summaries.cases import STATES, find_cases
from cpms_cli.summaries.scope import check_surveyed
from cpms_cli.summaries.shares import area_name
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.loading import load_survey


@dataclass(frozen=True)
class ResponseSummary:
    """The cases of an area ("" for all of the store) on a day.

    `parts`: area, name, level, label, `due` (children at that level, whatever became of it), and how many of these are
    in_time, late, open, overdue, closed, unknown (as `summaries.cases` says), for each subdistrict, or each village of
    a subdistrict; `totals`: the same by level. `unplaced` counts responses whose identifier leads to no child now
    (None: withheld).
    """

    code: str
    name: str
    as_of: datetime.date
    parts: pd.DataFrame
    totals: pd.DataFrame
    unplaced: int | None

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"totals": self.totals, "parts": self.parts}


def summarise_responses(
    store: str | Path, *, area: str | None = None, as_of: datetime.date | None = None, language: Language = "en",
    schemas: Path | None = None,
) -> ResponseSummary:  # fmt: skip
    """Count the children who stand at a level that demands a response by a time, by what became of it.

    On the day `as_of` (today). Raises UsageError for an unknown area; StoreError, UnreadableFile.
    """
    survey, day = load_survey(schemas), as_of or datetime.date.today()
    name = area_name(survey, area, language) if area is not None else ""
    with open_store(Path(store), survey) as connection:
        check_surveyed(connection, survey, area, None, language)
        create_scores(connection, survey)
        create_known_children(connection, survey)
        cases, _ = find_cases(connection, survey, area or "", day)
        lost = connection.execute(
            f"SELECT count(*) FROM response r ANTI JOIN known_child k"
            f" ON k.identifier = r.{survey.response_role('person').name} WHERE r.superseded_by IS NULL"
        ).fetchone()
    width = 8 if area is not None and len(area) >= 6 else 6
    cases = cases.assign(area=cases[survey.role("village").name].astype("str").str[:width])
    parts = _counted(survey, cases, ["area"], language)
    parts.insert(1, "name", [area_name(survey, str(code), language) for code in parts["area"]])
    unplaced = int(lost[0]) if lost else 0
    return ResponseSummary(area or "", name, day, parts, _counted(survey, cases, [], language), unplaced)


def _counted(survey: Survey, cases: pd.DataFrame, by: list[str], language: Language) -> pd.DataFrame:
    """Cases by level and state, and for each group of `by`; levels of which there is no case count 0."""
    levels = [level.id for level in survey.urgent_levels]
    counted = cases.assign(case=pd.Categorical(cases["case"], levels), state=pd.Categorical(cases["state"], STATES))
    table = counted.groupby([*by, "case", "state"], observed=False).size().unstack("state", fill_value=0)
    table = table.reindex(columns=list(STATES), fill_value=0)
    told = table.assign(due=table.sum(axis=1)).reset_index().rename(columns={"case": "level"})
    told.columns.name = None
    told["level"] = told["level"].astype("str")
    labels = {level.id: level.label.in_(language) for level in survey.urgent_levels}
    told.insert(len(by) + 1, "label", told["level"].map(labels))
    return told[[*by, "level", "label", "due", *STATES]]
