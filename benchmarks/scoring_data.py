"""Invented answers for the scoring benchmark, drawn column by column: `scoring_data.py FOLDER CHILDREN`.

Writes `child.parquet` and `household.parquet` (canonical text, as a store holds it) and `typed.parquet` (one row per
child with its household's answers, typed, no answer NULL, first and last possible birth day as dates: the baseline's).
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from cpms_cli.survey.model.definition import Field, Survey, Table
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.typed_answers import typed_record

SEED, CHILDREN_A_HOME, VILLAGES = 2569, 2.5, 400
ROW_GROUP = 122_880  # rows, as the engine writes them: a file of one group is read by one thread
OPEN, TROUBLE = 0.03, 0.03  # share of questions without an answer, and of answers other than the commonest


def _dictionary(codes: np.ndarray, texts: list[str | None]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string())).cast(
        pa.string()
    )


def _drawn(survey: Survey, field: Field, rng: np.random.Generator, rows: int) -> pa.Array:
    """Answers to one question: mostly one answer that is common, seldom any other, some none."""
    codes = survey.codes(field)
    common = {"yes_no": "no", "in_school": "formal"}.get(field.codelist or "")
    legal = [code.code for code in codes.codes if code.missing in ("", "exclusive")] if codes else []
    if field.type == "integer":
        legal = [str(number) for number in range(0, (field.constraints.maximum or 12) + 1)]
    if not legal:
        return pa.array([f"x{number % 1000}" for number in range(rows)], pa.string())
    first = legal.index(common) if common in legal else (1 if legal[0] == "yes" else 0)
    if field.name.endswith(("_alive", "_home")) or field.name in ("income_steady", "consent"):
        first = legal.index("yes")
    answers = np.where(rng.random(rows) < TROUBLE, rng.integers(0, len(legal), rows), first)
    none = [None, *survey.missing_codes(field)]
    answers = np.where(rng.random(rows) < OPEN, len(legal) + rng.integers(0, len(none), rows), answers)
    return _dictionary(answers, [*legal, *none])


def _dates(rng: np.random.Generator, rows: int, first: str, days: int, partial: bool) -> pa.Array:
    texts = (np.datetime64(first) + rng.integers(0, days, rows)).astype(str)
    if partial:
        length = rng.choice([10, 10, 10, 10, 10, 10, 10, 10, 7, 4], rows)
        texts = np.where(length == 4, texts.astype("U4"), np.where(length == 7, texts.astype("U7"), texts))
    return pa.array(texts, pa.string(), mask=rng.random(rows) < OPEN)


def _column(survey: Survey, field: Field, rng: np.random.Generator, home: np.ndarray, line: np.ndarray) -> pa.Array:
    homes = int(home.max()) + 1
    keys = {
        "round": 2024 + home % 3,
        "village": 85010000 + (home * VILLAGES // homes) // 8 * 100 + (home * VILLAGES // homes) % 8 + 1,
        "household": home,
        "line": line,
    }
    if field.role in keys:
        return pa.array(keys[field.role].astype(str), pa.string())
    if field.role in ("person", "home"):
        return pa.array(np.char.add("C", np.arange(len(home)).astype(str)), pa.string())
    if field.type == "date":
        return _dates(rng, len(home), "2026-01-01", 300, partial=False)
    if field.format == "partial-date":
        return _dates(rng, len(home), "2009-01-01", 6000, partial=True)
    return _drawn(survey, field, rng, len(home))


def write_data(folder: Path, children: int) -> None:
    """The three files in a folder; some ten seconds for a million children."""
    survey, rng = load_survey(), np.random.default_rng(SEED)
    homes = int(children / CHILDREN_A_HOME)
    of = np.sort(np.concatenate([np.arange(homes), rng.integers(0, homes, children - homes)]))
    line = np.arange(children) - np.searchsorted(of, of) + 1
    tables: dict[Table, tuple[np.ndarray, np.ndarray]] = {
        "household": (np.arange(homes), np.ones(homes, dtype=np.int64)),
        "child": (of, line),
    }
    for table, (home, number) in tables.items():
        columns = {name: _column(survey, survey.fields[name], rng, home, number) for name in survey.columns(table)}
        parquet.write_table(pa.table(columns), folder / f"{table}.parquet", row_group_size=ROW_GROUP)
    record = typed_record(survey, f"'{folder / 'child.parquet'}'", f"'{folder / 'household.parquet'}'")
    unneeded = "age_min, age_max, has_household, has_children"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"COPY (SELECT * EXCLUDE ({unneeded}) FROM ({record})) TO '{folder / 'typed.parquet'}' (FORMAT parquet)"
        )


if __name__ == "__main__":
    write_data(Path(sys.argv[1]), int(sys.argv[2]))
