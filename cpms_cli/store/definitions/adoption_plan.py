"""What it would mean for a store to follow another definition: columns, names, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from cpms_cli.errors import CpmsError
from cpms_cli.store.definitions.adoption_tables import (
    Renaming,
    adopted_definition,
    adoptions,
    asked_questions,
    tables_of,
)
from cpms_cli.store.definitions.column_lineage import stored_answers, table_of_rows
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.definition import Code, Field, Indicator, Survey, TableSchema
from cpms_cli.survey.rules.typed_answers import quoted


@dataclass(frozen=True)
class Obstacle:
    """A reason why a store cannot follow a definition: a sentence with its values, and where in the definition."""

    message_id: str
    values: dict[str, object]


@dataclass(frozen=True)
class AdoptionPlan:
    """What changes in a store that follows another definition.

    `added` and `left` are questions by table and name: those that get a column, and those that the definition no longer
    has, with how many current rows have an answer to them; these answers stay. `obstacles` say why it cannot be.
    """

    before: Survey
    after: Survey
    added: tuple[tuple[str, str], ...]
    left: dict[tuple[str, str], int]
    renamings: tuple[Renaming, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def is_followed(self) -> bool:
        """Whether the store follows this very definition already."""
        return self.before.digest == self.after.digest


def plan_adoption(connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey) -> AdoptionPlan:
    """Return what changes in this store, which follows `before`, when it follows `after`. Nothing is changed."""
    columns = {table: set(names) for table, names in stored_answers(connection).items()}
    renamings = tuple(_renamings(before, after, columns))
    renamed = {(change.of_table, change.name) for change in renamings if change.kind == "field"}
    added = tuple(
        (table, field.name)
        for table, schema in tables_of(after).items()
        for field in schema.fields
        if field.name not in columns[table] and (table, field.name) not in renamed
    )
    places = _Places(after)
    obstacles = [
        *_older(connection, after),
        *_other_keys(before, after, places, renamings),
        *_moved(columns, after, places),
        *_joined(columns, after, places),
        *_codes_changed(before, after, places),
        *_unfit(connection, after, places, columns, renamings),
        *_numbers_taken(connection, before, after, places),
    ]
    return AdoptionPlan(before, after, added, _left(connection, after, columns, renamings), renamings, tuple(obstacles))


class _Places:
    """Where questions and codes stand in the files of a definition."""

    def __init__(self, survey: Survey) -> None:
        self._reader = Reader(survey.folder)
        read_survey(self._reader)

    def of_field(self, schema: TableSchema, name: str) -> dict[str, object]:
        """Return file and line of a question."""
        index = next(index for index, field in enumerate(schema.fields) if field.name == name)
        document = self._reader.documents[f"{schema.name}.yaml"]
        return {"file": document.file, "line": document.line("fields", index)}

    def of_indicator(self, index: int) -> dict[str, object]:
        """Return file and line of an indicator, by its place among them."""
        document = self._reader.documents["indicators.yaml"]
        return {"file": document.file, "line": document.line("indicators", index)}

    def of_code(self, codelist: str, code: str) -> dict[str, object]:
        """Return file and line of a code."""
        return {"file": f"codelists/{codelist}.csv", "line": self._reader.code_lines.get((codelist, code), 1)}


def _renamings(before: Survey, after: Survey, columns: dict[str, set[str]]) -> Iterator[Renaming]:
    for table, schema in tables_of(after).items():
        earlier = {field.name: field for field in tables_of(before)[table].fields}
        for field in schema.fields:
            former = _former_column(field, columns[table])
            if former is not None:
                yield Renaming(table, "field", field.name, former, field.name)
            was = earlier.get(former or field.name)
            if was is not None:
                for code, name in _codes_renamed(before, after, was, field):
                    yield Renaming(table, "code", field.name, code, name)


def _former_column(field: Field, columns: set[str]) -> str | None:
    if field.name in columns:
        return None
    return next((former for former in field.formerly if former in columns), None)


def _codes_renamed(before: Survey, after: Survey, was: Field, field: Field) -> Iterator[tuple[str, str]]:
    earlier, later = before.codes(was), after.codes(field)
    if earlier is None or later is None:
        return
    for entry in later.codes:
        for former in entry.formerly:
            if former in earlier.by_code and entry.code not in earlier.by_code:
                yield former, entry.code


def _older(connection: duckdb.DuckDBPyConnection, after: Survey) -> Iterator[Obstacle]:
    followed = adoptions(connection)
    if adopted_definition(connection) != after.digest and any(
        adopted.definition == after.digest for adopted in followed
    ):
        yield Obstacle("adoption_older", {})


def _other_keys(before: Survey, after: Survey, places: _Places, renamings: tuple[Renaming, ...]) -> Iterator[Obstacle]:
    for table, schema in tables_of(after).items():
        earlier = tables_of(before)[table]
        if schema.primaryKey != earlier.primaryKey or schema.shared != earlier.shared:
            was, now = ", ".join(earlier.primaryKey), ", ".join(schema.primaryKey)
            yield Obstacle("adoption_other_key", {"file": f"{schema.name}.yaml", "line": 1, "was": was, "now": now})
    keys = {*before.key("child"), *before.key("household"), before.role("person").name, before.role("home").name}
    for change in renamings:
        if change.kind == "field" and change.former in keys:
            place = places.of_field(tables_of(after)[change.of_table], change.name)
            yield Obstacle("adoption_key_renamed", {**place, "former": change.former, "name": change.name})


def _moved(columns: dict[str, set[str]], after: Survey, places: _Places) -> Iterator[Obstacle]:
    """Questions that stand in another table than the one in which the store has their answers."""
    for table, schema in tables_of(after).items():
        others = {name for other, names in columns.items() if other != table for name in names}
        for field in schema.fields:
            if field.name not in columns[table] and field.name in others - columns[table]:
                yield Obstacle("adoption_moved", {**places.of_field(schema, field.name), "name": field.name})


def _joined(columns: dict[str, set[str]], after: Survey, places: _Places) -> Iterator[Obstacle]:
    """Questions that are to hold the answers of two questions of the store."""
    for table, schema in tables_of(after).items():
        for field in schema.fields:
            sources = [name for name in (field.name, *field.formerly) if name in columns[table]]
            if len(sources) > 1:
                place = places.of_field(schema, field.name)
                yield Obstacle("adoption_joined", {**place, "name": field.name, "sources": ", ".join(sources)})


def _codes_changed(before: Survey, after: Survey, places: _Places) -> Iterator[Obstacle]:
    """Codes that join two of the definition so far, or that now carry the label of another one."""
    for name, later in after.codelists.items():
        earlier = before.codelists.get(name)
        if earlier is None:
            continue
        for entry in later.codes:
            sources = [code for code in (entry.code, *entry.formerly) if code in earlier.by_code]
            if len(sources) > 1:
                values = {"name": entry.code, "sources": ", ".join(sources)}
                yield Obstacle("adoption_codes_joined", {**places.of_code(name, entry.code), **values})
            other = _meaning_taken(entry, earlier.codes)
            if other:
                yield Obstacle(
                    "adoption_code_meaning", {**places.of_code(name, entry.code), "name": entry.code, "other": other}
                )


def _meaning_taken(entry: Code, earlier: Iterable[Code]) -> str:
    """Return the code that had this code's label so far, if it was another one."""
    same = {code.code: code for code in earlier}
    if entry.code not in same or same[entry.code].label == entry.label:
        return ""
    labels = _labels(entry)
    others = (code for code in earlier if code.code not in (entry.code, *entry.formerly))
    return next((code.code for code in others if _labels(code) & labels), "")


