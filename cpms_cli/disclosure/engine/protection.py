"""Summary tables made fit for publication: what must not be found out is blank, with all that is computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import joined_note, with_joined
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.disclosure.engine.suppression import Suppression, suppress
from cpms_cli.disclosure.release.releases import problem_after, released
from cpms_cli.store.audit_log import note_exposed
from cpms_cli.store.tables.release_tables import Release, note_release
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.model.privacy import PrivacyRules


@dataclass(frozen=True)
class CountTable:
    """One table to be published, and which counts stand where.

    `ids`: for each column of counts, the ids of its cells, row by row; the same id is the same count, in whatever
    table it stands. `derived`: for each column computed from counts, one or more columns of ids, all of which must be
    published for a row to keep its figure. `wholes`: of a table of answers, the id of what each row adds up to.
    """

    frame: pd.DataFrame
    ids: Mapping[str, Sequence[str]]
    derived: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    wholes: Sequence[str] = ()


@dataclass(frozen=True)
class Protected:
    """The tables under the names they came with; withheld counts are NA and so is what was computed from them.

    `notes` say to the reader what was withheld and why; `release` is what to remember once the tables are given away
    (`remember`), with the audience that was named. How much that audience can work out all the same is for the office
    alone: `warning` says it, and no document does.
    """

    tables: dict[str, pd.DataFrame]
    notes: tuple[str, ...]
    suppression: Suppression
    release: Release

    def remember(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write down in the store what was given away, and what can be worked out all the same."""
        note_release(connection, self.release)
        if self.suppression.exposed:
            exposed = len(self.suppression.exposed)
            note_exposed(connection, self.release.report, self.release.audience, exposed)

    def warning(self, language: Language) -> str | None:
        """A sentence for the office, where withheld counts can be worked out from what the readers have already."""
        if not self.suppression.exposed:
            return None
        return say("privacy_exposed", language, audience=self.release.audience, count=len(self.suppression.exposed))


def protect(
    tables: Mapping[str, CountTable],
    relations: Sequence[Relation],
    rules: PrivacyRules,
    *,
    report: str,
    round_: int | None = None,
    unshown: Mapping[str, Cell] | None = None,
    audience: str = "",
    earlier: Iterable[Release] = (),
    spanning: Sequence[Relation] = (),
    language: Language = "en",
    certain: Callable[[str], bool] = lambda name: False,
) -> Protected:
    """Withhold in these tables, which are published together, what `suppression.suppress` chooses.

    `unshown`: further cells that relations name and no table of counts has. `earlier`: what the audience has, oldest
    first; `spanning`: how cells of these tables and of earlier ones add up (see `releases.problem_after`); `certain`:
    of which zeros the definition says that they are. Raises ValueError where one id stands for two counts, or the
    counts do not add up.
    """
    cells = dict(unshown or {})
    for table in tables.values():
        for column, names in table.ids.items():
            for name, count in zip(names, table.frame[column], strict=True):
                if cells.setdefault(name, Cell(int(count))).count != count:
                    raise ValueError(f"{name} stands for two counts")
    cells = {name: replace(cell, certain=cell.count == 0 and certain(name)) for name, cell in cells.items()}
    problem = problem_after(cells, relations, rules, earlier, spanning)
    found = suppress(problem)
    masked = {name: _masked(table, found.hidden) for name, table in tables.items()}
    for name, table in tables.items():
        if table.wholes:
            masked[name] = with_joined(table.frame, masked[name], table.ids, table.wholes, found.known)
    printed = {name for table in tables.values() for names in table.ids.values() for name in names}
    return Protected(
        masked,
        (*_notes(problem, found, printed, language), *joined_note(masked.values(), language)),
        found,
        released(
            cells, [*relations, *spanning], found.hidden, rules=rules, audience=audience, report=report, round_=round_
        ),
    )


def _masked(table: CountTable, hidden: frozenset[str]) -> pd.DataFrame:
    frame = table.frame.copy()
    for column, names in table.ids.items():
        gone = pd.Series([name in hidden for name in names], index=frame.index, dtype=bool)
        frame[column] = frame[column].astype("Int64").mask(gone)
    for column, sources in table.derived.items():
        gone = pd.Series(
            [not hidden.isdisjoint(names) for names in zip(*sources, strict=True)], index=frame.index, dtype=bool
        )
        frame[column] = frame[column].astype("Float64").mask(gone)
    return frame


def _notes(problem: Problem, found: Suppression, printed: set[str], language: Language) -> Iterable[str]:
    threshold = problem.rules.threshold
    small, others = found.primary & printed, found.secondary & printed
    changed = [name for name in small if problem.changed[problem.at[name]]]
    if small or others:
        yield say(
            "privacy_withheld",
            language,
            hidden=len(small | others),
            count=len(printed),
            small=len(small),
            others=len(others),
            threshold=threshold,
        )
    if changed:
        yield say("privacy_changed", language, count=len(changed), threshold=threshold)
