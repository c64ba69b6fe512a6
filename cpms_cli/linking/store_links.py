"""The links of a store, brought up to date with its rows: as if all were linked anew, at the cost of what changed.

How a result that does not depend on the order of merging fits "new rounds are added to children already known": links
are a function of the current rows and the decisions people made, taking the rounds in the order of their years. So the
same rows give the same children in whatever order their files came. What lasts is the identifier: it is anchored to the
row it was given to (`store/link_tables.py`), stays with that row whatever the row is linked to later, and a form that
carries it leads to that row's child for ever. Where two children turn out to be one, the earliest row's identifier is
shown and the other still finds the child.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.linking.assignment import DOUBTFUL
from cpms_cli.linking.carried_ids import ALONE, keep_identifiers, same_person
from cpms_cli.linking.evidence import in_memory
from cpms_cli.linking.kept.changed_rows import note_changes
from cpms_cli.linking.kept.link_rows import digest
from cpms_cli.linking.kept.stored_evidence import evidence_of_homes
from cpms_cli.linking.review.decisions import DIFFERENT
from cpms_cli.linking.rounds.all_rounds import link_changed
from cpms_cli.linking.rounds.linking_state import Linking, decided_pairs
from cpms_cli.store.anchors import anchors_now, corrected_anchors
from cpms_cli.store.audit_log import now
from cpms_cli.store.tables.link_row_tables import forget_link_rows, make_link_rows
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.store.tables.store_tables import identity_column
from cpms_cli.survey.identifiers import has_cpms_check_letter, new_identifier
from cpms_cli.survey.model.definition import Survey, Table

LINKED = "linked"
_METHOD = 1
"""The number of the way in which links are made: a store that was linked in another is linked anew."""
_BY = -1  # the round under which `link_model` says by what settings the store is linked


def relink(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Bring `child_link` and `household_link` up to date; how many pairs wait for a person.

    Identifiers that rows already have keep their meaning.
    """
    make_link_rows(connection)
    by = f"{_METHOD} {duckdb.__version__} {survey.linking.digest}"
    kept = connection.execute(f"SELECT parameters FROM link_model WHERE round = {_BY}").fetchone()
    if kept is None or kept[0] != by:
        forget_link_rows(connection)
        connection.execute(f"INSERT INTO link_model VALUES ({_BY}, ?)", [by])
    changed = note_changes(connection, survey)
    if changed is not None:
        with in_memory() as names:
            evidence = partial(evidence_of_homes, connection, survey)
            apart, again = _decided(connection)
            model = link_changed(Linking(connection, names, evidence, survey.linking, apart, again), changed)
        _write_child_links(connection, survey)
        _write_pairs(connection)
        _link_households(connection, survey)
        connection.execute(
            "INSERT INTO link_run SELECT coalesce(max(run_id), 0) + 1, ?, ?, ? FROM link_run",
            [now(), by, json.dumps(model.document()) if model else None],
        )
    waiting = connection.execute("SELECT count(*) FROM link_pair WHERE verdict = ?", [DOUBTFUL]).fetchone()
    return int(waiting[0]) if waiting else 0


