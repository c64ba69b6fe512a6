"""Twenty thousand invented children for the two scorers, drawn column by column; codes as the survey's text lists them.

A blank, "unknown", "refused" and "not_asked" stand in every question's place, in some homes hardly ever, in some often;
in half of the homes most answers are harmless, so that no level is left without children.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# The first code of each list is the harmless one.
YES_NO = ("no", "yes")
YES_IS_WELL = ("yes", "no")
DIFFICULTY = ("none", "some", "a_lot", "cannot")
NUMBERS = ("0", "1", "2", "3", "4", "13", "14", "15", "42", "43", "44", "112")
HOUSEHOLD: dict[str, tuple[str, ...]] = {
    "dwelling": ("own", "rented", "employer", "relative", "temporary", "none"),
    "income_enough": ("saves", "enough", "sometimes_short", "often_short"),
    "income_steady": YES_IS_WELL,
    **dict.fromkeys(
        (
            "informal_debt",
            "member_chronic_illness",
            "member_disability",
            "member_mental_health",
            "member_violent",
            "member_hurt",
            "member_law",
            "member_alcohol",
            "member_drugs",
            "member_gambling",
        ),
        YES_NO,
    ),
}
CHILD: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "nationality": ("TH", "MM", "LA", "KH", "other", "stateless"),
    "birth_registered": ("certificate", "registered", "not_registered"),
    "in_school": ("formal", "learning_centre", "non_formal", "none"),
    **dict.fromkeys(("mother_alive", "father_alive", "mother_home", "father_home"), YES_IS_WELL),
    "parent_away_work": ("none", "mother", "father", "both"),
    "carer": ("mother", "father", "grandparent", "relative", "not_relative", "institution", "nobody"),
    "arrived_community": ("born_here", "over_12_months", "within_12_months"),
    "moves_last_12m": NUMBERS[:5],
    **{f"difficulty_{name}": DIFFICULTY for name in ("seeing", "hearing", "walking", "communicating", "learning")},
    "distress": ("never", "few_times_a_year", "monthly", "weekly", "daily"),
    "work_hours_week": NUMBERS,
    "services_received": ("none", "home_visit", "home_visit;cash", "unknown;legal", "none;unknown"),
    **dict.fromkeys(
        (
            "left_alone",
            "needs_unmet",
            "chronic_illness",
            "worked_for_wages",
            "work_hazardous",
            "violent_behaviour",
            "violence_physical",
            "violence_emotional",
            "violence_sexual",
            "exploited",
            "law_conflict",
            "tobacco",
            "alcohol",
            "drugs",
        ),
        YES_NO,
    ),
}
NO_ANSWERS = np.array([None, "unknown", "refused", "not_asked"], dtype=object)
OPEN = (0.0, 0.0, 0.002, 0.02, 0.1, 0.5)
CALM = 0.985
LIMITS = (2, 5, 7, 10, 12, 15, 16, 18)


def _answers(
    rng: np.random.Generator, questions: dict[str, tuple[str, ...]], open_: np.ndarray, calm: np.ndarray
) -> pd.DataFrame:
    rows, columns = len(open_), {}
    for name, codes in questions.items():
        drawn = np.array(codes, dtype=object)[rng.integers(0, len(codes), rows)]
        drawn[calm & (rng.random(rows) < CALM)] = codes[0]
        unanswered = rng.random(rows) < open_
        drawn[unanswered] = NO_ANSWERS[rng.integers(0, len(NO_ANSWERS), int(unanswered.sum()))]
        columns[name] = drawn
    return pd.DataFrame(columns)


def _born(rng: np.random.Generator, day: pd.Series) -> pd.DataFrame:
    """Birth dates to the day, the month or the year, an age instead, both, or neither; many about a birthday that an
    age limit hangs on, and some of whom it is only known that they were born in the year of the interview."""
    rows = len(day)
    visited = pd.to_datetime(day).fillna(pd.Timestamp("2026-06-30"))
    born = visited - pd.to_timedelta(rng.integers(0, 18 * 365 + 4, rows), unit="D")
    years = np.array(LIMITS)[rng.integers(0, len(LIMITS), rows)]
    about = (visited - pd.to_timedelta(np.round(years * 365.2425), unit="D")) + pd.to_timedelta(
        rng.integers(-2, 3, rows), unit="D"
    )
    born = born.where(rng.random(rows) < 0.7, about)
    length = rng.choice([10, 10, 10, 7, 4], rows)
    whole = born.dt.strftime("%Y-%m-%d")
    text = whole.where(length == 10, whole.str[:7].where(length == 7, whole.str[:4])).astype("object")
    kind = rng.random(rows)
    near = (visited.dt.year - born.dt.year + rng.integers(-2, 2, rows)).clip(0, 17)
    age = near.where(rng.random(rows) < 0.5, pd.Series(rng.integers(0, 18, rows))).astype("str").astype("object")
    return pd.DataFrame(
        {
            "birth_date": text.where(kind < 0.85, None),
            "age_years": age.where(kind > 0.7, None).where(kind < 0.97, "unknown"),
        }
    )


def population(seed: int, children: int = 20_000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(households, children): two rounds, a child or more a home; of some homes nothing but the children."""
    rng = np.random.default_rng(seed)
    homes = children // 2
    open_, calm = np.array(OPEN)[rng.integers(0, len(OPEN), homes)], rng.random(homes) < 0.6
    number = np.arange(homes)
    day = pd.Series(pd.to_datetime("2026-01-01") + pd.to_timedelta(rng.integers(0, 365, homes), unit="D"))
    dated = day.dt.strftime("%Y-%m-%d").astype("object")
    leap = rng.random(homes) < 0.02
    dated[leap] = rng.choice(["2024-02-29", "2025-02-28", "2025-03-01"], int(leap.sum()))
    dated[rng.random(homes) < 0.03] = None
    key = pd.DataFrame(
        {
            "round": np.where(number % 2 == 0, "2025", "2026"),
            "village_code": np.array(["85010501", "85010502", "85020101"])[number % 3],
            "household_no": (number // 2).astype("str"),
        }
    )
    households = pd.concat([key, dated.rename("interview_date"), _answers(rng, HOUSEHOLD, open_, calm)], axis=1)
    of = np.sort(np.concatenate([number, rng.integers(0, homes, children - homes)]))
    line = pd.Series(of).groupby(of).cumcount() + 1
    own = _answers(rng, CHILD, open_[of], calm[of])
    rows = pd.concat(
        [
            key.iloc[of].reset_index(drop=True),
            line.astype("str").rename("child_no"),
            own,
            _born(rng, dated.iloc[of].reset_index(drop=True)),
        ],
        axis=1,
    )
    return households[rng.random(homes) > 0.01].reset_index(drop=True), rows
