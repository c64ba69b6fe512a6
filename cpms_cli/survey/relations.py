"""How a relation of the database is declared: a table, a view, or a data frame that SQL reads under a name.

The relations on a connection are how the steps of a merge and of a scoring hand work on. A package declares its own in
`relations.py`, as the tuple `RELATIONS`, one declaration per name in the whole program.
`scripts/relations_map.py` collects them and writes the map in CONTRIBUTING.md; `tests/code/test_relations.py` parses
all SQL, and fails where a relation is made or read that nobody declared, or declared and never made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stored", "table", "view", "frame"]


@dataclass(frozen=True)
class Relation:
    """One relation.

    `name` is its name in SQL and `a_row_is` says in a few words what one row stands for. `made_by` and `read_by` are
    the modules whose SQL makes and reads it, without the leading "cpms_cli.". `columns` are named where they do not
    depend on the survey's definition. `kind`: a table or view that is `stored` in the store's file, a temporary `table`
    or `view`, or a data `frame` registered on the connection.
    """

    name: str
    a_row_is: str
    made_by: tuple[str, ...]
    read_by: tuple[str, ...]
    columns: tuple[str, ...] = ()
    kind: Kind = "table"
