"""What lies in a folder where files arrive: each file once, and which of them somebody is writing at this moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cpms_cli.reading.source import file_digest

Held = Literal["open", "changing", "unreadable", "unfinished"]
# Names of files that programs and systems leave beside others, and endings of files that are still being fetched.
_BESIDE = ("~$", ".~lock.", ".")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})
_UNFINISHED = (".part", ".crdownload", ".download", ".tmp")
_JUST_NOW = 2.0  # seconds: a file saved so lately may still be in the middle of it
_LOOK_AGAIN = 0.5


@dataclass(frozen=True)
class Arrived:
    """A file of the folder: its path, its name there (with the folders below it), and the SHA-256 of what it holds.

    `held` says why it is left alone for now; then there is no digest. `same_as` is the name of another file of the
    folder with the very same content.
    """

    path: Path
    name: str
    digest: str = ""
    held: Held | None = None
    same_as: str = ""


def arrived_files(*places: Path) -> list[Arrived]:
    """Return the files of folders, and of the folders in them, the one that was changed longest ago first: where two of
    them say something else of the same row, what was saved last counts. A place may be a file itself."""
    paths = [
        (place, path) if place.is_dir() else (place.parent, place)
        for place in places
        for path in (place.rglob("*") if place.is_dir() else (place,))
        if path.is_file() and (path == place or not _beside(place, path))
    ]
    in_order = sorted(dict.fromkeys(paths), key=lambda pair: (_changed(pair[1]), pair[1].as_posix()))
    return list(_each_once([_arrived(folder, path) for folder, path in in_order]))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _beside(folder: Path, path: Path) -> bool:
    parts = path.relative_to(folder).parts
    return any(part.startswith(_BESIDE) for part in parts) or path.name.lower() in _SYSTEM


def _arrived(folder: Path, path: Path) -> Arrived:
    name = path.relative_to(folder).as_posix()
    if path.suffix.lower() in _UNFINISHED:
        return Arrived(path, name, held="unfinished")
    if _is_open(path):
        return Arrived(path, name, held="open")
    try:
        before = path.stat()
        if abs(time.time() - before.st_mtime) < _JUST_NOW:
            time.sleep(_LOOK_AGAIN)
        digest = file_digest(path)
        after = path.stat()
    except OSError:
        return Arrived(path, name, held="unreadable")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return Arrived(path, name, held="changing")
    return Arrived(path, name, digest)


def _is_open(path: Path) -> bool:
    """Whether Excel or LibreOffice has it open; Excel leaves out the first two letters of a longer name."""
    names = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    return any((path.parent / name).exists() for name in names)


def _each_once(files: list[Arrived]) -> Iterator[Arrived]:
    first: dict[str, str] = {}
    for file in files:
        if file.digest and file.digest in first:
            yield Arrived(file.path, file.name, file.digest, same_as=first[file.digest])
        else:
            first.setdefault(file.digest, file.name)
            yield file
