"""The rows of a partition as the canonical text that scoring reads: a row per child, and one per household."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow.dataset as arrow_dataset

from cpms_cli.datasets.folder.manifest import Partition, Rows
from cpms_cli.datasets.folder.typed_rows import MISSING
from cpms_cli.errors import UsageError
from cpms_cli.scoring.engines import Engine
from cpms_cli.summaries.records.child_records import (
    CHILD_ROW,
    FIELDS_NOT_ASKED,
    HAS_HOUSEHOLD,
    HOUSEHOLD_ROW,
    SUBDISTRICT,
)
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.dependents import names_looked_at, rules_of_indicator
from cpms_cli.survey.rules.typed_answers import Unasked, quoted

ALONG = ("age_min", "age_max", FIELDS_NOT_ASKED)
"""What a row brings along: its ages, worked out of dates that may be hidden, and what it was not asked."""


def check_can_be_scored(survey: Survey, columns: Collection[str]) -> None:
    """Raise UsageError where a rule asks for an answer that the rows do not have, since it tells who a child is."""
    rules = [rule for indicator in survey.indicators for rule in rules_of_indicator(indicator)]
    rules += [rule for right in survey.rights for rule in (right.has, right.applies) if rule]
    rules += [measure.when for measure in survey.measures]
    rules += [level.when for level in survey.rule_levels if level.when]
    asked = names_looked_at(survey, rules) & set(survey.fields)
    hidden = sorted(asked - set(columns) - {survey.role("round").name})
    if hidden:
        raise UsageError("dataset_hides_answers", fields=", ".join(hidden))


def take_partition(connection: Engine, survey: Survey, path: Path, partition: Partition, detail: Rows) -> Unasked:
    """Create `partition_row`, and the views `partition_child` and `partition_household`; returns what rows were not
    asked, as scoring takes it."""
    connection.register("arriving_partition", arrow_dataset.dataset(path))
    connection.execute("CREATE OR REPLACE TEMP TABLE partition_row AS FROM arriving_partition")
    connection.unregister("arriving_partition")
    columns = _columns_of(connection, "partition_row")
    tables: tuple[Table, ...] = ("child", "household")
    round_ = quoted(str(partition.round))
    child, household = (canonical_cells(survey, table, columns, detail, round_) for table in tables)
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW partition_child AS
        SELECT {child}, {", ".join(ALONG)}
        FROM partition_row;

        CREATE OR REPLACE TEMP VIEW partition_household AS
        SELECT DISTINCT ON ({HOUSEHOLD_ROW}) {household}
        FROM partition_row
        WHERE {HAS_HOUSEHOLD}""")
    return _unasked(connection, survey, "partition_row")


def take_homes(connection: Engine, survey: Survey, path: Path, partition: Partition, detail: Rows) -> Unasked:
    """Create `home_row` and the view `partition_home`, of all households of a partition, with and without children;
    returns what they were not asked."""
    connection.register("arriving_homes", arrow_dataset.dataset(path))
    connection.execute("CREATE OR REPLACE TEMP TABLE home_row AS FROM arriving_homes")
    connection.unregister("arriving_homes")
    columns = _columns_of(connection, "home_row")
    cells = canonical_cells(survey, "household", columns, detail, quoted(str(partition.round)))
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW partition_home AS
        SELECT {cells}, {FIELDS_NOT_ASKED}
        FROM home_row""")
    return _unasked(connection, survey, "home_row")


def _columns_of(connection: Engine, relation: str) -> list[str]:
    return [str(name) for name, *_ in connection.execute(f"DESCRIBE {relation}").fetchall()]


def canonical_cells(survey: Survey, table: Table, columns: Collection[str], detail: Rows, round_: str) -> str:
    """Return the columns of a table of the survey in SQL, each as canonical text; blank where the rows have none.

    `round_` is SQL for the round, which is no column of the rows.
    """
    instead = {survey.role("round").name: round_}
    if detail == "masked":
        instead |= {
            survey.role("village").name: SUBDISTRICT,
            survey.role("household").name: HOUSEHOLD_ROW,
            survey.role("line").name: f"{CHILD_ROW}::VARCHAR",
        }
    return ", ".join(f"{instead.get(name) or _cell(name, columns)} AS {name}" for name in survey.columns(table))


def _cell(name: str, columns: Collection[str]) -> str:
    if name not in columns:
        return "NULL::VARCHAR"
    if f"{name}{MISSING}" in columns:
        return f"coalesce({name}::VARCHAR, {name}{MISSING})"
    return name


def _unasked(connection: Engine, survey: Survey, relation: str) -> Unasked:
    rows = connection.execute(f"""
        SELECT DISTINCT unnest(string_split({FIELDS_NOT_ASKED}, ';')) AS name
        FROM {relation}""").fetchall()
    names = {str(name) for (name,) in rows}
    return tuple(
        (name, f"contains({FIELDS_NOT_ASKED}, {quoted(f';{name};')})") for name in survey.fields if name in names
    )
