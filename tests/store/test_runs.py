"""`cpms score` is recorded and can be made again; `--compare` tries another definition and leaves no trace."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from cpms_cli import compare_definitions, merge, score, score_again, undo
from cpms_cli.store.content import dump
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import change_file, copy_definition


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """One round of three children of three homes: a victim, one who works at 12, one with nothing found."""
    rows = [
        {"household_no": "1", "violence_physical": "yes", "given_name": "ชื่อลับ"},
        {"household_no": "2", "nationality": "MM", "birth_registered": "not_registered"},
        {"household_no": "3"},
    ]
    survey = draw(*rows)
    return once(lambda path: merge([survey], path))


@pytest.fixture
def scored(cpms: Cpms, store: Path, once: MakeOnce) -> Path:
    """`store`, which was scored once: run 1."""
    return once(lambda path: cpms("score", "--store", path))


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A province's own definition: two counted indicators are high risk already."""
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "risk.yaml", "dangers >= $dangers_from", "counted >= $dangers_from")
    change_file(folder, "limits.yaml", "- name: dangers_from\n    value: 5\n", "- name: dangers_from\n    value: 2\n")
    return folder


def test_each_scoring_is_recorded_with_what_it_saw(cpms: Cpms, draw: Draw, store: Path) -> None:
    assert "cpms score --run 1" in cpms("score", "--store", store).err
    assert cpms("score", "--store", store, "--format", "json").json["run"] == 2
    runs = cpms("history", "--store", store, "--format", "json").json["runs"]
    assert [(run["run"], run["last_batch"], run["children"], run["tool_version"]) for run in runs] == [
        (1, 1, 3, "0.1.0"),
        (2, 1, 3, "0.1.0"),
    ]
    assert json.loads(runs[0]["counts"]) == {"2026": {"victim": 1, "at_risk": 1, "none_found": 1}}
    ran = cpms("history", "--store", store)
    assert "Scorings" in ran.out


def test_a_run_is_made_again_from_the_data_of_then(cpms: Cpms, draw: Draw, scored: Path) -> None:
    store, before = scored, score(scored)
    corrected = {"household_no": "2", "child_no": 2, "exploited": "yes"}
    merge([draw(corrected, {"household_no": "9"}, name="later.csv")], store)
    again = score_again(store, 1)
    assert again.differences.empty
    assert again.scores.equals(before)
    assert score(store)["level"].tolist() == ["victim", "victim", "none_found", "none_found"]
    ran = cpms("score", "--store", store, "--run", 1)
    assert ran.code == 0
    assert "data up to batch 1" in ran.out
    assert "As many children at each level as then" in ran.out


def test_a_run_is_made_again_with_the_definition_of_then(cpms: Cpms, store: Path, other: Path) -> None:
    cpms("score", "--store", store, "--schemas", other)
    cpms("score", "--store", store)
    shutil.rmtree(other)
    kept, shipped = score_again(store, 1), score_again(store, 2)
    assert sorted(kept.scores["level"]) == ["high_risk", "none_found", "victim"]
    assert sorted(shipped.scores["level"]) == ["at_risk", "none_found", "victim"]
    assert kept.differences.empty and shipped.differences.empty


def test_who_was_forgotten_since_is_in_no_run_and_it_is_said(cpms: Cpms, scored: Path) -> None:
    store, victim = scored, score(scored).set_index("level").loc["victim", "cpms_id"]
    cpms("child", "forget", victim, "--yes", "--store", store)
    ran = cpms("score", "--store", store, "--run", 1)
    assert "children were forgotten" in ran.out
    (line,) = [line for line in ran.out.splitlines() if line.split()[-2:] == ["1", "0"]]
    assert line.split() == ["2026", "Victim", "1", "0"]
    ran = cpms("score", "--store", store, "--run", 1, "--format", "json")
    assert ran.json["differences"] == [{"round": "2026", "level": "victim", "then": 1, "now": 0}]
    assert "children were forgotten" in ran.err


def test_consent_withdrawn_since_is_not_scored_again(draw: Draw, scored: Path) -> None:
    merge([draw({"household_no": "1", "consent": "no"}, name="no.csv")], scored)
    levels = score_again(scored, 1).scores["level"].tolist()
    assert "victim" not in levels


def test_the_log_of_runs_does_not_stand_in_the_way_of_undo(cpms: Cpms, draw: Draw, store: Path) -> None:
    before = dump(store)
    cpms("score", "--store", store)
    assert dump(store) == before
    merge([draw({"household_no": "7"}, name="more.csv")], store)
    cpms("score", "--store", store)
    undo(store, 2)
    assert dump(store) == before
    assert "batches were undone" in cpms("score", "--store", store, "--run", 2).out


def test_merging_keeps_the_definition_and_keeps_it_once(store: Path, draw: Draw) -> None:
    merge([draw({"household_no": "8"}, name="more.csv")], store)
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT digest, count(*) FROM definition GROUP BY 1").fetchall()
        used = connection.execute("SELECT DISTINCT definition FROM batch").fetchall()
    assert rows == [(used[0][0], 1)]


READER = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); sys.stdin.read()"
)


