"""Questions that files merged under an earlier definition answer, and that it said their rounds did not ask."""

from __future__ import annotations

import duckdb

from cpms_cli.errors import CpmsError
from cpms_cli.store.definitions.adoption_tables import tables_of
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Survey


def asked_later(connection: duckdb.DuckDBPyConnection, survey: Survey, batch: int) -> frozenset[str]:
    """Return the questions that the definition of now asks in a round of the store, and the one that a batch was merged
    under did not: what its file answers to them was left out.

    Those that the earlier one did not know are not among them; neither is any where it was not kept.
    """
    row = connection.execute("SELECT definition FROM batch WHERE batch_id = ?", [batch]).fetchone()
    if row is None or row[0] == survey.digest:
        return frozenset()
    try:
        then = tables_of(kept_definition(connection, str(row[0])))
    except CpmsError:
        return frozenset()
    round_ = survey.role("round").name
    rounds = connection.execute(f"SELECT DISTINCT {round_}::INTEGER FROM household_observation").fetchall()
    later = set[str]()
    for table in TABLES:
        known = {field.name: field for field in then[table].fields}
        for field in tables_of(survey)[table].fields:
            former = next((known[name] for name in (field.name, *field.formerly) if name in known), None)
            if former and any(field.is_asked_in(year) and not former.is_asked_in(year) for (year,) in rounds):
                later.add(field.name)
    return frozenset(later)
