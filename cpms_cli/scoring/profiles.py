"""What summaries ask of a scored child beyond its scores: the groups it belongs to, its rights, its migration.

Three temporary tables, made beside `score`:
- `profile`, a row per child and round: its key, one column per group (`group_sex`, ...) with the group's code, one per
  right (`right_education`, ...) and per measure of children (`measure_migrated_in`, ...) with yes / no / unknown / n/a;
- `home_round`, a row per household and round: its key, `group_*` of its place, `measure_*` of households;
- `child_round`, a view: `score` and `profile` side by side.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from cpms_cli.scoring.compiler.score_columns import COUNT_COLUMNS
from cpms_cli.scoring.scores import SCORE, create_scores
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import quoted, typed_household, typed_record, vocabulary

CHILD_ROUND, HOME = "child_round", "home_round"
UNKNOWN = "unknown"


def group_column(group: str) -> str:
    """The column of `profile` and `home_round` that holds a group's code."""
    return f"group_{group}"


def right_column(right: str) -> str:
    """The column of `profile` that says whether a right is enjoyed."""
    return f"right_{right}"


def measure_column(measure: str) -> str:
    """The column that holds the answer to a measure of migration."""
    return f"measure_{measure}"


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


def answer_sql(survey: Survey, when: str, table: Table, asked: str = "") -> str:
    """Return SQL that says yes, no or unknown of a rule on a typed row, and n/a where it is not asked."""
    condition = rule_sql(when, vocabulary(survey, table, indicators=table == "child"))
    answer = f"CASE WHEN {condition} THEN 'yes' WHEN NOT ({condition}) THEN 'no' ELSE 'unknown' END"
    return f"CASE WHEN NOT ({asked}) THEN 'n/a' WHEN {asked} THEN {answer} ELSE 'unknown' END" if asked else answer


def _asked(survey: Survey, applies: str | None, levels: tuple[str, ...]) -> str:
    parts = [rule_sql(applies, vocabulary(survey))] if applies else []
    if levels:
        parts.append(f"level IN ({', '.join(map(quoted, levels))})")
    return " AND ".join(f"({part})" for part in parts)


def create_profiles(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `score`, `profile`, `home_round` and `child_round` for the current rows of the store."""
    create_scores(connection, survey)
    create_profile_tables(connection, survey)


def scored_record(survey: Survey) -> str:
    """Return a SELECT of one typed row per child and round with what rules on scores look at: the truths of the
    indicators, level, highest and counts. Needs `score`."""
    key = ", ".join(survey.key("child"))
    truths = ", ".join(
        f"CASE s.{indicator.column} WHEN 'yes' THEN TRUE WHEN 'unknown' THEN NULL ELSE FALSE END AS {indicator.column}"
        for indicator in survey.indicators
    )
    counts = ", ".join(f"s.{name}" for name in COUNT_COLUMNS)
    return (
        f"SELECT r.*, {truths}, s.level, s.highest, {counts}"
        f" FROM ({typed_record(survey, 'current_child', 'current_household')}) r JOIN {SCORE} s USING ({key})"
    )


def create_profile_tables(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `profile`, `home_round` and `child_round`; needs `score`."""
    key = ", ".join(survey.key("child"))
    columns = [
        *_groups(survey, "child"),
        *(
            f"{answer_sql(survey, right.has, 'child', _asked(survey, right.applies, right.levels))}"
            f" AS {right_column(right.id)}"
            for right in survey.rights
        ),
        *(
            f"{answer_sql(survey, measure.when, 'child')} AS {measure_column(measure.id)}"
            for measure in survey.measures
            if measure.of == "child"
        ),
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE profile AS WITH known AS ({scored_record(survey)})"
        f" SELECT {key}, {', '.join(columns)} FROM known"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {CHILD_ROUND} AS SELECT * FROM {SCORE} JOIN profile USING ({key})")
    _create_homes(connection, survey)


def _create_homes(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    key = ", ".join(survey.key("household"))
    columns = [
        *_groups(survey, "household"),
        *(
            f"{answer_sql(survey, measure.when, 'household')} AS {measure_column(measure.id)}"
            for measure in survey.measures
            if measure.of == "household"
        ),
    ]
    record = typed_household(survey, "current_household", "current_child")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {HOME} AS SELECT {key}, {', '.join(columns)} FROM ({record})")
