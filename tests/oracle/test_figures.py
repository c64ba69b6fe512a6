"""The rights and the measures of migration, counted a second time from the survey's text (SURVEY.md): plain loops over
the answers of the sample store's last round, some 300 drawn children in six villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from cpms_cli import summarise_migration, summarise_rights
from tests.oracle.scorer import Row, age_of, is_one_of, not3, score_household, within_age, word

ROUND = "2026"
Z = 1.959963984540054  # the 97.5 % point of the normal distribution, from its table


@dataclass(frozen=True)
class Child:
    home: Row
    own: Row
    groups: dict[str, str]
    rights: dict[str, str]


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    cursor = connection.execute(f"SELECT * FROM current_{table} WHERE round = ?", [ROUND])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _answered(row: Row, field: str) -> str | None:
    cell = row[field]
    return None if cell in (None, "", "unknown", "refused", "not_asked") else cell


def _band(home: Row, child: Row) -> str:
    age = age_of(home, child)
    for first, last in ((0, 4), (5, 9), (10, 14), (15, 17)):
        if age.between(first, last):
            return f"{first}-{last}"
    return "unknown"


def _legal(child: Row) -> str:
    thai, paper = is_one_of(child, "nationality", "TH"), not3(is_one_of(child, "id_document", "none"))
    if thai or paper:
        return "yes"
    return "no" if thai is False and paper is False else "unknown"


def _rights(home: Row, child: Row, level: str, served: str) -> dict[str, str]:
    return {
        "right_legal_status": _legal(child),
        "right_birth_registration": word(not3(is_one_of(child, "birth_registered", "not_registered"))),
        "right_education": within_age(age_of(home, child).between(7, 15), not3(is_one_of(child, "in_school", "none"))),
        "right_health_insurance": word(not3(is_one_of(child, "health_insurance", "none"))),
        "right_protection_services": served if level in ("victim", "high_risk") else "n/a",
    }


def _children(homes: list[Row], members: list[Row]) -> Iterator[Child]:
    for home in homes:
        place = (home["village_code"], home["household_no"])
        own = [child for child in members if (child["village_code"], child["household_no"]) == place]
        for child, scored in zip(own, score_household(home, own), strict=True):
            groups = {
                "village": str(child["village_code"]),
                "sex": _answered(child, "sex") or "unknown",
                "age_group": _band(home, child),
                "nationality": _answered(child, "nationality") or "unknown",
                "registration": _answered(child, "birth_registered") or "unknown",
            }
            yield Child(home, child, groups, _rights(home, child, scored.level, scored.indicators[16]))


@pytest.fixture(scope="module")
def homes(sample_store: Path) -> list[Row]:
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        return _rows(connection, "household")


@pytest.fixture(scope="module")
def children(sample_store: Path, homes: list[Row]) -> list[Child]:
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        children = list(_children(homes, _rows(connection, "child")))
    assert len(children) > 250
    return children


def _counts(answers: Counter[str]) -> tuple[int, int, int, int]:
    return answers["yes"], answers["no"], answers["unknown"], answers["n/a"]


def test_rights_by_group(sample_store: Path, children: list[Child]) -> None:
    summary = summarise_rights(sample_store, area="850105")
    assert list(summary.counted) == ["total", "by_village", "by_sex", "by_age_group", "by_nationality"]
    seen = 0
    for group in ("village", "sex", "age_group", "nationality"):
        for row in summary.counted[f"by_{group}"].to_dict("records"):
            answers = Counter(child.rights[row["item"]] for child in children if child.groups[group] == row[group])
            assert (row["yes"], row["no"], row["unknown"], row["not_applicable"]) == _counts(answers), row
            seen += sum(answers.values())
    assert seen == 4 * 5 * len(children)
    crossed = summarise_rights(sample_store, by=["sex", "age_group"]).counted["by_sex_age_group"]
    for row in crossed.to_dict("records"):
        answers = Counter(
            child.rights[row["item"]]
            for child in children
            if (child.groups["sex"], child.groups["age_group"]) == (row["sex"], row["age_group"])
        )
        assert (row["yes"], row["no"], row["unknown"], row["not_applicable"]) == _counts(answers), row


def test_who_lacks_what(sample_store: Path, children: list[Child]) -> None:
    lacking = summarise_rights(sample_store).lacking
    expected = {str(child.own["cpms_id"]) for child in children if "no" in child.rights.values()}
    assert set(lacking["cpms_id"]) == expected
    uneducated = summarise_rights(sample_store, lacking="education").lacking
    assert set(uneducated["cpms_id"]) == {
        str(child.own["cpms_id"]) for child in children if child.rights["right_education"] == "no"
    }
    assert uneducated["lacks"].str.contains("Education").all()


def _interval(yes: int, known: int) -> tuple[float, float]:
    """The two rates p at which the share seen lies at the edge of what chance allows: (share - p)^2 = z^2 p(1-p)/n."""
    share, weight = yes / known, Z * Z / known
    low, high = sorted(np.roots([1 + weight, -2 * share - weight, share * share]).real)
    return low, high


def test_migration_by_village_and_what_is_high(sample_store: Path, children: list[Child], homes: list[Row]) -> None:
    answers: dict[str, list[tuple[str, str]]] = {
        "no_thai_nationality": [
            (str(child.own["village_code"]), word(not3(is_one_of(child.own, "nationality", "TH"))))
            for child in children
        ],
        "migrated_in": [
            (str(child.own["village_code"]), word(is_one_of(child.own, "arrived_community", "within_12_months")))
            for child in children
        ],
        "parents_away": [
            (str(child.own["village_code"]), word(is_one_of(child.own, "parent_away_work", "mother", "father", "both")))
            for child in children
        ],
        "households_arrived": [
            (str(home["village_code"]), word(is_one_of(home, "arrived", "within_12_months"))) for home in homes
        ],
    }
    measures = summarise_migration(sample_store, area="850105").measures
    assert len(measures) == 4 * 6
    levels = set()
    for row in measures.to_dict("records"):
        answers_of_area = Counter(answer for village, answer in answers[row["measure"]] if village == row["area"])
        rest = Counter(answer for village, answer in answers[row["measure"]] if village != row["area"])
        known, known_rest = answers_of_area["yes"] + answers_of_area["no"], rest["yes"] + rest["no"]
        low, high = _interval(answers_of_area["yes"], known)
        rate = rest["yes"] / known_rest
        assert (row["yes"], row["no"], row["unknown"]) == (
            answers_of_area["yes"],
            answers_of_area["no"],
            answers_of_area["unknown"],
        ), row
        figures = (row["share"], row["low"], row["high"], row["rest_share"])
        assert figures == pytest.approx((answers_of_area["yes"] / known, low, high, rate), abs=1e-9), row
        assert row["level"] == ("high" if low > rate else "not_high"), row
        levels.add(row["level"])
    assert levels == {"high", "not_high"}


def test_migration_by_two_groups_of_children_and_by_two_kinds_of_area(
    sample_store: Path, children: list[Child]
) -> None:
    groups = ("nationality", "registration")
    summary = summarise_migration(sample_store, by=groups)
    keys = Counter(tuple(child.groups[group] for group in groups) for child in children)
    assert Counter(dict.fromkeys(keys, 3)) == Counter(map(tuple, summary.measures[[*groups]].to_numpy().tolist()))
    for row in summary.measures.to_dict("records"):
        own = [child.own for child in children if all(child.groups[group] == row[group] for group in groups)]
        answers = {
            "no_thai_nationality": [not3(is_one_of(child, "nationality", "TH")) for child in own],
            "migrated_in": [is_one_of(child, "arrived_community", "within_12_months") for child in own],
            "parents_away": [is_one_of(child, "parent_away_work", "mother", "father", "both") for child in own],
        }
        answers_of_measure = Counter(map(word, answers[row["measure"]]))
        assert (row["yes"], row["no"], row["unknown"]) == _counts(answers_of_measure)[:3], row
        assert row["level"] == ("no_rest" if answers_of_measure["yes"] + answers_of_measure["no"] else "unknown"), row
    finer, alone = (summarise_migration(sample_store, by=by) for by in (["subdistrict", "village"], ["village"]))
    for name, table in alone.tables.items():
        wider = ["subdistrict", "subdistrict_label"] if "area" in table else []
        pd.testing.assert_frame_equal(finer.tables[name].drop(columns=wider), table)
        assert not wider or set(map(tuple, finer.tables[name][wider].to_numpy())) == {("850105", "Pak Nam")}
