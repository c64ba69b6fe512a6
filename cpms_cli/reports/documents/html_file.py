"""A document as one HTML file: nothing is loaded, nothing runs, it reads on a telephone and prints on A4.

Every chart stands in it twice, for a wide and for a narrow window; the page shows one of them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from cpms_cli.reports.charts.chart_style import NARROW, WIDE
from cpms_cli.reports.charts.charts import chart_svg
from cpms_cli.reports.document import (
    BlankLines,
    Bullets,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Part,
    TableBlock,
)
from cpms_cli.reports.documents.document_cells import (
    as_table,
    bar_lengths,
    cell_texts,
    is_blank,
    stays_together,
    widths,
)
from cpms_cli.reports.documents.other_languages import with_languages
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.speech.languages import traits_of

_TEMPLATE, _STYLE = "page.html.j2", "page.css"
_WORDS = ("skip", "contents", "notes", "crumbs", "search", "sort", "as_it_is", "rows_left")
_LONG = 30  # letters: a column with longer text is not narrowed to a word a line on a telephone
_WORD, _PADDING = 16, 2  # letters: a longer word is broken, as Thai is between its words
_SHORT = 22  # letters: a column of no longer text is not broken where there is room for it
_BROAD, _CROWDED = 100, 150  # letters: a line of the text's width, and of a printed page's in small letters


@dataclass
class _Section:
    """A heading of level 2 and what stands below it; the first section may have none."""

    id: str
    heading: str
    blocks: list[dict[str, Any]] = field(default_factory=list)


@lru_cache(maxsize=1)
def _page() -> tuple[Template, Markup]:
    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spoken"] = with_languages
    style = (folder / _STYLE).read_text("utf-8")
    return environment.get_template(_TEMPLATE), Markup(style)  # noqa: S704 - our own style sheet


def html_bytes(document: Document, script: str = "", made_by: str = "") -> bytes:
    """The document as one HTML file in UTF-8, the same bytes from run to run.

    A `script` of ours is the only one that a browser may run on the page; `made_by` says in its head what made it.
    """
    template, style = _page()
    sections = _sections(document)
    # The script fills in how many rows are left.
    gaps = {"count": "{count}", "all": "{all}"}
    words = {name: say(f"report_{name}", document.language, **gaps) for name in _WORDS}
    page = template.render(
        document=document,
        sections=sections,
        words=words,
        style=style,
        fonts=_fonts(document),
        on_each_page=_in_style(document.banner),
        script=Markup(script),  # noqa: S704 - our own script
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        made_by=made_by,
    )
    return page.encode("utf-8")


def _in_style(text: str) -> Markup:
    """A text as it may stand between quotes in a style sheet: without what could end the quotes or the sheet."""
    return Markup(re.sub(r"[\"'\\\\<>{};\x00-\x1f]", "", text))  # noqa: S704 - nothing that ends a quote or an element


def _fonts(document: Document) -> list[Markup]:
    """The fonts of a language that the style sheet does not name; of letters, spaces and hyphens alone."""
    return [Markup(font) for font in traits_of(document.language).fonts.page]  # noqa: S704 - proved by the definition


def _sections(document: Document) -> list[_Section]:
    sections = [_Section("s0", "")]
    parts = document.parts
    for number, part in enumerate(parts):
        if isinstance(part, Heading) and part.level <= 2:
            sections.append(_Section(f"s{len(sections)}", part.text))
            continue
        blocks, under_key = sections[-1].blocks, bool(sections[-1].blocks) and sections[-1].blocks[-1]["kind"] == "key"
        if isinstance(part, Paragraph) and part.style == "key" and under_key:
            blocks[-1]["items"].append(part.text)
        else:
            blocks.extend(_blocks(parts, number, document.language))
    return [entry for entry in sections if entry.heading or entry.blocks]


def _blocks(parts: Sequence[Part], position: int, language: Language) -> list[dict[str, Any]]:
    part = parts[position]
    block: dict[str, Any]
    match part:
        case Heading():
            block = {"kind": "heading", "text": part.text}
        case Paragraph(style="key"):
            block = {"kind": "key", "items": [part.text]}
        case Paragraph():
            block = {"kind": part.style, "text": part.text}
        case Bullets():
            links = part.links or ("",) * len(part.items)
            block = {"kind": "bullets", "items": list(zip(part.items, links, strict=True))}
        case TableBlock():
            block = _table(part, language, folded=position > 0 and isinstance(parts[position - 1], Chart))
        case Chart():
            return _chart(part, parts[position + 1] if position + 1 < len(parts) else None, language)
        case BlankLines():
            block = {"kind": "lines", "label": part.label, "count": part.count}
        case PageBreak():
            block = {"kind": "break"}
    return [block]


def _chart(part: Chart, following: Part | None, language: Language) -> list[dict[str, Any]]:
    """The chart, and the figures it is drawn from, unless a table of more figures follows."""
    # What stands in the SVG is escaped as its elements are written.
    drawn = {name: Markup(chart_svg(part, width, language)) for name, width in (("wide", WIDE), ("narrow", NARROW))}  # noqa: S704
    shown: dict[str, Any] = {"kind": "chart", "title": part.title, "note": part.note, **drawn}
    if isinstance(following, TableBlock):
        return [shown]
    table = as_table(part)
    caption = say("report_figures", language, title=part.title)
    block = TableBlock(caption, table.frame, table.columns)
    chart_table = {**_table(block, language, folded=True), "shape": part.shape}
    position_of = {str(column.name): index for index, column in enumerate(block.columns)}
    for row, name in part.withheld:
        chart_table["rows"][row][position_of[name]]["text"] = say("not_published", language)
    return [shown, chart_table]


Fold = Literal["open", "folded"]


def _layout(cells: Sequence[Sequence[str]], letters: Sequence[int], whole: Sequence[bool]) -> str:
    """How a table is laid out whose columns do not fit into the width of the text, or not even of a printed page.

    A column that stays `whole` is as wide as its longest cell, of so many `letters`; any other as its longest word.
    """
    room = 0
    for column, longest, is_whole in zip(cells, letters, whole, strict=True):
        [word] = [longest] if is_whole else widths([[word for cell in column for word in cell.split()]])
        room += (longest if is_whole else min(word, _WORD)) + _PADDING
    return "broad crowded" if room > _CROWDED else "broad" if room > _BROAD else ""


def _table(block: TableBlock, language: Language, folded: bool) -> dict[str, Any]:
    fold: Fold = "folded" if folded else "open"
    cells = [cell_texts(block, column, language) for column in block.columns]
    bars = [bar_lengths(block, column) for column in block.columns]
    links = [block.frame[column.link] if column.link else [""] * len(block.frame) for column in block.columns]
    letters = widths(cells)
    spoken = [[with_languages(text, language) for text in column] for column in cells]
    long = [width > _LONG for width in letters]
    short = [column.kind == "text" and width <= _SHORT for column, width in zip(block.columns, letters, strict=True)]
    whole = [is_short or column.kind != "text" for column, is_short in zip(block.columns, short, strict=True)]
    return {
        "kind": "table",
        "fold": fold,
        "caption": block.caption,
        "note": block.note,
        "shape": "",
        "layout": _layout(cells, letters, whole),
        "together": stays_together(block) and not any(long),
        "heads": [
            {"text": column.heading, "kind": f"{column.kind} to-fill" if is_blank(block, column) else column.kind}
            for column in block.columns
        ],
        "rows": [
            [
                {
                    "text": text,
                    "kind": column.kind,
                    "long": long[number],
                    "short": short[number],
                    "bar": f"{bar:.1%}" if bar else "",
                    "link": link,
                }
                for number, (text, bar, link, column) in enumerate(
                    zip(row, row_bars, row_links, block.columns, strict=True)
                )
            ]
            for row, row_bars, row_links in zip(
                *(zip(*each, strict=True) for each in (spoken, bars, links)), strict=True
            )
        ],
    }
