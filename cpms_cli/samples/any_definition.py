"""Synthetic rounds of any definition: every answer drawn by itself, from the lists and limits of its question.

The same children stand in every round. Nothing ties their answers together as in a family: what is drawn shows how
files of a definition go through every command, and what a question is not asked of stays blank.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.samples.drawn_answers import age_on
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Code, Field, Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import adult_age, typed, vocabulary
from cpms_cli.survey.rules.vocabulary import RANGES
from cpms_cli.survey.rules.workbench import open_workbench
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.written_answers import written_table

_SYLLABLES = ("ba", "de", "ki", "lo", "ma", "ne", "ri", "sa", "to", "vu", "ya", "zo")
_CHILDREN_A_HOME, _VILLAGES = 2, 4
_UNKNOWN, _UNWILLING, _USUAL, _SMALL = 0.03, 0.02, 0.8, 0.5
_MOST, _DAYS_OF_VISITS = 40, 28

Row = dict[str, Any]


@dataclass
class _Child:
    """One child, the same over the rounds; `lasting` has its answers that do not change."""

    village: str
    house: int
    line: int
    born: datetime.date
    lasting: Row = field(default_factory=dict)


def write_drawn_rounds(  # noqa: PLR0913 - what can be asked, each by its own name
    folder: str | Path,
    schemas: Path,
    subdistricts: Sequence[str],
    rounds: Sequence[int],
    children: int,
    seed: int,
) -> list[Path]:
    """Write a CSV a round into a new folder, headed in English; the same arguments give the same bytes.

    `subdistricts` are codes of the definition in `schemas`; its first one, where none is given. Raises UsageError where
    the folder has something in it, or an area is not known; DefinitionError.
    """
    survey, target = load_survey(schemas), Path(folder)
    known = sorted(code for code in survey.areas if len(code) == SUBDISTRICT)
    for code in subdistricts:
        if code not in known:
            raise UsageError("unknown_area", area=code)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError("folder_not_empty", folder=target)
    target.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    drawn = _children(survey, list(subdistricts) or known[:1], rounds[0], children, rng)
    written = []
    for year in rounds:
        frame = _round(survey, drawn, year, rng)
        labelled = written_table(survey, frame, FALLBACK)
        headed = labelled.rename(columns={name: survey.fields[name].label.in_(FALLBACK) for name in map(str, frame)})
        written.append(target / f"survey_{year}.csv")
        write_bytes(written[-1], headed.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
    return written


def _children(survey: Survey, subdistricts: Sequence[str], first: int, count: int, rng: random.Random) -> list[_Child]:
    villages = [f"{code}{number:02d}" for code in subdistricts for number in range(1, _VILLAGES + 1)]
    drawn = []
    for number in range(count):
        home, line = divmod(number, _CHILDREN_A_HOME)
        born = datetime.date(first - rng.randrange(adult_age(survey)), rng.randint(1, 12), rng.randint(1, 28))
        drawn.append(_Child(villages[home % len(villages)], home // len(villages) + 1, line + 1, born))
    return drawn


def _round(survey: Survey, children: Sequence[_Child], year: int, rng: random.Random) -> pd.DataFrame:
    """The rows of a round: a child and its household in one, under the names of the fields."""
    fields = [part for table in (survey.household, survey.child) for part in table.fields if part.is_asked_in(year)]
    homes: dict[tuple[str, int], Row] = {}
    rows = []
    with closing(open_workbench()) as connection:
        for child in children:
            visited = datetime.date(year, 11, 1 + child.house % _DAYS_OF_VISITS)
            age = age_on(child.born, visited.isoformat())
            if child.born > visited or age >= adult_age(survey):
                continue
            place = (child.village, child.house)
            if place not in homes:
                homes[place] = dict(_answers(survey, survey.household.fields, child, year, visited, rng))
            row = homes[place] | dict(_answers(survey, survey.child.fields, child, year, visited, rng))
            row = {part.name: row.get(part.name) for part in fields}
            rows.append(_as_asked(survey, fields, row, age, connection))
    return pd.DataFrame(rows, columns=[part.name for part in fields], dtype="str")


def _answers(  # noqa: PLR0913 - who is asked what, and when
    survey: Survey, fields: Sequence[Field], child: _Child, year: int, visited: datetime.date, rng: random.Random
) -> Iterator[tuple[str, Any]]:
    keys = {"round": str(year), "village": child.village, "household": str(child.house), "line": str(child.line)}
    known = {**keys, "visited": visited.isoformat(), "born": child.born.isoformat(), "interviewer": "V01"}
    for part in fields:
        if part.role in known:
            yield part.name, known[part.role]
        elif part.role == "consent":
            willing = [code.code for code in _codes(survey, part, year) if code.code not in part.withholds]
            refuses = rng.random() < _UNWILLING and child.line == 1
            yield part.name, part.withholds[0] if refuses else willing[0]
        elif part.carried or part.role in ("sex", "nationality"):
            yield part.name, child.lasting.setdefault(part.name, _answer(survey, part, year, visited, rng))
        else:
            yield part.name, _answer(survey, part, year, visited, rng)


def _codes(survey: Survey, part: Field, year: int) -> list[Code]:
    codes = survey.codes(part)
    return [code for code in codes.offered_in(year) if code.missing in ("", "exclusive")] if codes else []


def _answer(survey: Survey, part: Field, year: int, visited: datetime.date, rng: random.Random) -> str | None:
    """An answer that the question allows; None where nothing can be drawn that belongs to nobody."""
    if part.role in ("given_name", "family_name", "nickname", "mother"):
        return "".join(rng.choices(_SYLLABLES, k=3)).capitalize()
    if part.role in ("age", "person", "home", "national_id") or part.format or part.constraints.pattern:
        return None
    if part.codelist is not None:
        return _code(survey, part, year, rng)
    if part.type in ("integer", "number"):
        low = part.constraints.minimum or 0
        high = low + _MOST if part.constraints.maximum is None else min(low + _MOST, part.constraints.maximum)
        return str(low if rng.random() < _USUAL else rng.randint(low, high))
    return {"date": visited.isoformat(), "year": str(year)}.get(part.type)


def _code(survey: Survey, part: Field, year: int, rng: random.Random) -> str | None:
    codes = _codes(survey, part, year)
    if not codes or rng.random() < _UNKNOWN:
        return None
    # Half of the answers are the first of the list, so that no level has every child.
    return (codes[0] if rng.random() < _SMALL else rng.choice(codes)).code


def _as_asked(
    survey: Survey, fields: Sequence[Field], row: Row, age: int, connection: duckdb.DuckDBPyConnection
) -> Row:
    """The row without the answers to questions that are not asked of this child; of who does not consent, the key."""
    consent = survey.role("consent")
    if row.get(consent.name) in consent.withholds:
        kept = {*survey.key("child"), consent.name}
        return {name: value if name in kept else None for name, value in row.items()}
    asked = {part.name: part.asked for part in fields if isinstance(part.asked, str)}
    # A question may hang on one that hangs on another: what is blank now is looked at again.
    for _ in range(2 if asked else 0):
        answers = _asked(survey, asked, row, age, connection)
        row = {name: value if answers.get(name, True) else None for name, value in row.items()}
    return row


def _asked(
    survey: Survey, asked: Mapping[str, str], row: Row, age: int, connection: duckdb.DuckDBPyConnection
) -> dict[str, bool]:
    words, (youngest, oldest) = vocabulary(survey), RANGES["age"]
    rules = ", ".join(f"coalesce({rule_sql(rule, words)}, FALSE)" for rule in asked.values())
    written = ", ".join(f"?::VARCHAR AS {name}" for name in row)
    answers = ", ".join(f"{typed(survey, survey.fields[name], 'w')} AS {name}" for name in row)
    decided = connection.execute(
        f"""
        SELECT {rules}
        FROM (SELECT {age} AS {youngest}, {age} AS {oldest}, {answers} FROM (SELECT {written}) AS w) AS child""",
        list(row.values()),
    ).fetchone()
    return dict(zip(asked, decided or (), strict=True))
