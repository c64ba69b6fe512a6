"""`--dataset` of the commands about an area, and `cpms country`: the cells are those of the same command on the store.

What a data set cannot tell it does not tell: lists of children and how they stand today, without names also villages
and who came or left.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cpms_cli import (
    export_dataset,
    load_survey,
    merge,
    score_dataset,
    summarise_area,
    summarise_country,
    summarise_indicator,
)
from cpms_cli.datasets.asked import Asked, DatasetSource
from cpms_cli.datasets.dataset_workspace import RELEASES, dataset_workspace
from cpms_cli.disclosure.release.audience import hand_on
from cpms_cli.errors import CpmsError
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.summaries.area.indicator import compute_indicator_change, compute_indicator_summary
from cpms_cli.summaries.area.rights import compute_rights_change, compute_rights_summary
from cpms_cli.summaries.migration.area_migration import compute_migration_change, compute_migration_summary
from cpms_cli.summaries.rounds.change import compute_area_change
from cpms_cli.workspace import Workspace
from tests.conftest import SAMPLES, Cpms, write_drawn
from tests.store.three_children import PHUKET, RANONG, Base

LISTS = {"response", "standing", "standing_parts", "children", "lacking"}
SPAN = (2024, 2025)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first two sample rounds: every level, families that moved and that refused, dates known in part; and their
    data sets: `named`, `masked`, and the `scores` of the latter."""
    folder = tmp_path_factory.mktemp("sampled")
    store = folder / "s.duckdb"
    merge([SAMPLES / "survey_2567.csv", SAMPLES / "survey_2568.xlsx"], store)
    export_dataset(store, folder / "named", identified=True)
    export_dataset(store, folder / "masked")
    score_dataset(folder / "masked", folder / "scores")
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Ranong, three children in 2025 and in 2026, one of them a victim in 2026; Phuket, three in 2026; the data set
    `rows` of both."""
    folder = tmp_path_factory.mktemp("two")
    files = [
        _file(folder, base, RANONG, 2025),
        _file(folder, base, RANONG, 2026, violence_physical="yes"),
        _file(folder, base, PHUKET, 2026),
    ]
    merge(files, folder / "s.duckdb")
    export_dataset(folder / "s.duckdb", folder / "rows")
    return folder


def _file(folder: Path, base: Base, village: str, year: int, **answers: object) -> Path:
    """Three children of three houses of a village, the first with these answers."""
    rows = [
        {
            "round": year,
            "interview_date": f"{year}-03-01",
            "village_code": village,
            "household_no": str(number),
            "given_name": f"{name}{village[:2]}",
            "birth_date": f"2014-06-{10 + number}",
            **(answers if number == 1 else {}),
        }
        for number, name in enumerate(("ก้อง", "ข้าว", "ไข่มุก"), start=1)
    ]
    return write_drawn(folder / f"{village}_{year}.csv", base, rows)


def _tables(summary: Any) -> dict[str, pd.DataFrame]:
    return {name: table for name, table in summary.tables.items() if name not in LISTS}


EVERY: dict[str, Any] = {"all_rounds": True, "everywhere": True}
QUESTIONS: dict[str, tuple[dict[str, Any], Callable[[Workspace], Any]]] = {
    "province": ({"area": "85"}, lambda store: compute_area_summary(store, "85")),
    "an earlier round": ({"area": "85", "round": 2024}, lambda store: compute_area_summary(store, "85", round_=2024)),
    "by groups": (
        {"area": "8501", "by": ("sex", "age_group")},
        lambda store: compute_area_summary(store, "8501", by=("sex", "age_group")),
    ),
    "indicator": ({"all_rounds": True}, lambda store: compute_indicator_summary(store, 13)),
    "rights": ({"area": "85", "before": False}, lambda store: compute_rights_summary(store, area="85")),
    "migration": ({"area": "85"}, lambda store: compute_migration_summary(store, area="85")),
    "migration by sex": (
        {"area": "85", "by": ("sex",), "everywhere": True},
        lambda store: compute_migration_summary(store, area="85", by=("sex",)),
    ),
    "change": ({"area": "85", **EVERY}, lambda store: compute_area_change(store, "85", SPAN)),
    "indicator over rounds": (EVERY, lambda store: compute_indicator_change(store, 3, SPAN, by=("sex",))),
    "rights over rounds": (EVERY, lambda store: compute_rights_change(store, SPAN, area="8501")),
    "migration over rounds": (EVERY, lambda store: compute_migration_change(store, SPAN)),
}
OF_VILLAGES: dict[str, tuple[dict[str, Any], Callable[[Workspace], Any]]] = {
    "community": ({"area": "850105"}, lambda store: compute_area_summary(store, "850105")),
    "village": ({"area": "85010501"}, lambda store: compute_area_summary(store, "85010501")),
    "rights by village": (
        {"by": ("village",)},
        lambda store: compute_rights_summary(store, by=("village",)),
    ),
    "migration of a community": ({"area": "850105"}, lambda store: compute_migration_summary(store, area="850105")),
}


def _check_equal(own: Any, expected: Any, *left_out: str) -> None:
    tables = _tables(expected)
    assert list(_tables(own)) == list(tables)
    for name, table in tables.items():
        if name not in left_out:
            pd.testing.assert_frame_equal(_tables(own)[name], table, obj=name)


@pytest.mark.parametrize("name", [*QUESTIONS, *OF_VILLAGES])
def test_with_names_every_cell_is_that_of_the_store(sampled: Path, name: str) -> None:
    asked, compute = {**QUESTIONS, **OF_VILLAGES}[name]
    with Workspace.from_paths(sampled / "s.duckdb") as store:
        expected = compute(store)
    with dataset_workspace(DatasetSource(sampled / "named", None, "500MB"), Asked(**asked)) as workspace:
        _check_equal(compute(workspace), expected)
        assert workspace.worked_out, "no scores stand there"


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_without_names_all_but_who_came_and_left_is_that_of_the_store(sampled: Path, name: str) -> None:
    asked, compute = QUESTIONS[name]
    with Workspace.from_paths(sampled / "s.duckdb") as store:
        expected = compute(store)
    source = DatasetSource(sampled / "masked", sampled / "scores", "500MB")
    with dataset_workspace(source, Asked(**asked)) as workspace:
        own = compute(workspace)
        assert workspace.worked_out == (), "the scores that stand there are read"
    _check_equal(own, expected, "movement", "quality")
    tables = _tables(own)
    if "quality" in tables:
        lost = ["children_before", "children_lost"]
        assert tables["quality"][lost].isna().all(axis=None)
        pd.testing.assert_frame_equal(
            tables["quality"].drop(columns=lost), _tables(expected)["quality"].drop(columns=lost)
        )
    assert "movement" not in tables or tables["movement"].empty


def test_what_an_audience_gets_is_what_the_store_gives_it_also_the_second_time(sampled: Path, tmp_path: Path) -> None:
    """A data set remembers, as a store does, what an audience has."""
    store = shutil.copy(sampled / "s.duckdb", tmp_path / "s.duckdb")
    shutil.copytree(sampled / "named", tmp_path / "named")
    source = DatasetSource(tmp_path / "named", None, "500MB")
    withheld = []
    for by in ((), ("sex",)):
        with Workspace.from_paths(store, writes=True) as workspace:
            expected = hand_on(workspace, compute_area_summary(workspace, "85", by=by), "press")
        with dataset_workspace(source, Asked("85", all_rounds=True, everywhere=True), writes=True) as workspace:
            own = hand_on(workspace, compute_area_summary(workspace, "85", by=by), "press")
        _check_equal(own.summary, expected.summary)
        assert own.notes == expected.notes
        withheld.append(own.withheld)
    assert min(withheld) > 0
    assert (tmp_path / "named" / RELEASES).exists()


def test_scores_that_are_not_of_these_rows_are_not_read(sampled: Path, tmp_path: Path) -> None:
    shutil.copytree(sampled / "scores", tmp_path / "scores")
    figures = tmp_path / "scores/_figures/province=85/round=2025/children.parquet"
    figures.write_bytes(figures.read_bytes()[:-100])
    source = DatasetSource(sampled / "masked", tmp_path / "scores", "500MB")
    with dataset_workspace(source, Asked("85")) as workspace:
        levels = compute_area_summary(workspace, "85").levels
        assert workspace.worked_out == ("province=85/round=2025",)
    pd.testing.assert_frame_equal(levels, summarise_area(sampled / "s.duckdb", "85").levels)
    with pytest.raises(CpmsError, match="there are no scores in this folder"):
        dataset_workspace(DatasetSource(sampled / "masked", sampled / "named", "500MB"), Asked())
    with pytest.raises(CpmsError, match="scores of another data set"):
        dataset_workspace(DatasetSource(sampled / "named", sampled / "scores", "500MB"), Asked())


def test_the_country_table_has_a_row_a_province_and_names_those_without(two: Path) -> None:
    country = summarise_country(two / "rows")
    assert country.provinces[["area", "name", "children", "households", "victim"]].values.tolist() == [
        ["83", "Phuket", 3, 3, 0],
        ["85", "Ranong", 3, 3, 1],
    ]
    assert country.whole[["children", "households", "victim"]].values.tolist() == [[6, 6, 1]]
    violence = country.indicators[country.indicators["number"] == 13]
    assert violence[["area", "yes", "no"]].values.tolist() == [["83", 0, 3], ["85", 1, 2]]
    assert country.total.loc[country.total["number"] == 13, ["yes", "no"]].values.tolist() == [[1, 5]]
    assert (len(country.missing), set(country.missing["why"])) == (75, {"province_without_rows"}), "of 77 provinces"
    before = summarise_country(two / "rows", round_=2025)
    assert before.provinces["area"].tolist() == ["85"]
    phuket = before.missing[before.missing["area"] == "83"]
    assert phuket[["why", "round"]].values.tolist() == [["province_other_round", 2026]]
    of_store = summarise_indicator(two / "s.duckdb", 13, area="85").counted["total"]
    assert violence.iloc[1][["yes", "no", "unknown"]].tolist() == of_store.iloc[0][["yes", "no", "unknown"]].tolist()


def test_provinces_fit_a_window_of_80_columns_a_line_each(
    cpms: Cpms, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = cpms("country", "--dataset", two / "rows", "--lang", "th").out.splitlines()
    assert [line.split() for line in lines if line.split()[:2] in (["ภูเก็ต", "83"], ["ระนอง", "85"])][:2] == [
        ["ภูเก็ต", "83", "3", "3", "0", "0", "0", "0", "3"],
        ["ระนอง", "85", "3", "3", "1", "0", "0", "0", "2"],
    ]


def test_country_is_printed_and_written_in_both_languages(cpms: Cpms, two: Path, tmp_path: Path) -> None:
    ran = cpms("country", "--dataset", two / "rows", "--indicator", "13")
    assert (ran.code, "Round 2026: 2 provinces side by side" in ran.out) == (0, True), ran.err
    # By hand: of the codes 10 to 96, all but 83 and 85.
    assert "75 provinces have no rows in this data set. Their codes: 10–82, 84, 86–96. A workbook (-o)" in ran.out
    assert "To keep them: cpms score --dataset" in ran.err
    thai = cpms("country", "--dataset", two / "rows", "--lang", "th", "--round", "2568")
    assert "เปรียบเทียบ 1 จังหวัด" in thai.out
    assert "จังหวัดภูเก็ต (83) ไม่มีข้อมูลของรอบนี้ รอบล่าสุดคือ 2569" in thai.out
    for ending in (".xlsx", ".json", ".csv"):
        assert cpms("country", "--dataset", two / "rows", "-o", tmp_path / f"c{ending}").code == 0
    document = cpms("country", "--dataset", two / "rows", "--format", "json").json
    assert document["provinces"][1]["victim"] == 1
    shutil.copytree(two / "rows", tmp_path / "rows")
    handed = cpms("country", "--dataset", tmp_path / "rows", "--audience", "press", "--format", "json").json
    assert handed["provinces"][1]["victim"] is None, "one child of Ranong is withheld"
    assert "households" not in handed["provinces"][1]


def test_what_a_data_set_does_not_have_is_left_out_and_said(cpms: Cpms, sampled: Path) -> None:
    document = cpms("community", "850105", "--dataset", sampled / "masked", "--format", "json").json
    assert document["left_out"] == ["response", "standing", "standing_parts"]
    assert not LISTS & set(document)
    ran = cpms("migration", "--dataset", sampled / "masked", "--lang", "th")
    assert "บอกไม่ได้ว่าเด็กคนใดย้ายออกหรือย้ายเข้า" in ran.out
    assert "movement" not in cpms("migration", "--dataset", sampled / "masked", "--format", "json").json


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("community 85010501 --dataset {masked}", "Rows without names know subdistricts and no villages (850105)"),
        ("rights --by village --dataset {masked}", "Rows without names know subdistricts and no villages (village)"),
        ("rights --list education --dataset {masked}", "--list does not go with --dataset"),
        ("indicator 3 --identified --dataset {masked}", "--identified does not go with --dataset"),
        ("community 850105 --dataset {masked} --store s.duckdb", "--dataset and --store cannot be used together"),
        ("community 850105 --scores {masked}", "--scores goes with --dataset"),
        ("community 850105 --dataset {masked} --memory-limit much", "Write it as 500MB or 2GB"),
        ("community 830101 --dataset {masked}", "830101"),
        ("country --dataset {missing}", "there is no data set in this folder"),
        ("country --dataset {masked} --round 2560", "2017"),
    ],
)
def test_wrong_use_is_refused_in_a_sentence(
    cpms: Cpms, sampled: Path, tmp_path: Path, words: str, message: str
) -> None:
    ran = cpms(*words.format(masked=sampled / "masked", missing=tmp_path).split())
    assert (ran.code, message in ran.err) == (2, True), ran.err


def _relabelled(path: Path, **label: str) -> None:
    """Write a file of a partition anew, as if another data set had written it."""
    table = pq.read_table(path, partitioning=None)
    known = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
    other = {f"cpms.{name}": text for name, text in label.items()}
    pq.write_table(table.replace_schema_metadata({**known, **other}), path)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ({"definition": "0" * 64}, "is of another definition than the data set"),
        ({"pseudonyms": "0" * 16}, "are of another series than those of the data set"),
        ({"detail": "identified"}, "tells more or less of children than the data set"),
    ],
)
def test_a_partition_of_another_data_set_is_refused_though_the_manifest_names_it(
    cpms: Cpms, two: Path, tmp_path: Path, label: dict[str, str], message: str
) -> None:
    """Whoever copies a file of another data set here, and writes its digest into the manifest, mixes two of them."""
    folder = Path(shutil.copytree(two / "rows", tmp_path / "rows"))
    path = folder / "province=83/round=2026/children.parquet"
    _relabelled(path, **label)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    from cpms_cli.reading.source import file_digest

    for partition in manifest["partitions"]:
        if partition["province"] == "83":
            partition["sha256"] = file_digest(path)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    for words in (
        ("country", "--dataset", folder),
        ("community", "850105", "--dataset", folder),
        ("score", "--dataset", folder, "-o", tmp_path / "scores"),
    ):
        ran = cpms(*words)
        assert (ran.code, "province=83/round=2026" in ran.err, message in ran.err) == (2, True, True), ran.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_partition_that_the_manifest_does_not_name_is_named_by_country(two: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(two / "rows", tmp_path / "rows"))
    for province, label in (("81", {}), ("82", {"definition": "0" * 64}), ("90", {"pseudonyms": "0" * 16})):
        copied = Path(shutil.copytree(folder / "province=83", folder / f"province={province}"))
        if label:
            _relabelled(copied / "round=2026/children.parquet", **label)
    country = summarise_country(folder)
    assert country.provinces["area"].tolist() == ["83", "85"]
    strange = country.missing[country.missing["why"] != "province_without_rows"]
    assert strange[["area", "why", "round"]].values.tolist() == [
        ["81", "partition_not_named", 2026],
        ["82", "dataset_partition_definition", 2026],
        ["90", "dataset_partition_series", 2026],
    ]


def test_half_a_data_set_is_not_summarised(cpms: Cpms, two: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(two / "rows", tmp_path / "rows"))
    path = folder / "_households/province=85/round=2026/households.parquet"
    content = path.read_bytes()
    path.unlink()
    ran = cpms("country", "--dataset", folder, "-o", tmp_path / "c.xlsx")
    assert (ran.code, "province=85/round=2026 is not there, or not as it was written" in ran.err) == (2, True), ran.err
    path.write_bytes(content[:-9])
    assert cpms("community", "850105", "--dataset", folder).code == 2
    assert not (tmp_path / "c.xlsx").exists()


def test_memory_that_is_too_little_is_said_and_nothing_is_left(cpms: Cpms, sampled: Path) -> None:
    before = sorted(sampled.rglob("*"))
    ran = cpms("province", "85", "--dataset", sampled / "named", "--memory-limit", "1MB")
    assert (ran.code, "in 1MB of memory" in ran.err) == (2, True), ran.err
    assert sorted(sampled.rglob("*")) == before


def test_what_a_killed_run_left_is_removed_by_the_next(two: Path) -> None:
    """Its folder holds answers of children; it is told from one that works just now by the lock that it held."""
    left = two / "rows" / ".cpms_work-left"
    left.mkdir()
    (left / "held").write_bytes(b"")
    (left / "part.parquet").write_bytes(b"PAR1")
    assert load_survey()
    summarise_country(two / "rows")
    assert not left.exists()
    assert not list((two / "rows").glob(".cpms_work-*"))
