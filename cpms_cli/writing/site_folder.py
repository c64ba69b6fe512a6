"""A folder of pages, written whole or not at all: beside its place first, then moved into it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.writing.files import PART_PREFIX

INDEX = "index.html"
MADE_BY = "cpms report site"
"""What the head of every page says of what made it; by it a folder of ours is known."""
_PAGE = re.compile(r"(index|rights)\.html|(area|indicator)-\d+\.html")
_LOOKED_AT = 2000


def check_site(folder: Path) -> bool:
    """Return whether a site is there that will be replaced.

    Raises UsageError where the folder is anything else than new, empty or a site of ours, or nothing can be put there.
    """
    if not folder.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(folder.resolve().parent))
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise UsageError("site_no_folder", folder=folder.name)
    entries = sorted(folder.iterdir())
    foreign = next((entry.name for entry in entries if not _is_ours(entry)), None)
    if foreign is not None:
        raise UsageError("site_other_folder", folder=folder.name, file=foreign)
    return bool(entries)


def write_site(pages: Mapping[str, bytes], folder: Path) -> None:
    """Write the pages by their names. What stood there, a site of ours, is replaced once all are written.

    Raises UsageError as `check_site`, and where something cannot be written.
    """
    check_site(folder)
    target = folder.resolve()
    work: Path | None = None
    try:
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=PART_PREFIX))
        new, old = work / "new", work / "old"
        new.mkdir(mode=0o700)
        for name, content in pages.items():
            (new / name).write_bytes(content)
        with uninterrupted():
            if target.exists():
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise UsageError("cannot_write", file=folder.name, reason=error.strerror or "") from None
    finally:
        if work is not None:
            with suppress(OSError):
                shutil.rmtree(work / "new", ignore_errors=True)
                if target.exists():  # else what stood there could not be put back, and is all that there is
                    shutil.rmtree(work / "old", ignore_errors=True)
                work.rmdir()


def _is_ours(entry: Path) -> bool:
    if not _PAGE.fullmatch(entry.name) or not entry.is_file():
        return False
    with entry.open("rb") as stream:
        return f'content="{MADE_BY}"'.encode() in stream.read(_LOOKED_AT)
