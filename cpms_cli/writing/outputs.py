"""The gate before every output: what a person may have filled in, and what was read, is never written over.

A workbook or document that is there already may have been filled in or edited since: it is written over only where
that is asked for. A store and what belongs to it, a file that was read, and rows set aside, which may stand nowhere
else, are never written over, whichever path leads to them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.survey.messages import wordings

FILLED_IN = (".xlsx", ".xlsm", ".xls", ".ods", ".docx")
"""Endings of files that people open, fill in or edit, and save again."""
ASIDE = "cpms_problem"
"""The property by which a workbook of rows set aside is known; in those of earlier versions, a header."""
# A database of the engine has its sign behind a checksum of eight bytes, an encrypted one too.
_SIGN, _SIGN_AT = b"DUCK", 8
_LOG = re.compile(r"\.wal$", re.IGNORECASE)
_LOOKED_AT = 20_000_000


def is_database(path: Path) -> bool:
    """Whether a file is a database of the engine, or the beginning of one."""
    try:
        with path.open("rb") as stream:
            return stream.read(_SIGN_AT + len(_SIGN))[_SIGN_AT:] == _SIGN
    except OSError:
        return False


def same_file(first: Path, other: Path) -> bool:
    """Whether two paths lead to one file: by a link of either kind, another way of writing, capital letters."""
    if first.resolve() == other.resolve():
        return True
    try:
        return first.samefile(other)
    except OSError:
        return False


def check_new(path: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError where a file of this name is there, unless it is to be written over."""
    if path.exists() and not overwrite:
        raise UsageError("output_exists", file=path.name)


def check_output(path: Path, read: Iterable[Path], stores: Iterable[Path], *, overwrite: bool, filled_in: bool) -> None:
    """Raise UsageError where this file must not be written: see above.

    `read` are files and folders that are read, `stores` the stores in use, there or not; `filled_in` says that people
    fill in what is written, whatever its ending.
    """
    for store in stores:
        if is_of_store(path, store):
            raise UsageError("output_is_store", file=path.name)
    if path.is_file() and (is_database(path) or _LOG.search(path.name)):
        raise UsageError("output_is_store", file=path.name)
    for input_path in read:
        if same_file(path, input_path) or (input_path.is_dir() and path.resolve().is_relative_to(input_path.resolve())):
            raise UsageError("annotate_itself", file=path.name)
    if filled_in or path.suffix.lower() in FILLED_IN:
        check_new(path, overwrite=overwrite)
    if path.is_file() and _holds_rows_set_aside(path):
        raise UsageError("output_set_aside", file=path.name)


def is_of_store(path: Path, store: Path) -> bool:
    """Whether a path leads to a store, there or not, or to what lies beside it and belongs to it."""
    return any(same_file(path, kept) for kept in (store, *_of_store(store)))


def _of_store(store: Path) -> tuple[Path, ...]:
    """What lies beside a store and belongs to it."""
    place = store.resolve()
    return (
        place.with_name(f"{place.name}.wal"),
        place.with_name(f".{place.name}.lock"),
        place.with_name(f".{place.name}.part"),
    )


def _holds_rows_set_aside(path: Path) -> bool:
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return False
    try:
        with zipfile.ZipFile(path) as book:
            parts = [part for part in book.infolist() if part.filename.endswith(".xml")]
            # Some programs save a workbook without its properties: its headers are left.
            marks = [mark.encode() for mark in (ASIDE, *wordings("aside_problem"))]
            texts = (book.open(part).read(_LOOKED_AT) for part in parts)
            return any(mark in text for text in texts for mark in marks)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
