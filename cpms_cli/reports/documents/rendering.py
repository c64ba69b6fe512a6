"""Documents to files, by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reports.documents.document import Document
from cpms_cli.writing.files import write_bytes

# Which function of which module writes an ending; each is imported only when it is asked for.
WRITERS = {
    ".html": ("html_file", "html_bytes"),
    ".docx": ("docx_file", "docx_bytes"),
    ".xlsx": ("xlsx_report", "xlsx_bytes"),
    ".pdf": ("pdf_file", "pdf_bytes"),
    ".md": ("markdown_file", "markdown_bytes"),
}


def _known() -> dict[str, tuple[str, str]]:
    return {
        ending: (f"cpms_cli.reports.documents.{module}", function)
        for ending, (module, function) in WRITERS.items()
        if find_spec(f"cpms_cli.reports.documents.{module}")
    }


def check_ending(path: Path) -> None:
    """Raise UsageError for an ending nobody writes, before anything is read or worked out."""
    if path.suffix.lower() not in _known():
        raise UsageError("unknown_ending", file=path.name, known=", ".join(_known()))


def render(document: Document, path: Path) -> None:
    """Write a document to a file whose ending chooses the format.

    Raises UsageError for an ending nobody writes, or where the file cannot be written.
    """
    check_ending(path)
    module, function = _known()[path.suffix.lower()]
    writer: Callable[[Document], bytes] = getattr(import_module(module), function)
    write_bytes(path, writer(document))
