"""Staged rows into the store: what is new, what is the same, what takes another's place. All inside one transaction.

Works on the temporary tables that `checking.staging` leaves, on `rejected` (`_source`, `_row`, `of_home`), the rows
with errors and whether one of these is the family's, and on `arrival` (`_source`, `batch_id`, `sheet`, `known`), one
row per table read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import duckdb

from cpms_cli.store.rows.known_answers import keep_known_answers, keep_unasked_answers
from cpms_cli.store.rows_as_read.column_lineage import stored_answers
from cpms_cli.store.tables.dispute_tables import DISPUTE
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.store.tables.row_tables import content_of
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

ACCEPTED: dict[Table, str] = {"child": "accepted_child", "household": "accepted_household"}


def _kept(survey: Survey, table: Table) -> tuple[str, ...]:
    """The columns in which a family that did not consent may leave something."""
    return (*survey.key(table), survey.role("consent").name)


def refusals(survey: Survey) -> str:
    """Keys of the families whose last word, in the store, is no."""
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    return f"""
        SELECT {", ".join(survey.key("household"))}
        FROM household_observation
        WHERE superseded_by IS NULL AND {survey.role("consent").name} IN ({refused})"""


def _without_consent(survey: Survey, table: Table, columns: Sequence[str]) -> str:
    """Columns of staged rows in which a family that did not consent leaves nothing but its key.

    What the definition does not ask any more is blank here, and filled from what the store has (`accept`).
    """
    kept, asked = _kept(survey, table), survey.columns(table)
    return ", ".join(
        f"NULL::VARCHAR AS {name}"
        if name not in asked
        else f"n.{name}"
        if name in kept
        else f"CASE WHEN unwilling.no_consent THEN NULL ELSE n.{name} END AS {name}"
        for name in columns
    )


def holds_rows(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the store has any row of a child or a household, of whatever age."""
    row = connection.execute("""
        SELECT 1 FROM child_observation
        UNION ALL
        SELECT 1 FROM household_observation
        LIMIT 1""").fetchone()
    return row is not None


def remember_refusals(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Add to `unwilling` the families who refused before, where these files do not ask them again.

    Where rows of the files disagree, they did ask, and the question is open.
    """
    if connection.execute(f"{refusals(survey)} LIMIT 1").fetchone() is None:
        return
    key, consent = ", ".join(survey.key("household")), survey.role("consent").name
    connection.execute(f"""
        INSERT INTO unwilling
        SELECT *, TRUE
        FROM ({refusals(survey)})
        ANTI JOIN (FROM staged_household WHERE {consent} IS NOT NULL) USING ({key})
        ANTI JOIN disputed_consent USING ({key})""")


def accept(
    connection: duckdb.DuckDBPyConnection, survey: Survey, lacking: Mapping[Table, Mapping[int, Sequence[str]]]
) -> None:
    """Create `accepted_child` and `accepted_household`: staged rows without errors, as they will be stored.

    `lacking` names, by table and `_source`, the columns that a sheet has not: there the store's answers stay. A flat
    sheet knows a household only through the rows it has: what it leaves blank keeps what the store knows. It
    goes with any of its children, though the row it stands on is set aside for what is wrong about another child.
    """
    fills, columns = holds_rows(connection), stored_answers(connection)
    child, household = (_accepted_rows(survey, table, columns[table]) for table in ACCEPTED)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE accepted_child AS {child};
        CREATE OR REPLACE TEMP TABLE accepted_household AS {household}""")
    if not fills:
        return
    _fill_flat_households(connection, survey, columns["household"])
    for table, accepted in ACCEPTED.items():
        gone = [name for name in columns[table] if name not in survey.columns(table)]
        unanswered = {source: [*names, *gone] for source, names in lacking.get(table, {}).items()}
        keep_known_answers(connection, survey, table, accepted, unanswered)
        keep_unasked_answers(connection, survey, table, accepted)


@cache
def _accepted_rows(survey: Survey, table: Table, columns: tuple[str, ...]) -> str:
    home = ", ".join(survey.key("household"))
    flat = "n._differ IS NOT NULL" if table == "household" else "FALSE"
    aside = "rejected" if table == "child" else _without_siblings(home)
    return f"""
        SELECT {_without_consent(survey, table, columns)}, n._source, n._row, {flat} AS _flat
        FROM staged_{table} n
        LEFT JOIN unwilling USING ({home})
        ANTI JOIN {aside} r ON r._source = n._source AND r._row = n._row"""


