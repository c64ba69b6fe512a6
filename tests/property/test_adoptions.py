"""Promise 24: a store outlives its questionnaire, whatever comes, goes and is renamed between the rounds."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import backup, check_store, merge, score, undo
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.store.content import dump
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import ROOT, THOROUGH, write_drawn
from tests.definitions import add_question, remove_question, rename_question

OWN_FROM = 101
INDICATOR = """  - number: {number}
    name: {{en: "{name}", th: "ไม่สูบบุหรี่ {number}"}}
    definition: {{en: "The child says so: {name}.", th: "เด็กบอกว่าไม่สูบบุหรี่ {number}"}}
    level: child
    when: tobacco = 'no'
    source: "P: drawn"
"""
STEPS = st.lists(
    st.sampled_from(["add", "rename", "remove", "hours", "code", "indicator"]),
    min_size=2,
    max_size=6 if THOROUGH else 3,
)


class Questionnaire:
    """A definition that changes, and what its questions were called from year to year."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.year = folder, 2018
        shutil.copytree(ROOT / "schemas", folder)
        self.named: dict[int, str] = {}
        self.answers: dict[tuple[int, int], str] = {}
        self.asked: dict[int, set[int]] = {}
        self.carers: dict[int, str] = {}
        self.carer, self.indicators = "mother", list[str]()

    def change(self, step: str, number: int) -> None:
        """Change one question; each version stands in a folder of its own, since a folder is read once."""
        folder = self.folder.with_name(f"version{number}")
        shutil.copytree(self.folder, folder)
        self.folder = folder
        path = folder / "child.yaml"
        # A definition that goes back to what it was before would be the very same one.
        path.write_text(f"# version {number}\n{path.read_text('utf-8')}", "utf-8")
        known = sorted(self.named)
        if step == "add" or not known:
            self.named[number] = f"hours_{number}"
            add_question(folder, self.named[number])
        elif step == "rename":
            name = f"renamed_{number}"
            rename_question(folder, self.named[known[-1]], name)
            self.named[known[-1]] = name
        elif step == "remove":
            remove_question(folder, self.named.pop(known[0]))
        elif step == "code":
            codes = folder / "codelists/carer.csv"
            added = f"neighbour_{number},Neighbour {number},เพื่อนบ้าน {number},,Neighbour {number}|เพื่อนบ้าน {number}"
            codes.write_text(f"{codes.read_text('utf-8')}{added}\n", "utf-8")
            self.carer = f"neighbour_{number}"
        elif step == "indicator":
            self._add_indicator(folder, number)
        else:
            rename_question(folder, self.hours(), f"work_hours_{number}")

    def _add_indicator(self, folder: Path, number: int) -> None:
        """Add one of the province's own, which every child has; an activity answers to it."""
        entry = INDICATOR.format(number=OWN_FROM + len(self.indicators), name=f"no tobacco {number}")
        self.indicators.append(f"i{OWN_FROM + len(self.indicators)}")
        path, activities = folder / "indicators.yaml", folder / "activities.yaml"
        path.write_text(f"{path.read_text('utf-8')}{entry}", "utf-8")
        text, numbers = activities.read_text("utf-8"), ", ".join(name[1:] for name in ["i16", *self.indicators])
        activities.write_text(re.sub(r"indicators: \[16[0-9, ]*\]", f"indicators: [{numbers}]", text), "utf-8")

    def hours(self) -> str:
        """Return the name that the question of the hours of work has now."""
        text = (self.folder / "child.yaml").read_text("utf-8")
        return next(name for name in reversed(text.split("  - name: ")) if name.startswith("work_hours")).split("\n")[0]

    def row(self) -> dict[str, Any]:
        """The next round's answers: a number for each question that is asked."""
        self.year += 1
        self.asked[self.year] = set(self.named)
        for origin in self.named:
            self.answers[self.year, origin] = str((self.year + origin) % 50)
        hours = {name: self.answers[self.year, origin] for origin, name in self.named.items()}
        self.carers[self.year] = self.carer
        row = {"round": self.year, "interview_date": f"{self.year}-11-15", "carer": self.carer}
        return {**row, self.hours(): "3", **hours}

    def expected(self) -> dict[str, dict[int, str]]:
        """What each question of the definition must say of each round."""
        return {
            name: {year: self.answers.get((year, origin), "not_asked") for year in self.asked}
            for origin, name in self.named.items()
        }


def _read(store: Path, name: str) -> dict[int, str]:
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(f"SELECT round::INTEGER, {name} FROM current_child").fetchall()
    return dict(rows)


@given(steps=STEPS)
@settings(
    max_examples=60 if THOROUGH else 2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_answer_is_blank_or_lost_and_no_command_fails(
    base: Mapping[str, Mapping[str, Any]], steps: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        questionnaire, store = Questionnaire(folder / "version"), folder / "s.duckdb"
        plain: dict[str, dict[str, Any]] = {"household": {**base["household"]}, "child": {**base["child"]}}
        del plain["child"]["work_hours_week"]
        merge([write_drawn(folder / "0.csv", plain, [questionnaire.row()])], store, schemas=questionnaire.folder)
        for number, step in enumerate(steps, start=1):
            questionnaire.change(step, number)
            adopt_definition(store, load_survey(questionnaire.folder))
            merged = merge([write_drawn(folder / f"{number}.csv", plain, [questionnaire.row()])], store)
            assert merged.total("stored") == 1
            for question, expected in questionnaire.expected().items():
                assert _read(store, question) == expected
            assert set(_read(store, questionnaire.hours()).values()) == {"3"}
            assert not check_store(store)["violations"].any()
            assert _read(store, "carer") == questionnaire.carers
            scores = score(store)
            assert len(scores) == number + 1
            assert all((scores[indicator] == "yes").all() for indicator in questionnaire.indicators)
        copy = backup(store, folder / "copy.duckdb")
        assert dump(copy) == dump(store)
        undo(store, len(steps) + 1)
        for question, expected in questionnaire.expected().items():
            assert _read(store, question) == {year: expected[year] for year in expected if year < questionnaire.year}
        assert not check_store(store)["violations"].any()
