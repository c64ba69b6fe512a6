"""A child is found by what somebody knows of it; the beginning of an identifier will do wherever one is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpms_cli import find_children, merge
from cpms_cli.errors import UsageError
from cpms_cli.store.identifier_search import identifier_meant, plain_identifier
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, made_once, write_drawn

# Who is in the store: somebody whose name changed its spelling, one of a similar name, and one of another village.
CHILDREN: tuple[dict[str, Any], ...] = (
    {"given_name": "สมชาย", "family_name": "ใจดี", "household_no": "12/3", "national_id": "1103700000011"},
    {"given_name": "มานี", "family_name": "แสงทอง", "household_no": "4"},
    {"given_name": "มานะ", "family_name": "แสงทอง", "household_no": "4"},
    {"given_name": "Aung Ko", "family_name": None, "household_no": "123", "village_code": "85030101"},
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    def make(path: Path) -> None:
        rows: list[dict[str, object]] = [
            {"sex": "male", "birth_date": f"2013-07-{day}", **child} for day, child in enumerate(CHILDREN, 11)
        ]
        merge([write_drawn(path.with_name("survey.csv"), base, rows)], path)

    return made_once(tmp_path_factory, "find", make)


def _lines(store: Path, text: str, **asked: Any) -> list[str]:
    return [str(house) for house in find_children(store, text, **asked)["household_no"]]


@pytest.fixture
def own_store(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(store, tmp_path / "s.duckdb"))


@pytest.fixture
def identifier(store: Path) -> str:
    with duckdb.connect(str(store), read_only=True) as connection:
        row = connection.execute("SELECT cpms_id FROM child_link WHERE household_no = '12/3'").fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("text", "houses"),
    [
        ("สมชาย", ["12/3"]),
        ("ด.ช. สมชาย ใจดี", ["12/3"]),
        ("Somchai", ["12/3"]),
        ("สมช", ["12/3"]),
        ("มานี", ["4"]),
        ("แสงทอง", ["4", "4"]),
        ("มานี ใจดี", []),
        ("aungko", ["123"]),
        ("12/3", ["12/3"]),
        ("๑๒๓", ["123"]),
        ("บ้านเลขที่ ๑๒๓", ["123"]),
        ("House number 12/3", ["12/3"]),
        ("1103700000011", ["12/3"]),
        ("11037000", ["12/3"]),
        ("11037", []),
        ("ด.ช.", []),
        ("", []),
    ],
)
def test_a_name_a_house_or_a_number_leads_to_the_child(own_store: Path, text: str, houses: list[str]) -> None:
    assert _lines(own_store, text) == houses


def test_what_only_sounds_alike_is_called_so_and_an_area_narrows(own_store: Path) -> None:
    assert list(find_children(own_store, "Somchai")["matched"]) == ["Given name, sounds alike"]
    assert list(find_children(own_store, "สมชาย")["matched"]) == ["Given name"]
    assert _lines(own_store, "123", area="85030101") == ["123"]
    with pytest.raises(UsageError):
        find_children(own_store, "123", area="50")


def test_names_are_hidden_and_a_search_by_name_is_logged(cpms: Cpms, own_store: Path) -> None:
    ran = cpms("find", "Somchai", "--store", own_store)
    assert ran.code == 0
    assert "สมชาย" not in ran.out
    assert "cpms child C" in ran.out
    assert cpms("find", "12/3", "--store", own_store).code == 0
    assert "สมชาย" in cpms("find", "Somchai", "--identified", "--store", own_store).out
    log = cpms("store", "audit", "--store", own_store, "--format", "json").json["audit"]
    assert [(entry["what"], entry["children"]) for entry in log] == [("find, names hidden", 1), ("find", 1)]
    nobody = cpms("find", "Zebedee", "--store", own_store)
    assert (nobody.code, nobody.out.startswith("Nobody was found")) == (0, True)


def test_the_beginning_of_an_identifier_is_enough(cpms: Cpms, own_store: Path, identifier: str) -> None:
    typed = identifier[:8].lower()
    assert cpms("find", typed, "--store", own_store, "--format", "json").json["children"][0]["cpms_id"] == identifier
    assert cpms("child", typed, "--store", own_store, "--format", "json").json["cpms_id"] == identifier
    added = cpms("response", "add", typed, "--kind", "home_visit", "--date", "2569-03-01", "--store", own_store)
    assert f"Recorded for {identifier}" in added.out, added.err


def test_an_identifier_that_is_not_clear_names_who_may_be_meant(cpms: Cpms, own_store: Path, identifier: str) -> None:
    short = cpms("child", identifier[:2], "--store", own_store)
    assert short.code == 2
    assert identifier in short.err
    assert "at least 4 characters" in short.err
    slip = identifier[:5] + ("2" if identifier[5] != "2" else "3") + identifier[6:]
    near = cpms("child", slip, "--store", own_store)
    assert (near.code, f"Did you mean {identifier}?" in near.err) == (2, True)
    assert "no child of the store has this CPMS ID" in cpms("child", "X", "--store", own_store).err


def test_two_children_that_begin_alike_are_never_one(survey: Survey, own_store: Path) -> None:
    with duckdb.connect(str(own_store)) as connection:
        for number, letters in enumerate(("CAAAAAAAAAA1", "CAAAAAAAAAA2")):
            connection.execute(
                "UPDATE child_link SET cpms_id = ? WHERE household_no = '4' AND child_no = ?",
                [letters, str(number + 2)],
            )
        with pytest.raises(UsageError) as raised:
            identifier_meant(connection, survey, "CAAAAA")
        assert raised.value.values["candidates"] == "CAAAAAAAAAA1, CAAAAAAAAAA2"
        assert identifier_meant(connection, survey, "caaa-aaaa-aaa1") == "CAAAAAAAAAA1"
    assert plain_identifier("") == ""


def test_to_forget_a_child_unasked_the_whole_identifier_is_needed(cpms: Cpms, own_store: Path, identifier: str) -> None:
    refused = cpms("child", "forget", identifier[:8], "--yes", "--store", own_store)
    assert (refused.code, "write the whole CPMS ID" in refused.err) == (2, True)
    assert cpms("child", identifier, "--store", own_store).code == 0
    assert cpms("child", "forget", identifier, "--yes", "--store", own_store).code == 0
    assert cpms("child", identifier, "--store", own_store).code == 2
