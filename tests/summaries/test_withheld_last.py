"""What `--audience` gives: counts of children at risk before anything else, and none that gives a withheld one away
by a neighbouring table, the round before or the definition; what it cannot mend is told to the office alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from tests.conftest import ROOT, Cpms, write_drawn

MARK = "‡"
OFFICE = "For the office only: with what press was given before"


@pytest.fixture
def store(sample_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_store, tmp_path / "s.duckdb"))


def _row(table: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return next(row for row in table if row["number"] == number)


def test_a_few_unknown_answers_do_not_hide_how_many_children_there_are(cpms: Cpms, store: Path) -> None:
    """41 of 302 children live in an unstable household; of 4 it is not known, of 257 it is known that they do not."""
    words = ("community", "850105", "--audience", "press", "--store", store)
    document = cpms(*words, "-f", "json").json
    assert document["children_total"] == 302
    indicator = _row(document["indicators"], 17)
    assert (indicator["yes"], indicator["no"], indicator["unknown"], indicator["not_applicable"]) == (41, None, None, 0)
    assert indicator["no_or_unknown"] == 302 - 41
    assert indicator["share"] == indicator["lowest"] == round(41 / 302, 3)
    assert indicator["highest"] is None
    assert not any(
        indicator["yes"] is None
        for indicator in document["indicators"]
        if indicator["number"] in (1, 2, 3, 5, 7, 9, 17)
    )
    ran = cpms(*words)
    assert f"261 {MARK}" in ran.out
    assert any(line.startswith(f"{MARK} In ") and "counted together" in line for line in ran.out.splitlines())
    assert f"{MARK} มี " in cpms(*words, "--lang", "th").out


def test_a_report_marks_what_is_joined_and_says_what_the_mark_means(cpms: Cpms, store: Path) -> None:
    for lang, heading, note in (("en", "No or unknown", f"{MARK} In "), ("th", "ไม่ใช่หรือไม่ทราบ", f"{MARK} มี ")):
        path = store.with_name(f"{lang}.html")
        assert cpms("report", "community", "850105", "-o", path, "--lang", lang, "--store", store).code == 0
        page = path.read_text(encoding="utf-8")
        assert f'<th scope="col">{heading}' in page or heading in page
        assert f" {MARK}" in page
        assert note in page


def test_a_zero_that_the_definition_makes_certain_hides_nothing_and_is_shown(cpms: Cpms, store: Path) -> None:
    """Everybody is asked of nationality and of violence; nobody under 5 is of school age."""
    words = ("--audience", "press", "--store", store, "-f", "json")
    document = cpms("community", "850105", "--by", "age_group", *words).json
    for number in (1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 18, 19, 20, 21, 22):
        assert _row(document["indicators"], number)["not_applicable"] == 0
    young = next(row for row in document["indicators_by"] if row["age_group"] == "0-4" and row["item"] == "i03")
    assert (young["yes"], young["no"], young["unknown"]) == (0, 0, 0)


def test_shares_and_changes_have_no_more_digits_than_are_published(cpms: Cpms, store: Path) -> None:
    words = ("community", "850105", "--audience", "press", "--store", store, "-f", "json")
    for row in cpms(*words).json["indicators"]:
        for name in ("share", "low", "high", "change", "unknown_share"):
            assert row[name] is None or row[name] == round(row[name], 3), name


def _families(base: Mapping[str, Mapping[str, Any]], path: Path, round_: int, refused: int) -> Path:
    """Forty children in homes of their own, and one home of three whose family does not consent."""
    rows: list[dict[str, Any]] = [
        {
            "household_no": str(number),
            "birth_date": "2016-01-01",
            "round": str(round_),
            "interview_date": f"{round_}-05-01",
            "sex": ("female", "male")[number % 2],
            "given_name": f"child {number}",
            "family_name": f"family {number}",
        }
        for number in range(1, 41)
    ]
    rows += [
        {**rows[0], "household_no": "99", "child_no": number, "consent": "no", "given_name": f"c {number}"}
        for number in range(1, refused + 1)
    ]
    return write_drawn(path, base, rows)


def test_how_many_refused_is_not_what_two_tables_differ_by(
    cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    """Three children of a family that refused count among the area's children, and not among those who came or left:
    that table, with the total beside it, would tell them, and with `--by sex` all that nobody knows of them."""
    store = tmp_path / "s.duckdb"
    merge([_families(base, tmp_path / f"{year}.csv", year, 3) for year in (2025, 2026)], store)
    words = ("migration", "--audience", "press", "--store", store, "-f", "json")
    first = cpms(*words).json
    [moved] = [area for area in first["movement"] if area["area"] == "850105"]
    [measure] = [measure for measure in first["measures"] if measure["measure"] == "no_thai_nationality"]
    counts = [measure[name] for name in ("yes", "no", "unknown", "not_applicable")]
    total = None if None in counts else sum(counts)
    assert moved["children"] is None or total is None
    assert moved["before"] is None
    second = cpms(*words, "--by", "sex")
    assert OFFICE not in second.err
    unknown = [measure for measure in second.json["measures"] if measure["sex"] == "unknown"]
    assert all(row["unknown"] is None for row in unknown)


def test_what_is_exposed_is_told_to_the_office_and_is_in_no_document(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    """Given out under a looser definition before: no n.p. brings that back."""
    loose = tmp_path / "loose"
    shutil.copytree(ROOT / "schemas", loose)
    rules = loose / "privacy.yaml"
    rules.write_text(rules.read_text("utf-8").replace("threshold: 5", "threshold: 3"), "utf-8")
    words = ("community", "850105", "--audience", "press", "--store", store)
    assert OFFICE not in cpms(*words, "--schemas", loose).err
    ran = cpms(*words, "-f", "json", "-o", tmp_path / "c.csv")
    assert OFFICE in ran.err
    assert "can be worked out" not in ran.out
    assert "can be worked out" not in (tmp_path / "c.csv").read_text("utf-8")
    report = cpms("report", "community", "850105", "-o", tmp_path / "r.html", "--audience", "press", "--store", store)
    assert OFFICE in report.err
    assert "can be worked out" not in (tmp_path / "r.html").read_text("utf-8")
    log = cpms("store", "audit", "--store", store, "-f", "json").json["audit"]
    assert [entry["what"] for entry in log] == ["exposed to press: area 850105", "exposed to press: report 850105"]
    assert all(entry["children"] > 0 for entry in log)
