"""Comments at cells are not read: it is told where they stand, and never what they say."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.conftest import Cpms

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


@pytest.mark.parametrize(
    ("commented", "author", "text"),
    [(["E1"], "อสม.", "ชาย หรือ หญิง"), (["E3"], "cpms", "wrong"), (["E3"], "", "cpms:\nwrong"), ([], "", "")],
)
def test_comments_at_headers_and_our_own_are_no_news(
    cpms: Cpms, tmp_path: Path, commented: list[str], author: str, text: str
) -> None:
    assert "comment" not in cpms("validate", book(tmp_path / "list.xlsx", *commented, author=author, text=text)).out
