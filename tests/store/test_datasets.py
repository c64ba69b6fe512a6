"""`cpms export dataset` and `cpms score --dataset`: whole partitions, no name in them, and the store's own scores."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cpms_cli import export_dataset, load_survey, merge, score, score_dataset, undo
from cpms_cli.datasets.folder.manifest import hold_dataset, read_manifest
from cpms_cli.errors import CpmsError
from tests.conftest import SAMPLES, Cpms
from tests.store.three_children import PHUKET, RANONG, Base, write_three_children

Y2025, Y2026, PHUKET_2026 = "province=85/round=2025", "province=85/round=2026", "province=83/round=2026"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Two rounds of a village of Ranong."""
    folder = tmp_path_factory.mktemp("dataset")
    files = [
        write_three_children(folder, base, RANONG, 2025, work_hours_week="unknown"),
        write_three_children(folder, base, RANONG, 2026, work_hours_week="12", violence_physical="yes"),
    ]
    merge(files, folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _rows(folder: Path, name: str = "children.parquet") -> pd.DataFrame:
    """All partitions as another program reads them, which takes province and round from the folders."""
    with duckdb.connect() as connection:
        query = f"FROM read_parquet('{folder}/*/*/{name}', hive_partitioning = true) ORDER BY ALL"
        return connection.execute(query).df()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_partition_is_a_folder_of_typed_rows_and_the_manifest_names_it(store: Path, tmp_path: Path) -> None:
    exported = export_dataset(store, tmp_path / "set")
    assert (exported.written, exported.rows) == ((Y2025, Y2026), 6)
    table = pq.read_table(tmp_path / "set" / Y2025 / "children.parquet", partitioning=None)
    types = {name: str(table.schema.field(name).type) for name in ("work_hours_week", "interview_date", "sex", "i13")}
    assert types == {"work_hours_week": "int32", "interview_date": "date32[day]", "sex": "string", "i13": "string"}
    rows = table.to_pandas()
    assert set(rows["interview_date"]) == {datetime.date(2025, 3, 1)}
    unknown = rows[rows["work_hours_week_missing"] == "unknown"]
    assert (len(unknown), unknown["work_hours_week"].isna().all()) == (1, True), "why there is no number is not lost"

    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text("utf-8"))
    assert (manifest["definition"], manifest["detail"]) == (load_survey().digest, "masked")
    assert [(part["province"], part["round"], part["rows"]) for part in manifest["partitions"]] == [
        ("85", 2025, 3),
        ("85", 2026, 3),
    ]
    assert {"name": "sex", "type": "string", "en": "Sex", "th": "เพศ"} in manifest["columns"]


def test_without_identified_no_row_says_who_it_is_and_the_log_says_who_was_shown(store: Path, tmp_path: Path) -> None:
    export_dataset(store, tmp_path / "masked")
    export_dataset(store, tmp_path / "named", identified=True)
    masked, named = _rows(tmp_path / "masked"), _rows(tmp_path / "named")
    hidden = {"given_name", "family_name", "national_id", "household_no", "child_no", "village_code", "interviewer"}
    assert hidden <= set(named.columns)
    assert not hidden & set(masked.columns)
    assert {*masked["birth_date"]} == {"2014-06", "2014"}
    assert {*masked["subdistrict"]} == {RANONG[:6]}
    assert not {*masked["cpms_id"]} & {*named["cpms_id"]}
    assert masked["cpms_id"].nunique() == 3, "a child has one pseudonym in both rounds"
    with duckdb.connect(str(store), read_only=True) as connection:
        shown = connection.execute("SELECT what, children FROM audit").fetchall()
        given = connection.execute("SELECT audience, detail FROM record_release").fetchall()
    assert shown == [("export", 3), ("export", 3)]
    assert given == [("public", "masked"), ("public", "masked")]


def test_a_second_run_writes_nothing_and_one_that_was_cut_short_goes_on(
    store: Path, tmp_path: Path, base: Base
) -> None:
    folder = tmp_path / "set"
    first = export_dataset(store, folder)
    before = _bytes(folder)
    again = export_dataset(store, folder)
    assert (again.written, again.same) == ((), first.written)
    assert _bytes(folder) == before
    # As a kill leaves it: a file half written, one that is not in the manifest yet, one that lost its end.
    (folder / Y2025 / ".cpms-half.parquet").write_bytes(b"PAR1")
    (folder / Y2026 / "children.parquet").write_bytes(before[f"{Y2026}/children.parquet"][:100])
    assert export_dataset(store, folder).written == (Y2026,)
    assert _bytes(folder) == before
    # A corrected file makes its own partition new, and no other.
    correction = tmp_path / "corrected"
    correction.mkdir()
    merge([write_three_children(correction, base, RANONG, 2025, sex="female", tobacco="yes")], store)
    assert export_dataset(store, folder).written == (Y2025,)
    undo(store, 3)
    undo(store, 2)


