"""How counts add up that stand in different tables, or in what the same audience was given before.

An area is the sum of its parts (`area_cells`); a count of children is the sum of the same count by sex, or by any other
group. Ids: round/area/counted, or round/area/sex=female&age_group=5-9/counted of a group of its children. Where
children are counted by two groups at once, the counts by each of them alone are cells too: anybody can add them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from cpms_cli.disclosure.cells.area_cells import AreaCells, Areas, known_areas, note_counts
from cpms_cli.disclosure.cells.implications import implied
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import CountTable
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.survey.model.definition import Survey

Codes = tuple[str, ...]
NOT_OF_PARTS = "~"
"""Ends the ids of counts of which an area has not as many as its parts together."""
CASES = 0
"""In the place of a round, in the ids of cases: they are counted on a day."""
Family = dict[Codes, int]


def place(round_: int, code: str | None, groups: Mapping[str, str] | None = None) -> str:
    """What the ids of the counts of an area and round begin with, or of a group of its children.

    >>> place(2026, "850105", {"sex": "female"})
    '2026/850105/sex=female/'
    """
    told = _conditions(sorted((groups or {}).items()))
    return f"{round_}/{code or ''}/" + (f"{told}/" if told else "")


def _conditions(groups: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(code, safe='-')}" for name, code in groups)


def spanning(
    survey: Survey, tables: Mapping[str, CountTable], unshown: Mapping[str, Cell], earlier: Iterable[Release]
) -> tuple[list[Relation], dict[str, Cell]]:
    """Relations between all counts that readers have or get, and the cells that these need and no table has."""
    known = known_areas([], earlier)
    for table in tables.values():
        for column, names in table.ids.items():
            note_counts(known, zip(names, map(int, table.frame[column]), strict=True))
    note_counts(known, ((name, cell.count) for name, cell in unshown.items()))
    added: dict[str, Cell] = {}
    same = list(_same_children(known, added))
    relations = same + [one for at, counts in [*known.items()] for one in _grouped(at, counts, added)]
    relations += _alike(known, added)
    summed = {
        at: {name: count for name, count in counts.items() if not name.endswith(NOT_OF_PARTS)}
        for at, counts in known.items()
    }
    between, cells = between_areas(survey, summed)
    return [*relations, *between], {**added, **cells}


def between_areas(survey: Survey, known: Areas) -> tuple[list[Relation], dict[str, Cell]]:
    """How counts of areas hang together: an area and those within it, and what the definition makes certain.

    Of an area whose children are not counted nobody can say whether its parts are all of it.
    """
    nested = AreaCells(survey)
    relations = nested.nested({at: counts for at, counts in sorted(known.items()) if "children" in counts})
    compared, beside = implied(survey, known)
    return [*relations, *compared], {**nested.unshown, **beside}


def _same_children(known: Areas, added: dict[str, Cell]) -> Iterator[Relation]:
    """Counts of an area all of whose children live in one part of it: they are that part's counts too, whichever of the
    two a table is about."""
    for (round_, outer), counts in list(known.items()):
        for inner in [code for year, code in known if year == round_ and code != outer and code.startswith(outer)]:
            part = known[round_, inner]
            if counts.get("children", -1) != part.get("children"):
                continue
            for name, count in counts.items():
                if name not in part and not name.endswith(NOT_OF_PARTS):
                    part[name] = count
                    added[f"{place(round_, inner)}{name}"] = Cell(count, shown=False)
                    yield Relation(f"{place(round_, outer)}{name}", (f"{place(round_, inner)}{name}",))


def _alike(known: Areas, added: dict[str, Cell]) -> Iterator[Relation]:
    """Counts of other things that are as many, and that anybody would take to be the same: households with a record and
    households with children; cases of a level, and the children at it in the last round. Where cases are more, or
    fewer, by a few, these few are children who were not found again, or whose case is closed, and are guarded."""
    for at, counts in known.items():
        if counts.get("homes", -1) == counts.get("households"):
            yield Relation(f"{place(*at)}households", (f"{place(*at)}homes",))
        if at[0] == CASES:
            last = max((round_ for round_, code in known if code == at[1]), default=CASES)
            for name, count in counts.items():
                level = name.replace("case/", "level/").removesuffix("/due")
                others = known[last, at[1]].get(level) if name.endswith("/due") and last != CASES else None
                if others is not None:
                    more, fewer = (place(last, at[1]) + level, place(*at) + name)[:: 1 if others >= count else -1]
                    rest = f"{more} beside {fewer}"
                    added |= {rest: Cell(abs(others - count), shown=False)} if others != count else {}
                    yield Relation(more, (fewer, rest) if others != count else (fewer,))


def _grouped(at: tuple[int, str], counts: dict[str, int], added: dict[str, Cell]) -> Iterator[Relation]:
    """A count of an area's children is the sum over the groups in which they are counted, those by two groups first:
    what they add up to is counted by one."""
    families: dict[tuple[str, Codes], Family] = {}
    for name, count in counts.items():
        _file(families, name, count)
    for size in range(max((len(groups) for _, groups in families), default=0), 0, -1):
        for counted, groups in [key for key in families if len(key[1]) == size]:
            for left_out in groups:
                yield from _summed(at, counts, added, families, (counted, groups), left_out)


def _summed(
    at: tuple[int, str],
    counts: dict[str, int],
    added: dict[str, Cell],
    families: dict[tuple[str, Codes], Family],
    key: tuple[str, Codes],
    left_out: str,
) -> Iterator[Relation]:
    """The counts of one family, added up over one of its groups."""
    counted, groups = key
    kept = tuple(group for group in groups if group != left_out)
    parts: dict[Codes, list[Codes]] = {}
    for codes in families[key]:
        parts.setdefault(tuple(code for group, code in zip(groups, codes, strict=True) if group in kept), []).append(
            codes
        )
    for codes, summed in parts.items():
        names = tuple(_name(at, groups, one, counted) for one in summed)
        whole, total = _name(at, kept, codes, counted), sum(families[key][one] for one in summed)
        told = whole.split("/", 2)[2]
        if told not in counts:
            counts[told] = total
            added[whole] = Cell(total, shown=False)
            if kept:
                families.setdefault((counted, kept), {})[codes] = total
        if counts[told] == total:
            yield Relation(whole, names)
        elif counts[told] > total:
            rest = f"{whole} of no {left_out}"
            added[rest] = Cell(counts[told] - total, shown=False)
            yield Relation(whole, (*names, rest))


def _file(families: dict[tuple[str, Codes], Family], name: str, count: int) -> None:
    groups, _, counted = name.partition("/")
    if "=" in groups:
        pairs = [one.split("=") for one in groups.split("&")]
        key = (counted, tuple(group for group, _ in pairs))
        families.setdefault(key, {})[tuple(code for _, code in pairs)] = count


def _name(at: tuple[int, str], groups: Codes, codes: Codes, counted: str) -> str:
    told = "&".join(f"{group}={code}" for group, code in zip(groups, codes, strict=True))
    return f"{at[0]}/{at[1]}/" + (f"{told}/" if told else "") + counted
