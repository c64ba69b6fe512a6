"""The manifest of a data set: what is in it, and by what it can be told that it is whole.

A partition is part of the data set once the manifest names it, with the SHA-256 of its file. So a run that is killed
leaves no half partition: what the manifest does not name is nobody's, and is written again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from cpms_cli.errors import UnreadableFile, UsageError
from cpms_cli.reading.source import file_digest
from cpms_cli.writing.file_locks import try_lock
from cpms_cli.writing.files import PART_PREFIX, json_text, write_bytes

MANIFEST, DEFINITION, _LOCK = "manifest.json", "definition.pack", ".lock"
HOUSEHOLDS, FIGURES, FIGURES_OF_HOMES = "_households", "_figures", "_figures_of_homes"
"""Folders beside those of the partitions, each laid out like these: the households of a data set's rows; with scores,
what summaries count of each child and of each household. Programs that read a folder of Parquet pass over them."""
FORMAT = 2
Rows = Literal["identified", "masked"]


@dataclass(frozen=True)
class Partition:
    """The rows of a province in a round: `path` within the data set, how many `rows`, the file's `sha256`.

    `store` tells stores apart and says nothing else about them; `fingerprint` is another where a row of the store, the
    definition, or how much is told of children is another. `further`: the files of the partition in the folders beside,
    each with its SHA-256. `unasked`: the questions that no row was asked; `partly_unasked`: those that some were not.
    """

    province: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    round: Annotated[int, Field(ge=1000, le=9999)]
    path: str
    rows: int
    sha256: str
    store: str
    fingerprint: str
    further: Mapping[str, str] = field(default_factory=dict)
    unasked: Sequence[str] = ()
    partly_unasked: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What the partition is called: its folders."""
        return partition_name(self.province, self.round)


def partition_name(province: str, round_: int) -> str:
    """Return the folders of a partition, as Hive, Spark and DuckDB read them."""
    return f"province={province}/round={round_}"


@dataclass(frozen=True)
class Manifest:
    """What a data set says of itself.

    `definition`: the digest of that by which its rows are read. `detail`: how much of who a child is stands in it, for
    which `audience`; `pseudonyms`: of which series these are, None where it has names. `kind`: rows, or their scores.
    `moved`: whether children who moved between provinces go by the identifier that they had first.
    """

    definition: str
    detail: Rows
    audience: str
    pseudonyms: str | None
    columns: tuple[Mapping[str, Any], ...] = ()
    partitions: tuple[Partition, ...] = ()
    kind: Literal["rows", "scores"] = "rows"
    moved: bool = False
    format: int = FORMAT

    @property
    def by_name(self) -> dict[str, Partition]:
        """The partitions by what they are called."""
        return {partition.name: partition for partition in self.partitions}

    @property
    def rows(self) -> int:
        """How many rows there are in all partitions."""
        return sum(partition.rows for partition in self.partitions)

    def with_partition(self, partition: Partition) -> Manifest:
        """The manifest with a partition in the place of the one of its name."""
        return self._with({**self.by_name, partition.name: partition})

    def without(self, name: str) -> Manifest:
        """The manifest without a partition."""
        return self._with({other: partition for other, partition in self.by_name.items() if other != name})

    def _with(self, partitions: Mapping[str, Partition]) -> Manifest:
        return replace(self, partitions=tuple(partitions[name] for name in sorted(partitions)))


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a data set; None where there is none in the folder.

    Raises UnreadableFile where there is one that cannot be read, or that a later version wrote.
    """
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        if json.loads(text)["format"] > FORMAT:
            raise UnreadableFile("dataset_newer", folder=folder)
        manifest = _shape().validate_json(text, strict=True)
        if not _lies_within(manifest):
            raise ValueError("a partition stands twice, or elsewhere")
        return manifest
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableFile("dataset_manifest_damaged", file=folder / MANIFEST) from None


@cache
def _shape() -> TypeAdapter[Manifest]:
    """What a manifest may hold: it comes from another's hands, and its paths are read, and removed."""
    return TypeAdapter(Manifest)


def _lies_within(manifest: Manifest) -> bool:
    """Whether each partition stands once, each of its files in a folder of the partition's own name."""
    for partition in manifest.partitions:
        for path in (partition.path, *partition.further):
            folders = PurePosixPath(path).parts[:-1]
            if ".." in folders or not f"/{'/'.join(folders)}".endswith(f"/{partition.name}") or path.startswith("/"):
                return False
    return len(manifest.by_name) == len(manifest.partitions) and all("name" in each for each in manifest.columns)


def label_of(manifest: Manifest) -> dict[str, str]:
    """Return what each file of a data set says of the set that it belongs to."""
    return {
        "cpms.definition": manifest.definition,
        "cpms.detail": manifest.detail,
        "cpms.audience": manifest.audience,
        "cpms.pseudonyms": manifest.pseudonyms or "",
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest whole or not at all. Raises UsageError."""
    write_bytes(folder / MANIFEST, f"{json_text(asdict(manifest))}\n".encode())


def is_whole(folder: Path, partition: Partition) -> bool:
    """Whether the files of a partition are there, as they were written."""
    files = {partition.path: partition.sha256, **partition.further}
    try:
        return all(file_digest(folder / path) == digest for path, digest in files.items())
    except OSError:
        return False


def further_file(partition: Partition, kind: str) -> str | None:
    """Return the path of a partition's file in a folder beside; None where an earlier version wrote none."""
    return next((path for path in partition.further if path.startswith(f"{kind}/")), None)


def is_up_to_date(folder: Path, partition: Partition | None, fingerprint: str) -> bool:
    """Whether a partition need not be written: it is there, whole, and made of what has this fingerprint."""
    return partition is not None and partition.fingerprint == fingerprint and is_whole(folder, partition)


def remove_partitions(folder: Path, manifest: Manifest, names: Iterable[str]) -> Manifest:
    """Return the manifest without these partitions; each is taken out of it before its file is removed."""
    for name in names:
        gone, manifest = manifest.by_name[name], manifest.without(name)
        write_manifest(folder, manifest)
        for path in (gone.path, *gone.further):
            (folder / path).unlink(missing_ok=True)
    return manifest


def check_partition(folder: Path, partition: Partition) -> None:
    """Raise UnreadableFile where a file of one partition is not there, or not as it was written."""
    if not is_whole(folder, partition):
        raise UnreadableFile("dataset_partition_damaged", folder=folder, partition=partition.name)


@contextmanager
def hold_dataset(folder: Path) -> Iterator[None]:
    """Hold a data set while it is written, and remove what a killed run left half written in it. Raises UsageError
    where another process writes it."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError("cannot_write", file=folder, reason=error.strerror or "") from None
    try:
        if not try_lock(handle):
            raise UsageError("dataset_in_use", folder=folder)
        for left in [*folder.rglob(f"{PART_PREFIX}*")]:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)
