"""Comments, their frames and dropdown lists of a sheet, beside those that are there already."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from lxml import etree
from xlsxwriter.utility import xl_rowcol_to_cell

from cpms_cli.ooxml.package import MAIN, OFFICE, Package, main, parsed, written
from cpms_cli.ooxml.sheet_cells import LONGEST_TEXT, Place, covered, sheet_text, xml_text

AUTHOR = "cpms"
# Stands first in every comment of ours: programs lose the author, never the text.
MARK = "cpms:\n"
LIST_PREFIX = "cpms_"
_LAST_COLUMN = 16_383
_LETTERS_A_LINE = 42
# What may follow in a worksheet, by ECMA-376 part 1, 18.3.1.99.
_AFTER_VALIDATIONS = (
    "hyperlinks|printOptions|pageMargins|pageSetup|headerFooter|rowBreaks|colBreaks|customProperties|cellWatches|"
    "ignoredErrors|smartTags|drawing|legacyDrawing|legacyDrawingHF|drawingHF|picture|oleObjects|controls|"
    "webPublishItems|tableParts|extLst"
)
_AFTER_DRAWING = "legacyDrawingHF|drawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst"
_VML_HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit"'
    ' data="{blocks}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t"'
    ' o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:220pt;height:{height}pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def _inserted(text: str, element: str, followers: str) -> str:
    """The sheet with an element put before the first of those that must follow it."""
    end = text.index("</sheetData>") if "</sheetData>" in text else text.index("<sheetData")
    views = text.rfind("</customSheetViews>")
    follower = re.compile(rf"<(?:{followers})\b|</worksheet>").search(text, max(end, views))
    position = follower.start() if follower else len(text)
    return text[:position] + element + text[position:]


def _comments(content: bytes | None, notes: Mapping[Place, str]) -> tuple[bytes, list[Place]]:
    """The comments part with these notes in it, and which of them need a frame of their own."""
    root = parsed(content) if content else etree.Element(main("comments"), nsmap={None: MAIN})
    authors, listed = root.find(main("authors")), root.find(main("commentList"))
    if authors is None:
        authors = etree.SubElement(root, main("authors"))
    if listed is None:
        listed = etree.SubElement(root, main("commentList"))
    author = str(len(authors))
    etree.SubElement(authors, main("author")).text = AUTHOR
    comments = {comment.get("ref"): comment for comment in listed}
    new: list[Place] = []
    for (row, column), text in notes.items():
        cell = xl_rowcol_to_cell(row - 1, column)
        if cell in comments:
            _add_run(comments[cell].find(main("text")), f"\n{MARK}{text}")
            continue
        new.append((row, column))
        comment = etree.SubElement(listed, main("comment"), ref=cell, authorId=author)
        _add_run(etree.SubElement(comment, main("text")), MARK + text)
    return written(root), new


def _add_run(text: etree._Element, words: str) -> None:
    run = etree.SubElement(text, main("r"))
    look = etree.SubElement(run, main("rPr"))
    etree.SubElement(look, main("sz"), val="10")
    etree.SubElement(look, main("rFont"), val="Tahoma")
    text_element = etree.SubElement(run, main("t"))
    text_element.text = re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", "", words)[:LONGEST_TEXT]
    text_element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _shape(number: int, place: Place, text: str) -> str:
    row, column = place[0] - 1, place[1]
    lines = 1 + sum(math.ceil(max(len(line), 1) / _LETTERS_A_LINE) for line in text.split("\n"))
    left = min(column + 1, _LAST_COLUMN - 4)
    anchor = f"{left}, 12, {max(row - 1, 0)}, 4, {left + 4}, 12, {max(row - 1, 0) + lines + 1}, 4"
    return _SHAPE.format(id=number, height=14 * lines, anchor=anchor, row=row, column=column)


def _frames(content: str | None, shapes: Mapping[Place, str]) -> str:
    taken = [int(number) for number in re.findall(r"_x0000_s(\d+)", content or "")]
    block = max(taken, default=0) // 1024 + 1
    blocks = ",".join(str(block + number) for number in range(len(shapes) // 1024 + 1))
    text = content or _VML_HEAD.format(blocks=blocks)
    if content:
        text = re.sub(r'(<o:idmap\b[^>]*\bdata=")([^"]*)"', rf'\g<1>\g<2>,{blocks}"', text, count=1)
    drawn = "".join(
        _shape(block * 1024 + number, place, text) for number, (place, text) in enumerate(shapes.items(), start=1)
    )
    return text.replace("</xml>", drawn + "</xml>")


def add_comments(package: Package, part: str, notes: Mapping[Place, str]) -> None:
    """Comment on cells of a sheet; a cell that has a comment keeps it, and ours follows."""
    if not notes:
        return
    comments = package.related(part, "comments")
    content, new = _comments(package.parts[comments] if comments else None, notes)
    if comments:
        package.parts[comments] = content
    else:
        comments = package.free_name("xl/comments{}.xml")
        package.add(comments, content, "comments")
        package.relate(part, "comments", comments)
    text = sheet_text(package.parts[part])
    legacy_drawing = re.search(r'<legacyDrawing\b[^>]*?:id="([^"]*)"', text)
    drawing = next(
        (name for name in package.parts if legacy_drawing and package.relation_id(part, name) == legacy_drawing[1]),
        None,
    )
    shapes = {place: notes[place] for place in new}
    if drawing:
        package.parts[drawing] = _frames(package.parts[drawing].decode("utf-8"), shapes).encode("utf-8")
        return
    drawing = package.free_name("xl/drawings/vmlDrawing{}.vml")
    package.add_drawing(drawing, _frames(None, shapes).encode("utf-8"))
    name = package.relate(part, "vmlDrawing", drawing)
    element = f'<legacyDrawing xmlns:r="{OFFICE}" r:id="{name}"/>'
    package.parts[part] = _inserted(text, element, _AFTER_DRAWING).encode("utf-8")


def add_dropdowns(package: Package, part: str, dropdowns: Mapping[Place, str]) -> None:
    """Offer the values of a named range in cells, where the sheet does not already check what is typed there."""
    text = sheet_text(package.parts[part])
    validated = covered(text, r"(?:\w+:)?dataValidation") | _extended(text)
    by_list: dict[str, list[str]] = {}
    for (row, column), name in dropdowns.items():
        if not any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in validated):
            by_list.setdefault(name, []).append(xl_rowcol_to_cell(row - 1, column))
    rules = "".join(
        '<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1"'
        f' sqref="{" ".join(cells)}"><formula1>{xml_text(name)}</formula1></dataValidation>'
        for name, cells in by_list.items()
    )
    if not rules:
        return
    if "</dataValidations>" in text:
        count = len(re.findall(r"<dataValidation\b", text)) + len(by_list)
        text = re.sub(r'(<dataValidations\b[^>]*?\bcount=")\d+', rf"\g<1>{count}", text, count=1)
        text = text.replace("</dataValidations>", rules + "</dataValidations>", 1)
    else:
        element = f'<dataValidations count="{len(by_list)}">{rules}</dataValidations>'
        text = _inserted(text, element, _AFTER_VALIDATIONS)
    package.parts[part] = text.encode("utf-8")


def _extended(text: str) -> set[tuple[int, int, int, int]]:
    """The ranges of validations in Excel's later form, which names them in an element of their own."""
    ranges = " ".join(re.findall(r"<xm:sqref>([^<]*)</xm:sqref>", text))
    return covered(f'<xm sqref="{ranges}">', "xm") if ranges else set()
