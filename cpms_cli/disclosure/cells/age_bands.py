"""Groups of ages that lie across each other: those of a definition and those of the one before, or two of one.

From a table of children of 5 to 9 and one of 5 to 10 anybody knows how many are 10. So whatever is counted by several
divisions of the ages is added up from the youngest to each limit, and held against the next limit of the others; and a
group that lies within one of another division leaves a rest of it. How many are between is in no table: it is a count
of children like any other, and a small one must not be found out.

A rest that would be less than nothing comes of counts that changed between: then nobody can say what is between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from typing import NamedTuple

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.disclosure.cells.known_counts import CHILDREN, areas_within, nearest
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.survey.model.definition import Survey

_BAND = re.compile(r"(\d{1,3})-(\d{1,3})")


class Band(NamedTuple):
    """A group of ages: its first and last year, and the group that it is a code of."""

    first: int
    last: int
    group: str


class Counted(NamedTuple):
    """What is counted in an area, of children of all ages."""

    round: int
    area: str
    quantity: Quantity

    def of(self, band: Band) -> CellId:
        """Return the id of this count of children of these ages."""
        groups = (*self.quantity.groups, (band.group, f"{band.first}-{band.last}"))
        return CellId(self.round, self.area, self.quantity.among(tuple(sorted(groups))))


Division = tuple[Band, ...]
"""The groups of ages of one table, the youngest first."""


def relations_of_ages(
    survey: Survey, earlier: Iterable[Release[CellId]], newest: Mapping[CellId, int]
) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return how counts by different divisions of the ages hang together, in earlier releases (the oldest first) and in
    these counts, which are newer, and the cells that this needs."""
    releases = [*({name: cell.count for name, cell in release.cells.items()} for release in earlier), newest]
    bands = _bands(survey, releases)
    ages = sorted(bands.values())
    if all(before.last < after.first for before, after in pairwise(ages)):
        return [], {}
    divided = _Divided(bands)
    for counts in releases:
        divided.take(counts)
    divided.add_up_areas()
    for counted, divisions in divided.divisions.items():
        divided.relate(counted, [*divisions])
    return list(divided.relations), divided.cells


def _bands(survey: Survey, releases: Iterable[Mapping[CellId, int]]) -> dict[tuple[str, str], Band]:
    """Return the groups of ages by which anything is counted, by group and code."""
    others = {group.id for group in survey.figures.groups if not group.bands}
    pairs = {pair for counts in releases for name in counts for pair in name.quantity.groups}
    matches = {(group, code): _BAND.fullmatch(code) for group, code in pairs if group not in others}
    return {pair: Band(int(match[1]), int(match[2]), pair[0]) for pair, match in matches.items() if match}


def _apart(bands: Iterable[Band]) -> list[list[Band]]:
    """Return as divisions the groups of ages of a release, which may have the sums of several: each goes where it
    follows on another, rather at once."""
    divisions: list[list[Band]] = []
    for band in sorted(bands):
        before = [division for division in divisions if division[-1].last < band.first]
        if before:
            max(before, key=lambda division: division[-1].last).append(band)
        else:
            divisions.append([band])
    return divisions


