"""`cpms score --dataset FOLDER -o FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Language

ENGINES = ("duckdb", "spark")
SPARK = ENGINES[1]


def master_of(engine: str, master: str | None) -> str | None:
    """The master of Spark where that is the engine: this computer where none is named. Raises UsageError."""
    if engine not in ENGINES:
        raise UsageError("engine_unknown", engine=engine, known=", ".join(ENGINES))
    if engine != SPARK:
        if master is not None:
            raise UsageError("option_needs", option="--master", other="--engine spark")
        return None
    return master or "local[*]"


def check_alone(memory: str | None, engine: str, master: str | None) -> None:
    """Raise UsageError for what goes with a data set alone."""
    given = {"--memory-limit": memory, "--master": master, "--engine": None if engine == ENGINES[0] else engine}
    for name, value in given.items():
        if value is not None:
            raise UsageError("option_needs", option=name, other="--dataset")


def score_into(folder: Path, to: Path | None, memory: str | None, master: str | None, spoken: Language) -> None:
    """Score a data set into another folder, and say how much was done."""
    if to is None:
        raise UsageError("option_needs", option="--dataset", other="-o")
    from cpms_cli import __version__
    from cpms_cli.datasets.engine import MEMORY
    from cpms_cli.datasets.folder.exporting import Watching
    from cpms_cli.datasets.scoring import score_dataset
    from cpms_cli.reports.progress import Progress
    from cpms_cli.survey.messages import say

    with Progress("dataset_scoring", spoken, shown=sys.stderr.isatty()) as progress:
        watching = Watching(progress.begin, progress.advance)
        scored = score_dataset(
            folder, to, memory=memory or MEMORY, master=master, tool_version=__version__, watching=watching
        )
    counts = {"written": len(scored.written), "same": len(scored.same), "rows": scored.rows}
    show_line(say("dataset_scored" if scored.written else "dataset_scored_before", spoken, folder=to, **counts))
    if scored.removed:
        show_line(say("dataset_scores_removed", spoken, partitions=", ".join(scored.removed)))
