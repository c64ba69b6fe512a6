"""A case is closed with the worker and the reason, from the log, an old log, and a command."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import merge
from tests.conftest import Cpms, Draw, MakeOnce
from tests.survey.second_version.homes import only_child


def _closing(path: Path, child: str, **cells: str) -> Path:
    row = {"cpms_id": child, "response_date": "2026-11-20", "response_kind": "ปิดกรณี", "response_by": "RAO", **cells}
    pd.DataFrame([row]).to_csv(path, index=False)
    return path


@pytest.fixture
def closed(draw: Draw, once: MakeOnce) -> tuple[Path, str]:
    """A store with one victim, and its identifier."""
    victim = draw({"violence_physical": "yes"})
    store = once(lambda path: merge([victim], path))
    return store, only_child(store)


def test_a_case_is_closed_with_worker_and_reason(cpms: Cpms, tmp_path: Path, closed: tuple[Path, str]) -> None:
    store, child = closed
    log = _closing(tmp_path / "log.csv", child, รหัสผู้ปฏิบัติงาน="W07", เหตุผลที่ปิดกรณี="ย้ายออก")
    ran = cpms("response", "import", log, "--store", store, "--format", "json")
    assert (ran.code, ran.json["findings"]) == (0, [])
    page = cpms("child", child, "--store", store, "--format", "json").json
    assert [(done["worker"], done["closing_reason"]) for done in page["responses"]] == [("W07", "moved_away")]
    assert page["levels"][-1]["closed_for"] == "moved_away"
    assert "RAO, Moved away" in page["levels"][-1]["standing_why"]


@pytest.mark.parametrize(
    ("kind", "reason", "rules"),
    [
        ("closed", "", ["closed_without_reason"]),
        ("closed", "died", []),
        ("home_visit", "died", ["reason_without_closing"]),
        ("home_visit", "", []),
    ],
)
def test_a_reason_belongs_to_a_closing(
    cpms: Cpms, tmp_path: Path, closed: tuple[Path, str], kind: str, reason: str, rules: list[str]
) -> None:
    store, child = closed
    log = _closing(tmp_path / "log.csv", child, response_kind=kind, closing_reason=reason)
    ran = cpms("response", "import", log, "--store", store, "--format", "json")
    assert [finding["rule"] for finding in ran.json["findings"]] == rules
    assert {finding["severity"] for finding in ran.json["findings"]} <= {"warning"}
    assert (ran.code, ran.json["counts"]["stored"]) == (0, 1)


def test_an_old_log_without_these_columns_is_still_recorded(
    cpms: Cpms, tmp_path: Path, closed: tuple[Path, str]
) -> None:
    store, child = closed
    log = tmp_path / "old.csv"
    row = {"cpms_id": child, "response_date": "2026-11-20", "response_kind": "home_visit", "response_by": "RAO"}
    pd.DataFrame([row]).to_csv(log, index=False)
    assert cpms("response", "import", log, "--store", store).code == 0


def test_one_response_is_typed_in_with_its_reason(cpms: Cpms, closed: tuple[Path, str]) -> None:
    store, child = closed
    words = ("response", "add", child, "--kind", "closed", "--date", "2569-11-20", "--store", store)
    without = cpms(*words)
    assert without.code == 0
    assert "Look again: the case is closed, and Reason for closing is blank" in without.err
    ran = cpms(*words, "--worker", "W07", "--reason", "Safe now")
    assert (ran.code, "Look again" in ran.err) == (0, False)
    assert cpms(*words, "--reason", "because").code == 2
