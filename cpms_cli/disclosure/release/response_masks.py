"""What became of the cases of an area as cells, and the same counts again with what is withheld blank.

Cases are counted as they are on a day. What two days differ by tells of single children as much as what two rounds do:
the counts of every day are those of one table, and a count that has changed by a few since is withheld (`problem`).
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cell_id import CASES
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Masked, MaskingContext
from cpms_cli.summaries.response.cases import STATES
from cpms_cli.summaries.response.response_counts import ResponseSummary


def mask_responses(context: MaskingContext, summary: ResponseSummary) -> Masked[ResponseSummary]:
    """Take a summary of responses apart."""
    sheet = context.sheet(summary.code or None, CASES)
    for name, frame in summary.tables.items():
        _add_cases(sheet, name, frame)

    def masked(protected: Protected) -> ResponseSummary:
        return replace(
            summary,
            parts=protected.tables["parts"],
            totals=protected.tables["totals"],
            unplaced=None,
            grouped={name: protected.tables[name] for name in summary.grouped},
        )

    return sheet, masked


def _add_cases(sheet: SummaryCells, name: str, frame: pd.DataFrame) -> None:
    populations = sheet.populations(frame)
    levels = frame["level"].tolist()
    ids = {
        column: [
            population.cell("case", f"{level}/{column}") for population, level in zip(populations, levels, strict=True)
        ]
        for column in ("due", *STATES)
    }
    sheet.add_counts(name, frame, ids)
    for row, due in enumerate(ids["due"]):
        sheet.add(Relation(due, tuple(ids[state][row] for state in STATES)))
