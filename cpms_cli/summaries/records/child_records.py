"""Rows for other systems: what each round says of each child, its scores beside the answers, with as much of who it is
as was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.scores import SCORE
from cpms_cli.store.audit_log import note_identified
from cpms_cli.store.logs.record_releases import earlier_records, next_number, note_records
from cpms_cli.store.rows_as_read.current_rows import unasked_in_store
from cpms_cli.store.tables.pseudonym_key import pseudonym_key
from cpms_cli.summaries.counts.shares import area_name, within
from cpms_cli.summaries.records.deidentification import HOME_ANSWERS, Generalised, generalised, pseudonyms
from cpms_cli.summaries.records.given_rows import GivenRows
from cpms_cli.survey import area_widths
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.model.settings.deidentification import AGE
from cpms_cli.survey.rules.rule_language import names_in, rule_sql
from cpms_cli.survey.rules.typed_answers import quoted, typed_record, vocabulary
from cpms_cli.workspace import Workspace

Detail = Literal["identified", "masked", "deidentified"]
SUBDISTRICT = "subdistrict"
HOUSEHOLD_ROW, HAS_HOUSEHOLD, FIELDS_NOT_ASKED = "household_row", "has_household", "fields_not_asked"
"""By what rows are scored anew, beside the ages: which are of one household, whether it has a row of its own, and which
questions were not asked, as `;field;other;`."""
CHILD_ROW = "child_row"
"""The number of a row within its household, by pseudonym, where the number that the file had is hidden."""
_MONTH = 7
_ASKED = "asked_"


@dataclass(frozen=True)
class Disclosed:
    """How much of who a child is stands in the rows, and for whom they are; see `child_records`.

    `pseudonyms_under` is the key of masked rows' pseudonyms, where it is not that of the store. `counted_as` has, by
    the identifier of a child who came from another store, the one that it had there.
    """

    detail: Detail = "masked"
    k: int | None = None
    audience: str = "public"
    series: str | None = None
    pseudonyms_under: bytes | None = None
    counted_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Records:
    """A row per child and round, ordered by its key or pseudonym: the key, answers as canonical text, and scores.

    `detail` says how much of who it is stands in it; where it is "deidentified", `k` is how many rows of a round share
    each combination of quasi-identifiers at least, `steps` how coarse each of these became, and `families` how many
    homes look alike in all their children, None where no family can be put together. `finer`: these readers were given
    rows before that are told more finely; whoever puts both together finds fewer than k.
    """

    frame: pd.DataFrame
    detail: Detail
    k: int | None = None
    steps: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    families: int | None = None
    finer: bool = False


def child_records(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    detail: Detail = "masked",
    k: int | None = None,
    audience: str = "public",
    series: str | None = None,
    schemas: Path | None = None,
) -> Records:
    """The rows of a store, of one area or round where asked.

    - "identified": everything; the audit log records it.
    - "masked": no names, numbers, houses or interviewers; of a birth date the month, of a village the subdistrict;
      identifiers become pseudonyms that only files for the same `audience` share.
    - "deidentified": as masked, the age instead of the birth date, no dates, pseudonyms of this file and round alone,
      and made coarser until `k` rows share each combination, also for whoever has the files that the same audience was
      given before. In a `series` a child has one pseudonym in all rounds and files, and k children share all its rows.

    The store remembers what an audience was given. Raises UsageError where there is no row, fewer than `k` in a round,
    or earlier files tell so much that k cannot be kept; StoreError, UnreadableFile; ValueError for another detail.
    """
    if detail not in get_args(Detail):
        raise ValueError(f"detail is one of {', '.join(get_args(Detail))}, not {detail!r}")
    with Workspace.from_paths(store, schemas, writes=True) as workspace:
        return make_records(workspace, Disclosed(detail, k, audience, series), area=area, round_=round_)


def make_records(
    workspace: Workspace,
    disclosed: Disclosed,
    *,
    area: str | None = None,
    round_: int | None = None,
    to_be_scored: bool = False,
) -> Records:
    """As `child_records`, in a workspace.

    `to_be_scored` adds by what the rows can be scored anew though names and dates are hidden: `age_min` and `age_max`,
    HAS_HOUSEHOLD, FIELDS_NOT_ASKED, and HOUSEHOLD_ROW, which is a pseudonym where identifiers are, then with CHILD_ROW.
    """
    detail, audience = disclosed.detail, disclosed.audience
    survey = workspace.survey
    connection = workspace.connection
    if area is not None:
        area_name(survey, area, FALLBACK)
    workspace.scored()
    frame = _rows(connection, survey, within(survey, area, round_), to_be_scored)
    if frame.empty:
        raise UsageError("no_rows_to_export")
    if disclosed.counted_as:
        frame = _counted_as(survey, frame, disclosed.counted_as)
    if detail == "identified":
        note_identified(connection, "export", len(frame), workspace.who)
        return Records(frame.drop(columns=_helpers(frame)), detail)
    earlier = earlier_records(connection, audience)
    given = GivenRows(survey, frame, pseudonym_key(connection), audience, disclosed.series, earlier)
    number = next_number(connection)
    if detail == "masked":
        key = disclosed.pseudonyms_under or given.key
        masked = _masked(survey, frame, key, audience).drop(columns=_helpers(frame)).reset_index(drop=True)
        if to_be_scored:
            masked[CHILD_ROW] = masked.groupby(HOUSEHOLD_ROW).cumcount() + 1
        note_records(connection, given.released(number, detail))
        return Records(masked, detail)
    k = disclosed.k or survey.privacy.k
    deidentified, generalised_ = _deidentified(survey, frame, given, number, k)
    kept = generalised_.steps.get(HOME_ANSWERS, (1, 1))[0] == 0
    note_records(connection, given.released(number, detail, k, kept, generalised_.looks))
    return Records(deidentified, detail, generalised_.k, generalised_.steps, generalised_.families, given.finer)


def _counted_as(survey: Survey, frame: pd.DataFrame, other: Mapping[str, str]) -> pd.DataFrame:
    """The rows with the identifiers that children had in another store; raises UsageError where one would stand twice
    in a round."""
    person, round_ = survey.role("person").name, survey.role("round").name
    frame = frame.assign(**{person: frame[person].map(other).fillna(frame[person])})
    twice = frame[frame.duplicated([person, round_])]
    if len(twice):
        raise UsageError("moved_twice", child=twice[person].iloc[0], round=twice[round_].iloc[0])
    return frame


def _helpers(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame if str(name).startswith(_ASKED)]


def _rows(
    connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, to_be_scored: bool = False
) -> pd.DataFrame:
    key, home_key = survey.key("child"), survey.key("household")
    shared = set(survey.child.shared)
    own = [f"c.{name}" for name in survey.columns("child")]
    home = [f"h.{field.name}" for field in survey.household.fields if field.name not in shared]
    scores = ", ".join(f"s.{indicator.column}" for indicator in survey.indicators)
    words = vocabulary(survey)
    asked = [
        f"({rule_sql(asked_field.asked, words)}) AS {_ASKED}{asked_field.name}"
        for asked_field in survey.asked_fields()
        if asked_field.asked
    ]
    record = typed_record(survey, "current_child", "current_household")
    of_score, of_asked = (
        " AND ".join(f"{side}.{name} = {other}" for name, other in ((name, form.format(name)) for name in key))
        for side, form in (("c", "s.{}::VARCHAR"), ("a", "s.{}"))
    )
    at_home = " AND ".join(f"h.{name} = c.{name}" for name in home_key)
    along = ["s.highest"]
    if to_be_scored:
        along += ["s.age_min", "s.age_max", household_row(survey, "c")]
        along += [f"h.{home_key[0]} IS NOT NULL AS {HAS_HOUSEHOLD}", f"c.{FIELDS_NOT_ASKED}"]
    return connection.execute(f"""
        WITH asked AS (
            SELECT {", ".join([*key, *asked])}
            FROM ({record})
        )
        SELECT
            {", ".join([*own, *home])},
            CASE WHEN age_min = age_max THEN age_min END AS {AGE},
            {scores},
            s.level,
            {", ".join(along)},
            a.* EXCLUDE ({", ".join(key)})
        FROM (SELECT * FROM {SCORE} WHERE {condition}) s
        JOIN ({_children(connection, survey, to_be_scored)}) c ON {of_score}
        LEFT JOIN current_household h ON {at_home}
        JOIN asked a ON {of_asked}
        ORDER BY {", ".join(f"s.{name}" for name in key)}""").df()


def _children(connection: duckdb.DuckDBPyConnection, survey: Survey, to_be_scored: bool) -> str:
    """Return a SELECT of the store's children; `to_be_scored` with the questions that they were not asked."""
    if not to_be_scored:
        return "FROM current_child"
    return f"SELECT *, {fields_not_asked(connection, survey)} FROM current_child"


