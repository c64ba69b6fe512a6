"""What a run leaves in its folder once the store is up to date: the list of the day, the report, the scores."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.office.journal import free_name
from cpms_cli.office.settings import Office
from cpms_cli.reports.children.today import write_today
from cpms_cli.reports.composing.area.area_report import compose_area_report
from cpms_cli.reports.documents.rendering import render
from cpms_cli.reports.scores import level_labels
from cpms_cli.scoring.runs import score_and_record
from cpms_cli.scoring.scores import score
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.summaries.today.today_list import today_of
from cpms_cli.survey.messages import sentence
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace
from cpms_cli.writing.files import write_tables

_WIDTHS = (8, 6, 4, 2)  # digits of a village, subdistrict, district, province


@dataclass(frozen=True)
class Written:
    """One output: its `kind`, the `name` of its file in the run's folder, and what is to be said where it could not be
    made or something is to be known of it."""

    kind: str
    name: str = ""
    message: str = ""


@dataclass(frozen=True)
class Figures:
    """What the store holds: rounds, children in each, and how many stand at each level in the last round, in words."""

    rounds: tuple[int, ...]
    children: int
    levels: pd.DataFrame


def write_outputs(
    office: Office, folder: Path, language: Language, today: datetime.date, tool_version: str
) -> Iterator[Written]:
    """Write the outputs that the office's run names, one after another; yield each when it is there."""
    plan = office.plan
    if "score" in plan.steps:
        yield _scores(office, folder, tool_version)
    if "today" in plan.steps and "today" in plan.outputs:
        path = _free(folder, plan.outputs["today"])
        write_list_of_today(office, path, language, today)
        yield Written("today", path.name)
    if "report" in plan.steps and "report" in plan.outputs:
        yield _report(office, _free(folder, plan.outputs["report"]), language)


def _free(folder: Path, name: str) -> Path:
    """A file of this name, or of one beside it: a run that was cut short may have left one, and it may be filled in."""
    path = Path(name)
    return folder / free_name(folder, path.stem, path.suffix)


def write_list_of_today(office: Office, path: Path, language: Language, today: datetime.date) -> None:
    """Write what is to be done, without names, as of a day. The one place where a run makes the list of the day."""
    with Workspace.from_paths(office.store, language=language) as workspace:
        write_today(path, workspace.survey, today_of(workspace, as_of=today), language)


def _scores(office: Office, folder: Path, tool_version: str) -> Written:
    scored = score_and_record(office.store, tool_version=tool_version, who=office.who)
    name = office.plan.outputs.get("scores", "")
    if name:
        write_tables({"scores": scored.scores}, folder / name)
    return Written("scores", name)


def _report(office: Office, path: Path, language: Language) -> Written:
    audience = office.plan.audience
    with Workspace.from_paths(office.store, language=language, writes=audience is not None) as workspace:
        try:
            code = office.area or _whole_area(office.store, workspace.survey)
            document, warning = compose_area_report(workspace, code, audience=audience)
        except UsageError as error:
            return Written("report", message=sentence(error, language))
    render(document, path)
    return Written("report", path.name, warning or "")


def _whole_area(store: Path, survey: Survey) -> str:
    """The smallest area that all children of the store live in; of several provinces, that of the most children."""
    codes = score(store)[survey.role("village").name].astype("str")
    for width in _WIDTHS:
        if codes.str[:width].nunique() == 1:
            return str(codes.iloc[0][:width])
    return str(codes.str[: _WIDTHS[-1]].mode().iloc[0]) if len(codes) else ""


def figures_of(office: Office, language: Language) -> Figures:
    """Return what the store holds now."""
    survey, scores = definition_in_use(office.store), score(office.store)
    round_, person = survey.role("round").name, survey.role("person").name
    rounds = tuple(sorted({int(year) for year in scores[round_]}))
    last = scores[scores[round_] == rounds[-1]] if rounds else scores
    counts = {str(level): int(count) for level, count in last["level"].value_counts().items()}
    return Figures(rounds, int(scores[person].nunique()), _levels(survey, counts, language))


def _levels(survey: Survey, counts: dict[str, int], language: Language) -> pd.DataFrame:
    ids = pd.Series([level.id for level in survey.levels], dtype="str")
    labels = level_labels(survey, language, ids)
    return pd.DataFrame({"level": labels, "children": [counts.get(level, 0) for level in ids]})
