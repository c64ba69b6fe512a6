"""The cells of several reports of areas that are published together, as one problem: a count that stands in more than
one of them is one cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.cells.report_cells import ReportCells
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation

_Members = tuple[CellId, tuple[CellId, ...]]


@dataclass
class ReportsTogether:
    """Tables by the area's code and their name, as `table_of_area` writes them; relations, and cells of no table."""

    tables: dict[str, CountTable] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    unshown: dict[CellId, Cell] = field(default_factory=dict)


def table_of_area(code: str, name: str) -> str:
    """Return the name that a table of an area's report has among those of several reports."""
    return f"{code} {name}"


def put_together(sheets: Sequence[ReportCells]) -> ReportsTogether:
    """Return the cells of several reports, which are gathered here.

    What one of them says of a cell or a relation holds for all: a count that one prints is printed, one that must be
    guarded is guarded. Raises ValueError where they contradict one another.
    """
    together, relations = ReportsTogether(), dict[_Members, Relation]()
    for sheet in sheets:
        sheet.gather()
        together.tables |= {table_of_area(sheet.figures.code, name): table for name, table in sheet.tables.items()}
        for name, cell in sheet.unshown.items():
            together.unshown[name] = _both(name, together.unshown.get(name, cell), cell)
        for relation in sheet.relations:
            members = (relation.whole, relation.parts)
            other = relations.get(members, relation)
            relations[members] = replace(
                other, telling=other.telling or relation.telling, exempt=other.exempt or relation.exempt
            )
    shown = {name for table in together.tables.values() for names in table.ids.values() for name in names}
    together.unshown = {name: cell for name, cell in together.unshown.items() if name not in shown}
    together.relations = list(relations.values())
    return together


def _both(name: CellId, cell: Cell, other: Cell) -> Cell:
    if cell.count != other.count:
        raise ValueError(f"{name} stands for two counts")
    return replace(cell, shown=cell.shown or other.shown, guarded=cell.guarded or other.guarded)
