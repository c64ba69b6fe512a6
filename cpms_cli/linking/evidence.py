"""The evidence: one row per child and round, with what can be compared, made from what the store says.

`prepare` takes plain columns (any table of people can be mapped to them, see `tables`) and makes the columns that
`comparison_levels` names.
"""

from __future__ import annotations

from functools import cache

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.linking.names.name_forms import name_forms, script_of
from cpms_cli.linking.names.zawgyi import names_in_unicode
from cpms_cli.linking.pairs.comparison_levels import CHILDREN, Comparing, of_one_birth
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.rules.workbench import SMALL, plan_simply

# What is taken; all text but `low` and `high` (days since 1970 between which the child was born) and `round` (a year).
COLUMNS = (
    "round",
    "given",
    "family",
    "nickname",
    "mother",
    "sex",
    "born",
    "low",
    "high",
    "village",
    "home",
    "number",
)


def in_memory() -> duckdb.DuckDBPyConnection:
    """Return an engine of its own in which names are compared: nothing of it reaches a disk.

    Without a folder to spill into, what does not fit fails instead of leaving names there.
    """
    return duckdb.connect(":memory:", config={"enable_external_access": "false", "temp_directory": ""})


def beside_store(rows: int) -> duckdb.DuckDBPyConnection:
    """Return a connection to compare names on that is like `in_memory`, for what leaves nothing but temporary tables.

    They go when it is closed. The engine is that of all such connections of this process: to make one takes longer than
    to compare the names of a small file. `rows`: how many rows the store has; with few, it takes the simplest plans.
    """
    small = rows <= SMALL
    try:
        return _begun(_shared_engine(small), small)
    except duckdb.Error:
        # An engine that came upon a fault of its own answers nobody any more.
        _shared_engine.cache_clear()
        return _begun(_shared_engine(small), small)


@cache
def _shared_engine(small: bool) -> duckdb.DuckDBPyConnection:
    """Return the engine of all connections for stores that are `small`, or for those that are not."""
    del small
    return in_memory()


def _begun(engine: duckdb.DuckDBPyConnection, small: bool) -> duckdb.DuckDBPyConnection:
    connection = engine.cursor()
    if small:
        plan_simply(connection)
    else:
        connection.execute("SELECT 1")
    return connection


def _named(rows: pd.DataFrame, settings: LinkingSettings, compared: pd.Series | None) -> pd.DataFrame:
    rows = names_in_unicode(rows, ["given", "family", "nickname", "mother"], settings)
    if compared is not None:
        further = ["family", "nickname", "mother"]
        rows = rows.assign(**{name: rows[name].where(compared) for name in further})
    given, family = name_forms(rows["given"], settings), name_forms(rows["family"], settings)
    nickname, mother = name_forms(rows["nickname"], settings), name_forms(rows["mother"], settings)
    both = (
        given["parts"]
        .where(given["fold"].notna())
        .combine(
            family["parts"], lambda first_parts, two: "".join(sorted([*_listed(first_parts), *_listed(two)])) or None
        )
    )
    columns = {
        f"{name}_{form}": forms[form]
        for name, forms in (("given", given), ("family", family), ("mother", mother))
        for form in ("key", "said", "bare", "bare_said", "loose", "short", "heads", "turned")
    }
    return rows.assign(
        given=given["fold"],
        given_sound=given["sound"],
        given_once=given["once"],
        family=family["fold"],
        whole=both.astype("str"),
        nickname=nickname["sound"],
        nickname_said=nickname["said"],
        mother=mother["fold"],
        script=script_of(given["fold"], settings),
        mother_script=script_of(mother["fold"], settings),
        **columns,
    )


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def prepare(
    connection: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    node: pd.Series,
    settings: LinkingSettings,
    comparing: Comparing = CHILDREN,
) -> None:
    """Create the table `features`: a row per row of `rows`, `id` its position, `node` what it surely belongs with.

    `members` and `named`: sound keys and folded names of the other children of the same home and round; NULL where
    there are none. `twin`: one of these may be of the same birth. Each block of `comparing` is a column of its own.
    """
    rows = rows.reset_index(drop=True).assign(id=range(len(rows)), node=node.to_numpy())
    _name_rows(connection, rows, settings, comparing)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE features AS {_features(comparing)}")
    connection.unregister("named")


