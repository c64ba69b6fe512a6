"""How the counts of an area and of the areas directly within it hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.disclosure.cells.known_counts import CHILDREN, Area, KnownCounts, areas_within, nearest
from cpms_cli.disclosure.engine.problem import Cell, Relation


def nested_relations(known: KnownCounts) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return for each count of an area its sum over those directly within it of which readers have or get a count.

    Where these are not the whole area, there is a rest, in a cell of its own. `known` has the children of each area.
    """
    nesting = _Nesting(known)
    for area, inside in areas_within(known).items():
        nesting.relate(area, inside)
    return nesting.relations, nesting.rests


@dataclass
class _Nesting:
    known: KnownCounts
    relations: list[Relation] = field(default_factory=list)
    rests: dict[CellId, Cell] = field(default_factory=dict)

    def relate(self, area: Area, inside: Sequence[str]) -> None:
        of_parts = {part: self.known[area[0], part] for part in inside}
        by_areas: dict[tuple[str, ...], list[Quantity]] = {}
        for quantity in self.known[area]:
            by_areas.setdefault(tuple(part for part in inside if quantity in of_parts[part]), []).append(quantity)
        for within, quantities in by_areas.items():
            if within:
                self._add_up(area, {part: of_parts[part] for part in nearest(within)}, quantities)

    def _add_up(self, area: Area, parts: Mapping[str, Mapping[Quantity, int]], quantities: Sequence[Quantity]) -> None:
        round_, counts = area[0], self.known[area]
        are_all = counts[CHILDREN] == sum(known[CHILDREN] for known in parts.values())
        for quantity in quantities:
            whole = CellId(*area, quantity)
            summed = tuple(CellId(round_, code, quantity) for code in parts)
            rest = counts[quantity] - sum(known[quantity] for known in parts.values())
            if are_all and rest == 0:
                self.relations.append(Relation(whole, summed))
            elif rest >= 0:
                left = CellId(*area, quantity, without=tuple(parts))
                self.rests[left] = Cell(rest, shown=False)
                self.relations.append(Relation(whole, (*summed, left)))
