"""The mistakes people make, put into written cells, each noted so that a test or a trainer can look for it."""

from __future__ import annotations

import random

import pandas as pd

from cpms_cli.survey.model.definition import Table

# field: what is written instead of what was meant, by kind of mistake
_MISTAKES: dict[str, tuple[tuple[str, str], ...]] = {
    "birth_date": (("impossible date", "31/02/2560"), ("no date", "ไม่แน่ชัด")),
    "sex": (("misspelt code", "ชยา"), ("misspelt code", "หญฺ")),
    "work_hours_week": (("out of range", "300"), ("text for a number", "สิบ")),
    "village_code": (("seven digits", "8501050"),),
    "chronic_illness": (("no such answer", "บางที"),),
    "age_years": (("out of range", "45"),),
    "interview_date": (("ten years too late", "15/11/2579"),),
    "income_enough": (("no such answer", "แล้วแต่เดือน"),),
}
_KEYS = ("village_code",)


def make_mistakes(
    frame: pd.DataFrame, table: Table, seed: int, share: float = 0.012
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spoil about `share` of the rows, one cell each: (the frame, a log of what was spoilt).

    The log: table, row (0-based), field, kind, original, written. Cells that are blank are left blank.
    """
    rng = random.Random(seed)  # noqa: S311
    spoilt = frame.copy()
    log: list[dict[str, str | int]] = []
    fields = [name for name in _MISTAKES if name in frame]
    rows = rng.sample(range(len(frame)), min(len(frame), max(len(fields), round(len(frame) * share))))
    for position, row in enumerate(rows):
        name = fields[position % len(fields)]
        column = frame.columns.get_loc(name)
        assert isinstance(column, int)
        original = frame.iat[row, column]
        if not isinstance(original, str):
            continue
        kind, written = rng.choice(_MISTAKES[name])
        spoilt.iat[row, column] = written
        log.append({"table": table, "row": row, "field": name, "kind": kind, "original": original, "written": written})
    _wrong_check_digit(frame, spoilt, table, rng, log)
    return spoilt, pd.DataFrame(log, columns=["table", "row", "field", "kind", "original", "written"])


def _wrong_check_digit(
    frame: pd.DataFrame, spoilt: pd.DataFrame, table: Table, rng: random.Random, log: list[dict[str, str | int]]
) -> None:
    if "national_id" not in frame:
        return
    numbered = [row for row, value in enumerate(frame["national_id"]) if isinstance(value, str)]
    column = frame.columns.get_loc("national_id")
    assert isinstance(column, int)
    for row in rng.sample(numbered, min(2, len(numbered))):
        original = str(frame.iat[row, column])
        written = original[:-1] + str((int(original[-1]) + 1) % 10)
        spoilt.iat[row, column] = written
        log.append(
            {
                "table": table,
                "row": row,
                "field": "national_id",
                "kind": "wrong check digit",
                "original": original,
                "written": written,
            }
        )
