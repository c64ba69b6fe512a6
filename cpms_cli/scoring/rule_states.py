"""Whether each alternative of each rule holds for each child: yes, no or unknown, and which answers it looks at."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.scoring.compiler.reasons import Reason, level_reasons, reasons
from cpms_cli.scoring.compiler.score_columns import COUNT_COLUMNS
from cpms_cli.scoring.judged_columns import truth_sql
from cpms_cli.scoring.scores import SCORE
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted, typed_record
from cpms_cli.survey.rules.vocabulary import RANGES


def _every(survey: Survey) -> list[Reason]:
    of_indicators = [
        part for indicator in survey.indicators for part in reasons(survey, indicator.when, indicator.column)
    ]
    return [*level_reasons(survey).values(), *of_indicators]


def _seen(survey: Survey, part: Reason) -> str:
    """SQL for what an alternative looks at, as a list of `name=answer`; `name=` where there is none."""
    items = [f"'{name}=' || coalesce({name}::VARCHAR, '')" for name in part.fields]
    columns = {indicator.number: indicator.column for indicator in survey.indicators}
    items += [f"'{columns[number]}=' || {columns[number]}_answer" for number in part.indicators]
    for count in part.counts:
        least, most = RANGES[count]
        items.append(f"'{count}=' || {least} || '-' || {most}")
    for names, condition in part.of_home:
        truth = f"CASE WHEN {condition} THEN 'yes' WHEN NOT ({condition}) THEN 'no' ELSE 'unknown' END"
        items.append(f"'any_child({names})=' || {truth}")
    return f"[{', '.join(items)}]"


def rule_states(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str = "TRUE") -> pd.DataFrame:
    """A row per child of `score` that meets `where` and alternative of an indicator's or a level's rule.

    Columns: the child's key; `part`, the alternative's id as `victim.2` or `i06.1`; `holds`: yes, no, unknown; `seen`,
    what it looks at as a list of `name=answer`. `score` must exist.
    """
    key = ", ".join(survey.key("child"))
    truths = ", ".join(
        f"s.{indicator.column} AS {indicator.column}_answer, {truth_sql(f's.{indicator.column}')} AS {indicator.column}"
        for indicator in survey.indicators
    )
    counts = ", ".join(f"s.{name}" for name in COUNT_COLUMNS)
    record = typed_record(survey, "current_child", "current_household")
    items = ", ".join(
        f"""{{
            'place': {place},
            'part': {quoted(part.id)},
            'seen': {_seen(survey, part)},
            'holds': CASE WHEN {part.condition} THEN 'yes' WHEN NOT ({part.condition}) THEN 'no' ELSE 'unknown' END
        }}"""
        for place, part in enumerate(_every(survey))
    )
    wanted = f"SELECT {key} FROM {SCORE} WHERE {condition}"
    return connection.execute(f"""
        WITH known AS (
            SELECT r.*, {truths}, {counts}
            FROM ({record}) r
            JOIN {SCORE} s USING ({key})
        ),
        judged AS (SELECT {key}, unnest([{items}]) AS judged FROM known)
        SELECT {key}, judged.part, judged.holds, judged.seen
        FROM judged
        SEMI JOIN ({wanted}) USING ({key})
        ORDER BY {key}, judged.place""").df()
