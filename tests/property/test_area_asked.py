"""A question about an area is answered from the rows that bear on it, and to the cell as from the whole store.

Rounds of several subdistricts are drawn as hard as life: families move from one to another, are not found, refuse, have
no day of an interview. They are merged, corrected, taken back, decided upon, disputed, answered; after each step every
list and summary of an area is made twice.
"""

from __future__ import annotations

import datetime
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import add_response, dispute_answer, merge, undo
from cpms_cli.errors import UsageError
from cpms_cli.linking.decisions import decide
from cpms_cli.linking.store_links import relink
from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.area_asked import area_read
from cpms_cli.summaries.area.area_figures import area_figures
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.summaries.area.indicator import compute_indicator_change, compute_indicator_summary
from cpms_cli.summaries.area.plans import compute_area_plan
from cpms_cli.summaries.area.rights import compute_rights_change, compute_rights_summary
from cpms_cli.summaries.child.children import ChildSelection, select_children
from cpms_cli.summaries.child.why import explain_children
from cpms_cli.summaries.migration.area_migration import compute_migration_summary
from cpms_cli.summaries.response.due import list_due
from cpms_cli.summaries.response.response_counts import compute_response_change, compute_response_summary
from cpms_cli.summaries.response.visits import list_visits
from cpms_cli.summaries.rounds.change import compute_area_change
from cpms_cli.summaries.rounds.overlap import compute_overlap
from cpms_cli.summaries.rounds.overlap_change import compute_overlap_change
from cpms_cli.summaries.today.today_list import today_of
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.workspace import Workspace
from tests.conftest import ROOT, THOROUGH
from tests.definitions import add_question, change_file, copy_definition, rename_question

SEEDS = range(12) if THOROUGH else (7,)
SUBDISTRICTS = ("850101", "860101", "860201", "900101", "910101")
YEARS = (2023, 2024, 2025)
SPAN = (YEARS[0], YEARS[-1])
TODAY = datetime.date(2026, 3, 1)
LAST_STEPS = ("a dispute and responses", "a merge after it")
"""After these alone it is looked at in the usual run: what came before is in the store by then."""
Question = Callable[[Workspace, str], object]

ABOUT_AN_AREA: dict[str, Question] = {
    "community": lambda workspace, code: compute_area_summary(workspace, code, by=("sex",)),
    "community, first round": lambda workspace, code: compute_area_summary(workspace, code, round_=YEARS[0]),
    "visits": lambda workspace, code: list_visits(workspace, area=code, as_of=TODAY),
    "visits, as of a day before": lambda workspace, code: list_visits(
        workspace, area=code, as_of=datetime.date(2025, 6, 1)
    ),
    "visits, second round": lambda workspace, code: list_visits(workspace, area=code, round_=YEARS[1]),
    "today": lambda workspace, code: today_of(workspace, area=code, as_of=TODAY),
    "due": lambda workspace, code: list_due(workspace, area=code, as_of=TODAY, everybody=True),
    "indicator": lambda workspace, code: compute_indicator_summary(workspace, 13, area=code, by=("age_group",)),
    "rights": lambda workspace, code: compute_rights_summary(workspace, area=code),
    "responses": lambda workspace, code: compute_response_summary(workspace, area=code, as_of=TODAY, by=("sex",)),
    "overlap": lambda workspace, code: compute_overlap(workspace, area=code),
    "changes": lambda workspace, code: compute_area_change(workspace, code, SPAN, by=("sex",)),
    "changes of an indicator": lambda workspace, code: compute_indicator_change(workspace, 13, SPAN, area=code),
    "changes of rights": lambda workspace, code: compute_rights_change(workspace, SPAN, area=code),
    "changes of overlap": lambda workspace, code: compute_overlap_change(workspace, SPAN, area=code),
    "changes of responses": lambda workspace, code: compute_response_change(workspace, SPAN, area=code, as_of=TODAY),
    "children": lambda workspace, code: select_children(workspace, ChildSelection(code), as_of=TODAY),
    "children, an indicator": lambda workspace, code: select_children(
        workspace, ChildSelection(code, indicator=13), as_of=TODAY
    ),
    "children, a round": lambda workspace, code: select_children(workspace, ChildSelection(code, YEARS[2])),
    "children, why": lambda workspace, code: explain_children(
        workspace, select_children(workspace, ChildSelection(code), as_of=TODAY)
    ),
    "figures": area_figures,
    "plan": compute_area_plan,
}
IN_A_REPORT: dict[str, Question] = {
    "figures of a report": area_figures,
    "migration": lambda workspace, code: compute_migration_summary(workspace, area=code),
}


