"""The styles of a DOCX, with what Word needs to show complex script: its font, size, weight and language."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from lxml import etree

from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.speech.traits import Fonts

# Styles of our own, beside those of the template.
CELL, HEAD, CAPTION = "Table Cell", "Table Head", "Table Caption"
_INK, _GREY = RGBColor(0x1F, 0x1F, 0x1F), RGBColor(0x5A, 0x5A, 0x5A)
_SIZES = {
    "Normal": (10, False, _INK),
    "Title": (18, True, _INK),
    "Subtitle": (10, False, _GREY),
    "Heading 1": (14, True, _INK),
    "Heading 2": (12, True, _INK),
    "Intense Quote": (10.5, True, _INK),
    "Caption": (8.5, False, _GREY),
    "List Bullet": (10, False, _INK),
    "Footer": (8.5, False, _GREY),
    CELL: (9, False, _INK),
    HEAD: (9, True, _INK),
    CAPTION: (10, True, _INK),
}

_CLOSE_SIZES = {"Title": 15, "Normal": 9.5, "Heading 1": 11.5, "List Bullet": 9.5}
# What stands before and after a paragraph that is set closely, in points.
_CLOSE_SPACES = {
    "Title": (0, 2),
    "Subtitle": (0, 2),
    "Normal": (0, 2),
    "Heading 1": (6, 2),
    "List Bullet": (0, 1),
    CAPTION: (3, 0),
    "Intense Quote": (0, 2),
}


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    element = parent.find(qn(f"w:{tag}"))
    if element is None:
        element = OxmlElement(f"w:{tag}")
        parent.append(element)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _set_run(properties: Any, size: float, bold: bool, font: str) -> None:
    fonts = _child(properties, "rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font)
    for name in [name for name in fonts.attrib if str(name).endswith("Theme") or str(name).endswith("theme")]:
        del fonts.attrib[name]
    _child(properties, "bCs", val="1" if bold else "0")
    _child(properties, "iCs", val="0")
    _child(properties, "szCs", val=str(int(size * 2)))
    _in_order(properties)


# The order in which the schema wants what it knows of a run (CT_RPr).
_ORDER = (
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "smallCaps",
    "color",
    "spacing",
    "w",
    "kern",
    "position",
    "sz",
    "szCs",
    "highlight",
    "u",
    "lang",
)


def _in_order(properties: Any) -> None:
    order = {qn(f"w:{tag}"): index for index, tag in enumerate(_ORDER)}
    properties[:] = sorted(properties, key=lambda child: order.get(child.tag, len(order)))


def set_styles(book: Any, language: Language, *, close: bool = False) -> None:
    """Give the styles that documents use the font of the language in both scripts, and the text its language; set
    closely where it must stay on one page."""
    traits = traits_of(language)
    for name in (CELL, HEAD, CAPTION):
        book.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = book.styles["Normal"]
    for name, (size, bold, ink) in _SIZES.items():
        style = book.styles[name]
        style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), bold, False, ink
        _set_run(style.element.get_or_add_rPr(), size, bold, traits.fonts.office)
    defaults = book.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _child(defaults, "lang", val=traits.tag, eastAsia="en-US", bidi=traits.complex)
    _set_run(defaults, 10, False, traits.fonts.office)
    _plain(book)
    if close:
        _draw_together(book)
    _name_fonts(book, traits.fonts)
    _drop_effects(book)


def _plain(book: Any) -> None:
    """Without the lines and indents that the template's styles draw around a title and a quotation, and without the
    room that they leave between lines and above headings: fonts of Thai have room enough of their own."""
    for name in ("Title", "Intense Quote"):
        style = book.styles[name]
        layout = style.element.get_or_add_pPr()
        for tag in ("pBdr", "ind"):
            element = layout.find(qn(f"w:{tag}"))
            if element is not None:
                layout.remove(element)
    spaces = {
        "Title": (0, 4),
        "Subtitle": (0, 4),
        "Normal": (0, 4),
        "List Bullet": (0, 1),
        "Heading 1": (10, 3),
        "Heading 2": (8, 3),
        "Caption": (2, 4),
        CELL: (0, 0),
        HEAD: (0, 0),
        CAPTION: (5, 2),
        "Intense Quote": (0, 1),
    }
    for name, (before, after) in spaces.items():
        layout = book.styles[name].paragraph_format
        layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), 1.0


def _draw_together(book: Any) -> None:
    """With less room between paragraphs; letters are a little smaller, and their lines as high as they need."""
    for name, (before, after) in _CLOSE_SPACES.items():
        layout = book.styles[name].paragraph_format
        layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), 1.0
    for name, size in _CLOSE_SIZES.items():
        style = book.styles[name]
        style.font.size = Pt(size)
        _set_run(style.element.get_or_add_rPr(), size, _SIZES[name][1], style.font.name)


def _name_fonts(book: Any, fonts: Fonts) -> None:
    """Say in the font table what stands in where the font is not installed."""
    part = book.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    instead = f'<w:altName w:val="{",".join(fonts.instead)}"/><w:family w:val="swiss"/>'
    table.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{fonts.office}">{instead}</w:font>'))
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _drop_effects(book: Any) -> None:
    """Without the template's second copy of the styles, for effects of Word 2010: it would contradict the first."""
    for name, relation in [*book.part.rels.items()]:
        if relation.reltype.endswith("/stylesWithEffects"):
            del book.part.rels[name]
