"""One run of ours for the scoring benchmark, from canonical text in Parquet: `scoring_ours.py FOLDER VARIANT`.

VARIANT: `levels` (what the typed baseline tells), `reasons` (what the text baseline tells), or `everything`. Ours works
reasons and answers out only when asked, so the columns of the variant are asked for, of all rows, and stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
from scoring_baseline import Scored, measure

from cpms_cli.scoring.compiler.indicator_sql import with_household_levels
from cpms_cli.scoring.compiler.score_columns import explained_columns
from cpms_cli.scoring.scores import (
    EXPLAINED,
    HOUSEHOLD_SCORE,
    JUDGED,
    SCORE,
    carried_columns,
    create_explained,
    judge,
)
from cpms_cli.survey.opening.loading import load_survey


def scored_by(folder: Path, variant: str) -> Scored:
    """Return what makes the table `score`, with the columns of the variant."""
    survey = load_survey()
    levels = [*survey.key("child"), *(indicator.column for indicator in survey.indicators), "level"]
    explained = f"(SELECT {explained_columns(survey, carried_columns(survey))} FROM {JUDGED})"
    whole = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
    level = f"SELECT {', '.join(levels)} FROM {SCORE}"
    reasons = f"SELECT {', '.join(levels)}, highest, reasons FROM {explained}"
    asked = {"levels": level, "reasons": reasons, "everything": whole}[variant]

    def scored(connection: duckdb.DuckDBPyConnection) -> None:
        judge(connection, survey, f"'{folder / 'child.parquet'}'", f"'{folder / 'household.parquet'}'")
        if variant == "everything":
            create_explained(connection, survey)
        connection.execute(f"CREATE TEMP TABLE told AS {asked}")
        connection.execute("CREATE OR REPLACE TEMP VIEW score AS SELECT * FROM told")

    return scored


def main() -> None:
    """Print one run of ours."""
    print(json.dumps(measure(scored_by(Path(sys.argv[1]), sys.argv[2]))))


if __name__ == "__main__":
    main()
