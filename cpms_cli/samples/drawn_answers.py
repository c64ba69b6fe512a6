"""What the families of a synthetic community answer in one round, as canonical text."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlglot import exp

from cpms_cli.samples.community import Community, Home, Person
from cpms_cli.samples.difficulties import USUAL, Difficulties
from cpms_cli.samples.further_questions import child_answers, home_answers
from cpms_cli.samples.habit_answers import identity_by_habit, language_asked, visited_homes
from cpms_cli.survey.model.definition import Field, Survey, Table
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.rule_language import parse


@dataclass(frozen=True)
class SampleRound:
    """One round in canonical text, and the truth: a row per child row with `person_id` and `home_id`."""

    round: int
    households: pd.DataFrame
    children: pd.DataFrame
    truth: pd.DataFrame


_UNKNOWN, _REFUSED, _BLANK = 0.012, 0.003, 0.008
_ALWAYS_ANSWERED = ("sex", "consent")


def _yes(rng: random.Random, share: float) -> str:
    return "yes" if rng.random() < share else "no"


def _household(community: Community, home: Home, rng: random.Random) -> dict[str, Any]:
    traits, migrant = home.traits, home.migrant
    visited = datetime.date(community.year, 11, 3) + datetime.timedelta(days=rng.randrange(55))
    since = community.year - home.arrived
    arrived = (
        "always"
        if since >= 20
        else "over_5_years"
        if since > 5
        else "1_to_5_years"
        if since >= 1
        else "within_12_months"
    )
    poor = traits["poverty"] < 0.2
    adults = {"both": 2, "mother": 1, "father": 1, "grandparents": 2, "relatives": 2, "foster": 2}[home.shape]
    return {
        "round": community.year,
        "village_code": home.village,
        "household_no": home.household_no,
        "interview_date": visited.isoformat(),
        "interviewer": f"V{home.village[-2:]}{home.household_no % 2 + 1}",
        "consent": "no" if traits["care"] > 0.993 else "yes",
        "respondent_relation": {
            "both": "mother",
            "mother": "mother",
            "father": "father",
            "grandparents": "grandparent",
            "relatives": "relative",
            "foster": "other",
        }[home.shape],
        "members_total": len(home.people) + adults + rng.choice((0, 0, 1)),
        "members_under_18": len(home.people),
        "main_language": language_asked(home),
        "arrived": arrived,
        "dwelling": rng.choice(("rented", "employer", "employer", "temporary", "rented"))
        if migrant
        else rng.choices(("own", "rented", "relative", "temporary"), (0.78, 0.1, 0.1, 0.02))[0],
        "income_enough": rng.choice(("enough", "enough", "saves"))
        if not poor
        else "often_short"
        if traits["poverty"] < 0.07
        else "sometimes_short",
        "income_steady": _yes(rng, 0.45 if poor else 0.85),
        "informal_debt": _yes(rng, 0.4 if poor else 0.08),
        "member_chronic_illness": _yes(rng, 0.6 if traits["health"] < 0.12 else 0.02),
        "member_disability": _yes(rng, 0.3 if traits["health"] < 0.08 else 0.005),
        "member_mental_health": _yes(rng, 0.2 if traits["health"] < 0.06 else 0.003),
        "member_violent": _yes(rng, 0.5 if traits["violence"] < 0.03 else 0.002),
        "member_hurt": _yes(rng, 0.4 if traits["violence"] < 0.03 else 0.002),
        "member_law": _yes(rng, 0.008),
        "member_alcohol": _yes(rng, 0.7 if traits["habit"] < 0.06 else 0.01),
        "member_drugs": _yes(rng, 0.2 if traits["habit"] < 0.04 else 0.002),
        "member_gambling": _yes(rng, 0.2 if traits["habit"] < 0.06 else 0.004),
    }


def _identity(community: Community, home: Home, person: Person, rng: random.Random, oldest: int) -> dict[str, Any]:
    script = "latin" if person.migrant and rng.random() < 0.3 else "thai"
    hard = community.difficulties
    variant = rng.random() < hard.respelt
    born = person.born.isoformat()[: person.precision] if person.precision else None
    written = hard.written_date(rng, born)
    # Nobody who is asked about was too old when the round began, though some are on the day of the visit.
    age = min(community.year - person.born.year - (1 if person.born.month > 11 else 0), oldest)
    return {
        "national_id": person.national_id or None,
        "id_document": ("non_thai_id" if person.migrant else "thai_id")
        if person.national_id
        else rng.choice(("none", "none", "migrant_card"))
        if person.migrant
        else "none",
        "given_name": hard.written_name(rng, person.name.spelt(script, variant)),
        "family_name": home.family.thai if home.family else None,
        "other_name": person.nick if rng.random() < 0.6 else None,
        "mother_name": person.mother.spelt(script, False),
        "sex": person.sex,
        "birth_date": written,
        "age_years": None if born else max(age, 0),
        "nationality": ("stateless" if person.traits["health"] > 0.93 else "MM") if person.migrant else "TH",
        "birth_registered": person.registered,
        "health_insurance": rng.choice(("migrant", "none", "none")) if person.migrant else "universal",
    }


def _family(community: Community, home: Home, person: Person, rng: random.Random) -> dict[str, Any]:
    mother_home, father_home = {"both": (1, 1), "mother": (1, 0), "father": (0, 1)}.get(home.shape, (0, 0))
    away = "both" if home.shape == "grandparents" and home.traits["work"] < 0.7 else "none"
    father_dead = not father_home and away == "none" and home.traits["care"] < 0.25
    mother_dead = not mother_home and away == "none" and home.traits["care"] < 0.12
    years_in_village = community.year - person.arrived
    born_here = person.born.year >= person.arrived
    return {
        "mother_alive": "no" if mother_dead else "yes",
        "father_alive": "no" if father_dead else "yes",
        "mother_home": "yes" if mother_home else "no",
        "father_home": "yes" if father_home else "no",
        "parent_away_work": away,
        "carer": {
            "both": "mother",
            "mother": "mother",
            "father": "father",
            "grandparents": "grandparent",
            "relatives": "relative",
            "foster": "not_relative",
        }[home.shape],
        "left_alone": _yes(rng, 0.03 if person.traits["care"] < 0.3 else 0.003),
        "needs_unmet": _yes(rng, 0.3 if person.traits["care"] < 0.03 else 0.002),
        "arrived_community": "born_here"
        if born_here
        else "within_12_months"
        if years_in_village < 1
        else "over_12_months",
        "arrived_from": None
        if born_here
        else "MM"
        if person.migrant
        else rng.choice(("same_province", "other_province")),
        "moves_last_12m": rng.choices((0, 1, 2, 3), (0.9, 0.07, 0.02, 0.01))[0],
    }


def _life(community: Community, person: Person, rng: random.Random) -> dict[str, Any]:
    age = community.year - person.born.year
    traits = person.traits
    learning = "none" if traits["school"] < (0.12 if person.migrant else 0.02) and age >= 7 else "formal"
    if learning == "formal" and person.migrant and traits["school"] < 0.45:
        learning = "learning_centre"
    works = age >= 13 and traits["work"] < (0.25 if person.migrant else 0.05)
    ill = traits["health"] < 0.04
    hurt = traits["violence"] < 0.035
    user = age >= 13 and traits["habit"] < 0.06
    level = (
        "pre_primary" if age < 7 else "primary" if age < 13 else "lower_secondary" if age < 16 else "upper_secondary"
    )
    difficulties = {
        f"difficulty_{what}": "a_lot" if ill and rng.random() < 0.4 else rng.choices(("none", "some"), (0.96, 0.04))[0]
        for what in ("seeing", "hearing", "walking", "communicating", "learning")
    }
    return {
        "in_school": learning,
        "school_level": None if learning == "none" else level,
        "out_of_school_reason": rng.choice(("documents", "work", "cost", "language")) if learning == "none" else None,
        **difficulties,
        "distress": rng.choices(
            ("never", "few_times_a_year", "monthly", "weekly", "daily"),
            (0.5, 0.3, 0.1, 0.05, 0.05) if hurt else (0.7, 0.25, 0.04, 0.008, 0.002),
        )[0],
        "chronic_illness": _yes(rng, 0.6 if ill else 0.01),
        "worked_for_wages": "yes" if works else "no",
        "work_hours_week": rng.randint(4, 48) if works else 0,
        "work_hazardous": _yes(rng, 0.3 if works else 0.0),
        "violent_behaviour": _yes(rng, 0.2 if hurt else 0.01),
        "violence_physical": _yes(rng, 0.5 if hurt else 0.002),
        "violence_emotional": _yes(rng, 0.6 if hurt else 0.003),
        "violence_sexual": _yes(rng, 0.05 if hurt else 0.0005),
        "exploited": _yes(rng, 0.02 if works else 0.0005),
        "law_conflict": _yes(rng, 0.08 if user else 0.001),
        "tobacco": _yes(rng, 0.7 if user else 0.004),
        "alcohol": _yes(rng, 0.5 if user else 0.003),
        "drugs": _yes(rng, 0.1 if user else 0.0005),
        "services_received": "none"
        if rng.random() > (0.3 if hurt else 0.04)
        else rng.choice(("home_visit", "counselling;home_visit", "cash")),
    }


def _is_asked(field: Field, age: int) -> bool:
    """Whether a question is put at this age; one that asks by anything but an age is."""
    rule = parse(field.asked) if field.asked else None
    if not isinstance(rule, (exp.GTE, exp.LT)) or not isinstance(rule.expression, exp.Literal):
        return True
    limit = int(rule.expression.name)
    return age >= limit if isinstance(rule, exp.GTE) else age < limit


def _as_answered(
    survey: Survey, row: dict[str, Any], table: Table, age: int, rng: random.Random
) -> dict[str, str | None]:
    """The row as it is told: questions not put at this age are blank, some are not known, refused or left out.

    Of questions that the survey did not ask from its beginning nothing more is drawn: see `further_questions`.
    """
    answered: dict[str, str | None] = {}
    for name in survey.columns(table):
        field, value = survey.fields[name], row.get(name)
        draw = 1.0 if field.since else rng.random()
        if not _is_asked(field, age):
            value = None
        elif value is None or not field.codelist or field.role in _ALWAYS_ANSWERED:
            pass
        elif draw < _UNKNOWN + _REFUSED + _BLANK:
            value = "unknown" if draw < _UNKNOWN else "refused" if draw < _UNKNOWN + _REFUSED else None
        answered[name] = None if value is None else str(value)
    return answered


def age_on(born: datetime.date, visited: str) -> int:
    """Return the completed years of a child on the day of a visit, which is written as in ISO 8601."""
    on = datetime.date.fromisoformat(visited)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _columns_asked(survey: Survey, table: Table, year: int) -> list[str]:
    """The columns that the form of a round has."""
    return [name for name in survey.columns(table) if survey.fields[name].is_asked_in(year)]


def round_of(community: Community, rng: random.Random) -> SampleRound:
    """The answers of every family of the community in its present year."""
    survey = load_survey()
    key, oldest = survey.key("household"), int(survey.role("age").constraints.maximum or 0)
    homes, children, truth = [], [], []
    for home in visited_homes(community, rng):
        household_answers = _household(community, home, rng)
        silent = household_answers["consent"] == "no"
        kept = {name: household_answers[name] for name in key}
        homes.append(
            _as_answered(
                survey,
                {**kept, "consent": "no"} if silent else {**household_answers, **home_answers(community, home)},
                "household",
                0,
                rng,
            )
        )
        for line, person in enumerate(
            sorted(home.people, key=lambda resident: (resident.born, resident.number)), start=1
        ):
            place = {**kept, "child_no": line}
            age = age_on(person.born, household_answers["interview_date"])
            row = {
                **place,
                **_identity(community, home, person, rng, oldest),
                **_family(community, home, person, rng),
                **_life(community, person, rng),
                **child_answers(community, person, age),
            }
            known = {**{name: str(value) for name, value in place.items()}, "person_id": person.id, "home_id": home.id}
            if home.habits and person.habits:
                row |= identity_by_habit(community, home, person, known, rng)
            children.append(_as_answered(survey, place if silent else row, "child", age, rng))
            truth.append(known)
    return SampleRound(
        community.year,
        pd.DataFrame(homes, columns=_columns_asked(survey, "household", community.year), dtype="str"),
        pd.DataFrame(children, columns=_columns_asked(survey, "child", community.year), dtype="str"),
        pd.DataFrame(truth, dtype="str"),
    )


def sample_rounds(
    subdistricts: Sequence[str], rounds: Sequence[int], children: int, seed: int, difficulties: Difficulties = USUAL
) -> list[SampleRound]:
    """Rounds of about `children` children, one after another in the years `rounds`; the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311
    community = Community(rng, subdistricts, rounds[0], children, difficulties)
    community.seed = seed
    made = []
    for round_index, year in enumerate(rounds):
        if round_index:
            for _ in range(year - rounds[round_index - 1]):
                community.age_one_year()
        made.append(round_of(community, rng))
    return made
