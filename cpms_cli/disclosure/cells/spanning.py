"""How counts add up that stand in different tables, or in what the same audience was given before.

An area is the sum of its parts; a count of children is the sum of the same count by sex, or by any other group. Where
children are counted by two groups at once, the counts by each of them alone are cells too: anybody can add them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cpms_cli.disclosure.cell_id import CASES, CellId, Groups, Quantity
from cpms_cli.disclosure.cells.age_bands import relations_of_ages
from cpms_cli.disclosure.cells.group_answers import relations_of_groups
from cpms_cli.disclosure.cells.implications import implied_relations
from cpms_cli.disclosure.cells.known_counts import (
    CHILDREN,
    Area,
    KnownCounts,
    areas_within,
    counts_of_tables,
    family_of,
    known_counts,
    still_so,
)
from cpms_cli.disclosure.cells.nested_areas import nested_relations
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.survey.model.definition import Survey

Codes = tuple[str, ...]
Family = dict[Codes, int]
"""Counts of one quantity by the same groups of children."""
_HOUSEHOLDS, _HOMES = Quantity("households"), Quantity("homes")
_DUE = "/due"


def spanning_relations(
    survey: Survey,
    tables: Mapping[str, CountTable],
    unshown: Mapping[CellId, Cell],
    earlier: Iterable[Release[CellId]],
) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return the relations between all counts that readers have or get, and the cells that these need and no table
    has."""
    releases, newest = [*earlier], dict(counts_of_tables(tables, unshown))
    links = _Links(known_counts(releases, newest.items()))
    links.relate_only_parts()
    links.relate_groups()
    links.relate_equal_counts()
    of_parts = {
        area: {quantity: count for quantity, count in counts.items() if quantity.of_parts}
        for area, counts in links.known.items()
    }
    relations, cells = relations_between_areas(survey, of_parts)
    added_up = {name: cell.count for name, cell in links.cells.items()}
    of_ages, between = relations_of_ages(survey, releases, added_up | newest)
    return [*links.relations, *relations, *of_ages], {**links.cells, **cells, **between}


