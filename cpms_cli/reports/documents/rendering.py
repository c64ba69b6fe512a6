"""Documents to files, by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cpms_cli.reports.document import Document, Paragraph
from cpms_cli.reports.documents.html_file import html_bytes
from cpms_cli.survey.messages import draft_lines
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.output_formats import output_format
from cpms_cli.writing.site_folder import MADE_BY, write_site

_SCRIPT = "page.js"


def check_ending(path: Path) -> None:
    """Raise UsageError for an ending nobody writes, before anything is read or worked out."""
    output_format("document", path)


def render(document: Document, path: Path) -> None:
    """Write a document to a file whose ending chooses the format.

    Raises UsageError for an ending nobody writes, or where the file cannot be written.
    """
    write_bytes(path, output_format("document", path).write(_marked(document)))


def render_site(pages: Mapping[str, Document], folder: Path) -> None:
    """Write a folder of pages that need no network, and no script to be read; raises UsageError where that cannot be.

    `pages` are documents by their files' names.
    """
    script = (Path(__file__).parent / _SCRIPT).read_text("utf-8")
    written = {name: html_bytes(_marked(document), script, MADE_BY) for name, document in pages.items()}
    write_site(written, folder)


def _marked(document: Document) -> Document:
    """The document; in a language that no speaker has read yet, it begins by saying so."""
    lines = draft_lines(document.language)
    return replace(document, parts=(Paragraph(" ".join(lines), "note"), *document.parts)) if lines else document
