"""Invented households for the two scorers: canonical answers drawn from the definition's code lists and limits."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from cpms_cli.survey.model.definition import Field, Survey

Row = dict[str, str | None]
NO_ANSWERS = (None, "unknown", "refused", "not_asked")
INTERVIEW = datetime.date(2026, 11, 15)


@dataclass(frozen=True)
class Home:
    """One household and its children."""

    household: Row
    children: list[Row]


def answer(survey: Survey, field: Field, rng: random.Random, open_share: float) -> str | None:
    """One answer to a question; with `open_share`, none."""
    if rng.random() < open_share:
        return rng.choice(NO_ANSWERS)
    codes = survey.codes(field)
    if codes is not None:
        legal = [entry.code for entry in codes.codes if entry.missing in ("", "exclusive")]
        if not field.many:
            return rng.choice(legal)
        chosen = rng.sample(legal, rng.choice([1, 1, 2]))
        alone = [entry.code for entry in codes.codes if entry.missing == "exclusive" and entry.code in chosen]
        return (alone or [";".join(chosen)])[0]
    if field.type == "integer":
        # Small numbers matter most to the rules; the limit itself must occur as well.
        return str(rng.choice([0, 1, 2, 3, 4, 13, 14, 15, 42, 43, 44, field.constraints.maximum or 50]))
    return None


def birth(rng: random.Random) -> Row:
    """A birth date known to the day, the month or the year, or an age, or both, or nothing."""
    born = INTERVIEW - datetime.timedelta(days=rng.randrange(0, 18 * 365 + 4))
    if rng.random() < 0.2:
        # On, just before and just after a birthday that an age limit hangs on.
        years = rng.choice([2, 5, 7, 10, 12, 15, 16])
        born = INTERVIEW.replace(year=INTERVIEW.year - years) + datetime.timedelta(days=rng.choice([-1, 0, 1]))
    text = rng.choice([born.isoformat()] * 3 + [born.isoformat()[:7], born.isoformat()[:4]])
    kind = rng.random()
    if kind < 0.65:
        return {"birth_date": text, "age_years": None}
    if kind < 0.8:
        stated = INTERVIEW.year - born.year + rng.randrange(-2, 2)
        return {"birth_date": text, "age_years": str(max(0, min(17, stated)))}
    return {"birth_date": None, "age_years": str(rng.randrange(18)) if kind < 0.95 else None}


def home(survey: Survey, rng: random.Random, number: int) -> Home:
    """One household of one to four children; some homes leave many questions open, some none."""
    open_share = rng.choice([0.0, 0.02, 0.02, 0.1, 0.4])
    calm = rng.random() < 0.5
    household = row(survey, survey.household.fields, rng, open_share, calm)
    key = {"round": "2026", "village_code": "85010501", "household_no": str(number)}
    dated = INTERVIEW.isoformat() if rng.random() > 0.05 else None
    household |= key | {"interview_date": dated, "household_id": None}
    children = [
        row(survey, survey.child.fields, rng, open_share, calm)
        | key
        | {"child_no": str(line), "cpms_id": None}
        | birth(rng)
        for line in range(1, rng.choice([1, 1, 2, 3, 4]) + 1)
    ]
    return Home(household, children)


def row(survey: Survey, fields: tuple[Field, ...], rng: random.Random, open_share: float, calm: bool) -> Row:
    """Answers to all questions of one table; in a calm home nearly all of them are harmless."""
    harmless = {
        "nationality": "TH",
        "birth_registered": "certificate",
        "in_school": "formal",
        "mother_alive": "yes",
        "father_alive": "yes",
        "mother_home": "yes",
        "father_home": "yes",
        "parent_away_work": "none",
        "carer": "mother",
        "arrived_community": "born_here",
        "distress": "never",
        "dwelling": "own",
        "income_enough": "saves",
        "income_steady": "yes",
    }
    row: Row = {}
    for field in fields:
        drawn = answer(survey, field, rng, open_share)
        if calm and drawn is not None and drawn not in NO_ANSWERS and rng.random() < 0.97:
            plain = {"yes_no": "no", "difficulty": "none"}.get(field.codelist or "")
            drawn = harmless.get(field.name, plain or ("0" if field.type == "integer" else drawn))
        row[field.name] = drawn
    return row
