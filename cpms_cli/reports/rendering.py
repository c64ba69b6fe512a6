"""Documents to files, by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reports.documents import Document
from cpms_cli.reports.docx_file import docx_bytes
from cpms_cli.reports.pdf_file import pdf_bytes
from cpms_cli.reports.xlsx_report import xlsx_bytes
from cpms_cli.writing.files import write_bytes

WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".docx": docx_bytes, ".pdf": pdf_bytes, ".xlsx": xlsx_bytes,
}  # fmt: skip


def render(document: Document, path: Path) -> None:
    """Write a document to a file whose ending chooses the format.

    Raises UsageError for an ending nobody writes, or where the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError("unknown_ending", file=path.name, known=", ".join(WRITERS))
    write_bytes(path, writer(document))
