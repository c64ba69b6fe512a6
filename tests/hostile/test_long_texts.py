"""A text as long as a cell may be is read in no more time than many short ones: nothing is looked at again for each of
its signs."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from tests.conftest import Cpms, Draw

LETTERS, SECONDS = 30_000, 10
"""The reading takes about two seconds; one text that is looked at for each of its signs takes more than these."""
PIECES = (
    *("1/", "12-", "a.", "a/", "group/", "0", "1 ", "a ", "(", "()", " ", "ก", "๑ ", "ตำบล", "หมู่ที่ 1 ", "tambon "),
    *("พ.ศ. 2560 ", "พ.ร.บ. ปี 2546 ", "1=ใช่ ", "ไม่มี", "เด็กหญิง", "Mr. ", "2560-01-01T00:00+07 ", "081-", "[1].", "= "),
)


def _long(piece: str) -> str:
    return "x" + piece * (LETTERS // len(piece)) + "x"


@pytest.mark.parametrize("place", ["header", "title", "answer"])
def test_a_long_odd_text_takes_no_more_time_than_its_length(cpms: Cpms, draw: Draw, tmp_path: Path, place: str) -> None:
    texts = [_long(piece) for piece in PIECES]
    file = draw({}, {})
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    if place == "header":
        header, rows = [*header, *texts], [[*row, *("1" for _ in texts)] for row in rows]
    elif place == "title":
        rows = [*rows, *([text] for text in texts)]
    else:
        header, rows = [*header, "remarks"], [[*rows[0], text] for text in texts]
    with file.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerows([[text] for text in texts[:5] if place == "title"])
        lines.writerows([header, *rows])
    begun = time.process_time()
    assert cpms("validate", file).code in (0, 1, 2)
    assert time.process_time() - begun < SECONDS
