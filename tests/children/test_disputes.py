"""What a family says is wrong stands beside the answer, is asked again and settled; nothing of it gets lost or out."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import (
    bundle,
    check_store,
    child_history,
    dispute_answer,
    forget,
    import_answers,
    list_children,
    list_today,
    merge,
    render,
    report_child,
    settle_disputes,
    split_child,
    undo,
)
from cpms_cli.errors import UsageError
from cpms_cli.forms.next_round import write_next_form
from cpms_cli.reports.document import Document
from cpms_cli.store.content import dump
from tests.conftest import ROOT, Cpms, made_once, write_drawn

HURT = "violence_physical"
PLAIN = {"left_alone": "no", "round": 2025, "interview_date": "2025-03-01"}
SPELT = "Malee Zzqname"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """House 1: a child who is a victim by one answer alone, and its sister, of whom nothing is wrong. House 2: a child
    at high risk by another answer who is a victim too. House 3: nothing is wrong."""

    def make(store: Path) -> None:
        rows = [
            {"household_no": 1, "child_no": 1, "birth_date": "2013-07-11", HURT: "yes", "given_name": "มาลี"},
            {"household_no": 1, "child_no": 2, "birth_date": "2015-07-12", "given_name": "มานี"},
            {"household_no": 2, "child_no": 1, "birth_date": "2013-07-13", HURT: "yes", "work_hazardous": "yes"},
            {"household_no": 3, "child_no": 1, "birth_date": "2013-07-14"},
        ]
        merge([write_drawn(store.with_name("a.csv"), base, [{**row, **PLAIN} for row in rows])], store)

    return made_once(tmp_path_factory, "disputes", make)


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _child(store: Path, house: str, line: int = 1) -> str:
    listed = list_children(store)
    own = listed[(listed["household_no"] == house) & (listed["child_no"].astype(int) == line)]
    return str(own["cpms_id"].iat[0])


def _dispute(store: Path, house: str = "1", field: str = HURT) -> str:
    child = _child(store, house)
    dispute_answer(store, child, field, by=f"mother {SPELT}", reason=f"{SPELT} fell from a tree")
    return child


def _merge_round(store: Path, base: Mapping[str, Mapping[str, Any]], year: int, answer: str | None) -> int:
    row = {"round": year, "interview_date": f"{year}-03-01", "household_no": 1, "child_no": 1, HURT: answer}
    row |= {"birth_date": "2013-07-11", "given_name": "มาลี"}
    merge([write_drawn(store.with_name(f"{year}.csv"), base, [{**PLAIN, **row}])], store)
    return year


def test_the_answer_stays_and_the_level_is_shown_with_and_without_it(cpms: Cpms, store: Path) -> None:
    child = _child(store, "1")
    words = ("--field", HURT, "--by", "mother", "--reason", "she fell")
    ran = cpms("child", "dispute", child, *words, "--store", store)
    assert ran.code == 0, ran.err
    assert "cpms undo 2 takes it back" in ran.out
    assert "Level with this answer: Victim. Without it: Not enough answers, and up to Victim is possible." in ran.out
    history = child_history(store, child)
    assert list(history.levels["level"]) == ["victim"]
    (dispute,) = history.disputes.to_dict("records")
    assert (dispute["state"], dispute["level"], dispute["level_without"]) == ("open", "victim", "not_enough_answers")
    assert dispute["highest_without"] == "victim"
    shown = cpms("child", child, "--store", store).out
    assert "What the family says is wrong" in shown
    assert "to be asked again" in shown


def test_another_reason_for_the_level_is_left_without_the_answer(store: Path) -> None:
    (dispute,) = child_history(store, _dispute(store, "2")).disputes.to_dict("records")
    # Hazardous work alone makes high risk; what was hurt or not would be open, up to a victim.
    assert (dispute["level"], dispute["level_without"], dispute["highest_without"]) == (
        "victim",
        "high_risk",
        "victim",
    )


def test_an_answer_about_the_household_can_be_disputed_for_each_of_its_children(cpms: Cpms, store: Path) -> None:
    child = _child(store, "3")
    before = child_history(store, child).levels["level"].iat[0]
    dispute_answer(store, child, "income_enough", by="father", reason="not any more")
    (dispute,) = child_history(store, child).disputes.to_dict("records")
    assert (dispute["label"], dispute["level"]) == ("Income enough", before)
    questions = list_today(store).questions
    assert list(questions.loc[questions["kind"] == "disputed", "child_no"].isna()) == [True]


def test_what_people_wrote_is_hidden_unless_it_is_asked_for(cpms: Cpms, store: Path) -> None:
    child = _dispute(store)
    for words in (("--format", "json"), (), ("-o", store.with_name("c.xlsx"))):
        ran = cpms("child", child, "--store", store, *words)
        assert ran.code == 0
        assert SPELT not in ran.out
    cells = pd.read_excel(store.with_name("c.xlsx"), sheet_name=None, engine="openpyxl")
    assert not any(frame.astype("str").map(lambda cell: SPELT in str(cell)).any(axis=None) for frame in cells.values())
    assert SPELT in cpms("child", child, "--identified", "--store", store).out
    records = cpms("export", "records", store.with_name("r.csv"), "--store", store)
    assert records.code == 0
    assert SPELT not in store.with_name("r.csv").read_text("utf-8")


def _page(document: Document, folder: Path) -> str:
    render(document, folder / "child.html")
    return (folder / "child.html").read_text(encoding="utf-8")


def test_the_childs_report_says_what_is_disputed_and_the_level_without_it(store: Path, tmp_path: Path) -> None:
    child = _dispute(store)
    masked = _page(report_child(store, child), tmp_path)
    text = _page(report_child(store, child, identified=True), tmp_path)
    assert SPELT not in masked and "What the family says is wrong" in masked
    section = text[text.rindex("What the family says is wrong") :]
    assert f"{SPELT} fell from a tree" in section and "Physical violence" in section
    # With the answer the child is a victim; without it nothing is known to be wrong, and it may still be a victim.
    assert "Victim" in section and "to be asked again" in section
    other = _child(store, "3")
    assert "What the family says is wrong" not in _page(report_child(store, other), tmp_path)


def test_it_is_asked_again_until_somebody_answers_otherwise(cpms: Cpms, store: Path) -> None:
    _dispute(store)
    tasks = list_today(store).tasks
    (asked,) = tasks[tasks["kind"] == "disputed"].to_dict("records")
    assert asked["reason"] == "the family says that 1 answer is wrong"
    assert "Physical violence (child 1)" in asked["next_step"]
    sheet = store.with_name("today.xlsx")
    assert cpms("today", "-o", sheet, "--store", store).code == 0
    assert SPELT not in str([[cell.value for cell in row] for row in openpyxl.load_workbook(sheet).worksheets[0]])
    # The same answer again changes nothing: it is asked until somebody settles it.
    _write_beside(sheet, "the family says that this is wrong: Yes", "Yes")
    assert import_answers([sheet], store).unchanged == 1
    assert "disputed" in set(list_today(store).tasks["kind"])
    # Another answer is stored, though the question has one.
    _write_beside(sheet, "the family says that this is wrong: Yes", "No")
    read = import_answers([sheet], store)
    assert (read.stored, read.refused) == (1, ())
    assert list_children(store).set_index(["household_no", "child_no"])["level"].loc["1"].iloc[0] == "none_found"
    assert "disputed" not in set(list_today(store).tasks["kind"])
    (dispute,) = child_history(store, _child(store, "1")).disputes.to_dict("records")
    assert (dispute["state"], dispute["answer"], dispute["level_without"]) == ("answered", "Yes", "none_found")


def _write_beside(sheet: Path, reason: str, answer: str) -> None:
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    place = {str(cell.value): number for number, cell in enumerate(page[1], start=1)}
    (row,) = [cells[0].row for cells in page.iter_rows(min_row=2) if reason in [cell.value for cell in cells]]
    page.cell(int(row or 0), place["Answer"], answer)
    book.save(sheet)


def test_a_later_round_answers_it_and_it_can_be_settled(
    cpms: Cpms, store: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    child = _dispute(store)
    _merge_round(store, base, 2026, None)
    assert child_history(store, child).disputes["state"].iat[0] == "open", "the round did not answer it"
    _merge_round(store, base, 2027, "no")
    (dispute,) = child_history(store, child).disputes.to_dict("records")
    assert (dispute["state"], dispute["answered_in"]) == ("answered", 2027)
    assert "asked again in round 2027" in " ".join(cpms("child", child, "--store", store).out.split())
    words = ("--field", HURT, "--by", "W1", "--reason", "seen together", "--store", store)
    closed = cpms("child", "dispute", child, "--close", *words)
    assert "1 dispute of" in closed.out
    (dispute,) = child_history(store, child, identified=True).disputes.to_dict("records")
    assert (dispute["state"], dispute["closed_by"], dispute["outcome"]) == ("settled", "W1", "seen together")
    assert dispute["reason"].startswith(SPELT), "what was said stays"
    refused = cpms("child", "dispute", child, "--close", *words)
    assert (refused.code, "is open" in refused.err) == (2, True)
    assert not check_store(store)["violations"].any()


def test_every_step_is_undone_exactly(store: Path) -> None:
    start = dump(store)
    child = _dispute(store)
    open_ = dump(store)
    settled = settle_disputes(store, child, HURT, by="W1", reason="asked again")
    assert settled.batch is not None
    with pytest.raises(UsageError):
        undo(store, 2)
    undo(store, settled.batch)
    assert dump(store) == open_
    with pytest.raises(UsageError) as refused:
        undo(store, 1)
    assert refused.value.message_id in ("undo_has_disputes", "undo_later_first")
    undo(store, 2)
    assert dump(store) == start


def test_what_one_says_twice_is_there_once_and_two_people_may_say_two_things(store: Path) -> None:
    child = _dispute(store)
    again = dispute_answer(store, child, HURT, by=f"mother {SPELT}", reason=f"{SPELT} fell from a tree")
    assert again.batch is None
    dispute_answer(store, child, HURT, by=f"mother {SPELT}", reason="she fell from a horse")
    dispute_answer(store, child, "Physical violence", by="grandmother", reason="it was another child")
    assert len(child_history(store, child).disputes) == 2
    assert settle_disputes(store, child, HURT, by="W1", reason="asked again").count == 2


def test_what_cannot_be_disputed_is_refused(cpms: Cpms, store: Path) -> None:
    child, content = _child(store, "3"), store.read_bytes()
    words = {"--field": HURT, "--by": "mother", "--reason": "no"}
    for change, reason in (
        ({"--field": "violence_phisical"}, "(violence_physical)"),
        ({"--field": "cpms_id"}, "no question 'cpms_id'"),
        ({"--field": "consent"}, "no question 'consent'"),
        ({"--by": " "}, "--by is blank"),
        ({"--reason": "x" * 501}, "longer than 500"),
        ({"--round": "2569x"}, "2569x"),
        ({"--round": "2560"}, "has no row in round 2017"),
        ({"--date": "2590-01-01"}, "2590"),
        ({"--field": "other_name"}, "nothing to dispute"),
    ):
        line = [text for pair in {**words, **change}.items() for text in pair]
        ran = cpms("child", "dispute", child, *line, "--store", store)
        assert (ran.code, reason in " ".join(ran.err.split())) == (2, True), (change, ran.err)
    assert store.read_bytes() == content


def test_a_child_that_is_forgotten_leaves_nothing_of_it(store: Path) -> None:
    child = _dispute(store)
    forget(store, child)
    assert SPELT not in dump(store)
    assert SPELT.encode() not in store.read_bytes()
    assert not check_store(store)["violations"].any()


def test_a_family_that_withdraws_its_consent_takes_it_along(store: Path, base: Mapping[str, Mapping[str, Any]]) -> None:
    _dispute(store)
    row = {"household_no": 1, "child_no": 1, "birth_date": "2013-07-11", **PLAIN, "consent": "no"}
    merge([write_drawn(store.with_name("no.csv"), base, [row])], store)
    assert SPELT not in dump(store)
    assert not check_store(store)["violations"].any()


def test_it_goes_along_in_a_bundle_and_comes_once(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPMS_BUNDLE_KEY", "a long passphrase")
    _dispute(store)
    bundle(store, "850105", 2025, tmp_path / "c.cpms.age")
    province = tmp_path / "province.duckdb"
    ran = cpms("merge", tmp_path / "c.cpms.age", "--store", province)
    assert "1 disputed answer came along" in ran.out
    child = _child(province, "1")
    assert child_history(province, child, identified=True).disputes["reason"].iat[0] == f"{SPELT} fell from a tree"
    content = dump(province)
    assert cpms("merge", tmp_path / "c.cpms.age", "--store", province).code == 0
    assert len(child_history(province, child).disputes) == 1
    assert not check_store(province)["violations"].any()
    assert content.count(SPELT) == dump(province).count(SPELT)


def test_it_stays_with_its_row_when_a_child_is_split(store: Path, base: Mapping[str, Mapping[str, Any]]) -> None:
    _merge_round(store, base, 2026, "yes")
    child = _child(store, "1")
    dispute_answer(store, child, HURT, by="mother", reason="no", round_=2026)
    after = split_child(store, child, [2026], "a twin")
    (moved,) = [name for name, rounds in after.children.items() if "2026" in rounds]
    assert len(child_history(store, moved).disputes) == 1
    (kept,) = [name for name in after.children if name != moved]
    assert child_history(store, kept).disputes.empty


def test_next_years_form_leaves_a_disputed_answer_blank(store: Path, tmp_path: Path) -> None:
    child = _child(store, "1")
    dispute_answer(store, child, "birth_date", by="mother", reason="a year too old")
    form = write_next_form(store, "850105", tmp_path / "next.xlsx", identified=True)
    assert form.disputed == 1
    page = openpyxl.load_workbook(tmp_path / "next.xlsx").worksheets[0]
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    (own,) = [row for row in cells if child in row]
    assert not any("2013" in str(cell) or "2556" in str(cell) for cell in own)
    assert sum("2556" in str(cell) or "2013" in str(cell) for row in cells for cell in row) >= 2


@pytest.mark.parametrize("layout", ["flat", "two-sheet"])
def test_next_years_form_asks_of_a_child_who_was_not_found_in_between(
    store: Path, base: Mapping[str, Mapping[str, Any]], tmp_path: Path, layout: str
) -> None:
    child, sister = _child(store, "1"), _child(store, "1", 2)
    dispute_answer(store, child, "birth_date", by="mother", reason="a year too old")
    found_again = {"household_no": 3, "birth_date": "2013-07-14", "round": 2026, "interview_date": "2026-03-01"}
    merge([write_drawn(tmp_path / "2026.csv", base, [{**PLAIN, **found_again}])], store)
    form = write_next_form(store, "850105", tmp_path / "next.xlsx", identified=True, layout=layout)
    assert (form.round, form.children, form.households, form.disputed, form.again) == (2027, 2, 2, 1, 1)
    sheets = openpyxl.load_workbook(tmp_path / "next.xlsx").worksheets
    own = [[cell.value for cell in row] for sheet in sheets for row in sheet.iter_rows() if row[0].value is not None]
    (row,) = [cells for cells in own if child in cells]
    assert "มาลี" in row
    assert not any("2556" in str(cell) or "2013" in str(cell) for cell in row)
    assert sister in form.left_out.iloc[:, 0].tolist(), "nothing of hers is disputed"
    assert child not in form.left_out.iloc[:, 0].tolist()


def test_a_store_from_before_disputes_gets_the_table(cpms: Cpms, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    old.write_bytes(gzip.decompress((ROOT / "tests/stores/format4.duckdb.gz").read_bytes()))
    child = _child(old, "1")
    assert (tmp_path / "old.format4.duckdb").exists()
    dispute_answer(old, child, HURT, by="mother", reason="no")
    assert not check_store(old)["violations"].any()
    undo(old, 4)
    assert undo(old, 3).removed == 1
