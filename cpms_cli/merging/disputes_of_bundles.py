"""What families say is wrong, as a community's bundle brings it along, into the store of whoever merges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpms_cli.reading.book.bundle import Dispute
from cpms_cli.store.audit_log import Recorder
from cpms_cli.store.disputes import store_disputes
from cpms_cli.store.tables.dispute_tables import DISPUTE_COLUMNS
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class DisputesTaken:
    """How many disputed answers came along, and how many of them are about rows that were not stored: these are not
    in the store either."""

    rows_in: int = 0
    without_row: int = 0


NO_DISPUTES = DisputesTaken()


def take_in_disputes(
    connection: duckdb.DuckDBPyConnection, survey: Survey, bundles: Mapping[Path, Sequence[Dispute]], recorder: Recorder
) -> DisputesTaken:
    """Store what bundles say of disputed answers, in the caller's transaction, once their rows are linked."""
    person = survey.role("person").name
    taken = NO_DISPUTES
    for path, disputes in bundles.items():
        rows = [{name: row.get(name) for name in DISPUTE_COLUMNS} for row in disputes]
        linked = connection.execute(
            f"""
            SELECT {row_reference(survey, "child", "l")}, {person}
            FROM child_link l
            WHERE list_contains(?, {row_reference(survey, "child", "l")})
            """,
            [[row["row_key"] for row in rows]],
        ).fetchall()
        persons = {str(reference): str(name) for reference, name in linked}
        # The row is the same; the child may have another identifier in this store.
        rows_of_known = [
            {**row, "identifier": persons[str(row["row_key"])]} for row in rows if row["row_key"] in persons
        ]
        if rows_of_known:
            store_disputes(connection, survey, rows_of_known, path.name, recorder)
        taken = DisputesTaken(taken.rows_in + len(rows), taken.without_row + len(rows) - len(rows_of_known))
    return taken
