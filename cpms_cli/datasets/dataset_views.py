"""The rows of a data set, and what is counted of them, under the names that a store has for the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cpms_cli.datasets.canonical_rows import canonical_cells
from cpms_cli.datasets.folder.manifest import FIGURES, FIGURES_OF_HOMES, HOUSEHOLDS
from cpms_cli.datasets.partition_figures import DatasetRows
from cpms_cli.scoring.compiler.indicator_sql import household_sql
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import group_column
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

_BY_FOLDER = "hive_types = {'province': VARCHAR, 'round': INTEGER}"


def create_rows(connection: duckdb.DuckDBPyConnection, rows: DatasetRows) -> None:
    """Create `current_child` and `current_household` of all rows of a data set, as canonical text."""
    partitions, detail = rows.manifest.partitions, rows.manifest.detail
    homes = [path for each in partitions for path in each.further if path.startswith(f"{HOUSEHOLDS}/")]
    files: dict[Table, list[str]] = {"child": [each.path for each in partitions], "household": homes}
    for table, paths in files.items():
        source = _parquet(
            [rows.folder / path for path in paths], "hive_types = {'province': VARCHAR, 'round': INTEGER}"
        )
        columns = [str(name) for name, *_ in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
        cells = canonical_cells(rows.survey, table, columns, detail, "round::VARCHAR")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW current_{table} AS SELECT {cells} FROM {source}")


def _parquet(files: Sequence[Path], options: str = "hive_partitioning = false") -> str:
    """Return SQL that reads these files."""
    return f"read_parquet([{', '.join(quoted(str(file.resolve())) for file in files)}], {options})"


def create_figures(connection: duckdb.DuckDBPyConnection, survey: Survey, files: dict[str, list[Path]]) -> None:
    """Create the relations of `scoring.scores` and `scoring.profiles` of files that `partition_figures` wrote."""
    of_children, of_homes = (_parquet(files[kind]) for kind in (FIGURES, FIGURES_OF_HOMES))
    key = ", ".join(survey.key("child"))
    profile = [group_column(group.id) for group in survey.figures.groups]
    profile += [right_column(right.id) for right in survey.rights]
    profile += [measure_column(measure.id) for measure in survey.measures if measure.of == "child"]
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW child_round AS FROM {of_children};
        CREATE OR REPLACE TEMP VIEW home_round AS FROM {of_homes};
        CREATE OR REPLACE TEMP VIEW score AS FROM child_round;
        CREATE OR REPLACE TEMP VIEW profile AS SELECT {key}, {", ".join(profile)} FROM child_round;
        CREATE OR REPLACE TEMP VIEW household_score AS {household_sql(survey, "score")}""")
