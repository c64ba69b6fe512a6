"""A data set in the place of a store: summaries work with it as with a store, in as much memory as is given.

What summaries count of each child (`partition_figures`) is read where scores of the data set stand, and worked out a
partition at a time where not, into a folder that is removed at the end. The engine then reads of these files what a
summary asks for. Who was seen where, in all provinces, is read from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

import duckdb

from cpms_cli.datasets.asked import Asked, DatasetSource
from cpms_cli.datasets.dataset_views import create_figures, create_rows
from cpms_cli.datasets.engine import check_memory, failing_clearly, open_engine, work_folder
from cpms_cli.datasets.folder.exporting import Watching
from cpms_cli.datasets.folder.fitting import check_label
from cpms_cli.datasets.folder.manifest import (
    FIGURES,
    FIGURES_OF_HOMES,
    Manifest,
    Partition,
    check_partition,
    is_up_to_date,
    read_manifest,
)
from cpms_cli.datasets.partition_figures import DatasetRows, figures_files, judge_partition, write_figures
from cpms_cli.datasets.scoring import fingerprint_of_scores, open_rows
from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.store.tables.release_tables import RELEASE_STATEMENTS
from cpms_cli.summaries.counts.shares import groups_asked
from cpms_cli.summaries.scope import rounds_of
from cpms_cli.survey.area_widths import PROVINCE, SUBDISTRICT
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import QuestionsAsked, Workspace
from cpms_cli.writing.owner_only import for_owner_alone

RELEASES = "releases.duckdb"
"""The file beside the manifest that remembers what each audience was given of the data set."""


@dataclass
class _Opened:
    """What is open: the folder for what does not fit into memory, and the partitions whose scores were not there."""

    work: Path | None = None
    anew: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class DatasetWorkspace(Workspace):
    """As a workspace of a store with the rows of the data set; its connection has no log of responses and no names."""

    rows: DatasetRows
    source: DatasetSource
    asked: Asked
    watching: Watching = field(default_factory=Watching)
    _opened: _Opened = field(default_factory=_Opened, init=False, repr=False, compare=False)

    @property
    def lists_children(self) -> bool:
        """No: a data set has no log of responses, and most have no names."""
        return False

    @property
    def knows_moves(self) -> bool:
        """Only where the rows have birth dates and villages."""
        return self.rows.manifest.detail == "identified"

    @property
    def worked_out(self) -> tuple[str, ...]:
        """The partitions of which no scores stood there, or not as the rows are now."""
        return tuple(self._opened.anew)

    def questions_asked(self, rounds: Collection[int]) -> QuestionsAsked:
        """Return which questions these rounds asked, as the export found it."""
        partitions, fields = self.rows.manifest.partitions, frozenset(self.survey.fields)
        asked = {
            round_: frozenset[str]().union(*(fields - {*each.unasked} for each in partitions if each.round == round_))
            for round_ in rounds
        }
        partly = {
            round_: frozenset(name for each in partitions if each.round == round_ for name in each.partly_unasked)
            for round_ in rounds
        }
        return QuestionsAsked(asked, partly)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, with the data set's rows in the place of a store's; inside the `with` block only."""
        session = self._session
        if session.closing is None:
            raise RuntimeError("a workspace is used inside its `with` block")
        if session.connection is None:
            folder = self.rows.folder
            for partition in self.rows.manifest.partitions:
                check_label(folder, self.rows.manifest, partition)
            work = session.closing.enter_context(work_folder(folder))
            reads = [each for each in (folder, self.source.scores, work) if each is not None]
            database = str(folder / RELEASES) if self.writes else ":memory:"
            with _of_one_process(folder), for_owner_alone():
                opened = open_engine(work, self.source.memory, reads=reads, database=database)
                connection = session.closing.enter_context(opened)
            if self.writes:
                connection.execute(RELEASE_STATEMENTS)
            create_rows(connection, self.rows)
            session.connection, self._opened.work = connection, work
        return session.connection

    def scored(self) -> duckdb.DuckDBPyConnection:
        """As `profiled`."""
        return self.profiled()

    def profiled(self) -> duckdb.DuckDBPyConnection:
        """Return the connection with the relations of `scoring.scores` and `scoring.profiles`, of what was asked."""
        connection = self.connection
        if not self._session.is_profiled:
            create_figures(connection, self.rows.survey, self._figures())
            self._session.is_profiled = True
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        if isinstance(error, duckdb.Error):
            with failing_clearly(self.source.memory, str(self.rows.folder), self.rows.folder):
                raise error

    def _figures(self) -> dict[str, list[Path]]:
        """Return the files of what is counted, of the partitions that are asked for: of children, and of homes."""
        rows, work = self.rows, self._opened.work
        assert work is not None, "the connection is open"
        wanted = [partition for partition in rows.manifest.partitions if self._is_wanted(partition)]
        scores = _scores_of(self.source, rows.manifest)
        files: dict[str, list[Path]] = {FIGURES: [], FIGURES_OF_HOMES: []}
        self.watching.begin(len(wanted))
        for partition in wanted:
            check_partition(rows.folder, partition)
            place = self._place_of_figures(scores, partition, work)
            for kind, path in figures_files(partition).items():
                files[kind].append(place / path)
            self.watching.tell(partition.name)
        return files

    def _is_wanted(self, partition: Partition) -> bool:
        """Whether what is asked counts children of a partition."""
        asked = self.asked
        if asked.area is not None and not asked.everywhere and partition.province != asked.area[:PROVINCE]:
            return False
        return asked.all_rounds or partition.round in self._rounds_counted()

    def _rounds_counted(self) -> tuple[int, ...]:
        """Return the round that is asked for, and where it is asked for the one before it in the area."""
        known = rounds_of(self, self.asked.area)
        current = self.asked.round or max(known, default=0)
        before = [round_ for round_ in known if round_ < current] if self.asked.before else []
        return current, max(before, default=current)

    def _place_of_figures(self, scores: Manifest | None, partition: Partition, work: Path) -> Path:
        """Return the folder that has what is counted of a partition: that of the scores, or `work`, where it is worked
        out now."""
        rows, memory = self.rows, self.source.memory
        if scores is not None and self.source.scores is not None:
            fingerprint = fingerprint_of_scores(rows.manifest, partition, self.source.tool_version)
            if is_up_to_date(self.source.scores, scores.by_name.get(partition.name), fingerprint):
                return self.source.scores
        with failing_clearly(memory, partition.name, work), for_owner_alone(), open_engine(work, memory) as engine:
            judge_partition(engine, rows, partition)
            write_figures(engine, rows, partition, work)
        self._opened.anew.append(partition.name)
        return work


