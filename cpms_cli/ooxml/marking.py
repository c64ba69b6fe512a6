"""An officer's workbook with cells coloured, commented and mended, and sheets of text put before its own."""

from __future__ import annotations

import copy
import functools
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from cpms_cli.ooxml.package import Package, UnknownLayout, main
from cpms_cli.ooxml.sheet_cells import CellEdits, Place, edited, sheet_text, text_cell, xml_text
from cpms_cli.ooxml.sheet_naming import sheet_name
from cpms_cli.ooxml.sheet_notes import add_comments, add_dropdowns
from cpms_cli.ooxml.unmarking import OURS, unmark

# Two lightnesses as well as two colours: a grey print shows which is which.
_FILLS = {"error": "FFFF9C9C", "warning": "FFFFF2AB", "head": "FFD9E1F2"}
_LINK = "FF0563C1"
# Excel repairs a sheet that has more.
MOST_LINKS = 65_000
_LISTS = "cpms lists"
# Points; letters of Tahoma 11 in a unit of a column's width, which is a digit of the workbook's own, narrower font.
_LINE_HEIGHT, _LETTERS_OF_WIDTH, _MOST_LINES = 15, 0.9, 20


@dataclass
class SheetMarks:
    """What is to be done to one sheet, by row (as the sheet counts) and column (from 0)."""

    edits: CellEdits = field(default_factory=CellEdits)
    notes: dict[Place, str] = field(default_factory=dict)
    dropdowns: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextSheet:
    """A sheet of our own: some lines, then a table.

    `links` says for each row to which sheet and cell its `link` column leads; `looks` how its first cell looks.
    """

    name: str
    lines: Sequence[str]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    link: int
    links: Sequence[tuple[str, str]]
    looks: Sequence[str]


class _Looks:
    """Styles made from those of the workbook: the same format with another fill or font."""

    def __init__(self, styles: Any) -> None:
        self.fonts, self.fills = (self._listed(styles, name) for name in ("fonts", "fills"))
        self.formats = self._listed(styles, "cellXfs")
        self.made: dict[tuple[str, str], str] = {}

    @staticmethod
    def _listed(styles: Any, name: str) -> Any:
        element = styles.find(main(name))
        if element is None or not len(element):
            raise UnknownLayout(name)
        return element

    def _filled(self, colour: str) -> str:
        fill = etree.SubElement(etree.SubElement(self.fills, main("fill")), main("patternFill"), patternType="solid")
        etree.SubElement(fill, main("fgColor"), rgb=colour)
        etree.SubElement(fill, main("bgColor"), indexed="64")
        return str(len(self.fills) - 1)

    def _font(self, look: str) -> str:
        font = etree.SubElement(self.fonts, main("font"))
        if look in ("head", "title"):
            etree.SubElement(font, main("b"))
        if look == "link":
            etree.SubElement(font, main("u"))
        etree.SubElement(font, main("sz"), val="14" if look == "title" else "11")
        if look == "link":
            etree.SubElement(font, main("color"), rgb=_LINK)
        etree.SubElement(font, main("name"), val="Tahoma")
        return str(len(self.fonts) - 1)

    def style(self, base: str, look: str) -> str:
        """The style like `base` with this look."""
        if (base, look) not in self.made:
            number = int(base) if base.isdigit() and int(base) < len(self.formats) else 0
            entry = copy.deepcopy(self.formats[number])
            if look in _FILLS:
                filled = next((style for (_, other), style in self.made.items() if other == look), None)
                known = self.formats[int(filled)].get("fillId") if filled else None
                entry.set("fillId", known or self._filled(_FILLS[look]))
                entry.set("applyFill", "1")
            self.formats.append(entry)
            self.made[base, look] = str(len(self.formats) - 1)
        return self.made[base, look]

    def own(self, look: str) -> str:
        """A style of our own sheets: `title`, `line`, `head`, `text`, `link`, or a severity."""
        if ("", look) not in self.made:
            entry = etree.SubElement(
                self.formats,
                main("xf"),
                numFmtId="49",
                fontId=self._font(look),
                fillId="0",
                borderId="0",
                xfId="0",
                applyNumberFormat="1",
                applyFont="1",
            )
            if look in _FILLS:
                entry.set("fillId", self._filled(_FILLS[look]))
                entry.set("applyFill", "1")
            wrap = "0" if look in ("title", "line") else "1"
            etree.SubElement(entry, main("alignment"), vertical="top", wrapText=wrap)
            entry.set("applyAlignment", "1")
            self.made["", look] = str(len(self.formats) - 1)
        return self.made["", look]

    def close(self) -> None:
        """Bring the counts up to date."""
        for listed in (self.fonts, self.fills, self.formats):
            listed.set("count", str(len(listed)))