def relations_between_areas(survey: Survey, known: KnownCounts) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return how counts of areas hang together (an area and those within it, and what the definition makes certain),
    and the cells that this needs.

    Of an area whose children are not counted nobody can say whether its parts are all of it.
    """
    counted = {area: counts for area, counts in sorted(known.items()) if CHILDREN in counts}
    nested, rests = nested_relations(counted)
    implied, beside = implied_relations(survey, known)
    of_groups, others = relations_of_groups(survey, known)
    return [*nested, *implied, *of_groups], {**rests, **beside, **others}


def _cell(area: Area, quantity: Quantity) -> CellId:
    return CellId(*area, quantity)


@dataclass
class _Links:
    """Relations between known counts, gathered step by step; counts that anybody can add up become known."""

    known: KnownCounts
    relations: list[Relation] = field(default_factory=list)
    cells: dict[CellId, Cell] = field(default_factory=dict)

    def relate_only_parts(self) -> None:
        """Relate an area to a part of it in which all its children live: its counts are that part's counts too,
        whichever of the two a table is about. Where tables of both have the same groups, each has all of its own, and
        takes none of another day's or definition's."""
        for (round_, outer), parts in areas_within(self.known).items():
            counts = self.known[round_, outer]
            for inner in parts:
                part = self.known[round_, inner]
                if counts.get(CHILDREN, -1) != part.get(CHILDREN):
                    continue
                families = {family_of(quantity) for quantity in part if quantity.groups}
                for quantity, count in still_so(counts, part, families).items():
                    if quantity not in part and quantity.of_parts:
                        part[quantity] = count
                        same = _cell((round_, inner), quantity)
                        self.cells[same] = Cell(count, shown=False)
                        self.relations.append(Relation(_cell((round_, outer), quantity), (same,)))

    def relate_equal_counts(self) -> None:
        """Relate counts of other things that are as many, and that anybody would take to be the same.

        Households with a record and households with children; cases of a level, and the children at it in the last
        round. Where cases are more, or fewer, by a few, these few are children who were not found again, or whose case
        is closed, and are guarded.
        """
        for area, counts in self.known.items():
            if counts.get(_HOMES, -1) == counts.get(_HOUSEHOLDS):
                self.relations.append(Relation(_cell(area, _HOUSEHOLDS), (_cell(area, _HOMES),)))
            if area[0] == CASES:
                last = max((round_ for round_, code in self.known if code == area[1]), default=CASES)
                if last != CASES:
                    self._relate_cases(area, counts, (last, area[1]))

    def _relate_cases(self, area: Area, counts: dict[Quantity, int], last: Area) -> None:
        for quantity, count in counts.items():
            if quantity.item != "case" or not quantity.value.endswith(_DUE):
                continue
            level = Quantity("level", quantity.value.removesuffix(_DUE), quantity.groups)
            at_level = self.known[last].get(level)
            if at_level is None:
                continue
            more, fewer = (_cell(last, level), _cell(area, quantity))[:: 1 if at_level >= count else -1]
            if at_level == count:
                self.relations.append(Relation(more, (fewer,)))
            else:
                rest = more.left(f"beside {fewer}")
                self.cells[rest] = Cell(abs(at_level - count), shown=False)
                self.relations.append(Relation(more, (fewer, rest)))

    def relate_groups(self) -> None:
        """Relate a count of an area's children to the groups in which they are counted, those by two groups first: what
        they add up to is counted by one."""
        for area, counts in [*self.known.items()]:
            families = _families(counts)
            for size in range(max((len(groups) for _, groups in families), default=0), 0, -1):
                for counted, groups in [key for key in families if len(key[1]) == size]:
                    for left_out in groups:
                        families |= self._add_up(area, families, (counted, groups), left_out)

    def _add_up(
        self,
        area: Area,
        families: Mapping[tuple[Quantity, Codes], Family],
        key: tuple[Quantity, Codes],
        left_out: str,
    ) -> dict[tuple[Quantity, Codes], Family]:
        """Add up the counts of one family over one of its groups; return the family of the sums that are new, whole."""
        (counted, groups), counts = key, self.known[area]
        kept = tuple(group for group in groups if group != left_out)
        sums = dict(families.get((counted, kept), {}))
        for codes, summed in _by_kept_codes(families[key], groups, kept).items():
            parts = tuple(_cell(area, counted.among(_paired(groups, part))) for part in summed)
            quantity, total = counted.among(_paired(kept, codes)), sum(families[key][part] for part in summed)
            whole = _cell(area, quantity)
            if quantity not in counts:
                counts[quantity] = sums[codes] = total
                self.cells[whole] = Cell(total, shown=False)
            if counts[quantity] == total:
                self.relations.append(Relation(whole, parts))
            elif counts[quantity] > total:
                rest = whole.left(f"of no {left_out}")
                self.cells[rest] = Cell(counts[quantity] - total, shown=False)
                self.relations.append(Relation(whole, (*parts, rest)))
        return {(counted, kept): sums} if kept and sums else {}


def _families(counts: Mapping[Quantity, int]) -> dict[tuple[Quantity, Codes], Family]:
    families: dict[tuple[Quantity, Codes], Family] = {}
    for quantity, count in counts.items():
        if quantity.groups:
            groups, codes = zip(*quantity.groups, strict=True)
            families.setdefault((quantity.among(()), groups), {})[codes] = count
    return families


def _by_kept_codes(family: Family, groups: Codes, kept: Codes) -> dict[Codes, list[Codes]]:
    """Return the codes of a family by those of the groups that are kept."""
    by_kept: dict[Codes, list[Codes]] = {}
    for codes in family:
        key = tuple(code for group, code in zip(groups, codes, strict=True) if group in kept)
        by_kept.setdefault(key, []).append(codes)
    return by_kept


def _paired(groups: Codes, codes: Codes) -> Groups:
    return tuple(zip(groups, codes, strict=True))
