"""A document as PDF, set by Typst: it shapes Thai, breaks its lines between words, and needs nothing but its wheel.

Fonts are those of the machine; what is set is tagged, so that it can be read aloud, and the same from run to run.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typst

from cpms_cli.errors import UsageError
from cpms_cli.reports.charts.pictures import chart_picture, picture_width
from cpms_cli.reports.documents.document import (
    BlankLines,
    Bullets,
    Chart,
    Document,
    Heading,
    Paragraph,
    Part,
    TableBlock,
)
from cpms_cli.reports.documents.document_cells import (
    cell_texts,
    column_shares,
    is_blank,
    is_wide,
    stays_together,
)
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.writing.fonts import FAMILIES

_TEMPLATE = Path(__file__).with_name("document.typ")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
# Letters of these are a third smaller than others of the same size.
_SMALL = re.compile("thsarabun|angsana|cordia|browallia")
# Not every Thai font has figures and Latin letters; the last is part of Typst.
_LATIN = ("Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Libertinus Serif")
_SIZE, _SIZE_OF_SMALL = 10.0, 14.0


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


def thai_families(installed: list[str]) -> list[str]:
    """Those of the installed font families that have Thai letters, best first.

    >>> thai_families(["DejaVu Sans", "Loma", "Leelawadee UI"])
    ['Leelawadee UI', 'Loma']
    """
    plain = {name: re.sub(r"[^a-z]", "", name.lower()) for name in dict.fromkeys(installed)}
    return [name for family in FAMILIES for name in plain if family in plain[name]]


def _table(block: TableBlock, language: Language, wide: bool) -> dict[str, Any]:
    cells = [cell_texts(block, column, language) for column in block.columns]
    columns = [
        {"heading": column.heading, "numeric": column.kind != "text", "blank": is_blank(block, column), "share": share}
        for column, share in zip(block.columns, column_shares(block, cells, wide), strict=True)
    ]
    return {
        "kind": "table",
        "caption": block.caption,
        "note": block.note,
        "columns": columns,
        "together": stays_together(block),
        "rows": [list(row) for row in zip(*cells, strict=True)],
    }


def _chart(chart: Chart, wide: bool) -> dict[str, Any]:
    svg = chart_picture(chart, wide)
    return {
        "kind": "picture",
        "title": chart.title,
        "svg": svg,
        "alt": chart.alt,
        "note": chart.note,
        "width": picture_width(svg, wide),
    }


def _part(part: Part, language: Language, wide: bool) -> dict[str, Any]:
    match part:
        case Heading():
            block: dict[str, Any] = {"kind": "heading", "level": part.level, "text": part.text}
        case Paragraph():
            block = {"kind": part.style, "text": part.text}
        case Bullets():
            block = {"kind": "bullets", "items": list(part.items)}
        case TableBlock():
            block = _table(part, language, wide)
        case Chart():
            block = _chart(part, wide)
        case BlankLines():
            block = {"kind": "lines", "label": part.label, "count": part.count}
        case _:
            block = {"kind": "break"}
    return block


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for inner in content.values() if isinstance(content, dict) else content:
            yield from _texts(inner)


def pdf_bytes(document: Document, fonts: typst.Fonts | None = None) -> bytes:
    """The document as PDF, in `fonts` or else those of this machine.

    Raises UsageError where it has Thai letters and none of the fonts has them.
    """
    fonts = fonts or _fonts()
    families = thai_families([font.family for font in fonts.fonts()])
    wide = is_wide(document)
    settings = {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "wide": wide,
        "notes": list(document.notes),
        "page_of": say("page_of", document.language),
        "parts": [_part(part, document.language, wide) for part in document.parts],
    }
    if not families and any(_THAI.search(text) for text in _texts(settings)):
        raise UsageError("pdf_needs_font")
    small = bool(families) and _SMALL.search(re.sub(r"[^a-z]", "", families[0].lower())) is not None
    settings |= {"fonts": [*families[:1], *_LATIN], "size": _SIZE_OF_SMALL if small else _SIZE}
    # A time of making would make the same document two different files.
    made = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    inputs = {"document": json.dumps(settings, ensure_ascii=False)}
    return bytes(typst.compile(_TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs=inputs, timestamp=made))
