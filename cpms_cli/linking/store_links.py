"""The links of the whole store, made anew from all its current rows, so that the order of merging leaves no trace.

`probabilistic` says how that fits identifiers that never change their meaning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.linking.assignment import DOUBTFUL, SettledRows
from cpms_cli.linking.carried_ids import ALONE, keep_identifiers, same_person
from cpms_cli.linking.comparison_levels import CONDITIONS
from cpms_cli.linking.probabilistic import Linkage, link
from cpms_cli.linking.review.decisions import Decisions, obeyed, read_decisions
from cpms_cli.linking.store_rows import as_evidence, child_evidence, without_shared_numbers
from cpms_cli.store.anchors import anchors_now, corrected_anchors
from cpms_cli.store.audit_log import now
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.identifiers import has_cpms_check_letter, new_identifier
from cpms_cli.survey.model.definition import Survey, Table

LINKED, DECIDED = "linked", "decided"
# One child has one value of these.
_FACTS = ("sex", "number", "printed")


def _children(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    """Return the current child rows in the order of their keys, as evidence, with `row_key`, `carried`, `anchored`."""
    moved = connection.execute(corrected_anchors(survey)).fetchone() is not None
    rows = connection.execute(_child_rows(survey, moved)).df()
    rows = without_shared_numbers(as_evidence(rows, survey.linking), ["round"])
    carried = rows["carried"].astype("str")
    rows["carried"] = carried.where(has_cpms_check_letter(carried))
    rows["anchored"] = rows["anchored"].astype("str")
    return rows.assign(printed=rows["carried"], row_key=rows["row_key"].astype("str"))


@cache
def _child_rows(survey: Survey, moved: bool) -> str:
    """Return a SELECT of the children; `moved`: an identifier may belong to another row now than it was given to."""
    person, key = survey.role("person").name, ", ".join(survey.key("child"))
    current = "(SELECT * FROM child_observation WHERE superseded_by IS NULL)"
    homes = "(SELECT * FROM household_observation WHERE superseded_by IS NULL)"
    reference = row_reference(survey, "child", "e")
    anchors = f"({anchors_now(survey)})" if moved else "child_anchor"
    return f"""
        WITH evidence AS ({child_evidence(survey, current, homes)}),
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM {anchors} GROUP BY 1)
        SELECT e.*, o.{person} AS carried, o.batch_id, {reference} AS row_key, anchored
        FROM evidence e
        JOIN {current} o USING ({key})
        LEFT JOIN anchor ON anchor.row_key = {reference}
        ORDER BY {", ".join(f"e.{name}" for name in survey.key("child"))}"""


def _by_identifiers(rows: pd.DataFrame) -> pd.DataFrame:
    """Children by identifiers alone; a birth date speaks against a number only where it is told, not guessed."""
    identifiers = rows[["round", "carried", "anchored", "sex"]].assign(second=rows["number"])
    identifiers[["low", "high"]] = rows[["low", "high"]].where(rows["born"].notna())
    return same_person(identifiers)


def _how(sure: pd.DataFrame, decided: npt.NDArray[np.int64], cluster: npt.NDArray[np.int64]) -> pd.Series:
    """By what each row came to its child: the surest reason first."""
    how = sure["how"].copy()
    group = sure["group"].to_numpy()
    if all(len(np.unique(rows)) == len(rows) for rows in (group, decided, cluster)):
        return how
    together = pd.Series(cluster).map(pd.Series(cluster).value_counts()).to_numpy() > 1
    by_word = pd.Series(decided).map(pd.Series(decided).value_counts()).to_numpy() > 1
    by_key = pd.Series(group).map(pd.Series(group).value_counts()).to_numpy() > 1
    how = how.mask(by_key & ~by_word, ALONE)
    return how.mask((how == ALONE) & together, np.where(by_word, DECIDED, LINKED))


def _write_links(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    table: Table,
    rows: pd.DataFrame,
    groups: pd.DataFrame,
) -> None:
    """Make the table of links anew; a group keeps the identifier anchored in it, and a new one is anchored.

    `groups`: of each row, its `group` and `how` it came there.
    """
    group = groups["group"]
    connection.execute(f"DELETE FROM {table}_link")
    if rows.empty:
        return
    identifiers, fresh = keep_identifiers(group, rows["anchored"], rows["carried"])
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


def _link_children(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Linkage:
    rows = _children(connection, survey)
    sure = _by_identifiers(rows)
    decided: Decisions = read_decisions(connection, survey, rows["row_key"])
    together = obeyed(sure["group"].to_numpy(dtype=np.int64), rows["round"], decided)
    linkage = link(SettledRows(rows, together, _FACTS, decided.different, decided.again), survey.linking)
    groups = pd.DataFrame({"group": linkage.cluster, "how": _how(sure, together, linkage.cluster)}, index=rows.index)
    _write_links(connection, survey, "child", rows, groups)
    _write_pairs(connection, rows["row_key"], linkage)
    return linkage


def _write_pairs(connection: duckdb.DuckDBPyConnection, row_key: pd.Series, linkage: Linkage) -> None:
    connection.execute("DELETE FROM link_pair")
    if linkage.pairs.empty:
        return
    pairs = pd.DataFrame(
        {
            "row_a": linkage.pairs["id_l"].map(row_key).astype("str"),
            "row_b": linkage.pairs["id_r"].map(row_key).astype("str"),
            "verdict": linkage.pairs["verdict"].astype("str"),
            "weight": linkage.pairs["weight"].round(3),
            "probability": linkage.pairs["probability"].round(6),
            "levels": [json.dumps(levels) for levels in linkage.pairs[list(CONDITIONS)].to_dict("records")],
        }
    )
    connection.register("pair_now", pairs)
    connection.execute("INSERT INTO link_pair BY NAME FROM pair_now")
    connection.unregister("pair_now")


def _link_households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Link the homes; how many rows they have in all rounds."""
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
    homes = same_person(home_evidence.astype({"second": "str"}))
    _write_links(connection, survey, "household", rows, homes[["group", "how"]])
    return len(rows)


