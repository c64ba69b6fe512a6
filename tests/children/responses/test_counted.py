"""`cpms response summary` and `cpms child`: every case is counted once, and a child shows what was done for it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpms_cli import import_responses
from tests.children.responses.logs import (
    DAY,
    thai_line,
    type_in,
    write_log,
)
from tests.conftest import Cpms


def test_a_child_shows_its_visits_and_who_recorded_them(cpms: Cpms, store: Path, known: dict[int, str]) -> None:
    type_in(cpms, store, 3, "home_visit", "2568-03-02", "--by", "RAO", "--outcome", "=1+1", "--next", "2568-03-09")
    type_in(cpms, store, 3, "closed", "2569-03-10", "--by", "PAO")
    ran = cpms("child", known[3], "--store", store, "--format", "json").json
    kept = [
        (response["response_date"], response["response_kind"], response["response_by"], response["next_date"])
        for response in ran["responses"]
    ]
    assert [entry[1:3] for entry in kept] == [("home_visit", "RAO"), ("closed", "PAO")]
    assert all(response["recorded_by"] and response["recorded_at"] for response in ran["responses"])
    text = cpms("child", known[3], "--store", store).out
    assert "Responses" in text
    assert re.search(r"2025-03-02 +Home visit +RAO", text)
    assert "case closed on 2026-03-10 (PAO)" in " ".join(text.split())
    thai = cpms("child", known[3], "--store", store, "--lang", "th").out
    assert re.search(r"2/3/2568 +เยี่ยมบ้าน +RAO", thai)
    assert "No response is recorded" in cpms("child", known[12], "--store", store).out


def test_the_summary_counts_every_case_once(cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path) -> None:
    done = (
        (1, "home_visit", "2569-03-02"),
        (2, "home_visit", "2569-03-05"),
        (3, "closed", "2568-04-01"),
        (7, "referral", "2568-04-01"),
        (5, "closed", "2568-05-01"),
    )
    import_responses([write_log(tmp_path / "log.csv", *(thai_line(known[home], *rest) for home, *rest in done))], store)
    ran = cpms("response", "summary", *DAY, "--store", store, "--format", "json").json
    names = ("due", "in_time", "late", "open", "overdue", "closed", "unknown")
    totals = {row["level"]: tuple(row[name] for name in names) for row in ran["totals"]}
    # 3 stands at no urgent level any more; 5 was closed without a visit; 6 has no date; a referral is no visit.
    assert totals == {"victim": (3, 1, 0, 0, 0, 1, 1), "high_risk": (2, 0, 1, 0, 1, 0, 0)}
    assert [(part["area"], part["name"], part["due"]) for part in ran["parts"]] == [
        ("850105", "Pak Nam", 3),
        ("850105", "Pak Nam", 2),
    ]
    villages = cpms("response", "summary", *DAY, "--area", "850105", "--store", store, "--format", "json").json["parts"]
    assert [(village["area"], village["name"], village["due"]) for village in villages] == [
        ("85010501", "Pak Nam, moo 1", 3),
        ("85010501", "Pak Nam, moo 1", 2),
    ]


def test_the_summary_is_written_and_printed(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "responses.xlsx"
    ran = cpms("response", "summary", *DAY, "--store", store)
    assert cpms("response", "summary", *DAY, "-o", out, "--store", store).code == 0
    assert re.search(r"Victim +4 +0 +0 +0 +3 +0 +0 +0 +1", ran.out)
    assert list(pd.read_excel(out, sheet_name=None, engine="calamine")) == ["Totals", "Areas", "Notes"]
    lines = cpms("response", "summary", *DAY, "--store", store, "--format", "csv").out.splitlines()
    assert lines[0] == "area,name,level,label,due,in_time,late,open,overdue,again,closed,turned_18,unknown"
    thai = cpms("response", "summary", *DAY, "--store", store, "--lang", "th").out
    assert "ณ วันที่ 20/3/2569" in thai
    assert re.findall("[a-z]{3,}", thai) == ["audience"]
