"""Our forms in the engine of ODK Web Forms: twelve interviews, with an empty form and with one that knows the children
of the round before.

The round is last year's, so that its days are past whenever the tests run: ODK takes the day from the machine's clock.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert

from cpms_cli import merge, write_next_form, write_xlsform
from tests.conftest import write_drawn
from tests.odk.engine import Step, fill_in, install_engine

ROUND = datetime.date.today().year - 1
DAY = f"{ROUND}-11-15"
HOME: tuple[tuple[Step, object], ...] = (
    (("answer", "village_code", "85010501"), True),
    (("answer", "household_no", "12"), True),
    (("answer", "interview_date", DAY), True),
)
YES: tuple[tuple[Step, object], ...] = (*HOME, (("answer", "consent", "yes"), True))


def _aged(years: int) -> tuple[tuple[Step, object], ...]:
    return (*YES, (("answer", "birth_date_grain", "none"), True), (("answer", "age_years", str(years)), True))


EMPTY: dict[str, tuple[tuple[Step, object], ...]] = {
    "before consent nothing is asked": (
        *HOME,
        (("asked", "given_name", ""), False),
        (("asked", "members_total", ""), False),
        (("asked", "xlsform_end", ""), False),
    ),
    "after a refusal the interview ends": (
        *HOME,
        (("answer", "consent", "refused"), True),
        (("asked", "given_name", ""), False),
        (("asked", "violence_sexual", ""), False),
        (("asked", "xlsform_end", ""), True),
    ),
    "after consent the household and the child are asked, under the round": (
        *YES,
        (("asked", "members_total", ""), True),
        (("asked", "given_name", ""), True),
        (("asked", "xlsform_end", ""), False),
        (("value", "round", ""), str(ROUND)),
        (("value", "child_no", ""), "1"),
    ),
    "a child of one is asked about being left alone, not about school": (
        *_aged(1),
        (("asked", "left_alone", ""), True),
        (("asked", "in_school", ""), False),
        (("asked", "drugs", ""), False),
    ),
    "a child of seventeen is asked about drugs, not about being left alone": (
        *_aged(17),
        (("asked", "drugs", ""), True),
        (("asked", "left_alone", ""), False),
    ),
    "a birthday on the day of the interview makes ten years": (
        *YES,
        (("answer", "birth_date_grain", "day"), True),
        (("answer", "birth_date_day", f"{ROUND - 10}-11-15"), True),
        (("value", "birth_date", ""), f"{ROUND - 10}-11-15"),
        (("value", "age_min", ""), "10"),
        (("value", "age_max", ""), "10"),
        (("asked", "age_years", ""), False),
    ),
    "a month of birth leaves the age open by a year": (
        *YES,
        (("answer", "birth_date_grain", "month"), True),
        (("answer", "birth_date_month", f"{ROUND - 10}-11-01"), True),
        (("value", "birth_date", ""), f"{ROUND - 10}-11"),
        (("value", "age_min", ""), "9"),
        (("value", "age_max", ""), "10"),
    ),
    "what is no village or lies outside its range is stopped, with a sentence": (
        (("answer", "village_code", "8501050"), False),
        (("message", "village_code", ""), ...),
        (("answer", "village_code", "85010501"), True),
        (("message", "village_code", ""), ""),
        *HOME,
        (("answer", "interview_date", f"{ROUND - 1}-11-15"), False),
        (("answer", "interview_date", DAY), True),
        (("answer", "consent", "yes"), True),
        (("answer", "members_total", "61"), False),
        (("answer", "members_total", "60"), True),
    ),
    "no service excludes every service": (
        *_aged(10),
        (("answer", "services_received", "none legal"), False),
        (("answer", "services_received", "legal cash"), True),
        (("value", "services_received", ""), "legal cash"),
    ),
    "a second child is asked for itself": (
        *_aged(17),
        (("add", "child", ""), True),
        (("value", "child_no", ""), "2"),
        (("answer", "birth_date_grain", "none"), True),
        (("answer", "age_years", "1"), True),
        (("asked", "drugs", ""), False),
        (("asked", "left_alone", ""), True),
    ),
}


@dataclass(frozen=True)
class Known:
    """A form with what it knows: its XForm, its list of children, and the codes of the first of them."""

    xform: str
    media: str
    child: str
    home: str


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine, kept from run to run where pytest keeps anything."""
    cache = getattr(request.config, "cache", None)
    return install_engine(cache.mkdir("odk") if cache is not None else tmp_path_factory.mktemp("odk"))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Known:
    """The form of the round, made from a store with two children of house 1 of the round before."""
    folder = tmp_path_factory.mktemp("known")
    before = {"round": ROUND - 1, "interview_date": f"{ROUND - 1}-11-15", "household_no": "1"}
    rows = [
        {**before, "given_name": "มะลิ", "birth_date": f"{ROUND - 10}-03"},
        {**before, "given_name": "ก้อง", "birth_date": f"{ROUND - 11}-06-01", "sex": "male"},
    ]
    merge([write_drawn(folder / "before.csv", base, rows)], folder / "s.duckdb")
    write_next_form(folder / "s.duckdb", "85010501", folder / "next.xlsx", identified=True, xlsform=True, language="th")
    media = (folder / "known_children.csv").read_text("utf-8")
    child = next(csv.DictReader(media.splitlines()))
    return Known(str(convert(folder / "next.xlsx").xform), media, child["name"], child["household_id"])


