"""The definitions in a store of format 5 go by what they mean: their digests took the tool's own words for part of it,
so that a store seemed to follow another definition as soon as the tool found better words."""

from __future__ import annotations

from contextlib import suppress

import duckdb

from cpms_cli.errors import DefinitionError
from cpms_cli.store.tables.adoption_tables import DIGEST
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.packed_definition import digest_of_packed


def name_by_meaning(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Bring a store of format 5 to format 6: each definition that it kept goes by the digest of what it means.

    One that was not kept, or is damaged, goes by what it was called.
    """
    del survey
    for former, packed in connection.execute("SELECT digest, files FROM definition ORDER BY digest").fetchall():
        with suppress(DefinitionError):
            digest = digest_of_packed(packed, former)
            if digest != former:
                _rename(connection, former, digest, packed)


def _rename(connection: duckdb.DuckDBPyConnection, former: str, digest: str, packed: bytes) -> None:
    """Call a definition by another digest wherever the store names it; two of which only words differ become one."""
    connection.execute("DELETE FROM definition WHERE digest = ?", [former])
    connection.execute("INSERT INTO definition VALUES (?, ?) ON CONFLICT DO NOTHING", [digest, packed])
    connection.execute("UPDATE batch SET definition = ? WHERE definition = ?", [digest, former])
    connection.execute("UPDATE score_run SET definition = ? WHERE definition = ?", [digest, former])
    connection.execute("UPDATE adoption SET definition = ? WHERE definition = ?", [digest, former])
    connection.execute("UPDATE meta SET value = ? WHERE name = 'definition' AND value = ?", [digest, former])
    connection.execute(
        """
        UPDATE event
        SET detail = replace(detail, ?, ?)
        WHERE what IN ('schema use', 'schema undo')""",
        [former[:DIGEST], digest[:DIGEST]],
    )