def _labels(entry: Code) -> set[str]:
    return {label.casefold() for label in entry.label.written().values()}


def _unfit(
    connection: duckdb.DuckDBPyConnection,
    after: Survey,
    places: _Places,
    columns: dict[str, set[str]],
    renamings: tuple[Renaming, ...],
) -> Iterator[Obstacle]:
    """Questions to which the store has answers that the definition does not know."""
    for table, schema in tables_of(after).items():
        for field in schema.fields:
            column = _former_column(field, columns[table]) or field.name
            if column not in columns[table]:
                continue
            codes = {
                change.former: change.name
                for change in renamings
                if change.kind == "code" and (change.of_table, change.field) == (table, field.name)
            }
            unfit = _unfit_answers(connection, after, field, (table_of_rows(table), column), codes)
            if unfit:
                shown = "..." if field.personal else ", ".join(sorted(unfit)[:5])
                values = {"name": field.name, "answers": shown, "count": sum(unfit.values())}
                yield Obstacle("adoption_unfit", {**places.of_field(schema, field.name), **values})


def _unfit_answers(
    connection: duckdb.DuckDBPyConnection, after: Survey, field: Field, place: tuple[str, str], codes: dict[str, str]
) -> dict[str, int]:
    """Return the answers in a table's column that this question cannot have, with how often each stands there."""
    table, column = place
    missing = ", ".join(map(quoted, after.missing_codes(field))) or "NULL"
    known = after.codes(field)
    if known is None and field.type == "string":
        return {}
    if known is None:
        fits = f"TRY_CAST(answer AS {'DATE' if field.type == 'date' else 'INTEGER'}) IS NOT NULL"
        if field.format == "partial-date":
            fits = "regexp_full_match(answer, '[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?')"
    else:
        fits = f"answer IN ({', '.join(map(quoted, {*known.by_code, *codes}))})"
    each = f"unnest(string_split({column}, ';'))" if field.many else column
    rows = connection.execute(f"""
        SELECT answer, count(*)
        FROM (SELECT {each} AS answer FROM {table} WHERE {column} IS NOT NULL)
        WHERE answer NOT IN ({missing}) AND NOT ({fits})
        GROUP BY answer""").fetchall()
    return {str(answer): int(count) for answer, count in rows}


