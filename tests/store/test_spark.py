"""`cpms score --dataset --engine spark`: a real Spark gives the cells that DuckDB gives, and says what it lacks."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cpms_cli import export_dataset, score_dataset
from cpms_cli.datasets.folder.manifest import read_manifest
from cpms_cli.datasets.spark_engine import check_spark, transpiled
from cpms_cli.errors import UsageError
from cpms_cli.java import installed_java, installed_pyspark
from tests.conftest import Cpms


def _why_no_spark() -> str:
    java = installed_java()
    if installed_pyspark() is None:
        return "pyspark is not installed (half a gigabyte): pip install -r requirements/spark.txt"
    return "" if java is not None and java.fits else f"no Java that Spark runs on: {java.shown if java else 'none'}"


with_spark = pytest.mark.skipif(bool(_why_no_spark()), reason=_why_no_spark())


@pytest.fixture(scope="module")
def dataset(first_round_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round of the samples: families without consent, blank answers, dates known in part."""
    store = tmp_path_factory.mktemp("spark") / "s.duckdb"
    store.write_bytes(first_round_store.read_bytes())
    export_dataset(store, store.parent / "rows of พังงา")
    return store.parent / "rows of พังงา"


def _cells_alike(expected: Path, own: Path) -> int:
    """How many cells two folders of scores have, which are the same in every row, column and type."""
    manifests = read_manifest(expected), read_manifest(own)
    assert manifests[0] is not None
    assert manifests[1] is not None
    assert manifests[0].columns == manifests[1].columns
    cells = 0
    for partition in manifests[0].partitions:
        for path in (partition.path, *partition.further):
            tables = [pq.read_table(folder / path, partitioning=None) for folder in (expected, own)]
            assert tables[0].schema.equals(tables[1].schema), path
            assert tables[0].to_pylist() == tables[1].to_pylist(), path
            cells += tables[0].num_rows * tables[0].num_columns
    return cells


@with_spark
def test_spark_gives_the_cells_that_duckdb_gives(
    dataset: Path, tmp_path: Path, cpms: Cpms, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For a minute's work Java's second compiler takes more time than it saves; what it runs is the same.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
    score_dataset(dataset, tmp_path / "expected")
    words = ("score", "--dataset", dataset, "-o", tmp_path / "own", "--engine", "spark", "--master", "local[2]")
    ran = cpms(*words)
    assert (ran.code, ran.err.splitlines()[1:]) == (0, []), "what Java says of itself is for nobody"
    assert ran.err.startswith("Next: ")
    assert "1 partition scored" in ran.out
    assert _cells_alike(tmp_path / "expected", tmp_path / "own") > 10_000
    began = time.process_time()
    assert "nothing is new" in cpms(*words).out
    assert time.process_time() - began < 5, "Spark is not even started for what is scored already"
    beside = [".lock", "_figures", "_figures_of_homes", "manifest.json", "province=85"]
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == beside


def test_statements_are_written_in_the_words_of_spark() -> None:
    made, view, query = transpiled("""
        CREATE OR REPLACE TEMP TABLE a AS WITH b AS NOT MATERIALIZED (FROM c) SELECT * EXCLUDE (d) FROM b;
        CREATE OR REPLACE TEMP VIEW e AS SELECT coalesce(f::VARCHAR, '?') AS f FROM a;
        SELECT list_contains(string_split(f, ';'), 'x') FROM e""")
    assert (made.name, made.kept, view.name, view.kept, query.name) == ("a", True, "e", False, None)
    assert made.query == "WITH b AS (SELECT * FROM c) SELECT * EXCEPT (d) FROM b"
    assert view.query == "SELECT COALESCE(CAST(f AS STRING), '?') AS f FROM a"
    assert query.query.startswith("SELECT ARRAY_CONTAINS(SPLIT(f, ")


@pytest.mark.parametrize(
    ("says", "version", "fits"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17, True),
        ('openjdk version "21" 2023-09-19', 21, True),
        ('java version "1.8.0_392"', 8, False),
        ('openjdk version "11.0.25" 2024-10-15', 11, False),
        ("no such thing", None, False),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in the place of Java")
def test_the_version_of_java_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpms: Cpms, says: str, version: int | None, fits: bool
) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    java = installed_java()
    assert java is not None
    assert (java.program, java.version, java.fits) == (str(program), version, fits)
    if not _why_no_spark() and not fits:
        with pytest.raises(UsageError, match=r"does not fit: Spark needs Java 17, 21 or 25"):
            check_spark("local")


def test_doctor_names_the_java_and_what_to_do_without_one(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    signs = {sign["item"]: sign for sign in cpms("doctor", "--format", "json").json["signs"]}
    assert signs["spark"]["found"].startswith("no Java; ")
    pyspark = installed_pyspark()
    expected = ("look", pyspark) if pyspark else ("ok", "pyspark is not installed")
    assert (signs["spark"]["verdict"], expected[1] in signs["spark"]["found"]) == (expected[0], True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--engine sparks", "--engine cannot be sparks. There are: duckdb, spark"),
        ("--master local", "--master goes with --engine spark"),
    ],
)
def test_wrong_use_is_refused(cpms: Cpms, tmp_path: Path, words: str, message: str) -> None:
    ran = cpms("score", "--dataset", tmp_path / "rows", "-o", tmp_path / "out", *words.split())
    assert (ran.code, message in ran.err) == (2, True), ran.err
    alone = cpms("score", *words.split())
    assert (alone.code, "goes with --dataset" in alone.err) == (2, True), alone.err


@pytest.mark.skipif(installed_pyspark() is not None, reason="pyspark is installed")
def test_without_pyspark_it_is_said_how_to_get_it(cpms: Cpms, dataset: Path, tmp_path: Path) -> None:
    ran = cpms("score", "--dataset", dataset, "-o", tmp_path / "out", "--engine", "spark")
    assert (ran.code, "pip install 'cpms-cli[spark]'" in ran.err) == (2, True)
    assert not (tmp_path / "out").exists()


@with_spark
def test_what_spark_lacks_is_said_at_once_and_nothing_is_written(
    cpms: Cpms, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("score", "--dataset", dataset, "-o", tmp_path / "out", "--engine", "spark")
    ran = cpms(*words, "--master", "spark://127.0.0.1:1")
    assert (ran.code, "Nobody answers at spark://127.0.0.1:1" in ran.err) == (2, True), ran.err
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    ran = cpms(*words)
    assert (ran.code, "there is none on this computer" in ran.err) == (2, True), ran.err
    assert not (tmp_path / "out").exists()


@with_spark
def test_a_master_that_is_none_ends_in_a_sentence(cpms: Cpms, dataset: Path, tmp_path: Path) -> None:
    ran = cpms("score", "--dataset", dataset, "-o", tmp_path / "out", "--engine", "spark", "--master", "the big one")
    assert (ran.code, "Spark (the big one) could not do it" in ran.err) == (2, True), ran.err
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == [".lock"]
