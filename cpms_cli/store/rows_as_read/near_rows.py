"""The rows that bear on an area: what a question about that area reads in the place of the whole store.

What is said of the children of an area hangs on rows of other areas too: where a child was before it came, and whether
it was found after it left; who else lives in a home, here and where the home was before. So these rows are

- every row of the area;
- of each child who was ever in the area, and of each child who ever shared a home with a row of such a child or of such
  a home, the rows of all rounds;
- of each home that was ever in the area, the rows of all rounds, and of the other villages where it was, every row:
  whether a family refused there is known by the village's last round;
- with any row of a child its whole home of that round, since rules ask what is so of any child of a home.

A row of another area may stand there without all that bears on it: it is there for the sake of the area's rows, and
nothing may be said of it alone.
"""

from __future__ import annotations

import duckdb

from cpms_cli.store.rows_as_read.column_lineage import trace_columns
from cpms_cli.store.rows_as_read.current_rows import CURRENT, all_answers, rows_as_read, rows_in_places
from cpms_cli.store.tables.area_asked import note_area
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

_MOST = 0.5
"""The share of the store's rows up to which it is worth while to look for those that bear on an area."""


def read_near(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str, *, writes: bool) -> None:
    """Let the views of the current rows have only the rows that bear on an area, on this connection.

    `whole_child` and `whole_household` have all rows, without identifiers. Where the area is most of the store, all
    stays as it is. `writes`: the store is open for writing, so that rows may come to stand in other places of it.
    """
    if _share(connection, survey, area) > _MOST:
        return
    _find_homes(connection, survey, area)
    note_area(connection, area)
    for table in TABLES:
        connection.execute(f"CREATE TEMP VIEW whole_{table} AS {all_answers(connection, survey, table)}")
    _find_rows(connection, survey, area)
    if writes:
        _copy_rows(connection, survey)


def _share(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str) -> float:
    """Return which part of the store's children in all rounds is in an area."""
    village = survey.role("village").name
    counted = connection.execute(
        f"""
        SELECT count(*) FILTER (starts_with({village}, ?)) / greatest(count(*), 1)
        FROM child_link
        """,
        [area],
    ).fetchone()
    return float(counted[0]) if counted else 1.0


def _find_homes(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str) -> None:
    """Create `home_near`: the keys of the homes, in a round each, whose rows bear on the area."""
    key, village = ", ".join(survey.key("household")), survey.role("village").name
    person, home = identity_column(survey, "child"), identity_column(survey, "household")
    connection.execute(
        f"""
        CREATE TEMP TABLE home_near AS
        WITH every_home AS NOT MATERIALIZED (
            SELECT {key}
            FROM child_observation
            WHERE superseded_by IS NULL
            UNION ALL
            SELECT {key}
            FROM household_observation
            WHERE superseded_by IS NULL
        ),
        own AS MATERIALIZED (
            SELECT DISTINCT {key}
            FROM every_home
            WHERE starts_with({village}, $area)
        ),
        same_home AS MATERIALIZED (
            SELECT {key}
            FROM household_link
            SEMI JOIN (FROM household_link SEMI JOIN own USING ({key})) USING ({home})
        ),
        same_child AS MATERIALIZED (
            SELECT DISTINCT {key}
            FROM child_link
            SEMI JOIN (FROM child_link SEMI JOIN own USING ({key})) USING ({person})
        ),
        reached AS MATERIALIZED (
            FROM own
            UNION
            FROM same_home
            UNION
            FROM same_child
        )
        FROM reached
        UNION
        SELECT {key}
        FROM child_link
        SEMI JOIN (FROM child_link SEMI JOIN reached USING ({key})) USING ({person})
        UNION
        SELECT {key}
        FROM every_home
        WHERE {village} IN (SELECT {village} FROM same_home WHERE NOT starts_with({village}, $area))
        """,
        {"area": area},
    )


def _find_rows(connection: duckdb.DuckDBPyConnection, survey: Survey, area: str) -> None:
    """Create `child_near` and `household_near`, where the rows of these homes stand, with their identifiers, and views
    `current_...` of them: what asks for a few answers reads these alone."""
    key, village = ", ".join(survey.key("household")), survey.role("village").name
    others = connection.execute(
        f"""
        SELECT DISTINCT {village}
        FROM home_near
        WHERE NOT starts_with({village}, ?)
        ORDER BY 1
        """,
        [area],
    ).fetchall()
    # Named like this, villages are looked for where their rows stand: what is in no such block is not read. Each
    # further name costs, as those of all villages of a province would.
    named = ", ".join(quoted(str(code)) for (code,) in others)
    in_villages, of_links = (
        f"(starts_with({row}{village}, {quoted(area)})" + (f" OR {row}{village} IN ({named}))" if named else ")")
        for row in ("o.", "")
    )
    traced = trace_columns(connection, survey)
    for table in TABLES:
        condition = f"{CURRENT} AND {in_villages}"
        rows = rows_as_read(survey, table, traced[table], condition, of_links, "o.rowid AS place")
        identities: tuple[Table, ...] = ("household", "child") if table == "child" else ("household",)
        connection.execute(
            f"""
            CREATE TEMP TABLE {table}_near AS
            SELECT place, {", ".join(identity_column(survey, of) for of in identities)}
            FROM ({rows})
            SEMI JOIN home_near USING ({key})
            """
        )
        rows = rows_in_places(survey, table, traced[table])
        connection.execute(f"CREATE OR REPLACE TEMP VIEW current_{table} AS {rows}")


def _copy_rows(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `child_copied` and `household_copied`, these rows themselves, and views `current_...` of them."""
    traced = trace_columns(connection, survey)
    for table in TABLES:
        rows = rows_in_places(survey, table, traced[table])
        connection.execute(f"CREATE TEMP TABLE {table}_copied AS {rows}")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW current_{table} AS SELECT * FROM {table}_copied")
