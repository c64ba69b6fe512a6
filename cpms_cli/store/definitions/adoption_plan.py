"""What it would mean for a store to follow another definition: columns, names, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from cpms_cli.errors import CpmsError
from cpms_cli.store.definitions.places import Obstacle, Places
from cpms_cli.store.definitions.rounds_asked_again import AskedAgain, rounds_asked_again
from cpms_cli.store.definitions.unasked_rounds import ANSWERS_UNASKED, UnaskedRounds, unasked_obstacles, unasked_rounds
from cpms_cli.store.definitions.unfit_answers import area_obstacles, unfit_obstacles
from cpms_cli.store.rows_as_read.column_lineage import stored_answers, table_of_rows
from cpms_cli.store.tables.adoption_tables import (
    DIGEST,
    Renaming,
    adopted_definition,
    adoptions,
    asked_questions,
    definitions_by_age,
    tables_of,
)
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.survey.model.definition import Code, Field, Indicator, Survey


@dataclass(frozen=True)
class AdoptionPlan:
    """What changes in a store that follows another definition.

    `added` and `left` are questions by table and name: those that get a column, and those that the definition no longer
    has, with how many current rows have an answer to them; these answers stay. `unasked` are questions and answers that
    it has, but not in all rounds in which the one so far has them; `again` are questions that it has in further rounds.
    `turned_off` are questions of the response log, which has no rounds, that are asked no more, by name, with how many
    current responses answer each.
    `obstacles` say why it cannot be.
    """

    before: Survey
    after: Survey
    added: tuple[tuple[str, str], ...]
    left: dict[tuple[str, str], int]
    renamings: tuple[Renaming, ...]
    unasked: tuple[UnaskedRounds, ...]
    again: tuple[AskedAgain, ...]
    turned_off: dict[str, int]
    obstacles: tuple[Obstacle, ...]

    @property
    def can_be_compared(self) -> bool:
        """Whether results by both definitions say something: where nothing, or only rounds unasked, is in the way."""
        return all(obstacle.message_id == ANSWERS_UNASKED for obstacle in self.obstacles)

    @property
    def is_followed(self) -> bool:
        """Whether the store follows this very definition already."""
        return self.before.digest == self.after.digest


def plan_adoption(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, *, leave_answers: bool = False
) -> AdoptionPlan:
    """Return what changes in this store, which follows `before`, when it follows `after`. Nothing is changed.

    `leave_answers`: that some answers are of rounds that did not ask, by `after`, is meant so, and no obstacle.
    """
    columns = {table: set(names) for table, names in stored_answers(connection).items()}
    renamings = tuple(_renamings(before, after, columns))
    renamed = {(change.of_table, change.name) for change in renamings if change.kind == "field"}
    added = tuple(
        (table, field.name)
        for table, schema in tables_of(after).items()
        for field in schema.fields
        if field.name not in columns[table] and (table, field.name) not in renamed
    )
    places = Places(after)
    obstacles = [
        *_older(connection, after),
        *_other_keys(before, after, places, renamings),
        *_moved(columns, after, places),
        *_joined(columns, after, places),
        *_codes_changed(before, after, places),
        *unfit_obstacles(connection, (before, after), places, columns, renamings),
        *area_obstacles(connection, before, after, columns),
        *_numbers_taken(connection, before, after, places),
    ]
    # Where names and codes cannot be matched there are no rounds to be counted.
    unasked = () if obstacles else unasked_rounds(connection, before, after, columns, renamings)
    again = () if obstacles else rounds_asked_again(connection, before, after, renamings)
    if not leave_answers:
        obstacles += unasked_obstacles(after, places, unasked)
    left = _left(connection, after, columns, renamings)
    off = _turned_off(connection, before, after, columns["response"])
    return AdoptionPlan(before, after, added, left, renamings, unasked, again, off, tuple(obstacles))


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
    """Whether the store followed this definition before it began to follow the one of now, though that was undone."""
    order = definitions_by_age(connection)
    followed = order.index(adopted_definition(connection)[:DIGEST])
    if after.digest[:DIGEST] in order[:followed]:
        is_undone = all(adoption.definition != after.digest for adoption in adoptions(connection))
        yield Obstacle("adoption_older_undone" if is_undone else "adoption_older", {})


def _other_keys(before: Survey, after: Survey, places: Places, renamings: tuple[Renaming, ...]) -> Iterator[Obstacle]:
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


def _moved(columns: dict[str, set[str]], after: Survey, places: Places) -> Iterator[Obstacle]:
    """Questions that stand in another table than the one in which the store has their answers."""
    for table, schema in tables_of(after).items():
        others = {name for other, names in columns.items() if other != table for name in names}
        for field in schema.fields:
            if field.name not in columns[table] and field.name in others - columns[table]:
                yield Obstacle("adoption_moved", {**places.of_field(schema, field.name), "name": field.name})


def _joined(columns: dict[str, set[str]], after: Survey, places: Places) -> Iterator[Obstacle]:
    """Questions that are to hold the answers of two questions of the store."""
    for table, schema in tables_of(after).items():
        for field in schema.fields:
            sources = [name for name in (field.name, *field.formerly) if name in columns[table]]
            if len(sources) > 1:
                place = places.of_field(schema, field.name)
                yield Obstacle("adoption_joined", {**place, "name": field.name, "sources": ", ".join(sources)})


def _codes_changed(before: Survey, after: Survey, places: Places) -> Iterator[Obstacle]:
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


def _numbers_taken(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, places: Places
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
                left[table, name] = _answered(connection, table, name)
    return left


def _turned_off(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, columns: set[str]
) -> dict[str, int]:
    """Return the questions of the response log that are turned off, and were not so far, with how many responses answer
    each."""
    asked_so_far = {field.name for field in before.response.fields if not field.is_turned_off}
    names = [field.name for field in after.response.fields if field.is_turned_off]
    columns_off = {name: _stored_as(after, name, columns) for name in names}
    return {
        name: _answered(connection, "response", column)
        for name, column in columns_off.items()
        if column is not None and column in asked_so_far
    }


def _stored_as(after: Survey, name: str, columns: set[str]) -> str | None:
    """Return the column in which a store has the answers to a question of the response log."""
    field = next(field for field in after.response.fields if field.name == name)
    return next((known for known in (name, *field.formerly) if known in columns), None)


def _answered(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    """Return how many current rows have an answer in a column."""
    query = f"SELECT count({column}) FROM {table_of_rows(table)} WHERE superseded_by IS NULL"
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def questions_with_columns(after: Survey, added: Iterable[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Return the questions that a definition asks, for `record_adoption`."""
    new = set(added)
    return [(table, name, (table, name) in new) for table, name in asked_questions(after)]
