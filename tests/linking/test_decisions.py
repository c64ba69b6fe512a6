"""What people decide about pairs that wait: it holds in later merges, can be taken back, and is asked again in time."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cpms_cli import export_review, merge
from cpms_cli.store.content import content_hash, store_content
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.link_tables import forget_links
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.linking.rounds import LAMAI, count_children, count_waiting, draw_rounds, merge_rounds, query_store


@pytest.fixture
def doubtful(draw: Draw, once: MakeOnce) -> Path:
    """A store in which one pair waits: the same child by all but the name."""
    files = draw_rounds(draw, [LAMAI], [{**LAMAI, "given_name": "ประภา"}])
    return once(lambda path: merge(files, path))


def _decide(store: Path, word: str) -> Path:
    """The workbook of what waits, in which a person wrote this word and a reason."""
    book_path = store.with_name("review.xlsx")
    export_review(store, book_path, identified=True)
    book = openpyxl.load_workbook(book_path)
    page = book.active
    assert page is not None
    header = [str(cell.value) for cell in page[1]]
    page.cell(2, header.index("Decision") + 1).value = word
    page.cell(2, header.index("Reason") + 1).value = "seen at home"
    book.save(book_path)
    return book_path


def test_the_review_workbook_shows_both_sides_and_needs_identified(cpms: Cpms, doubtful: Path) -> None:
    path = doubtful.with_name("review.xlsx")
    refused = cpms("review", "export", path, "--store", doubtful)
    assert refused.code == 2
    assert not path.exists()
    ran = cpms("review", "export", path, "--store", doubtful, "--identified")
    assert "1 pair waits" in ran.out
    [header, row] = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    cells = dict(zip(header, row, strict=True))
    assert (cells["Given name A"], cells["Given name B"]) == ("ละไม", "ประภา")
    assert "same birth date" in str(cells["What agrees"])
    assert "another name" in str(cells["What does not"])
    assert list(query_store(doubtful, "SELECT what FROM audit")["what"]) == ["review export"]


@pytest.mark.parametrize(("word", "children"), [("same child", 1), ("คนละคน", 2)])
def test_a_decision_outlives_later_merges(cpms: Cpms, draw: Draw, doubtful: Path, word: str, children: int) -> None:
    assert cpms("review", "apply", _decide(doubtful, word), "--store", doubtful).code == 0
    assert (count_children(doubtful), count_waiting(doubtful)) == (children, 0)
    again = cpms("review", "apply", doubtful.with_name("review.xlsx"), "--store", doubtful, "--format", "json")
    assert again.json["known"] == 1
    # A corrected answer, and a round more: the decision holds.
    corrected = {**LAMAI, "round": 2025, "interview_date": "2025-11-15", "given_name": "ประภา", "distress": "daily"}
    merge([draw({**corrected, "other_name": None}, name="corrected.csv")], doubtful)
    third = {**LAMAI, "round": 2026, "interview_date": "2026-11-15", "given_name": "ประภา"}
    merge([draw({**third, "other_name": None}, name="third.csv")], doubtful)
    rounds = query_store(doubtful, "SELECT round, cpms_id FROM child_link ORDER BY round")["cpms_id"]
    assert rounds[1] == rounds[2]
    assert (rounds[0] == rounds[1]) == (children == 1)


def test_a_decision_about_another_child_in_the_row_is_asked_again(cpms: Cpms, draw: Draw, doubtful: Path) -> None:
    cpms("review", "apply", _decide(doubtful, "same child"), "--store", doubtful)
    other = {**LAMAI, "round": 2025, "interview_date": "2025-11-15", "given_name": "วิภา", "birth_date": "2016-04-21"}
    merge([draw({**other, "other_name": None}, name="corrected.csv")], doubtful)
    assert count_children(doubtful) == 2


def test_what_was_decided_about_a_child_can_be_forgotten(cpms: Cpms, doubtful: Path, survey: Survey) -> None:
    cpms("review", "apply", _decide(doubtful, "two children"), "--store", doubtful)
    [row] = query_store(doubtful, "SELECT row_b FROM link_decision")["row_b"]
    with open_store(doubtful, survey, write=True) as connection:
        forget_links(connection, [row])
    assert query_store(doubtful, "SELECT * FROM link_decision").empty
    assert row not in set(query_store(doubtful, "SELECT row_key FROM child_anchor")["row_key"])


def test_a_word_that_is_no_decision_changes_nothing(cpms: Cpms, doubtful: Path) -> None:
    ran = cpms("review", "apply", _decide(doubtful, "maybe"), "--store", doubtful)
    assert ran.code == 2
    assert "row 2" in ran.err
    assert count_waiting(doubtful) == 1


def test_split_and_join_with_a_reason(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = merge_rounds(draw, tmp_path, [LAMAI], [LAMAI], [LAMAI])
    [shown] = set(query_store(store, "SELECT cpms_id FROM child_link")["cpms_id"])
    assert cpms("child", "split", shown, "--round", "2569", "--store", store).code == 2
    ran = cpms("child", "split", shown, "--round", "2569", "--reason", "a cousin", "--store", store, "--format", "json")
    first, second = ran.json["children"]
    assert first == {"cpms_id": shown, "rounds": ["2024", "2025"]}
    assert second["rounds"] == ["2026"]
    merge([tmp_path / "2024.csv"], store)
    assert count_children(store) == 2
    assert cpms("child", "join", shown, second["cpms_id"], "--reason", "no cousin", "--store", store).code == 0
    assert count_children(store) == 1
    # The identifier given in between still finds the child.
    assert shown in cpms("child", second["cpms_id"], "--store", store).out
    reasons = query_store(store, "SELECT DISTINCT reason FROM link_decision ORDER BY 1")["reason"]
    assert list(reasons) == ["a cousin", "no cousin"]


def test_two_of_one_round_cannot_be_joined(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = merge_rounds(draw, tmp_path, [LAMAI, {**LAMAI, "given_name": "ประภา"}])
    first, other = query_store(store, "SELECT cpms_id FROM child_link")["cpms_id"]
    ran = cpms("child", "join", first, other, "--reason", "x", "--store", store)
    assert ran.code == 2
    assert "2024" in ran.err


def test_decisions_and_files_in_any_order_give_the_same_store(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    rounds = [
        draw(
            {**LAMAI, "given_name": name, "round": year, "interview_date": f"{year}-11-15", "other_name": None},
            name=f"{year}.csv",
        )
        for year, name in ((2024, "ละไม"), (2025, "ประภา"), (2026, "Prapha"))
    ]
    early, late, last = (tmp_path / f"{name}.duckdb" for name in ("early", "late", "last"))
    merge(rounds[:2], early)
    cpms("review", "apply", _decide(early, "same child"), "--store", early)
    merge(rounds[2:], early)

    def join(store: Path) -> None:
        both = query_store(store, "SELECT cpms_id FROM child_link WHERE round IN ('2024', '2025')")["cpms_id"]
        cpms("child", "join", *both, "--reason", "seen at home", "--store", store)

    for path in (rounds[1], rounds[0]):
        merge([path], late)
    join(late)
    merge([rounds[2]], late)
    assert content_hash(early) == content_hash(late)
    # Where the name of 2026 is found again before anybody decides, what is decided is about three rows: the same child.
    for path in (rounds[2], rounds[0], rounds[1]):
        merge([path], last)
    join(last)
    first, other = (store_content(store)["child"].drop(columns="how") for store in (early, last))
    pd.testing.assert_frame_equal(first, other)
