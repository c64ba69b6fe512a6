"""Given a store of two rounds worked out by hand, indicator, rights, migration, community and province say this."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from rich.cells import cell_len
from stdnum.th.pin import calc_check_digit

from cpms_cli import merge, summarise_migration
from tests.conftest import Cpms

PAK_NAM, KAPOE = "85010501", "85030201"
# a to j: where each child lives in 2025 and 2026, and when it was born. c turns 18; d is not found again; the family of
# e refuses in 2026; f moves to Kapoe; g is born; h migrates in from Myanmar; i and j are seen for the first time.
BORN = {
    "a": "2016-06-01",
    "b": "2018-02-03",
    "c": "2008-06-01",
    "d": "2015-01-20",
    "e": "2017-09-09",
    "f": "2014-04-11",
    "g": "2026-03-01",
    "h": "2012-12-12",
    "i": "2013-07-30",
    "j": "2011-05-05",
}
THEN = {
    "a": (PAK_NAM, 1),
    "b": (PAK_NAM, 1),
    "c": (PAK_NAM, 2),
    "d": (PAK_NAM, 3),
    "e": (PAK_NAM, 4),
    "f": (PAK_NAM, 5),
}
NOW = {
    "a": (PAK_NAM, 1),
    "b": (PAK_NAM, 1),
    "g": (PAK_NAM, 1),
    "e": (PAK_NAM, 4),
    "h": (PAK_NAM, 6),
    "i": (PAK_NAM, 7),
    "f": (KAPOE, 1),
    "j": (KAPOE, 2),
}
ANSWERS: dict[str, dict[str, str]] = {
    "e": {"consent": "no"},
    "f": {"chronic_illness": "unknown"},
    "h": {
        "nationality": "MM",
        "id_document": "none",
        "health_insurance": "none",
        "in_school": "none",
        "arrived_community": "within_12_months",
        "arrived_from": "MM",
        "birth_registered": "unknown",
    },
}


def _rows(base: Mapping[str, Mapping[str, Any]], year: int, homes: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    rows = []
    for letter, (village, home) in homes.items():
        position = list(BORN).index(letter)
        number = f"19999{position:07d}"
        rows.append(
            {
                **base["household"],
                **base["child"],
                "round": year,
                "interview_date": f"{year}-11-15",
                "village_code": village,
                "household_no": home,
                "child_no": position + 1,
                "members_under_18": 1,
                "national_id": number + calc_check_digit(number),
                "given_name": f"ชื่อ{'กขคงจฉชซญฐ'[position] * 3}",
                "birth_date": BORN[letter],
                "sex": "male" if letter == "f" else "female",
                **(ANSWERS.get(letter, {}) if year == 2026 else {}),
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    for year, homes in ((2025, THEN), (2026, NOW)):
        _rows(base, year, homes).to_csv(folder / f"{year}.csv", index=False, encoding="utf-8")
    merge([folder / "2025.csv", folder / "2026.csv"], folder / "s.duckdb")
    return folder / "s.duckdb"


COUNTS = ("yes", "no", "unknown", "not_applicable")


def _counts(row: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(row[name] for name in COUNTS)


def test_an_indicator_in_all_by_groups_and_rounds(cpms: Cpms, store: Path) -> None:
    document = cpms("indicator", "1", "--store", store, "--format", "json").json
    assert (document["number"], document["area"], document["round"], document["previous"]) == (1, None, 2026, 2025)
    assert document["definition"] == "The child's nationality is known and is not Thai."
    # The child whose family refused is there, and nothing is known of it.
    assert _counts(document["total"][0]) == (1, 6, 1, 0)
    assert document["unknown_children"] == 1
    # 1 of 7, or 1 to 2 of 8; Wilson's interval of 1 in 7 is 2.6 to 51.3 %.
    assert [document["total"][0][name] for name in ("share", "lowest", "highest")] == pytest.approx(
        [1 / 7, 1 / 8, 2 / 8]
    )
    assert [document["total"][0][name] for name in ("low", "high")] == pytest.approx([0.0257, 0.5131], abs=1e-4)
    parts = {row["subdistrict"]: (row["subdistrict_label"], *_counts(row)) for row in document["by_subdistrict"]}
    assert parts == {"850105": ("Pak Nam", 1, 4, 1, 0), "850302": ("Kapoe", 0, 2, 0, 0)}
    ages = {row["age_group"]: _counts(row) for row in document["by_age_group"]}
    assert list(ages) == ["0-4", "5-9", "10-14", "15-17", "unknown"]
    assert ages == {
        "0-4": (0, 1, 0, 0),
        "5-9": (0, 1, 0, 0),
        "10-14": (1, 3, 0, 0),
        "15-17": (0, 1, 0, 0),
        "unknown": (0, 0, 1, 0),
    }
    assert [(year["round"], *_counts(year)) for year in document["rounds"]] == [(2025, 0, 6, 0, 0), (2026, 1, 6, 1, 0)]
    assert [child["household_no"] for child in document["children"]] == ["6"]


def test_two_groups_make_a_cross_table(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("indicator", "10", "--by", "subdistrict", "--by", "sex", "--store", store)
    document = cpms(*words, "--format", "json").json
    counts = {
        (row["subdistrict"], row["sex"]): (*_counts(row), row["marked"]) for row in document["by_subdistrict_sex"]
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
    total = {row["item"]: _counts(row) for row in document["total"]}
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


def test_migration_against_the_rest_of_the_province(cpms: Cpms, store: Path) -> None:
    document = cpms("migration", "--area", "85", "--store", store, "--format", "json").json
    measures = {(measure["measure"], measure["area"]): measure for measure in document["measures"]}
    assert len(measures) == 4 * 2
    pak_nam_share = measures["no_thai_nationality", "850105"]
    assert _counts(pak_nam_share) == (1, 4, 1, 0)
    # One of five is surely more than none of the two in the rest of the province.
    assert (pak_nam_share["rest_share"], pak_nam_share["rest_known"], pak_nam_share["level"]) == (0, 2, "high")
    assert pak_nam_share["change"] == pytest.approx(0.2)
    other_share = measures["no_thai_nationality", "850302"]
    assert (other_share["rest_share"], other_share["level"], other_share["change"]) == (
        pytest.approx(0.2),
        "not_high",
        None,
    )
    homes = measures["households_arrived", "850105"]
    assert (homes["of"], *_counts(homes)) == ("household", 0, 3, 1, 0)
    assert [(origin["area"], origin["label"], origin["children"]) for origin in document["origins"]] == [
        ("850105", "Myanmar", 1)
    ]


def test_there_may_be_no_rest_to_compare_with(cpms: Cpms, store: Path) -> None:
    ran = cpms("migration", "--round", "2568", "--store", store)
    assert "no rest to compare with" in ran.out
    assert "who arrived and who left cannot be said" in ran.out
    assert set(summarise_migration(store, round_=2025).measures["level"]) == {"no_rest"}


def test_who_arrived_and_who_left(cpms: Cpms, store: Path) -> None:
    document = cpms("migration", "--store", store, "--format", "json").json
    moved = {area.pop("area"): area for area in document["movement"]}
    assert moved["850105"] == {
        "area_label": "Pak Nam",
        "before": 6,
        "moved_away": 1,
        "reached_18": 1,
        "refused": 1,
        "lost": 1,
        "stayed": 2,
        "moved_here": 0,
        "born": 1,
        "arrived": 1,
        "seen_before": 0,
        "first_seen": 1,
        "children": 5,
    }
    assert moved["850302"] == {
        "area_label": "Kapoe",
        "before": 0,
        "moved_away": 0,
        "reached_18": 0,
        "refused": 0,
        "lost": 0,
        "stayed": 0,
        "moved_here": 1,
        "born": 0,
        "arrived": 0,
        "seen_before": 0,
        "first_seen": 1,
        "children": 2,
    }


def test_migration_by_two_groups_of_children(cpms: Cpms, store: Path) -> None:
    """Each child as it was when it was last seen: f is a boy in Kapoe, h from Myanmar, and of e nothing is told now."""
    document = cpms("migration", "--by", "sex", "--by", "nationality", "--store", store, "--format", "json").json
    measures = {
        (measure["area"], measure["sex"], measure["nationality"]): _counts(measure)
        for measure in document["measures"]
        if measure["measure"] == "no_thai_nationality"
    }
    assert measures == {
        ("850105", "female", "TH"): (0, 4, 0, 0),
        ("850105", "female", "MM"): (1, 0, 0, 0),
        ("850105", "unknown", "unknown"): (0, 0, 1, 0),
        ("850302", "female", "TH"): (0, 1, 0, 0),
        ("850302", "male", "TH"): (0, 1, 0, 0),
    }
    assert {measure["of"] for measure in document["measures"]} == {"child"}
    came = [
        (origin["area"], origin["sex_label"], origin["nationality"], origin["label"], origin["children"])
        for origin in document["origins"]
    ]
    assert came == [("850105", "Female", "MM", "Myanmar", 1)]
    words = ("area_label", "sex_label", "nationality_label")
    moved = {
        (area["area"], area["sex"], area["nationality"]): {
            name: count for name, count in area.items() if count and name not in (*words, "area", "sex", "nationality")
        }
        for area in document["movement"]
    }
    assert moved == {
        ("850105", "female", "TH"): {
            "before": 5,
            "reached_18": 1,
            "refused": 1,
            "lost": 1,
            "stayed": 2,
            "born": 1,
            "first_seen": 1,
            "children": 4,
        },
        ("850105", "female", "MM"): {"arrived": 1, "children": 1},
        ("850105", "male", "TH"): {"before": 1, "moved_away": 1},
        ("850302", "female", "TH"): {"first_seen": 1, "children": 1},
        ("850302", "male", "TH"): {"moved_here": 1, "children": 1},
    }


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


def test_where_children_came_from_is_told_of_each_round(cpms: Cpms, store: Path) -> None:
    words = ("migration", "--rounds", "2568:2569", "--store", store)
    origins = cpms(*words, "--format", "json").json["origins"]
    assert [(entry["round"], entry["area"], entry["label"], entry["children"]) for entry in origins] == [
        (2026, "850105", "Myanmar", 1)
    ]
    assert "Pak Nam 2026 Myanmar 1" in [" ".join(line.split()) for line in cpms(*words).out.splitlines()]


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
    assert "Of 6 children of round 2025, 1 are under 18 and were not seen again anywhere." in out


def test_an_area_has_intervals_bounds_and_marks(cpms: Cpms, store: Path) -> None:
    document = cpms("province", "85", "--by", "subdistrict", "--store", store, "--format", "json").json
    health = next(indicator for indicator in document["indicators"] if indicator["number"] == 10)
    assert (_counts(health), health["lowest"], health["highest"]) == ((0, 6, 2, 0), 0, 0.25)
    assert (health["unknown_share"], health["marked"]) == (0.25, True)
    levels = {area["subdistrict"]: (area["children"], area["at_risk"]) for area in document["levels_by"]}
    assert levels["850105"][0] == 6
    of_subdistrict = next(
        row for row in document["indicators_by"] if (row["subdistrict"], row["item"]) == ("850302", "i10")
    )
    assert (_counts(of_subdistrict), of_subdistrict["marked"]) == ((0, 1, 1, 0), True)
    out = cpms("province", "85", "--by", "subdistrict", "--store", store).out
    assert re.search(r"10 Health challenges.* 0\.0 % !", out)
    assert "! More than 20 % of the answers are unknown" in out


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "10", "--by", "sex", "--by", "nationality"],
        ["rights", "--list", "education"],
        ["migration", "--by", "village", "--by", "district"],
        ["migration", "--by", "sex", "--by", "age_group"],
        ["province", "85", "--by", "sex", "--by", "age_group"],
    ],
)
def test_a_window_of_80_columns_holds_it(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = cpms(*words, "--store", store)
    assert ran.code == 0
    assert max(map(cell_len, ran.out.splitlines())) <= 80
    assert "quality" in ran.out


@pytest.mark.parametrize("words", [["indicator", "1"], ["rights"], ["migration"], ["province", "85", "--by", "sex"]])
def test_thai_shows_no_english_but_codes(cpms: Cpms, store: Path, words: list[str]) -> None:
    out = cpms(*words, "--store", store, "--lang", "th").out
    assert "2569" in out
    codes = {
        "list",
        "identified",
        "rights",
        "xlsx",
        "legal_status",
        "birth_registration",
        "education",
        "health_insurance",
        "protection_services",
        "audience",
    }
    assert {word for word in re.findall(r"[A-Za-z_]{4,}", out) if not word.isupper()} <= codes


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "23"],
        ["indicator", "1", "--by", "shoes"],
        ["indicator", "1", "--area", "840101"],
        ["rights", "--list", "flying"],
        ["rights", "--by", "sex", "--by", "village", "--by", "age_group"],
        ["migration", "--by", "village", "--by", "district", "--by", "sex"],
        ["migration", "--round", "2500"],
        ["community", "850105", "--by", "nothing"],
    ],
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms(*words, "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
