"""What changed since the last linking, and into which nodes identifiers and decisions put the rows that it reaches."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.linking.decisions import NO_DECISIONS, latest_decisions
from cpms_cli.linking.kept.link_rows import digest, grow, numbers_of
from cpms_cli.linking.kept.stored_evidence import evidence_of_rows, with_anchors
from cpms_cli.linking.kept.sure_nodes import put_into_nodes
from cpms_cli.linking.store_rows import home_columns
from cpms_cli.store.tables.anchors import note_standing_anchors
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Changed:
    """Numbers of rows that changed since the last linking.

    `dirty`: rows that came or say something else, and rows whose home's details or whose node may be others now;
    `of_nodes`: all rows of the nodes that have other rows now. What rows said before that went or say something else
    stands in `link_row_gone`. `everything`: most rows are new, and all links are made anew. `rows`: how many current
    rows there are.
    """

    dirty: pd.Series
    of_nodes: pd.Series
    everything: bool
    rows: int


def note_changes(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Changed | None:
    """Bring `link_row` up to date with the current rows, but for names and children; what changed, None if nothing did.

    A row that says something else keeps its number. What needs no look at the rows that stayed is left for those that
    changed.
    """
    home = ", ".join(survey.key("household"))
    _note_decisions(connection, survey)
    note_standing_anchors(connection, survey)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE row_change AS
        SELECT l.row_id AS known_id, n.*
        FROM ({_rows_now(survey)}) n
        FULL JOIN (SELECT row_id, row_key, input, anchored FROM link_row) l ON l.row_key = n.row_key
        WHERE l.row_key IS NULL
            OR n.row_key IS NULL
            OR n.input IS DISTINCT FROM l.input
            OR n.anchored IS DISTINCT FROM l.anchored;

        CREATE OR REPLACE TEMP TABLE link_row_gone AS
        FROM link_row
        WHERE row_id IN (SELECT known_id FROM row_change);

        CREATE OR REPLACE TEMP TABLE row_new AS
        SELECT
            * EXCLUDE ({home}),
            {survey.role("round").name}::INTEGER AS round,
            {digest(f"concat_ws(chr(31), {home})")} AS home
        FROM row_change
        WHERE row_key IS NOT NULL""")
    counts = connection.execute("""
        SELECT
            (SELECT count(*) FROM row_new),
            (SELECT count(*) FROM link_row_gone),
            (SELECT count(*) FROM link_row)""").fetchone()
    added, gone, known = (int(count) for count in counts or (0, 0, 0))
    rows = known - gone + added
    if not added and not gone:
        return None
    connection.execute("""
        DELETE FROM link_row WHERE row_id IN (SELECT row_id FROM link_row_gone);

        INSERT INTO link_row BY NAME
        SELECT
            coalesce(
                known_id,
                row_number() OVER (PARTITION BY known_id IS NULL ORDER BY row_key)
                + greatest(
                    (SELECT coalesce(max(row_id), -1) FROM link_row),
                    (SELECT coalesce(max(row_id), -1) FROM link_row_gone)
                )
            ) AS row_id,
            row_key,
            round,
            input,
            home,
            anchored,
            FALSE AS shared,
            FALSE AS named
        FROM row_new""")
    new = numbers_of(connection, "SELECT row_id FROM link_row SEMI JOIN row_new USING (row_key) ORDER BY row_key")
    everything = 2 * added > rows
    dirty, of_nodes = _put_into_nodes(connection, survey, new, everything)
    return Changed(dirty, of_nodes, everything, rows)


