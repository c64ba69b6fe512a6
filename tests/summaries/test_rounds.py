"""Given three rounds of ten known children and what was done for them, every summary tells it over rounds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from rich.cells import cell_len

from cpms_cli import import_responses, merge, migration_change, summarise_migration, summarise_responses
from tests.conftest import Cpms

AS_OF = ("--as-of", "2569-03-20")
HURT: dict[str, Any] = {"violence_physical": "yes"}
OPEN: dict[str, Any] = {"violence_physical": "unknown"}
LATER: dict[str, Any] = {"work_hazardous": "yes", "interview_date": "2026-03-18"}
CAME: dict[str, Any] = {
    "arrived_community": "within_12_months",
    "arrived_from": "MM",
    "nationality": "MM",
    "parent_away_work": "both",
}
NO_AGE: dict[str, Any] = {"interview_date": None, "birth_date": None}
WELL: dict[str, Any] = {**NO_AGE, "age_years": "9"}
UNDATED: dict[str, Any] = {**HURT, "interview_date": None}
# By house: what each child's household says in 2024, 2025 and 2026, on the first of March; None: it was not found.
HOMES: dict[int, tuple[dict[str, Any] | None, ...]] = {
    1: (HURT, {}, {}),  # visited the day after: in time
    2: (HURT, HURT, {}),  # visited weeks after the first interview: late; nothing after the second
    3: (HURT, OPEN, OPEN),  # nothing was done, and nothing says that it is over: 2024's case to this day
    4: (HURT, OPEN, OPEN),  # the same, and closed in 2025
    5: ({}, None, LATER),  # due the day after
    6: (None, HURT, None),  # nothing was done, and the child was not found again
    7: (CAME, {}, {**CAME, **UNDATED}),
    8: (HURT, HURT, {}),  # visited after the second interview: in time for that, nothing for the first
    9: (HURT, None, WELL),  # visited in 2026, nobody knows whether before the next interview
    10: (HURT, None, NO_AGE),  # nothing was done; for want of an age, it may still be at high risk
}
DONE = {
    1: ("home_visit", "2024-03-02"),
    2: ("home_visit", "2024-03-25"),
    4: ("closed", "2025-05-01"),
    8: ("home_visit", "2025-03-02"),
    9: ("home_visit", "2026-02-01"),
}
# The case of house 3 is of 2024, when its birth was registered without a certificate.
CERTIFICATE = {3: ("registered", "certificate", "certificate")}


def _identifiers(store: Path) -> dict[int, str]:
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT DISTINCT household_no::INTEGER, cpms_id FROM child_link").fetchall()
    return {int(home): str(identifier) for home, identifier in rows}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("rounds")
    store, known = folder / "s.duckdb", dict[int, str]()
    for number, year in enumerate((2024, 2025, 2026)):
        rows = [
            {
                **base["household"],
                **base["child"],
                "left_alone": "no",
                "round": year,
                "interview_date": f"{year}-03-01",
                "household_no": str(home),
                "national_id": None,
                "given_name": f"ชื่อลับ{home}",
                "birth_date": f"2016-06-{home:02}",
                "sex": "male" if home == 8 else "female",
                "cpms_id": known.get(home),
                "birth_registered": CERTIFICATE.get(home, ("certificate",) * 3)[number],
                **(rounds[number] or {}),
            }
            for home, rounds in HOMES.items()
            if rounds[number] is not None
        ]
        pd.DataFrame(rows).astype("object").to_csv(folder / f"{year}.csv", index=False)
        assert len(merge([folder / f"{year}.csv"], store).set_aside) == 0
        known = _identifiers(store)
    log = [
        {"cpms_id": known[home], "response": kind, "response_date": day, "response_by": "H1"}
        for home, (kind, day) in DONE.items()
    ]
    pd.DataFrame(log).to_csv(folder / "log.csv", index=False)
    assert import_responses([folder / "log.csv"], store).exit_code == 0
    return store


def _by_keys(rows: list[dict[str, Any]], *keys: str) -> dict[tuple[Any, ...], dict[str, int]]:
    """The counts that are not zero, by what tells the rows apart."""
    states = ("due", "in_time", "late", "open", "overdue", "closed", "unknown", "passed")
    counted = {tuple(row[key] for key in keys): {name: row[name] for name in states if row.get(name)} for row in rows}
    return {key: counts for key, counts in counted.items() if counts}


def test_responses_of_each_round_stand_side_by_side(cpms: Cpms, store: Path) -> None:
    words = ("response", "summary", "--rounds", "2567:2569", *AS_OF, "--format", "json", "--store", store)
    document = cpms(*words).json
    assert (document["rounds"], document["as_of"], len(document["cases"])) == ([2024, 2025, 2026], "2026-03-20", 6)
    assert _by_keys(document["cases"], "round", "level") == {
        (2024, "victim"): {"due": 7, "in_time": 1, "late": 1, "overdue": 2, "closed": 1, "unknown": 1, "passed": 1},
        (2025, "victim"): {"due": 3, "in_time": 1, "overdue": 1, "passed": 1},
        (2026, "victim"): {"due": 1, "unknown": 1},
        (2026, "high_risk"): {"due": 1, "open": 1},
    }
    grouped = cpms(*words, "--by", "sex", "--by", "registration").json["cases"]
    assert _by_keys(grouped, "round", "level", "sex", "registration") == {
        (2024, "victim", "female", "certificate"): {
            "due": 5,
            "in_time": 1,
            "late": 1,
            "overdue": 1,
            "closed": 1,
            "unknown": 1,
        },
        (2024, "victim", "female", "registered"): {"due": 1, "overdue": 1},
        (2024, "victim", "male", "certificate"): {"due": 1, "passed": 1},
        (2025, "victim", "female", "certificate"): {"due": 2, "overdue": 1, "passed": 1},
        (2025, "victim", "male", "certificate"): {"due": 1, "in_time": 1},
        (2026, "victim", "female", "certificate"): {"due": 1, "unknown": 1},
        (2026, "high_risk", "female", "certificate"): {"due": 1, "open": 1},
    }


def test_on_a_day_of_the_first_rounds_only_those_are_told(cpms: Cpms, store: Path) -> None:
    rounds = ("--rounds", "2567:2569", "--as-of", "2568-03-10", "--format", "json", "--store", store)
    assert cpms("response", "summary", *rounds).json["rounds"] == [2024, 2025]


def test_responses_by_two_groups_as_the_child_was_in_the_round_that_made_it_due(cpms: Cpms, store: Path) -> None:
    words = ("response", "summary", *AS_OF, "--by", "registration", "--by", "village", "--store", store)
    document = cpms(*words, "--format", "json").json
    assert _by_keys(document["by_registration_village"], "registration", "level") == {
        ("certificate", "victim"): {"due": 2, "overdue": 1, "unknown": 1},
        ("certificate", "high_risk"): {"due": 2, "open": 1, "overdue": 1},  # today, house 10 may be no victim
        ("registered", "victim"): {"due": 1, "overdue": 1},
    }
    assert sum(row["due"] for row in document["totals"]) == 5
    lines = [" ".join(line.split()) for line in cpms(*words).out.splitlines()]
    assert "Registered, no certificate Pak Nam, moo 1 Victim 1 0 0 0 1 0 0 0 0" in lines


def test_migration_round_by_round_is_that_of_each_round(store: Path) -> None:
    change = migration_change(store, 2024, 2026, by=["sex"])
    assert change.origins[["round", "sex", "label", "children"]].to_numpy().tolist() == [
        [2024, "female", "Myanmar", 1],
        [2026, "female", "Myanmar", 1],
    ]
    for round_ in (2025, 2026):
        alone = summarise_migration(store, round_=round_, by=["sex"])
        for name, table in (("total", change.total), ("measures", change.measures), ("origins", change.origins)):
            of_round = table[table["round"] == round_].drop(columns="round").reset_index(drop=True)
            pd.testing.assert_frame_equal(of_round, alone.tables[name], check_dtype=not of_round.empty)
    figures = ["before", "lost", "stayed", "seen_before", "first_seen", "children"]
    moved = change.movement.set_index(["from_round", "to_round", "sex"])[figures]
    assert {tuple(map(str, key)): tuple(row) for key, row in moved.iterrows()} == {
        ("2024", "2025", "female"): (8, 3, 5, 0, 1, 6),
        ("2024", "2025", "male"): (1, 0, 1, 0, 0, 1),
        ("2025", "2026", "female"): (6, 1, 5, 3, 0, 8),
        ("2025", "2026", "male"): (1, 0, 1, 0, 0, 1),
        ("2024", "2026", "female"): (8, 0, 8, 0, 0, 8),
        ("2024", "2026", "male"): (1, 0, 1, 0, 0, 1),
    }


def test_open_and_overdue_of_all_rounds_are_those_of_today(cpms: Cpms, store: Path) -> None:
    words = ("response", "summary", "--rounds", "2567:2569", *AS_OF, "--format", "json", "--store", store)
    over = pd.DataFrame(cpms(*words).json["cases"])
    now = summarise_responses(store, as_of=datetime.date(2026, 3, 20)).totals
    assert over[["open", "overdue"]].sum().tolist() == now[["open", "overdue"]].sum().tolist() == [1, 3]


SUMMARIES = {
    ("indicator", "13"): ["cases", "shares"],
    ("rights",): ["cases", "shares"],
    ("migration",): ["total", "measures", "origins", "cases", "movement"],
    ("overlap",): ["numbers", "flow", "pairs", "triples"],
    ("response", "summary"): ["cases"],
}


@pytest.mark.parametrize("words", SUMMARIES, ids=" ".join)
def test_in_every_format_in_thai_and_in_a_window_of_80_columns(
    cpms: Cpms, store: Path, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (*words, "--rounds", "2567:2569", "--by", "sex", "--by", "village", "--store", store)
    file = tmp_path / "over.xlsx"
    document = cpms(*asked, "--format", "json", "-o", file).json
    assert (document["area"], document["rounds"]) == (None, [2024, 2025, 2026])
    assert len(pd.read_excel(file, sheet_name=None, engine="openpyxl")) == len([*SUMMARIES[words], "notes"])
    assert [name for name in document if isinstance(document[name], list)][1:] == SUMMARIES[words]
    assert all({"sex", "sex_label"} <= set(document[name][0]) for name in SUMMARIES[words] if name != "total")
    monkeypatch.setenv("COLUMNS", "80")
    printed = cpms(*asked, "--lang", "th").out
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert {word for word in printed.split() if word.isascii() and word.isalpha()} <= {"Wilson"}
    assert "หญิง" in printed


def test_cases_of_one_indicator_in_lines_of_rounds(cpms: Cpms, store: Path) -> None:
    """Violence: 2024 in houses 1, 2, 3, 4, 8, 9 and 10, 2025 in 2, 6 and 8, 2026 in 7; of 3 and 4 not known."""
    printed = cpms("indicator", "13", "--rounds", "2567:2569", "--store", store).out
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "13 Victim of violence: Whole store, rounds 2024, 2025, 2026" in lines
    # Before, new, continuing, resolved, unknown now, not seen, now.
    assert [line for line in lines if "→" in line] == [
        "2024 → 2025 7 1 2 1 2 2 3",
        "2025 → 2026 3 1 0 2 0 1 1",
        "2024 → 2026 7 1 0 5 2 0 1",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "13", "--identified"],
        ["rights", "--list", "education"],
        ["migration", "--round", "2569"],
        ["overlap", "--by", "sex", "--by", "village", "--by", "age_group"],
        ["response", "summary", "--area", "840101"],
        ["response", "summary", "--as-of", "2567-06-01"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms(*words, "--rounds", "2567:2569", "--store", store)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
