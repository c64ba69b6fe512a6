"""Web pages and workbooks in XML, whatever they are called, to source tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.sheet_tables import tables_of_book
from cpms_cli.reading.markup.spreadsheet_xml import NAMESPACE, workbook_sheets
from cpms_cli.reading.markup.web_page import page_sheets
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.text.csv_file import whole_text

_BEGINS = re.compile(
    r"\s*<(?:\?xml|!doctype|!--|workbook|(?:html|head|meta|title|style|script|link|body|table|div|center|form|font|span"
    r"|h[1-6]|p|b|strong|br|style)[\s/>])",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_MAIL = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)


def is_markup(start: bytes) -> bool:
    """Whether a file begins as a web page, as XML, or as a page that was saved with its pictures in one file."""
    return bool(_BEGINS.match(_plain(start)) or _MAIL.match(start))


def _plain(start: bytes) -> str:
    """The first letters, as far as they are plain ones: of UTF-16 too."""
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").decode("ascii", "replace")


def read_markup(
    path: Path,
    start: bytes,
    spellings: Mapping[str, str] | None,
    encoding: str | None = None,
    sheets: Collection[str] | None = None,
) -> list[SourceTable]:
    """The tables of a web page or of a workbook in XML. Raises UnreadableFile for other XML and for what holds none."""
    if path.stat().st_size > LIMITS.workbook:
        raise UnreadableFile("file_too_large", file=path.name, limit=LIMITS.workbook // 1_000_000)
    plain = _plain(start)
    if NAMESPACE in plain and not _PAGE.search(plain):
        return tables_of_book(path, workbook_sheets(path, path.read_bytes()), spellings, sheets)
    if _MAIL.match(start) or (plain.lstrip().lower().startswith("<?xml") and not _PAGE.search(plain)):
        raise UnreadableFile("file_is_html", file=path.name)
    return tables_of_book(path, page_sheets(path, whole_text(path, spellings, encoding)), spellings, sheets)
