"""Documents as Markdown with tables, as GitHub reads it. Charts are left to their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.documents.document import BlankLines, Bullets, Document, Heading, Paragraph, Part, TableBlock

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _table(block: TableBlock) -> Iterator[str]:
    yield f"**{_escaped(block.caption)}**"
    yield ""
    yield f"| {' | '.join(_escaped(column.heading) for column in block.columns)} |"
    yield f"|{' --- |' * len(block.columns)}"
    cells = [block.frame[column.name].map(_cell) for column in block.columns]
    yield from (f"| {' | '.join(row)} |" for row in zip(*cells, strict=True))
    if block.note:
        yield from ("", _escaped(block.note))


def _cell(value: object) -> str:
    return "" if pd.isna(value) else _escaped(str(value))  # type: ignore[call-overload]


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Heading():
            yield f"{'#' * part.level} {_escaped(part.text)}"
        case Paragraph():
            yield _escaped(part.text)
        case Bullets():
            yield from (f"- {_escaped(item)}" for item in part.items)
        case TableBlock():
            yield from _table(part)
        case BlankLines():
            yield _escaped(part.label)
        case _:
            return


def markdown_text(document: Document) -> str:
    """The document as Markdown text."""
    banner = [f"**{_escaped(document.banner)}**", ""] if document.banner else []
    lines = [*banner, f"# {_escaped(document.title)}", "", _escaped(document.subtitle)]
    for part in document.parts:
        lines += ["", *_lines(part)]
    for note in document.notes:
        lines += ["", _escaped(note)]
    return "\n".join(lines) + "\n"


def markdown_bytes(document: Document) -> bytes:
    """The document as a Markdown file."""
    return markdown_text(document).encode("utf-8")
