"""Given a store of two rounds worked out by hand, `migration` says this."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import summarise_migration
from tests.conftest import Cpms
from tests.summaries.figures.two_rounds import counts_of


def test_migration_against_the_rest_of_the_province(cpms: Cpms, store: Path) -> None:
    document = cpms("migration", "--area", "85", "--store", store, "--format", "json").json
    measures = {(measure["measure"], measure["area"]): measure for measure in document["measures"]}
    assert len(measures) == 4 * 2
    pak_nam_share = measures["no_thai_nationality", "850105"]
    assert counts_of(pak_nam_share) == (1, 4, 1, 0)
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
    assert (homes["of"], *counts_of(homes)) == ("household", 0, 3, 1, 0)
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
        (measure["area"], measure["sex"], measure["nationality"]): counts_of(measure)
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


def test_where_children_came_from_is_told_of_each_round(cpms: Cpms, store: Path) -> None:
    words = ("migration", "--rounds", "2568:2569", "--store", store)
    origins = cpms(*words, "--format", "json").json["origins"]
    assert [(entry["round"], entry["area"], entry["label"], entry["children"]) for entry in origins] == [
        (2026, "850105", "Myanmar", 1)
    ]
    assert "Pak Nam 2026 Myanmar 1" in [" ".join(line.split()) for line in cpms(*words).out.splitlines()]
