"""Promise 13: a workbook cannot harm. Each is drawn here, never stored; each is refused in a sentence, or read."""

from __future__ import annotations

import functools
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import xlsxwriter

from cpms_cli.survey.messages import say
from tests.conftest import ROOT, Cpms
from tests.hostile.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a fork, which Windows has not")

HEADER = ("round", "village_code", "household_no", "child_no", "given_name", "sex", "birth_date", "nationality")
RECORD = ("2569", "85010101", "12", "1", "มะลิ", "หญิง", "5/1/2560", "ไทย")
SHEET, STRINGS, BOOK, TYPES = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "[Content_Types].xml",
)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="s">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry'
    ' manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
)
WORD = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'


@functools.cache
def _parts() -> Mapping[str, bytes]:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    sheet = book.add_worksheet("survey")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, RECORD)
    book.close()
    with zipfile.ZipFile(written) as container:
        return {name: container.read(name) for name in container.namelist()}


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return written.getvalue()


def with_part(name: str, content: bytes | Callable[[bytes], bytes]) -> bytes:
    parts = dict(_parts())
    parts[name] = content(parts[name]) if callable(content) else content
    return zipped(parts)


def with_rows(rows: bytes, name: str = SHEET) -> bytes:
    return with_part(name, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


def after_declaration(what: bytes) -> Callable[[bytes], bytes]:
    return lambda part: part.replace(b"?>", b"?>" + what, 1)


def doctype(name: str, what: bytes) -> bytes:
    return with_part(name, after_declaration(what))


def in_xml(rows: str, doctype: bytes = b"") -> bytes:
    """A workbook in one file of XML, as Excel 2003 writes it."""
    names = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    book = f'<Workbook {names}><Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet></Workbook>'
    return b'<?xml version="1.0"?>' + doctype + book.encode()


def ods(body: str, manifest: str = "<m/>") -> bytes:
    head = "".join(WORD.format("", name) for name in HEADER)
    content = ODS.format(f"<table:table-row>{head}</table:table-row>{body}")
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def lying_size() -> bytes:
    """Both headers of the sheet say a hundred bytes; a hundred times that is in it."""
    whole = bytearray(with_rows(b"<!-- " + b"x" * 100_000 + b" -->"))
    with zipfile.ZipFile(io.BytesIO(whole)) as container:
        size = struct.pack("<I", container.getinfo(SHEET).file_size)
    assert whole.count(size) == 2
    return bytes(whole).replace(size, struct.pack("<I", 100))


def overlapping() -> bytes:
    """The table of contents says of one part that it begins where another does."""
    whole = bytearray(zipped({**_parts(), "xl/a.xml": b"<a/>", "xl/b.xml": b"<b/>"}))
    with zipfile.ZipFile(io.BytesIO(whole)) as container:
        offsets = [container.getinfo(name).header_offset for name in ("xl/a.xml", "xl/b.xml")]
    position = bytes(whole).rindex(b"xl/b.xml") - 4
    assert whole[position : position + 4] == struct.pack("<I", offsets[1])
    whole[position : position + 4] = struct.pack("<I", offsets[0])
    return bytes(whole)


def old_workbook(position: int, number: int, of: str = "header") -> bytes:
    """A true XLS file with one number of its header, or of its table of sectors, changed."""
    whole = bytearray((ROOT / "tests/files/excel_97.xls").read_bytes())
    (table,) = struct.unpack_from("<I", whole, 76)
    struct.pack_into("<I", whole, position if of == "header" else 512 * (table + 1) + 4 * position, number)
    return bytes(whole)


def chain_without_end() -> bytes:
    """The sector after the first of the directory is that first one again."""
    (directory,) = struct.unpack_from("<I", old_workbook(0, 0xE011CFD0), 48)
    return old_workbook(directory, directory, of="table")


def long_text() -> bytes:
    """Ten million characters that do not deflate to a thousandth."""
    return os.urandom(5_000_000).hex().encode()


def old_office(stream: str) -> bytes:
    """An OLE file whose stream has this name: Excel keeps a workbook with a password as EncryptedPackage."""
    whole = bytearray((ROOT / "tests/files/excel_97.xls").read_bytes())
    position = whole.index("Workbook".encode("utf-16-le"))
    name = (stream + "\0").encode("utf-16-le")
    whole[position : position + 66] = name.ljust(64, b"\0") + struct.pack("<H", len(name))
    return bytes(whole)


def wide() -> bytes:
    def letters(index: int) -> str:
        return (letters(index // 26 - 1) if index >= 26 else "") + chr(65 + index % 26)

    return ("<row r='3'>" + "".join(f'<c r="{letters(i)}3"><v>1</v></c>' for i in range(16_384)) + "</row>").encode()


def repeated(rows: int, columns: int) -> str:
    cell = WORD.format(f' table:number-columns-repeated="{columns}"', "x")
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


def far_cell() -> bytes:
    return with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_cells() -> bytes:
    return with_rows(
        b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (r, r) for r in range(9_000, 1_040_000, 5_000))
    )


def disguised_cell() -> bytes:
    return with_rows(b"<row r='1048576'><c s='0' r='XFD1048576'><v>1</v></c></row>")


def both_cells() -> bytes:
    return with_rows(
        b'<row r="9000"><c r="XFD9000"><v>1</v></c></row>'
        b"<row r='1048576'><c s='0' r='XFD1048576'><v>1</v></c></row>"
    )


def formatted_rows() -> bytes:
    return with_rows(b"".join(b'<row r="%d" s="1" customFormat="1" ht="15"/>' % row for row in range(3, 1_048_577)))


def formatted_columns() -> bytes:
    return with_rows(wide().replace(b"><v>1</v></c>", b' s="1"/>'))


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "flat bomb": ("a.xlsx", lambda: with_rows(b"<x/>" * 3_500_000), "workbook_too_large"),
    "lying size field": ("a.xlsx", lying_size, "damaged_workbook"),
    "overlapping entries": ("a.xlsx", overlapping, "workbook_overlap"),
    "laughs in strings": ("a.xlsx", lambda: doctype(STRINGS, LAUGHS), "workbook_doctype"),
    "laughs in workbook": ("a.xlsx", lambda: doctype(BOOK, LAUGHS), "workbook_doctype"),
    "laughs in types": ("a.xlsx", lambda: doctype(TYPES, LAUGHS), "workbook_doctype"),
    "entity in strings": ("a.xlsx", lambda: doctype(STRINGS, OUTSIDE), "workbook_doctype"),
    "entity in workbook": ("a.xlsx", lambda: doctype(BOOK, OUTSIDE), "workbook_doctype"),
    "entity in types": ("a.xlsx", lambda: doctype(TYPES, OUTSIDE), "workbook_doctype"),
    "doctype far down": (
        "a.xlsx",
        lambda: doctype(STRINGS, b"<!-- " + os.urandom(800_000).hex().encode() + b" -->" + LAUGHS),
        "workbook_doctype",
    ),
    "doctype in utf-16": (
        "a.xlsx",
        lambda: with_part(STRINGS, ("\ufeff<?xml version='1.0'?>" + LAUGHS.decode()).encode("utf-16-le")),
        "workbook_doctype",
    ),
    "entry above": ("a.xlsx", lambda: with_part("../../evil.xml", b"<x/>"), "workbook_paths"),
    "entry at the root": ("a.xlsx", lambda: with_part("/etc/evil", b"x"), "workbook_paths"),
    "entry on a drive": ("a.xlsx", lambda: with_part("C:\\evil.xml", b"x"), "workbook_paths"),
    "entry above, backslashes": ("a.xlsx", lambda: with_part("xl\\..\\..\\evil", b"x"), "workbook_paths"),
    "too many entries": ("a.xlsx", lambda: zipped({f"x/{i}": b"" for i in range(10_001)}, 0), "workbook_entries"),
    "one entry twice": ("a.xlsx", lambda: with_part(SHEET.upper(), b"x"), "workbook_entries"),
    "16,384 columns": ("a.xlsx", lambda: with_rows(wide()), "too_many_columns"),
    "cells without end": ("a.xlsx", far_cells, "sheet_too_far"),
    "cell at the far corner, written otherwise": ("a.xlsx", disguised_cell, "sheet_too_far"),
    "one of each": ("a.xlsx", both_cells, "sheet_too_far"),
    "10 MB in a shared string": (
        "a.xlsx",
        lambda: with_part(STRINGS, lambda part: part.replace("มะลิ".encode(), long_text())),
        "cell_too_long",
    ),
    "10 MB in a header": (
        "a.xlsx",
        lambda: with_part(STRINGS, lambda part: part.replace(b"nationality", long_text())),
        "cell_too_long",
    ),
    "10 MB in an inline string": (
        "a.xlsx",
        lambda: with_rows(b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + long_text() + b"</t></is></c></row>"),
        "cell_too_long",
    ),
    "XML renamed": ("a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "file_is_html"),
    "a page and its pictures in one file": ("a.xls", lambda: b"MIME-Version: 1.0\n\n<table></table>", "file_is_html"),
    "a page that asks to sign in": ("a.xls", lambda: b"<html><p>Sign in<form></form></html>", "page_without_table"),
    "a page that ends too early": ("a.xls", lambda: b"<table><tr><td>round<tr><td>2569<tr><td>25", "damaged_page"),
    "a page, tables in each other": ("a.xls", lambda: b"<table><tr><td>" * 9_000 + b"</table>", "page_without_table"),
    "a page, too wide": ("a.xls", lambda: b"<table><tr>" + b"<td colspan=999>x" * 6 + b"</table>", "too_many_columns"),
    "a page, too tall": (
        "a.xls",
        lambda: b"<table><tr>" + b"<td rowspan=99999>x" * 4_990 + b"<tr><td>y" * 3_100 + b"</table>",
        "sheet_too_far",
    ),
    "XML with a doctype": (
        "a.xls",
        lambda: in_xml("<Row><Cell>&b;</Cell></Row>", LAUGHS),
        "workbook_doctype",
    ),
    "XML, a cell far away": (
        "a.xls",
        lambda: in_xml('<Row ss:Index="999999"><Cell ss:Index="4999"><Data>x</Data></Cell></Row>'),
        "sheet_too_far",
    ),
    "XML, a wide merge": ("a.xls", lambda: in_xml('<Row><Cell ss:MergeAcross="999999"/></Row>'), "too_many_columns"),
    "XML, truncated": ("a.xls", lambda: in_xml("<Row><Cell><Data>x</Data></Cell></Row>")[:-40], "damaged_workbook"),
    "Word renamed": (
        "a.xlsx",
        lambda: zipped({TYPES: b"<Types/>", "word/document.xml": b"<x/>"}),
        "file_is_other_kind",
    ),
    "a plain zip": ("a.xlsx", lambda: zipped({"a.txt": b"x"}), "not_a_workbook"),
    "password": ("a.xlsx", lambda: old_office("EncryptedPackage"), "workbook_password"),
    "password, named xls": ("a.xls", lambda: old_office("EncryptedPackage"), "workbook_password"),
    "old Office, no workbook": ("a.xls", lambda: old_office("Contents"), "not_a_workbook"),
    "old Word": ("a.xls", lambda: old_office("WordDocument"), "file_is_other_kind"),
    "XLS, a chain without end": ("a.xls", chain_without_end, "damaged_workbook"),
    "XLS, a table of four thousand million": ("a.xls", lambda: old_workbook(44, 0xFFFFFFF0), "damaged_workbook"),
    "XLS, small sectors likewise": ("a.xls", lambda: old_workbook(64, 0xFFFFFFF0), "damaged_workbook"),
    "XLS, truncated": ("a.xls", lambda: old_workbook(0, 0xE011CFD0)[:1200], "damaged_workbook"),
    "nothing in it": ("a.xlsx", lambda: b"", "file_empty"),
    "truncated": ("a.xlsx", lambda: zipped(_parts())[:-700], "damaged_workbook"),
    "only the signature": ("a.xlsx", lambda: b"PK\x03\x04", "damaged_workbook"),
    "ODS repeats a cell": ("a.ods", lambda: ods(repeated(1_048_576, 16_384)), "sheet_too_far"),
    "ODS repeats in each row": ("a.ods", lambda: ods(repeated(1, 16_384) * 2_000), "sheet_too_far"),
    "ODS repeats spaces": (
        "a.ods",
        lambda: ods(repeated(1, 1).replace(">x<", '><text:s text:c="4000000000"/><')),
        "sheet_too_far",
    ),
    "ODS with a doctype": ("a.ods", lambda: ods(LAUGHS.decode()), "workbook_doctype"),
    "ODS with a password": ("a.ods", lambda: ods("", MANIFEST), "workbook_password"),
    "ODS truncated": ("a.ods", lambda: ods("")[:-60], "damaged_workbook"),
}

READ: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nested bomb": (
        "a.xlsx",
        lambda: with_part("xl/embeddings/b.zip", zipped({"b": zipped({"c": bytes(50_000_000)})})),
    ),
    "path in a sheet's name": (
        "a.xlsx",
        lambda: with_part(BOOK, lambda part: part.replace(b'"survey"', b'"../../etc/passwd"')),
    ),
    "link outside": (
        "a.xlsx",
        lambda: with_part(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1"'
            b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
            b' Target="file:///etc/passwd" TargetMode="External"/></Relationships>',
        ),
    ),
    "macros, named xlsx": (
        "a.xlsx",
        lambda: with_part(
            TYPES,
            lambda part: part.replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            ),
        ),
    ),
    "CSV renamed": ("a.xlsx", lambda: "\n".join((",".join(HEADER), ",".join(RECORD))).encode()),
    "claims of a dimension": (
        "a.xlsx",
        lambda: with_part(SHEET, lambda part: part.replace(b'ref="A1:H2"', b'ref="A1:XFD1048576"')),
    ),
    "ODS, trailing rows": (
        "a.ods",
        lambda: ods(
            "<table:table-row>" + "".join(WORD.format("", cell) for cell in RECORD) + "</table:table-row>"
            '<table:table-row table:number-rows-repeated="1048574">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        ),
    ),
}