@dataclass(frozen=True)
class _Input:
    """What links depend on: digests of the rows of each table and how many there are, the number of decisions, and the
    digest of the settings."""

    rows: tuple[str, ...]
    decisions: str
    settings: str

    def digest(self, links: tuple[int, ...]) -> str:
        """Return one digest of all that the links depend on; `links` is how many each table has."""
        parts = [f"{rows}/{count}" for rows, count in zip(self.rows, links, strict=True)]
        return hashlib.sha256("|".join([*parts, self.decisions, self.settings]).encode()).hexdigest()


def _input(connection: duckdb.DuckDBPyConnection, survey: Survey) -> tuple[_Input, tuple[int, ...]]:
    """Return what the links depend on, and how many links each table has."""
    digests = [
        f"""(
            SELECT coalesce(md5(string_agg(content, '' ORDER BY {", ".join(survey.key(table))})), '') || '/' || count(*)
            FROM {table}_observation
            WHERE superseded_by IS NULL
        )"""
        for table in TABLES
    ]
    links = [f"(SELECT count(*) FROM {table}_link)" for table in TABLES]
    row = connection.execute(f"""
        SELECT
            {", ".join(digests)},
            (SELECT count(*)::VARCHAR FROM link_decision),
            {", ".join(links)}""").fetchone()
    assert row
    count = len(TABLES)
    return _Input(tuple(map(str, row[:count])), str(row[count]), survey.linking.digest), tuple(
        map(int, row[count + 1 :])
    )


def relink(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Make `child_link` and `household_link` anew, where anything changed; how many pairs wait for a person.

    Identifiers that rows already have keep their meaning.
    """
    last = connection.execute("SELECT input FROM link_run ORDER BY run_id DESC LIMIT 1").fetchone()
    rows, links = _input(connection, survey)
    if last is None or last[0] != rows.digest(links):
        linkage = _link_children(connection, survey)
        homes = _link_households(connection, survey)
        connection.execute(
            "INSERT INTO link_run SELECT coalesce(max(run_id), 0) + 1, ?, ?, ? FROM link_run",
            [
                now(),
                rows.digest((len(linkage.cluster), homes)),
                json.dumps(linkage.parameters) if linkage.parameters else None,
            ],
        )
    waiting = connection.execute("SELECT count(*) FROM link_pair WHERE verdict = ?", [DOUBTFUL]).fetchone()
    return int(waiting[0]) if waiting else 0
