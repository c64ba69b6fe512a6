"""`--audience`: what a summary or a plan says to others than the office, in every format, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge
from cpms_cli.store.file import open_store
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, MakeOnce, write_drawn

OFFICE = "For the office only: small counts are not withheld here. --audience NAME makes what may be handed on."
WITHHELD = "n.p.: not published. "


def _rows(girls: int, boys: int, out_of_school: int) -> list[dict[str, Any]]:
    """Children of ten, each in a home of its own; of the girls and then the boys, so many do not go to school."""
    every = [
        {"household_no": str(number), "birth_date": "2016-01-01", "sex": "female" if number <= girls else "male"}
        for number in range(1, girls + boys + 1)
    ]
    return [
        {**answers, **({"in_school": "none"} if number < out_of_school else {})} for number, answers in enumerate(every)
    ]


@pytest.fixture
def store(tmp_path: Path, base: Mapping[str, Mapping[str, Any]], once: MakeOnce) -> Path:
    """Twenty girls and ten boys; twenty girls and three boys are out of school."""
    survey = write_drawn(tmp_path / "survey.csv", base, _rows(20, 10, 23))
    return once(lambda path: merge([survey], path))


def _yes_and_no(cpms: Cpms, store: Path, *words: str) -> dict[str, tuple[int | None, int | None]]:
    """Girls and boys out of school, and in school."""
    table = cpms("indicator", "3", *words, "--store", store, "-f", "json").json
    name = next(key for key in ("by_sex", "total") if key in table)
    return {row.get("sex", "all"): (row["yes"], row["no"]) for row in table[name]}


def test_the_office_sees_everything_and_is_told_so(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("indicator", "3", "--by", "sex", "--store", store)
    ran = cpms(*words)
    assert cpms(*words, "-o", tmp_path / "i.xlsx").code == 0
    assert ran.out.splitlines()[-1] == OFFICE
    assert "n.p." not in ran.out
    assert _yes_and_no(cpms, store, "--by", "sex") == {"female": (20, 0), "male": (3, 7)}
    notes = pd.read_excel(tmp_path / "i.xlsx", sheet_name="Notes", engine="calamine")
    assert notes["Note"].tolist() == [OFFICE]
    assert cpms("plan", "community", "850105", "--store", store).out.count("Internal: this is the committee's") == 1


def test_others_get_no_small_count_and_none_that_gives_it_away(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("indicator", "3", "--by", "sex", "--audience", "committee", "--store", store)
    ran = cpms(*words)
    lines = [line.split() for line in ran.out.splitlines()]
    assert cpms(*words, "-o", tmp_path / "i.xlsx").code == 0
    # 23 of 30 in all are out of school; with the 20 girls beside them, the three boys would be found.
    assert ["Female", "n.p.", "n.p.", "0", "0", "–", "–", "–"] in lines or ["Male", "n.p."] in [
        line[:2] for line in lines
    ]
    assert "Which children" not in ran.out
    assert OFFICE not in ran.out
    assert any(line.startswith(WITHHELD) for line in ran.out.splitlines())
    sheets = pd.read_excel(tmp_path / "i.xlsx", sheet_name=None, engine="calamine", dtype=str)
    assert list(sheets) == ["Total", "By Sex", "Rounds", "Quality of the data", "Notes"]
    boys = sheets["By Sex"].set_index("Sex").loc["Male"]
    assert (boys["Yes"], boys["Share of known answers"]) == ("n.p.", "–")
    assert sheets["Notes"]["Note"].iloc[0].startswith(WITHHELD)
    text = cpms(*words, "-f", "csv").out
    assert [line.split(",")[5] for line in text.splitlines() if ",male," in line] == ["n.p."]
    document = cpms(*words, "-f", "json").json
    assert [row["yes"] for row in document["by_sex"] if row["sex"] == "male"] == [None]
    assert document["audience"] == "committee"
    assert document["withheld"] >= 2
    assert "children" not in document


def test_a_second_summary_does_not_give_away_what_the_first_withheld(cpms: Cpms, store: Path) -> None:
    total = _yes_and_no(cpms, store, "--by", "village", "--audience", "press")
    assert total == {"all": (23, 7)}
    by_sex = _yes_and_no(cpms, store, "--by", "sex", "--audience", "press")
    assert by_sex == {"female": (None, None), "male": (None, None)}
    # Whom nothing was told before learns the girls' or the total, but never both.
    other = cpms("indicator", "3", "--by", "sex", "--audience", "ministry", "--store", store, "-f", "json").json
    shown = [value["yes"] for value in (*other["total"], *other["by_sex"]) if value["yes"] is not None]
    assert len(shown) <= 1


def test_a_count_that_changed_by_one_child_is_withheld(
    cpms: Cpms, store: Path, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    words = ("community", "850105", "--store", store, "-f", "json")
    assert cpms(*words, "--audience", "press").json["children_total"] == 30
    merge([write_drawn(tmp_path / "more.csv", base, [{"household_no": "99", "birth_date": "2016-01-01"}])], store)
    again = cpms(*words, "--audience", "press").json
    assert again["children_total"] is None
    assert "differ by fewer than 5" in " ".join(again["notes"])
    assert cpms(*words).json["children_total"] == 31


def test_every_summary_and_plan_may_be_handed_on(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    for words in (
        ["province", "85"],
        ["rights"],
        ["migration"],
        ["overlap"],
        ["response", "summary"],
        ["plan", "community", "850105", "-o", tmp_path / "plan.html"],
    ):
        ran = cpms(*words, "--audience", "partner", "--store", store, "--lang", "th")
        assert ran.code == 0, words
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "ไม่มีจำนวนใดที่ต้องปกปิด" in page or "ไม่เผยแพร่" in page
    assert "--audience" not in page


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "3", "--identified"],
        ["rights", "--list", "education"],
        ["rights", "--identified"],
        ["community", "850105", "--rounds", "2568:2569"],
        ["province", "85", "-o", "p.docx"],
        ["migration", "-o", "nowhere/m.csv"],
        ["plan", "community", "850105", "-o", "nowhere/p.docx"],
    ],
)
def test_what_cannot_be_handed_on_is_refused_and_not_remembered(
    cpms: Cpms, store: Path, survey: Survey, words: list[str]
) -> None:
    ran = cpms(*words, "--audience", "press", "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    with open_store(store, survey) as connection:
        assert connection.execute("SELECT count(*) FROM release").fetchone() == (0,)


def test_figures_may_follow_a_summary_whose_changes_tell_of_the_round_before(
    cpms: Cpms, sample_store: Path, tmp_path: Path
) -> None:
    """What is behind a change are answers of an area of which nobody was given how many children there were."""
    store = Path(shutil.copy(sample_store, tmp_path / "s.duckdb"))
    assert cpms("province", "85", "--audience", "ministry", "--store", store).code == 0
    ran = cpms("export", "figures", tmp_path / "f.csv", "--audience", "ministry", "--store", store)
    assert ran.code == 0, ran.err
    shown = pd.read_csv(tmp_path / "f.csv")
    assert set(shown["round"]) == {2024, 2025, 2026}
    assert not shown["yes"].between(1, 4).any()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_part_that_holds_all_of_an_areas_children_is_protected_as_the_area(
    cpms: Cpms, sample_store: Path, tmp_path: Path, order: tuple[int, int]
) -> None:
    """All sample children of the province live in one subdistrict. The right to protection is asked of victims and of
    children at high risk alone: their number by age in the one table, less those at high risk in the other, is how many
    victims there are."""
    store = shutil.copy(sample_store, tmp_path / "s.duckdb")
    asked = (("province", "85", "--by", "age_group"), ("rights", "--area", "850105"))
    known: dict[str, Any] = {}
    for words in (asked[place] for place in order):
        known |= cpms(*words, "--audience", "z", "--store", store, "--format", "json").json
    [levels] = [line for line in known["levels_by"] if line["age_group"] == "0-4"]
    [right] = [line for line in known["by_age_group"] if line["age_group"] == "0-4" and "protection" in line["item"]]
    asked_of = [right["yes"], right["no"], right["unknown"]]
    assert levels["victim"] is None
    assert None in (*asked_of, levels["high_risk"])