def _without_siblings(home: str) -> str:
    """Rejected rows but those of a flat sheet whose household is right, and has another child that is accepted.

    That child may stand in another sheet, which said the same of the household.
    """
    return f"""(
            FROM rejected
            ANTI JOIN (
                SELECT r._source, r._row
                FROM rejected r
                JOIN staged_household h USING (_source, _row)
                SEMI JOIN accepted_child c USING ({home})
                WHERE h._differ IS NOT NULL AND NOT r.of_home
            ) USING (_source, _row)
        )"""


def _fill_flat_households(connection: duckdb.DuckDBPyConnection, survey: Survey, columns: Sequence[str]) -> None:
    key = survey.key("household")
    same = " AND ".join(f"n.{name} = o.{name}" for name in key)
    rest = ", ".join(f"{name} = coalesce(n.{name}, o.{name})" for name in columns if name not in key)
    # What a family did not consent to must not be filled up again from what was known before.
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    consents = f"coalesce(n.{survey.role('consent').name}, '') NOT IN ({refused})"
    connection.execute(f"""
        UPDATE accepted_household n
        SET {rest}
        FROM household_observation o
        WHERE n._flat AND o.superseded_by IS NULL AND {same} AND {consents}""")


def write(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Insert what is new or changed, mark what it supersedes, and create `written` (table, `_source`, `_row`).

    Rows of a file that was merged before (`arrival.known`) change nothing, even where a later file corrected them.
    Returns how many families withdrew: what the store held of them is blank now.
    """
    supersedes, columns = holds_rows(connection), stored_answers(connection)
    connection.execute("CREATE OR REPLACE TEMP TABLE written (of_table VARCHAR, _source INTEGER, _row BIGINT)")
    for table, accepted in ACCEPTED.items():
        names = ", ".join(columns[table])
        arrived = f"""
            FROM {accepted} n
            JOIN arrival a USING (_source)
            WHERE NOT a.known"""
        changed = f"SELECT n.*, {content_of(columns[table])} AS content, a.batch_id, a.sheet {arrived}"
        if supersedes:
            changed = arrived = _supersede(connection, survey, table, changed)
        connection.execute(f"""
            INSERT INTO {table}_observation BY NAME
            SELECT {names}, content, batch_id, sheet, _row AS row_number
            FROM ({changed});

            INSERT INTO written
            SELECT {quoted(table)}, _source, _row
            {arrived}""")
    return _withdraw(connection, survey, columns)


def _supersede(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, rows: str) -> str:
    """Create `changed`, those of these rows that the store has not as they are; mark what they take the place of.

    Returns a SELECT of them.
    """
    same, key = " AND ".join(f"n.{name} = o.{name}" for name in survey.key(table)), ", ".join(survey.key(table))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE changed AS
        SELECT n.*
        FROM ({rows}) n
        LEFT JOIN (SELECT {key}, content FROM {table}_observation WHERE superseded_by IS NULL) o ON {same}
        WHERE o.content IS DISTINCT FROM n.content;

        UPDATE {table}_observation o
        SET superseded_by = n.batch_id
        FROM changed n
        WHERE o.superseded_by IS NULL AND {same}""")
    return "FROM changed"


def _withdraw(connection: duckdb.DuckDBPyConnection, survey: Survey, stored: Mapping[str, Sequence[str]]) -> int:
    """Blank what a round holds of families whose last word is no, earlier versions of their rows as well; how many."""
    if connection.execute(f"{refusals(survey)} LIMIT 1").fetchone() is None:
        return 0
    home = ", ".join(survey.key("household"))
    withdrawn = set[tuple[str, ...]]()
    for table in ACCEPTED:
        columns, kept = stored[table], _kept(survey, table)
        blank = ", ".join(f"{name} = NULL" for name in columns if name not in kept)
        silent = content_of(columns, kept)
        of_these = f"({home}) IN ({refusals(survey)}) AND content <> {silent}"
        rows = connection.execute(f"SELECT DISTINCT {home} FROM {table}_observation n WHERE {of_these}")
        if homes := set(rows.fetchall()):
            withdrawn |= homes
            connection.execute(f"UPDATE {table}_observation n SET {blank}, content = {silent} WHERE {of_these}")
    if connection.execute(f"FROM {DISPUTE} LIMIT 1").fetchone() is None:
        return len(withdrawn)
    # What was said against these answers repeats them.
    connection.execute(f"""
        DELETE FROM {DISPUTE}
        WHERE row_key IN (
            SELECT {row_reference(survey, "child", "o")}
            FROM child_observation o
            WHERE ({home}) IN ({refusals(survey)})
        )""")
    return len(withdrawn)
