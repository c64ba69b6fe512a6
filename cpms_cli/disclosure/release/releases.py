"""A report and what the same audience was given before, as one problem.

A count that is still what it was is one cell in both: if it was shown, the audience knows it. A count that is another
now is two cells; the old one keeps its own id, the count in it, so that two releases that gave the same are one cell
again. Whether a count has changed an audience does not know: the promise holds for one who takes every count that
has not changed as unchanged. What was withheld stays withheld, as long as it is what it was.

How many children and homes an area has in a round is taken to be known, though these tables do not say it: the next
table would, and with it tell what a share, or a change since that round, leaves open now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cpms_cli.disclosure.engine.importance import is_total
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.store.tables.release_tables import Release, ReleasedCell, State
from cpms_cli.survey.model.privacy import PrivacyRules


def problem_after(
    cells: Mapping[str, Cell],
    relations: Sequence[Relation],
    rules: PrivacyRules,
    earlier: Iterable[Release],
    spanning: Sequence[Relation] = (),
) -> Problem:
    """The problem of these tables, to be published to an audience that has the earlier releases (oldest first).

    `spanning`: how cells of these tables and of earlier ones add up; a relation is left out where a cell of it is in
    neither, or where counts have changed between so that it no longer holds. Raises ValueError where the counts of
    these tables do not add up.
    """
    reach = {*cells, *(name for one in spanning for name in (one.whole, *one.parts))}
    releases = _connected(reach, list(earlier))
    latest = {name: one.count for release in releases for name, one in release.cells.items()}
    latest |= {name: cell.count for name, cell in cells.items()}
    all_cells = dict(cells)
    all_relations = {(one.whole, one.parts): one for one in relations}
    for release in releases:
        names = {
            name: name if latest[name] == one.count else f"{name}={one.count}" for name, one in release.cells.items()
        }
        for name, one in release.cells.items():
            _take(all_cells, name, names[name], one, name in cells)
        for whole, parts in release.relations:
            key = (names[whole], tuple(names[part] for part in parts))
            all_relations.setdefault(key, Relation(*key))
    for sum_ in spanning:
        together = (sum_.whole, *sum_.parts)
        if all_cells.keys() >= {*together} and latest[sum_.whole] == sum(latest[part] for part in sum_.parts):
            all_relations.setdefault((sum_.whole, sum_.parts), sum_)
    for name, cell in all_cells.items():
        if is_total(name) and _presumed(cell, rules):
            all_cells[name] = replace(cell, known=True)
    return Problem(all_cells, list(all_relations.values()), rules)


def _presumed(cell: Cell, rules: PrivacyRules) -> bool:
    """Whether readers are taken to know a total that no table of these has: another table, of another command or round,
    prints it, and does so unless it is small, or has changed by a few."""
    changed = cell.before is not None and cell.before != cell.count
    return not (cell.shown or cell.withheld or changed) and (cell.count == 0 or cell.count >= rules.threshold)


def released(
    cells: Mapping[str, Cell],
    relations: Sequence[Relation],
    hidden: Iterable[str],
    *,
    rules: PrivacyRules,
    audience: str,
    report: str,
    round_: int | None,
) -> Release:
    """What is to be remembered of a report once it is published, given what of it was withheld."""
    withheld = set(hidden)
    return Release(
        audience,
        report,
        round_,
        rules.threshold,
        {name: ReleasedCell(one.count, _state(one, name in withheld), one.guarded) for name, one in cells.items()},
        tuple((one.whole, one.parts) for one in relations if {one.whole, *one.parts} <= cells.keys()),
    )


def _connected(reach: set[str], earlier: list[Release]) -> list[Release]:
    """The releases that share a cell with these, or with one that does: others tell nothing of them."""
    while True:
        found = [one for one in earlier if not reach.isdisjoint(one.cells)]
        grown = reach.union(*(one.cells for one in found))
        if grown == reach:
            return found
        reach = grown


def _state(cell: Cell, withheld: bool) -> State:
    if not cell.shown:
        return "unshown"
    return "withheld" if withheld else "shown"


def _take(all_cells: dict[str, Cell], name: str, named: str, one: ReleasedCell, current: bool) -> None:
    told, kept = one.state == "shown", one.state == "withheld"
    if named not in all_cells:
        all_cells[named] = Cell(one.count, shown=False, guarded=one.guarded)
        if told and current:
            all_cells[name] = replace(all_cells[name], before=one.count)
    cell = all_cells[named]
    all_cells[named] = replace(cell, known=cell.known or told, withheld=cell.withheld or kept)
