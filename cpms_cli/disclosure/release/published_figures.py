"""Counts of answers by subdistrict, round and indicator, as they may be given away: one table for other systems."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path

import pandas as pd

from cpms_cli.disclosure.cell_id import Population
from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.area_cells import ANSWERS, EXEMPT, TELLING
from cpms_cli.disclosure.cells.known_counts import counts_of_tables, known_counts
from cpms_cli.disclosure.cells.spanning import relations_between_areas
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.protection import Protected, PublishedTogether, protect
from cpms_cli.disclosure.releases import Publication, earlier_releases
from cpms_cli.errors import UsageError
from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.scoring.scores import SCORE
from cpms_cli.summaries.counts.shares import area_name, count_answers, within
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

FIGURES = "figures"
_AREA = "_area"  # no group of a definition has a name that begins so


def published_figures(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    audience: str = "public",
    language: Language = FALLBACK,
    schemas: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return a row per round, subdistrict and indicator.

    Its columns: round, area (its code), area_name, indicator (its number), name, and the counts yes, no, unknown,
    not_applicable, not_asked. A count that is withheld is missing, never 0.

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
    if area is not None:
        area_name(survey, area, language)
    connection = workspace.profiled()
    counts = _counts(workspace, area, round_)
    if counts.empty:
        raise UsageError("no_rows_to_export")
    rounds = counts["round"].unique()
    round_published = int(rounds[0]) if len(rounds) == 1 else None
    earlier = earlier_releases(connection, survey, audience)
    protected = _protected(survey, counts, Publication(FIGURES, round_published, audience, earlier, language))
    protected.remember(connection)
    if tell is not None and (warning := protected.warning(language)):
        tell(warning)
    return protected.tables[FIGURES]


def _counts(workspace: Workspace, area: str | None, round_: int | None) -> pd.DataFrame:
    """Return the counts as they are, in the columns of `published_figures`; no row where there are no children."""
    survey, language, connection = workspace.survey, workspace.language, workspace.profiled()
    round_column = survey.role("round").name
    rounds = connection.execute(
        f"SELECT DISTINCT {round_column} FROM {SCORE} WHERE {within(survey, area, round_)} ORDER BY 1"
    ).fetchall()
    columns = [indicator.column for indicator in survey.indicators]
    subdistrict = f"left({survey.role('village').name}, {SUBDISTRICT})"
    rows = f"(SELECT *, {subdistrict} AS {group_column(_AREA)} FROM {CHILD_ROUND})"
    parts = [
        count_answers(connection, columns, within(survey, area, int(number)), [_AREA], rows).assign(round=int(number))
        for (number,) in rounds
    ]
    if not parts:
        return pd.DataFrame()
    counts = pd.concat(parts, ignore_index=True).rename(columns={_AREA: "area"})
    numbers = {indicator.column: indicator.number for indicator in survey.indicators}
    names = {indicator.column: indicator.name.in_(language) for indicator in survey.indicators}
    areas = {code: area_name(survey, str(code), language) for code in counts["area"].unique()}
    labelled = counts.assign(
        area_name=counts["area"].map(areas), indicator=counts["item"].map(numbers), name=counts["item"].map(names)
    )
    return labelled[["round", "area", "area_name", "indicator", "name", *ANSWERS]]


def _protected(survey: Survey, counts: pd.DataFrame, publication: Publication) -> Protected:
    rows = list(zip(counts["round"].astype(int), counts["area"].astype("str"), counts["indicator"], strict=True))
    populations = [Population(round_, area) for round_, area, _ in rows]
    ids = {
        answer: [
            population.cell(f"i{number:02d}", answer)
            for population, (*_, number) in zip(populations, rows, strict=True)
        ]
        for answer in ANSWERS
    }
    wholes = [population.cell("children") for population in populations]
    children = dict(zip(wholes, counts[list(ANSWERS)].sum(axis=1).astype(int), strict=True))
    counted = {indicator.number for indicator in survey.indicators if indicator.counted}
    relations = [
        Relation(
            whole,
            tuple(ids[answer][row] for answer in ANSWERS),
            (ids[TELLING][row],) if number in counted else (),
            tuple(ids[answer][row] for answer in EXEMPT),
        )
        for row, (whole, (*_, number)) in enumerate(zip(wholes, rows, strict=True))
    ]
    unshown = {whole: Cell(count, shown=False, guarded=False) for whole, count in children.items()}
    table = CountTable(counts, ids)
    known = known_counts(publication.earlier, chain(children.items(), counts_of_tables({FIGURES: table}, {})))
    spanning, between = relations_between_areas(survey, known)
    together = PublishedTogether(
        {FIGURES: table}, relations, {**between, **unshown}, spanning, partial(is_certain, survey)
    )
    return protect(together, survey.privacy, publication)
