"""What a command works with: made once, and passed down to everything that it calls.

A workspace holds the definition, the store, the language, who asks, and whether names are shown. The store is opened
when it is first needed, scored at most once, and closed at the end of the `with` block.

>>> with Workspace.from_paths("cpms.duckdb", language="th") as workspace:  # doctest: +SKIP
...     connection = workspace.scored()
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import create_store_profiles
from cpms_cli.scoring.scores import create_scores
from cpms_cli.scoring.standing import standings
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.rows_as_read.near_rows import read_near
from cpms_cli.store.rows_as_read.questions_of_rounds import questions_asked_in, questions_partly_asked_in
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey

_NARROWEST = 6
"""Digits of a subdistrict's code: of a village it is said what its subdistrict was not asked; less is never read."""


@dataclass(frozen=True)
class QuestionsAsked:
    """By round, the questions that somebody was asked, and those that some were not asked."""

    asked: Mapping[int, frozenset[str]]
    partly: Mapping[int, frozenset[str]]


@dataclass
class _Session:
    """The store while it is open, and which tables of scoring are on its connection."""

    closing: ExitStack | None = None
    connection: duckdb.DuckDBPyConnection | None = None
    is_scored: bool = False
    is_profiled: bool = False
    stood: dict[datetime.date, pd.DataFrame] = field(default_factory=dict)
    asked: dict[int, frozenset[str]] = field(default_factory=dict)
    partly: dict[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Workspace:
    """The definition, the store's file, and for whom the work is done.

    `who` is written to the store's logs; None stands for the account that runs the tool. With `identified`, names are
    shown, and the audit log says so. With `writes`, the store is opened for writing.

    With an `area`, nothing is asked but about this area (a code of any width) or a part of it: only the rows that bear
    on it are read and scored, so that a question costs what it asks for. The answers are those of the whole store.
    """

    survey: Survey
    store: Path
    language: Language = FALLBACK
    who: str | None = None
    identified: bool = False
    writes: bool = False
    area: str | None = None
    _session: _Session = field(default_factory=_Session, init=False, repr=False, compare=False)

    @classmethod
    def from_paths(
        cls,
        store: str | Path,
        schemas: Path | None = None,
        *,
        language: Language = FALLBACK,
        identified: bool = False,
        writes: bool = False,
    ) -> Self:
        """Return the workspace of a store's file and a definition's folder (None: the shipped definition).

        Raises DefinitionError.
        """
        survey = definition_in_use(store, schemas)
        return cls(survey, Path(store), language, identified=identified, writes=writes or identified)

    def of_area(self, area: str | None) -> Self:
        """Return this workspace, which is not entered yet, as one of which only this area is asked (None: all)."""
        return replace(self, area=area)

    def __enter__(self) -> Self:
        self._session.closing = ExitStack()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        closing = self._session.closing
        self._session.closing, self._session.connection = None, None
        self._session.is_scored = self._session.is_profiled = False
        for known in (self._session.stood, self._session.asked, self._session.partly):
            known.clear()
        if closing is not None:
            closing.__exit__(kind, error, traceback)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the store, which is opened when it is first asked for; inside the `with` block only.

        Raises StoreError, UnreadableFile.
        """
        session = self._session
        if session.closing is None:
            raise RuntimeError("a workspace is used inside its `with` block")
        if session.connection is None:
            few = len(self.area or "") >= _NARROWEST
            opened = open_store(self.store, self.survey, write=self.writes, rows=0, one_thread=few)
            session.connection = session.closing.enter_context(opened)
            if self.area:
                read_near(session.connection, self.survey, self.area[:_NARROWEST], writes=self.writes)
        return session.connection

    def check_reads(self, area: str | None) -> None:
        """Raise RuntimeError where something is asked about an area whose rows this workspace does not read."""
        if self.area and not (area or "").startswith(self.area[:_NARROWEST]):
            raise RuntimeError(f"a workspace of {self.area} is asked about {area or 'the whole store'}")

    def scored(self) -> duckdb.DuckDBPyConnection:
        """Return the connection with the views of `scoring.scores.create_scores`."""
        if not self._session.is_scored:
            create_scores(self.connection, self.survey)
            self._session.is_scored = True
        return self.connection

    def profiled(self) -> duckdb.DuckDBPyConnection:
        """Return the connection with the views of `scoring.scores` and the tables of `scoring.profiles`."""
        connection = self.scored()
        if not self._session.is_profiled:
            create_store_profiles(connection, self.survey)
            self._session.is_profiled = True
        return connection

    def standings(self, as_of: datetime.date) -> pd.DataFrame:
        """Return what `scoring.standing.standings` says of a day; `known_child` is there then. Worked out once."""
        stood = self._session.stood
        if as_of not in stood:
            connection = self.scored()
            create_known_children(connection, self.survey)
            stood[as_of] = standings(connection, self.survey, as_of)
        return stood[as_of]

    @property
    def lists_children(self) -> bool:
        """Whether children can be named, and the log of responses says how each stands today."""
        return True

    @property
    def knows_moves(self) -> bool:
        """Whether the rows have the days and villages by which it is told who came and who left."""
        return True

    @property
    def worked_out(self) -> tuple[str, ...]:
        """The partitions of a data set of which scores were worked out, since none stood there; a store has none."""
        return ()

    def questions_asked(self, rounds: Collection[int]) -> QuestionsAsked:
        """Return which questions these rounds asked; the store is looked through once for a round."""
        session, connection = self._session, self.connection
        new = [round_ for round_ in rounds if round_ not in session.asked]
        if new:
            session.asked |= questions_asked_in(connection, self.survey, new)
            session.partly |= questions_partly_asked_in(connection, self.survey, new)
        return QuestionsAsked(
            {round_: session.asked[round_] for round_ in rounds}, {round_: session.partly[round_] for round_ in rounds}
        )

    def note_identified(self, what: str, children: int) -> None:
        """Write to the audit log that names of so many children are shown, and by what; nothing where they are not."""
        if self.identified:
            note_identified(self.connection, what, children, self.who)
