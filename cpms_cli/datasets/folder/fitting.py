"""Whether a store's rows may go into a folder: it holds nothing else, or a data set of the very same kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cpms_cli.datasets.folder.manifest import (
    DEFINITION,
    HOUSEHOLDS,
    MANIFEST,
    Manifest,
    Partition,
    further_file,
    label_of,
)
from cpms_cli.datasets.folder.series import SERIES_KEY
from cpms_cli.errors import DefinitionError, UnreadableFile, UsageError
from cpms_cli.survey.opening.packed_definition import digest_of_packed


def make_folder(folder: Path) -> None:
    """Make a folder with those around it, where it is not there. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("cannot_write", file=folder, reason=error.strerror or "") from None


def check_place(folder: Path) -> None:
    """Raise UsageError where a folder cannot hold a data set: it is a file, or holds something else."""
    if folder.exists() and not folder.is_dir():
        raise UsageError("dataset_no_folder", folder=folder)
    if not folder.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=folder.resolve().parent)
    inside = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    # What a run leaves that was killed before it could write a manifest is no more than this.
    strange = [name for name in inside if name != DEFINITION and not name.startswith((".", "_", "province="))]
    if strange and MANIFEST not in inside:
        raise UsageError("dataset_no_folder", folder=folder)


def digest_by_now(folder: Path, manifest: Manifest) -> str:
    """Return the digest of the definition by which a data set's rows are read: earlier versions gave it another."""
    try:
        return digest_of_packed((folder / DEFINITION).read_bytes(), manifest.definition)
    except (OSError, DefinitionError):
        return manifest.definition


def check_fits(folder: Path, manifest: Manifest, asked: Manifest) -> None:
    """Raise UsageError where a data set has rows of another definition, tells more or less of children than is asked
    for, or names them by another series."""
    if manifest.kind != asked.kind:
        raise UsageError("dataset_no_folder", folder=folder)
    if manifest.definition != asked.definition:
        raise UsageError(
            "dataset_other_definition", folder=folder, known=manifest.definition[:12], given=asked.definition[:12]
        )
    if manifest.detail != asked.detail:
        raise UsageError(f"dataset_is_{manifest.detail}", folder=folder)
    if manifest.audience != asked.audience:
        raise UsageError("dataset_other_audience", folder=folder, known=manifest.audience, given=asked.audience)
    if manifest.pseudonyms != asked.pseudonyms:
        raise UsageError("dataset_other_series", folder=folder, variable=SERIES_KEY)


def check_one_store_each(folder: Path, manifest: Manifest, store: str, names: Iterable[str]) -> None:
    """Raise UsageError where another store's rows stand in one of these partitions."""
    known = manifest.by_name
    for name in names:
        if name in known and known[name].store != store:
            raise UsageError("dataset_two_stores", folder=folder, partition=name)


def label_in(path: Path) -> tuple[dict[str, str], int] | None:
    """Return what a Parquet file says of the data set that it belongs to, and how many rows it has; None where it
    cannot be read."""
    try:
        metadata = pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return None
    label = {name.decode(): value.decode() for name, value in (metadata.metadata or {}).items()}
    return {name: value for name, value in label.items() if name.startswith("cpms.")}, metadata.num_rows


def check_label(folder: Path, manifest: Manifest, partition: Partition) -> None:
    """Raise UnreadableFile where the rows of a partition are of another data set than the manifest that names it:
    copied from one to the other, they would be read by the wrong rules, or one child would have two names."""
    homes = further_file(partition, HOUSEHOLDS)
    for path in (partition.path, *([homes] if homes else [])):
        in_file = label_in(folder / path)
        if in_file is None or (path == partition.path and in_file[1] != partition.rows):
            raise UnreadableFile("dataset_partition_damaged", folder=folder, partition=partition.name)
        label, known = in_file[0], label_of(manifest)
        if not label or homes is None:
            raise UnreadableFile("dataset_partition_earlier", folder=folder, partition=partition.name)
        message = differing(known, label)
        if message is not None:
            raise UnreadableFile(message, folder=folder, partition=partition.name)


def differing(known: dict[str, str], label: dict[str, str]) -> str | None:
    """Return the message that says what is other in a file's label than in that of its data set; None where nothing
    is."""
    for name, message in (
        ("cpms.definition", "dataset_partition_definition"),
        ("cpms.detail", "dataset_partition_detail"),
        ("cpms.audience", "dataset_partition_detail"),
        ("cpms.pseudonyms", "dataset_partition_series"),
    ):
        if label.get(name) != known[name]:
            return message
    return None
