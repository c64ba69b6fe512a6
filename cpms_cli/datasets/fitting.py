"""Whether a store's rows may go into a folder: it holds nothing else, or a data set of the very same kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cpms_cli.datasets.manifest import DEFINITION, MANIFEST, Manifest
from cpms_cli.datasets.series import SERIES_KEY
from cpms_cli.errors import UsageError


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
    strange = [name for name in inside if name != DEFINITION and not name.startswith((".", "province="))]
    if strange and MANIFEST not in inside:
        raise UsageError("dataset_no_folder", folder=folder)


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
