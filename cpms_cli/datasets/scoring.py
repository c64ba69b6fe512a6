"""A data set scored, a partition at a time, in as much memory as is given: the same cells as scoring the store.

What does not fit into the memory is put on the disk for as long as a partition takes. Scores are written batch by
batch; a partition that is scored already, from the very same rows, is passed over.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cpms_cli.datasets.canonical_rows import ALONG, check_can_be_scored, take_partition
from cpms_cli.datasets.exporting import Exported, Watching
from cpms_cli.datasets.fitting import check_fits, check_place, make_folder
from cpms_cli.datasets.manifest import (
    DEFINITION,
    Manifest,
    Partition,
    check_partition,
    hold_dataset,
    is_up_to_date,
    read_manifest,
    remove_partitions,
    write_manifest,
)
from cpms_cli.datasets.spark_engine import SparkEngine, check_spark, spark_engine
from cpms_cli.datasets.typed_rows import described_columns
from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.reading.source import file_digest
from cpms_cli.scoring.compiler.indicator_sql import with_household_levels
from cpms_cli.scoring.scores import EXPLAINED, HOUSEHOLD_SCORE, carried_columns, create_explained, judge
from cpms_cli.summaries.records.child_records import HOUSEHOLD_ROW, SUBDISTRICT
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.files.packed_definition import unpacked_definition
from cpms_cli.survey.model.definition import Survey
from cpms_cli.writing.files import PART_PREFIX
from cpms_cli.writing.owner_only import for_owner_alone

MEMORY = "2GB"
"""How much memory the engine takes where nobody says it."""
_FILE, _BATCH = "scores.parquet", 20_000
_LIMIT = re.compile(r"[1-9][0-9]*(?:\.[0-9]+)? ?[MG]B", re.IGNORECASE)


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
    if not _LIMIT.fullmatch(memory):
        raise UsageError("dataset_memory_unread", memory=memory)
    folder, to = Path(folder), Path(to)
    rows = read_manifest(folder)
    if rows is None or rows.kind != "rows":
        raise UnreadableFile("dataset_none", folder=folder)
    survey = _definition(folder, rows)
    check_can_be_scored(survey, [str(column["name"]) for column in rows.columns])
    for partition in rows.partitions:
        check_partition(folder, partition)
    check_place(to)
    if master is not None:
        check_spark(master)
    with for_owner_alone():
        make_folder(to)
        with hold_dataset(to):
            scoring = _Scoring(survey, folder, to, rows, memory, tool_version, master)
            return scoring.run(watching or Watching())


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
    """What partitions are scored with: the definition, the data set's folder and its manifest, the folder that the
    scores go to, in how much memory, by which version of the tool, and on which Spark, if on any."""

    survey: Survey
    folder: Path
    to: Path
    rows: Manifest
    memory: str
    tool_version: str
    master: str | None

    def run(self, watching: Watching) -> Exported:
        """Score what is new; the folder is held."""
        asked = replace(self.rows, kind="scores", columns=(), partitions=())
        manifest = read_manifest(self.to) or asked
        check_fits(self.to, manifest, asked)
        watching.begin(len(self.rows.partitions))
        written, same = list[str](), list[str]()
        with ExitStack() as spark:
            engine = None
            for partition in self.rows.partitions:
                if is_up_to_date(self.to, manifest.by_name.get(partition.name), self._fingerprint(partition)):
                    same.append(partition.name)
                else:
                    engine = engine or self._spark(spark)
                    manifest = self._score(manifest, partition, engine)
                    written.append(partition.name)
                watching.tell(partition.name)
        removed = [name for name in manifest.by_name if name not in self.rows.by_name]
        manifest = remove_partitions(self.to, manifest, removed)
        return Exported(self.rows.detail, tuple(written), tuple(same), tuple(removed), manifest.rows)

    def _spark(self, until: ExitStack) -> SparkEngine | None:
        """Spark, started for the first partition that is new; None where this machine does the work."""
        if self.master is None:
            return None
        spilled = Path(until.enter_context(tempfile.TemporaryDirectory(dir=self.to, prefix=f"{PART_PREFIX}spilled-")))
        return until.enter_context(spark_engine(self.master, spilled, _megabytes(self.memory)))

    def _fingerprint(self, partition: Partition) -> str:
        """What is another where the scores of a partition can be others."""
        scored = f"{self.tool_version} {self.rows.definition} {partition.sha256}"
        return hashlib.sha256(scored.encode()).hexdigest()[:32]

    def _score(self, manifest: Manifest, partition: Partition, engine: SparkEngine | None) -> Manifest:
        """Write the scores of a partition, and then the manifest that names it."""
        path = f"{partition.name}/{_FILE}"
        make_folder(self.to / partition.name)
        schema = self._write(partition, self.to / path, engine)
        digest = file_digest(self.to / path)
        scores = replace(partition, path=path, sha256=digest, fingerprint=self._fingerprint(partition))
        manifest = replace(manifest.with_partition(scores), columns=described_columns(self.survey, schema))
        write_manifest(self.to, manifest)
        return manifest

    def _write(self, partition: Partition, to: Path, engine: SparkEngine | None) -> pa.Schema:
        """Score the rows of one partition into a file, whole or not at all; the columns of the file."""
        survey = self.survey
        with nullcontext(engine) if engine else _engine(to.parent, self.memory) as connection:
            try:
                unasked = take_partition(connection, survey, self.folder / partition.path, partition, self.rows.detail)
                judge(connection, survey, "partition_child", "partition_household", ALONG, unasked)
                create_explained(connection, survey)
                scores = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
                order = ", ".join(survey.key("child"))
                cells = connection.execute(f"SELECT {_shown(survey, self.rows)} FROM ({scores}) ORDER BY {order}")
                return _write_batches(cells.to_arrow_reader(_BATCH), to)
            except duckdb.OutOfMemoryException:
                raise UsageError("dataset_memory", memory=self.memory, partition=partition.name) from None
            except (duckdb.IOException, OSError) as error:
                reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
                raise UsageError("cannot_write", file=to, reason=reason) from None


def _megabytes(memory: str) -> int:
    """The megabytes of a limit as it is typed: 500MB, 1.5 GB."""
    number, unit = float(memory[:-2]), memory[-2:].upper()
    return round(number * (1024 if unit == "GB" else 1))


def _shown(survey: Survey, rows: Manifest) -> str:
    """The columns of scores that are written."""
    round_ = survey.role("round").name
    if rows.detail == "identified":
        return f"* EXCLUDE ({round_})"
    village, household, line = (survey.role(role).name for role in ("village", "household", "line"))
    names = f"{village} AS {SUBDISTRICT}, {household} AS {HOUSEHOLD_ROW}"
    return f"{names}, * EXCLUDE ({round_}, {village}, {household}, {line})"


def _write_batches(batches: pa.RecordBatchReader, to: Path) -> pa.Schema:
    """Write batches into a file beside, and move it into its place."""
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=PART_PREFIX, suffix=to.suffix)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream, pq.ParquetWriter(stream, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return batches.schema


@contextmanager
def _engine(beside: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that takes so much memory, and puts what does not fit into a folder that is removed at the end."""
    spilled = Path(tempfile.mkdtemp(dir=beside, prefix=f"{PART_PREFIX}spilled-"))
    connection = duckdb.connect(":memory:", config={"temp_directory": str(spilled), "memory_limit": memory})
    try:
        connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spilled, ignore_errors=True)
