"""A definition of one's own begins as a copy of the shipped one."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.survey.yaml_files.location import shipped


def copy_shipped_definition(folder: Path) -> int:
    """Copy the shipped definition into a folder, which is made where there is none; return how many files it has.

    Raises UsageError where the folder holds anything, is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("schema_new_file", folder=folder)
    source = shipped("schemas")
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError("folder_not_empty", folder=folder)
        for file in files:
            target = folder / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            # The bytes alone: the shipped files may be read-only, and the copy is there to be changed.
            target.write_bytes(file.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError("schema_new_not_written", folder=folder, reason=reason) from None
    return len(files)
