"""Promise 28: rows without names, put beside everything that the same readers were given before, still hide each child
among k, and each family, where families can be put together.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import child_records, load_survey, merge
from cpms_cli.errors import UsageError
from cpms_cli.store.file import open_store
from tests.conftest import ROUNDS, Cpms, write_drawn

LOOKS = ["subdistrict", "age", "sex", "nationality", "main_language", "members_total"]
K = 5


@pytest.fixture
def store(sample_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample_store, tmp_path / "s.duckdb"))


def _looks(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in frame[[name for name in LOOKS if name in frame]].itertuples(index=False)]


def _rows(store: Path, **asked: Any) -> pd.DataFrame:
    frame: pd.DataFrame = child_records(store, detail="deidentified", k=K, **asked).frame
    return frame


def test_pseudonyms_differ_from_file_to_file_and_from_round_to_round(store: Path) -> None:
    first, two = _rows(store, audience="us"), _rows(store, audience="us")
    assert not set(first["cpms_id"]) & set(two["cpms_id"])
    assert first["cpms_id"].is_unique, "a child of three rounds has three names"


def test_a_second_file_of_the_same_readers_tells_no_child_apart_beside_the_first(store: Path) -> None:
    """They join each row with its own in the other file, since the answers beside are the same ones."""
    key = child_records(store, detail="identified").frame[["cpms_id", "round"]]
    files = [_rows(store, audience="us", round_=2026), _rows(store, audience="us")]
    with open_store(store, load_survey()) as connection:
        given = connection.execute("SELECT number, child, round, looks FROM record_release_row").df()
    assert len(given) == sum(map(len, files))
    joined = given.pivot(index=["child", "round"], columns="number", values="looks").fillna("not in it")
    assert min(Counter(map(tuple, joined.to_numpy())).values()) >= K
    assert len(joined) == len(key)
    # The looks that the store remembers are those of the files, and no others.
    for number, frame in enumerate(files, start=1):
        own_looks = given.loc[given["number"] == number, "looks"].str.rpartition("\x1e")[2]
        assert Counter(own_looks.str.split("\x1f").map(sorted).map(tuple)) == Counter(
            tuple(sorted("" if value == "nan" else value for value in row)) for row in _looks(frame)
        )


def test_a_file_that_would_tell_a_child_apart_beside_the_first_is_refused(cpms: Cpms, store: Path) -> None:
    out = store.with_name("r.csv")
    words = ("export", "records", out, "--deidentified", "--audience", "us", "--store", store)
    assert cpms(*words, "--k", 5).code == 0
    out.unlink()
    ran = cpms(*words, "--k", 40)
    assert (ran.code, out.exists()) == (2, False)
    assert "us has earlier files of these children" in ran.err
    assert cpms(*words[:-3], "others", *words[-2:], "--k", 40).code == 0


@pytest.mark.parametrize("later", ["undone and merged again", "readers typed otherwise"])
def test_earlier_files_count_whatever_children_and_readers_are_called_since(
    cpms: Cpms, first_round_store: Path, tmp_path: Path, later: str
) -> None:
    """Children get other identifiers where their batch is merged anew; the rows, and who has them, are the same."""
    store, out = Path(shutil.copy(first_round_store, tmp_path / "s.duckdb")), tmp_path / "r.csv"
    words = ("export", "records", out, "--deidentified", "--store", store, "--audience")
    assert cpms(*words, "us", "--k", 5).code == 0
    out.unlink()
    if later == "undone and merged again":
        assert cpms("undo", 1, "--store", store).code == 0
        merge([ROUNDS[0]], store)
    ran = cpms(*words, "us" if later == "undone and merged again" else " US\u200b", "--k", 40)
    assert (ran.code, out.exists()) == (2, False)
    assert "has earlier files of these children" in ran.err
    assert cpms(*words, "others", "--k", 40).code == 0


def test_who_is_forgotten_is_remembered_by_no_row(cpms: Cpms, first_round_store: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(first_round_store, tmp_path / "s.duckdb"))
    assert cpms("export", "records", tmp_path / "r.csv", "--audience", "us", "--store", store).code == 0
    child = child_records(store, detail="identified").frame["cpms_id"].iloc[0]
    lines = "SELECT count(*) FROM record_release_line"
    with open_store(store, load_survey()) as connection:
        [(before,)] = connection.execute(lines).fetchall()
    assert cpms("child", "forget", child, "--yes", "--store", store).code == 0
    with open_store(store, load_survey()) as connection:
        assert connection.execute(lines).fetchall() == [(before - 1,)]


def test_in_a_series_a_child_keeps_its_pseudonym_and_k_covers_its_years(cpms: Cpms, store: Path) -> None:
    frames = []
    for year in ("2567:2568", "2569"):
        out = store.with_name(f"{year[-4:]}.csv")
        rounds = () if ":" in year else ("--round", year)
        ran = cpms(
            "export", "records", out, "--k", K, "--series", "cohort", "--audience", "us", *rounds, "--store", store
        )
        assert ran.code == 0, ran.err
        assert "Series cohort: each child has one pseudonym in all its rounds and files" in ran.out
        frames.append(pd.read_csv(out, dtype="str", keep_default_na=False))
    first, second = frames
    assert set(second["cpms_id"]) <= set(first["cpms_id"])
    assert not first["cpms_id"].is_unique
    years: dict[str, list[tuple[object, ...]]] = {}
    for position, frame in enumerate(frames):
        for child, round_, looks in zip(frame["cpms_id"], frame["round"], _looks(frame), strict=True):
            years.setdefault(child, []).append((position, round_, looks))
    assert min(Counter(tuple(sorted(rows)) for rows in years.values()).values()) >= K


def test_a_series_is_for_deidentified_rows(cpms: Cpms, store: Path) -> None:
    ran = cpms("export", "records", store.with_name("r.csv"), "--series", "x", "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert "--series is for --deidentified" in ran.err


def test_the_office_is_told_where_readers_have_finer_rows(cpms: Cpms, store: Path) -> None:
    cpms("export", "records", store.with_name("m.csv"), "--audience", "us", "--store", store)
    ran = cpms("export", "records", store.with_name("d.csv"), "--k", 5, "--audience", "us", "--store", store)
    assert ran.code == 0
    assert "us was given rows before that were not de-identified" in ran.err
    assert "not de-identified" not in ran.out


def _families(base: Mapping[str, Mapping[str, Any]], path: Path, sizes: list[list[str]]) -> Path:
    """Homes with children of these sexes, all of one age, each in a dwelling like the others'."""
    rows = [
        {
            "household_no": str(home_number),
            "child_no": number,
            "sex": sex,
            "birth_date": "2016-01-01",
            "given_name": f"c{home_number}x{number}",
            "members_under_18": len(sexes),
            "members_total": "6",
        }
        for home_number, sexes in enumerate(sizes, start=1)
        for number, sex in enumerate(sexes, start=1)
    ]
    return write_drawn(path, base, rows)


