"""The Thai of a PDF is text: whole words are found, a paragraph is copied as it was written, lines break between words,
and it is tagged for those who have it read to them. Asked of the readers of two browsers, each of its own make."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pymupdf
import pypdf
import pypdfium2
import pytest
import typst

from cpms_cli.reports.document import Column, Document, Heading, Paragraph, TableBlock
from cpms_cli.reports.documents.pdf_file import pdf_bytes
from cpms_cli.writing.fonts import shipped_fonts

# With marks over marks, marks over tall letters, and sara am, which a font draws as two signs.
WORDS = (
    "คุ้มครอง",
    "ครั้ง",
    "ที่อยู่อาศัย",
    "ผู้ถูกกระทำ",
    "เสี่ยงสูง",
    "ปล่อยปละละเลย",
    "น้ำ",
    "ทั้งบิดาและมารดา",
    "เป็นปี",
    "ฟื้นฟู",
    "กำหนด",
    "ฝั่ง",
)
SPLIT = (
    "เด็ก|ที่|ต้อง|คุ้มครอง|โดย|ด่วน|ภายใน|กำหนด|คือ|เด็ก|ที่|ถูก|ทำร้าย|หรือ|ถูก|ดำเนิน|คดี|และ|ไม่|ได้|อยู่|กับ|"
    "ทั้ง|บิดา|และ|มารดา| |"
    "ให้|สำรวจ|ที่|อยู่|อาศัย|ทุก|ครั้ง| |"
) * 6
SENTENCES = SPLIT.replace("|", "").strip()
FONTS = shipped_fonts()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Each word in a heading, a paragraph and a table, so that it stands after every other one and before it."""
    table = TableBlock("ตาราง", pd.DataFrame({"word": WORDS[::-1]}), (Column("word", "คำ"),))
    parts = (Paragraph(SENTENCES), Heading(" ".join(WORDS)), Paragraph(" ".join(WORDS)), table)
    return pdf_bytes(Document("แผนคุ้มครองเด็ก", "ตำบลปากน้ำ", "th", parts), typst.Fonts(font_paths=[FONTS]))


def _of_chrome(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\r", "")


def _of_mupdf(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return "\n".join(str(page.get_text()) for page in document)


READERS: tuple[Callable[[bytes], str], ...] = (_of_chrome, _of_mupdf)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_found_each_time_that_it_stands_there(pdf: bytes, read: Callable[[bytes], str], word: str) -> None:
    assert read(pdf).replace("\n", "").count(word) >= 3


@pytest.mark.parametrize("read", READERS)
def test_a_paragraph_is_copied_as_it_was_written(pdf: bytes, read: Callable[[bytes], str]) -> None:
    copied = read(pdf).replace("\n", "").replace(" ", "")
    assert SENTENCES.replace(" ", "") in copied


def test_lines_break_between_words(pdf: bytes) -> None:
    ends, place = set(), 0
    for word in SPLIT.split("|"):
        place += len(word.strip())
        ends.add(place)
    lines = _of_chrome(pdf).split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith("เด็กที่ต้อง"))
    place, broken = 0, 0
    for line in lines[first:]:
        place += len(line.replace(" ", ""))
        if place >= len(SENTENCES.replace(" ", "")):
            break
        broken += 1
        assert place in ends, f"{line[-12:]} is broken within a word"
    assert broken >= 5


def test_it_is_tagged_for_those_who_have_it_read_to_them(pdf: bytes) -> None:
    root: Any = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("th")
    kinds: list[str] = []

    def gather(element: Any) -> None:
        element = element.get_object()
        if isinstance(element, list):
            for child in element:
                gather(child)
        elif isinstance(element, dict) and "/S" in element:
            kinds.append(str(element["/S"]))
            gather(element.get("/K", pypdf.generic.ArrayObject()))

    gather(root["/StructTreeRoot"]["/K"])
    assert {"/Document", "/H1", "/P", "/Table", "/TR", "/TH", "/TD"} <= set(kinds)
