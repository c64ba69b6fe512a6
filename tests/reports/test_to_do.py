"""Papers begin with what to do, by when, by whom: given a store, the first sentences count what the tables below do."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest

from cpms_cli import list_children, merge, render, report_area, report_child
from cpms_cli.reports.composing.plan import plan_document
from cpms_cli.reports.composing.to_do import ToDo, to_do_sentences
from cpms_cli.reports.document import Bullets, Document, Heading, TableBlock
from cpms_cli.reports.documents.document_cells import cell_texts
from cpms_cli.summaries.area.plans import plan_area
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Draw, write_drawn

UNDATED = "the day of the interview, and so the deadline, is not known: see at once whoever was not seen yet."
COUNTED = (
    "Counted, each once and at the gravest level that the missing answers leave open: children who cannot be judged"
    " yet, and children who are now at a lighter level."
)
SENTENCES = (
    "Victim: 2 children; of these, 1 past the deadline (within 24 hours) with no first response recorded."
    f" Of 1, {UNDATED}",
    "High risk: 1 child; of these, 1 past the deadline (within 72 hours) with no first response recorded.",
    "Areas with most of these children: Pak Nam, moo 1 (Victim 1 and High risk 1).",
    "1 child cannot be judged until the missing answers are asked. Up to so many more could turn out to be at"
    f" these levels, by the answers of round 2026: Victim 1. {COUNTED}",
    "Counted on {day}, over the rounds 2026: a level holds until a later round or a recorded closing ends it.",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """In village 1 a child that was beaten, and one of ten years that works for wages; in village 2 a child that was
    beaten, of whose interview the day is not known, and one of whom it is not known whether it was."""
    folder, moo_2 = tmp_path_factory.mktemp("to_do"), {"village_code": "85010502"}
    beaten = {"violence_physical": "yes"}
    rows: list[dict[str, Any]] = [
        {"household_no": "1", "interview_date": "2026-03-01", **beaten},
        {"household_no": "2", "interview_date": "2026-03-01", "worked_for_wages": "yes"},
        {"household_no": "3", "interview_date": None, **beaten, **moo_2},
        {"household_no": "4", "interview_date": "2026-03-01", "violence_physical": "unknown", **moo_2},
    ]
    merge([write_drawn(folder / "survey.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


def _sentences(document: Document) -> tuple[str, ...]:
    heading, first = document.parts[:2]
    assert isinstance(heading, Heading) and isinstance(first, Bullets)
    return first.items


def _tables(document: Document) -> Iterator[list[list[str]]]:
    for part in document.parts:
        if isinstance(part, TableBlock):
            cells = [cell_texts(part, column, document.language) for column in part.columns]
            yield [list(row) for row in zip(*cells, strict=True)]


def test_a_report_and_a_plan_begin_with_the_same_sentences(store: Path, survey: Survey) -> None:
    report, plan = report_area(store, "850105", audience=None), plan_area(store, "850105")
    sentences = tuple(sentence.format(day=shown_date(plan.as_of, "en")) for sentence in SENTENCES)
    assert abs((country_today() - plan.as_of).days) < 2
    assert _sentences(report) == sentences
    assert _sentences(plan_document(survey, plan, "en")) == sentences


def test_the_list_says_what_for_how_many_by_when_and_by_whom(store: Path) -> None:
    social_worker = "Social worker of the provincial office, with the community working group"
    first, *_ = _tables(report_area(store, "850105", audience=None))
    assert first == [
        ["Victim", "Home visit and safety protection immediately", "2", "1", "within 24 hours", social_worker],
        [
            "High risk",
            "Home visit, monitoring and safety protection plan with the community working group",
            "1",
            "1",
            "within 72 hours",
            social_worker,
        ],
        [
            "Not enough answers",
            "Return visit to ask what is missing",
            "1",
            "–",
            "this round",
            "Volunteers of the survey",
        ],
    ]


@pytest.mark.parametrize("audience", [None, "public"])
def test_every_count_of_the_sentences_stands_in_a_table_below(sample_store: Path, audience: str | None) -> None:
    """So that whoever reads both finds no contradiction, and whoever is given withheld counts can work out none."""
    document = report_area(sample_store, "850105", audience=audience)
    *counting, rounds = _sentences(document)
    assert "2026" in rounds and ("2024–2026" in rounds) == (audience is None)
    plain = re.sub(r"within \d+ hours|round \d+|moo \d+", "", " ".join(counting))
    below = list(_tables(document))[1:]
    known = {cell for table in below for row in table for cell in row}
    could_be = " ".join(part.text for part in document.parts if hasattr(part, "text"))
    counts = re.findall(r"\d+(?:,\d{3})*", plain)
    assert len(counts) > 5
    assert [count for count in counts if count not in known and f" {count}" not in could_be] == []
    assert ("past the deadline" in plain) == (audience is None)


def test_what_is_withheld_is_in_no_sentence(survey: Survey) -> None:
    """Of village 1 it is withheld how many victims there are: it is not among those that are compared."""
    counts = pd.DataFrame(
        {
            "level": [level.id for level in survey.levels],
            "children": pd.array([None, 12, 40, None, 30], "Int64"),
            "could_be": pd.array([None, 11, 0, 0, 0], "Int64"),
        }
    )
    parts = pd.DataFrame(
        {
            "name": ["one", "two", "three"],
            "victim": pd.array([None, 0, 0], "Int64"),
            "high_risk": pd.array([2, 10, 0], "Int64"),
        }
    )
    severe = {"victim": "Victim", "high_risk": "High risk"}
    to_do = ToDo(survey, "en", 2026, (2025, 2026), counts, parts, severe, datetime.date(2026, 3, 1))
    assert list(to_do_sentences(to_do)) == [
        "Victim: how many children there are is not published.",
        "High risk: 12 children, to be answered within 72 hours.",
        "Areas with most of these children, among those whose counts are published: two (High risk 10).",
        "Up to so many more could turn out to be at these levels, by the answers of round 2026:"
        f" High risk 11. {COUNTED}",
        "Counted by the answers of round 2026 alone, without children who are at a level since an earlier round.",
    ]
    nobody = counts.assign(children=pd.array([0, 0, 40, 0, 30], "Int64"), could_be=0)
    first, _ = to_do_sentences(replace(to_do, counts=nobody))
    assert first == "No child is at a level that must be answered within hours."


def test_those_without_a_day_are_some_of_those_counted_and_no_further_ones() -> None:
    """In Thai it read "2 children; 1 more child of unknown day", as if there were three."""
    for language in ("en", "th"):
        sentence = say("todo_undated", language, count="1")
        assert sentence.startswith({"en": "Of 1,", "th": "ในเด็กระดับนี้มี 1 คนที่"}[language])


def test_a_child_without_a_name_is_called_by_its_identifier_alone(draw: Draw, tmp_path: Path) -> None:
    merge([draw({"given_name": "", "family_name": "", "father_alive": ""})], tmp_path / "s.duckdb")
    [child] = list_children(tmp_path / "s.duckdb")["cpms_id"]
    head, *_ = _tables(report_child(tmp_path / "s.duckdb", child, identified=True))
    assert dict(head)["Child"] == child


def test_a_child_begins_with_who_where_why_and_whether_it_is_done(store: Path) -> None:
    listed = list_children(store)
    victim = listed.loc[listed["household_no"] == "1", "cpms_id"].iat[0]
    head, *_ = _tables(report_child(store, victim))
    lines = dict(head)
    days = (country_today() - datetime.date(2026, 3, 2)).days
    assert lines == {
        "Child": f"••• ({victim})",
        "Lives": "House 1, Pak Nam, moo 1",
        "Level today": "Victim (round 2026)",
        "Why": "13 Victim of violence (Physical violence)",
        "What to do": "Home visit and safety protection immediately",
        "By when": "2026-03-02 (within 24 hours of the interview)",
        "By whom, usually": "Social worker of the provincial office, with the community working group",
        "Done or not": f"No first response is recorded: {days} days late",
    }


def test_what_withholds_nothing_says_so_at_the_head_of_every_page(store: Path, tmp_path: Path) -> None:
    """In a page by the style of printed pages, in Word and in a workbook by the header; others have no such line."""
    internal, public = (report_area(store, "850105", audience=audience) for audience in (None, "public"))
    banner = "INTERNAL: shows counts that could point to one child, not for publication"
    assert (internal.banner, public.banner) == (banner, "")
    for name in ("r.html", "r.docx", "r.xlsx", "r.md"):
        render(internal, tmp_path / name)
    page = (tmp_path / "r.html").read_text("utf-8")
    assert '<td class="count" data-head="Children">2</td>' in page, "a narrow window writes the heading before the cell"
    assert f'@top-center {{ content: "{banner}";' in page and f">{banner}</p>" in page
    assert docx.Document(str(tmp_path / "r.docx")).sections[0].header.paragraphs[0].text == banner
    sheets = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets
    assert {sheet.oddHeader.center.text for sheet in sheets if sheet.oddHeader and sheet.oddHeader.center} == {banner}
    assert (tmp_path / "r.md").read_text("utf-8").startswith(f"**{banner}**")
