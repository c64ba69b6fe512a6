"""A document as PDF, set by Typst: it shapes Thai, breaks its lines between words, and needs nothing but its wheel.

Fonts are those of the machine, or one that is installed with the package; what is set is tagged, so that it can be read
aloud, and the same from run to run.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import typst

from cpms_cli.errors import UsageError
from cpms_cli.reports.charts.pictures import chart_picture, drawing_fonts, picture_width
from cpms_cli.reports.document import (
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
    bar_lengths,
    cell_texts,
    column_shares,
    is_blank,
    stays_together,
)
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.speech.languages import programme_languages, spoken_languages, traits_of
from cpms_cli.writing.fonts import families_of

_TEMPLATE = Path(__file__).with_name("document.typ")
# Letters of these are a third smaller than others of the same size.
_SMALL = re.compile("thsarabun|angsana|cordia|browallia")
# Not every Thai font has figures and Latin letters; the last is part of Typst.
_LATIN = ("Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Libertinus Serif")
_SIZE, _SIZE_OF_SMALL = 10.0, 14.0


def _table(block: TableBlock, language: Language) -> dict[str, Any]:
    cells = [cell_texts(block, column, language) for column in block.columns]
    columns = [
        {"heading": column.heading, "numeric": column.kind != "text", "blank": is_blank(block, column), "share": share}
        for column, share in zip(block.columns, column_shares(block, cells), strict=True)
    ]
    return {
        "kind": "table",
        "caption": block.caption,
        "note": block.note,
        "columns": columns,
        "together": stays_together(block),
        "rows": [list(row) for row in zip(*cells, strict=True)],
        "bars": [bar_lengths(block, column) for column in block.columns],
    }


def _chart(chart: Chart, language: Language) -> dict[str, Any]:
    svg = chart_picture(chart, language)
    return {
        "kind": "picture",
        "title": chart.title,
        "svg": svg,
        "alt": chart.alt,
        "note": chart.note,
        "width": picture_width(svg),
    }


def _part(part: Part, language: Language) -> dict[str, Any]:
    match part:
        case Heading():
            block: dict[str, Any] = {"kind": "heading", "level": part.level, "text": part.text}
        case Paragraph():
            block = {"kind": part.style, "text": part.text}
        case Bullets():
            block = {"kind": "bullets", "items": list(part.items)}
        case TableBlock():
            block = _table(part, language)
        case Chart():
            block = _chart(part, language)
        case BlankLines():
            block = {"kind": "lines", "label": part.label, "count": part.count}
        case _:
            block = {"kind": "break"}
    return block


def _parts(document: Document) -> Iterator[dict[str, Any]]:
    """The parts as they are set: a chart and a short table under it stay on one page."""
    chart: dict[str, Any] | None = None
    for block in _grouped(document):
        if chart is not None and block["kind"] == "table" and block["together"]:
            yield {"kind": "pair", "blocks": [chart, block]}
            chart = None
            continue
        if chart is not None:
            yield chart
        chart = block if block["kind"] == "picture" else None
        if chart is None:
            yield block
    if chart is not None:
        yield chart


def _grouped(document: Document) -> Iterator[dict[str, Any]]:
    """The parts one by one, but figures that stand out beside each other, and lines to write on together, so that
    decisions and signatures are on one page."""
    for kind, group in groupby(document.parts, _group_of):
        blocks = [_part(part, document.language) for part in group]
        if kind:
            yield {"kind": kind, "blocks": blocks}
        else:
            yield from blocks


def _group_of(part: Part) -> str:
    """What neighbours a part is set together with; "" where with none."""
    if isinstance(part, BlankLines):
        return "all-lines"
    return "keys" if isinstance(part, Paragraph) and part.style == "key" else ""


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for inner in content.values() if isinstance(content, dict) else content:
            yield from _texts(inner)


def _families(content: Any, language: Language, installed: list[str]) -> list[str]:
    """The best font of each script that a document has or may have, that of its own language first.

    Raises UsageError where a script occurs in it and no font has its letters.
    """
    chosen: list[str] = []
    for spoken in sorted(spoken_languages(), key=lambda code: code != language):
        letter = traits_of(spoken).own_letter
        if letter is None:
            continue
        best = families_of(spoken, installed)[:1]
        occurs = any(letter.search(text) for text in _texts(content))
        if occurs and not best:
            traits = traits_of(spoken)
            fonts = ", ".join(dict.fromkeys((*traits.fonts.page, traits.fonts.office)))
            raise UsageError(traits.without_font, letters_of=f"{traits.name} ({traits.english})", fonts=fonts)
        chosen += best if occurs or spoken == programme_languages().headed else []
    return list(dict.fromkeys(chosen))


def _marks_stay() -> list[str]:
    """Return the letters, as patterns, of languages whose marks are not moved.

    Typst draws a mark that is moved up as a text of its own, and readers then find the letters below it twice.
    """
    every = (traits_of(language) for language in spoken_languages())
    return [traits.own_letter.pattern + "+" for traits in every if traits.fonts.marks_stay and traits.own_letter]


def _letters_high() -> list[str]:
    """Return the letters, as patterns, of languages that the programme does not write in: those of names.

    Burmese and Karen put letters below letters, which the line under a table's cell would cross.
    """
    foreign = (traits_of(language) for language in spoken_languages() if language != programme_languages().headed)
    return [traits.own_letter.pattern + "+" for traits in foreign if traits.own_letter]


def pdf_bytes(document: Document, fonts: typst.Fonts | None = None) -> bytes:
    """The document as PDF, in `fonts`, or else those of `drawing_fonts`.

    Raises UsageError where it has letters of a language's own script, as Thai, and none of the fonts has them.
    """
    fonts = fonts or drawing_fonts()
    installed = [font.family for font in fonts.fonts()]
    settings: dict[str, Any] = {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "notes": list(document.notes),
        "banner": document.banner,
        "page_of": say("page_of", document.language),
        "parts": list(_parts(document)),
    }
    families = _families(settings, document.language, installed)
    small = bool(families) and _SMALL.search(re.sub(r"[^a-z]", "", families[0].lower())) is not None
    settings |= {
        "marks_stay": _marks_stay(),
        "letters_high": _letters_high(),
        "fonts": [*families, *_LATIN],
        "size": _SIZE_OF_SMALL if small else _SIZE,
    }
    # A time of making would make the same document two different files.
    made = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    inputs = {"document": json.dumps(settings, ensure_ascii=False)}
    # By PDF/UA-1 (`pdf_standards`), MuPDF reads and copies marks twice: what is found and copied matters more.
    return bytes(typst.compile(_TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs=inputs, timestamp=made))
