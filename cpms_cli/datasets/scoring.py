"""A data set scored, a partition at a time, in as much memory as is given: the same cells as scoring the store.

What does not fit into the memory is put on the disk for as long as a partition takes. Scores are written batch by
batch; a partition that is scored already, from the very same rows, is passed over. Beside the scores stands what
summaries count of each child (`partition_figures`).
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from cpms_cli.datasets.canonical_rows import check_can_be_scored
from cpms_cli.datasets.engine import (
    BATCH,
    MEMORY,
    check_memory,
    failing_clearly,
    megabytes,
    open_engine,
    work_folder,
    write_batches,
)
from cpms_cli.datasets.folder.exporting import Exported, Watching
from cpms_cli.datasets.folder.fitting import check_fits, check_label, check_place, make_folder
from cpms_cli.datasets.folder.manifest import (
    DEFINITION,
    FORMAT,
    Manifest,
    Partition,
    check_partition,
    hold_dataset,
    is_up_to_date,
    label_of,
    read_manifest,
    remove_partitions,
    write_manifest,
)
from cpms_cli.datasets.folder.typed_rows import described_columns
from cpms_cli.datasets.partition_figures import DatasetRows, figures_files, judge_partition, write_figures
from cpms_cli.datasets.spark_engine import SparkEngine, check_spark, spark_engine
from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.source import file_digest
from cpms_cli.scoring.compiler.indicator_sql import with_household_levels
from cpms_cli.scoring.scores import EXPLAINED, HOUSEHOLD_SCORE, carried_columns, create_explained
from cpms_cli.summaries.records.child_records import HOUSEHOLD_ROW, SUBDISTRICT
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.opening.packed_definition import unpacked_definition
from cpms_cli.writing.owner_only import for_owner_alone

_FILE = "scores.parquet"


def score_dataset(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    folder: str | Path,
    to: str | Path,
    *,
    memory: str = MEMORY,
    master: str | None = None,
    tool_version: str = "",
    watching: Watching | None = None,
) -> Exported:
    """Score the rows of a data set into another folder, as Parquet by province and round, with a manifest.

    Columns as `scoring.scores.score`, without the round, which the folders say; of masked rows a subdistrict and
    HOUSEHOLD_ROW stand in the place of the village and the house. With the `master` of a Spark cluster (or `local[*]`)
    Spark works them out. Raises UsageError; UnreadableFile where a partition is not whole.
    """
    check_memory(memory)
    to = Path(to)
    rows = open_rows(Path(folder))
    for partition in rows.manifest.partitions:
        check_partition(rows.folder, partition)
        check_label(rows.folder, rows.manifest, partition)
    check_place(to)
    if master is not None:
        check_spark(master)
    with for_owner_alone():
        make_folder(to)
        with hold_dataset(to), work_folder(to) as work:
            return _Scoring(rows, to, work, memory, tool_version, master).run(watching or Watching())


def open_rows(folder: Path) -> DatasetRows:
    """Return the rows of a data set, with the definition by which they are read.

    Raises UnreadableFile where there is no data set in the folder, UsageError where its rows hide what rules ask for.
    """
    manifest = read_manifest(folder)
    if manifest is None or manifest.kind != "rows":
        raise UnreadableFile("dataset_none", folder=folder)
    survey = _definition(folder, manifest)
    check_can_be_scored(survey, [str(column["name"]) for column in manifest.columns])
    return DatasetRows(survey, folder, manifest)


def fingerprint_of_scores(rows: Manifest, partition: Partition, tool_version: str) -> str:
    """Return what is another where the scores of a partition can be others."""
    homes = " ".join(partition.further.values())
    scored = f"{tool_version} {rows.definition} {partition.sha256} {homes}"
    return hashlib.sha256(scored.encode()).hexdigest()[:32]


def _definition(folder: Path, manifest: Manifest) -> Survey:
    """The definition by which the rows of a data set are read."""
    if manifest.definition == load_survey().digest:
        return load_survey()
    try:
        packed = (folder / DEFINITION).read_bytes()
    except OSError:
        raise UnreadableFile("dataset_without_definition", folder=folder, file=DEFINITION) from None
    return unpacked_definition(packed, manifest.definition)


@dataclass(frozen=True)
class _Scoring:
    """What partitions are scored with: the rows, the folder that the scores go to, one for what does not fit into the
    memory, how much memory, by which version of the tool, and on which Spark, if on any."""

    rows: DatasetRows
    to: Path
    work: Path
    memory: str
    tool_version: str
    master: str | None

    def run(self, watching: Watching) -> Exported:
        """Score what is new; the folder is held."""
        rows = self.rows.manifest
        asked = replace(rows, kind="scores", columns=(), partitions=())
        manifest = read_manifest(self.to) or asked
        check_fits(self.to, manifest, asked)
        watching.begin(len(rows.partitions))
        written, same = list[str](), list[str]()
        with ExitStack() as until:
            engine = None
            for partition in rows.partitions:
                fingerprint = fingerprint_of_scores(rows, partition, self.tool_version)
                if is_up_to_date(self.to, manifest.by_name.get(partition.name), fingerprint):
                    same.append(partition.name)
                else:
                    engine = engine or self._spark(until)
                    manifest = self._score(manifest, partition, fingerprint, engine)
                    written.append(partition.name)
                watching.tell(partition.name)
        removed = [name for name in manifest.by_name if name not in rows.by_name]
        manifest = remove_partitions(self.to, manifest, removed)
        return Exported(rows.detail, tuple(written), tuple(same), tuple(removed), manifest.rows)

    def _spark(self, until: ExitStack) -> SparkEngine | None:
        """Spark, started for the first partition that is new; None where this machine does the work."""
        if self.master is None:
            return None
        return until.enter_context(spark_engine(self.master, self.work, megabytes(self.memory)))

    def _score(
        self, manifest: Manifest, partition: Partition, fingerprint: str, engine: SparkEngine | None
    ) -> Manifest:
        """Write the scores of a partition, and then the manifest that names it."""
        path, further = f"{partition.name}/{_FILE}", figures_files(partition).values()
        make_folder(self.to / partition.name)
        schema = self._write(partition, self.to / path, engine)
        scores = replace(
            partition,
            path=path,
            sha256=file_digest(self.to / path),
            fingerprint=fingerprint,
            further={name: file_digest(self.to / name) for name in further},
        )
        manifest = replace(
            manifest.with_partition(scores), columns=described_columns(self.rows.survey, schema), format=FORMAT
        )
        write_manifest(self.to, manifest)
        return manifest

    def _write(self, partition: Partition, to: Path, engine: SparkEngine | None) -> pa.Schema:
        """Score the rows of one partition into a file, and write beside it what summaries count; each file whole or not
        at all. Returns the columns of the scores."""
        survey, manifest = self.rows.survey, self.rows.manifest
        opened = nullcontext(engine) if engine else open_engine(self.work, self.memory)
        with failing_clearly(self.memory, partition.name, to), opened as connection:
            judge_partition(connection, self.rows, partition)
            write_figures(connection, self.rows, partition, self.to)
            create_explained(connection, survey)
            scores = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
            order = ", ".join(survey.key("child"))
            cells = connection.execute(f"SELECT {_shown(survey, manifest)} FROM ({scores}) ORDER BY {order}")
            return write_batches(cells.to_arrow_reader(BATCH), to, label_of(manifest))


def _shown(survey: Survey, rows: Manifest) -> str:
    """The columns of scores that are written."""
    round_ = survey.role("round").name
    if rows.detail == "identified":
        return f"* EXCLUDE ({round_})"
    village, household, line = (survey.role(role).name for role in ("village", "household", "line"))
    names = f"{village} AS {SUBDISTRICT}, {household} AS {HOUSEHOLD_ROW}"
    return f"{names}, * EXCLUDE ({round_}, {village}, {household}, {line})"