def dataset_workspace(
    source: DatasetSource,
    asked: Asked,
    *,
    language: Language = FALLBACK,
    writes: bool = False,
    watching: Watching | None = None,
) -> DatasetWorkspace:
    """Return the workspace of a data set for what is asked of it; with `writes`, what an audience is given is noted.

    Raises UsageError, UnreadableFile: where there is no data set, or it cannot tell what is asked.
    """
    check_memory(source.memory)
    rows = open_rows(source.folder)
    _scores_of(source, rows.manifest)
    survey = rows.survey
    if rows.manifest.detail == "masked":
        survey = _without_villages(survey, asked)
    return DatasetWorkspace(
        survey,
        source.folder,
        language,
        writes=writes,
        rows=rows,
        source=source,
        asked=asked,
        watching=watching or Watching(),
    )


def _without_villages(survey: Survey, asked: Asked) -> Survey:
    """Return the definition in which a subdistrict has no parts; rows without names know no villages. Raises UsageError
    where villages are asked for."""
    area = asked.area or ""
    finer = [group.id for group in groups_asked(survey, asked.by) if (group.digits or 0) > SUBDISTRICT]
    if len(area) > SUBDISTRICT or finer:
        raise UsageError("dataset_no_villages", subdistrict=area[:SUBDISTRICT] or finer[0])
    if len(area) < SUBDISTRICT:
        return survey
    groups = tuple(group for group in survey.figures.groups if (group.digits or 0) <= SUBDISTRICT)
    return survey.model_copy(update={"figures": survey.figures.model_copy(update={"groups": groups})})


def _scores_of(source: DatasetSource, rows: Manifest) -> Manifest | None:
    """Return the manifest of the scores, where a folder of scores is named. Raises UnreadableFile where these are none,
    or of another data set."""
    if source.scores is None:
        return None
    scores = read_manifest(source.scores)
    if scores is None or scores.kind != "scores":
        raise UnreadableFile("dataset_no_scores", folder=source.scores, rows=source.folder)
    of_scores, of_rows = (replace(each, kind="rows", columns=(), partitions=(), format=0) for each in (scores, rows))
    if of_scores != of_rows:
        raise UnreadableFile("dataset_other_scores", folder=source.scores, rows=source.folder)
    return scores


@contextmanager
def _of_one_process(folder: Path) -> Iterator[None]:
    """Raise UsageError where another process notes what it gives away of the data set."""
    try:
        yield
    except duckdb.IOException as error:
        message = "dataset_in_use" if "lock" in str(error).lower() else "cannot_write"
        raise UsageError(message, folder=folder, file=folder / RELEASES, reason=str(error).splitlines()[0]) from None