def _decided(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pairs of rows that people said are two children, and those to be asked about again: first, second."""
    decided = connection.execute("""
        SELECT a.row_id AS first, b.row_id AS second, verdict, holds
        FROM decision_now
        JOIN link_row a ON a.row_key = row_a
        JOIN link_row b ON b.row_key = row_b
        ORDER BY ALL""").df()
    holds = decided["holds"].astype(bool)
    ends = decided[["first", "second"]]
    return ends[holds & (decided["verdict"] == DIFFERENT)], ends[~holds]


def _write_child_links(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Write the links of the rows `changed_link` and of all rows of their children; those of rows that went go."""
    rows = connection.execute(_rows_to_link(connection, survey)).df()
    carried = rows["carried"].astype("str")
    rows["carried"] = carried.where(has_cpms_check_letter(carried))
    rows["anchored"], rows["row_key"] = rows["anchored"].astype("str"), rows["row_key"].astype("str")
    rows["free"] = rows["carried"].mask(rows["given"].fillna(False).astype(bool))
    reference = row_reference(survey, "child", "l")
    connection.register("link_now", pa.table({"row_key": pa.array(rows["row_key"], pa.string())}))
    connection.execute(f"""
        DELETE FROM child_link l
        WHERE {reference} IN (FROM link_now) OR {reference} NOT IN (SELECT row_key FROM link_row)""")
    connection.unregister("link_now")
    alone = rows["how"] == ALONE
    several = rows.groupby("child")["child"].transform("size") > 1
    groups = pd.DataFrame({"group": rows["child"], "how": rows["how"].mask(alone & several, LINKED)})
    _write_links(connection, survey, "child", rows, groups)
    connection.execute(f"""
        UPDATE link_row l
        SET anchored = {digest("a.identifier")}
        FROM (SELECT row_key, min(identifier) AS identifier FROM child_anchor GROUP BY row_key) a
        WHERE l.row_key = a.row_key AND l.anchored IS NULL""")


def _rows_to_link(connection: duckdb.DuckDBPyConnection, survey: Survey) -> str:
    """Return a SELECT of the rows whose children may go by another identifier now, in the order of keys."""
    moved = connection.execute(corrected_anchors(survey)).fetchone() is not None
    anchors = f"({anchors_now(survey)})" if moved else "child_anchor"
    reference = row_reference(survey, "child", "o")
    keys, person = ", ".join(f"o.{name}" for name in survey.key("child")), survey.role("person").name
    return f"""
        WITH changed AS (SELECT DISTINCT child FROM link_row SEMI JOIN changed_link USING (row_id)),
        carrying AS (
            SELECT carried FROM link_row SEMI JOIN changed USING (child)
            UNION
            SELECT carried FROM link_row_gone
        ),
        of_children AS (
            SELECT l.*
            FROM link_row l
            WHERE child IN (FROM changed)
                OR child IN (SELECT child FROM link_row WHERE carried IN (SELECT carried FROM carrying))
        ),
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM {anchors} GROUP BY row_key)
        SELECT {keys}, l.row_key, l.child, l.how, o.{person} AS carried, a.anchored, o.batch_id,
            o.{person} IN (SELECT identifier FROM {anchors} g SEMI JOIN link_row USING (row_key)) AS given
        FROM child_observation o
        JOIN of_children l ON l.row_key = {reference}
        LEFT JOIN anchor a ON a.row_key = l.row_key
        WHERE o.superseded_by IS NULL
        ORDER BY l.row_key"""


def _write_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `link_pair` hold the pairs that were taken or wait now."""
    keys = connection.execute("SELECT row_id, row_key FROM link_row").df().set_index("row_id")["row_key"]
    pairs = decided_pairs(connection)
    pairs = pairs.assign(row_a=pairs["first_row"].map(keys), row_b=pairs["second_row"].map(keys))
    connection.register("pair_now", pairs.drop(columns=["first_row", "second_row"]))
    connection.execute("""
        DELETE FROM link_pair;

        INSERT INTO link_pair BY NAME FROM pair_now""")
    connection.unregister("pair_now")


def _write_links(
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
    connection.execute(f"INSERT INTO {table}_link BY NAME SELECT * FROM link_now")
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


def _link_households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Link the homes of all rounds."""
    names, reference = survey.key("household"), row_reference(survey, "household", "seen")
    key, home = ", ".join(names), survey.role("home").name
    address = " || '|' || ".join(name for name in names if name != survey.role("round").name)
    rows = connection.execute(f"""
        WITH seen AS (
            SELECT {key}, max({home}) AS carried
            FROM (
                SELECT {key}, {home} FROM household_observation WHERE superseded_by IS NULL
                UNION ALL
                SELECT {key}, {home} FROM child_observation WHERE superseded_by IS NULL
            )
            GROUP BY {key}
        ),
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM household_anchor GROUP BY 1)
        SELECT
            {key},
            {survey.role("round").name} AS round_,
            carried,
            {address} AS second,
            {reference} AS row_key,
            anchored
        FROM seen
        LEFT JOIN anchor ON anchor.row_key = {reference}
        ORDER BY {key}""").df()
    home_id = rows["carried"].astype("str")
    rows["carried"] = home_id.where(has_cpms_check_letter(home_id))
    rows["anchored"] = rows["anchored"].astype("str")
    house = rows[survey.role("household").name].astype("str").str.strip().str.casefold()
    rows["second"] = rows["second"].mask(house.isin(survey.linking.placeholder_houses))
    home_evidence = rows[["carried", "anchored", "second"]].assign(round=rows["round_"], same_home=rows["carried"])
    rows["free"] = rows["carried"]
    homes = same_person(home_evidence.astype({"second": "str"}))
    connection.execute("DELETE FROM household_link")
    _write_links(connection, survey, "household", rows, homes[["group", "how"]])
