"""The engine that a data set is worked on with: so much memory, the rest on the disk, and no file but those named."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from cpms_cli.errors import UsageError
from cpms_cli.writing.file_locks import try_lock
from cpms_cli.writing.files import PART_PREFIX

MEMORY = "2GB"
"""How much memory the engine takes where nobody says it."""
BATCH = 20_000
_LIMIT = re.compile(r"[1-9][0-9]*(?:\.[0-9]+)? ?[MG]B", re.IGNORECASE)
_WORK, _HELD = ".cpms_work-", "held"


def check_memory(memory: str) -> None:
    """Raise UsageError where `memory` is no amount of it."""
    if not _LIMIT.fullmatch(memory):
        raise UsageError("dataset_memory_unread", memory=memory)


def megabytes(memory: str) -> int:
    """Return the megabytes of a limit that `check_memory` lets through: 500MB, 1.5 GB."""
    number, unit = float(memory[:-2]), memory[-2:].upper()
    return round(number * (1024 if unit == "GB" else 1))


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """Make a folder for what does not fit into memory, for its owner alone, and remove it at the end.

    It lies in the folder `beside`, where the data set lies anyway; where nobody may write there, among the temporary
    files of the computer. What a killed process left is removed by the next that works there.
    """
    try:
        folder = Path(tempfile.mkdtemp(dir=beside, prefix=_WORK))
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix=_WORK))
    handle = os.open(folder / _HELD, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(OSError):
            try_lock(handle)
        _remove_left(folder.parent)
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(parent: Path) -> None:
    """Remove the work folders that no process holds any more."""
    for folder in parent.glob(f"{_WORK}*"):
        try:
            handle = os.open(folder / _HELD, os.O_RDWR)
        except OSError:
            continue  # another process is just making it, or has it
        try:
            free = try_lock(handle)
        except OSError:
            free = False
        finally:
            os.close(handle)
        if free:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_engine(
    work: Path, memory: str, *, reads: Sequence[Path] = (), database: str = ":memory:"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine that takes so much memory, puts the rest into the folder `work`, and reads files in the folders
    `reads` alone."""
    spilled = work / "spilled"
    connection = duckdb.connect(database, config={"temp_directory": str(spilled), "memory_limit": memory})
    try:
        folders = [str(folder.resolve()) for folder in reads]
        if folders:
            connection.execute("SET allowed_directories = ?", [folders])
        connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


@contextmanager
def failing_clearly(memory: str, partition: str, file: Path) -> Iterator[None]:
    """Turn what goes wrong with memory and disk into a UsageError that says what to do."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise UsageError("dataset_memory", memory=memory, partition=partition) from None
    except (duckdb.IOException, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise UsageError("cannot_write", file=file, reason=reason) from None


def write_batches(batches: pa.RecordBatchReader, to: Path, label: dict[str, str]) -> pa.Schema:
    """Write batches into a Parquet file beside, and move it into its place: whole or not at all."""
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=PART_PREFIX, suffix=to.suffix)
    part, schema = Path(name), batches.schema.with_metadata(label)
    try:
        with os.fdopen(handle, "wb") as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch.replace_schema_metadata(label))
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return schema