def fields_not_asked(connection: duckdb.DuckDBPyConnection, survey: Survey) -> str:
    """Return SQL for FIELDS_NOT_ASKED, of a row of the store."""
    cases = [
        f"CASE WHEN {condition} THEN {quoted(f'{name};')} END"
        for name, condition in unasked_in_store(connection, survey)
    ]
    return f"concat({', '.join([quoted(';'), *cases])}) AS {FIELDS_NOT_ASKED}"


def household_row(survey: Survey, source: str) -> str:
    """Return SQL for HOUSEHOLD_ROW, of a row of the store."""
    return f"concat_ws('|', {', '.join(f'{source}.{name}' for name in survey.key('household'))}) AS {HOUSEHOLD_ROW}"


def hidden_columns(survey: Survey, born: Field) -> list[str]:
    """Columns that are in no row given away: who it is about, where exactly, and who asked."""
    names = {field.name for field in survey.fields.values() if field.personal and field is not born}
    return [*names, *survey.names_of("household", "line", "interviewer")]


def _masked(survey: Survey, frame: pd.DataFrame, key: bytes, audience: str, *parts: pd.Series) -> pd.DataFrame:
    """The rows as they are handed on, in no order that tells of houses; pseudonyms depend on the audience and on what
    `parts` say of each row."""
    born, village, round_ = (survey.role(role) for role in ("born", "village", "round"))
    identities = [survey.role("person").name, survey.role("home").name]
    coarse = frame.drop(columns=hidden_columns(survey, born)).rename(columns={village.name: SUBDISTRICT})
    coarse[SUBDISTRICT] = coarse[SUBDISTRICT].str[: area_widths.SUBDISTRICT]
    coarse[born.name] = coarse[born.name].str[:_MONTH]
    for name in (*identities, *(HOUSEHOLD_ROW for _ in frame.columns.intersection([HOUSEHOLD_ROW]))):
        named = frame[name]
        for part in parts:
            named = named + "\x1f" + part
        coarse[name] = pseudonyms(key, audience, named)
    first = [round_.name, SUBDISTRICT, *identities]
    coarse = coarse[[*first, *(name for name in coarse if name not in first)]]
    # The order of rows must not tell the order of houses.
    return coarse.sort_values([round_.name, identities[0]], kind="stable")