@dataclass
class _Divided:
    """Counts by groups of ages, the newest of each, and how they hang together."""

    bands: Mapping[tuple[str, str], Band]
    counts: dict[CellId, int] = field(default_factory=dict)
    divisions: dict[Counted, dict[Division, None]] = field(default_factory=dict)
    relations: dict[Relation, None] = field(default_factory=dict)
    cells: dict[CellId, Cell] = field(default_factory=dict)

    def take(self, counts: Mapping[CellId, int]) -> None:
        """Take the counts of one release, newer than those taken before."""
        tables: dict[tuple[Counted, str], list[Band]] = {}
        for name, count in counts.items():
            if not name.is_plain or name.round is None:
                continue
            self.counts[name] = count
            for pair in name.quantity.groups:
                if pair in self.bands:
                    kept = tuple(other for other in name.quantity.groups if other != pair)
                    counted = Counted(name.round, name.area, name.quantity.among(kept))
                    tables.setdefault((counted, pair[0]), []).append(self.bands[pair])
        for (counted, _), bands in tables.items():
            for division in _apart(bands):
                self._divide(counted, division)

    def _divide(self, counted: Counted, bands: Iterable[Band]) -> None:
        """Note a division of the ages, the latest last."""
        division = tuple(sorted(bands))
        divisions = self.divisions.setdefault(counted, {})
        divisions.pop(division, None)
        divisions[division] = None

    def add_up_areas(self) -> None:
        """Add up what the parts of an area, where they are all of it, have by groups of ages."""
        areas = [(name.round, name.area) for name in self.counts if name.round and name.quantity == CHILDREN]
        by_area: dict[tuple[int, str], list[Quantity]] = {}
        for round_, area, quantity in self.divisions:
            by_area.setdefault((round_, area), []).append(quantity)
        for (round_, whole), inside in areas_within(areas).items():
            divided = nearest(area for area in inside if (round_, area) in by_area)
            if not divided or self._children(round_, [whole]) != self._children(round_, divided):
                continue
            for quantity in dict.fromkeys(quantity for area in divided for quantity in by_area[round_, area]):
                parts = [Counted(round_, area, quantity) for area in divided]
                self._add_up(Counted(round_, whole, quantity), [part for part in parts if part in self.divisions])

    def _children(self, round_: int, areas: Iterable[str]) -> int:
        return sum(self.counts[CellId(round_, area, CHILDREN)] for area in areas)

    def _add_up(self, whole: Counted, parts: Sequence[Counted]) -> None:
        """Add up the latest divisions of all parts, then those before; of parts that are not in the table nobody is
        counted."""
        divisions = {part: [*self.divisions[part]] for part in parts}
        for back in range(max(map(len, divisions.values())), 0, -1):
            of_parts = {part: of_part[-min(back, len(of_part))] for part, of_part in divisions.items()}
            bands = sorted({band for division in of_parts.values() for band in division})
            if any(before.last >= after.first for before, after in pairwise(bands)):
                continue
            for band in bands:
                summed = tuple(part.of(band) for part, division in of_parts.items() if band in division)
                total = sum(self.counts[part] for part in summed)
                if whole.of(band) not in self.counts:
                    self._add(whole.of(band), total)
                if self.counts[whole.of(band)] == total:
                    self.relations[Relation(whole.of(band), summed)] = None
            self._divide(whole, bands)

    def relate(self, counted: Counted, divisions: list[Division]) -> None:
        """Relate the divisions of the ages by which one thing is counted."""
        if len(divisions) < 2:
            return
        sums = [limit for place, division in enumerate(divisions) for limit in self._sums(counted, place, division)]
        sums.sort(key=lambda limit: limit[:3])
        for (_, fewer, place, younger), (_, more, of_place, older) in pairwise(sums):
            if place != of_place:
                self._leave(older, more, younger, fewer)
        for division, other in permutations(divisions, 2):
            for band in division:
                for wider in other:
                    if band != wider and wider.first <= band.first and band.last <= wider.last:
                        inner, outer = counted.of(band), counted.of(wider)
                        self._leave(outer, self.counts[outer], inner, self.counts[inner])

    def _sums(self, counted: Counted, place: int, division: Division) -> Iterator[tuple[int, int, int, CellId]]:
        """Add up a division from the youngest to each limit; give the limit, the sum, the division's place, cell."""
        total, younger = 0, None
        for number, band in enumerate(division, start=1):
            name = counted.of(band)
            total += self.counts[name]
            if younger is not None:
                codes = ",".join(f"{first}-{last}" for first, last, _ in division[:number])
                summed = CellId(*counted).left(f"of {band.group} {codes}")
                self._add(summed, total)
                self.relations[Relation(summed, (younger, name))] = None
                name = summed
            younger = name
            yield band.last, total, place, name

    def _leave(self, whole: CellId, more: int, part: CellId, fewer: int) -> None:
        """Relate a count to one that is a part of it, or all of it, and to the rest."""
        if more == fewer:
            self.relations[Relation(whole, (part,))] = None
        elif more > fewer:
            rest = whole.left(f"beside {part}")
            self._add(rest, more - fewer)
            self.relations[Relation(whole, (part, rest))] = None

    def _add(self, name: CellId, count: int) -> None:
        self.counts[name] = count
        self.cells[name] = Cell(count, shown=False)
