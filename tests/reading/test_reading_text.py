"""Given a text file as it really comes, the right cells are read, or what is wrong with it is named."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cpms_cli import CpmsError, read_cells, validate
from cpms_cli.checking.validation import Validation
from cpms_cli.reading.source import SourceTable
from tests.conftest import Cpms, Draw

HEADER = ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "ชื่อ", "เพศ"]
ROWS = [["2569", "85010501", "12", "1", "สมชาย ใจดี", "ชาย"], ["2569", "85010501", "15/3", "2", "น้ำฝน", "หญิง"]]
TABLE = "".join(",".join(row) + "\r\n" for row in [HEADER, *ROWS])


def _wrongly_read(text: str, encoding: str) -> str:
    """What a program shows that takes UTF-8 for another encoding; bytes that one lacks become control characters."""
    return "".join(
        bytes([byte]).decode(encoding) if byte not in _lacking(encoding) else chr(byte) for byte in text.encode()
    )


def _lacking(encoding: str) -> set[int]:
    return {byte for byte in range(256) if not bytes([byte]).decode(encoding, errors="ignore")}


def _cells(table: SourceTable) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.data.columns), strict=True)]


def _read(path: Path, content: bytes, encoding: str | None = None) -> SourceTable:
    path.write_bytes(content)
    table: SourceTable
    [table] = read_cells(path, encoding=encoding)
    return table


WRITTEN = {
    "UTF-8": TABLE.encode(),
    "UTF-8 with mark": TABLE.encode("utf-8-sig"),
    "UTF-16LE": TABLE.encode("utf-16-le"),
    "UTF-16LE with mark": codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
    "UTF-16BE": TABLE.encode("utf-16-be"),
    "UTF-16BE with mark": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "cp874": TABLE.encode("cp874"),
    "TIS-620": TABLE.encode("tis-620"),
    "UTF-8 read as cp874": _wrongly_read(TABLE, "cp874").encode(),
    "UTF-8 read as cp1252": _wrongly_read(TABLE, "cp1252").encode(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_one_thai_table_in_ten_encodings(tmp_path: Path, how: str) -> None:
    table = _read(tmp_path / "survey.csv", WRITTEN[how])
    assert list(table.header) == HEADER
    assert _cells(table) == ROWS
    assert list(table.rows) == [2, 3]
    checks = [fault.check for fault in table.faults]
    assert checks == (["file_mojibake"] if "read as" in how else [])


@pytest.mark.parametrize("thai", [1, 3, 10])
def test_a_few_thai_names_among_five_hundred_rows(tmp_path: Path, thai: int) -> None:
    """A migrant community's file, which ready-made detectors take for ISO 8859-15."""
    rows = [["2569", "85010501", str(number), "1", "Min Thu", "male"] for number in range(1, 501)]
    for number in range(thai):
        rows[number * 40 + 60][4] = "น้ำฝน"
    header = ["round", "village_code", "household_no", "child_no", "given_name", "sex"]
    content = "".join(",".join(row) + "\r\n" for row in [header, *rows]).encode("cp874")
    table = _read(tmp_path / "survey.csv", content)
    assert table.evidence["encoding"] == "cp874"
    assert _cells(table) == rows


@pytest.mark.parametrize("encoding", ["shift_jis", "cp1251", "big5"])
def test_an_encoding_that_does_not_occur_here_is_refused_unless_named(tmp_path: Path, encoding: str) -> None:
    names = {"shift_jis": "山田太郎", "cp1251": "Иван", "big5": "王小明"}
    content = f"name,age,sex\n{names[encoding]},7,f\n{names[encoding]},9,m\n".encode(encoding)
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(CpmsError) as refused:
        read_cells(path)
    assert refused.value.message_id == "encoding_none"
    table = _read(path, content, encoding)
    assert _cells(table)[0] == [names[encoding], "7", "f"]
    assert table.evidence["encoding_why"] == "encoding_told"


def test_why_a_file_was_read_so_is_said_in_both_languages(cpms: Cpms, draw: Draw) -> None:
    path = draw({"given_name": "สมชาย"})
    path.write_bytes(path.read_text("utf-8").encode("cp874"))
    ran = cpms("validate", path, "--lang", "en")
    assert ran.code == 0
    assert "read as cp874, delimiter ','" in ran.out
    assert "Thai letters looked at, 100% stand as Thai is spelt; with this delimiter" in ran.out
    assert "เรียงตามหลักการสะกดไทย" in cpms("validate", path, "--lang", "th").out
    overruled = cpms("validate", path, "--encoding", "cp1252")
    assert "read as cp1252" in overruled.out
    assert "the encoding was given with --encoding" in overruled.out


