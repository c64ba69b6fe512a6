"""Input that cannot be used: one sentence with the mend on stderr, nothing on stdout, exit code 2, no store touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.conftest import ROUNDS, Cpms

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
HEADERS = "รอบการสำรวจ,รหัสหมู่บ้าน,บ้านเลขที่,ลำดับเด็ก"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing.csv", None, "there is no such file"),
        ("folder", "folder", "this is a folder"),
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b"\r\n \r\n", "the file is empty"),
        ("picture.xlsx", PNG, "PNG"),
        ("report.csv", b"%PDF-1.7 ...", "PDF"),
        ("accounts.csv", b"date,amount,balance\n1/1/2569,20,30\n", "no row has headers of the survey"),
        ("no_house.csv", b"round,village_code,child_no,sex\n2569,85010501,1,male\n", "household_no"),
        ("twice.csv", f"{HEADERS},เพศ,Sex\n2569,85010501,1,1,ชาย,หญิง\n".encode(), "columns say sex: E (เพศ), F (Sex)"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(400), "damaged"),
    ],
)
def test_a_file_that_is_no_survey_is_refused(
    cpms: Cpms, tmp_path: Path, name: str, content: bytes | str | None, expected: str
) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    for words in (["validate", path], ["merge", path, "--store", tmp_path / "s.duckdb"]):
        ran = cpms(*words)
        assert ran.code == 2
        assert expected in ran.err
        assert ran.out == ""
        assert ran.err.count("\n") == 1
    assert not (tmp_path / "s.duckdb").exists()


def test_the_same_refusal_in_thai_and_as_a_document(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("validate", tmp_path / "missing.csv", "--lang", "th")
    assert "ไม่พบไฟล์นี้" in ran.err
    document = cpms("validate", tmp_path / "missing.csv", "--format", "json").json
    assert document["exit_code"] == 2
    assert document["error"]["id"] == "file_missing"
    assert document["findings"] == []


def test_a_csv_of_300_mb_that_is_one_line_is_refused_in_time(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as stream:
        stream.write(f"{HEADERS},เพศ\n2569,85010501,1,1,".encode())
        stream.seek(300_000_000)
        stream.write(b"x")
    ran = cpms("validate", path)
    assert ran.code == 2
    assert "long.csv" in ran.err


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04" + bytes(60), bytes(4096)])
def test_a_store_that_is_none_is_not_touched(cpms: Cpms, tmp_path: Path, content: bytes) -> None:
    store = tmp_path / "notes.duckdb"
    store.write_bytes(content)
    for words in (["merge", ROUNDS[0]], ["score"], ["children"], ["province", "85"]):
        ran = cpms(*words, "--store", store)
        assert ran.code == 2
        assert "notes.duckdb" in ran.err
        assert hashlib.sha256(store.read_bytes()).digest() == hashlib.sha256(content).digest()