def test_a_store_that_cannot_be_written_is_scored_all_the_same(cpms: Cpms, store: Path) -> None:
    """Another process has it open for reading, so that nobody may write."""
    command = [sys.executable, "-c", READER, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout and reader.stdout.readline() == "open\n"
        ran = cpms("score", "--store", store)
        reader.communicate("")
    assert ran.code == 0
    assert "Victim" in ran.out
    assert "This run was not recorded in the store: " in ran.err
    assert cpms("history", "--store", store, "--format", "json").json["runs"] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--run", 7), "no scoring has this number"),
        (("--run", 1, "--compare"), "cannot be given together"),
        (("--compare",), "--compare needs the other definition"),
    ],
)
def test_what_cannot_be_asked_is_said(cpms: Cpms, store: Path, words: tuple[object, ...], expected: str) -> None:
    ran = cpms("score", "--store", store, *words)
    assert ran.code == 2
    assert expected in ran.err


def test_a_definition_altered_in_the_store_is_not_used(cpms: Cpms, store: Path, other: Path) -> None:
    """Somebody may hand over a store: what is kept in it is held against its digest, and its rules are proved."""
    cpms("score", "--store", store, "--schemas", other)
    with duckdb.connect(str(store)) as connection:
        connection.execute(
            "UPDATE definition SET files = encode('no') WHERE digest IN (SELECT definition FROM score_run)"
        )
    ran = cpms("score", "--store", store, "--run", 1)
    assert (ran.code, "is damaged, and was not used" in ran.err) == (2, True)


def test_compare_tells_who_moves_from_where_to_where_and_why(cpms: Cpms, store: Path, other: Path) -> None:
    before = dump(store)
    ran = cpms("score", "--store", store, "--schemas", other, "--compare")
    assert ran.code == 0
    assert "1 of 3 child rows changes" in ran.out
    lines = ran.out.splitlines()
    (moved,) = [line for line in lines if "At risk" in line and "High risk" in line and "2026" in line]
    assert "1 No Thai nationality" in moved
    figures = {
        " ".join(line.split()[:-5]): [int(word) for word in line.split()[-5:]]
        for line in lines
        if len(line.split()) > 5 and all(word.isdigit() for word in line.split()[-5:])
    }
    assert figures == {
        "Victim": [1, 0, 0, 0, 0],
        "High risk": [0] * 5,
        "At risk": [0, 1, 0, 0, 0],
        "Not enough answers": [0] * 5,
        "None found": [0, 0, 0, 0, 1],
    }
    assert "ชื่อลับ" not in ran.out
    assert dump(store) == before
    assert cpms("history", "--store", store, "--format", "json").json["runs"] == []


def test_compare_in_every_format(cpms: Cpms, store: Path, other: Path, tmp_path: Path) -> None:
    words = ("score", "--store", store, "--schemas", other, "--compare")
    document = cpms(*words, "--format", "json").json
    assert {(moved["before"], moved["after"]): moved["children"] for moved in document["flow"]} == {
        ("victim", "victim"): 1,
        ("at_risk", "high_risk"): 1,
        ("none_found", "none_found"): 1,
    }
    (child,) = document["children"]
    assert (child["level_before"], child["level_after"]) == ("at_risk", "high_risk")
    assert "No Thai nationality" in child["why_before"] and "No Thai nationality" in child["why_after"]
    lines = cpms(*words, "--format", "csv").out.splitlines()
    assert len(lines) == 2 and lines[0].startswith("cpms_id,round,village_code,level_before,level_after")
    assert cpms(*words, "-o", tmp_path / "changes.xlsx", "--lang", "th").code == 0
    workbook = load_workbook(tmp_path / "changes.xlsx")
    assert workbook.sheetnames == ["ก่อนและหลัง", "ตัวชี้วัด", "รายชื่อเด็ก"]
    cells = [cell.value for row in workbook["รายชื่อเด็ก"].iter_rows(min_row=2) for cell in row]
    assert "เสี่ยงสูง" in cells and "ชื่อลับ" not in cells


def test_compare_counts_the_answers_that_change(store: Path, other: Path) -> None:
    change_file(other, "indicators.yaml", "    when: nationality <> 'TH'", "    when: nationality = 'stateless'")
    comparison = compare_definitions(store, other)
    assert comparison.indicators.to_dict("records") == [
        {"number": 1, "name": "No Thai nationality", "before": "yes", "after": "no", "children": 1}
    ]
    assert comparison.children == 3


def test_answers_that_another_definition_does_not_read_are_named(cpms: Cpms, store: Path, other: Path) -> None:
    for path in other.rglob("*.yaml"):
        if path.name != "proposals.yaml":  # always the shipped one
            path.write_text(path.read_text("utf-8").replace("tobacco", "smoking"), "utf-8")
    for words in (("--compare",), ()):
        ran = cpms("score", "--store", store, "--schemas", other, *words)
        assert ran.code == 0
        assert "does not have questions that the store has answers to: tobacco." in ran.err


def test_a_rule_of_a_level_may_ask_the_other_children_of_the_home(draw: Draw, other: Path, tmp_path: Path) -> None:
    rows = [
        {"household_no": "1", "child_no": 1, "violent_behaviour": "yes"},
        {"household_no": "1", "child_no": 2},
        {"household_no": "2", "child_no": 1},
        {"household_no": "2", "child_no": 2, "violent_behaviour": "unknown"},
    ]
    path = tmp_path / "homes.duckdb"
    merge([draw(*rows)], path)
    change_file(other, "risk.yaml", "      OR i19\n", "      OR any_child(i12)\n")
    scores = score(path, schemas=other)
    assert scores["level"].tolist() == ["high_risk", "high_risk", "not_enough_answers", "not_enough_answers"]
    assert scores["reasons"].map(list).tolist()[1] == ["high_risk.10"]
    assert scores["household_highest"].tolist() == ["high_risk"] * 4
