"""What a run of an office left in its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

NewOffice = Callable[..., Path]


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folder_of_run(folder: Path) -> Path:
    return max((path for path in (folder / "outbox").iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)


def states_of(document: Any) -> dict[str, str]:
    return {file["file"]: file["state"] for file in document["files"]}