def _deidentified(
    survey: Survey, frame: pd.DataFrame, given: GivenRows, number: int, k: int
) -> tuple[pd.DataFrame, Generalised]:
    round_, village = survey.role("round").name, survey.role("village").name
    masked = _masked(survey, frame, given.key, given.audience, *given.named_by(number))
    # Dates tell the age, and who shares a home tells a family: a family is a combination of its own.
    gone = {
        *(field.name for field in survey.fields.values() if field.type == "date"),
        survey.role("born").name,
        survey.role("age").name,
        survey.role("home").name,
    }
    public = masked.drop(columns=[name for name in masked if name in gone]).rename(columns={SUBDISTRICT: village})
    try:
        generalisation = generalised(survey, public, k, round_, given.company(public))
    except ValueError:
        few = int(public.groupby(round_).size().min()) < k
        raise UsageError("too_few_to_hide" if few else "joined_too_few", k=k, audience=given.audience) from None
    hidden = {name for name, (position, last) in generalisation.steps.items() if position == last}
    of_homes = HOME_ANSWERS in hidden
    hidden |= set(given.home_answers(public)) if of_homes else set()
    plain = _without_ages(survey, generalisation.frame, round_).rename(columns={village: SUBDISTRICT})
    # What an indicator asks alone would tell it all the same.
    plain[
        [
            indicator.column
            for indicator in survey.indicators
            if hidden & set(names_in(indicator.when)) or (of_homes and indicator.level == "household")
        ]
    ] = None
    return plain.drop(columns=_helpers(plain)).reset_index(drop=True), generalisation


def _without_ages(survey: Survey, records: pd.DataFrame, round_: str) -> pd.DataFrame:
    """Take away what tells the age more finely than the age itself is told.

    Where children of one band are asked a question and others of it are not, nobody's answer to it stays; an indicator
    that does not apply to some of a band counts as no, as it does in the rules of the levels.
    """
    band = records.groupby([round_, AGE], dropna=False).ngroup()
    plain = records.copy()
    for helper in _helpers(records):
        name = helper.removeprefix(_ASKED)
        if name in plain:
            mixed = records[helper].astype("boolean").fillna(False).groupby(band).transform("nunique") > 1
            plain[name] = plain[name].mask(mixed)
    for indicator in survey.indicators:
        outside = records[indicator.column] == "n/a"
        mixed = outside.groupby(band).transform("nunique") > 1
        plain[indicator.column] = plain[indicator.column].mask(outside & mixed, "no")
    return plain
