"""Migration as cells, and the same summary again with what is withheld blank.

An area is called high by its own share and by that of the rest of its province: the mark goes with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.cells.area_cells import ANSWERS, SHARE_OF
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.summary_cells import Ids, SummaryCells
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Masked, MaskingContext
from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.counts.movement import GONE, ways_to_come
from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.migration.area_migration import MigrationSummary, counted_measures
from cpms_cli.survey.area_widths import PROVINCE

_AMONG_PARTS = ("moved_away", "stayed", "moved_here")
"""Of these an area has not as many as its parts together: who moves between two of its parts stays in it."""
_COMPARED = "compared"


def mask_migration(context: MaskingContext, summary: MigrationSummary) -> Masked[MigrationSummary]:
    """Take migration in an area apart."""
    sheet = context.sheet(summary.scope.code, summary.scope.round)
    _add_answers(context, sheet, summary, "total", ())
    of_areas = _add_answers(context, sheet, summary, "measures", summary.by.names)
    of_provinces = _add_province(context, sheet, summary.measures, summary.by.names)
    rest = tuple(ids[answer] for ids in (of_areas, of_provinces) for answer in SHARE_OF)
    compared = [set(names) for names in zip(*rest, strict=True)]
    table = sheet.tables["measures"]
    of_rest = dict.fromkeys(("rest_share", "rest_known"), rest)
    sheet.add_counts("measures", table.frame, table.ids, {**table.derived, **of_rest})
    _add_origins(context, sheet, summary.origins)
    _add_movement(context, sheet, summary)

    def masked(protected: Protected) -> MigrationSummary:
        hidden = protected.suppression.hidden
        measures = finished(context.survey, protected.tables["measures"])
        gone = pd.Series([not hidden.isdisjoint(names) for names in compared], index=measures.index, dtype=bool)
        origins = _sorted_by_number(protected.tables["origins"])
        return replace(
            summary,
            total=finished(context.survey, protected.tables["total"]),
            measures=measures.assign(level=measures["level"].mask(gone)),
            origins=summary.by.labelled(context.survey, origins, context.language),
            movement=protected.tables["movement"],
            quality=coarse(summary.quality),
        )

    return sheet, masked


def _sorted_by_number(origins: pd.DataFrame) -> pd.DataFrame:
    """Return the origins in an order that tells nothing of the numbers that are withheld."""
    return origins.sort_values(["children", "origin"], ascending=[False, True])


def _items(frame: pd.DataFrame) -> list[str]:
    return [measure_column(measure) for measure in frame["measure"]]


def _wholes(frame: pd.DataFrame) -> list[str]:
    return ["children" if of == "child" else "homes" for of in frame["of"]]


def _add_answers(
    context: MaskingContext,
    sheet: SummaryCells,
    summary: MigrationSummary,
    name: Literal["total", "measures"],
    others: Sequence[str],
) -> Ids:
    """Add a table of measures, with its change since the round before; `others`: the groups beside the area."""
    frame: pd.DataFrame = getattr(summary, name)
    ids = sheet.answer_ids(_items(frame), sheet.populations(frame))
    change: dict[str, Sequence[Sequence[CellId]]] = {}
    if summary.scope.previous is not None:
        before = _add_before(context, sheet, summary, frame, others)
        change = {"change": (ids["yes"], ids["no"], before["yes"], before["no"])}
    return sheet.add_answers(name, frame, _items(frame), wholes=_wholes(frame), derived=change)


def _add_before(
    context: MaskingContext,
    sheet: SummaryCells,
    summary: MigrationSummary,
    frame: pd.DataFrame,
    others: Sequence[str],
) -> Ids:
    """Add the answers of the round before, and return their ids."""
    scope, parts = summary.scope, summary.by.parts.id
    keys = ["measure", *(["area"] if "area" in frame else []), *others]
    groups = [parts, *others] if "area" in frame else []
    rows_before = within(context.survey, scope.code, scope.previous)
    before = counted_measures(context.connection, context.survey, rows_before, groups, bool(others))
    before = before.rename(columns={parts: "area"})
    # Groups that nobody is in now were part of the area then.
    before = frame[[*keys, "of"]].merge(before, on=[*keys, "of"], how="outer", indicator=_COMPARED)
    before = before.fillna(dict.fromkeys(ANSWERS, 0)).assign(round=scope.previous)
    compared = before[_COMPARED] != "right_only"
    sheet.add_unpublished_answers(before, _items(before), _wholes(before), compared=compared)
    return sheet.answer_ids(_items(frame), sheet.populations(frame.assign(round=scope.previous)))


def _add_province(context: MaskingContext, sheet: SummaryCells, measures: pd.DataFrame, others: Sequence[str]) -> Ids:
    """Add the answers of the whole province of each row: with them, anybody can compute those of the rest of it."""
    keys = ["measure", "province", *others]
    rows = measures.assign(province=measures["area"].str[:PROVINCE])
    of_provinces = [
        counted_measures(
            context.connection, context.survey, within(context.survey, str(code), sheet.round), others, bool(others)
        ).assign(province=code)
        for code in sorted(rows["province"].unique())
    ]
    whole = rows[[*keys, "of"]].merge(pd.concat(of_provinces).drop(columns="of"), on=keys, how="left")
    whole = whole.drop(columns="province").assign(area=rows["province"].to_numpy())
    of_store = context.sheet(None, sheet.round)
    ids = of_store.add_unpublished_answers(whole, _items(whole), _wholes(whole))
    sheet.unshown |= {name: cell for name, cell in of_store.unshown.items() if name not in sheet.unshown or cell.shown}
    sheet.added |= of_store.added
    return ids


def _add_origins(context: MaskingContext, sheet: SummaryCells, origins: pd.DataFrame) -> None:
    """Add children who moved in, by where they came from: as many as the measure says."""
    if context.survey.arrived is None:
        sheet.add_counts("origins", origins, {"children": []})
        return
    arrived = measure_column(context.survey.arrived.id)
    populations = sheet.populations(origins)
    ids = [population.cell("origin", code) for population, code in zip(populations, origins["origin"], strict=True)]
    sheet.add_counts("origins", origins, {"children": ids})
    for population in dict.fromkeys(populations):
        of_population = [other == population for other in populations]
        parts = [name for name, is_row in zip(ids, of_population, strict=True) if is_row]
        whole = sheet.answer_ids([arrived], [population])["yes"][0]
        sheet.unshown.setdefault(whole, Cell(int(origins["children"][of_population].sum()), shown=False))
        sheet.add(Relation(whole, tuple(parts)))


def _add_movement(context: MaskingContext, sheet: SummaryCells, summary: MigrationSummary) -> None:
    """Add who left and who came: the children of the round before, and of this one, are the sums.

    Of families that did not consent nobody can say who came or left: they are what the area's own number of children is
    more, and few.
    """
    frame = summary.movement
    populations = sheet.populations(frame)
    come = ways_to_come(context.survey)
    names = ["before", "stayed", "children", "moved_away", "moved_here", *GONE, *come]
    ids = {
        name: [population.cell("move", name, of_parts=name not in _AMONG_PARTS) for population in populations]
        for name in names
    }
    sheet.add_counts("movement", frame, ids)
    for whole, parts in (("before", ("stayed", "moved_away", *GONE)), ("children", ("stayed", "moved_here", *come))):
        for row in range(len(frame)):
            sheet.add(Relation(ids[whole][row], tuple(ids[part][row] for part in parts)))
    previous = summary.scope.previous
    before = sheet.populations(frame.assign(round=previous)) if previous is not None else populations
    for column, of_round in (("before", before), ("children", populations)):
        for name, population, count in zip(ids[column], of_round, frame[column], strict=True):
            total = population.cell("children")
            children = sheet.unshown.get(total)
            if children is not None and children.count == count:
                sheet.add(Relation(total, (name,)))
            elif children is not None:
                sheet.add_most(total, [name], children.count - int(count), name.left("less"), guarded=True)
