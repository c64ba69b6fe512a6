"""One run of ours for the scoring benchmark, from canonical text in Parquet: `scoring_ours.py FOLDER [--same]`."""

from __future__ import annotations

import sys
from pathlib import Path

from scoring_baseline import run

from cpms_cli.scoring.indicators import score_sql
from cpms_cli.scoring.scores import carried_columns
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import typed_record


def main() -> None:
    """All columns of a score, or with `--same` those that the baseline has too."""
    folder, survey = Path(sys.argv[1]), load_survey()
    sources = [f"'{folder / name}.parquet'" for name in ("child", "household")]
    query = score_sql(survey, typed_record(survey, sources[0], sources[1]), carried_columns(survey))
    shown = [*survey.key("child"), *(one.column for one in survey.indicators), "level"]
    run(f"SELECT {', '.join(shown)} FROM ({query})" if "--same" in sys.argv else query)


if __name__ == "__main__":
    main()
