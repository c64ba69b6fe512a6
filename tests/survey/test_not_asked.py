"""A round that did not ask: counted apart from the unknown, in every output; and nothing is compared with it.

A province asks about hours of chores from 2570 on, and has an indicator 101 of its own for them. Its store has the
round 2569, merged before the question came, and 2570:

| child | 2569: tobacco | 101 then  | 2570: chores, tobacco | 101 then |
|-------|---------------|-----------|-----------------------|----------|
| 1     | yes           | yes       | 30, no                | yes      |
| 2     | no            | not asked | 2, no                 | no       |
| 3     | no            | not asked | blank, no             | unknown  |

101 is "smokes, or more than 20 hours of chores": in 2569 tobacco can say yes of it, and nothing can say no.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge
from cpms_cli.scoring.scores import score
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.summaries.area.area_figures import area_figures
from cpms_cli.summaries.area.areas import summarise_area
from cpms_cli.summaries.area.indicator import indicator_change, summarise_indicator
from cpms_cli.summaries.area.plans import plan_area
from cpms_cli.summaries.migration.area_migration import migration_change, summarise_migration
from cpms_cli.summaries.rounds.change import area_change
from cpms_cli.summaries.rounds.overlap import overlap
from cpms_cli.summaries.rounds.overlap_change import overlap_change
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.workspace import Workspace
from tests.conftest import Cpms, write_drawn
from tests.definitions import add_question, change_file, copy_definition

INDICATOR = """
  - number: 101
    name: {en: Smokes or works at home, th: สูบบุหรี่หรือทำงานบ้าน}
    definition: {en: Smokes or has many chores., th: สูบบุหรี่หรือทำงานบ้านมาก}
    level: child
    when: tobacco = 'yes' OR chores > 20
    source: "P"
"""
MEASURE = """
  - id: works_at_home
    label: {en: Works at home, th: ทำงานบ้าน}
    of: child
    when: chores > 20
    source: "P"
