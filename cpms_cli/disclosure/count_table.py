"""A table of counts that is to be published, with the cell that each of its counts is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId


@dataclass(frozen=True)
class CountTable:
    """One table to be published, and which counts stand where.

    `ids`: for each column of counts, the ids of its cells, row by row; the same id is the same count, in whatever
    table it stands. `derived`: for each column computed from counts, one or more columns of ids, all of which must be
    published for a row to keep its figure. `wholes`: of a table of answers, the id of what each row adds up to.
    """

    frame: pd.DataFrame
    ids: Mapping[str, Sequence[CellId]]
    derived: Mapping[str, Sequence[Sequence[CellId]]] = field(default_factory=dict)
    wholes: Sequence[CellId] = ()
