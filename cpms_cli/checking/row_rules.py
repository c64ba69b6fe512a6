"""Rules across fields and rows: each one SQL condition over the staged tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import duckdb
import numpy as np
import numpy.typing as npt
from sqlglot import exp

from cpms_cli.survey.model.definition import Check, Survey, Table
from cpms_cli.survey.rules.rule_language import compiled, parse, sql
from cpms_cli.survey.rules.typed_answers import vocabulary


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


def rule_tree(survey: Survey, check: Check) -> exp.Expression:
    """The rule's condition in DuckDB's SQL, as a tree."""
    return compiled(parse(check.when), vocabulary(survey, check.table, indicators=False))


@lru_cache(maxsize=8)
def rule_groups(survey: Survey) -> tuple[tuple[tuple[Check, str], ...], ...]:
    """Every rule with its condition in DuckDB's SQL, in groups that one look at the rows answers.

    A window has to sort the rows, with all that is carried along; each rule that has one is a group of its own.
    """
    groups: dict[str, list[tuple[Check, str]]] = {}
    for check in survey.checks:
        tree = rule_tree(survey, check)
        group = check.id if tree.find(exp.Window) else f"of {check.table}"
        groups.setdefault(group, []).append((check, sql(tree)))
    return tuple(tuple(group) for group in groups.values())


def _numbers(column: object) -> npt.NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)


def found_rows(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Table and row of every row of a relation on which a condition is true."""
    query = f"SELECT _source, _row FROM (SELECT _source, _row, ({condition}) AS fault FROM {table}) WHERE fault"
    found = connection.execute(f"{query} ORDER BY _source, _row").fetchnumpy()
    return _numbers(found["_source"]), _numbers(found["_row"])


def _found(
    connection: duckdb.DuckDBPyConnection, group: Sequence[tuple[Check, str]]
) -> Iterator[tuple[str, RuleFault]]:
    """By check the rows on which it is true; all of the group are about the same table."""
    columns = ", ".join(f"({condition}) IS TRUE AS c{at}" for at, (_, condition) in enumerate(group))
    # A condition with a window cannot stand in WHERE.
    found = connection.execute(
        f"SELECT * FROM (SELECT _source, _row, {columns} FROM {RELATIONS[group[0][0].table]})"
        f" WHERE {' OR '.join(f'c{at}' for at in range(len(group)))} ORDER BY _source, _row"
    ).fetchnumpy()
    sources, rows = _numbers(found["_source"]), _numbers(found["_row"])
    for at, (check, _) in enumerate(group):
        here = np.asarray(found[f"c{at}"], dtype=bool)
        if here.any():
            yield check.id, RuleFault(check.id, check.fields, sources[here], rows[here])


def rule_faults(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Every rule of the definition that is true somewhere in the staged tables, in the definition's order."""
    found = dict(one for group in rule_groups(survey) for one in _found(connection, group))
    yield from (found[check.id] for check in survey.checks if check.id in found)


def conflicting_households(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """Flat rows of one household that give two different answers to the same family question."""
    key = " AND ".join(f"c.{name} = h.{name}" for name in survey.key("household"))
    found = connection.execute(
        "SELECT differing, c._source, c._row"
        " FROM (SELECT *, unnest(_differ) AS differing FROM staged_household) h JOIN staged_child c"
        f" ON {key} AND c._source = h._source ORDER BY ALL"
    ).fetchnumpy()
    differing = np.asarray(found["differing"], dtype=object)
    sources, rows = _numbers(found["_source"]), _numbers(found["_row"])
    for field in survey.household.fields:
        here = differing == field.name
        if field.name not in survey.child.shared and here.any():
            yield RuleFault("household_differs", (field.name,), sources[here], rows[here])


def disputed_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """All rows of families of whose consent one row says this and another that: a question, and no answer."""
    key = ", ".join(survey.key("household"))
    rows = " UNION ".join(f"SELECT _source, _row, {key} FROM staged_{table}" for table in RELATIONS)
    found = connection.execute(
        f"SELECT DISTINCT _source, _row FROM ({rows}) SEMI JOIN disputed_consent USING ({key}) ORDER BY ALL"
    ).fetchnumpy()
    if len(found["_row"]):
        consent = survey.role("consent").name
        yield RuleFault("consent_differs", (consent,), _numbers(found["_source"]), _numbers(found["_row"]))


def unread_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    """The other rows of families whose consent cannot be read: it may be a no."""
    key = ", ".join(survey.key("household"))
    homes = " UNION ".join(
        f"SELECT {key} FROM staged_{table} JOIN unread_consent USING (_source, _row)" for table in RELATIONS
    )
    rows = " UNION ".join(f"SELECT _source, _row, {key} FROM staged_{table}" for table in RELATIONS)
    found = connection.execute(
        f"SELECT DISTINCT _source, _row FROM ({rows}) SEMI JOIN ({homes}) USING ({key})"
        f" ANTI JOIN unwilling USING ({key}) ANTI JOIN unread_consent USING (_source, _row) ORDER BY ALL"
    ).fetchnumpy()
    if len(found["_row"]):
        consent = survey.role("consent").name
        yield RuleFault("consent_unread", (consent,), _numbers(found["_source"]), _numbers(found["_row"]))
