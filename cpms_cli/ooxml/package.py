"""A workbook's parts (ECMA-376, Open Packaging Conventions): read from bytes, changed in place, written again.

What is not changed stays to the byte: charts, pictures, column widths, other sheets. A library that loads a workbook
into objects drops what it has no object for, and the values that Excel last computed for formulas.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS, _TYPES = f"{_PACKAGE}/relationships", f"{_PACKAGE}/content-types"
_FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT = {
    "worksheet": f"{_FORMAT}.worksheet+xml",
    "comments": f"{_FORMAT}.comments+xml",
    "book": f"{_FORMAT}.sheet.main+xml",
    "macro_book": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
}
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BOOK = "xl/workbook.xml"


class UnknownLayout(Exception):
    """A workbook that is put together in a way this module does not change: strict, or without its usual parts."""


def parsed(content: bytes) -> Any:
    """The root of a part; entities are not resolved and nothing is fetched."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def written(root: Any) -> bytes:
    """The bytes of a part."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def main(tag: str) -> str:
    """A tag of the spreadsheet's own namespace."""
    return f"{{{MAIN}}}{tag}"


class Package:
    """The parts of one workbook by name. Raises UnknownLayout for one that cannot be changed in place."""

    def __init__(self, content: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as container:
                self.parts = {entry.filename: container.read(entry) for entry in container.infolist()}
            self.book = parsed(self.parts[_BOOK])
            self.types = parsed(self.parts["[Content_Types].xml"])
            self.styles = parsed(self.parts["xl/styles.xml"])
        except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
            raise UnknownLayout(str(error)) from None
        if self.book.tag != main("workbook") or self.styles.tag != main("styleSheet"):
            raise UnknownLayout(self.book.tag)

    def sheets(self) -> dict[str, str]:
        """Every sheet's name and the part it stands in, in the workbook's order."""
        targets = {relation.get("Id"): relation.get("Target") for relation in self.relations(_BOOK)}
        return {
            sheet.get("name"): self._resolved(_BOOK, targets[sheet.get(f"{{{OFFICE}}}id")])
            for sheet in self.book.find(main("sheets"))
        }

    def relations(self, part: str) -> Any:
        """The relations of a part, as a tree; empty where it has none."""
        content = self.parts.get(_relations_of(part))
        return parsed(content) if content else etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})

    def related(self, part: str, kind: str) -> str | None:
        """The part of this kind (`comments`, `vmlDrawing`) that a part points to."""
        relations = (relation for relation in self.relations(part) if relation.get("Type", "").endswith(f"/{kind}"))
        return next((self._resolved(part, relation.get("Target")) for relation in relations), None)

    def relation_id(self, part: str, target: str) -> str | None:
        """By which id a part points to another."""
        relations = (
            relation for relation in self.relations(part) if self._resolved(part, relation.get("Target")) == target
        )
        return next((str(relation.get("Id")) for relation in relations), None)

    @staticmethod
    def _resolved(part: str, target: str) -> str:
        if target.startswith("/"):
            return target[1:]
        return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))

    def relate(self, part: str, kind: str, target: str) -> str:
        """Point from a part to another; returns the relation's id."""
        tree = self.relations(part)
        taken = {element.get("Id") for element in tree}
        name = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        relative = posixpath.relpath(target, posixpath.dirname(part))
        etree.SubElement(tree, f"{{{_RELATIONS}}}Relationship", Id=name, Type=f"{OFFICE}/{kind}", Target=relative)
        self.parts[_relations_of(part)] = written(tree)
        return name

    def free_name(self, pattern: str) -> str:
        """A part's name that is not taken; `pattern` has {} where the number goes."""
        return next(
            name for number in range(1, len(self.parts) + 2) if (name := pattern.format(number)) not in self.parts
        )

    def add(self, name: str, content: bytes, kind: str) -> None:
        """Add a part of a kind that CONTENT knows."""
        self.parts[name] = content
        etree.SubElement(self.types, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=CONTENT[kind])

    def add_drawing(self, name: str, content: bytes) -> None:
        """Add a VML drawing, which holds the frames of comments."""
        self.parts[name] = content
        if not any(content_type.get("Extension", "").lower() == "vml" for content_type in self.types):
            etree.SubElement(self.types, f"{{{_TYPES}}}Default", Extension="vml", ContentType=_VML)

    def without_macros(self) -> bool:
        """Take the macros out; whether there were any."""
        tree = self.relations(_BOOK)
        macros = [macro for macro in tree if macro.get("Type", "").endswith("/vbaProject")]
        for macro in macros:
            tree.remove(macro)
            gone = self._resolved(_BOOK, macro.get("Target"))
            self.parts.pop(gone, None)
            self.parts.pop(_relations_of(gone), None)
            for override in list(self.types):
                if override.get("PartName") == f"/{gone}":
                    self.types.remove(override)
        for override in self.types:
            if override.get("PartName") == f"/{_BOOK}":
                override.set("ContentType", CONTENT["book"])
        self.parts[_relations_of(_BOOK)] = written(tree)
        return bool(macros)

    def insert_sheet(self, name: str, content: bytes, position: int | None = None, hidden: bool = False) -> str:
        """Add a sheet before the one at this place, or at the end; returns its part."""
        part = self.free_name("xl/worksheets/sheet{}.xml")
        self.add(part, content, "worksheet")
        sheets = self.book.find(main("sheets"))
        number = max((int(sheet.get("sheetId")) for sheet in sheets), default=0) + 1
        entry = etree.Element(main("sheet"), name=name, sheetId=str(number))
        entry.set(f"{{{OFFICE}}}id", self.relate(_BOOK, "worksheet", part))
        if hidden:
            entry.set("state", "hidden")
        place = len(sheets) if position is None else position
        sheets.insert(place, entry)
        for defined in self.book.iter(main("definedName")):
            local = defined.get("localSheetId")
            if local is not None and int(local) >= place:
                defined.set("localSheetId", str(int(local) + 1))
        return part

    def remove_sheet(self, name: str) -> None:
        """Take a sheet out, with the names that belong to it."""
        sheets = self.book.find(main("sheets"))
        number, entry = next((place, sheet) for place, sheet in enumerate(sheets) if sheet.get("name") == name)
        part = self.sheets()[name]
        sheets.remove(entry)
        tree = self.relations(_BOOK)
        for relation in list(tree):
            if self._resolved(_BOOK, relation.get("Target")) == part:
                tree.remove(relation)
        self.parts[_relations_of(_BOOK)] = written(tree)
        self.parts.pop(part, None)
        self.parts.pop(_relations_of(part), None)
        for override in list(self.types):
            if override.get("PartName") == f"/{part}":
                self.types.remove(override)
        for defined in list(self.book.iter(main("definedName"))):
            local = int(defined.get("localSheetId", -1))
            if local == number:
                defined.getparent().remove(defined)
            elif local > number:
                defined.set("localSheetId", str(local - 1))

    def undefine(self, prefix: str) -> None:
        """Take out the names that begin like this."""
        for defined in list(self.book.iter(main("definedName"))):
            if defined.get("name", "").startswith(prefix):
                defined.getparent().remove(defined)

    def define(self, name: str, refers_to: str, sheet: int | None = None) -> None:
        """Give a range a name, for one sheet (by its place) or for all."""
        names = self.book.find(main("definedNames"))
        if names is None:
            names = etree.Element(main("definedNames"))
            before = [
                element
                for tag in ("sheets", "functionGroups", "externalReferences")
                for element in self.book.findall(main(tag))
            ]
            before[-1].addnext(names)
        entry = etree.SubElement(names, main("definedName"), name=name)
        entry.text = refers_to
        if sheet is not None:
            entry.set("localSheetId", str(sheet))
            entry.set("hidden", "1")

    def open_at_first(self) -> None:
        """Let the workbook open at its first sheet."""
        for view in self.book.iter(main("workbookView")):
            view.set("activeTab", "0")
            view.set("firstSheet", "0")

    def content(self) -> bytes:
        """The workbook's bytes; the same parts give the same bytes."""
        trees = {_BOOK: self.book, "[Content_Types].xml": self.types, "xl/styles.xml": self.styles}
        self.parts.update({name: written(tree) for name, tree in trees.items()})
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as container:
            for name, part in self.parts.items():
                container.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
        return stream.getvalue()


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"
