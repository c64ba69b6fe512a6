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
from functools import partial

import duckdb
import pandas as pd

from cpms_cli.linking.carried_ids import ALONE
from cpms_cli.linking.decisions import DIFFERENT
from cpms_cli.linking.evidence import beside_store
from cpms_cli.linking.kept.changed_rows import note_changes
from cpms_cli.linking.kept.home_links import link_homes
from cpms_cli.linking.kept.link_rows import digest
from cpms_cli.linking.kept.link_writing import write_links
from cpms_cli.linking.kept.stored_evidence import evidence_of_homes
from cpms_cli.linking.pairs.assignment import DOUBTFUL
from cpms_cli.linking.rounds.all_rounds import link_changed
from cpms_cli.linking.rounds.linking_state import Linking, decided_pairs
from cpms_cli.store.audit_log import now
from cpms_cli.store.tables.link_row_tables import forget_link_rows, make_link_rows
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.model.definition import Survey

LINKED = "linked"
_METHOD = 7
"""The number of the way in which links are made: a store that was linked in another is linked anew."""


def relink(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Bring `child_link` and `household_link` up to date; how many pairs wait for a person.

    Identifiers that rows already have keep their meaning.
    """
    make_link_rows(connection)
    by = f"{_METHOD} {duckdb.__version__} {survey.linking.digest}"
    last = connection.execute("SELECT input FROM link_run ORDER BY run_id DESC LIMIT 1").fetchone()
    if last is not None and last[0] != by:
        forget_link_rows(connection)
    changed, model = note_changes(connection, survey), None
    if changed is not None:
        with beside_store(changed.rows) as names:
            evidence = partial(evidence_of_homes, connection, survey)
            apart, again = _decided(connection)
            model = link_changed(Linking(connection, names, evidence, survey.linking, apart, again), changed)
        _write_child_links(connection, survey)
        _write_pairs(connection)
    if link_homes(connection, survey) or changed is not None:
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
    rows = connection.execute(_rows_to_link(survey)).df()
    carried = rows["carried"].astype("str")
    rows["carried"] = carried.where(has_cpms_check_letter(carried))
    rows["anchored"], rows["row_key"] = rows["anchored"].astype("str"), rows["row_key"].astype("str")
    rows["free"] = rows["carried"].mask(rows["given"].fillna(False).astype(bool))
    reference = row_reference(survey, "child", "l")
    connection.execute(f"DELETE FROM child_link l WHERE {reference} NOT IN (SELECT row_key FROM link_row)")
    alone = rows["how"] == ALONE
    several = rows.groupby("child")["child"].transform("size") > 1
    groups = pd.DataFrame({"group": rows["child"], "how": rows["how"].mask(alone & several, LINKED)})
    write_links(connection, survey, "child", rows, groups)
    connection.execute(f"""
        UPDATE link_row l
        SET anchored = {digest("a.identifier")}
        FROM (SELECT row_key, min(identifier) AS identifier FROM child_anchor GROUP BY row_key) a
        WHERE l.row_key = a.row_key AND l.anchored IS NULL""")


def _rows_to_link(survey: Survey) -> str:
    """Return a SELECT of the rows whose children may go by another identifier now, in the order of keys."""
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
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM standing_anchor GROUP BY row_key)
        SELECT {keys}, l.row_key, l.child, l.how, o.{person} AS carried, a.anchored, o.batch_id,
            o.{person} IN (SELECT identifier FROM standing_anchor g SEMI JOIN link_row USING (row_key)) AS given
        FROM child_observation o
        JOIN of_children l ON l.row_key = {reference}
        LEFT JOIN anchor a ON a.row_key = l.row_key
        WHERE o.superseded_by IS NULL
        ORDER BY l.row_key"""


def _write_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `link_pair` hold the pairs that were taken or wait now; those that stay as they are, are not touched."""
    changed = "a.child IN (FROM pair_child) OR b.child IN (FROM pair_child)"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE pair_now AS
        SELECT * EXCLUDE (first_row, second_row) FROM ({decided_pairs(changed)});

        DELETE FROM link_pair p
        WHERE (row_a IN (FROM pair_row) OR row_b IN (FROM pair_row))
            AND NOT EXISTS (
                SELECT 1
                FROM pair_now n
                WHERE n.row_a = p.row_a
                    AND n.row_b = p.row_b
                    AND n.verdict = p.verdict
                    AND n.weight = p.weight
                    AND n.probability = p.probability
                    AND n.levels = p.levels
            );

        INSERT INTO link_pair BY NAME
        FROM pair_now
        ANTI JOIN link_pair USING (row_a, row_b)""")
