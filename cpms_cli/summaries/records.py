"""Rows for other systems: what each round says of each child, its scores beside the answers, with as much of who it is
as was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.scores import SCORE, create_scores
from cpms_cli.store.audit import note_identified
from cpms_cli.store.file import open_store
from cpms_cli.store.pseudonym_key import pseudonym_key
from cpms_cli.summaries.deidentification import generalised, pseudonyms
from cpms_cli.summaries.shares import area_name, within
from cpms_cli.survey.definition import Field, Survey
from cpms_cli.survey.deidentification import AGE
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import typed_record, vocabulary
from cpms_cli.survey.rules import compiled, named, parse, sql

Detail = Literal["identified", "masked", "deidentified"]
SUBDISTRICT = "subdistrict"
_SUBDISTRICT_DIGITS, _MONTH = 6, 7
_ASKED = "asked_"


@dataclass(frozen=True)
class Records:
    """A row per child and round, ordered by its key or pseudonym: the key, answers as canonical text, and scores.

    `detail` says how much of who it is stands in it; where it is "deidentified", `k` is how many rows of a round share
    each combination of quasi-identifiers at least, and `steps` how coarse each of these became.
    """

    frame: pd.DataFrame
    detail: Detail
    k: int | None = None
    steps: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def child_records(
    store: str | Path, *, area: str | None = None, round_: int | None = None, detail: Detail = "masked",
    k: int | None = None, audience: str = "public", schemas: Path | None = None,
) -> Records:  # fmt: skip
    """The rows of a store, of one area or round where asked.

    - "identified": everything; the audit log records it.
    - "masked": no names, numbers, houses or interviewers; of a birth date the month, of a village the subdistrict;
      identifiers become pseudonyms that only files for the same `audience` share.
    - "deidentified": as masked, the age instead of the birth date, no dates, another pseudonym in each round (rounds
      put together would tell a child by how it grew), and made coarser until `k` rows share each combination.

    Raises UsageError where there is no row, or fewer than `k` in a round; StoreError, UnreadableFile.
    """
    survey = load_survey(schemas)
    with open_store(Path(store), survey, write=detail == "identified") as connection:
        if area is not None:
            area_name(survey, area, "en")
        create_scores(connection, survey)
        frame = _rows(connection, survey, within(survey, area, round_))
        key = pseudonym_key(connection)
        if frame.empty:
            raise UsageError("no_rows_to_export")
        if detail == "identified":
            note_identified(connection, "export", len(frame))
            return Records(frame.drop(columns=_helpers(frame)), detail)
    if detail == "masked":
        return Records(_masked(survey, frame, key, audience).drop(columns=_helpers(frame)), detail)
    return _deidentified(survey, frame, key, audience, k or survey.privacy.k)


def _helpers(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if str(name).startswith(_ASKED)]


def _rows(connection: duckdb.DuckDBPyConnection, survey: Survey, where: str) -> pd.DataFrame:
    key = survey.key("child")
    shared = set(survey.child.shared)
    own = [f"c.{name}" for name in survey.columns("child")]
    home = [f"h.{one.name}" for one in survey.household.fields if one.name not in shared]
    scores = ", ".join(f"s.{one.column}" for one in survey.indicators)
    words = vocabulary(survey)
    asked = [
        f"({sql(compiled(parse(one.asked), words))}) AS {_ASKED}{one.name}"
        for one in survey.asked_fields() if one.asked
    ]  # fmt: skip
    record = typed_record(survey, "current_child", "current_household")
    home_key = survey.key("household")
    of_score, of_asked = (
        " AND ".join(f"{side}.{name} = {other}" for name, other in ((name, form.format(name)) for name in key))
        for side, form in (("c", "s.{}::VARCHAR"), ("a", "s.{}"))
    )
    return connection.execute(
        f"WITH asked AS (SELECT {', '.join([*key, *asked])} FROM ({record}))"
        f" SELECT {', '.join([*own, *home])}, CASE WHEN age_min = age_max THEN age_min END AS {AGE}, {scores}, s.level,"
        f" s.highest, a.* EXCLUDE ({', '.join(key)}) FROM (SELECT * FROM {SCORE} WHERE {where}) s"
        f" JOIN current_child c ON {of_score} LEFT JOIN current_household h"
        f" ON {' AND '.join(f'h.{name} = c.{name}' for name in home_key)} JOIN asked a ON {of_asked}"
        f" ORDER BY {', '.join(f's.{name}' for name in key)}"
    ).df()

def _hidden(survey: Survey, born: Field) -> list[str]:
    """Columns that are in no row given away: who it is about, where exactly, and who asked."""
    roles = ("household", "line", "interviewer")
    names = {one.name for one in survey.fields.values() if one.personal and one is not born}
    return [*names, *(survey.role(role).name for role in roles)]  # type: ignore[arg-type]


def _masked(
    survey: Survey, frame: pd.DataFrame, key: bytes, audience: str, by_round: bool = False
) -> pd.DataFrame:  # fmt: skip
    born, village, round_ = (survey.role(role) for role in ("born", "village", "round"))
    identities = [survey.role("person").name, survey.role("home").name]
    told = frame.drop(columns=_hidden(survey, born)).rename(columns={village.name: SUBDISTRICT})
    told[SUBDISTRICT] = told[SUBDISTRICT].str[:_SUBDISTRICT_DIGITS]
    told[born.name] = told[born.name].str[:_MONTH]
    for name in identities:
        named = frame[name] + "\x1f" + frame[round_.name] if by_round else frame[name]
        told[name] = pseudonyms(key, audience, named)
    first = [round_.name, SUBDISTRICT, *identities]
    told = told[[*first, *(name for name in told if name not in first)]]
    # The order of rows must not tell the order of houses.
    return told.sort_values([round_.name, identities[0]], kind="stable").reset_index(drop=True)


def _deidentified(survey: Survey, frame: pd.DataFrame, key: bytes, audience: str, k: int) -> Records:
    round_, village = survey.role("round").name, survey.role("village").name
    masked = _masked(survey, frame, key, audience, by_round=True)
    # Dates tell the age, and who shares a home tells a family: a family is a combination of its own.
    gone = {*(one.name for one in survey.fields.values() if one.type == "date"), survey.role("born").name,
            survey.role("age").name, survey.role("home").name}  # fmt: skip
    told = masked.drop(columns=[name for name in masked if name in gone]).rename(columns={SUBDISTRICT: village})
    try:
        found = generalised(survey, told, k, round_)
    except ValueError:
        raise UsageError("too_few_to_hide", k=k) from None
    hidden = {name for name, (at, last) in found.steps.items() if at == last}
    plain = _without_ages(survey, found.frame, round_).rename(columns={village: SUBDISTRICT})
    # What an indicator asks alone would tell it all the same.
    plain[[one.column for one in survey.indicators if hidden & set(named(parse(one.when)))]] = None
    return Records(plain.drop(columns=_helpers(plain)), "deidentified", found.k, found.steps)


def _without_ages(survey: Survey, told: pd.DataFrame, round_: str) -> pd.DataFrame:
    """Take away what tells the age more finely than the age itself is told.

    Where children of one band are asked a question and others of it are not, nobody's answer to it stays; an indicator
    that does not apply to some of a band counts as no, as it does in the rules of the levels.
    """
    band = told.groupby([round_, AGE], dropna=False).ngroup()
    plain = told.copy()
    for helper in _helpers(told):
        name = helper.removeprefix(_ASKED)
        if name in plain:
            mixed = told[helper].astype("boolean").fillna(False).groupby(band).transform("nunique") > 1
            plain[name] = plain[name].mask(mixed)
    for one in survey.indicators:
        outside = told[one.column] == "n/a"
        mixed = outside.groupby(band).transform("nunique") > 1
        plain[one.column] = plain[one.column].mask(outside & mixed, "no")
    return plain
