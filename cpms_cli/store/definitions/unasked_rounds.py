"""Rounds that a definition says did not ask a question, or did not offer an answer, though by the one so far they did.

Their answers stay in the store. Those to a question are read as "not asked", so that no result uses them: that is for
a person to decide. An answer that was given counts as it is, whether its round offered it or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from cpms_cli.store.definitions.places import Obstacle, Places
from cpms_cli.store.rows_as_read.column_lineage import table_of_rows
from cpms_cli.store.tables.adoption_tables import Renaming, tables_of
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.model.lifespan import Span
from cpms_cli.survey.problems import Fault
from cpms_cli.survey.rules.typed_answers import quoted, rounds_outside

ANSWERS_UNASKED = "adoption_unasked"
"""The sentence of the obstacle that whoever adopts a definition may pass by."""


@dataclass(frozen=True)
class UnaskedRounds:
    """A question, or with `code` an answer to it, that is there no more in rounds of which the store has rows.

    `answers` and `blank` have by round how many current rows have an answer (with `code`: this one), and how many a
    blank cell that is read as "not asked" from then on; a round with neither is in none of them.
    """

    table: str
    field: Field
    code: str
    answers: dict[int, int]
    blank: dict[int, int]

    @property
    def count(self) -> int:
        """How many answers are of these rounds."""
        return sum(self.answers.values())


def unasked_rounds(
    connection: duckdb.DuckDBPyConnection,
    before: Survey,
    after: Survey,
    columns: dict[str, set[str]],
    renamings: tuple[Renaming, ...],
) -> tuple[UnaskedRounds, ...]:
    """Return what a definition leaves out of rounds of the store, which is read by `before`, the one so far.

    `columns` are those of the store, by table.
    """
    former = {(change.of_table, change.name): change.former for change in renamings if change.kind == "field"}
    unasked: list[UnaskedRounds] = []
    for table in TABLES:
        earlier = {field.name: field for field in tables_of(before)[table].fields}
        for field in tables_of(after)[table].fields:
            column = former.get((table, field.name), field.name)
            if column not in columns[table]:
                continue
            was = earlier.get(column)
            # A question that was left out before, and comes back, is in no view.
            rows = f"current_{table}" if was else f"(FROM {table_of_rows(table)} WHERE superseded_by IS NULL)"
            cells = _Cells(connection, rows, column, before)
            unasked += _of_question(cells, table, field)
            unasked += _of_codes(cells, table, field, was, after) if was else ()
    return tuple(unasked)


@dataclass(frozen=True)
class _Cells:
    """The answers to a question in the store's current rows."""

    connection: duckdb.DuckDBPyConnection
    rows: str
    column: str
    survey: Survey

    def counted(self, given: str, span: Span, is_off: bool = False) -> dict[int, tuple[int, int]]:
        """Return by round outside of `span` (or any) how many rows have what is `given`, and how many a blank cell."""
        round_ = self.survey.role("round").name
        left_out = "TRUE" if is_off else rounds_outside(span, round_)
        if not left_out:
            return {}
        counts = self.connection.execute(f"""
            SELECT
                {round_}::INTEGER AS year,
                count(*) FILTER (WHERE ({given}) IS TRUE),
                count(*) FILTER (WHERE {self.column} IS NULL)
            FROM {self.rows}
            WHERE {left_out}
            GROUP BY year
            ORDER BY year""").fetchall()
        return {int(year): (int(answers), int(blank)) for year, answers, blank in counts}


def _of_question(cells: _Cells, table: str, field: Field) -> Iterator[UnaskedRounds]:
    given = f"{cells.column} <> {quoted(cells.survey.not_asked)}"
    counts = cells.counted(given, field, field.is_turned_off)
    answers = {year: number for year, (number, _) in counts.items() if number}
    blank = {year: number for year, (_, number) in counts.items() if number}
    if answers or blank:
        yield UnaskedRounds(table, field, "", answers, blank)


def _of_codes(cells: _Cells, table: str, field: Field, was: Field, after: Survey) -> Iterator[UnaskedRounds]:
    earlier, later = cells.survey.codes(was), after.codes(field)
    if earlier is None or later is None:
        return
    for entry in later.codes:
        codes = [code for code in (entry.code, *entry.formerly) if code in earlier.by_code]
        if not codes or not entry.is_limited:
            continue
        listed = f"string_split({cells.column}, ';')" if field.many else f"[{cells.column}]"
        given = f"list_has_any({listed}, [{', '.join(map(quoted, codes))}])"
        counts = cells.counted(given, entry)
        # What the definition so far says did not offer it either is nothing new.
        answers = {
            year: number
            for year, (number, _) in counts.items()
            if number and earlier.by_code[codes[0]].is_there_in(year)
        }
        if answers:
            yield UnaskedRounds(table, field, entry.code, answers, {})


def unasked_obstacles(after: Survey, places: Places, unasked: tuple[UnaskedRounds, ...]) -> Iterator[Obstacle]:
    """Yield the questions that rounds with answers to them did not ask, by this definition."""
    for part in unasked:
        if part.code or not part.count:
            continue
        place = places.of_field(tables_of(after)[part.table], part.field.name, *_written_in(part))
        rounds = tuple(Fault("answers_of_round", year=year, count=count) for year, count in part.answers.items())
        values = {"name": part.field.name, "count": part.count, "rounds": rounds, "mend": _mend(part)}
        yield Obstacle(ANSWERS_UNASKED, {**place, **values})


def _written_in(part: UnaskedRounds) -> tuple[str, ...]:
    """Return what of a question's entry leaves out rounds that have answers."""
    field = part.field
    if field.is_turned_off:
        return ("asked",)
    ends = {
        "since": field.since is not None and min(part.answers) < field.since,
        "until": field.until is not None and max(part.answers) > field.until,
        "skipped": not part.answers.keys().isdisjoint(field.skipped),
    }
    return tuple(end for end, is_left_out in ends.items() if is_left_out)


def _rounds(years: set[int]) -> tuple[Fault, ...]:
    return tuple(Fault("round_year", year=year) for year in sorted(years))


def _mend(part: UnaskedRounds) -> tuple[Fault, ...]:
    """Return what to write so that the rounds with answers are among those that ask."""
    if part.field.is_turned_off:
        # It is to be asked no more: all that the store has stays as it was.
        return (Fault("write_until_for_off", until=max(*part.answers, *part.blank)),)
    ends = {
        "since": Fault("write_since", since=min(part.answers)),
        "until": Fault("write_until", until=max(part.answers)),
        "skipped": Fault("write_skipped", rounds=_rounds(set(part.field.skipped) & part.answers.keys())),
    }
    return tuple(ends[end] for end in _written_in(part))
