"""The answers of another round, or of the wider area, behind the shares that stand beside those of an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.summaries.counts.shares import COUNTS


@dataclass(frozen=True)
class AnswersElsewhere:
    """Counts that no table has, of which a share is made: that tells two of them, and with them how many are left.

    `children` is how many are counted there.
    """

    cells: dict[CellId, Cell]
    relations: list[Relation]
    children: Cell


def answers_elsewhere(
    frame: pd.DataFrame, column: str, ids: Mapping[str, Sequence[CellId]], whole: CellId, children: int | None = None
) -> AnswersElsewhere:
    """Return the counts behind a column of shares, as `compared_answers` has them, with the ids given row by row.

    `whole`: of how many children (or homes) they are; where that is not known, of so many as the fullest row has.
    """
    counts = frame[[f"{column}_{answer}" for answer in COUNTS]].set_axis(list(COUNTS), axis=1).astype(int)
    cells = {
        name: Cell(count, shown=answer in ("yes", "no"))
        for answer, names in ids.items()
        for name, count in zip(names, counts[answer], strict=True)
    }
    sums = counts.sum(axis=1)
    fullest = children if children is not None else int(sums.max()) if len(sums) else 0
    relations = [
        Relation(whole, tuple(ids[answer][row] for answer in COUNTS))
        for row, count in enumerate(sums)
        if count == fullest
    ]
    return AnswersElsewhere(cells, relations, Cell(fullest, shown=False, guarded=False))
