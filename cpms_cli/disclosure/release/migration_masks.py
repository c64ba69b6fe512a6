"""Migration as cells, and the same summary again with what is withheld blank.

An area is called high by its own share and by that of the rest of its province: the mark goes with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cells.area_cells import ANSWERS
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.spanning import NOT_OF_PARTS
from cpms_cli.disclosure.cells.summary_cells import Ids, SummaryCells
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Asked, Masked
from cpms_cli.scoring.profiles import measure_column
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.area.shares import within
from cpms_cli.summaries.migration.area_migration import PROVINCE, MigrationSummary, counted_measures
from cpms_cli.summaries.migration.movement import COME, GONE

_AMONG_PARTS = ("moved_away", "stayed", "moved_here")
"""Of these an area has not as many as its parts together: who moves between two of its parts stays in it. Their ids say
so by their last sign (`spanning.NOT_OF_PARTS`)."""


_COMPARED = "compared"


def mask_migration(asked: Asked, one: MigrationSummary) -> Masked[MigrationSummary]:
    """Migration in an area."""
    sheet = asked.sheet(one.scope.code, one.scope.round)
    _answers(asked, sheet, one, "total", one.total, ())
    told = _answers(asked, sheet, one, "measures", one.measures, one.by.names)
    around = _province(asked, sheet, one.measures, one.by.names)
    compared = [
        set(names) for names in zip(*(ids[answer] for ids in (told, around) for answer in ("yes", "no")), strict=True)
    ]
    table = sheet.tables["measures"]
    rest = tuple(ids[answer] for ids in (told, around) for answer in ("yes", "no"))
    sheet.counts(
        "measures", table.frame, table.ids, {**table.derived, **dict.fromkeys(("rest_share", "rest_known"), rest)}
    )
    _origins(asked, sheet, one.origins)
    _movement(sheet, one)

    def masked(found: Protected) -> MigrationSummary:
        hidden = found.suppression.hidden
        measures = finished(asked.survey, found.tables["measures"])
        gone = pd.Series([not hidden.isdisjoint(names) for names in compared], index=measures.index, dtype=bool)
        return replace(
            one,
            total=finished(asked.survey, found.tables["total"]),
            measures=measures.assign(level=measures["level"].mask(gone)),
            origins=one.by.labelled(asked.survey, _by_number(found.tables["origins"]), asked.language),
            movement=found.tables["movement"],
            quality=coarse(one.quality),
        )

    return sheet, masked


def _by_number(origins: pd.DataFrame) -> pd.DataFrame:
    """In an order that tells nothing of the numbers that are withheld."""
    return origins.sort_values(["children", "origin"], ascending=[False, True])


def _items(frame: pd.DataFrame) -> list[str]:
    return [measure_column(one) for one in frame["measure"]]


def _wholes(frame: pd.DataFrame) -> list[str]:
    return ["children" if of == "child" else "homes" for of in frame["of"]]


def _answers(
    asked: Asked, sheet: SummaryCells, one: MigrationSummary, name: str, frame: pd.DataFrame, others: Sequence[str]
) -> Ids:
    """A table of measures, with its change since the round before."""
    before: Ids = {answer: [] for answer in ANSWERS}
    if one.scope.previous is not None:
        keys = ["measure", *(["area"] if "area" in frame else []), *others]
        groups = [one.by.parts.id, *others] if "area" in frame else []
        where = within(asked.survey, one.scope.code, one.scope.previous)
        then = counted_measures(asked.connection, asked.survey, where, groups, bool(others))
        then = then.rename(columns={one.by.parts.id: "area"})
        # Groups that nobody is in now were part of the area then.
        then = frame[[*keys, "of"]].merge(then, on=[*keys, "of"], how="outer", indicator=_COMPARED)
        then = then.fillna(dict.fromkeys(ANSWERS, 0)).assign(round=one.scope.previous)
        sheet.behind(then, _items(then), _wholes(then), compared=then[_COMPARED] != "right_only")
        before = sheet.answer_ids(_items(frame), sheet.places(frame.assign(round=one.scope.previous)))
    ids = sheet.answer_ids(_items(frame), sheet.places(frame))
    made = (ids["yes"], ids["no"], before["yes"], before["no"])
    change = {"change": made} if one.scope.previous is not None else {}
    return sheet.answers(name, frame, _items(frame), wholes=_wholes(frame), derived=change)


def _province(asked: Asked, sheet: SummaryCells, measures: pd.DataFrame, others: Sequence[str]) -> Ids:
    """The answers of the whole province of each row: with them, anybody can compute those of the rest of it."""
    keys = ["measure", "province", *others]
    rows = measures.assign(province=measures["area"].str[:PROVINCE])
    found = [
        counted_measures(
            asked.connection, asked.survey, within(asked.survey, str(code), sheet.round), others, bool(others)
        ).assign(province=code)
        for code in sorted(rows["province"].unique())
    ]
    around = rows[[*keys, "of"]].merge(pd.concat(found).drop(columns="of"), on=keys, how="left")
    around = around.drop(columns="province").assign(area=rows["province"].to_numpy())
    wide = asked.sheet(None, sheet.round)
    ids = wide.behind(around, _items(around), _wholes(around))
    sheet.unshown |= {name: cell for name, cell in wide.unshown.items() if name not in sheet.unshown or cell.shown}
    sheet.added |= wide.added
    return ids


def _origins(asked: Asked, sheet: SummaryCells, origins: pd.DataFrame) -> None:
    """Children who moved in, by where they came from: as many as the measure says."""
    arrived = measure_column(next(one.id for one in asked.survey.measures if one.arrived))
    places = sheet.places(origins)
    ids = [f"{at}origin/{code}" for at, code in zip(places, origins["origin"], strict=True)]
    sheet.counts("origins", origins, {"children": ids})
    for at in dict.fromkeys(places):
        parts = [name for name, where in zip(ids, places, strict=True) if where == at]
        count = int(origins["children"][[where == at for where in places]].sum())
        whole = sheet.answer_ids([arrived], [at])["yes"][0]
        sheet.unshown.setdefault(whole, Cell(count, shown=False))
        sheet.add(Relation(whole, tuple(parts)))


def _movement(sheet: SummaryCells, one: MigrationSummary) -> None:
    """Who left and who came: the children of the round before, and of this one, are the sums. Of families that did not
    consent nobody can say who came or left: they are what the area's own number of children is more, and few."""
    frame = one.movement
    places = sheet.places(frame)
    names = ["before", "stayed", "children", "moved_away", "moved_here", *GONE, *COME]
    ids = {
        name: [f"{at}move/{name}" + (NOT_OF_PARTS if name in _AMONG_PARTS else "") for at in places] for name in names
    }
    sheet.counts("movement", frame, ids)
    for whole, parts in (("before", ("stayed", "moved_away", *GONE)), ("children", ("stayed", "moved_here", *COME))):
        for at in range(len(frame)):
            sheet.add(Relation(ids[whole][at], tuple(ids[part][at] for part in parts)))
    then = sheet.places(frame.assign(round=one.scope.previous)) if one.scope.previous is not None else places
    for whole, wheres in (("before", then), ("children", places)):
        for name, where, count in zip(ids[whole], wheres, frame[whole], strict=True):
            children = sheet.unshown.get(f"{where}children")
            if children is not None and children.count == count:
                sheet.add(Relation(f"{where}children", (name,)))
            elif children is not None:
                sheet.most(f"{where}children", [name], children.count - int(count), f"{name} less", guarded=True)
