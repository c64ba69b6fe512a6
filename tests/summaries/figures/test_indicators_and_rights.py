"""Given a store of two rounds worked out by hand, `indicator`, `rights`, `community` and `province` say this."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.conftest import Cpms
from tests.summaries.figures.two_rounds import KAPOE, PAK_NAM, counts_of


def test_an_indicator_in_all_by_groups_and_rounds(cpms: Cpms, store: Path) -> None:
    document = cpms("indicator", "1", "--store", store, "--format", "json").json
    assert (document["number"], document["area"], document["round"], document["previous"]) == (1, None, 2026, 2025)
    assert document["definition"] == "The child's nationality is known and is not Thai."
    # The child whose family refused is there, and nothing is known of it.
    assert counts_of(document["total"][0]) == (1, 6, 1, 0)
    assert document["unknown_children"] == 1
    # 1 of 7, or 1 to 2 of 8; Wilson's interval of 1 in 7 is 2.6 to 51.3 %.
    assert [document["total"][0][name] for name in ("share", "lowest", "highest")] == pytest.approx(
        [1 / 7, 1 / 8, 2 / 8]
    )
    assert [document["total"][0][name] for name in ("low", "high")] == pytest.approx([0.0257, 0.5131], abs=1e-4)
    parts = {row["subdistrict"]: (row["subdistrict_label"], *counts_of(row)) for row in document["by_subdistrict"]}
    assert parts == {"850105": ("Pak Nam", 1, 4, 1, 0), "850302": ("Kapoe", 0, 2, 0, 0)}
    ages = {row["age_group"]: counts_of(row) for row in document["by_age_group"]}
    assert list(ages) == ["0-4", "5-9", "10-14", "15-17", "unknown"]
    assert ages == {
        "0-4": (0, 1, 0, 0),
        "5-9": (0, 1, 0, 0),
        "10-14": (1, 3, 0, 0),
        "15-17": (0, 1, 0, 0),
        "unknown": (0, 0, 1, 0),
    }
    assert [(year["round"], *counts_of(year)) for year in document["rounds"]] == [
        (2025, 0, 6, 0, 0),
        (2026, 1, 6, 1, 0),
    ]
    assert [child["household_no"] for child in document["children"]] == ["6"]


def test_two_groups_make_a_cross_table(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("indicator", "10", "--by", "subdistrict", "--by", "sex", "--store", store)
    document = cpms(*words, "--format", "json").json
    counts = {
        (row["subdistrict"], row["sex"]): (*counts_of(row), row["marked"]) for row in document["by_subdistrict_sex"]
    }
    assert counts == {
        ("850105", "female"): (0, 5, 0, 0, False),
        ("850105", "unknown"): (0, 0, 1, 0, True),
        ("850302", "female"): (0, 1, 0, 0, False),
        ("850302", "male"): (0, 0, 1, 0, True),
    }
    assert "by_sex" not in document
    assert cpms(*words, "-o", tmp_path / "i.xlsx").code == 0
    sheets = pd.read_excel(tmp_path / "i.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["Total", "By Subdistrict, Sex", "Rounds", "Quality of the data", "Children", "Notes"]
    lines = cpms(*words, "--format", "csv").out.splitlines()
    assert lines[0].startswith("table,code,group,item,label,yes,no,unknown,not_applicable,not_asked,share")
    assert "by_subdistrict_sex,850302 / male,Kapoe / Male,i10" in lines[-3]


def test_rights_and_who_lacks_them(cpms: Cpms, store: Path) -> None:
    document = cpms("rights", "--store", store, "--format", "json").json
    total = {row["item"]: counts_of(row) for row in document["total"]}
    assert total == {
        "right_legal_status": (6, 1, 1, 0),
        "right_birth_registration": (6, 0, 2, 0),
        # g is too young for school; j is 15; of e no age is known.
        "right_education": (5, 1, 1, 1),
        "right_health_insurance": (6, 1, 1, 0),
        "right_protection_services": (0, 0, 0, 8),
    }
    assert [(child["household_no"], child["lacks"], child["not_known"]) for child in document["lacking"]] == [
        ("6", "Nationality or legal document; Education; Health insurance", "Birth registration")
    ]
    assert [row["nationality"] for row in document["by_nationality"]][::5] == ["TH", "MM", "unknown"]
    listed = cpms("rights", "--list", "birth_registration", "--store", store, "--format", "json").json
    assert listed["lacking"] == []


def test_names_are_hidden_and_showing_them_is_logged(cpms: Cpms, store: Path) -> None:
    for words in (("indicator", "1"), ("rights", "--list", "education")):
        assert "ชื่อ" not in cpms(*words, "--store", store).out
        assert "ชื่อซซซ" in cpms(*words, "--store", store, "--identified").out
    with duckdb.connect(str(store), read_only=True) as connection:
        logged = connection.execute("SELECT what, children FROM audit ORDER BY shown_at").fetchall()
    assert logged == [("indicator", 1), ("rights", 1)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_kinds_of_area_the_finer_are_the_parts(cpms: Cpms, store: Path, tmp_path: Path, order: int) -> None:
    by = [word for kind in ("district", "village")[::order] for word in ("--by", kind)]
    document = cpms("migration", *by, "--store", store, "--format", "json", "-o", tmp_path / "m.xlsx").json
    names = ("area", "area_label", "district", "district_label")
    places = {tuple(entry[name] for name in names) for name in ("measures", "movement") for entry in document[name]}
    pak_nam = (PAK_NAM, "Pak Nam, moo 1", "8501", "Mueang Ranong")
    assert places == {pak_nam, (KAPOE, "Kapoe, moo 1", "8503", "Kapoe")}
    assert [(*(origin[name] for name in names), origin["children"]) for origin in document["origins"]] == [
        (*pak_nam, 1)
    ]
    assert {measure["of"] for measure in document["measures"]} == {"child", "household"}
    sheets = pd.read_excel(tmp_path / "m.xlsx", sheet_name=["Where from", "Who came and left"], engine="openpyxl")
    assert all("District" in sheet for sheet in sheets.values())
    lines = [" ".join(line.split()) for line in cpms("migration", *by, "--store", store).out.splitlines()]
    assert "Pak Nam, moo 1 Mueang Ranong Myanmar 1" in lines


@pytest.mark.parametrize("words", [["indicator", "1"], ["rights"], ["migration"], ["community"]])
def test_quality_stands_beside_every_figure(cpms: Cpms, store: Path, words: list[str]) -> None:
    words = [*words, "850105"] if words == ["community"] else [*words, "--area", "850105"]
    quality = cpms(*words, "--store", store, "--format", "json").json["quality"][0]
    # Visited 1, 4, 6 and 7; 2 and 3 were not; 5 moved to Kapoe with its child.
    assert [quality[name] for name in ("households_known", "households_visited", "households_refused")] == [6, 4, 1]
    assert quality["coverage"] == pytest.approx(4 / 6)
    assert (quality["children_before"], quality["children_lost"]) == (6, 1)


def test_quality_is_said_in_words(cpms: Cpms, store: Path) -> None:
    out = " ".join(cpms("rights", "--area", "850105", "--store", store).out.split())
    assert "4 of 6 known households visited (66.7 %), 1 of them did not consent" in out
    assert "Of 6 children of round 2025, 1 is under 18 and was not seen again anywhere." in out


def test_an_area_has_intervals_bounds_and_marks(cpms: Cpms, store: Path) -> None:
    document = cpms("province", "85", "--by", "subdistrict", "--store", store, "--format", "json").json
    health = next(indicator for indicator in document["indicators"] if indicator["number"] == 10)
    assert (counts_of(health), health["lowest"], health["highest"]) == ((0, 6, 2, 0), 0, 0.25)
    assert (health["unknown_share"], health["marked"]) == (0.25, True)
    levels = {area["subdistrict"]: (area["children"], area["at_risk"]) for area in document["levels_by"]}
    assert levels["850105"][0] == 6
    of_subdistrict = next(
        row for row in document["indicators_by"] if (row["subdistrict"], row["item"]) == ("850302", "i10")
    )
    assert (counts_of(of_subdistrict), of_subdistrict["marked"]) == ((0, 1, 1, 0), True)
    out = cpms("province", "85", "--by", "subdistrict", "--store", store).out
    assert re.search(r"10 Health challenges.* 0\.0 % !", out)
    assert "! More than 20 % of the answers are unknown" in out