def _known_paths(known: Known) -> dict[str, tuple[tuple[Step, object], ...]]:
    first: tuple[tuple[Step, object], ...] = (
        HOME[0],
        (("answer", "household_no", "1"), True),
        HOME[2],
        (("answer", "consent", "yes"), True),
        (("answer", "known_child", known.child), True),
    )
    return {
        "in a house that nobody knows there is no child to choose": (*YES, (("asked", "known_child", ""), False)),
        "the codes, name and birth date of a known child come along, and no answer of last year": (
            *first,
            (("value", "cpms_id", ""), known.child),
            (("value", "household_id", ""), known.home),
            (("value", "given_name", ""), "มะลิ"),
            (("value", "sex", ""), "female"),
            (("value", "birth_date", ""), f"{ROUND - 10}-03"),
            (("value", "violence_physical", ""), ""),
        ),
        "what was wrong is corrected, and the child stays the same": (
            *first,
            (("answer", "given_name", "มะลิวัลย์"), True),
            (("answer", "birth_date_grain", "day"), True),
            (("answer", "birth_date_day", f"{ROUND - 10}-03-05"), True),
            (("value", "given_name", ""), "มะลิวัลย์"),
            (("value", "birth_date", ""), f"{ROUND - 10}-03-05"),
            (("value", "cpms_id", ""), known.child),
        ),
    }


@dataclass(frozen=True)
class Filled:
    """What the steps of a path gave, beside what they should have given."""

    steps: tuple[tuple[Step, object], ...]
    gave: Any


@pytest.fixture(scope="module")
def filled(engine: Path, known: Known, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Filled]:
    """All paths, filled in by one run of the engine."""
    folder = tmp_path_factory.mktemp("empty")
    write_xlsform(folder / "form.xlsx", round_=ROUND, language="th")
    empty = str(convert(folder / "form.xlsx").xform)
    media = {"known_children.csv": known.media}
    nothing: dict[str, str] = {}
    paths = [(name, empty, nothing, steps) for name, steps in EMPTY.items()]
    paths += [(name, known.xform, media, steps) for name, steps in _known_paths(known).items()]
    gave = fill_in(engine, [(xform, files, [step for step, _ in steps]) for _, xform, files, steps in paths])
    return {name: Filled(steps, result) for (name, _, _, steps), result in zip(paths, gave, strict=True)}


@pytest.mark.parametrize("name", [*EMPTY, *_known_paths(Known("", "", "", ""))])
def test_an_interview_in_the_engine_of_odk(filled: dict[str, Filled], name: str) -> None:
    path = filled[name]
    assert isinstance(path.gave, list), path.gave["error"]
    for (step, expected), gave in zip(path.steps, path.gave, strict=True):
        assert bool(gave) if expected is ... else gave == expected, f"{step} gave {gave!r}"
