"""Given a store, score, children, child, community and province say this."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pyarrow import parquet
from rich.cells import cell_len

from cpms_cli import merge
from tests.conftest import Cpms, Draw, MakeOnce


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """Two rounds of four children with one national ID each. 2025: all well. 2026: a victim with a sibling, one whose
    work is not known, one with nothing found."""
    ids = ["1999900000013", "1999900000021", "1999900000030", "1999900000048"]
    homes = [
        {"household_no": 1},
        {"household_no": 1, "child_no": 2},
        {"household_no": 12, "child_no": 1},
        {"household_no": 7, "child_no": 1},
    ]
    now = [
        {"violence_physical": "yes", "given_name": "ชื่อลับ"},
        {},
        {"worked_for_wages": "unknown", "nationality": "MM"},
        {},
    ]
    # A year earlier the child of the examples is 9, and whether it is left alone is still asked.
    year = {"round": 2025, "interview_date": "2025-11-15", "left_alone": "no"}
    before = draw(*({**year, **home, "national_id": id} for home, id in zip(homes, ids, strict=True)), name="2025.csv")
    after = draw(
        *({**home, "national_id": id, **answers} for home, id, answers in zip(homes, ids, now, strict=True)),
        name="2026.csv",
    )
    return once(lambda path: merge([before, after], path))


def _ids(store: Path) -> dict[str, str]:
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT household_no || '/' || child_no, cpms_id FROM child_link WHERE round = '2026'"
        ).fetchall()
    return {str(place): str(identifier) for place, identifier in rows}


def test_score_counts_children_by_level_and_round(cpms: Cpms, store: Path) -> None:
    ran = cpms("score", "--store", store, "--format", "json")
    levels = {
        (score["round"], score["household_no"], score["child_no"]): (score["level"], score["highest"])
        for score in ran.json["scores"]
    }
    assert levels == {
        (2025, "1", 1): ("none_found", "none_found"),
        (2025, "1", 2): ("none_found", "none_found"),
        (2025, "12", 1): ("none_found", "none_found"),
        (2025, "7", 1): ("none_found", "none_found"),
        (2026, "1", 1): ("victim", "victim"),
        (2026, "1", 2): ("high_risk", "high_risk"),
        (2026, "12", 1): ("at_risk", "high_risk"),
        (2026, "7", 1): ("none_found", "none_found"),
    }
    victim = next(score for score in ran.json["scores"] if score["level"] == "victim")
    assert victim["i13"] == "yes"
    assert victim["why"] == "13 Victim of violence (Physical violence)"
    assert "13:violence_physical=yes" in victim["answers"]


def test_score_writes_parquet(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"
    assert cpms("score", "--store", store, "-o", out).code == 0
    table = parquet.read_table(out)
    assert table.num_rows == 8
    assert {"cpms_id", "round", "i01", "i22", "level", "highest", "reasons"} <= set(table.column_names)


def test_children_are_listed_most_severe_first_each_with_the_reason(cpms: Cpms, store: Path) -> None:
    listed = cpms("children", "--store", store, "--round", "2569", "--format", "json").json["children"]
    assert [child["level"] for child in listed] == ["victim", "high_risk", "at_risk", "none_found"]
    assert [child["household_no"] for child in listed] == ["1", "1", "12", "7"]
    assert listed[1]["why"] == "20 Member(s) as victim of violence (a child of the household: 13 Victim of violence)"
    assert listed[2]["why"] == "1 No Thai nationality (Nationality: Myanmar)"


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (["--risk", "victim"], ["1"]),
        (["--risk", "victim", "--risk", "high_risk"], ["1", "1"]),
        (["--indicator", "1"], ["12"]),
        (["--area", "850105"], ["1", "1", "12", "7"]),
        (["--round", "2568", "--risk", "victim"], []),
    ],
)
def test_children_by_level_indicator_area_and_round(
    cpms: Cpms, store: Path, words: list[str], places: list[str]
) -> None:
    listed = cpms("children", "--store", store, *words, "--format", "json").json["children"]
    assert [child["household_no"] for child in listed] == places


def test_names_are_hidden_and_showing_them_is_logged(cpms: Cpms, store: Path) -> None:
    assert "ชื่อลับ" not in cpms("children", "--store", store).out
    identifier = _ids(store)["1/1"]
    assert "ชื่อลับ" not in cpms("child", identifier, "--store", store).out
    assert "ชื่อลับ" in cpms("children", "--store", store, "--identified").out
    assert "ชื่อลับ" in cpms("child", identifier, "--store", store, "--identified").out
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT what, children FROM audit ORDER BY shown_at").fetchall() == [
            ("children", 4),
            ("child", 1),
        ]


@pytest.mark.parametrize("words", [["children"], ["children", "--identified"], ["community", "850105"], ["history"]])
def test_in_a_window_of_80_columns_no_word_is_cut_to_pieces(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    wide = set(cpms(*words, "--store", store).out.split())
    monkeypatch.setenv("COLUMNS", "80")
    ran = cpms(*words, "--store", store)
    assert max(map(cell_len, ran.out.splitlines())) <= 80
    # Named with what it is: the heading stands in the cell, and the digest of a file is left out.
    pieces = {word for word in ran.out.split() if not set(word) <= set("─")} - wide
    assert pieces <= {"be:", "with:"}, pieces


def test_a_refusal_speaks_of_years_as_they_were_asked_for(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    ran = cpms("community", "850105", "--round", "2560", "--store", store, "--lang", "th")
    assert (ran.code, "ในรอบ 2560 รอบที่มี: 2568, 2569" in ran.err) == (2, True)
    ran = cpms("community", "850106", "--store", store)
    assert (ran.code, ran.err) == (
        2,
        "cpms: 850106: the store has no children of this area. Check the code, or merge the files of this area"
        " first.\n",
    )
    words = ("bundle", "850105", "--round", "2560", "-o", tmp_path / "b.cpms.age", "--store", store, "--lang", "th")
    assert "850105 ในรอบ 2560" in cpms(*words).err


def test_one_child_over_the_years(cpms: Cpms, store: Path) -> None:
    ran = cpms("child", _ids(store)["1/1"], "--store", store, "--format", "json").json
    assert [(level["round"], level["level"]) for level in ran["levels"]] == [(2025, "none_found"), (2026, "victim")]
    assert ran["levels"][1]["due"] == "within 24 hours"
    violence = ran["indicators"][12]
    assert (violence["2025"], violence["2026"]) == ("no", "yes")
    assert "Physical violence: Yes; Emotional violence: No" in violence["because"]
    drugs = next(answer for answer in ran["answers"] if answer["field"] == "drugs")
    assert (drugs["2025"], drugs["2026"]) == ("No", "No")


def test_blank_unknown_refused_and_not_asked_stay_four_things(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    answers_told = {
        "mother_home": None,
        "father_home": "unknown",
        "chronic_illness": "refused",
        "drugs": None,
        "birth_date": "2021-06-01",
    }
    merge([draw(answers_told)], tmp_path / "s.duckdb")
    answers = cpms(
        "child", _ids(tmp_path / "s.duckdb")["1/1"], "--store", tmp_path / "s.duckdb", "--format", "json"
    ).json["answers"]
    answers_printed = {answer["field"]: answer["2026"] for answer in answers}
    assert [answers_printed[name] for name in ("mother_home", "father_home", "chronic_illness", "drugs")] == [
        "Blank",
        "Don't know",
        "Refused",
        "Not asked",
    ]


def test_community_counts_levels_indicators_and_change(cpms: Cpms, store: Path) -> None:
    ran = cpms("community", "85010501", "--store", store, "--format", "json").json
    assert (ran["round"], ran["previous"], ran["children_total"], ran["households_total"]) == (2026, 2025, 4, 3)
    levels = {level["level"]: (level["children"], level["could_be"], level["households"]) for level in ran["levels"]}
    assert levels == {
        "victim": (1, 0, 1),
        "high_risk": (1, 1, 0),
        "at_risk": (1, 0, 1),
        "not_enough_answers": (0, 0, 0),
        "none_found": (1, 0, 1),
    }
    nationality, work = ran["indicators"][0], ran["indicators"][10]
    assert (nationality["yes"], nationality["no"], nationality["unknown"]) == (1, 3, 0)
    assert nationality["share"] == pytest.approx(0.25)
    assert nationality["change"] == pytest.approx(0.25)
    assert (work["yes"], work["no"], work["unknown"], work["not_applicable"], work["share"]) == (0, 3, 1, 0, 0)
    assert [child["household_no"] for child in ran["response"]] == ["1"]


def test_province_is_compiled_from_its_subdistricts(cpms: Cpms, store: Path, draw: Draw) -> None:
    merge([draw({"village_code": "85030201", "mother_alive": "no", "father_alive": "no"}, name="other.csv")], store)
    ran = cpms("province", "85", "--store", store, "--format", "json").json
    assert [
        (part["area"], part["name"], part["children"], part["victim"], part["high_risk"]) for part in ran["parts"]
    ] == [
        ("850105", "Pak Nam", 4, 1, 1),
        ("850302", "Kapoe", 1, 0, 1),
    ]
    assert ran["children_total"] == 5


def test_summaries_open_again_as_workbook_json_and_csv(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "province.xlsx"
    assert cpms("province", "85", "--store", store, "-o", out).code == 0
    sheets = pd.read_excel(out, sheet_name=None, engine="openpyxl")
    assert list(sheets) == [
        "Levels",
        "Stand today",
        "Stand today by area",
        "Indicators",
        "Help needed",
        "Areas",
        "To be visited at once",
        "Quality of the data",
        "Notes",
    ]
    assert sheets["Levels"]["Children"].sum() == 4
    assert (
        cpms("community", "850105", "--store", store, "--format", "csv")
        .out.splitlines()[1]
        .startswith("1,No Thai nationality,1,3,0,0,0,0.25")
    )


def test_thai_reports_say_buddhist_years(cpms: Cpms, store: Path) -> None:
    ran = cpms("province", "85", "--store", store, "--lang", "th")
    assert "จังหวัดระนอง (85) รอบ 2569: เด็ก 4 คน ใน 3 ครัวเรือน" in ran.out
    assert "ผู้ถูกกระทำ" in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ["child", "C000"],
        ["children", "--indicator", "23"],
        ["children", "--risk", "terrible"],
        ["community", "999999"],
        ["community", "85"],
        ["province", "850105"],
        ["province", "84"],
        ["community", "850105", "--round", "2500"],
        ["children", "--round", "soon"],
        ["score", "--format", "xml"],
        ["score", "-o", "scores.docx"],
        ["score", "--lang", "de"],
    ],
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms(*words, "--store", store)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("cpms: ")
    assert len(ran.err.splitlines()) == 1
