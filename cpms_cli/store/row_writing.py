"""Staged rows into the store: what is new, what is the same, what takes another's place. All inside one transaction.

Works on the temporary tables that `checking.staging` leaves, on `rejected` (`_source`, `_row`, `of_home`), the rows
with errors and whether one of these is the family's, and on `arrival` (`_source`, `batch_id`, `sheet`, `known`), one
row per table read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import duckdb

from cpms_cli.store.known_answers import keep_known_answers
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

ACCEPTED: dict[Table, str] = {"child": "accepted_child", "household": "accepted_household"}


def content_of(columns: Iterable[str], kept: Iterable[str] | None = None) -> str:
    """What tells two versions of a row apart; with `kept`, as if all other cells were blank."""
    cells = ", ".join(f"coalesce(n.{name}, chr(0))" if kept is None or name in kept else "chr(0)" for name in columns)
    return f"md5(concat_ws(chr(31), {cells}))"


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


def _without_consent(survey: Survey, table: Table) -> str:
    """Columns of staged rows in which a family that did not consent leaves nothing but its key."""
    kept = _kept(survey, table)
    return ", ".join(
        f"n.{name}" if name in kept else f"CASE WHEN no_consent THEN NULL ELSE n.{name} END AS {name}"
        for name in survey.columns(table)
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
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE accepted_child AS {_accepted_rows(survey, "child")};
        CREATE OR REPLACE TEMP TABLE accepted_household AS {_accepted_rows(survey, "household")}""")
    if not holds_rows(connection):
        return
    _fill_flat_households(connection, survey)
    for table, accepted in ACCEPTED.items():
        keep_known_answers(connection, survey, table, accepted, lacking.get(table, {}))


@cache
def _accepted_rows(survey: Survey, table: Table) -> str:
    home = ", ".join(survey.key("household"))
    flat = "n._differ IS NOT NULL" if table == "household" else "FALSE"
    aside = "rejected" if table == "child" else _without_siblings(home)
    return f"""
        SELECT {_without_consent(survey, table)}, n._source, n._row, {flat} AS _flat
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


def _fill_flat_households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    key = survey.key("household")
    same = " AND ".join(f"n.{name} = o.{name}" for name in key)
    rest = ", ".join(
        f"{name} = coalesce(n.{name}, o.{name})" for name in survey.columns("household") if name not in key
    )
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
    supersedes = holds_rows(connection)
    connection.execute("CREATE OR REPLACE TEMP TABLE written (of_table VARCHAR, _source INTEGER, _row BIGINT)")
    for table, accepted in ACCEPTED.items():
        names = ", ".join(survey.columns(table))
        changed = f"""
            SELECT n.*, {content_of(survey.columns(table))} AS content, a.batch_id, a.sheet
            FROM {accepted} n
            JOIN arrival a USING (_source)
            WHERE NOT a.known"""
        if supersedes:
            changed = _supersede(connection, survey, table, changed)
        connection.execute(f"""
            INSERT INTO {table}_observation BY NAME
            SELECT {names}, content, batch_id, sheet, _row AS row_number
            FROM ({changed});

            INSERT INTO written
            SELECT {quoted(table)}, _source, _row
            FROM ({changed})""")
    return _withdraw(connection, survey)


def _supersede(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, rows: str) -> str:
    """Create `changed`, those of these rows that the store has not as they are; mark what they take the place of.

    Returns a SELECT of them.
    """
    same = " AND ".join(f"n.{name} = o.{name}" for name in survey.key(table))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE changed AS
        SELECT n.*
        FROM ({rows}) n
        LEFT JOIN (SELECT * FROM {table}_observation WHERE superseded_by IS NULL) o ON {same}
        WHERE o.content IS DISTINCT FROM n.content;

        UPDATE {table}_observation o
        SET superseded_by = n.batch_id
        FROM changed n
        WHERE o.superseded_by IS NULL AND {same}""")
    return "FROM changed"


def _withdraw(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Blank what a round holds of families whose last word is no, earlier versions of their rows as well; how many."""
    if connection.execute(f"{refusals(survey)} LIMIT 1").fetchone() is None:
        return 0
    home = ", ".join(survey.key("household"))
    withdrawn = set[tuple[str, ...]]()
    for table in ACCEPTED:
        columns, kept = survey.columns(table), _kept(survey, table)
        blank = ", ".join(f"{name} = NULL" for name in columns if name not in kept)
        silent = content_of(columns, kept)
        of_these = f"({home}) IN ({refusals(survey)}) AND content <> {silent}"
        rows = connection.execute(f"SELECT DISTINCT {home} FROM {table}_observation n WHERE {of_these}")
        withdrawn |= set(rows.fetchall())
        connection.execute(f"UPDATE {table}_observation n SET {blank}, content = {silent} WHERE {of_these}")
    return len(withdrawn)
