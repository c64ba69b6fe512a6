"""A .zip of CSV files, as ODK Central hands out the submissions of a form with repeat groups.

Source of the layout: ODK Docs, Managing Submissions in Central: one table for the form, `FORM.csv`, one for each
repeat, `FORM-REPEAT.csv`, and photographs below `media/`.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cpms_cli.errors import NoSurveyTable, UnreadableFile
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import SheetNotRead, SourceTable
from cpms_cli.reading.text.csv_file import read_csv

_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError)


def is_archive_of_csv(path: Path) -> bool:
    """Whether a file that begins like a ZIP holds CSV files rather than a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _DAMAGED:
        return False
    return "[Content_Types].xml" not in names and "mimetype" not in names and any(map(_is_csv, names))


def _is_csv(name: str) -> bool:
    parts = name.split("/")
    return name.lower().endswith(".csv") and not any(part.startswith((".", "__MACOSX")) for part in parts)


def read_archive(path: Path, read: Callable[[Path], list[SourceTable]]) -> list[SourceTable]:
    """The tables of every CSV file in the archive, each under its name there as its sheet.

    Raises UnreadableFile for one that is damaged, locked or grows beyond the limits, NoSurveyTable where no file in it
    has a header of the survey. Nothing is unpacked but the CSV files, into a folder that is deleted again.
    """
    tables: list[SourceTable] = []
    not_read: list[SheetNotRead] = []
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="cpms-") as folder:
            if len(archive.infolist()) > LIMITS.entries:
                raise UnreadableFile("archive_too_large", file=path.name, limit=LIMITS.inflated // 1_000_000)
            entries = [entry for entry in archive.infolist() if _is_csv(entry.filename)]
            left = LIMITS.inflated
            for number, entry in enumerate(entries):
                before = len(tables)
                # Named by its number: what an archive calls its entries must not decide where a file is written.
                unpacked = Path(folder) / f"{number}.csv"
                left -= _unpack(path, archive, entry, unpacked, left)
                tables += _tables(path, entry.filename, unpacked, read)
                if len(tables) == before:
                    not_read.append(_not_read(path, entry.filename, unpacked))
    except _DAMAGED:
        raise UnreadableFile("archive_damaged", file=path.name) from None
    if not tables:
        raise NoSurveyTable("no_survey_header", file=path.name, sheet=", ".join(entry.filename for entry in entries))
    return [replace(tables[0], not_read=tuple(not_read)), *tables[1:]]


def _unpack(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, left: int) -> int:
    size = 0
    with archive.open(entry) as stream, to.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            ratio = size / max(entry.compress_size, 1)
            if size > left or (size > LIMITS.ratio_from and ratio > LIMITS.entry_ratio):
                raise UnreadableFile("archive_too_large", file=path.name, limit=LIMITS.inflated // 1_000_000)
            out.write(chunk)
    return size


def _tables(path: Path, name: str, unpacked: Path, read: Callable[[Path], list[SourceTable]]) -> list[SourceTable]:
    try:
        tables = read(unpacked)
    except NoSurveyTable:
        return []
    except UnreadableFile as error:
        raise UnreadableFile(error.message_id, **{**error.values, "file": f"{path.name}: {name}"}) from None
    return [replace(table, path=path, sheet=Path(name).stem) for table in tables]


def _not_read(path: Path, name: str, unpacked: Path) -> SheetNotRead:
    """What is to be told of a file of the archive that has no header of the survey."""
    try:
        tables = read_csv(unpacked, None)
    except UnreadableFile:
        return SheetNotRead(path.name, Path(name).stem, "empty")
    columns = [table.data.slice(0, LIMITS.header_rows) for table in tables]
    top = [row for table in columns for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    cells = sum(len(column) - column.null_count for table in tables for column in table.data.columns)
    shown = tuple(tuple(text or "" for text in row) for row in top)
    return SheetNotRead(path.name, Path(name).stem, "no_header", cells, top=shown)
