"""Rules across fields and rows: each one SQL condition over the staged tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import duckdb
import numpy as np
import numpy.typing as npt

from cpms_cli.survey.model.definition import Check, Survey, Table
from cpms_cli.survey.rules.rule_language import columns_read, has_window, rule_sql
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import Vocabulary
from cpms_cli.survey.rules.workbench import SMALL


@dataclass(frozen=True)
class RuleFault:
    """One rule that is true on some rows: the table's index and the sheet's row number of each.

    `values` is what to show instead of the cells, where the rule looks at more than these; `open` that it is nobody's
    answer, and shown to everybody.
    """

    check: str
    fields: tuple[str, ...]
    sources: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    values: tuple[str | None, ...] | None = None
    open: bool = False


RELATIONS: dict[Table, str] = {"child": "record", "household": "home"}


def rule_words(survey: Survey, check: Check) -> Vocabulary:
    """What the check's rule may name."""
    return vocabulary(survey, check.table, indicators=False)


Group = tuple[tuple[Check, str], ...]


@lru_cache(maxsize=8)
def rule_groups(survey: Survey, small: bool = False) -> tuple[Group, ...]:
    """Return every rule with its condition in DuckDB's SQL, in groups that one look at the rows answers.

    A window has to sort the rows, with all that is carried along. So each rule that has one is a group of its own,
    except where the tables are `small`: there each further query costs more than the sorting. A window in an order is
    always alone: which of two rows with one value comes first must not depend on the other rules.
    """
    groups: dict[str, list[tuple[Check, str]]] = {}
    for check in survey.checks:
        words = rule_words(survey, check)
        windows, ordered = has_window(check.when, words), has_window(check.when, words, ordered=True)
        alone = ordered or (windows and not small)
        group = check.id if alone else f"of {check.table} {windows}"
        groups.setdefault(group, []).append((check, rule_sql(check.when, words)))
    return tuple(tuple(group) for group in groups.values())


@lru_cache(maxsize=16)
def _group_queries(survey: Survey, small: bool) -> tuple[tuple[Group, str], ...]:
    """Return each group of rules with its query: the rows on which one is true, and a column `c0`, `c1`... per rule."""
    queries = []
    for group in rule_groups(survey, small):
        columns = ", ".join(f"({condition}) IS TRUE AS c{nth}" for nth, (_, condition) in enumerate(group))
        # A condition with a window cannot stand in WHERE.
        query = f"""
            SELECT *
            FROM (SELECT _source, _row, {columns} FROM {_looked_at(survey, group)})
            WHERE {" OR ".join(f"c{nth}" for nth in range(len(group)))}"""
        queries.append((group, query))
    return tuple(queries)


def _looked_at(survey: Survey, group: Group) -> str:
    """Return the relation that a group of rules looks at; a window carries all its columns along, so it has no more
    than the rules read."""
    relation = RELATIONS[group[0][0].table]
    rules = [(check.when, rule_words(survey, check)) for check, _ in group]
    if not any(has_window(text, words) for text, words in rules):
        return relation
    read = sorted(frozenset[str]().union(*(columns_read(text, words) for text, words in rules)))
    return f"(SELECT _source, _row, {', '.join(read)} FROM {relation})"


def _numbers(column: object) -> npt.NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)


def rows_that_fail(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return table and row of every row of a relation on which a condition is true."""
    columns = connection.execute(f"""
        SELECT _source, _row
        FROM (SELECT _source, _row, ({condition}) AS fault FROM {table})
        WHERE fault
        ORDER BY _source, _row""").fetchnumpy()
    return _numbers(columns["_source"]), _numbers(columns["_row"])


def _faults_of_group(connection: duckdb.DuckDBPyConnection, group: Group, query: str) -> Iterator[RuleFault]:
    columns = connection.execute(query).fetchnumpy()
    sources, rows = _numbers(columns["_source"]), _numbers(columns["_row"])
    if not len(rows):
        return
    order = np.lexsort((rows, sources))
    for nth, (check, _) in enumerate(group):
        chosen = order[np.asarray(columns[f"c{nth}"], dtype=bool)[order]]
        if len(chosen):
            yield RuleFault(check.id, check.fields, sources[chosen], rows[chosen])


def largest_staged(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows the larger one of the staged tables has."""
    counts = connection.execute("SELECT greatest((SELECT count(*) FROM record), (SELECT count(*) FROM home))")
    row = counts.fetchone()
    return int(row[0]) if row else 0


def rule_faults(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Yield every rule of the definition that is true somewhere in the staged tables, in the definition's order."""
    small = largest_staged(connection) <= SMALL
    faults = {
        fault.check: fault
        for group, query in _group_queries(survey, small)
        for fault in _faults_of_group(connection, group, query)
    }
    yield from (faults[check.id] for check in survey.checks if check.id in faults)


def conflicting_households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Flat rows of one household that give two different answers to the same family question."""
    key = " AND ".join(f"c.{name} = h.{name}" for name in survey.key("household"))
    if connection.execute("FROM staged_household WHERE len(_differ) > 0 LIMIT 1").fetchone() is None:
        return
    columns = connection.execute(f"""
        SELECT differing, c._source, c._row
        FROM (SELECT *, unnest(_differ) AS differing FROM staged_household) h
        JOIN staged_child c ON {key} AND c._source = h._source
        ORDER BY ALL""").fetchnumpy()
    differing = np.asarray(columns["differing"], dtype=object)
    sources, rows = _numbers(columns["_source"]), _numbers(columns["_row"])
    for field in survey.household.fields:
        chosen = differing == field.name
        if field.name not in survey.child.shared and chosen.any():
            yield RuleFault("household_differs", (field.name,), sources[chosen], rows[chosen])


def _rows_with_keys(survey: Survey) -> str:
    """Return a SELECT of every staged row with the key of its household."""
    key = ", ".join(survey.key("household"))
    return " UNION ".join(f"SELECT _source, _row, {key} FROM staged_{table}" for table in RELATIONS)


def _consent_fault(survey: Survey, check: str, columns: Mapping[str, object]) -> Iterator[RuleFault]:
    sources, rows = _numbers(columns["_source"]), _numbers(columns["_row"])
    if len(rows):
        yield RuleFault(check, (survey.role("consent").name,), sources, rows)


def disputed_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Yield all rows of families of whose consent one row says this and another that: a question, and no answer."""
    if connection.execute("FROM disputed_consent LIMIT 1").fetchone() is None:
        return
    rows = connection.execute(f"""
        SELECT DISTINCT _source, _row
        FROM ({_rows_with_keys(survey)})
        SEMI JOIN disputed_consent USING ({", ".join(survey.key("household"))})
        ORDER BY ALL""").fetchnumpy()
    yield from _consent_fault(survey, "consent_differs", rows)


def unread_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Yield the other rows of families whose consent cannot be read: it may be a no."""
    if connection.execute("FROM unread_consent LIMIT 1").fetchone() is None:
        return
    key = ", ".join(survey.key("household"))
    homes = " UNION ".join(
        f"SELECT {key} FROM staged_{table} JOIN unread_consent USING (_source, _row)" for table in RELATIONS
    )
    rows = connection.execute(f"""
        SELECT DISTINCT _source, _row
        FROM ({_rows_with_keys(survey)})
        SEMI JOIN ({homes}) USING ({key})
        ANTI JOIN unwilling USING ({key})
        ANTI JOIN unread_consent USING (_source, _row)
        ORDER BY ALL""").fetchnumpy()
    yield from _consent_fault(survey, "consent_unread", rows)