def test_what_the_store_has_no_more_goes(store: Path, tmp_path: Path, base: Base) -> None:
    folder = tmp_path / "set"
    merge([write_three_children(tmp_path, base, RANONG, 2024)], store)
    export_dataset(store, folder)
    undo(store, 3)
    exported = export_dataset(store, folder)
    assert (exported.removed, exported.rows) == (("province=85/round=2024",), 6)
    assert not (folder / "province=85/round=2024/children.parquet").exists()


def test_several_stores_go_into_one_data_set_where_they_share_a_secret(
    store: Path, tmp_path: Path, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "phuket.duckdb"
    merge([write_three_children(tmp_path, base, PHUKET, 2026)], other)
    export_dataset(store, tmp_path / "set")
    with pytest.raises(CpmsError, match="Set CPMS_PSEUDONYM_KEY to the same secret"):
        export_dataset(other, tmp_path / "set")
    monkeypatch.setenv("CPMS_PSEUDONYM_KEY", "of all provinces")
    export_dataset(store, tmp_path / "country")
    exported = export_dataset(other, tmp_path / "country")
    assert (exported.written, exported.same, exported.rows) == ((PHUKET_2026,), (), 9)
    merge([write_three_children(tmp_path, base, RANONG, 2026)], other)
    before = _bytes(tmp_path / "country")
    with pytest.raises(CpmsError, match=f"{Y2026} came from another store"):
        export_dataset(other, tmp_path / "country")
    assert _bytes(tmp_path / "country") == before


def test_what_does_not_fit_a_data_set_is_refused_and_changes_nothing(
    store: Path, tmp_path: Path, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    export_dataset(store, folder)
    before = _bytes(folder)
    with pytest.raises(CpmsError, match="Leave out --identified"):
        export_dataset(store, folder, identified=True)
    with pytest.raises(CpmsError, match="--audience public"):
        export_dataset(store, folder, audience="university")
    with hold_dataset(folder), pytest.raises(CpmsError, match="another process is writing"):
        export_dataset(store, folder)
    assert _bytes(folder) == before
    with pytest.raises(CpmsError, match="holds something else"):
        export_dataset(store, tmp_path)
    manifest = (folder / "manifest.json").read_text("utf-8")
    (folder / "manifest.json").write_text(manifest.replace(load_survey().digest, "0" * 64), "utf-8")
    with pytest.raises(CpmsError, match=r"another definition \(000000000000\)"):
        export_dataset(store, folder)
    (folder / "manifest.json").write_text(manifest[:100], "utf-8")
    with pytest.raises(CpmsError, match="this manifest cannot be read"):
        export_dataset(store, folder)


@pytest.mark.parametrize(
    ("of_what", "value"),
    [
        ("rows", "many"),
        ("round", 3.5),
        ("province", "../85"),
        ("unasked", 1),
        ("further", None),
        ("path", "../kept.txt"),
        ("path", "/etc/hosts"),
        ("path", "province=85/round=2024/../../../kept.txt"),
        ("path", "../province=85/round=2024/kept.txt"),
    ],
)
def test_a_manifest_that_somebody_changed_is_refused_and_leads_to_no_file_elsewhere(
    store: Path, tmp_path: Path, of_what: str, value: object
) -> None:
    """The store has no rows of a third partition, which would be removed: by the path that the manifest says."""
    folder = tmp_path / "shared" / "set"
    folder.parent.mkdir()
    export_dataset(store, folder)
    kept = folder.parent / "kept.txt"
    kept.write_text("kept")
    document = json.loads((folder / "manifest.json").read_text("utf-8"))
    third = {**document["partitions"][0], "round": 2024, "path": "province=85/round=2024/children.parquet"}
    third |= {"further": {}, of_what: value}
    document["partitions"].append(third)
    (folder / "manifest.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(CpmsError, match="this manifest cannot be read"):
        export_dataset(store, folder)
    assert kept.exists()


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds of the samples: families without consent, blank answers, dates known in part."""
    store = tmp_path_factory.mktemp("sampled") / "s.duckdb"
    merge([SAMPLES / "survey_2567.csv", SAMPLES / "survey_2568.xlsx"], store)
    return store


def _compared(scores: pd.DataFrame, columns: list[str]) -> list[tuple[object, ...]]:
    """Cells of scores by these columns, in an order of their own; lists as text, and every blank alike."""

    def text(cell: Any) -> str | None:
        if isinstance(cell, str) or not hasattr(cell, "__iter__"):
            return None if pd.isna(cell) else str(cell).removesuffix(".0")
        return ";".join(cell)

    texts = scores[columns].astype("object").map(text)
    return sorted(texts.itertuples(index=False, name=None), key=str)


@pytest.mark.parametrize("identified", [True, False])
def test_scores_of_a_data_set_are_those_of_the_store(sampled: Path, tmp_path: Path, identified: bool) -> None:
    export_dataset(sampled, tmp_path / "set", identified=identified)
    scored = score_dataset(tmp_path / "set", tmp_path / "scores", memory="300MB")
    assert scored.rows == len(score(sampled))
    own, expected = _rows(tmp_path / "scores", "scores.parquet"), score(sampled)
    identity = ["village_code", "household_no", "child_no", "cpms_id", "household_id"]
    columns = [name for name in expected if identified or name not in identity]
    assert _compared(own, columns) == _compared(expected, columns)
    assert len(own) > 500
    assert own["level"].nunique() == 5, "every level is there"


def test_scoring_a_data_set_again_passes_over_what_is_scored(store: Path, tmp_path: Path, base: Base) -> None:
    export_dataset(store, tmp_path / "set")
    first = score_dataset(tmp_path / "set", tmp_path / "scores")
    before = _bytes(tmp_path / "scores")
    again = score_dataset(tmp_path / "set", tmp_path / "scores")
    assert (first.written, again.written, again.same) == ((Y2025, Y2026), (), (Y2025, Y2026))
    assert _bytes(tmp_path / "scores") == before
    (tmp_path / "scores" / Y2025 / "scores.parquet").write_bytes(b"PAR1")
    merge([write_three_children(tmp_path, base, RANONG, 2024)], store)
    export_dataset(store, tmp_path / "set")
    assert score_dataset(tmp_path / "set", tmp_path / "scores").written == ("province=85/round=2024", Y2025)
    manifest = read_manifest(tmp_path / "scores")
    assert manifest is not None
    assert (manifest.kind, manifest.rows) == ("scores", 9)


def test_memory_that_is_too_little_is_said_and_nothing_is_left_half_written(sampled: Path, tmp_path: Path) -> None:
    export_dataset(sampled, tmp_path / "set")
    with pytest.raises(CpmsError, match="cannot be scored in 1MB of memory"):
        score_dataset(tmp_path / "set", tmp_path / "scores", memory="1MB")
    assert [path.name for path in (tmp_path / "scores").rglob("*") if path.is_file()] == [".lock"]


def test_half_a_data_set_is_not_scored(store: Path, tmp_path: Path) -> None:
    export_dataset(store, tmp_path / "set")
    (tmp_path / "set" / Y2026 / "children.parquet").unlink()
    with pytest.raises(CpmsError, match=f"{Y2026} is not there, or not as it was written"):
        score_dataset(tmp_path / "set", tmp_path / "scores")
    assert not (tmp_path / "scores").exists()
    with pytest.raises(CpmsError, match="there is no data set"):
        score_dataset(tmp_path, tmp_path / "scores")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("score --dataset {set}", "--dataset goes with -o"),
        ("score --dataset {set} -o {out} --run 1", "--dataset and --run cannot be used together"),
        ("score --dataset {set} -o {out} --memory-limit much", "Write it as 500MB or 2GB"),
        ("score --memory-limit 1GB", "--memory-limit goes with --dataset"),
        ("score --dataset {out} -o {set}", "there is no data set"),
        ("score --dataset {set} -o {set}", "is never written over"),
    ],
)
def test_wrong_use_is_refused_in_a_sentence(
    cpms: Cpms, made: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, words: str, message: str
) -> None:
    folder = made.parent / "refusing"
    if not folder.exists():
        export_dataset(Path(shutil.copy(made, made.parent / "copy.duckdb")), folder)
    ran = cpms(*words.format(set=folder, out=tmp_path / "out").split())
    assert (ran.code, message in ran.err) == (2, True), ran.err


def test_the_commands_say_what_they_did_in_both_languages(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("export", "dataset", tmp_path / "set", "--store", store)
    assert "2 partitions written, 0 left as they were; 6 rows in all" in cpms(*words).out
    assert "nothing is new" in cpms(*words).out
    scoring = ("score", "--dataset", tmp_path / "set", "-o", tmp_path / "scores")
    assert "2 partitions scored, 0 left as they were; 6 child rounds" in cpms(*scoring).out
    assert "ไม่มีข้อมูลใหม่ ทั้ง 2 ส่วนให้คะแนนแล้ว" in cpms(*scoring, "--lang", "th").out
