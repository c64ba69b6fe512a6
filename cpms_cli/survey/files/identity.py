"""What makes two definitions the same: the files that say what is asked and what it means, not what the tool says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

ENDINGS = frozenset({".yaml", ".csv"})  # the files of which a definition consists
# Of these the tool takes its own: how other programs name columns, its languages, and what it says.
AS_SHIPPED = ("exports.yaml", "proposals.yaml", "languages.yaml", "messages/*.yaml")


def is_among(file: str, patterns: Iterable[str]) -> bool:
    """Whether a file of a definition, by its path within the folder, is one of these."""
    return any(fnmatch(file, pattern) and file.count("/") == pattern.count("/") for pattern in patterns)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a definition by its path within the folder, lines ended as on Linux."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(b"\r\n", b"\n")
        for path in sorted(folder.rglob("*"))
        if path.suffix in ENDINGS and path.is_file()
    }


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the definition's own identity: SHA-256 over names and contents of the files that say what it means.

    What the tool says is left out: a copy made before the tool found better words is no other definition.
    """
    return _total({name: content for name, content in files.items() if not is_among(name, AS_SHIPPED)})


def digest_with_words(files: Mapping[str, bytes]) -> str:
    """Return the identity that earlier versions gave a definition, which took the tool's own words for part of it."""
    return _total(files)


def digest(folder: Path) -> str:
    """Return the identity of the definition in a folder."""
    return digest_of(files_of(folder))


def _total(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files, key=PurePosixPath):
        total.update(name.encode())
        total.update(files[name])
    return total.hexdigest()
