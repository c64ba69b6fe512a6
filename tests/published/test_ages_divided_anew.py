"""Promise 15 where two tables divide the ages differently, as before and after a definition is adopted, or by two
groups of one: what lies between two limits is a count of children too."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cpms_cli import merge
from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.cells.age_bands import relations_of_ages
from cpms_cli.disclosure.cells.known_counts import known_counts
from cpms_cli.store.tables.release_tables import Release, ReleasedCell
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw
from tests.definitions import change_file, copy_definition
from tests.survey.adoption.adopting import adopt

# By age how many children there are. The one of 10 does not live with its mother, nor do 12 of the older ones.
AGES = {7: 20, 10: 1, 12: 24}


def test_a_table_by_other_ages_does_not_tell_of_the_one_child_between(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Of 5 to 9 and 10 to 14 all is told; of 5 to 10 nothing can be beside it, or the difference is the child of 10."""
    ages = [age for age, count in AGES.items() for _ in range(count)]
    rows = [
        {
            "child_no": 1,
            "household_no": str(n),
            "birth_date": f"{2569 - age}-01-02",
            "mother_home": "no" if n % 2 else "yes",
        }
        for n, age in enumerate(ages, start=1)
    ]
    store, own = tmp_path / "s.duckdb", copy_definition(tmp_path / "own")
    merge([draw(*rows)], store)
    asked = ("indicator", 5, "--area", "850105", "--by", "age_group", "--audience", "press", "--store", store)
    before = _answers(cpms, *asked)
    change_file(own, "summaries.yaml", "[5, 9], [10, 14]", "[5, 10], [11, 14]")
    adopt(own, store)
    after = _answers(cpms, *asked)
    assert before["5-9"] and before["10-14"]
    for answer in ("yes", "no"):
        for older, newer in (("5-9", "5-10"), ("10-14", "11-14")):
            pair = before[older][answer], after[newer][answer]
            assert None in pair or pair[0] == pair[1], (answer, pair)


def _answers(cpms: Cpms, *asked: object) -> dict[str, dict[str, int | None]]:
    ran = cpms(*asked, "--format", "json")
    assert ran.code == 0, ran.err
    return {row["age_group"]: row for row in ran.json["by_age_group"]}


def _release(counts: dict[str, int]) -> Release[CellId]:
    cells = {CellId.read(f"2026/{name}/i05/yes"): ReleasedCell(count, "shown") for name, count in counts.items()}
    return Release("x", "r", 2026, 5, cells, ())


OLDER = {"850105/age_group=0-4": 10, "850105/age_group=5-9": 20, "850105/age_group=10-14": 30}
NEWER = {"850105/age_group=0-4": 10, "850105/age_group=5-10": 22, "850105/age_group=11-14": 28}


@pytest.mark.parametrize("group", ["age_group", "school_age"])
def test_between_the_limits_of_two_divisions_is_a_count_of_its_own(survey: Survey, group: str) -> None:
    newer = {name.replace("age_group", group): count for name, count in NEWER.items()}
    counts = {CellId.read(f"2026/{name}/i05/yes"): count for name, count in newer.items()}
    relations, cells = relations_of_ages(survey, [_release(OLDER)], counts)
    between = {name: cell.count for name, cell in cells.items()}
    known = {name: cell.count for name, cell in _release(OLDER).cells.items()} | counts | between
    assert all(known[relation.whole] == sum(known[part] for part in relation.parts) for relation in relations)
    assert Counter(cell.count for cell in cells.values())[2] >= 1, "two children are 10"
    assert {CellId.read(str(name)) for name in cells} == {*cells}, "the store reads what it keeps"


def test_tables_that_divide_alike_need_nothing_of_it(survey: Survey) -> None:
    counts = {CellId.read(f"2026/{name}/i05/yes"): count for name, count in OLDER.items()}
    assert relations_of_ages(survey, [_release(OLDER)], counts) == ([], {})


def test_counts_that_changed_between_are_not_taken_for_ages(survey: Survey) -> None:
    """Ten children fewer of 5 to 10 than there were of 5 to 9: nobody can say how many are 10."""
    counts = {
        CellId.read(f"2026/{name}/i05/yes"): count for name, count in (NEWER | {"850105/age_group=5-10": 10}).items()
    }
    relations, cells = relations_of_ages(survey, [_release(OLDER)], counts)
    assert all(cell.count >= 0 for cell in cells.values())
    assert not any("5-9" in str(r.parts[0]) and "5-10" in str(r.whole) and len(r.parts) == 1 for r in relations)


def test_of_groups_that_are_gone_nobody_is_of_a_narrower_one_either() -> None:
    """A table by nationality has no children of Laos now; an older one by nationality and sex had."""
    by_two = {"LA": 6, "MM": 9, "TH": 14}
    older = _release({f"850105/nationality={code}&sex=female": count for code, count in by_two.items()})
    newer = {CellId.read(f"2026/850105/nationality={code}/i05/yes"): by_two[code] for code in ("MM", "TH")}
    groups = [dict(quantity.groups) for quantity in known_counts([older], newer.items())[2026, "850105"]]
    assert {"nationality": "MM", "sex": "female"} in groups
    assert not any(codes["nationality"] == "LA" for codes in groups)
