"""Questions that files merged under an earlier definition answer, and that it said their rounds did not ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from cpms_cli.errors import CpmsError
from cpms_cli.store.tables.adoption_tables import tables_of
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Survey


def asked_later(
    connection: duckdb.DuckDBPyConnection, survey: Survey, batches: Collection[int]
) -> dict[int, frozenset[str]]:
    """Return by batch the questions that the definition of now asks in a round of the store, and the one that the batch
    was merged under did not: what its file answers to them was left out.

    Those that the earlier one did not know are not among them; neither is any where it was not kept. A batch of the
    definition of now has no entry.
    """
    if not batches:
        return {}
    followed = connection.execute(
        """
        SELECT batch_id, definition
        FROM batch
        WHERE list_contains(?, batch_id) AND definition IS DISTINCT FROM ?""",
        [[*batches], survey.digest],
    ).fetchall()
    if not followed:
        return {}
    round_ = survey.role("round").name
    years = connection.execute(f"SELECT DISTINCT {round_}::INTEGER FROM household_observation").fetchall()
    rounds = [int(year) for (year,) in years]
    of_definition = {
        definition: _asked_now(connection, survey, str(definition), rounds)
        for definition in {definition for _, definition in followed}
    }
    return {int(batch): of_definition[definition] for batch, definition in followed}


def _asked_now(
    connection: duckdb.DuckDBPyConnection, survey: Survey, definition: str, rounds: Sequence[int]
) -> frozenset[str]:
    """Return the questions that the definition of now asks in some of these rounds, and one of this digest did not."""
    try:
        then = tables_of(kept_definition(connection, definition))
    except CpmsError:
        return frozenset()
    later = set[str]()
    for table in TABLES:
        known = {field.name: field for field in then[table].fields}
        for field in tables_of(survey)[table].fields:
            former = next((known[name] for name in (field.name, *field.formerly) if name in known), None)
            if former and any(field.is_asked_in(year) and not former.is_asked_in(year) for year in rounds):
                later.add(field.name)
    return frozenset(later)
