"""The links of homes: by the identifier that a form carried, and by the address; only what changed is linked anew."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.linking.carried_ids import same_person
from cpms_cli.linking.kept.link_rows import grow
from cpms_cli.linking.kept.link_writing import write_links
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.model.definition import Survey


def link_homes(connection: duckdb.DuckDBPyConnection, survey: Survey) -> bool:
    """Bring `household_link` up to date with the rows of homes, and `link_home`, what is remembered of each.

    Returns whether anything had changed.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE home_now AS {_homes_now(survey)}")
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE home_changed AS
        SELECT n.row_key, n.address, n.carried, n.anchored
        FROM home_now n
        LEFT JOIN link_home h USING (row_key)
        WHERE h.row_key IS NULL OR n.carried IS DISTINCT FROM h.carried OR n.anchored IS DISTINCT FROM h.anchored
        UNION ALL
        SELECT h.row_key, h.row_key[strpos(h.row_key, chr(31)) + 1:] AS address, h.carried, h.anchored
        FROM link_home h
        LEFT JOIN home_now n USING (row_key)
        WHERE n.row_key IS NULL OR n.carried IS DISTINCT FROM h.carried OR n.anchored IS DISTINCT FROM h.anchored""")
    if connection.execute("FROM home_changed LIMIT 1").fetchone() is None:
        return False
    _reach_homes(connection)
    rows = connection.execute("SELECT * FROM home_now SEMI JOIN home_reached USING (row_key) ORDER BY row_key").df()
    _write(connection, survey, _identified(survey, rows))
    connection.execute("""
        DELETE FROM link_home
        WHERE row_key IN (SELECT row_key FROM home_changed) OR row_key IN (SELECT row_key FROM home_reached);

        INSERT INTO link_home
        SELECT n.row_key, n.carried, min(a.identifier)
        FROM home_now n
        SEMI JOIN home_reached USING (row_key)
        LEFT JOIN household_anchor a USING (row_key)
        GROUP BY ALL""")
    return True


def _homes_now(survey: Survey) -> str:
    """Return a SELECT of the homes in all rounds: their key, `carried` (an identifier), `address`, `row_key`,
    `anchored`, and whether what is carried was `given` to a row that is there."""
    names, home = survey.key("household"), survey.role("home").name
    key, reference = ", ".join(names), row_reference(survey, "household", "seen")
    return f"""
        WITH seen AS (
            SELECT {key}, max({home}) AS carried
            FROM (
                SELECT {key}, {home} FROM household_observation WHERE superseded_by IS NULL
                UNION ALL
                SELECT {key}, {home} FROM child_observation WHERE superseded_by IS NULL
            )
            GROUP BY {key}
        ),
        keyed AS (SELECT *, {reference} AS row_key FROM seen),
        known AS (SELECT *, row_key[strpos(row_key, chr(31)) + 1:] AS address FROM keyed),
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM household_anchor GROUP BY row_key),
        standing AS (SELECT identifier FROM household_anchor SEMI JOIN known USING (row_key))
        SELECT known.*, anchored, coalesce(carried IN (SELECT identifier FROM standing), FALSE) AS given
        FROM known
        LEFT JOIN anchor USING (row_key)"""


def _reach_homes(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `home_reached`: the homes that share an address or an identifier with what changed, and so on."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE home_reached AS
        SELECT row_key
        FROM home_now
        SEMI JOIN home_changed USING (row_key)""")
    grow(
        connection,
        "home_reached",
        """
            INSERT INTO home_reached
            WITH known AS (
                SELECT address, carried, anchored FROM home_now SEMI JOIN home_reached USING (row_key)
                UNION ALL
                SELECT address, carried, anchored FROM home_changed
            ),
            identifier AS (
                SELECT carried AS identifier FROM known WHERE carried IS NOT NULL
                UNION
                SELECT anchored AS identifier FROM known WHERE anchored IS NOT NULL
            )
            SELECT row_key
            FROM home_now
            WHERE (
                address IN (SELECT address FROM known)
                OR carried IN (SELECT identifier FROM identifier)
                OR anchored IN (SELECT identifier FROM identifier)
            )
                AND row_key NOT IN (SELECT row_key FROM home_reached)""",
    )


def _identified(survey: Survey, rows: pd.DataFrame) -> pd.DataFrame:
    """The homes with identifiers whose check letter holds, and without addresses that are nobody's."""
    carried = rows["carried"].astype("str")
    carried = carried.where(has_cpms_check_letter(carried))
    house = rows[survey.role("household").name].astype("str").str.strip().str.casefold()
    return rows.assign(
        carried=carried,
        free=carried.mask(rows["given"].astype(bool)),
        anchored=rows["anchored"].astype("str"),
        second=rows["address"].astype("str").mask(house.isin(survey.linking.placeholder_houses)),
    )


def _write(connection: duckdb.DuckDBPyConnection, survey: Survey, rows: pd.DataFrame) -> None:
    evidence = rows[["carried", "anchored", "second"]].assign(
        round=rows[survey.role("round").name], same_home=rows["carried"]
    )
    homes = same_person(evidence)
    reference = row_reference(survey, "household", "l")
    connection.execute(f"DELETE FROM household_link l WHERE {reference} NOT IN (SELECT row_key FROM home_now)")
    write_links(connection, survey, "household", rows, homes[["group", "how"]])
