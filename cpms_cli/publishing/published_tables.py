"""The tables on a server as tables: made with their comments, known again by these, and looked at before rows are sent.

A table that does not say in its comment that it is ours is somebody else's, and is never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa

from cpms_cli.datasets.folder.series import SERIES_KEY
from cpms_cli.errors import ServerError
from cpms_cli.publishing.column_words import words_of, words_of_column
from cpms_cli.publishing.server import SERVED, Server
from cpms_cli.publishing.star_tables import STORE, StarTable
from cpms_cli.summaries.records.child_records import SUBDISTRICT
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted

CHANGED_AT = "changed_at"
_OURS = "cpms: "
_NOTHING = "-"
_TYPES = {
    pa.int32(): "integer",
    pa.float64(): "double precision",
    pa.date32(): "date",
    pa.bool_(): "boolean",
    pa.string(): "text",
}


@dataclass(frozen=True)
class PublishedTables:
    """Our tables in a schema of a server's database. Every method raises ServerError."""

    server: Server
    schema: str
    survey: Survey

    def place(self, table: str) -> str:
        """Return a table's name in statements of the engine."""
        return f'{SERVED}."{self.schema}"."{table}"'

    def hold(self) -> None:
        """Let nobody else push into the schema until the transaction ends."""
        ((held,),) = self.server.ask(f"SELECT pg_try_advisory_xact_lock(hashtext('cpms push {self.schema}'))")
        if not held:
            raise self._error("server_busy")

    def known(self, names: Iterable[str]) -> set[str]:
        """Return which of these tables are on the server; raises where one of them is not ours."""
        listed = ", ".join(quoted(name) for name in names)
        rows = self.server.ask(f"""
            SELECT c.relname::text, coalesce(obj_description(c.oid, 'pg_class'), '')
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = '{self.schema}' AND c.relname IN ({listed})""")
        foreign = sorted(name for name, comment in rows if not comment.startswith(_OURS))
        if foreign:
            raise self._error("server_foreign", tables=", ".join(foreign))
        return {str(name) for name, _ in rows}

    def drop(self, names: Collection[str]) -> None:
        """Remove tables of ours."""
        if names:
            self.server.tell(f"DROP TABLE {', '.join(self._named(name) for name in sorted(names))}")

    def check_columns(self, tables: Iterable[StarTable]) -> None:
        """Raise where a table on the server has other columns than these."""
        for table in tables:
            rows = self.server.ask(f"""
                SELECT a.attname::text, format_type(a.atttypid, a.atttypmod)
                FROM pg_attribute a
                WHERE a.attrelid = '{self._named(table.name)}'::regclass AND a.attnum > 0 AND NOT a.attisdropped""")
            served = {(str(name), str(kind)) for name, kind in rows if name != CHANGED_AT}
            wanted = {(column.name, _TYPES[column.type]) for column in table.rows.schema}
            if served != wanted:
                lacking, more = ({name for name, _ in names} for names in (wanted - served, served - wanted))
                values = {
                    "lacking": ", ".join(sorted(lacking)) or _NOTHING,
                    "more": ", ".join(sorted(more)) or _NOTHING,
                }
                raise self._error("server_other_columns", table=table.name, **values)

    def check_others(self, publication: StarTable, children: StarTable) -> None:
        """Raise where rows of another store are there that these cannot stand beside."""
        own = publication.rows.to_pylist()[0]
        others = f"{STORE} <> {quoted(own[STORE])}"
        rows = self.server.ask(f"""
            SELECT DISTINCT definition_digest, audience, pseudonyms
            FROM {self._named(publication.name)}
            WHERE {others}""")
        for definition, audience, pseudonyms in rows:
            if definition != own["definition_digest"]:
                values = {"known": (definition or _NOTHING)[:12], "given": own["definition_digest"][:12]}
                raise self._error("server_other_definition", **values)
            if audience != own["audience"]:
                raise self._error("server_other_audience", known=audience or _NOTHING, given=own["audience"])
            if pseudonyms != own["pseudonyms"]:
                raise self._error("server_other_series", variable=SERIES_KEY)
        round_ = self.survey.role("round").name
        places = zip(
            children.rows.column(SUBDISTRICT).to_pylist(), children.rows.column(round_).to_pylist(), strict=True
        )
        ours = {(str(place)[:PROVINCE], year) for place, year in places}
        theirs = self.server.ask(f"""
            SELECT DISTINCT left({SUBDISTRICT}, {PROVINCE}), "{round_}"
            FROM {self._named(children.name)}
            WHERE {others}""")
        twice = sorted(ours & {(str(province), int(year)) for province, year in theirs})
        if twice:
            raise self._error("server_two_stores", parts=", ".join(f"{province} {year}" for province, year in twice))

    def defined_by(self, publication: StarTable) -> str | None:
        """Return the digest of the definition that the store's rows on the server follow; None where there are none."""
        store = publication.rows.column(STORE)[0].as_py()
        rows = self.server.ask(f"""
            SELECT definition_digest
            FROM {self._named(publication.name)}
            WHERE {STORE} = {quoted(store)}""")
        return str(rows[0][0]) if rows else None

    def note_change(self, publication: StarTable) -> None:
        """Write down when the rows of the store were changed."""
        store = publication.rows.column(STORE)[0].as_py()
        place = self._named(publication.name)
        self.server.tell(f"UPDATE {place} SET {CHANGED_AT} = now() WHERE {STORE} = {quoted(store)}")

    def create(self, tables: Collection[StarTable]) -> None:
        """Make tables, and the schema where it is not there."""
        if not tables:
            return
        if not self.server.ask(f"SELECT nspname::text FROM pg_namespace WHERE nspname = '{self.schema}'"):
            self.server.tell(f'CREATE SCHEMA "{self.schema}"')
        for table in tables:
            columns = [f'"{column.name}" {_TYPES[column.type]}' for column in table.rows.schema]
            if table.name == "publication":
                columns.append(f"{CHANGED_AT} timestamp with time zone DEFAULT now()")
            key = ", ".join(f'"{name}"' for name in table.key)
            self.server.tell(f"CREATE TABLE {self._named(table.name)} ({', '.join(columns)}, PRIMARY KEY ({key}))")
            self.comment(table)

    def comment(self, table: StarTable) -> None:
        """Say of a table and of its columns what they are, in both languages."""
        place = self._named(table.name)
        says = " | ".join(words_of(f"server_table_{table.name}").values())
        comments = [f"COMMENT ON TABLE {place} IS {quoted(_OURS + says)}"]
        names = [*table.rows.column_names, *([CHANGED_AT] if table.name == "publication" else [])]
        for name in names:
            words = words_of_column(self.survey, name).comment
            comments.append(f'COMMENT ON COLUMN {place}."{name}" IS {quoted(words)}')
        self.server.tell("; ".join(comments))

    def _named(self, table: str) -> str:
        """A table's name in the server's own statements."""
        return f'"{self.schema}"."{table}"'

    def _error(self, message: str, **values: object) -> ServerError:
        return ServerError(message, server=self.server.address.shown, schema=self.schema, **values)