def test_an_encoding_that_does_not_exist_is_named(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({}), "--encoding", "cp8744")
    assert ran.code == 2
    assert "cp8744: there is no encoding of this name" in ran.err


def test_a_broken_byte_is_named_and_the_name_is_not(cpms: Cpms, draw: Draw) -> None:
    path = draw({}, {"given_name": "น้ำฝนทอง"})
    path.write_bytes(path.read_bytes().replace("ทอง".encode(), b"\xff"))
    ran = cpms("validate", path, "--format", "json")
    assert ran.code == 1
    [finding] = ran.json["findings"]
    assert (finding["rule"], finding["row"], finding["column"]) == ("broken_bytes", 3, "given_name")
    assert finding["value"] == "0xFF (6)"
    assert "น้ำฝน" not in ran.out


def test_a_name_in_a_wrong_encoding_is_read_right_and_told(cpms: Cpms, draw: Draw) -> None:
    path = draw({"given_name": "สมชาย"}, {"given_name": _wrongly_read("น้ำฝน", "cp874")})
    ran = cpms("validate", path, "--format", "json", "--identified")
    assert ran.code == 0
    [finding] = ran.json["findings"]
    assert (finding["rule"], finding["row"]) == ("mojibake", 3)
    [table] = validate([path]).tables
    assert table.cells("given_name").to_pylist() == ["สมชาย", "น้ำฝน"]


def _of_writing(validation: Validation) -> list[tuple[str, int, str]]:
    """What is told of how the file is written, its answers left aside: rows drawn alike are no honest survey."""
    of_writing = ["encoding_changes", "quote_astray", "mojibake", "broken_bytes"]
    ours = validation.findings[validation.findings["check"].isin(of_writing)]
    return [(str(row.check), int(str(row.row)), str(row.value)) for row in ours.itertuples()]


def test_two_encodings_in_one_file(cpms: Cpms, draw: Draw) -> None:
    path = draw({"given_name": "สมชาย"}, {"given_name": "น้ำฝน"}, {"given_name": "ปิยะ"})
    head, first, *others = path.read_text("utf-8").splitlines(keepends=True)
    path.write_bytes((head + first).encode("cp874") + "".join(others).encode())
    validation = validate([path])
    assert _of_writing(validation) == [("encoding_changes", 3, "cp874 → utf-8")]
    assert validation.tables[0].cells("given_name").to_pylist() == ["สมชาย", "น้ำฝน", "ปิยะ"]


def test_a_quote_that_is_never_closed_swallows_nothing(cpms: Cpms, draw: Draw) -> None:
    path = draw(*[{"given_name": f"เด็ก{number}", "household_no": number, "child_no": 1} for number in range(1, 41)])
    path.write_text(path.read_text("utf-8").replace("เด็ก5,", '"เด็ก5,'), "utf-8")
    validation = validate([path])
    assert validation.rows == 40
    assert [(check, row) for check, row, _ in _of_writing(validation)] == [("quote_astray", 6)]


def test_a_cell_beyond_reason_is_a_finding(tmp_path: Path) -> None:
    rows = [*ROWS, ["2569", "85010501", "16", "1", "ก" * 1_200_000, "ชาย"]]
    table = _read(tmp_path / "survey.csv", "".join(",".join(row) + "\n" for row in [HEADER, *rows]).encode())
    assert [(fault.check, fault.row, fault.column) for fault in table.faults] == [("cell_too_large", 4, 4)]
    assert len(table.rows) == 3


def test_a_gigantic_line_is_no_table_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"a," * 3_000_000)
    with pytest.raises(CpmsError) as refused:
        read_cells(path)
    assert refused.value.message_id == "too_many_columns"


TEXTS = st.text("กขคนมยสหอเแโาีู่้ำ ABCxyz09,;|\t\"'\\\n.-", max_size=12)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=3, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], delimiter: str, encoding: str, line_end: str
) -> None:
    rows = [["2569", "85010501", str(number), "1", *pair, "1"] for number, pair in enumerate(texts, start=1)]
    assume(all(cell.strip() == cell for row in rows for cell in row))
    written = io.StringIO()
    # Python's writer does not quote a line feed where lines end otherwise.
    quoting: Literal[0, 1] = csv.QUOTE_ALL if line_end == "\r" else csv.QUOTE_MINIMAL
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([[*HEADER, "อายุ"], *rows])
    path = tmp_path_factory.mktemp("written") / "survey.csv"
    table = _read(path, written.getvalue().encode(encoding))
    assert list(table.header) == [*HEADER, "อายุ"]
    assert _cells(table) == [[cell or None for cell in row] for row in rows]
    assert not table.faults
