"""How links are written: each group goes by the identifier that is anchored in it, and a new one is anchored.

A link that stays as it is, is not written again: what is written costs the store's file more than what is read.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.linking.carried_ids import keep_identifiers
from cpms_cli.store.tables.store_tables import identity_column
from cpms_cli.survey.identifiers import new_identifier
from cpms_cli.survey.model.definition import Survey, Table


def write_links(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    table: Table,
    rows: pd.DataFrame,
    groups: pd.DataFrame,
) -> None:
    """Write the links of rows; a group keeps the identifier anchored in it, and a new one is anchored.

    `groups`: of each row, its `group` and `how` it came there; no row of a group is missing. `rows` have an identifier
    that they carry as `free` where it was given to no row.
    """
    group = groups["group"]
    if rows.empty:
        return
    identifiers, fresh = keep_identifiers(group, rows["anchored"], rows["free"])
    kind = "C" if table == "child" else "H"
    new = pd.Series([new_identifier(kind) for _ in range(len(fresh))], index=pd.Index(fresh.to_numpy()), dtype="str")
    identifiers = identifiers.fillna(group.map(new))
    links = {
        **{name: rows[name] for name in survey.key(table)},
        identity_column(survey, table): identifiers,
        "how": groups["how"],
    }
    connection.register("link_now", _as_arrow(links))
    key = ", ".join(survey.key(table))
    connection.execute(f"""
        DELETE FROM {table}_link l
        USING link_now n
        WHERE {" AND ".join(f"l.{name} = n.{name}" for name in survey.key(table))}
            AND (l.{identity_column(survey, table)} <> n.{identity_column(survey, table)} OR l.how <> n.how);

        INSERT INTO {table}_link BY NAME
        FROM link_now
        ANTI JOIN {table}_link USING ({key})""")
    connection.unregister("link_now")
    # A new identifier belongs to the group's first row; one that a form carried, to the first row that carries it.
    own = pd.DataFrame(
        {"identifier": identifiers, "row_key": rows["row_key"], "carries": rows["carried"] == identifiers}
    )
    if table == "child":
        own["batch_id"] = rows["batch_id"]
    first = own.sort_values("carries", ascending=False, kind="stable").drop_duplicates("identifier")
    new_anchors = first[~first["identifier"].isin(rows["anchored"])]
    if new_anchors.empty:
        return
    anchors = _as_arrow({name: new_anchors[name] for name in ("identifier", "row_key")})
    if table == "child":
        anchors = anchors.append_column("batch_id", pa.array(new_anchors["batch_id"], pa.int64()))
    connection.register("anchor_now", anchors)
    connection.execute(f"""
        INSERT INTO {table}_anchor BY NAME
        FROM anchor_now
        ANTI JOIN {table}_anchor USING (identifier)""")
    connection.unregister("anchor_now")


def _as_arrow(columns: Mapping[str, pd.Series]) -> pa.Table:
    """Return columns of text as the engine takes them in at once; of a data frame it looks at every cell first."""
    texts = {name: column.astype("str") for name, column in columns.items()}
    return pa.table({name: pa.array(column, pa.string(), from_pandas=True) for name, column in texts.items()})
