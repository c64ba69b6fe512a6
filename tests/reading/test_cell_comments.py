"""Comments at cells are not read: it is told where they stand, and never what they say."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from cpms_cli.reading.book.xls_file import look_at_sheet
from tests.conftest import Cpms

FILES = Path(__file__).parent.parent / "files"
HEADER = ["รอบ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ชื่อ", "เพศ", "อายุ"]


def book(path: Path, *commented: str, author: str = "อสม.", text: str = "ย้ายออก แม่ชื่อสมศรี") -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(HEADER)
    for home in range(1, 6):
        sheet.append([2569, "85010101", str(home), f"ก้อง{home}", "ชาย", 9])
    for cell in commented:
        sheet[cell].comment = Comment(text, author)
    workbook.save(path)
    return path


@pytest.mark.parametrize(
    ("commented", "shown"),
    [
        (["E3"], "1 cell carries a comment, which is not read (E3)"),
        (["F6", "D2", "E2", "G4"], "4 cells carry a comment, which is not read (D2, E2, G4)"),
    ],
)
def test_cells_with_comments_are_counted_and_the_first_named(
    cpms: Cpms, tmp_path: Path, commented: list[str], shown: str
) -> None:
    path = book(tmp_path / "list.xlsx", *commented)
    ran = cpms("validate", path)
    assert shown in " ".join(ran.out.split())
    assert "สมศรี" not in ran.out + ran.err
    thai = cpms("validate", path, "--lang", "th")
    assert f"มีความคิดเห็นแนบอยู่กับ {len(commented)} ช่อง" in " ".join(thai.out.split())


def _comment(text: str, author: str = "อสม.") -> str:
    name = f"<dc:creator>{author}</dc:creator><dc:date>2026-12-01T00:00:00</dc:date>"
    return f"<office:annotation>{name}<text:p>{text}</text:p></office:annotation>"


def test_comments_of_an_opendocument_sheet_are_told_too(cpms: Cpms, tmp_path: Path) -> None:
    header, plain_cell = _comment("ชายหรือหญิง"), _comment("แม่ชื่อสมศรี")
    comments = {"ปีที่สำรวจ": header, "85010101": plain_cell, "12/1": _comment("wrong", "cpms"), "1": _comment(" ")}
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(FILES / "libreoffice.ods") as plain, zipfile.ZipFile(path, "w") as commented:
        for entry in plain.infolist():
            text = plain.read(entry)
            if entry.filename == "content.xml":
                shown = text.decode()
                for cell, comment in comments.items():
                    shown = shown.replace(f"<text:p>{cell}</text:p>", f"{comment}<text:p>{cell}</text:p>", 1)
                text = shown.encode()
            commented.writestr(entry, text)
    ran = cpms("validate", path)
    assert "1 cell carries a comment, which is not read (B3)" in " ".join(ran.out.split()), ran.err
    assert "สมศรี" not in ran.out + ran.err


def _note(row: int, column: int, author: str) -> bytes:
    name = author.encode("utf-16-le")
    data = struct.pack("<HHHHHB", row, column, 0, 1, len(author), 1) + name + b"\0"
    return struct.pack("<HH", 0x001C, len(data)) + data


def test_comments_of_an_old_excel_sheet_are_found(tmp_path: Path) -> None:
    whole = struct.pack("<HH", 0x0809, 0) + _note(4, 5, "อสม.") + _note(2, 27, "x") + _note(3, 1, "cpms")
    assert look_at_sheet(whole + struct.pack("<HH", 0x000A, 0), 0, from_1904=False).comments == [("AB", 3), ("F", 5)]


@pytest.mark.parametrize(
    ("commented", "author", "text"),
    [(["E1"], "อสม.", "ชาย หรือ หญิง"), (["E3"], "cpms", "wrong"), (["E3"], "", "cpms:\nwrong"), ([], "", "")],
)
def test_comments_at_headers_and_our_own_are_no_news(
    cpms: Cpms, tmp_path: Path, commented: list[str], author: str, text: str
) -> None:
    assert "comment" not in cpms("validate", book(tmp_path / "list.xlsx", *commented, author=author, text=text)).out
