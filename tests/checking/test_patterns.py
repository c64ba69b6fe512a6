"""Signs of answers that nobody gave: one invented volunteer among honest ones is told, the honest are not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import validate, write_samples
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROUNDS, Cpms, Draw

Row = dict[str, Any]
PATTERNS = {"same_answers", "no_unknowns", "heaped_birth_days", "heaped_ages", "too_many_a_day"}


def _honest(rng: random.Random, who: str, number: int) -> Row:
    """One household as families are: no two alike, and some things are not known."""
    return {
        "household_no": f"{who}-{number}",
        "child_no": 1,
        "interviewer": who,
        "given_name": f"{who} {number}",
        "interview_date": f"2026-11-{rng.randint(2, 28):02d}",
        "birth_date": f"{rng.randint(2012, 2018)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "school_level": "",
        "income_enough": rng.choice(["saves", "enough", "sometimes_short", "unknown"]),
        "dwelling": rng.choice(["own", "rented", "relative"]),
        "distress": rng.choice(["never", "monthly", "unknown"]),
        "main_language": rng.choice(["th", "my"]),
        "informal_debt": rng.choice(["yes", "no", "unknown", "refused"]),
    }


def _file(draw: Draw, invented: Callable[[random.Random, int], Row], households: int = 40) -> Path:
    """Volunteers V1 and V2 are honest; V9 invents as told."""
    rng = random.Random(20)
    rows = [_honest(rng, who, number) for who in ("V1", "V2") for number in range(households)]
    rows += [{**_honest(rng, "V9", number), **invented(rng, number)} for number in range(households)]
    return draw(*rows)


def _patterns(path: Path) -> list[tuple[str, str]]:
    findings = validate([path]).findings
    findings = findings[findings["check"].isin(list(PATTERNS))]
    assert findings["row"].isna().all()
    assert findings["severity"].astype(str).eq("warning").all()
    return list(zip(findings["check"].astype(str), findings["value"].astype(str), strict=True))


ALIKE = {
    "income_enough": "enough",
    "dwelling": "own",
    "distress": "never",
    "main_language": "th",
    "informal_debt": "no",
}
UNSURE = {"informal_debt": "unknown"}


@pytest.mark.parametrize(
    ("invented", "pattern"),
    [
        (lambda rng, number: {**ALIKE, **UNSURE} if number % 4 else {}, "same_answers"),
        (
            lambda rng, number: {
                "income_enough": rng.choice(["saves", "enough", "sometimes_short"]),
                "distress": rng.choice(["never", "monthly"]),
                "informal_debt": rng.choice(["yes", "no"]),
            },
            "no_unknowns",
        ),
        (
            lambda rng, number: {"birth_date": f"2015-{rng.randint(1, 12):02d}-{rng.choice(['01', '15', '09'])}"},
            "heaped_birth_days",
        ),
        (
            lambda rng, number: {"birth_date": "", "age_years": rng.choice([5, 10, 10, 15, 7]), "school_level": ""},
            "heaped_ages",
        ),
        (lambda rng, number: {"interview_date": "2026-11-20"}, "too_many_a_day"),
    ],
    ids=["same answers", "no unknowns", "birth days", "ages", "a day"],
)
def test_one_who_invents_is_told_and_the_honest_are_not(
    draw: Draw, invented: Callable[[random.Random, int], Row], pattern: str
) -> None:
    assert _patterns(_file(draw, invented)) == [(pattern, "V9")]


def test_honest_volunteers_are_left_alone(draw: Draw) -> None:
    assert _patterns(_file(draw, lambda rng, number: {})) == []


def test_few_interviews_are_never_judged(draw: Draw) -> None:
    everything = {**ALIKE, "birth_date": "2015-01-01", "interview_date": "2026-11-20"}
    assert _patterns(_file(draw, lambda rng, number: everything, households=24)) == []


def test_a_village_in_which_all_answer_alike_is_no_sign(draw: Draw) -> None:
    rng = random.Random(1)
    rows = [{**_honest(rng, who, number), **ALIKE} for who in ("V1", "V2", "V3") for number in range(40)]
    assert _patterns(draw(*rows)) == []


def test_the_text_has_a_block_with_the_figures(cpms: Cpms, draw: Draw) -> None:
    path = _file(draw, lambda rng, number: {"interview_date": "2026-11-20"})
    ran = cpms("validate", path)
    assert ran.code == 0
    assert "Patterns in how the interviews were done" in ran.out
    assert "volunteer V9: 40 households interviewed on one day, 2026-11-20" in ran.out
    assert "40 ครัวเรือนในวันเดียว 2026-11-20" in cpms("validate", path, "--lang", "th").out


def test_shares_are_told_as_counted_by_hand(cpms: Cpms, draw: Draw) -> None:
    """30 of 40 birth dates of V9 on the 1st or 15th; 0 of 80 of the others."""
    days = {True: ("01", "15", "01", "23"), False: ("02", "11", "17", "28")}
    rows = [
        {
            "household_no": f"{who}{n}",
            "child_no": 1,
            "interviewer": who,
            "school_level": "",
            "given_name": f"{who}{n}",
            "interview_date": f"2026-11-{2 + n % 20:02d}",
            "distress": ["never", "monthly", "weekly"][n % 3],
            "birth_date": f"2015-{1 + n % 12:02d}-{days[who == 'V9'][n % 4]}",
        }
        for who in ("V1", "V2", "V9")
        for n in range(40)
    ]
    [finding] = [finding for finding in cpms("validate", draw(*rows), "--format", "json").json["findings"]]
    assert finding["rule"] == "heaped_birth_days"
    assert finding["message"] == (
        "volunteer V9: 75% of 40 birth dates are on the 1st or 15th of a month;"
        " of the other volunteers' 0%, by chance 7%"
    )
    assert (finding["row"], finding["cell"], finding["value"]) == (None, None, "V9")


def test_no_honest_volunteer_of_the_samples_is_told(tmp_path: Path) -> None:
    written = write_samples(tmp_path / "s", ["850105", "850106"], [2026], 600, 7)
    files = [path for path in written if path.name.startswith("survey")]
    assert files
    for path in (*ROUNDS, *files):
        findings = validate([path]).findings
        assert not set(findings["check"].astype(str)) & PATTERNS


def test_thresholds_stand_in_the_definition(survey: Survey) -> None:
    assert {pattern.id for pattern in survey.patterns} == PATTERNS
    assert all(pattern.at_least >= 25 for pattern in survey.patterns if pattern.measure != "interviews_a_day")


def test_households_are_counted_in_whole_numbers(draw: Draw) -> None:
    """Thirty homes of one volunteer, all alike: nobody else to compare with."""
    rows = [{**ALIKE, "household_no": number, "interviewer_id": "V1"} for number in range(1, 31)]
    findings = validate([draw(*rows)]).findings
    [figures] = findings.loc[findings["check"] == "same_answers", "figures"]
    assert json.loads(figures)["count"] == "30"
