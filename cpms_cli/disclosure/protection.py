"""Summary tables made fit for publication: what must not be found out is blank, with all that is computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.cells.joined_answers import joined_note, with_joined
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.disclosure.engine.suppression import Suppression, suppress
from cpms_cli.disclosure.releases import Publication, note_release, problem_after, released
from cpms_cli.store.audit_log import note_exposed
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from cpms_cli.survey.speech.numbers import shown_count


@dataclass(frozen=True)
class PublishedTogether:
    """Tables that are published together, and what is known of their counts.

    `relations`: how the counts add up; `unshown`: further cells that relations name and no table of counts has;
    `spanning`: how cells of these tables and of earlier releases add up (see `releases.problem_after`); `certain`: of
    which zeros the definition says that they are.
    """

    tables: Mapping[str, CountTable]
    relations: Sequence[Relation]
    unshown: Mapping[CellId, Cell] = field(default_factory=dict)
    spanning: Sequence[Relation] = ()
    certain: Callable[[CellId], bool] = lambda name: False

    @property
    def shown(self) -> set[CellId]:
        """The ids of all counts that stand in a table."""
        return {name for table in self.tables.values() for names in table.ids.values() for name in names}

    def cells(self) -> dict[CellId, Cell]:
        """Return all cells by id. Raises ValueError where one id stands for two counts."""
        cells = dict(self.unshown)
        for table in self.tables.values():
            for column, names in table.ids.items():
                for name, count in zip(names, table.frame[column], strict=True):
                    if cells.setdefault(name, Cell(int(count))).count != count:
                        raise ValueError(f"{name} stands for two counts")
        return {
            name: replace(cell, certain=True) if cell.count == 0 and self.certain(name) else cell
            for name, cell in cells.items()
        }


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
    release: Release[CellId]

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
        return say(
            "privacy_exposed",
            language,
            audience=self.release.audience,
            count=shown_count(len(self.suppression.exposed), language),
        )


def protect(published: PublishedTogether, rules: PrivacyRules, publication: Publication) -> Protected:
    """Withhold in these tables what `suppression.suppress` chooses.

    Raises ValueError where one id stands for two counts, or the counts do not add up.
    """
    cells, spanning = published.cells(), published.spanning
    problem = problem_after(cells, published.relations, rules, publication.earlier, spanning)
    suppression = suppress(problem)
    masked = {name: _masked(table, suppression.hidden) for name, table in published.tables.items()}
    for name, table in published.tables.items():
        if table.wholes:
            masked[name] = with_joined(table.frame, masked[name], table.ids, table.wholes, suppression.known)
    notes = _notes(problem, suppression, published.shown, publication.language)
    return Protected(
        masked,
        (*notes, *joined_note(masked.values(), publication.language)),
        suppression,
        released(cells, [*published.relations, *spanning], suppression.hidden, rules, publication),
    )


def _masked(table: CountTable, hidden: frozenset[CellId]) -> pd.DataFrame:
    frame = table.frame
    masked: dict[str, pd.Series] = {}
    for column, names in table.ids.items():
        gone = np.array([name in hidden for name in names], dtype=bool)
        masked[column] = _without(frame[column], "Int64", gone)
    for column, sources in table.derived.items():
        gone = np.array([not hidden.isdisjoint(names) for names in zip(*sources, strict=True)], dtype=bool)
        masked[column] = _without(masked.get(column, frame[column]), "Float64", gone)
    columns = {str(name): column for name, column in frame.items()}
    return pd.DataFrame({**columns, **masked}, index=frame.index)


def _without(column: pd.Series, dtype: Literal["Int64", "Float64"], gone: npt.NDArray[np.bool_]) -> pd.Series:
    blank: pd.Series = column.astype(dtype)
    if gone.any():
        blank[gone] = pd.NA
    return blank


def _notes(problem: Problem, suppression: Suppression, printed: set[CellId], language: Language) -> Iterable[str]:
    threshold = problem.rules.threshold
    small, others = suppression.primary & printed, suppression.secondary & printed
    changed = [name for name in small if problem.changed[problem.positions[name]]]
    if small or others:
        yield say(
            "privacy_withheld",
            language,
            hidden=shown_count(len(small | others), language),
            count=shown_count(len(printed), language),
            small=shown_count(len(small), language),
            others=shown_count(len(others), language),
            threshold=threshold,
        )
    if changed:
        yield say("privacy_changed", language, count=shown_count(len(changed), language), threshold=threshold)
