"""What comparisons of groups and of rounds ask of a scored child: its level, its part of each group, its outcomes."""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.unasked_columns import is_unasked
from cpms_cli.scoring.judged_columns import outcome_column
from cpms_cli.scoring.profiles import UNKNOWN, answer_sql, scored_record
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.fairness import ComparedGroup, Outcome
from cpms_cli.survey.rules.rule_language import compiled, parse, sql
from cpms_cli.survey.rules.typed_answers import quoted, vocabulary

COMPARED = "compared_row"


def part_column(group: str) -> str:
    """Return the column of `compared_row` that holds a child's part of a group."""
    return f"part_{group}"


def levels_from(survey: Survey, mildest: str) -> tuple[str, ...]:
    """Return a level and all that are more severe."""
    ids = [level.id for level in survey.levels]
    return tuple(ids[: ids.index(mildest) + 1])


def listed(names: tuple[str, ...]) -> str:
    """Return names as an SQL list of texts."""
    return f"({', '.join(map(quoted, names))})"


def create_compared_rows(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create the temporary table `compared_row`, a row per child and round; needs `score`.

    Columns: the row's key, `person`, `level`, `highest`; `part_...` with the code of the child's part of each group,
    'unknown' where nothing is known; `outcome_...` with yes, no, unknown, n/a where it is not asked of such a child, or
    not_asked where the round did not ask.
    """
    columns = [
        *survey.key("child"),
        f"{survey.role('person').name} AS person",
        "level",
        "highest",
        *(f"{_part(survey, group)} AS {part_column(group.id)}" for group in survey.fairness.groups),
        *(f"{_outcome(survey, outcome)} AS {outcome_column(outcome.id)}" for outcome in survey.fairness.outcomes),
    ]
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {COMPARED} AS
        SELECT {", ".join(columns)}
        FROM ({scored_record(survey)})
        """
    )


def _part(survey: Survey, group: ComparedGroup) -> str:
    if group.when is not None:
        return answer_sql(survey, group.when, "child")
    return f"coalesce({group.field}, {quoted(UNKNOWN)})"


def _outcome(survey: Survey, outcome: Outcome) -> str:
    asked = f"({sql(compiled(parse(outcome.applies), vocabulary(survey)))})" if outcome.applies else ""
    if outcome.when is not None:
        return answer_sql(survey, outcome.when, "child", asked, is_unasked(outcome_column(outcome.id)))
    severe = listed(levels_from(survey, str(outcome.level)))
    answer = f"CASE WHEN level IN {severe} THEN 'yes' WHEN highest IN {severe} THEN 'unknown' ELSE 'no' END"
    return f"CASE WHEN NOT {asked} THEN 'n/a' WHEN {asked} THEN {answer} ELSE 'unknown' END" if asked else answer