@functools.lru_cache(maxsize=10_000)
def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column; Thai vowels and tone marks stand above and below, and take no room."""
    room = sum(unicodedata.category(sign) != "Mn" for sign in text)
    return min(math.ceil(room / (width * _LETTERS_OF_WIDTH)) or 1, _MOST_LINES)


def _line(row: int, cells: Sequence[str], styles: Sequence[str], widths: Sequence[int] = ()) -> str:
    cells_xml = "".join(
        text_cell(row, column, text, style)
        for column, (text, style) in enumerate(zip(cells, styles, strict=True))
        if text
    )
    # A row without a height keeps that of one line in some programs, and its texts lie upon those of the next.
    lines = max((_lines(text, width) for text, width in zip(cells, widths, strict=False)), default=1)
    height = f' ht="{_LINE_HEIGHT * lines}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{row}"{height}>{cells_xml}</row>'


def _text_sheet(sheet: TextSheet, looks: _Looks, first: bool) -> str:
    top = len(sheet.lines) + 1
    columns = len(sheet.head)
    plain = [looks.own("text")] * columns
    plain[sheet.link] = looks.own("link")
    body = [
        _line(number, [text], [looks.own("title" if number == 1 else "line")])
        for number, text in enumerate(sheet.lines, 1)
    ]
    body.append(_line(top, sheet.head, [looks.own("head")] * columns))
    for row_number, (row, look) in enumerate(zip(sheet.rows, sheet.looks, strict=True), start=top + 1):
        body.append(_line(row_number, row, [looks.own(look), *plain[1:]], sheet.widths))
    widths = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in enumerate(sheet.widths, 1)
    )
    last = top + len(sheet.rows)
    links = "".join(
        f'<hyperlink ref="{xl_rowcol_to_cell(row_number, sheet.link)}" location="{xml_text(_quoted(name))}!{cell}"'
        f' display="{cell}"/>'
        for row_number, (name, cell) in enumerate(sheet.links[:MOST_LINKS], start=top)
    )
    view = ' tabSelected="1"' if first else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        f'<sheetView workbookViewId="0"{view}><pane ySplit="{top}" topLeftCell="A{top + 1}" activePane="bottomLeft"'
        ' state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}</cols><sheetData>{''.join(body)}</sheetData>"
        f'<autoFilter ref="A{top}:{xl_col_to_name(columns - 1)}{max(last, top)}"/>'
        f"{f'<hyperlinks>{links}</hyperlinks>' if links else ''}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _add_lists(package: Package, looks: _Looks, lists: Mapping[str, Sequence[str]]) -> None:
    """A hidden sheet with a column for each list, named so that any length of it can be a dropdown."""
    if not lists:
        return
    name = sheet_name(_LISTS, package.sheets())
    longest = max(len(values) for values in lists.values())
    columns = list(lists.values())
    style = looks.own("text")
    rows = "".join(
        f'<row r="{row}">'
        + "".join(
            text_cell(row, column, values[row - 1], style)
            for column, values in enumerate(columns)
            if row <= len(values)
        )
        + "</row>"
        for row in range(1, longest + 1)
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns='
        f'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    )
    package.insert_sheet(name, content.encode("utf-8"), hidden=True)
    package.define(OURS, f"{_quoted(name)}!$A$1", sheet=len(package.sheets()) - 1)
    for position, (defined, values) in enumerate(lists.items()):
        letter = xl_col_to_name(position)
        package.define(defined, f"{_quoted(name)}!${letter}$1:${letter}${len(values)}")


class MarkedWorkbook:
    """One workbook while it is being marked. Raises UnknownLayout for one that cannot be changed in place."""

    def __init__(self, content: bytes) -> None:
        self.package = Package(content)
        unmark(self.package, (_FILLS["error"], _FILLS["warning"]))
        self.looks = _Looks(self.package.styles)
        self.sheet_parts = self.package.sheets()

    def mark(self, sheet: str, marks: SheetMarks) -> set[Place]:
        """Colour, comment and mend cells of a sheet; returns where a new text was put in."""
        if sheet not in self.sheet_parts:
            raise UnknownLayout(sheet)
        part = self.sheet_parts[sheet]
        content, done = edited(self.package.parts[part], marks.edits, self.looks.style)
        self.package.parts[part] = content
        add_dropdowns(self.package, part, marks.dropdowns)
        add_comments(self.package, part, marks.notes)
        return done

    def finished(self, before: Sequence[TextSheet], lists: Mapping[str, Sequence[str]], *, macros: bool) -> bytes:
        """The workbook's bytes, with these sheets first and the dropdowns' lists in a hidden one."""
        package = self.package
        if not macros:
            package.without_macros()
        for part in self.sheet_parts.values():
            if part in package.parts and b"tabSelected" in package.parts[part][:8192]:
                head, mark, rest = sheet_text(package.parts[part]).partition("<sheetData")
                head = re.sub(r"""\stabSelected\s*=\s*["'][^"']*["']""", "", head)
                package.parts[part] = (head + mark + rest).encode("utf-8")
        _add_lists(package, self.looks, lists)
        for position, sheet in enumerate(before):
            content = _text_sheet(sheet, self.looks, first=position == 0).encode("utf-8")
            package.insert_sheet(sheet.name, content, position=position)
        for position, sheet in enumerate(before):
            top, last = len(sheet.lines) + 1, len(sheet.lines) + 1 + len(sheet.rows)
            area = f"$A${top}:${xl_col_to_name(len(sheet.head) - 1)}${last}"
            package.define("_xlnm._FilterDatabase", f"{_quoted(sheet.name)}!{area}", sheet=position)
            package.define(OURS, f"{_quoted(sheet.name)}!$A$1", sheet=position)
        package.open_at_first()
        self.looks.close()
        return package.content()
