"""What rules ask of all children of a household, as an aggregate that is joined to each of them."""

from __future__ import annotations

import re

from sqlglot import exp

_OF_HOME = re.compile(r"\bof_home_\d+\b")


class Homes:
    """Takes the windows over a household out of rules, and joins what they are to be told instead.

    A window would carry every answer of every row through a sort; an aggregate takes what it needs.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        self.key = key
        self.known: dict[str, str] = {}

    def as_column(self, node: exp.Expression) -> exp.Expression:
        """A window over the household as the column that will hold it; anything else as it is."""
        if not isinstance(node, exp.Window) or node.args.get("order") or node.args.get("spec"):
            return node
        if tuple(part.name for part in node.args.get("partition_by") or ()) != self.key:
            return node
        return exp.column(self.known.setdefault(node.this.sql(dialect="duckdb"), f"of_home_{len(self.known)}"))

    def stage(self, name: str, columns: str, source: str, joined: set[str]) -> list[str]:
        """CTEs that add the columns to the source under a name; what was joined for an earlier stage is there."""
        wanted = set(_OF_HOME.findall(columns)) - joined
        joined |= wanted
        ctes = []
        if wanted:
            new = {aggregate: column for aggregate, column in self.known.items() if column in wanted}
            ctes.append(of_homes(f"home_of_{name}", source, self.key, new))
            source = with_homes(f"home_of_{name}", source, self.key)
        return [*ctes, f"{name} AS NOT MATERIALIZED (SELECT *, {columns} FROM {source})"]


def of_homes(name: str, source: str, key: tuple[str, ...], facts: dict[str, str]) -> str:
    """A CTE: one row per household, with these aggregates (SQL to column) of its rows."""
    columns = ", ".join(f"{aggregate} AS {column}" for aggregate, column in facts.items())
    return f"{name} AS NOT MATERIALIZED (SELECT {', '.join(key)}, {columns} FROM {source} GROUP BY {', '.join(key)})"


def with_homes(name: str, source: str, key: tuple[str, ...]) -> str:
    """A relation with the columns of its households; rows of no household, by an unreadable key, are one."""
    same = " AND ".join(f"{name}.{column} IS NOT DISTINCT FROM {source}.{column}" for column in key)
    return f"(SELECT {source}.*, {name}.* EXCLUDE ({', '.join(key)}) FROM {source} JOIN {name} ON {same})"
