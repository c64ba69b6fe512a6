"""Links undone and made by hand, with a reason that stays with the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.linking.decisions import DIFFERENT, SAME, decide
from cpms_cli.linking.store_links import relink
from cpms_cli.store.access.connection import commit
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.history import note_event
from cpms_cli.store.identifier_search import current_identifier
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Regrouped:
    """The children that the rounds belong to now: identifier to its rounds, the one asked about first."""

    children: dict[str, tuple[str, ...]]


def _rows(connection: duckdb.DuckDBPyConnection, survey: Survey, identifier: str) -> pd.DataFrame:
    person, round_ = survey.role("person").name, survey.role("round").name
    return connection.execute(
        f"""
        SELECT {row_reference(survey, "child", "l")} AS row_key, {round_} AS round, {person} AS identifier
        FROM child_link l
        WHERE {person} = ?
        ORDER BY 2, 1""",
        [identifier],
    ).df()


def _every_pair(first: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Each row of the one with each row of the other, as decisions name them: row_a, row_b."""
    pairs = first[["row_key"]].merge(other[["row_key"]], how="cross", suffixes=("_a", "_b"))
    return pairs.rename(columns={"row_key_a": "row_a", "row_key_b": "row_b"})


def _after(connection: duckdb.DuckDBPyConnection, survey: Survey, rows: pd.DataFrame) -> Regrouped:
    person, round_ = survey.role("person").name, survey.role("round").name
    connection.register("asked_row", rows[["row_key"]])
    identifiers_known = connection.execute(f"""
        SELECT {person} AS identifier, list({round_} ORDER BY {round_}) AS rounds, min({round_}) AS first
        FROM child_link l
        JOIN asked_row a ON a.row_key = {row_reference(survey, "child", "l")}
        GROUP BY 1
        ORDER BY first, 1""").fetchall()
    connection.unregister("asked_row")
    return Regrouped({str(identifier): tuple(map(str, rounds)) for identifier, rounds, _ in identifiers_known})


def _required(reason: str) -> str:
    if not reason.strip():
        raise UsageError("link_reason_missing")
    return reason.strip()


def split_child(  # noqa: PLR0913 - what the command takes
    store: str | Path,
    identifier: str,
    rounds: Sequence[int],
    reason: str,
    *,
    who: str | None = None,
    schemas: Path | None = None,
) -> Regrouped:
    """Say that the rows of these rounds are another child; the others keep the identifier if they have its first row.

    Holds for later merges too. Raises UsageError: no such child or round, no reason, nothing left; StoreError.
    """
    survey, why = definition_to_write(store, schemas), _required(reason)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        relink(connection, survey)
        rows = _rows(connection, survey, current_identifier(connection, survey, identifier))
        known = ", ".join(rows["round"])
        for round_ in rounds:
            if str(round_) not in set(rows["round"]):
                raise UsageError("unknown_child_round", id=identifier, round=round_, known=known)
        moved = rows["round"].isin([str(round_) for round_ in rounds])
        if moved.all() or not moved.any():
            raise UsageError("split_leaves_nothing", id=identifier)
        decisions = _every_pair(rows[~moved], rows[moved]).assign(verdict=DIFFERENT, reason=why)
        decide(connection, survey, decisions, "split", who)
        relink(connection, survey)
        after = _after(connection, survey, rows)
        note_event(connection, "split", who=who or "")
        commit(connection)
    return after


def join_children(
    store: str | Path, identifiers: Sequence[str], reason: str, *, who: str | None = None, schemas: Path | None = None
) -> Regrouped:
    """Say that these are one child; the identifier of the earliest row is shown, the others still find the child.

    Raises UsageError: no such child, no reason, one round has two of them; StoreError.
    """
    survey, why = definition_to_write(store, schemas), _required(reason)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        relink(connection, survey)
        current = [current_identifier(connection, survey, identifier) for identifier in identifiers]
        names = list(dict.fromkeys(current))
        if len(names) < 2:
            raise UsageError("join_one_child")
        parts = [_rows(connection, survey, name) for name in names]
        rows = pd.concat(parts, ignore_index=True)
        twice = rows.loc[rows["round"].duplicated(), "round"]
        if len(twice):
            raise UsageError("join_same_round", ids=", ".join(names), round=twice.iloc[0])
        for number, part in enumerate(parts[1:], start=1):
            decisions = _every_pair(pd.concat(parts[:number]), part).assign(verdict=SAME, reason=why)
            decide(connection, survey, decisions, "join", who)
        relink(connection, survey)
        after = _after(connection, survey, rows)
        note_event(connection, "join", who=who or "")
        commit(connection)
    return after
