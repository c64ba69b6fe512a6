"""Writes the CSV of the validation benchmark: `validation_data.py PATH ROWS`; prints how many cells were made bad."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv
from validation_rules import COLUMNS, RULES, plan

from cpms_cli.samples.invented_names import pool
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.opening.loading import load_survey

BAD_SHARE, BLANK_SHARE, SEED = 0.01, 0.03, 2569
Texts = npt.NDArray[np.object_]


def national_ids(rng: np.random.Generator, rows: int) -> Texts:
    """Thirteen digits with the right check digit, by the rule of the Thai civil registration."""
    digits = rng.integers(0, 10, (rows, 12))
    digits[:, 0] = 1
    last = (11 - (digits * np.arange(13, 1, -1)).sum(axis=1) % 11) % 10
    numbers = digits @ (10 ** np.arange(12, 0, -1, dtype=np.int64)) + last
    return np.asarray(numbers.astype(str), dtype=object)


def dates(rng: np.random.Generator, rows: int, first: str, days: int) -> Texts:
    """ISO dates spread over some days."""
    return (np.datetime64(first) + rng.integers(0, days, rows)).astype(str).astype(object)


def constant(field: Field, position: npt.NDArray[np.int64]) -> Texts | None:
    """The columns of the row's key: one village, three children in each household."""
    numbers = {
        "round": np.full_like(position, 2026),
        "village": np.full_like(position, 85010501),
        "household": position // 3,
        "line": position % 3 + 1,
    }
    return numbers[field.role].astype(str).astype(object) if field.role in numbers else None


def column(survey: Survey, field: Field, rng: np.random.Generator, rows: int) -> Texts:
    """Right answers to one question."""
    codes = survey.codes(field)
    limits = field.constraints
    cells = constant(field, np.arange(rows))
    if codes is not None:
        cells = rng.choice(np.array([*codes.by_code, *survey.missing_codes(field)], dtype=object), rows)
    elif field.format == "thai-id":
        cells = national_ids(rng, rows)
    elif field.type == "date":
        cells = dates(rng, rows, "2026-01-01", 300)
    elif field.format == "partial-date":
        cells = dates(rng, rows, "2009-01-01", 6000)
    elif field.type == "integer" and cells is None:
        cells = rng.integers(limits.minimum or 0, (limits.maximum or 9) + 1, rows).astype(str).astype(object)
    elif field.type == "number":
        drawn = rng.uniform(limits.minimum or 0, limits.maximum or 9, rows)
        cells = np.char.mod("%.5f", drawn).astype(object)
    elif field.personal:
        first, last = ([name.thai for name in pool(kind)] for kind in ("th_family_first", "th_family_last"))
        cells = rng.choice(np.array([beginning + two for beginning in first for two in last], dtype=object), rows)
    return np.full(rows, None, dtype=object) if cells is None else cells


def main(path: Path, rows: int) -> None:
    """Write the file."""
    survey = load_survey()
    rng = np.random.default_rng(SEED)
    fields, rules = plan(survey)
    ruled = {rule.field for rule in rules}
    required = set(survey.key("child"))
    table, bad = {}, 0
    for field in fields:
        cells = column(survey, field, rng, rows)
        if field.name not in required:
            cells[rng.random(rows) < BLANK_SHARE] = None
        if field.name in ruled:
            wrong = np.flatnonzero(rng.random(rows) < BAD_SHARE)
            cells[wrong] = np.char.add("?", rng.integers(0, 10_000, len(wrong)).astype(str)).astype(object)
            bad += len(wrong)
        table[field.name] = pa.array(cells, pa.string())
    arrow_csv.write_csv(pa.table(table), path, arrow_csv.WriteOptions(quoting_style="needed"))
    size = round(path.stat().st_size / 1e6)
    print(json.dumps({"rows": rows, "columns": COLUMNS, "rules": RULES, "planted_bad_cells": bad, "file_mb": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
