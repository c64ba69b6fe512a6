"""What summaries ask of a scored child beyond its scores: the groups it belongs to, its rights, its migration.

Three temporary tables, made beside `score`:
- `profile`, a row per child and round: its key, one column per group (`group_sex`, ...) with the group's code, one per
  right (`right_education`, ...) and per measure of children (`measure_migrated_in`, ...) with yes / no / unknown /
  n/a / not_asked;
- `home_round`, a row per household and round: its key, `group_*` of its place, `measure_*` of households,
  and `unasked`, what rests on questions that its round did not ask;
- `child_round`, a view: `score` and `profile` side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb

from cpms_cli.scoring.compiler.score_columns import COUNT_COLUMNS
from cpms_cli.scoring.compiler.unasked_columns import UNASKED, is_unasked, unasked_columns
from cpms_cli.scoring.engines import Engine
from cpms_cli.scoring.judged_columns import measure_column, right_column, truth_sql
from cpms_cli.scoring.scores import SCORE, batch_columns, create_scores
from cpms_cli.store.rows_as_read.current_rows import unasked_in_store
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.model.summary_model import Group, Right
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import (
    RecordColumns,
    Unasked,
    quoted,
    typed_household,
    typed_record,
    vocabulary,
)

CHILD_ROUND, HOME = "child_round", "home_round"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class ProfiledRows:
    """The relations of canonical text that are profiled, by default the store's rows: `children` of `households`, and
    `homes`, those of which measures of households are told. `along` and `along_homes`: the columns of children, and of
    homes, that come along. `unasked`: what rows were not asked; None stands for what the store says of its own.
    """

    children: str = "current_child"
    households: str = "current_household"
    homes: str = "current_household"
    along: tuple[str, ...] = ()
    along_homes: tuple[str, ...] = ()
    unasked: Unasked | None = None


OF_STORE = ProfiledRows()


def group_column(group: str) -> str:
    """The column of `profile` and `home_round` that holds a group's code."""
    return f"group_{group}"


def band_name(first: int, last: int) -> str:
    """A band of ages as it is written: 0-4."""
    return f"{first}-{last}"


def _group(survey: Survey, group: Group) -> str:
    if group.digits is not None:
        return f"left({survey.role('village').name}, {group.digits})"
    if group.bands:
        cases = " ".join(
            f"WHEN age_min >= {first} AND age_max <= {last} THEN {quoted(band_name(first, last))}"
            for first, last in group.bands
        )
        return f"CASE {cases} ELSE {quoted(UNKNOWN)} END"
    return f"coalesce({group.field}, {quoted(UNKNOWN)})"


def _groups(survey: Survey, table: Table) -> Iterator[str]:
    for group in survey.figures.groups:
        if table == "child" or group.digits is not None:
            yield f"{_group(survey, group)} AS {group_column(group.id)}"


def answer_sql(survey: Survey, when: str, table: Table, asked: str = "", unasked: str = "FALSE") -> str:
    """Return SQL that says yes, no or unknown of a rule on a typed row, n/a where it is not asked, and not_asked where
    it is open and `unasked` holds: the round did not ask what would decide it."""
    condition = rule_sql(when, vocabulary(survey, table, indicators=table == "child"))
    open_ = f"WHEN {unasked} THEN 'not_asked' ELSE 'unknown' END"
    answer = f"CASE WHEN {condition} THEN 'yes' WHEN NOT ({condition}) THEN 'no' {open_}"
    return f"CASE WHEN NOT ({asked}) THEN 'n/a' WHEN {asked} THEN {answer} {open_}" if asked else answer


def _asked(survey: Survey, applies: str | None, levels: tuple[str, ...]) -> str:
    parts = [rule_sql(applies, vocabulary(survey))] if applies else []
    if levels:
        parts.append(f"level IN ({', '.join(map(quoted, levels))})")
    return " AND ".join(f"({part})" for part in parts)


def _right(survey: Survey, right: Right) -> str:
    asked = _asked(survey, right.applies, right.levels)
    return answer_sql(survey, right.has, "child", asked, is_unasked(right_column(right.id)))


def _measures(survey: Survey, of: Table) -> Iterator[str]:
    for measure in survey.measures:
        if measure.of == of:
            column = measure_column(measure.id)
            yield f"{answer_sql(survey, measure.when, of, unasked=is_unasked(column))} AS {column}"


def create_profiles(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `score`, `profile`, `home_round` and `child_round` for the current rows of the store."""
    create_scores(connection, survey)
    create_store_profiles(connection, survey)


def create_store_profiles(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `profile`, `home_round` and `child_round` for the current rows of the store; needs `score`."""
    rows = replace(OF_STORE, unasked=unasked_in_store(connection, survey))
    create_profile_tables(connection, survey, rows)


def scored_record(survey: Survey, rows: ProfiledRows = OF_STORE) -> str:
    """Return a SELECT of one typed row per child and round with what rules on scores look at: the truths of the
    indicators, level, highest, counts, and what rests on questions that were not asked. Needs `score`."""
    key = ", ".join(survey.key("child"))
    columns = (indicator.column for indicator in survey.indicators)
    truths = ", ".join(f"{truth_sql(f's.{column}')} AS {column}" for column in columns)
    counts = ", ".join(f"s.{name}" for name in COUNT_COLUMNS)
    record = typed_record(survey, rows.children, rows.households, RecordColumns(rows.along))
    return f"""
        SELECT r.*, {truths}, s.level, s.highest, {counts}, s.{UNASKED}
        FROM ({record}) r
        JOIN {SCORE} s USING ({key})"""


def create_profile_tables(connection: Engine, survey: Survey, rows: ProfiledRows) -> None:
    """Create `profile`, `home_round` and `child_round` of these rows; needs `score`."""
    key = ", ".join(survey.key("child"))
    columns = [
        *_groups(survey, "child"),
        *(f"{_right(survey, right)} AS {right_column(right.id)}" for right in survey.rights),
        *_measures(survey, "child"),
    ]
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE profile AS
        WITH known AS ({scored_record(survey, rows)})
        SELECT {key}, {", ".join(columns)}
        FROM known""")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {CHILD_ROUND} AS SELECT * FROM {SCORE} JOIN profile USING ({key})")
    _create_homes(connection, survey, rows)


def _create_homes(connection: Engine, survey: Survey, rows: ProfiledRows) -> None:
    key = ", ".join(survey.key("household"))
    columns = [*_groups(survey, "household"), *_measures(survey, "household")]
    record = typed_household(survey, rows.homes, rows.children, (*batch_columns(rows.unasked), *rows.along_homes))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {HOME} AS
        WITH known AS (
            SELECT *, {unasked_columns(survey, rows.unasked)}
            FROM ({record})
        )
        SELECT {key}, {", ".join(columns)}, {UNASKED}
        FROM known
        """
    )
