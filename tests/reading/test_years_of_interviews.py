"""The years of the interviews against the round: a late round is stored, last year's form is no answer of this year."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge, run_office, validate
from cpms_cli.errors import UsageError
from cpms_cli.office.new_office import Asked, make_office
from cpms_cli.survey.messages import sentence
from tests.conftest import Draw

LAST_YEAR = "2025-11-15"
THIS_YEAR = "2026-11-15"
HOMES = ("1", "2", "3")


def _homes(round_: int, *dates: str, **answers: Any) -> list[dict[str, Any]]:
    homes = zip(HOMES, dates, strict=True)
    return [{"household_no": home, "round": round_, "interview_date": date, **answers} for home, date in homes]


def _whole(validation: Any) -> list[tuple[str, str]]:
    findings = validation.findings
    return [
        (str(check), str(severity)) for check, severity in zip(findings["check"], findings["severity"], strict=True)
    ]


@pytest.mark.parametrize(
    ("dates", "checks"),
    [
        ((LAST_YEAR, LAST_YEAR, LAST_YEAR), []),
        # Most of the round in its own year, the rest of it in January: nothing to say.
        ((LAST_YEAR, LAST_YEAR, "2026-01-10"), []),
        ((LAST_YEAR, "2026-01-10", "2026-01-11"), ["interviews_after_round"]),
        (("", "", "2026-01-11"), ["interviews_after_round"]),
    ],
)
def test_a_round_that_was_surveyed_late_is_told_once_and_stored(
    draw: Draw, tmp_path: Path, dates: tuple[str, ...], checks: list[str]
) -> None:
    path = draw(*_homes(2025, *dates))
    validation = validate(path)
    assert [check for check, _ in _whole(validation) if check.startswith("interviews_")] == checks
    assert validation.errors == 0
    assert merge(path, tmp_path / "s.duckdb").total("stored") == 3


def test_dates_of_an_earlier_form_are_told_once_beside_the_cells(draw: Draw) -> None:
    listed = _whole(validate(draw(*_homes(2026, LAST_YEAR, LAST_YEAR, THIS_YEAR))))
    assert listed.count(("interviews_before_round", "warning")) == 1
    assert listed.count(("interview_outside_round", "error")) == 2


def test_answers_of_this_year_do_not_take_the_place_of_last_years(draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge(draw(*_homes(2025, LAST_YEAR, LAST_YEAR, LAST_YEAR), name="last.csv"), store)
    form = draw(*_homes(2025, THIS_YEAR, THIS_YEAR, LAST_YEAR, in_school="no"), name="form.csv")
    with pytest.raises(UsageError) as refused:
        merge(form, store)
    words = sentence(refused.value, "th")
    assert "รอบ 2568" in words
    assert "2 จาก 3 ครั้งอยู่ในปี 2569" in words
    assert "--round 2568" in words
    assert merge(form, store, round_=2025).total("stored") == 3, "somebody says that the round is right"


def test_some_homes_that_are_visited_again_are_no_form_of_last_year(draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge(draw({"round": 2025, "interview_date": LAST_YEAR, "household_no": "1"}, name="first.csv"), store)
    late = draw(*_homes(2025, "2026-01-10", "2026-01-11", "2026-01-12"), name="late.csv")
    assert merge(late, store).total("stored") == 3, "one of three is known; the others were not reached before"
    again = draw(*_homes(2025, "2026-01-10", "2026-01-11", "2026-01-12", in_school="no"), name="again.csv")
    assert merge(again, store).total("stored") == 3, "a late round that is corrected"


def test_an_office_that_never_changed_its_round_is_told_too(draw: Draw, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    make_office(folder, Asked("", "850105", "cpms.duckdb", "en", 2025))
    settings = folder / "cpms.toml"
    settings.write_text(f'{settings.read_text("utf-8").partition("[run]")[0]}[run]\nsteps = ["merge"]\n', "utf-8")
    shutil.copy(draw(*_homes(2025, LAST_YEAR, LAST_YEAR, LAST_YEAR), name="last.csv"), folder / "inbox")
    assert run_office(folder).exit_code == 0
    rows = _homes(2025, THIS_YEAR, THIS_YEAR, THIS_YEAR)
    shutil.copy(draw(*rows, name="says.csv"), folder / "inbox")
    shutil.copy(draw(*rows, name="silent.csv", without=["round"]), folder / "inbox")
    for dry in (True, False):
        states = {outcome.file: outcome for outcome in run_office(folder, dry_run=dry).files}
        for name in ("says.csv", "silent.csv"):
            assert states[name].state == "left_out"
            assert f'inbox/{name}" --round 2025' in states[name].messages[0]