def _drawn(survey: Survey, store: Path, folder: Path, seed: int) -> Iterator[Path]:
    """Yield a file a round; in the later ones some homes have moved, refuse, are not found or have no day.

    Whoever moves takes the identifiers along that the store gave, as a form that was filled in before the visit does.
    """
    drawn = random.Random(seed)
    for place, sample in enumerate(sample_rounds(list(SUBDISTRICTS), list(YEARS), 70, seed)):
        home = ["round", "village_code", "household_no"]
        rows = sample.children.merge(sample.households.drop(columns="household_id"), on=home).astype("str")
        rows["violence_physical"] = [drawn.choice(["yes", "no", "", "no", "no"]) for _ in range(len(rows))]
        known = _identifiers(survey, store) if place else {}
        for key, of_home in rows.groupby(home[1:]):
            chance, index = drawn.random() if place else 1.0, of_home.index
            if chance < 0.25:
                names = [(*key, name) for name in of_home["given_name"]]
                rows.loc[index, ["cpms_id", "household_id"]] = [known.get(name, ("", "")) for name in names]
                rows.loc[index, "village_code"] = drawn.choice(SUBDISTRICTS) + "01"
                rows.loc[index, "household_no"] = f"9{key[1]}{drawn.randint(10, 99)}"
            elif chance < 0.4:
                rows.loc[index, "consent"] = "no"
            elif chance < 0.55:
                rows = rows.drop(index)
            elif chance < 0.65:
                rows.loc[index, "interview_date"] = ""
        path = folder / f"round_{YEARS[place]}.csv"
        rows.to_csv(path, index=False)
        yield path


