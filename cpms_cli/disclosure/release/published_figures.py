"""Counts of answers by subdistrict, round and indicator, as they may be given away: one table for other systems."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.area_cells import ANSWERS, EXEMPT, TELLING, known_areas
from cpms_cli.disclosure.cells.spanning import between_areas
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import CountTable, Protected, protect
from cpms_cli.errors import UsageError
from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.tables.release_tables import earlier_releases
from cpms_cli.summaries.area.shares import area_name, count_answers, within
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

FIGURES, SUBDISTRICT = "figures", "subdistrict"


def published_figures(
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    audience: str = "public",
    language: Language = "en",
    schemas: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """A row per round, subdistrict and indicator: round, area (its code), area_name, indicator (its number), name, and
    the counts yes, no, unknown, not_applicable. A count that is withheld is missing, never 0.

    The store remembers what this audience was given, so that nothing withheld now can be worked out from what it gets
    later; what it can work out all the same, the store's log keeps, and `tell` is called with a sentence that says it
    to the office. Raises UsageError where there are no children; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, writes=True) as workspace:
        return compute_published_figures(workspace, area=area, round_=round_, audience=audience, tell=tell)


def compute_published_figures(
    workspace: Workspace,
    *,
    area: str | None = None,
    round_: int | None = None,
    audience: str = "public",
    tell: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """As `published_figures`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    connection = workspace.connection
    if area is not None:
        area_name(survey, area, language)
    workspace.profiled()
    counts = _counts(connection, survey, area, round_, language)
    if counts.empty:
        raise UsageError("no_rows_to_export")
    found = _protected(connection, survey, counts, audience, language)
    found.remember(connection)
    if tell is not None and (warning := found.warning(language)):
        tell(warning)
    return found.tables[FIGURES]


def _counts(
    connection: duckdb.DuckDBPyConnection, survey: Survey, area: str | None, round_: int | None, language: Language
) -> pd.DataFrame:
    when = survey.role("round").name
    rounds = connection.execute(
        f"SELECT DISTINCT {when} FROM {SCORE} WHERE {within(survey, area, round_)} ORDER BY 1"
    ).fetchall()
    columns = [one.column for one in survey.indicators]
    parts = [
        count_answers(connection, columns, within(survey, area, int(one)), [SUBDISTRICT]).assign(round=int(one))
        for (one,) in rounds
    ]
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True).rename(columns={SUBDISTRICT: "area"})
    numbers = {one.column: one.number for one in survey.indicators}
    names = {one.column: one.name.in_(language) for one in survey.indicators}
    areas = {code: area_name(survey, str(code), language) for code in found["area"].unique()}
    told = found.assign(
        area_name=found["area"].map(areas), indicator=found["item"].map(numbers), name=found["item"].map(names)
    )
    return told[["round", "area", "area_name", "indicator", "name", *ANSWERS]]


def _protected(
    connection: duckdb.DuckDBPyConnection, survey: Survey, counts: pd.DataFrame, audience: str, language: Language
) -> Protected:
    """The ids of cells are those of `area_cells`, so that reports and figures for one audience are one problem."""
    here = counts["round"].astype("str") + "/" + counts["area"].astype("str")
    of_indicator = here + "/i" + counts["indicator"].map("{:02d}".format)
    ids = {answer: (of_indicator + f"/{answer}").tolist() for answer in ANSWERS}
    children = dict(zip(here, counts[list(ANSWERS)].sum(axis=1).astype(int), strict=True))
    counted = {one.number for one in survey.indicators if one.counted}
    relations = [
        Relation(
            f"{place}/children",
            tuple(f"{name}/{answer}" for answer in ANSWERS),
            (f"{name}/{TELLING}",) if number in counted else (),
            (f"{name}/{EXEMPT}",),
        )
        for place, name, number in zip(here, of_indicator, counts["indicator"], strict=True)
    ]
    earlier = earlier_releases(connection, audience)
    areas = known_areas([], earlier)
    for answer, names in ids.items():
        for name, count in zip(names, counts[answer], strict=True):
            round_, code, told = name.split("/", 2)
            areas.setdefault((int(round_), code), {"children": children[f"{round_}/{code}"]})[told] = int(count)
    spanning, between = between_areas(survey, areas)
    unshown = {f"{place}/children": Cell(count, shown=False, guarded=False) for place, count in children.items()}
    rounds = counts["round"].unique()
    return protect(
        {FIGURES: CountTable(counts, ids)},
        relations,
        survey.privacy,
        report=FIGURES,
        round_=int(rounds[0]) if len(rounds) == 1 else None,
        unshown={**between, **unshown},
        audience=audience,
        earlier=earlier,
        spanning=spanning,
        language=language,
        certain=partial(is_certain, survey),
    )
