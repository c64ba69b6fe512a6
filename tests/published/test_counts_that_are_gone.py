"""Promise 15 where a group or a village that an earlier table had is in the newer one no more, or has another sum: what
is there now is the whole, and hides as the parts of one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.cells.known_counts import known_counts
from cpms_cli.disclosure.cells.nested_areas import nested_relations
from cpms_cli.store.tables.release_tables import Release, ReleasedCell, State
from tests.conftest import Cpms, Draw

PEOPLE = {"TH": 14, "MM": 9, "KH": 4}
GONE = {"LA": 6}


def _rows(nationalities: dict[str, int]) -> list[dict[str, Any]]:
    codes = [code for code, count in nationalities.items() for _ in range(count)]
    return [
        {"nationality": code, "child_no": 1, "household_no": str(number), "mother_home": "yes"}
        for number, code in enumerate(codes, start=1)
    ]


def test_of_the_nationalities_that_are_left_none_can_be_worked_out(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """A file is undone, and merged again without six children of a fourth nationality: the four of Cambodia are not all
    that is missing to the total."""
    store = tmp_path / "s.duckdb"
    asked = ("indicator", 5, "--area", "850105", "--by", "nationality", "--audience", "press")
    merge([draw(*_rows(PEOPLE | GONE))], store)
    assert cpms(*asked, "--store", store).code == 0
    assert cpms("undo", 1, "--store", store).code == 0
    merge([draw(*_rows(PEOPLE))], store)
    given = cpms(*asked, "--store", store, "--format", "json").json
    left = [*given["total"], *given["by_nationality"]]
    assert sum(row["no"] is None for row in left) > 1, left
    assert {row["nationality"] for row in given["by_nationality"]} == {*PEOPLE}


def _release(counts: dict[str, int], state: State = "shown") -> Release[CellId]:
    cells = {CellId.read(name): ReleasedCell(count, state) for name, count in counts.items()}
    return Release("x", "r", 2026, 5, cells, ())


VILLAGES = {"2026/850105/children": 20, "2026/85010501/children": 12, "2026/85010502/children": 8}


@pytest.mark.parametrize("once_more", [False, True])
def test_a_village_where_nobody_lives_now_is_no_part_of_its_subdistrict(once_more: bool) -> None:
    before = _release(VILLAGES | {"2026/850105/children": 27, "2026/85010503/children": 7})
    newer = {CellId.read(name): count for name, count in VILLAGES.items()}
    earlier = [before, _release(VILLAGES)] if once_more else [before]
    known = known_counts(earlier, newer.items())
    assert (2026, "85010503") not in known
    (relation,), rests = nested_relations(known)
    assert [str(part) for part in relation.parts] == ["2026/85010501/children", "2026/85010502/children"]
    assert rests == {}


def test_a_village_of_which_nothing_is_told_now_stays_known() -> None:
    newer = {CellId.read(name): count for name, count in VILLAGES.items() if "02/" not in name}
    assert (2026, "85010502") in known_counts([_release(VILLAGES)], newer.items())


def test_an_older_count_by_one_group_gives_way_to_what_a_newer_table_by_two_adds_up_to() -> None:
    older = _release({"2026/850105/sex=female/children": 9, "2026/850105/sex=male/children": 8})
    by_two = {("MM", "female"): 6, ("TH", "female"): 9, ("TH", "male"): 8}
    newer = {
        CellId.read(f"2026/850105/nationality={code}&sex={sex}/children"): count
        for (code, sex), count in by_two.items()
    }
    counts = known_counts([older], newer.items())[2026, "850105"]
    by_sex = {dict(quantity.groups)["sex"]: count for quantity, count in counts.items() if len(quantity.groups) == 1}
    assert by_sex == {"male": 8}, "girls are 15 now, which the table by both adds up to"
