"""Answers of the store that a definition does not know: their codes are gone, or the question is of another kind."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from cpms_cli.store.definitions.places import Obstacle, Places
from cpms_cli.store.rows_as_read.column_lineage import table_of_rows
from cpms_cli.store.tables.adoption_tables import Renaming, tables_of
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.rules.typed_answers import quoted

_FORMS = {
    "integer": "regexp_full_match(answer, '-?[0-9]+')",
    "year": "regexp_full_match(answer, '[0-9]{4}')",
    "number": "TRY_CAST(answer AS DOUBLE) IS NOT NULL",
    "date": "regexp_full_match(answer, '[0-9]{4}-[0-9]{2}-[0-9]{2}')",
    "partial-date": "regexp_full_match(answer, '[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?')",
}
"""By type, or by format where that says more, SQL that is true of an answer that has it."""
_SHOWN = 5  # answers, or areas, that a refusal names
_SUBDISTRICTS = "areas/subdistricts.csv"


def unfit_obstacles(
    connection: duckdb.DuckDBPyConnection,
    surveys: tuple[Survey, Survey],
    places: Places,
    columns: dict[str, set[str]],
    renamings: tuple[Renaming, ...],
) -> Iterator[Obstacle]:
    """Yield the questions to which the store has answers that a definition does not know.

    `surveys` are the definition so far and that one; `columns` those of the store, by table.
    """
    before, after = surveys
    former = {(change.of_table, change.name): change.former for change in renamings if change.kind == "field"}
    for table, schema in tables_of(after).items():
        earlier = {field.name: field for field in tables_of(before)[table].fields}
        for field in schema.fields:
            column = former.get((table, field.name), field.name)
            if column not in columns[table]:
                continue
            codes = {
                change.former
                for change in renamings
                if change.kind == "code" and (change.of_table, change.field) == (table, field.name)
            }
            unfit = _unfit_answers(connection, after, field, (table_of_rows(table), column), codes)
            if unfit:
                was = _kind(earlier.get(column, field))
                shown = "..." if field.personal else ", ".join(sorted(unfit)[:_SHOWN])
                values = {"name": field.name, "answers": shown, "count": sum(unfit.values())}
                if was == _kind(field):
                    yield Obstacle("adoption_unfit", {**places.of_field(schema, field.name), **values})
                else:
                    place = places.of_field(schema, field.name, "type")
                    yield Obstacle("adoption_kind", {**place, **values, "was": was, "now": _kind(field)})


def area_obstacles(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, columns: dict[str, set[str]]
) -> Iterator[Obstacle]:
    """Yield the areas of which the store has rows and that a definition no longer lists: no command could name them."""
    village = before.role("village").name
    if village not in columns["household"] | columns["child"]:
        return
    rows = connection.execute(f"""
        SELECT left({village}, {SUBDISTRICT}) AS area, count(*)
        FROM (SELECT {village} FROM household_observation UNION ALL SELECT {village} FROM child_observation)
        GROUP BY area
        ORDER BY area""").fetchall()
    gone = {area: int(count) for area, count in rows if area in before.areas and area not in after.areas}
    if gone:
        shown = ", ".join(f"{area} ({before.areas[area].en})" for area in list(gone)[:_SHOWN])
        values = {"file": _SUBDISTRICTS, "line": 1, "areas": shown, "count": sum(gone.values())}
        yield Obstacle("adoption_area_gone", values)


def _kind(field: Field) -> str:
    """Return what kind of answers a question takes, in the words of the definition's files."""
    words = {"type": field.type, "format": field.format, "codelist": field.codelist, "many": field.many or None}
    return ", ".join(f"{name}: {str(word).lower()}" for name, word in words.items() if word is not None)


def _unfit_answers(
    connection: duckdb.DuckDBPyConnection, after: Survey, field: Field, place: tuple[str, str], codes: set[str]
) -> dict[str, int]:
    """Return the answers in a table's column that this question cannot have, with how often each stands there."""
    table, column = place
    known = after.codes(field)
    form = _FORMS.get(field.format or field.type) or _FORMS.get(field.type)
    if known is None and form is None:
        return {}  # any text
    missing = ", ".join(map(quoted, after.missing_codes(field))) or "NULL"
    fits = form if known is None else f"answer IN ({', '.join(map(quoted, {*known.by_code, *codes}))})"
    each = f"unnest(string_split({column}, ';'))" if field.many else column
    rows = connection.execute(f"""
        SELECT answer, count(*)
        FROM (SELECT {each} AS answer FROM {table} WHERE {column} IS NOT NULL)
        WHERE answer NOT IN ({missing}) AND NOT ({fits})
        GROUP BY answer""").fetchall()
    return {str(answer): int(count) for answer, count in rows}