"""
COMMUNITY = "850105"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("not_asked")
    path = folder / "s.duckdb"
    merge([write_drawn(folder / "a.csv", base, [{"tobacco": answer} for answer in ("yes", "no", "no")])], path)
    own = copy_definition(folder / "own")
    add_question(own, "chores")
    indicators = own / "indicators.yaml"
    indicators.write_text(indicators.read_text("utf-8") + INDICATOR, "utf-8")
    change_file(own, "migration.yaml", "measures:\n", f"measures:{MEASURE}")
    survey = read_survey(Reader(own))
    assert survey is not None
    adopt_definition(path, survey)
    later = [
        {"round": 2027, "interview_date": "2027-11-15", "tobacco": "no", "chores": hours} for hours in (30, 2, None)
    ]
    merge([write_drawn(folder / "b.csv", base, later)], path)
    return path


def test_a_child_who_was_not_asked_is_not_unknown(store: Path) -> None:
    scores = score(store)
    answers = scores.groupby("round")["i101"].agg(list).to_dict()
    assert answers == {2026: ["yes", "not_asked", "not_asked"], 2027: ["yes", "no", "unknown"]}


def _counts(table: pd.DataFrame) -> dict[str, int]:
    answers = ("yes", "no", "unknown", "not_applicable", "not_asked")
    return {answer: int(table[answer].item()) for answer in answers}


def test_those_not_asked_are_counted_apart_and_a_share_of_yes_alone_is_not_given(store: Path) -> None:
    """Of 2569 there is one yes and no answer could be no: "100 %" would be a figure of nothing."""
    before = summarise_indicator(store, 101, round_=2026).counted["total"]
    assert _counts(before) == {"yes": 1, "no": 0, "unknown": 0, "not_applicable": 0, "not_asked": 2}
    assert before[["share", "low", "high", "lowest", "highest", "unknown_share"]].isna().all(axis=None)
    after = summarise_indicator(store, 101, round_=2027).counted["total"]
    assert _counts(after) == {"yes": 1, "no": 1, "unknown": 1, "not_applicable": 0, "not_asked": 0}
    assert (after["share"].item(), after["unknown_share"].item()) == (0.5, pytest.approx(1 / 3))


def test_no_change_is_computed_from_a_round_that_did_not_ask(store: Path) -> None:
    change = indicator_change(store, 101, 2026, 2027)
    assert change.shares["not_asked"].tolist() == [2, 0]
    assert change.shares["change"].isna().all()
    assert change.not_comparable["questions"].tolist() == ["Hours of chores"]
    summary = summarise_area(store, COMMUNITY)
    assert summary.indicators.set_index("number")["change"].isna()[101]


def test_the_quality_of_a_round_is_not_blamed_for_what_it_did_not_ask(store: Path) -> None:
    """All questions of 2569 have answers; the two children whom nobody asked are no unknown answers."""
    quality = summarise_indicator(store, 101, round_=2026).quality
    assert quality["answers_unknown"].item() == 0


def test_a_level_that_counts_the_indicator_is_marked_as_well(store: Path) -> None:
    """101 is counted, so that the levels of 2569 rest on an answer that nobody was asked for."""
    for summary in (area_change(store, COMMUNITY, 2026, 2027), summarise_area(store, COMMUNITY)):
        assert summary.not_comparable.set_index("item")["questions"]["level"] == "Hours of chores"
    unasked = summarise_area(store, COMMUNITY, round_=2026).not_asked
    of_level = unasked[unasked["item"] == "level"]
    assert (of_level["questions"].item(), of_level["asked"].item()) == ("Hours of chores", "nobody")
    with Workspace.from_paths(store) as workspace:
        figures = area_figures(workspace, COMMUNITY)
    assert "level" in figures.not_comparable["item"].tolist()


def test_patterns_count_it_as_possible_and_say_so(store: Path) -> None:
    """In 2569 the second and the third child have none for sure, and one at most: 101 was not asked of them."""
    then = overlap(store, area=COMMUNITY, round_=2026)
    assert then.not_asked["item"].tolist() == ["i101"]
    assert (int(then.numbers["at_least"][then.numbers["number"] == 1].item())) == 1
    assert (int(then.numbers["at_most"][then.numbers["number"] == 1].item())) == 3
    change = overlap_change(store, 2026, 2027, area=COMMUNITY)
    assert change.not_comparable["item"].tolist() == ["i101"]


def test_what_is_published_and_exported_has_it_in_a_column_of_its_own(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    rows, figures = tmp_path / "rows.csv", tmp_path / "figures.csv"
    assert cpms("export", "records", rows, "--store", store).code == 0
    assert sorted(pd.read_csv(rows)["i101"]) == ["no", "not_asked", "not_asked", "unknown", "yes", "yes"]
    assert cpms("export", "figures", figures, "--store", store).code == 0
    published = pd.read_csv(figures)
    nobody = published[(published["indicator"] == 1)]
    assert nobody["not_asked"].tolist() == [0, 0], "that nobody was not asked is no secret"


@pytest.mark.parametrize(
    ("lang", "heading", "sentence"),
    [("en", "Not asked", "did not ask: Hours of chores"), ("th", "รอบนี้ไม่ได้ถาม", "ไม่ได้ถาม: ชั่วโมง chores")],
)
def test_the_terminal_says_it(cpms: Cpms, store: Path, lang: str, heading: str, sentence: str) -> None:
    ran = cpms("indicator", "101", "--round", "2569", "--store", store, "--lang", lang)
    text = " ".join(ran.out.split())
    assert sentence in text
    assert heading in text
    # Where everybody was asked there is no column of zeros.
    assert heading not in cpms("indicator", "1", "--store", store, "--lang", lang).out


def test_migration_and_plan_say_it_with_their_counts(store: Path) -> None:
    """A measure of hours of chores: 30, 2 and blank in 2570; in 2569 nobody was asked, so that all three are counted
    as not asked, and the table that says why has the measure, and in the plan the indicator and the level."""
    then, now = (summarise_migration(store, area=COMMUNITY, round_=year) for year in (2026, 2027))
    of_measure = [summary.total.set_index("measure").loc["works_at_home"] for summary in (then, now)]
    assert [list(row[["yes", "no", "unknown", "not_asked"]]) for row in of_measure] == [[0, 0, 0, 3], [1, 1, 1, 0]]
    assert then.not_asked[["item", "questions", "asked"]].to_numpy().tolist() == [
        ["works_at_home", "Hours of chores", "nobody"]
    ]
    assert now.not_asked.empty
    assert "not_asked" not in now.tables
    assert migration_change(store, 2026, 2027, area=COMMUNITY).tables["not_asked"]["round"].tolist() == [2026]
    assert plan_area(store, COMMUNITY, round_=2026).tables["not_asked"]["item"].tolist() == ["i101", "level"]
    assert "not_asked" not in plan_area(store, COMMUNITY, round_=2027).tables


@pytest.mark.parametrize(("lang", "sentence"), [("en", "did not ask: Hours of"), ("th", "ไม่ได้ถาม: ชั่วโมง chores")])
def test_they_are_said_in_sentences(cpms: Cpms, store: Path, tmp_path: Path, lang: str, sentence: str) -> None:
    about = ("--store", store, "--lang", lang, "--round")
    plans = [tmp_path / f"{year}.md" for year in (2569, 2570)]
    for path in plans:
        assert cpms("plan", "community", COMMUNITY, *about, path.stem, "-o", path).code == 0
    printed = [cpms("migration", "--area", COMMUNITY, *about, year).out for year in ("2569", "2570")]
    # In the plan of 2569: of the level, and of the indicators.
    counted = [" ".join(text.split()).count(sentence) for text in (*(map(Path.read_text, plans)), *printed)]
    assert counted == [2, 0, 1, 0]


@pytest.mark.parametrize(
    ("since", "answers", "levels"),
    [
        ("", ["not_asked", "not_asked"], {"none_found": "not_enough_answers", "at_risk": "at_risk"}),
        ("since: 2570", ["n/a", "n/a"], {"none_found": "none_found", "at_risk": "at_risk"}),
    ],
)
def test_an_indicator_that_says_since_when_leaves_the_levels_before_as_they_are(
    tmp_path: Path, base: Mapping[str, Mapping[str, Any]], since: str, answers: list[str], levels: dict[str, str]
) -> None:
    """Many hours of chores are a danger of 101. In 2569 nobody was asked for them: the child of whom nothing was found
    could have had them; with `since`, 101 applies to nobody in 2569. The other child smokes, and is at risk anyway."""
    path, own = tmp_path / "s.duckdb", copy_definition(tmp_path / "own")
    merge([write_drawn(tmp_path / "a.csv", base, [{"tobacco": "no"}, {"tobacco": "yes"}])], path)
    before = score(path)["level"]
    add_question(own, "chores")
    entry = INDICATOR.replace("tobacco = 'yes' OR chores", "chores")
    if since:
        entry = entry.replace("number: 101\n", f"number: 101\n    {since}\n")
    (own / "indicators.yaml").write_text((own / "indicators.yaml").read_text("utf-8") + entry, "utf-8")
    survey = read_survey(Reader(own))
    assert survey is not None
    adopt_definition(path, survey)
    scores = score(path)
    assert scores["i101"].tolist() == answers
    assert dict(zip(before, scores["level"], strict=True)) == levels
