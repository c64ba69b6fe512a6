"""The log of responses in the store: undone, joined, forgotten, copied and handed on with the children it is about."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import add_response, backup, check_store, compact, undo
from cpms_cli.scoring.standing import responses_until
from cpms_cli.store.content import dump
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace
from tests.children.responses.logs import (
    END,
    HURT,
    ids_by_house,
    read_due,
    type_in,
    write_round,
)
from tests.conftest import ROOT, Cpms, MakeOnce


@pytest.fixture
def visited(store: Path, once: MakeOnce, known: dict[int, str]) -> Path:
    """`store`, in which a visit to the child of house 1 is recorded, as batch 3."""

    def record_visit(to: Path) -> None:
        add_response(to, known[1], "home_visit", "2569-03-02")

    return once(record_visit)


def _responses(survey: Survey, store: Path, person: str) -> pd.DataFrame:
    """The responses of one child, in the order of their dates."""
    with Workspace(survey, store) as workspace:
        create_known_children(workspace.connection, survey)
        return responses_until(workspace.connection, survey, END, person)


def test_undo_takes_back_responses_exactly_and_what_they_correct_last(cpms: Cpms, store: Path) -> None:
    states = [dump(store)]
    for outcome in ("not at home", "seen"):
        type_in(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", outcome)
        states.append(dump(store))
    refused = cpms("undo", 3, "--store", store)
    assert (refused.code, "batches 4" in refused.err) == (2, True)
    for batch in (4, 3):
        undo(store, batch)
        assert dump(store) == states[batch - 3]


def test_a_merge_is_undone_exactly_under_responses_that_stay(
    cpms: Cpms, visited: Path, tmp_path: Path, base: dict[str, dict[str, Any]]
) -> None:
    before = dump(visited)
    cpms("merge", write_round(tmp_path, base, 2026, {30: HURT}), "--store", visited)
    type_in(cpms, visited, 30, "home_visit", "2569-03-03")
    refused = cpms("undo", 4, "--store", visited)
    assert (refused.code, ids_by_house(visited)[30] in refused.err) == (2, True)
    undo(visited, 5)
    undo(visited, 4)
    assert dump(visited) == before


def test_a_joined_child_has_the_responses_of_both_and_a_split_leaves_them_where_they_were_recorded(
    cpms: Cpms, visited: Path, known: dict[int, str], survey: Survey
) -> None:
    assert cpms("child", "split", known[1], "--round", "2026", "--reason", "a twin", "--store", visited).code == 0

    def kinds(identifier: str) -> list[str]:
        return list(_responses(survey, visited, identifier)["kind"])

    with duckdb.connect(str(visited), read_only=True) as connection:
        rows = connection.execute("SELECT round, cpms_id FROM child_link WHERE household_no = '1'").fetchall()
    twin = dict(rows)["2026"]
    assert twin != known[1]
    assert (kinds(known[1]), kinds(twin)) == (["home_visit"], [])
    cpms("response", "add", twin, "--kind", "referral", "--date", "2569-03-03", "--store", visited)
    cpms("child", "join", known[1], twin, "--reason", "no twin", "--store", visited)
    assert kinds(known[1]) == ["home_visit", "referral"]
    ran = cpms("child", twin, "--store", visited, "--format", "json").json
    assert [response["response_kind"] for response in ran["responses"]] == ["home_visit", "referral"]
    assert "1" not in [child["household_no"] for child in read_due(cpms, visited)]
    assert check_store(visited)["violations"].sum() == 0


def test_a_forgotten_child_leaves_no_response_in_any_byte(cpms: Cpms, store: Path, known: dict[int, str]) -> None:
    gone = known[1]
    type_in(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", "กระซิบเบา")
    type_in(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", "กระซิบดัง")
    type_in(cpms, store, 2, "home_visit", "2569-03-02")
    ran = cpms("child", "forget", gone, "--yes", "--store", store)
    assert "2 recorded responses" in ran.out
    content = store.read_bytes()
    assert "กระซิบ".encode() not in content
    assert gone.encode() not in content
    assert cpms("store", "check", "--store", store).code == 0
    assert "2" not in [child["household_no"] for child in read_due(cpms, store)]


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE response SET cpms_id = 'C12345678901'", "response_has_a_child"),
        ("DELETE FROM batch WHERE kind = 'response'", "response_belongs_to_a_batch"),
        ("UPDATE response SET response_kind = 'closed'", "response_content_as_stored"),
        ("UPDATE response SET superseded_by = 9", "response_superseded_by_a_later_batch"),
        ("INSERT INTO response SELECT * FROM response", "response_one_current_row"),
        ("UPDATE response SET response_date = 'soon'", "response_has_a_date"),
    ],
)
def test_damage_to_the_log_is_named(visited: Path, damage: str, invariant: str) -> None:
    with duckdb.connect(str(visited)) as connection:
        connection.execute(damage)
    violations = check_store(visited).set_index("invariant")["violations"]
    assert violations[invariant] > 0


def test_copies_of_the_store_hold_the_log(visited: Path, tmp_path: Path) -> None:
    before = dump(visited)
    assert "home_visit" in before
    compact(visited)
    assert dump(backup(visited, tmp_path / "copy.duckdb")) == dump(visited) == before


def test_a_bundle_brings_the_log_to_the_province(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", 'seen; said "no"')
    public = cpms("bundle-key", tmp_path / "province.key").out.strip()
    bundle, province = tmp_path / "b.cpms.age", tmp_path / "province.duckdb"
    cpms("bundle", "85", "--round", "2569", "-o", bundle, "--recipient", public, "--store", store)
    monkeypatch.setenv("CPMS_IDENTITY_FILE", str(tmp_path / "province.key"))
    ran = cpms("merge", bundle, "--store", province)
    assert (ran.code, "1 response in = 1 stored" in ran.out) == (0, True)
    assert (
        cpms("child", known[1], "--store", province, "--format", "json").json["responses"][0]["response_outcome"]
        == 'seen; said "no"'
    )
    again = cpms("merge", bundle, "--store", province, "--format", "json").json
    assert again["responses"]["unchanged"] == 1
    assert cpms("validate", bundle).code == 0
    assert cpms("undo", 1, "--store", province).code == 2
    empty = dump(province)
    cpms("undo", 3, "--store", province)
    assert "home_visit" in dump(province) != empty
    cpms("undo", 1, "--store", province)
    assert "home_visit" not in dump(province)


def test_a_store_from_before_the_log_gets_one(cpms: Cpms, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    old.write_bytes(gzip.decompress((ROOT / "tests/stores/format2.duckdb.gz").read_bytes()))
    ran = cpms("response", "due", "--as-of", "2569-12-01", "--store", old, "--format", "json").json
    assert [(child["household_no"], child["level"]) for child in ran["due"]] == [("1", "victim"), ("1", "high_risk")]
    assert (tmp_path / "old.format2.duckdb").exists()
    victim = ran["due"][0]["cpms_id"]
    ran = cpms("response", "add", victim, "--kind", "home_visit", "--date", "2569-11-16", "--store", old)
    assert ran.code == 0, ran.err
    assert cpms("store", "check", "--store", old).code == 0
    assert cpms("undo", 2, "--store", old).code == 0


def test_history_shows_what_was_recorded_and_what_was_merged(cpms: Cpms, visited: Path) -> None:
    batches = cpms("history", "--store", visited, "--format", "json").json["batches"]
    assert [(entry["kind"], entry["rows_stored"]) for entry in batches] == [
        ("survey", 8),
        ("survey", 7),
        ("response", 1),
    ]
