"""Documents as Markdown with tables, as GitHub reads it. Charts are left to their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cpms_cli.reports.document import BlankLines, Bullets, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.documents.document_cells import cell_texts
from cpms_cli.survey.language import Language

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _table(block: TableBlock, language: Language) -> Iterator[str]:
    yield f"**{_escaped(block.caption)}**"
    yield ""
    yield f"| {' | '.join(_escaped(column.heading) for column in block.columns)} |"
    yield f"|{''.join(' --- |' if column.kind == 'text' else ' ---: |' for column in block.columns)}"
    cells = [map(_escaped, cell_texts(block, column, language)) for column in block.columns]
    yield from (f"| {' | '.join(row)} |" for row in zip(*cells, strict=True))
    if block.note:
        yield from ("", _escaped(block.note))


def _lines(part: Part, language: Language) -> Iterator[str]:
    match part:
        case Heading():
            yield f"{'#' * part.level} {_escaped(part.text)}"
        case Paragraph():
            yield _escaped(part.text)
        case Bullets():
            yield from (f"- {_escaped(item)}" for item in part.items)
        case TableBlock():
            yield from _table(part, language)
        case BlankLines():
            yield _escaped(part.label)
        case _:
            return


def markdown_text(document: Document) -> str:
    """The document as Markdown text."""
    banner = [f"**{_escaped(document.banner)}**", ""] if document.banner else []
    lines = [*banner, f"# {_escaped(document.title)}", "", _escaped(document.subtitle)]
    for part in document.parts:
        lines += ["", *_lines(part, document.language)]
    for note in document.notes:
        lines += ["", _escaped(note)]
    return "\n".join(lines) + "\n"


def markdown_bytes(document: Document) -> bytes:
    """The document as a Markdown file."""
    return markdown_text(document).encode("utf-8")