def prepare_more(
    connection: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    ids: pd.Series,
    settings: LinkingSettings,
    *,
    begun: bool,
) -> None:
    """Add the children of these numbers (`row_id`) to `features`, which is made where it is not yet `begun`.

    `rows` has all who live in their homes: the others are their brothers and sisters here, of whom the given name alone
    is read. They go into `resident`.
    """
    compared = rows["row_id"].isin(ids)
    _name_rows(connection, rows.assign(id=rows["row_id"], node=rows["row_id"]), settings, CHILDREN, compared)
    features = _features(CHILDREN)
    connection.register("asked_row", pd.DataFrame({"id": rows.loc[compared, "row_id"]}))
    asked = f"FROM ({features}) SEMI JOIN asked_row USING (id)"
    if begun:
        connection.execute(f"""
            INSERT INTO features {asked};

            INSERT INTO resident
            SELECT id, round, home, given_loose, low, high
            FROM named
            ANTI JOIN resident USING (id)""")
    else:
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE features AS {asked};

            CREATE OR REPLACE TEMP TABLE resident AS
            SELECT id, round, home, given_loose, low, high
            FROM named""")
    connection.unregister("asked_row")
    connection.unregister("named")


def _name_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    settings: LinkingSettings,
    comparing: Comparing,
    compared: pd.Series | None = None,
) -> None:
    """Register `named`: rows with `id` and `node`, their names in comparable forms; of those who are not `compared` the
    given name alone."""
    frame = rows[["id", "node", *COLUMNS, *comparing.further]].reset_index(drop=True)
    named = _named(frame, settings, None if compared is None else compared.reset_index(drop=True))
    # As the engine takes it in at once; of a data frame it looks at every cell first.
    connection.register("named", pa.Table.from_pandas(named, preserve_index=False))


@cache
def _features(comparing: Comparing) -> str:
    """Return a SELECT of the features of the rows `named`."""
    blocks = ",\n            ".join(f"{sql} AS block_{name}" for name, sql in comparing.blocks.items())
    return f"""
        WITH plain AS (
            SELECT
                *,
                CASE WHEN length(born) = 10 THEN born END AS born_day,
                year(DATE '1970-01-01' + low::INTEGER)::INTEGER AS year,
                year(DATE '1970-01-01' + floor((low + high) / 2)::INTEGER)::INTEGER AS about
            FROM named
        ),
        others AS (
            SELECT
                a.id,
                list(b.given_loose ORDER BY b.id) FILTER (b.given_loose IS NOT NULL) AS members,
                list(b.given ORDER BY b.id) FILTER (b.given IS NOT NULL) AS named,
                list(b.given_said ORDER BY b.id) FILTER (b.given IS NOT NULL) AS named_said,
                bool_or({of_one_birth("a", "b")}) AS twin
            FROM named a
            JOIN named b ON a.round = b.round AND a.home = b.home AND a.id <> b.id
            GROUP BY a.id
        )
        SELECT
            plain.*,
            members,
            others.named,
            named_said,
            coalesce(twin, FALSE) AS twin,
            {blocks}
        FROM plain
        LEFT JOIN others USING (id)
        ORDER BY id"""


def know_again(connection: duckdb.DuckDBPyConnection, cluster: pd.Series) -> None:
    """Let `features` know what was linked: `node` is the cluster, and of the other children of a home that are found
    again `members` has the cluster instead of the name."""
    connection.register("linked", pd.DataFrame({"id": range(len(cluster)), "cluster": cluster.to_numpy()}))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT
            id,
            cluster,
            CASE WHEN count(*) OVER (PARTITION BY cluster) > 1 THEN '#' || cluster END AS again
        FROM linked""")
    connection.unregister("linked")
    connection.execute("UPDATE features SET node = cluster FROM known WHERE known.id = features.id")
    connection.execute("""
        UPDATE features
        SET members = others.members
        FROM (
            SELECT
                a.id,
                list(coalesce(again, b.given_loose) ORDER BY b.id)
                    FILTER (coalesce(again, b.given_loose) IS NOT NULL) AS members
            FROM features a
            JOIN features b ON a.round = b.round AND a.home = b.home AND a.id <> b.id
            JOIN known ON known.id = b.id
            GROUP BY a.id
        ) others
        WHERE others.id = features.id""")


def drop_large_blocks(
    connection: duckdb.DuckDBPyConnection, table: str, largest: int, comparing: Comparing = CHILDREN
) -> None:
    """Blank the blocks of `table` in which a round has more than `largest` rows: the work stays linear."""
    for name in comparing.blocks:
        connection.execute(f"""
            UPDATE {table}
            SET block_{name} = NULL
            WHERE block_{name} IN (
                SELECT block_{name}
                FROM {table}
                WHERE block_{name} IS NOT NULL
                GROUP BY block_{name}, round
                HAVING count(*) > {largest}
            )""")
