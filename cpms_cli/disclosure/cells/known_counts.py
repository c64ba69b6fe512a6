"""All counts that readers have or get, by round and area."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, combinations

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell
from cpms_cli.store.tables.release_tables import Release

_AREA_CODE = re.compile(r"(?:\d{2,8})?")
Area = tuple[int, str]
KnownCounts = dict[Area, dict[Quantity, int]]
"""By round and code of the area, and by what is counted there."""
Family = tuple[Quantity, tuple[str, ...]]
CHILDREN = Quantity("children")


def known_counts(earlier: Iterable[Release[CellId]], counts: Iterable[tuple[CellId, int]]) -> KnownCounts:
    """Return the counts of earlier releases, and these, which are newer. What is left of an area or of a count is not
    among them, nor is a group or an area that a newer table of all of them has no more: nobody is in it now, and the
    others alone are the whole.
    """
    known: KnownCounts = {}
    for release in earlier:
        printed = {name for name, cell in release.cells.items() if cell.state != "unshown"}
        _put(known, ((name, cell.count) for name, cell in release.cells.items()), printed)
    known = dict(sorted(known.items()))
    newest = dict(counts)
    _put(known, newest.items(), newest.keys())
    return known


def _put(known: KnownCounts, newer: Iterable[tuple[CellId, int]], printed: Collection[CellId]) -> None:
    """Take these counts for those that are known, and what they show to be gone out of them. `printed`: of which a
    table has all groups."""
    by_area = _by_area(newer)
    listed = {area: {*map(family_of, counts)} for area, counts in _by_area((name, 0) for name in printed).items()}
    for area, counts in by_area.items():
        families = {family for family in listed.get(area, ()) if family[1]}
        known[area] = still_so(known.get(area, {}), counts, families) | counts
    for round_, code in _gone(known, by_area):
        del known[round_, code]


def still_so(
    older: Mapping[Quantity, int], newer: Mapping[Quantity, int], families: Collection[Family]
) -> dict[Quantity, int]:
    """Return the older counts that newer ones of the same children do not say to be gone or outdated; of these families
    the newer ones have all groups."""
    sums = _sums(newer, families)
    return {
        name: count
        for name, count in older.items()
        if family_of(name) not in families
        and sums.get(family_of(name), {name: count}).get(name) == count
        and not any(wider not in newer and family_of(wider) in families for wider in _wider(name))
    }


def family_of(quantity: Quantity) -> Family:
    """What is counted, and the groups by which it is: a table by groups has the counts of one family."""
    return quantity.among(()), tuple(group for group, _ in quantity.groups)


def _sums(counts: Mapping[Quantity, int], families: Collection[Family]) -> dict[Family, dict[Quantity, int]]:
    """What counts by several groups add up to by fewer of them: an older count of these that is another is outdated."""
    sums: dict[Family, dict[Family, dict[Quantity, int]]] = {}
    for quantity, count in counts.items():
        family = family_of(quantity)
        for name in _wider(quantity) if family in families else ():
            of_family = sums.setdefault(family_of(name), {}).setdefault(family, {})
            of_family[name] = of_family.get(name, 0) + count
    return {family: next(iter(of_families.values())) for family, of_families in sums.items()}


def _wider(quantity: Quantity) -> Iterator[Quantity]:
    """Give the same count by fewer of its groups: nobody is of a narrower group where nobody is of a wider one."""
    for size in range(1, len(quantity.groups)):
        yield from (quantity.among(groups) for groups in combinations(quantity.groups, size))


def _gone(known: KnownCounts, newer: KnownCounts) -> set[Area]:
    """The areas beside those that are, by the newer counts, all of a wider area."""
    gone: set[Area] = set()
    around = areas_within(known)
    for (round_, code), inside in areas_within(newer).items():
        parts = nearest([part for part in inside if CHILDREN in newer[round_, part]])
        children = sum(newer[round_, part][CHILDREN] for part in parts)
        if not parts or newer[round_, code].get(CHILDREN) != children:
            continue
        gone |= {
            (round_, area)
            for area in around[round_, code]
            if (round_, area) not in newer and not any(part.startswith(area) or area.startswith(part) for part in parts)
        }
    return gone


def areas_within(areas: Iterable[Area]) -> dict[Area, list[str]]:
    """Return by area the codes of those within it, however deep, all in the order in which they are given."""
    within: dict[Area, list[str]] = {area: [] for area in areas}
    for round_, code in within:
        for end in range(len(code)):
            if (round_, code[:end]) in within:
                within[round_, code[:end]].append(code)
    return within


def nearest(codes: Iterable[str]) -> list[str]:
    """Return of the codes of areas those that lie within no other of them, in their order."""
    among = dict.fromkeys(codes)
    return [code for code in among if not any(code[:end] in among for end in range(1, len(code)))]


def _by_area(counts: Iterable[tuple[CellId, int]]) -> KnownCounts:
    areas: KnownCounts = {}
    for name, count in counts:
        if name.is_plain and name.round is not None and _AREA_CODE.fullmatch(name.area):
            areas.setdefault((name.round, name.area), {})[name.quantity] = count
    return areas


def counts_of_tables(tables: Mapping[str, CountTable], unshown: Mapping[CellId, Cell]) -> Iterator[tuple[CellId, int]]:
    """Give every count of these tables with its id, then those that no table has."""
    in_tables = (
        zip(names, map(int, table.frame[column]), strict=True)
        for table in tables.values()
        for column, names in table.ids.items()
    )
    yield from chain.from_iterable(in_tables)
    yield from ((name, cell.count) for name, cell in unshown.items())
