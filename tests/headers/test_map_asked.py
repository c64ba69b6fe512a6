"""`cpms map --ask`: what is not sure is asked line by line, and what was answered is kept however it ends."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook as open_workbook

from cpms_cli.checking.drafting.map_questions import OpenLine, Reply, read_reply
from cpms_cli.reading.maps.map_workbook import load_workbook
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Ran
from tests.office.test_office_map import LIST, SECOND

Typed = Callable[..., Ran]


@pytest.fixture
def typed(cpms: Cpms, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs `cpms map --ask` on the office's list while somebody types these lines, and then nothing more."""

    def run(output: Path, *lines: str) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return cpms("map", LIST, "-o", output, "--ask")

    return run


def _fields(path: Path) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for header, field, *_ in open_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True):
        fields.setdefault(str(header), []).append(str(field or "").rpartition(" / ")[2])
    return fields


def test_all_is_answered_here_and_the_map_holds(typed: Typed, survey: Survey, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    # Three headers of which the first proposal is right, then "hurt"; then the answers, by their number.
    ran = typed(path, *["1"] * 3, "2", *["1"] * 40)
    assert ran.code == 0, ran.err
    assert "Which question is the column 'ความเสี่ยง / ถูกทำร้าย'?" in ran.err
    assert "0 lines wait still" in ran.err
    chosen = load_workbook(path, survey)
    assert chosen.line("ถูกทำร้าย").field == "violence_physical"  # type: ignore[union-attr]
    assert chosen.answers_of("บัตรทอง", "health_insurance")["มี"] == "universal"
    assert "ศรีสุวรรณ" not in ran.err + ran.out, "nobody is named"


def test_who_stops_keeps_what_was_answered_and_goes_on_later(typed: Typed, survey: Survey, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    first = typed(path, "leave out", "q")
    assert first.code == 0, first.err
    fields = _fields(path)
    assert fields["คำนำหน้า"] == [""], "titles are read, and nobody is asked"
    assert fields["บัตรทอง"] == ["leave out"]
    # A whole name is both of its parts, and nobody is asked.
    assert [field.rpartition("[")[2] for field in fields["ชื่อ-สกุล เด็ก"]] == ["family_name]", "given_name]"]

    second = typed(path, *["1"] * 2, "2", *["1"] * 40)
    assert "1/3 Which question is the column 'บิดามารดา / อยู่กับ'?" in second.err
    assert "บัตรทอง'?" not in second.err, "it was answered"
    assert load_workbook(path, survey).line("บัตรทอง").field is None  # type: ignore[union-attr]


def test_an_end_without_a_word_keeps_what_was_answered(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    assert typed(path, "1").code == 0
    assert _fields(path)["บัตรทอง"] == ["Health insurance [health_insurance]"]


def test_what_is_skipped_is_answered_in_the_workbook(typed: Typed, cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    assert typed(path, *[""] * 7).code == 0
    ran = cpms("merge", LIST, "--map", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "are not answered yet" in ran.err


def test_nothing_is_asked_in_a_pipe(cpms: Cpms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n" * 9))
    ran = cpms("map", LIST, "-o", tmp_path / "map.xlsx")
    assert ran.code == 0
    assert "Which question" not in ran.err
    assert sys.stdin.read() == "1\n" * 9, "nothing was read"


def test_a_question_needs_a_workbook_to_keep_the_answer(cpms: Cpms, tmp_path: Path) -> None:
    for words in ((), ("-o", tmp_path / "map.csv")):
        ran = cpms("map", LIST, "--ask", *words)
        assert ran.code == 2
        assert "-o map.xlsx" in ran.err


def test_nobody_goes_on_with_a_map_of_another_kind(
    cpms: Cpms, typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "map.xlsx"
    assert cpms("map", SECOND, "-o", path).code == 0
    before = path.read_bytes()
    ran = typed(path, "1")
    assert ran.code == 2
    assert "of another kind of file" in ran.err
    assert path.read_bytes() == before


# What is typed for "บัตรทอง", of which the first proposal is health_insurance; and for its answer "มี".
HEADER = OpenLine("บัตรทอง", "", "?health_insurance", "", "", (("health_insurance", "Health insurance"),))
ANSWER = OpenLine("บัตรทอง", "", "health_insurance", "มี", "", (("universal", "Universal coverage"),))
REPLIES = [
    (HEADER, "1", Reply("chosen", "health_insurance")),
    (HEADER, "๑", Reply("chosen", "health_insurance")),
    (HEADER, "2", Reply("unknown")),
    (HEADER, "เพศ", Reply("chosen", "sex")),
    (HEADER, "ไม่นำเข้า", Reply("chosen", "ไม่นำเข้า")),
    (HEADER, "nationalty", Reply("unknown", "nationality")),
    (HEADER, "given_name", Reply("taken", "ชื่อ")),
    (HEADER, "  ", Reply("skipped")),
    (HEADER, "Q", Reply("stopped")),
    (HEADER, "ออก", Reply("stopped")),
    (ANSWER, "1", Reply("chosen", "universal")),
    (ANSWER, "none", Reply("chosen", "none")),
    (ANSWER, "ไม่ทราบ", Reply("chosen", "unknown")),
    (ANSWER, "เพศ", Reply("unknown")),
]


@pytest.mark.parametrize(("line", "text", "reply"), REPLIES, ids=[f"{case[0].answer}{case[1]}" for case in REPLIES])
def test_what_may_be_typed(survey: Survey, line: OpenLine, text: str, reply: Reply) -> None:
    assert read_reply(survey, line, text, [("given_name", "ชื่อ")]) == reply
