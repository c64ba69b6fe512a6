"""Any file, text or workbook, to sheets of text cells; what it is is told by its content, not by its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.archive import is_archive_of_csv, read_archive
from cpms_cli.reading.book.bundle import SIGNATURE, read_bundle
from cpms_cli.reading.book.workbook_cells import read_workbook
from cpms_cli.reading.markup.markup_file import is_markup, read_markup
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.text.csv_file import read_csv

_TEXT_ENDINGS = {".csv", ".tsv", ".txt", ".tab"}
_LINK_ENDINGS = {".gsheet", ".url", ".webloc"}
_LINK = re.compile(rb"""\s*(?:\[InternetShortcut\]|\{\s*"(?:url|doc_id|resource_id)"\s*:)""")
_SIGNATURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"%PDF": "PDF",
    b"GIF8": "GIF",
    b"SQLite format": "SQLite",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
    b"PAR1": "Parquet",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def check_path(path: Path) -> bytes:
    """The first bytes of a file that can be read; raises UnreadableFile saying why it cannot."""
    if path.is_dir():
        raise UnreadableFile("file_is_directory", file=path.name)
    if not path.exists():
        raise UnreadableFile("file_missing", file=str(path))
    if not path.is_file():
        raise UnreadableFile("file_is_no_file", file=path.name)
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile("file_unreadable", file=path.name, reason=error.strerror or "") from None
    if not start.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile("file_empty", file=path.name)
    limit = LIMITS.workbook if start.startswith((b"PK", b"\xd0\xcf")) else LIMITS.text_file
    if size > limit:
        raise UnreadableFile("file_too_large", file=path.name, limit=limit // 1_000_000)
    return start


def read_sheets(
    path: Path,
    spellings: Mapping[str, str] | None,
    encoding: str | None = None,
    sheets: Collection[str] | None = None,
) -> list[SourceTable]:
    """The sheets of one file; with the survey's header spellings, only those that have a header of the survey.

    Of a workbook only `sheets`, where they are named. Raises UnreadableFile, or NoSurveyTable where no sheet has a
    table, UsageError where it has none of `sheets`.
    """
    start = check_path(path)
    if start.startswith(SIGNATURE):
        return read_bundle(path)
    for signature, kind in _SIGNATURES.items():
        if start.startswith(signature):
            raise UnreadableFile("file_is_other_kind", file=path.name, kind=kind)
    if start.startswith(b"PK") and is_archive_of_csv(path):
        return read_archive(path, lambda file: read_csv(file, spellings, encoding))
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return read_workbook(path, spellings, sheets)
    if is_markup(start):
        return read_markup(path, start, spellings, encoding, sheets)
    if path.suffix.lower() in _LINK_ENDINGS or _LINK.match(start):
        raise UnreadableFile("file_is_link", file=path.name)
    if path.suffix.lower() in _TEXT_ENDINGS or start.count(0) < len(start) // 20 or _wide(start):
        return read_csv(path, spellings, encoding)
    raise UnreadableFile("file_unknown_kind", file=path.name)


def _wide(start: bytes) -> bool:
    """Whether this may be UTF-16: by its mark, or by zero bytes at every second place only."""
    return start.startswith(_WIDE) or not (start[0::2].count(0) and start[1::2].count(0))


def read_cells(path: str | Path, *, encoding: str | None = None) -> list[SourceTable]:
    """Any file as text cells, nothing known of what is asked there: header, titles and notes are told apart by how the
    rows look.

    Returns one table for each sheet that has one, in the file's order; cells are text, blank ones null, `rows` the
    sheet's own row numbers. `encoding` overrules what the bytes of a text file say. Raises UnreadableFile when it is no
    table at all, UsageError for an encoding that does not exist.
    """
    return read_sheets(Path(path), None, encoding)
