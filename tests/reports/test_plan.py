"""Given a store, `cpms plan` says what a committee decides from: counts, the list's activities, lines to write on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pypdf
import pytest

from cpms_cli.merging.merge import merge
from cpms_cli.reports.composing.plan import plan_document
from cpms_cli.reports.document import TableBlock
from cpms_cli.reports.documents.rendering import render
from cpms_cli.summaries.area.plans import AreaPlan, above_of_parts, plan_area
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms


def _draw(path: Path, base: Mapping[str, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Path:
    """A flat file of the examples' child with these answers in place."""
    plain = {**base["household"], **base["child"], "national_id": None}
    pd.DataFrame([{**plain, **row} for row in rows]).astype("object").to_csv(path, index=False, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def store(base: Mapping[str, Mapping[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds of six children, a home each: in 2025 all is well. In 2026 the first was beaten, two worked for wages
    at the age of ten, and three have the nationality of Myanmar; of these one's answer on violent behaviour is unknown.
    The first three live in village 1, the others in village 2."""
    folder, moo_2 = tmp_path_factory.mktemp("plan"), {"village_code": "85010502"}
    homes = [
        {"household_no": "1"},
        {"household_no": "2"},
        {"household_no": "3"},
        *({**moo_2, "household_no": str(number)} for number in (4, 5, 6)),
    ]
    now = [
        {"violence_physical": "yes", "given_name": "ชื่อลับ"},
        {"worked_for_wages": "yes"},
        {"worked_for_wages": "yes"},
        {"nationality": "MM"},
        {"nationality": "MM"},
        {"nationality": "MM", "violent_behaviour": "unknown"},
    ]
    year = {"round": 2025, "interview_date": "2025-11-15", "left_alone": "no"}
    before = _draw(folder / "2025.csv", base, [{**year, **home} for home in homes])
    after = _draw(folder / "2026.csv", base, [{**home, **answers} for home, answers in zip(homes, now, strict=True)])
    merge([before, after], folder / "store.duckdb")
    return folder / "store.duckdb"


@pytest.fixture(scope="module")
def plan(store: Path) -> AreaPlan:
    return plan_area(store, "850105")


def test_the_situation_by_two_groups(store: Path, survey: Survey) -> None:
    """Two who work for wages at the age of ten are at high risk; those of Myanmar have that and nothing else."""
    grouped = plan_area(store, "850105", by=["village", "nationality"])
    [table] = grouped.grouped.values()
    figures = ["village", "nationality", "children", "victim", "high_risk", "at_risk", "none_found"]
    assert table[figures].values.tolist() == [["85010501", "TH", 3, 1, 2, 0, 0], ["85010502", "MM", 3, 0, 0, 3, 0]]
    blocks = [part for part in plan_document(survey, grouped, "en").parts if isinstance(part, TableBlock)]
    by_village = next(block for block in blocks if block.columns[0].heading == "Village / Nationality")
    assert by_village.frame["group"].tolist() == ["Pak Nam, moo 1 / Thai", "Pak Nam, moo 2 / Myanmar"]


def test_plan_leads_with_what_touches_most_children_and_how_that_changed(plan: AreaPlan) -> None:
    assert plan.leading[["number", "yes", "share", "change"]].round(3).values.tolist() == [
        # 20 is yes with 13: a child hurt is a member hurt.
        [1, 3, 0.5, 0.5],
        [11, 2, 0.333, 0.333],
        [13, 1, 0.167, 0.167],
        [20, 1, 0.167, 0.167],
    ]
    # Wilson's interval of 3 of 6 at 95 %: (0.5 + 1.92/6 ± 1.96 * sqrt(0.25/6 + 0.96/36)) / (1 + 3.84/6).
    assert plan.leading[["low", "high"]].round(3).values.tolist()[0] == [0.188, 0.812]


def test_plan_counts_children_needing_a_response_by_level_and_part(plan: AreaPlan) -> None:
    assert plan.levels[["level", "children"]].values.tolist()[:3] == [["victim", 1], ["high_risk", 2], ["at_risk", 3]]
    assert plan.parts[["area", "victim", "high_risk", "at_risk"]].values.tolist() == [
        ["85010501", 1, 2, 0],
        ["85010502", 0, 0, 3],
    ]


def test_activities_of_the_source_document_come_first_then_those_that_touch_most_children(plan: AreaPlan) -> None:
    assert plan.activities[["id", "children"]].values.tolist() == [
        # A child with both 13 and 20 is one child.
        ["learning_centres", 2],
        ["awareness_employers", 2],
        ["awareness_families", 1],
        ["volunteers", 1],
        ["registration_days", 3],
    ]
    assert {"carers", "income", "service_review"} <= set(plan.idle["id"])


def test_plan_of_a_province_says_what_stands_out_in_each_subdistrict(cpms: Cpms, store: Path) -> None:
    """The store has one subdistrict, which has no rest to stand out from."""
    document = cpms("plan", "province", "85", "--store", store, "--format", "json").json
    assert document["above_by_part"] == []
    assert document["unknown_share"] == pytest.approx(1 / 126)


def test_what_stands_out_is_more_than_chance_and_what_is_withheld_is_not_said(survey: Survey) -> None:
    """30 of 60 against 5 of 60: Wilson's interval of a half of 60 begins at 38 %, far above 8 %. Of indicator 2, whose
    counts are alike, and of 3, of which the whole is withheld, nothing stands there."""
    counts = {"i01": [(30, 30), (5, 55)], "i02": [(6, 54), (5, 55)], "i03": [(30, 30), (5, 55)]}
    rows = [
        {"area": area, "item": item, "yes": yes, "no": no, "share": yes / (yes + no)}
        for item, pairs in counts.items()
        for area, (yes, no) in zip(("850105", "850302"), pairs, strict=True)
    ]
    whole = pd.DataFrame(
        {"number": [1, 2, 3], "yes": pd.array([35, 11, None], "Int64"), "no": pd.array([85, 109, 85], "Int64")}
    )
    above = above_of_parts(survey, pd.DataFrame(rows), whole, "en")
    assert above[["area", "number", "yes", "around"]].values.tolist() == [["850105", 1, 30, 0.083]]


def test_plan_says_how_far_its_figures_can_be_trusted(cpms: Cpms, store: Path) -> None:
    """Of three children of ten years, who are asked for all 21 counted indicators, one answer is unknown: 1 of 63; the
    paper says it of all 22 indicators, 1 of 66, as the summary of the area does, and nothing else."""
    plan = plan_area(store, "85010502")
    assert plan.unknown_share == pytest.approx(1 / 63)
    assert plan.quality[["number", "unknown"]].values.tolist() == [[12, 1]]
    printed = cpms("plan", "community", "85010502", "--store", store).out
    assert "1.5 % of the answers behind the indicators are unknown" in printed


def test_first_round_of_an_area_has_no_change(cpms: Cpms, store: Path) -> None:
    first = plan_area(store, "850105", round_=2025)
    assert (first.round, first.previous, len(first.leading)) == (2025, None, 0)
    printed = cpms("plan", "community", "850105", "--round", "2568", "--store", store).out
    assert "No counted indicator is yes for any child." in printed
    assert "No activity of the list is called for" in printed


def test_plan_at_the_terminal_has_lines_for_decisions_and_speaks_thai(cpms: Cpms, store: Path) -> None:
    printed = cpms("plan", "community", "850105", "--lang", "th", "--store", store).out
    assert "แผนคุ้มครองเด็ก ตำบลปากน้ำ" in printed
    assert "รอบการสำรวจ 2569" in printed
    assert "อบรมอาสาสมัครเฝ้าระวัง" in printed
    assert "_" * 40 in printed


def _texts(path: Path) -> str:
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_no_plan_tells_a_name_or_an_identifier_of_a_child(
    cpms: Cpms, store: Path, survey: Survey, tmp_path: Path
) -> None:
    with duckdb.connect(str(store), read_only=True) as connection:
        identifiers = [
            str(identifier) for (identifier,) in connection.execute("SELECT cpms_id FROM child_link").fetchall()
        ]
    secrets = [*identifiers, "ชื่อลับ", "ตัวอย่าง"]
    assert len(secrets) > 6
    outputs = [cpms("plan", "province", "85", "--store", store, "--format", form).out for form in ("text", "json")]
    document = plan_document(survey, plan_area(store, "85"), "en")
    for ending in (".docx", ".xlsx", ".pdf"):
        path = tmp_path / f"plan{ending}"
        render(document, path)
        outputs.append(_texts(path))
        assert "Train volunteers" in outputs[-1].replace("\n", " ")
    assert [secret for secret in secrets for output in outputs if secret in output] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("community", "85"), "85"),
        (("province", "850105"), "850105"),
        (("province", "85", "--round", "2560"), "2017"),
        (("province", "85", "-o", "plan.odt"), ".docx"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_sentence(
    cpms: Cpms, store: Path, words: tuple[str, ...], expected: str
) -> None:
    ran = cpms("plan", *words, "--store", store)
    assert ran.code == 2
    assert expected in ran.err
