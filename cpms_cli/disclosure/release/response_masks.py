"""What became of the cases of an area as cells, and the same counts again with what is withheld blank.

Cases are counted as they are on a day. What two days differ by tells of single children as much as what two rounds do:
the counts of every day are those of one table, and a count that has changed by a few since is withheld (`problem`).
Ids: 0/area/case/level/state.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cells.spanning import CASES
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Asked, Masked
from cpms_cli.summaries.response.cases import STATES
from cpms_cli.summaries.response.response_counts import ResponseSummary


def mask_responses(asked: Asked, one: ResponseSummary) -> Masked[ResponseSummary]:
    """A summary of responses."""
    sheet = asked.sheet(one.code or None, CASES)
    for name, frame in one.tables.items():
        _cases(sheet, name, frame)

    def masked(found: Protected) -> ResponseSummary:
        return replace(
            one,
            parts=found.tables["parts"],
            totals=found.tables["totals"],
            unplaced=None,
            grouped={name: found.tables[name] for name in one.grouped},
        )

    return sheet, masked


def _cases(sheet: SummaryCells, name: str, frame: pd.DataFrame) -> None:
    places = sheet.places(frame)
    levels = frame["level"].tolist()
    ids = {
        column: [f"{at}case/{level}/{column}" for at, level in zip(places, levels, strict=True)]
        for column in ("due", *STATES)
    }
    sheet.counts(name, frame, ids)
    for at, due in enumerate(ids["due"]):
        sheet.add(Relation(due, tuple(ids[state][at] for state in STATES)))
    counts = frame["due"].astype(int)
    for where in dict.fromkeys(places):
        here = [at == where for at in places]
        sheet.whole(f"{where}children", int(counts[here].sum()))
        dues = [f"{where}case/{level}/due" for level, at in zip(levels, here, strict=True) if at]
        sheet.add(Relation(f"{where}children", tuple(dues)))