def _note_decisions(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `decision_now`; where nobody has decided anything, the rows need not be looked through."""
    decided = connection.execute("FROM link_decision LIMIT 1").fetchone() is not None
    latest = latest_decisions(survey) if decided else NO_DECISIONS
    connection.execute(f"CREATE OR REPLACE TEMP TABLE decision_now AS {latest}")


def _put_into_nodes(
    connection: duckdb.DuckDBPyConnection, survey: Survey, new: pd.Series, everything: bool
) -> tuple[pd.Series, pd.Series]:
    """Put what is new, and what it reaches, into nodes; returns `dirty` and `of_nodes`, as `Changed` has them."""
    evidence = evidence_of_rows(connection, survey, new)
    note_identifiers(connection, evidence)
    _reach(connection, everything)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE reached_before AS
        SELECT row_id, node, shared
        FROM link_row
        SEMI JOIN reached USING (row_id)""")
    reached = numbers_of(connection, "SELECT row_id FROM link_row SEMI JOIN reached USING (row_id) ORDER BY row_key")
    if not reached.equals(new):
        evidence = evidence_of_rows(connection, survey, reached)
    put_into_nodes(connection, survey, with_anchors(connection, evidence))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE moved_row AS
        SELECT l.row_id, b.node AS node_before
        FROM link_row l
        JOIN reached_before b USING (row_id)
        WHERE l.node IS DISTINCT FROM b.node OR l.shared <> b.shared""")
    dirty = numbers_of(
        connection,
        """
        SELECT row_id
        FROM link_row
        WHERE row_id IN (SELECT row_id FROM moved_row)
            OR home IN (SELECT home FROM row_new UNION SELECT home FROM link_row_gone)
        ORDER BY row_key""",
    )
    of_nodes = numbers_of(
        connection,
        """
        SELECT row_id
        FROM link_row
        WHERE node IN (SELECT node FROM link_row SEMI JOIN moved_row USING (row_id))
            OR node IN (SELECT node_before FROM moved_row)
            OR node IN (SELECT node FROM link_row_gone)
            OR node IN (SELECT node FROM link_row SEMI JOIN row_new USING (row_key))
        ORDER BY row_key""",
    )
    return dirty, of_nodes


def _rows_now(survey: Survey) -> str:
    """Return a SELECT of the current rows: row_key, the key of the home, round, anchored, and `input`, a digest of what
    they say."""
    of_home = survey.key("household")
    home, homes = " AND ".join(f"h.{name} = o.{name}" for name in of_home), ", ".join(f"o.{name}" for name in of_home)
    reference = row_reference(survey, "child", "o")
    answers = ", ".join(f"coalesce(h.{name}::VARCHAR, '')" for name in home_columns(survey))
    return f"""
        WITH anchor AS (SELECT row_key, min(identifier) AS anchored FROM standing_anchor GROUP BY row_key),
        decided AS (
            SELECT row_key, string_agg(other || verdict || holds, '|' ORDER BY other) AS decisions
            FROM (
                SELECT row_a AS row_key, row_b AS other, verdict, holds FROM decision_now
                UNION ALL
                SELECT row_b AS row_key, row_a AS other, verdict, holds FROM decision_now
            )
            GROUP BY row_key
        ),
        current_row AS (
            SELECT
                {reference} AS row_key,
                {homes},
                o.content,
                concat_ws(chr(31), {answers}) AS of_home
            FROM child_observation o
            LEFT JOIN household_observation h ON {home} AND h.superseded_by IS NULL
            WHERE o.superseded_by IS NULL
        )
        SELECT
            * EXCLUDE (content, of_home, anchored, decisions),
            md5(concat_ws(chr(31), content, of_home, coalesce(decisions, ''))) AS input,
            {digest("anchored")} AS anchored
        FROM current_row
        LEFT JOIN anchor USING (row_key)
        LEFT JOIN decided USING (row_key)"""


def note_identifiers(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> None:
    """Write down the sex and the identifiers of rows, as evidence."""
    connection.register("identified_row", rows[["row_id", "sex", "number", "carried"]])
    connection.execute(f"""
        UPDATE link_row l
        SET sex = i.sex, number = {digest("i.number")}, carried = {digest("i.carried")}
        FROM identified_row i
        WHERE l.row_id = i.row_id""")
    connection.unregister("identified_row")


def _reach(connection: duckdb.DuckDBPyConnection, everything: bool) -> None:
    """Create `reached`: the rows that share an identifier, a node or a decision with what changed, and so on."""
    if everything:
        connection.execute("CREATE OR REPLACE TEMP TABLE reached AS SELECT row_id FROM link_row")
        return
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE reached AS
        SELECT row_id
        FROM link_row
        SEMI JOIN row_new USING (row_key)""")
    grow(
        connection,
        "reached",
        """
            INSERT INTO reached
            WITH known AS (
                SELECT row_key, number, carried, anchored, node FROM link_row SEMI JOIN reached USING (row_id)
                UNION ALL
                SELECT row_key, number, carried, anchored, node FROM link_row_gone
            ),
            identifier AS (SELECT carried FROM known UNION SELECT anchored FROM known),
            decided AS (
                SELECT row_b AS row_key FROM decision_now WHERE row_a IN (SELECT row_key FROM known)
                UNION
                SELECT row_a AS row_key FROM decision_now WHERE row_b IN (SELECT row_key FROM known)
            )
            SELECT row_id
            FROM link_row
            WHERE (
                number IN (SELECT number FROM known)
                OR carried IN (FROM identifier)
                OR anchored IN (FROM identifier)
                OR node IN (SELECT node FROM known)
                OR row_key IN (FROM decided)
            )
                AND row_id NOT IN (SELECT row_id FROM reached)""",
    )