LARGE = {"million formatted rows": formatted_rows, "every column formatted": formatted_columns}


def _behaves(ended: Mapping[str, object]) -> None:
    assert "Traceback" not in str(ended["err"])
    assert isinstance(ended["seconds"], float)
    assert ended["seconds"] < 30
    assert isinstance(ended["memory"], int)
    assert ended["memory"] < 1_000_000_000


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_workbook_is_refused_in_a_sentence(run: Run, tmp_path: Path, case: str) -> None:
    name, content, expected = REFUSED[case]
    path = tmp_path / name
    path.write_bytes(content())
    ended = run("validate", path, "--lang", "th")
    _behaves(ended)
    assert ended["code"] == 2, ended
    messages = " ".join(ended["err"].split())
    sentence = say(expected, "th", file=name).split("{")[0].split("(")[0].split()
    assert " ".join(sentence[:3]) in messages, (messages, sentence)
    assert say(expected, "en") != say(expected, "th")


@pytest.mark.parametrize("case", READ)
def test_what_looks_hostile_and_is_not_is_read(cpms: Cpms, tmp_path: Path, case: str) -> None:
    name, content = READ[case]
    path = tmp_path / name
    path.write_bytes(content())
    ran = cpms("validate", path)
    assert ran.code == 0, ran
    assert "1 row: 1 can be stored as it is" in ran.out
    assert "root:" not in ran.out


def test_a_cell_typed_far_away_is_told_and_the_table_is_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(far_cell())
    ended = run("validate", path, "--format", "json")
    _behaves(ended)
    document = json.loads(ended["out"])
    assert document["counts"]["rows"] == document["counts"]["storable"] == 1
    assert ("far_cell", "XFD1048576") in {(finding["rule"], finding["cell"]) for finding in document["findings"]}


@pytest.mark.parametrize("case", LARGE)
def test_what_is_large_by_its_formats_is_read_in_bounds(run: Run, tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(LARGE[case]())
    ended = run("validate", path)
    _behaves(ended)
    assert ended["code"] == 0, ended
    assert "1 row: 1 can be stored as it is" in ended["out"]