def _identifiers(survey: Survey, store: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Identifiers of children and their homes, by village, house and given name."""
    with open_store(store, survey) as connection:
        rows = connection.execute(
            """
            SELECT c.village_code, c.household_no, c.given_name, c.cpms_id, h.household_id
            FROM current_child c
            JOIN current_household h USING (round, village_code, household_no)
            WHERE c.given_name IS NOT NULL
            """
        ).fetchall()
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def _moved(survey: Survey, store: Path) -> list[int]:
    """How many children, and how many homes, were in more than one subdistrict."""
    with open_store(store, survey) as connection:
        rows = connection.execute(
            """
            SELECT count(*)
            FROM (SELECT cpms_id FROM child_link GROUP BY 1 HAVING count(DISTINCT left(village_code, 6)) > 1)
            UNION ALL
            SELECT count(*)
            FROM (SELECT household_id FROM household_link GROUP BY 1 HAVING count(DISTINCT left(village_code, 6)) > 1)
            """
        ).fetchall()
    return [int(row[0]) for row in rows]


def _corrected(path: Path, drawn: random.Random) -> Path:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    some = rows.sample(frac=0.3, random_state=drawn.randint(0, 999)).index
    rows.loc[some, "violence_physical"] = [drawn.choice(["yes", "no", ""]) for _ in some]
    rows.loc[some[: len(some) // 2], "carer"] = "nobody"
    corrected = path.with_stem(f"{path.stem}_corrected")
    rows.to_csv(corrected, index=False)
    return corrected


def _decide_some(survey: Survey, store: Path, drawn: random.Random) -> None:
    with open_store(store, survey, write=True) as connection:
        pairs = connection.execute("SELECT row_a, row_b FROM link_pair ORDER BY ALL LIMIT 6").df()
        verdicts = [drawn.choice(["same", "different"]) for _ in range(len(pairs))]
        connection.execute("BEGIN")
        decide(connection, survey, pairs.assign(verdict=verdicts, reason="seen"), "review")
        relink(connection, survey)
        connection.execute("COMMIT")


def _hurt(survey: Survey, store: Path) -> list[str]:
    """Identifiers of the children of the last round who were hurt."""
    with open_store(store, survey) as connection:
        rows = connection.execute(
            f"""
            SELECT cpms_id
            FROM current_child
            WHERE violence_physical = 'yes' AND round = '{YEARS[-1]}'
            ORDER BY ALL
            """
        ).fetchall()
    return [str(row[0]) for row in rows]


def _steps(survey: Survey, store: Path, folder: Path, seed: int) -> Iterator[str]:
    drawn = random.Random(seed)
    paths = list[Path]()
    for path in _drawn(survey, store, folder, seed):
        merge([path], store)
        paths.append(path)
    assert min(_moved(survey, store)) > 3, "an area alone is nothing special where nobody moves"
    yield "merges"
    merge([_corrected(paths[-1], drawn)], store)
    yield "a correction"
    batch = _last_batch(survey, store)
    merge([_corrected(paths[0], drawn)], store)
    undo(store, _last_batch(survey, store))
    assert _last_batch(survey, store) == batch
    yield "an undo"
    _decide_some(survey, store, drawn)
    yield "decisions"
    hurt = drawn.sample(_hurt(survey, store), 3)
    dispute_answer(store, hurt[0], "violence_physical", by="the mother", reason="it was an accident")
    add_response(store, hurt[1], "home_visit", "2025-12-30", next_date="2026-02-01", worker="W1")
    add_response(store, hurt[2], "closed", "2026-01-05", worker="W2")
    yield "a dispute and responses"
    adopt_definition(store, load_survey(_other_definition(folder)))
    yield "an adoption"
    merge([_corrected(paths[1], drawn)], store)
    yield "a merge after it"


def _other_definition(folder: Path) -> Path:
    """A definition that has a new question, another name for an old one, and a rule on both."""
    other = copy_definition(folder / "other")
    rename_question(other, "violence_emotional", "scared")
    add_question(other, "weaving")
    change_file(
        other, "indicators.yaml", "violence_physical = 'yes'", "violence_physical = 'yes' OR weaving > chore_hours_week"
    )
    return other


def _last_batch(survey: Survey, store: Path) -> int:
    with open_store(store, survey) as connection:
        row = connection.execute("SELECT max(batch_id) FROM batch").fetchone()
    assert row
    return int(row[0])


def _answered(question: Question, workspace: Workspace, code: str) -> object:
    try:
        return question(workspace, code)
    except UsageError as error:
        return error.message_id, error.values


def _assert_same(near_answer: Any, whole_answer: Any, place: str) -> None:
    assert type(near_answer) is type(whole_answer), place
    if isinstance(near_answer, pd.DataFrame):
        pd.testing.assert_frame_equal(near_answer, whole_answer, obj=place)
    elif is_dataclass(near_answer):
        for field in fields(near_answer):
            _assert_same(getattr(near_answer, field.name), getattr(whole_answer, field.name), f"{place}.{field.name}")
    elif isinstance(near_answer, dict):
        assert list(near_answer) == list(whole_answer), place
        for name in near_answer:
            _assert_same(near_answer[name], whole_answer[name], f"{place}.{name}")
    else:
        assert near_answer == whole_answer, place


def _assert_areas_alone_say_the_same(
    store: Path, asked: Iterable[tuple[str, str]], step: str, schemas: Path | None = None
) -> None:
    copy = Path(shutil.copy(store, store.with_stem("copy")))
    with Workspace.from_paths(copy, schemas) as whole:
        for code, name in asked:
            question, area = (IN_A_REPORT[name], code[:2]) if name in IN_A_REPORT else (ABOUT_AN_AREA[name], code)
            with Workspace.from_paths(store, schemas).of_area(area) as near:
                assert area_read(near.connection) == area[:6], f"{area} is most of the store"
                near_answer, whole_answer = (_answered(question, workspace, code) for workspace in (near, whole))
                _assert_same(near_answer, whole_answer, f"{step}: {name} {code}")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_area_alone_says_what_the_whole_store_says_of_it(tmp_path: Path, seed: int) -> None:
    survey, store, drawn = load_survey(), tmp_path / "s.duckdb", random.Random(seed)
    codes = [*SUBDISTRICTS, *(f"{code}01" for code in SUBDISTRICTS), "86", "9001"]
    every = list(product(codes, (*ABOUT_AN_AREA, *IN_A_REPORT)))
    # A province beside the rest of the store, of which a round is scored.
    provinces = [("86", "figures"), ("90", "plan")]
    count = 24 if THOROUGH else 3
    for step in _steps(survey, store, tmp_path, seed):
        if THOROUGH or step in LAST_STEPS:
            _assert_areas_alone_say_the_same(store, [*provinces, *drawn.sample(every, count)], step)
    asked = [*provinces, *drawn.sample(every, count)]
    _assert_areas_alone_say_the_same(store, asked, "the shipped definition", ROOT / "schemas")
