"""One run of ours for the scoring benchmark, from canonical text in Parquet: `scoring_ours.py FOLDER VARIANT`.

VARIANT: `levels` (what the typed baseline tells), `reasons` (what the text baseline tells), or `everything`. Ours works
reasons and answers out only when asked, so the columns of the variant are asked for, of all rows, and stored.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from scoring_baseline import run

from cpms_cli.scoring.compiler.indicator_sql import with_household_levels
from cpms_cli.scoring.scores import EXPLAINED, HOUSEHOLD_SCORE, carried_columns, judge
from cpms_cli.survey.files.loading import load_survey


def main() -> None:
    """One run of ours."""
    folder, survey = Path(sys.argv[1]), load_survey()
    levels = [*survey.key("child"), *(indicator.column for indicator in survey.indicators), "level"]
    whole = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
    level = f"SELECT {', '.join(levels)} FROM {EXPLAINED}"
    reasons = f"SELECT {', '.join(levels)}, highest, reasons FROM {EXPLAINED}"
    asked = {"levels": level, "reasons": reasons, "everything": whole}[sys.argv[2]]

    def scored(connection: duckdb.DuckDBPyConnection) -> None:
        judge(connection, survey, f"'{folder / 'child.parquet'}'", f"'{folder / 'household.parquet'}'")
        connection.execute(f"CREATE TEMP TABLE told AS {asked}")
        connection.execute("CREATE OR REPLACE TEMP VIEW score AS SELECT * FROM told")

    run(scored)


if __name__ == "__main__":
    main()