def _numbers_taken(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, places: _Places
) -> Iterator[Obstacle]:
    """Indicators under the number of another one, which an earlier definition of the store had and the last has not."""
    numbers = {indicator.number for indicator in before.indicators}
    retired: dict[int, Indicator] = {}
    for digest in dict.fromkeys(adoption.definition for adoption in adoptions(connection)):
        # A store of an earlier format may not have kept it.
        with suppress(CpmsError):
            earlier_definition = kept_definition(connection, digest)
            retired |= {indicator.number: indicator for indicator in earlier_definition.indicators}
    for index, indicator in enumerate(after.indicators):
        earlier = retired.get(indicator.number)
        if earlier is None or indicator.number in numbers:
            continue
        if indicator.name != earlier.name and indicator.when != earlier.when:
            values = {"number": indicator.number, "name": indicator.name.en, "other": earlier.name.en}
            yield Obstacle("adoption_number_taken", {**places.of_indicator(index), **values})


def _left(
    connection: duckdb.DuckDBPyConnection, after: Survey, columns: dict[str, set[str]], renamings: tuple[Renaming, ...]
) -> dict[tuple[str, str], int]:
    """Return the questions of the store that the definition does not have, with how many current rows answer each."""
    left: dict[tuple[str, str], int] = {}
    renamed = {(change.of_table, change.former) for change in renamings if change.kind == "field"}
    for table, schema in tables_of(after).items():
        known = {*schema.shared, *(field.name for field in schema.fields)}
        for name in sorted(columns[table] - known):
            if (table, name) not in renamed:
                query = f"SELECT count({name}) FROM {table_of_rows(table)} WHERE superseded_by IS NULL"
                row = connection.execute(query).fetchone()
                left[table, name] = int(row[0]) if row else 0
    return left


def questions_with_columns(after: Survey, added: Iterable[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Return the questions that a definition asks, for `record_adoption`."""
    new = set(added)
    return [(table, name, (table, name) in new) for table, name in asked_questions(after)]