@pytest.mark.parametrize(
    ("alone", "kept"),
    [
        (["female", "male"], True),  # as six others are
        (["female", "female"], False),  # the one home with two girls
        (["female", "male", "male"], False),  # the one home with three children
    ],
)
def test_a_family_that_its_children_tell_apart_is_no_family_in_the_file(
    alone: list[str], kept: bool, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    """Children are alike by the dozen; brothers and sisters, who share all answers of their home, are not. Where a home
    stands alone, its answers are left out, and those of every home with them."""
    path = _families(base, tmp_path / "s.csv", [*([["female", "male"]] * 6), alone])
    merge([path], tmp_path / "s.duckdb")
    records = child_records(tmp_path / "s.duckdb", detail="deidentified", k=K, audience="us")
    assert records.frame["sex"].notna().all()
    assert (records.families is not None) == kept
    assert records.frame["dwelling"].notna().all() == kept
    assert records.frame["i17"].notna().all() == kept, "an indicator of the home tells it as well"
    if kept:
        assert records.families == 7


def test_what_k_does_not_cover_is_said_in_both_languages(cpms: Cpms, store: Path) -> None:
    for lang, words in (("en", "What k does not cover:"), ("th", "สิ่งที่ค่า k ไม่คุ้มครอง")):
        ran = cpms(
            "export",
            "records",
            store.with_name("r.csv"),
            "--k",
            5,
            "--audience",
            lang,
            "--lang",
            lang,
            "--store",
            store,
        )
        assert words in ran.out
        assert re.search(r"brothers and sisters|พี่น้อง", ran.out)


def test_too_few_is_said_as_too_few(store: Path) -> None:
    with pytest.raises(UsageError, match="fewer than"):
        child_records(store, detail="deidentified", k=1000, audience="us")
    misspelt: Any = "Masked"
    with pytest.raises(ValueError, match="identified, masked, deidentified"):
        child_records(store, detail=misspelt)
