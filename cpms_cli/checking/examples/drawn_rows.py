"""Rows drawn for the definition's examples: the example's child and household, with some answers put in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from cpms_cli.checking.rows.earlier_rounds import compare
from cpms_cli.checking.staging import CARRIED, type_staged
from cpms_cli.survey.model.definition import Survey, Table

Answers = Mapping[str, Any]
Drawn = dict[Table, list[dict[str, Any]]]
# What a case may say beside answers: how many rows, which of the two rows is missing, who else is in the file.
WORDS = {"_rows", "_child", "_household", "_blank", "_siblings", "_homes", "_times", "_before", "_facts"}


def drawn_row(
    survey: Survey, base: Mapping[str, Answers], answers: Answers, table: Table, household: str
) -> dict[str, Any]:
    """One canonical row in a household of this number; "" is a blank cell, as is one of a question turned off."""
    columns = survey.columns(table)
    kept = {*survey.key(table), survey.role("consent").name} if answers.get("_blank") else columns
    start = base[table]
    row = {name: start[name] for name in kept if name in start}
    row |= {name: answers[name] for name in columns if name in answers}
    row[survey.role("household").name] = household
    off = survey.turned_off
    answered = {name: str(value) for name, value in row.items() if value != "" and name not in off}
    return {name: answered.get(name) for name in columns}


def fields_named(answers: Answers) -> Iterator[str]:
    """The fields of which a case says something, of whomever is in it."""
    for name, value in answers.items():
        if name not in WORDS:
            yield name
        elif isinstance(value, Mapping):
            yield from fields_named(value)
        elif isinstance(value, (list, tuple)):
            for other in value:
                yield from fields_named(other)


def drawn_case(survey: Survey, base: Mapping[str, Answers], case: Answers, number: int) -> Drawn:
    """All rows of one case of a check. `_source` is the case's number, so that no rule sees two cases at once."""
    drawn: Drawn = {"household": [], "child": []}
    times = int(case.get("_rows", 1))
    if case.get("_household") != "no":
        drawn["household"] += [drawn_row(survey, base, case, "household", str(number))] * times
    if case.get("_child") != "no":
        own = {**_identifier(survey, base, case), **case}
        drawn["child"] += [drawn_row(survey, base, own, "child", str(number))] * times
        drawn["child"] += _siblings(survey, base, case, str(number))
    for home_number, other in enumerate(home for home in case.get("_homes", ()) for _ in range(home.get("_times", 1))):
        answers = {**{name: value for name, value in case.items() if not name.startswith("_")}, **other}
        place = f"{number}.{home_number}"
        drawn["household"].append(drawn_row(survey, base, answers, "household", place))
        drawn["child"].append(drawn_row(survey, base, answers, "child", place))
        drawn["child"] += _siblings(survey, base, answers, place)
    return {
        table: [{**row, "_source": number, "_row": position} for position, row in enumerate(rows)]
        for table, rows in drawn.items()
    }


def drawn_before(survey: Survey, base: Mapping[str, Answers], case: Answers, number: int) -> Drawn:
    """What the store knows in one case: the example's child a year before, with the answers of `_before`."""
    if "_before" not in case:
        return {"household": [], "child": []}
    round_, visited = survey.role("round").name, survey.role("visited").name
    year = int(base["household"][round_]) - 1
    then = {
        **_identifier(survey, base, case),
        round_: year,
        visited: f"{year}{str(base['household'][visited])[4:]}",
        **case["_before"],
    }
    place = {"_source": number, "_row": 0}
    return {table: [{**drawn_row(survey, base, then, table, str(number)), **place}] for table in ("household", "child")}


def _identifier(survey: Survey, base: Mapping[str, Answers], case: Answers) -> Answers:
    """What makes the child of two rounds one child where no question asks for its national ID: the code of the log."""
    if survey.plays("national_id") or "_before" not in case:
        return {}
    return {survey.role("person").name: base.get("response", {}).get(survey.response_role("person").name, "")}


def _siblings(survey: Survey, base: Mapping[str, Answers], case: Answers, household: str) -> Iterator[dict[str, Any]]:
    """Further children of the household, on the lines after the first unless they say another."""
    line = survey.role("line").name
    for line_number, sibling in enumerate(case.get("_siblings", ()), start=2):
        answers = {
            **{name: value for name, value in case.items() if not name.startswith("_")},
            line: line_number,
            **sibling,
        }
        yield drawn_row(survey, base, answers, "child", household)


def joined(cases: Iterable[Drawn]) -> Drawn:
    """The rows of several cases together."""
    rows_by_table: Drawn = {"household": [], "child": []}
    for case in cases:
        for table, rows in case.items():
            rows_by_table[table] += rows
    return rows_by_table


def relation(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table: text columns, and the places that `CARRIED` names."""
    return pa.table(
        {name: pa.array([row[name] for row in rows], pa.string()) for name in columns}
        | {name: pa.array([row[name] for row in rows], pa.int64()) for name in CARRIED}
    )


def stage_before(connection: duckdb.DuckDBPyConnection, survey: Survey, drawn: Drawn) -> None:
    """Put drawn rows beside the staged ones as the store's, each case for itself."""
    for table, rows in drawn.items():
        connection.register("drawn", relation(survey.columns(table), rows))
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE earlier_{table} AS
            SELECT * EXCLUDE (_source, _row), _source AS _file
            FROM drawn""")
        connection.unregister("drawn")
    compare(connection, survey, "_source")


def stage_drawn(connection: duckdb.DuckDBPyConnection, survey: Survey, drawn: Drawn) -> None:
    """Stage drawn rows as files would be, and type them."""
    for table, rows in drawn.items():
        connection.register("drawn", relation(survey.columns(table), rows))
        more = ", NULL::VARCHAR[] AS _differ" if table == "household" else ""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_{table} AS SELECT *{more} FROM drawn")
        connection.unregister("drawn")
    type_staged(connection, survey)
