"""Documents to files, by the ending of the file's name."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.reports.documents.document import Document
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.output_formats import output_format


def check_ending(path: Path) -> None:
    """Raise UsageError for an ending nobody writes, before anything is read or worked out."""
    output_format("document", path)


def render(document: Document, path: Path) -> None:
    """Write a document to a file whose ending chooses the format.

    Raises UsageError for an ending nobody writes, or where the file cannot be written.
    """
    write_bytes(path, output_format("document", path).write(document))
