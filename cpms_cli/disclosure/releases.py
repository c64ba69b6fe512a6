"""A report and what the same audience was given before, as one problem.

A count that is still what it was is one cell in both: if it was shown, the audience knows it. A count that is another
now is two cells; the old one keeps its own id, the count in it, so that two releases that gave the same are one cell
again. It is held against every count that was ever given for it: what was undone since is still known. Whether a count
has changed an audience does not know: the promise holds for one who takes every count that has not changed as
unchanged. What was withheld stays withheld, as long as it is what it was.

How many children and homes an area has in a round is taken to be known, though these tables do not say it: the next
table would, and with it tell what a share, or a change since that round, leaves open now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import duckdb

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.disclosure.renamed_ids import id_of_today
from cpms_cli.store.tables import release_tables
from cpms_cli.store.tables.release_tables import Release, ReleasedCell, State
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.settings.privacy import PrivacyRules


@dataclass(frozen=True)
class Publication:
    """What is published, of which round (None: of several), and to whom; `earlier`: what this audience was given
    before, the oldest first."""

    report: str
    round: int | None = None
    audience: str = ""
    earlier: Sequence[Release[CellId]] = ()
    language: Language = FALLBACK


def earlier_releases(connection: duckdb.DuckDBPyConnection, survey: Survey, audience: str) -> list[Release[CellId]]:
    """Return everything that this audience was given, the oldest first, each count under the name that what it counts
    has by this definition."""
    read, renamed = cache(CellId.read), cache(id_of_today(survey))
    releases = [release.with_ids(read) for release in release_tables.earlier_releases(connection, audience)]
    return [_renamed(release, renamed) for release in releases]


def _renamed(release: Release[CellId], renamed: Callable[[CellId], CellId]) -> Release[CellId]:
    """Return a release with the names of today; as it is where two of its counts would have one name."""
    of_today = release.with_ids(renamed)
    return of_today if len(of_today.cells) == len(release.cells) else release


def note_release(connection: duckdb.DuckDBPyConnection, release: Release[CellId]) -> int:
    """Write down what was published, all of it or nothing; return the release's number."""
    return release_tables.note_release(connection, release.with_ids(str))


def problem_after(
    cells: Mapping[CellId, Cell],
    relations: Sequence[Relation],
    rules: PrivacyRules,
    earlier: Iterable[Release[CellId]],
    spanning: Sequence[Relation] = (),
) -> Problem:
    """Return the problem of these tables, to be published to an audience that has the earlier releases (oldest first).

    `spanning`: how cells of these tables and of earlier ones add up; a relation is left out where a cell of it is in
    neither, or where counts have changed between so that it no longer holds. Raises ValueError where the counts of
    these tables do not add up.
    """
    reach = {*cells, *(name for relation in spanning for name in (relation.whole, *relation.parts))}
    releases = _connected(reach, list(earlier))
    latest = {name: cell.count for release in releases for name, cell in release.cells.items()}
    latest |= {name: cell.count for name, cell in cells.items()}
    all_cells = dict(cells)
    all_relations = {(relation.whole, relation.parts): relation for relation in relations}
    for release in releases:
        names = {
            name: name if latest[name] == cell.count else replace(name, earlier_count=cell.count)
            for name, cell in release.cells.items()
        }
        for name, cell in release.cells.items():
            if names[name] != name and name in cells and cell.state == "shown":
                before = all_cells[name].before
                all_cells[name] = replace(all_cells[name], before=(*dict.fromkeys((*before, cell.count)),))
            all_cells[names[name]] = _with_released(all_cells.get(names[name]), cell)
        for whole, parts in release.relations:
            key = (names[whole], tuple(names[part] for part in parts))
            all_relations.setdefault(key, Relation(*key))
    for relation in spanning:
        members = (relation.whole, *relation.parts)
        if all_cells.keys() >= {*members} and latest[relation.whole] == sum(latest[part] for part in relation.parts):
            all_relations.setdefault((relation.whole, relation.parts), relation)
    for name, known in all_cells.items():
        if name.is_total and _presumed(known, rules):
            all_cells[name] = replace(known, known=True)
    return Problem(all_cells, list(all_relations.values()), rules)


def _presumed(cell: Cell, rules: PrivacyRules) -> bool:
    """Whether readers are taken to know a total that no table of these has: another table, of another command or round,
    prints it, and does so unless it is small, or has changed by a few."""
    return not (cell.shown or cell.withheld or cell.before) and (cell.count == 0 or cell.count >= rules.threshold)


def released(
    cells: Mapping[CellId, Cell],
    relations: Sequence[Relation],
    hidden: Iterable[CellId],
    rules: PrivacyRules,
    publication: Publication,
) -> Release[CellId]:
    """Return what is to be remembered of a report once it is published, given what of it was withheld."""
    withheld = set(hidden)
    return Release(
        publication.audience,
        publication.report,
        publication.round,
        rules.threshold,
        {name: ReleasedCell(cell.count, _state(cell, name in withheld), cell.guarded) for name, cell in cells.items()},
        tuple(
            (relation.whole, relation.parts)
            for relation in relations
            if {relation.whole, *relation.parts} <= cells.keys()
        ),
    )


def _connected(reach: set[CellId], earlier: list[Release[CellId]]) -> list[Release[CellId]]:
    """Return the releases that share a cell with these, or with one that does: others tell nothing of them."""
    while True:
        connected = [release for release in earlier if not reach.isdisjoint(release.cells)]
        grown = reach.union(*(release.cells for release in connected))
        if grown == reach:
            return connected
        reach = grown


def _state(cell: Cell, withheld: bool) -> State:
    if not cell.shown:
        return "unshown"
    return "withheld" if withheld else "shown"


def _with_released(cell: Cell | None, released_cell: ReleasedCell) -> Cell:
    """Return the cell with what an earlier release said of it; a new cell, in no table now, where there is none yet."""
    cell = cell or Cell(released_cell.count, shown=False, guarded=released_cell.guarded)
    state = released_cell.state
    return replace(cell, known=cell.known or state == "shown", withheld=cell.withheld or state == "withheld")
