"""All counts that readers have or get, by round and area."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell
from cpms_cli.store.tables.release_tables import Release

_AREA_CODE = re.compile(r"(?:\d{2,8})?")
Area = tuple[int, str]
KnownCounts = dict[Area, dict[Quantity, int]]
"""By round and code of the area, and by what is counted there."""


def known_counts(earlier: Iterable[Release[CellId]], counts: Iterable[tuple[CellId, int]]) -> KnownCounts:
    """Return the counts of earlier releases, and these, which are newer. What is left of an area or of a count is not
    among them."""
    of_releases = ((name, cell.count) for release in earlier for name, cell in release.cells.items())
    known = dict(sorted(_by_area(of_releases).items()))
    for area, newer in _by_area(counts).items():
        known.setdefault(area, {}).update(newer)
    return known


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
