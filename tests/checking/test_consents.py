"""Rows of one household that disagree on consent are a question; families without consent are counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import merge, read, validate
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw

CASE = Path(__file__).parent.parent / "files" / "cases" / "consent_differs.csv"
HURT: dict[str, Any] = {"violence_sexual": "yes"}


def _stored(store: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _disputed(*paths: Path) -> set[tuple[str, int]]:
    findings = validate(paths).findings
    named = findings[findings["check"] == "consent_differs"]
    return set(zip(named["file"].astype("str"), named["row"].astype("int64"), strict=True))


def test_yes_and_no_of_one_home_are_a_question_and_the_victim_does_not_vanish(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("merge", CASE, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert ran.code == 1
    assert ran.json["counts"] == {
        "rows_in": 2,
        "stored": 0,
        "unchanged": 0,
        "quarantined": 2,
        "no_consent": 0,
        "repeated": 0,
    }
    assert ran.json["families"] == {"withdrawn": 0, "no_consent": 0, "disputed": 1}
    assert [(row["row"], row["level"]) for row in ran.json["urgent"]] == [(3, "victim"), (2, "high_risk")]
    assert _stored(tmp_path / "s.duckdb", "SELECT * FROM current_child") == []
    # What is to be decided is in the workbook, with the answers: mended there, they are stored.
    mended = pd.read_excel(tmp_path / "s-set-aside-1.xlsx", dtype=str, engine="openpyxl")
    assert mended["violence_sexual"].tolist() == ["no", "yes"]
    mended.assign(consent="yes").to_excel(tmp_path / "mended.xlsx", index=False)
    assert cpms("merge", tmp_path / "mended.xlsx", "--store", tmp_path / "s.duckdb").code == 0
    assert _stored(tmp_path / "s.duckdb", "SELECT violence_sexual FROM current_child ORDER BY 1") == [("no",), ("yes",)]


def test_it_is_named_first(cpms: Cpms) -> None:
    lines = [line for line in cpms("validate", CASE).out.splitlines() if line.lstrip().startswith(("error", "warning"))]
    assert "consent_differs" in " ".join(lines[0].split()) or "different things of Consent" in lines[0]
    assert "no_consent_answers" not in cpms("validate", CASE, "--format", "json").out


# What the rows of one home say of consent, and whether they disagree.
WORDS: list[tuple[tuple[str | None, ...], bool]] = [
    (("yes", "no"), True),
    (("no", "yes"), True),
    (("yes", "refused"), True),
    (("yes", "unknown"), True),
    (("unknown", "no"), True),
    (("yes", "ไม่ยินยอม"), True),
    (("yes", None, "no"), True),
    (("yes", None), False),
    (("no", None), False),
    (("no", "refused"), False),
    (("yes", "ใช่"), False),
]


def test_any_two_words_disagree_but_blank_says_nothing_and_two_refusals_are_one_word(draw: Draw) -> None:
    rows, disputed = list[dict[str, Any]](), set[tuple[str, int]]()
    for home, (words, do_disagree) in enumerate(WORDS, start=1):
        # The header is the first row.
        disputed |= {("survey.csv", len(rows) + 2 + place) for place in range(len(words)) if do_disagree}
        rows += [{"household_no": str(home), "consent": word, **HURT} for word in words]
    path = draw(*rows)
    assert _disputed(path) == disputed
    assert "household_differs" not in set(validate([path]).findings["check"])


def test_a_blank_consent_stays_blank_where_the_others_disagree(draw: Draw, tmp_path: Path) -> None:
    merge([draw({"consent": "yes"}, {"consent": None}, {"consent": "no"})], tmp_path / "s.duckdb")
    aside = pd.read_excel(tmp_path / "s-set-aside-1.xlsx", dtype=str, engine="openpyxl")
    assert aside["consent"].fillna("").tolist() == ["yes", "", "no"]


def test_rows_of_other_homes_go_on(draw: Draw, tmp_path: Path) -> None:
    path = draw({"consent": "yes"}, {"consent": "no"}, {"household_no": "2", "child_no": 1})
    merged = merge([path], tmp_path / "s.duckdb")
    assert (merged.total("stored"), merged.total("quarantined")) == (1, 2)


def _two_sheets(path: Path, survey: Survey, homes: list[dict[str, Any]], children: list[dict[str, Any]]) -> Path:
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame(homes).astype("str").replace("None", "").to_excel(writer, sheet_name="homes", index=False)
        pd.DataFrame(children).astype("str").replace("None", "").to_excel(writer, sheet_name="children", index=False)
    return path


def test_the_household_sheet_against_the_children_or_against_itself(
    survey: Survey, base: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    home, child = dict(base["household"]), {**base["child"], **HURT, "national_id": None}
    key = {name: home[name] for name in ("round", "village_code", "household_no")}
    against = _two_sheets(tmp_path / "a.xlsx", survey, [home], [{**key, **child, "consent": "no"}])
    assert _disputed(against) == {("a.xlsx", 2)}
    twice = _two_sheets(tmp_path / "b.xlsx", survey, [home, {**home, "consent": "no"}], [{**key, **child}])
    assert _disputed(twice) == {("b.xlsx", 2), ("b.xlsx", 3)}
    # Where both say the same, the household is not there twice.
    agree = _two_sheets(tmp_path / "c.xlsx", survey, [home], [{**key, **child, "consent": "yes"}])
    assert len(read(agree, survey)) == 2
    assert validate([agree]).errors == 0
    assert merge([agree], tmp_path / "s.duckdb").total("stored") == 2


def test_files_merged_together_that_disagree(draw: Draw, tmp_path: Path) -> None:
    yes = draw({"child_no": 1, **HURT}, name="yes.csv")
    no = draw({"child_no": 2, "consent": "no"}, name="no.csv")
    for order in ([yes, no], [no, yes]):
        store = tmp_path / f"{order[0].stem}.duckdb"
        merged = merge(order, store)
        assert (merged.total("quarantined"), merged.families["disputed"]) == (2, 1)
        assert _stored(store, "SELECT * FROM child_observation") == []


def test_a_withdrawal_in_a_later_file_is_obeyed_and_said(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw(HURT, name="yes.csv")], store)
    ran = cpms("merge", draw({"consent": "no"}, name="no.csv"), "--store", store)
    assert "only the key stored: 1 row of 1 family" in " ".join(ran.out.split())
    assert "1 family had answered in this round before" in ran.out
    assert _stored(store, "SELECT count(violence_sexual), count(*) FROM child_observation") == [(0, 2)]
    # A yes after it is the family's new word; rows that disagree are not, and leave the store as it is.
    disputed = draw({**HURT}, {"consent": "no"}, name="both.csv")
    assert merge([disputed], store).families == {"withdrawn": 0, "no_consent": 0, "disputed": 1}
    assert _stored(store, "SELECT consent FROM current_household") == [("no",)]
    merge([draw({**HURT, "distress": "daily"}, name="again.csv")], store)
    both = "SELECT consent, violence_sexual FROM current_child JOIN current_household USING (round)"
    assert _stored(store, both) == [("yes", "yes")]


def test_families_without_consent_are_counted_in_the_sum(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    refusing = [{"household_no": "7", "child_no": line, "consent": "refused"} for line in (1, 2)]
    path = draw({"household_no": "1", "child_no": 1}, *refusing, {"household_no": "8", "child_no": 1, "consent": "no"})
    words = ("merge", path, "--store", tmp_path / "s.duckdb")
    first, again = cpms(*words), cpms(*words, "--format", "json").json
    line = " ".join(first.out.split())
    assert "4 rows in = 4 stored + 0 unchanged + 0 set aside; without consent, only the key stored: 3 rows" in line
    assert "3 rows of 2 families" in line
    assert (again["counts"]["no_consent"], again["families"]["no_consent"]) == (3, 2)
    nobody = cpms("merge", draw({"household_no": "9"}, name="b.csv"), "--store", tmp_path / "s.duckdb")
    assert "only the key stored: 0 rows of 0 families" in " ".join(nobody.out.split())


@pytest.mark.parametrize(("refused", "consented"), [("001", "1"), ("1", "01"), ("เลขที่ 5", "5")])
def test_a_refusal_under_another_writing_of_the_house_number_is_not_passed_by(
    draw: Draw, tmp_path: Path, refused: str, consented: str
) -> None:
    """Whoever wrote 001 and 1 may mean one house: nothing of either is stored until that is known."""
    refusing = draw({"household_no": refused, "child_no": 1, "consent": "no"}, name="no.csv")
    willing = draw({"household_no": consented, "child_no": 2, "given_name": "ชูใจ", **HURT}, name="yes.csv")
    findings = validate([refusing, willing]).findings
    assert (findings["check"] == "house_consent_differs").sum() == 2
    together = merge([refusing, willing], tmp_path / "both.duckdb")
    assert (together.total("stored"), together.total("quarantined")) == (0, 2)
    merge([willing], tmp_path / "later.duckdb")
    later = merge([refusing], tmp_path / "later.duckdb")
    assert (later.total("stored"), later.total("quarantined"), later.exit_code) == (0, 1, 1)


def test_houses_of_one_number_in_two_writings_that_both_refuse_are_as_they_say(draw: Draw, tmp_path: Path) -> None:
    path = draw({"household_no": "001", "consent": "no"}, {"household_no": "1", "consent": "no"})
    assert merge([path], tmp_path / "s.duckdb").families == {"withdrawn": 0, "no_consent": 2, "disputed": 0}
