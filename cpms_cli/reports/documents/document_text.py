"""A document at the terminal."""

from __future__ import annotations

from rich.console import Console

from cpms_cli.reports.document import BlankLines, Bullets, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.documents.document_cells import cell_texts, is_blank
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.model.definition import Language

_LINE = "_" * 60


def show_document(console: Console, document: Document) -> None:
    """Print a document: its tables without the columns that are there to be written into, its charts left out."""
    if document.banner:
        console.print(document.banner, style="bold")
    console.print(document.title, style="bold")
    console.print(document.subtitle)
    for part in document.parts:
        _show(console, part, document.language)
    for note in document.notes:
        console.print(note, style="dim")


def _show(console: Console, part: Part, language: Language) -> None:
    if isinstance(part, Heading):
        console.print(f"\n{part.text}", style="bold")
    elif isinstance(part, Paragraph):
        console.print(part.text, style={"key": "bold", "note": "dim"}.get(part.style))
    elif isinstance(part, Bullets):
        for item in part.items:
            console.print(f"- {item}")
    elif isinstance(part, BlankLines):
        console.print(part.label)
        for _ in range(part.count):
            console.print(_LINE)
    elif isinstance(part, TableBlock):
        _show_block(console, part, language)


def _show_block(console: Console, block: TableBlock, language: Language) -> None:
    columns = [column for column in block.columns if not is_blank(block, column)]
    shown = block.frame.reset_index(drop=True).assign(
        **{column.name: cell_texts(block, column, language) for column in columns}
    )
    headings = {column.name: column.heading for column in columns}
    numeric = [column.name for column in columns if column.kind != "text"]
    show_table(console, shown, headings, Layout(right=numeric), title=block.caption)
    if block.note:
        console.print(block.note, style="dim")
