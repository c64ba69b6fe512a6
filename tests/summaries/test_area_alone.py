"""A question about an area costs what it asks for: only the rows that bear on the area are read and scored.

The store of these tests has three subdistricts. In 2025 a girl who was hurt lived in 850105, with a brother; in 2026
their home is in 850201, and nobody asked whether she is still hurt. Everybody else stayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import list_children, merge, plan_visits
from cpms_cli.store.tables.area_asked import area_read
from cpms_cli.summaries.area.area_figures import area_figures
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.workspace import Workspace
from tests.conftest import Cpms, MakeOnce, write_drawn

BEFORE, NOW, ELSEWHERE = "85010501", "85020101", "85030101"
GIRL = {"given_name": "มานี", "national_id": "1999900000013", "child_no": 1, "birth_date": "2015-03-05"}
BROTHER = {"given_name": "ปิติ", "national_id": "1999900000021", "child_no": 2, "birth_date": "2012-08-09"}
NEIGHBOURS: list[dict[str, Any]] = [
    {"village_code": village, "household_no": house} for village in (BEFORE, NOW, ELSEWHERE) for house in (1, 2)
]
HURT = 13
"""The number of the indicator of violence."""
FIRST, SECOND = "850105", "850201"


@pytest.fixture
def store(once: MakeOnce, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """The store described above."""

    def make(path: Path) -> None:
        of_2025 = [
            *NEIGHBOURS,
            {**GIRL, "village_code": BEFORE, "household_no": 7, "violence_physical": "yes"},
            {**BROTHER, "village_code": BEFORE, "household_no": 7},
        ]
        of_2026 = [
            *NEIGHBOURS,
            {**GIRL, "village_code": NOW, "household_no": 9, "violence_physical": None},
            {**BROTHER, "village_code": NOW, "household_no": 9, "violence_physical": None},
        ]
        rounds = {2025: of_2025, 2026: of_2026}
        merge(
            [
                write_drawn(
                    path.parent / f"{year}.csv",
                    base,
                    [{**row, "round": year, "interview_date": f"{year}-03-01"} for row in rows],
                )
                for year, rows in rounds.items()
            ],
            path,
        )

    return once(make)


def _rows(workspace: Workspace) -> list[tuple[int, str, str, str]]:
    """Round, village, house and line of the children whose rows are read."""
    rows = workspace.connection.execute(
        "SELECT round, village_code, household_no, child_no FROM current_child"
    ).fetchall()
    return sorted((int(row[0]), *map(str, row[1:])) for row in rows)  # type: ignore[misc]


def test_who_moved_here_stands_at_the_level_that_another_area_gave(cpms: Cpms, store: Path) -> None:
    listed = cpms("children", "--area", SECOND, "--store", store, "--format", "json").json["children"]
    # The brother is at high risk by the home of 2025, where his sister was hurt.
    stands = [(child["household_no"], child["child_no"], child["level"], child["since"]) for child in listed]
    assert stands[:2] == [("9", 1, "victim", 2025), ("9", 2, "high_risk", 2025)]
    assert sorted(child[0] for child in stands[2:]) == ["1", "2"]
    due = cpms("response", "due", "--area", SECOND, "--store", store, "--format", "json").json["due"]
    assert [(child["household_no"], child["since"]) for child in due] == [("9", 2025), ("9", 2025)]
    left = cpms("children", "--area", FIRST, "--store", store, "--format", "json").json["children"]
    assert sorted(child["household_no"] for child in left) == ["1", "2"]


def test_only_rows_that_bear_on_the_area_are_read(store: Path) -> None:
    own = {(year, NOW, house) for year in (2025, 2026) for house in ("1", "2")}
    with Workspace.from_paths(store).of_area(SECOND) as workspace:
        # The home of 2025 is known to be the same, so that all of its village is read: did the family refuse there?
        assert area_read(workspace.connection) == SECOND
        places = {(year, village, house) for year, village, house, _ in _rows(workspace)}
    assert places == own | {(2025, BEFORE, "7"), (2026, NOW, "9")}


def _read(workspace: Workspace) -> list[tuple[Any, ...]]:
    """The whole rows of children and homes that are read."""
    tables = ("current_child", "current_household")
    return [row for view in tables for row in workspace.connection.execute(f"FROM {view} ORDER BY ALL").fetchall()]


def test_rows_are_read_where_they_stand_or_copied_where_the_store_may_be_written(store: Path) -> None:
    with Workspace.from_paths(store).of_area(SECOND) as workspace:
        read = _read(workspace)
        made = workspace.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert ("child_near",) in made
    assert ("child_copied",) not in made
    with Workspace.from_paths(store, writes=True).of_area(SECOND) as workspace:
        assert _read(workspace) == read
        # Whatever becomes of the stored rows meanwhile, no row stands for another's.
        workspace.connection.execute("BEGIN; DELETE FROM child_observation; DELETE FROM household_observation")
        assert _read(workspace) == read


def test_of_a_village_its_whole_subdistrict_is_read(store: Path) -> None:
    with Workspace.from_paths(store).of_area(ELSEWHERE) as workspace:
        assert area_read(workspace.connection) == ELSEWHERE[:6]
        assert {row[1] for row in _rows(workspace)} == {ELSEWHERE}


def test_an_area_that_is_most_of_the_store_is_read_with_all_the_rest(store: Path) -> None:
    with Workspace.from_paths(store).of_area("85") as workspace:
        assert area_read(workspace.connection) is None
        assert len(_rows(workspace)) == 16


def test_a_province_is_compared_with_one_round_of_the_rest(
    tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    """One child of two in Ranong is hurt. Of the four in the rest of the store one is; the year before, all were."""
    hurt, well = ({"violence_physical": answer} for answer in ("yes", "no"))
    ranong, rest = {"village_code": BEFORE}, {"village_code": "86010101"}
    of_2025: list[dict[str, Any]] = [*({**rest, "household_no": house, **hurt} for house in (1, 2, 3, 4))]
    of_2026: list[dict[str, Any]] = [
        {**ranong, "household_no": 1, **hurt},
        {**ranong, "household_no": 2, **well},
        {**rest, "household_no": 1, **hurt},
        *({**rest, "household_no": house, **well} for house in (2, 3, 4)),
    ]
    for year, rows in ((2025, of_2025), (2026, of_2026)):
        dated = [{**row, "round": year, "interview_date": f"{year}-03-01"} for row in rows]
        merge([write_drawn(tmp_path / f"{year}.csv", base, dated)], tmp_path / "s.duckdb")
    with Workspace.from_paths(tmp_path / "s.duckdb").of_area("85") as workspace:
        assert area_read(workspace.connection) == "85"
        assert {row[1] for row in _rows(workspace)} == {BEFORE}
        figures = area_figures(workspace, "85")
    assert figures.wider is not None
    [violence] = figures.indicators[figures.indicators["number"] == HURT].to_dict("records")
    counts = ("yes", "no", "around_yes", "around_no")
    assert [violence[name] for name in counts] == [1, 1, 2, 4], "around are all, the province among them"
    assert violence["around"] == pytest.approx(1 / 4)


def test_a_subdistrict_alone_is_compared_with_the_rest_of_its_province(
    tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    """One child of two in the subdistrict is hurt, of the three in the rest of the province one is. That all in another
    province are says nothing of it."""
    hurt, well = ({"violence_physical": answer} for answer in ("yes", "no"))
    rows: list[dict[str, Any]] = [
        {"village_code": NOW, "household_no": 1, **hurt},
        {"village_code": NOW, "household_no": 2, **well},
        {"village_code": ELSEWHERE, "household_no": 1, **hurt},
        *({"village_code": ELSEWHERE, "household_no": house, **well} for house in (2, 3)),
        *({"village_code": "86010101", "household_no": house, **hurt} for house in (1, 2, 3)),
    ]
    dated = [{**row, "round": 2026, "interview_date": "2026-03-01"} for row in rows]
    merge([write_drawn(tmp_path / "2026.csv", base, dated)], tmp_path / "s.duckdb")
    with Workspace.from_paths(tmp_path / "s.duckdb").of_area(SECOND) as workspace:
        assert {row[1] for row in _rows(workspace)} == {NOW}
        figures = area_figures(workspace, SECOND)
    assert figures.wider is not None and figures.wider.code == "85"
    [violence] = figures.indicators[figures.indicators["number"] == HURT].to_dict("records")
    counts = ("yes", "no", "around_yes", "around_no")
    assert [violence[name] for name in counts] == [1, 1, 2, 3], "around is the province, the subdistrict among it"
    assert violence["around"] == pytest.approx(1 / 3)


def test_nothing_is_said_of_an_area_whose_rows_are_not_read(store: Path) -> None:
    with Workspace.from_paths(store).of_area(SECOND) as workspace, pytest.raises(RuntimeError, match=FIRST):
        compute_area_summary(workspace, FIRST)


def test_an_area_without_children_is_refused_as_ever(cpms: Cpms, store: Path) -> None:
    for words in (["community", "850106"], ["visits", "--area", "850106"], ["today", "--area", "850106"]):
        ran = cpms(*words, "--store", store)
        assert (ran.code, "850106: the store has no children of this area" in ran.err) == (2, True), words
    assert "999999" in cpms("community", "999999", "--store", store).err


def test_an_encrypted_store_and_names_that_are_shown(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = [list_children(store, area=SECOND), plan_visits(store, area=SECOND)]
    monkeypatch.setenv("CPMS_KEY", "a long key of nobody")
    assert cpms("store", "encrypt", "--store", store).code == 0
    assert [frame.to_csv() for frame in plain] == [
        frame.to_csv() for frame in (list_children(store, area=SECOND), plan_visits(store, area=SECOND))
    ]
    ran = cpms("children", "--area", SECOND, "--store", store, "--identified", "--format", "csv")
    assert "มานี" in ran.out
    assert "children" in cpms("store", "audit", "--store", store).out
