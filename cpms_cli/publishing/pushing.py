"""A store onto a server, in one transaction: the server has all of it or nothing of it, and only what changed is sent.

Rows that the server has are compared with the store's cell by cell, so that what somebody changed on the server is
mended too. Stores of several provinces go into the same tables; each changes its own rows only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cpms_cli.datasets.folder.exporting import Watching
from cpms_cli.datasets.folder.series import name_of_series, name_of_store, series_key
from cpms_cli.errors import UsageError
from cpms_cli.publishing.address import Address
from cpms_cli.publishing.published_tables import PublishedTables
from cpms_cli.publishing.server import Server, connected
from cpms_cli.publishing.star_tables import STORE, StarTable, star_tables
from cpms_cli.store.access.connection import commit
from cpms_cli.store.tables.pseudonym_key import pseudonym_key
from cpms_cli.summaries.records.child_records import Disclosed
from cpms_cli.workspace import Workspace

AUDIENCE, SCHEMA = "server", "cpms"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class TableChange:
    """How many rows of a table were `new`, `changed` and `removed`, and how many are as they were (`same`)."""

    table: str
    new: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0

    @property
    def sent(self) -> int:
        """How many rows of it are others now."""
        return self.new + self.changed + self.removed


@dataclass(frozen=True)
class Pushed:
    """What was done to each table; `server` is the server as messages name it."""

    server: str
    changes: tuple[TableChange, ...]

    @property
    def anything(self) -> bool:
        """Whether anything was changed on the server."""
        return any(change.sent for change in self.changes)


@dataclass(frozen=True)
class Asked:
    """Into which `schema` of the server's database, for which `audience`; `replace`: tables of ours that are there are
    made anew, with the rows of this store alone."""

    schema: str = SCHEMA
    audience: str = AUDIENCE
    replace: bool = False


def push_store(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    server: str,
    *,
    schema: str = SCHEMA,
    audience: str = AUDIENCE,
    replace: bool = False,
    schemas: Path | None = None,
) -> Pushed:
    """Publish a store's rows without names on a server of PostgreSQL: `children`, `households`, `scores`, `responses`,
    `areas` and `definition`, each table and column with a comment in both languages.

    `server` is its address, as `postgresql://HOST/DATABASE`; the password comes from PGPASSWORD or libpq's password
    file. Rows are masked as by `child_records`, and the store's export log says that they were given away. Raises
    UsageError, ServerError, StoreError.
    """
    address = Address.from_text(server)
    with Workspace.from_paths(store, schemas, writes=True) as workspace:
        return push(workspace, address, Asked(schema, audience, replace))


def push(workspace: Workspace, address: Address, asked: Asked, watching: Watching | None = None) -> Pushed:
    """As `push_store`, in a workspace."""
    if not _SCHEMA.fullmatch(asked.schema):
        raise UsageError("server_schema", schema=asked.schema)
    watching = watching or Watching()
    connection = workspace.connection
    with connected(address) as server:
        workspace.scored()
        own = pseudonym_key(connection)
        key, store = series_key(own), name_of_store(own)
        # The store's log says that rows are given away, if they are: both commit, or neither.
        connection.execute("BEGIN")
        star = star_tables(workspace, Disclosed("masked", None, asked.audience, None, key), store)
        watching.begin(len(star))
        publication = _publication(workspace, store, asked.audience, name_of_series(key, asked.audience))
        server.begin()
        tables = PublishedTables(server, asked.schema, workspace.survey)
        changes = _Push(server, tables, store, watching).run(star, publication, asked.replace)
        pushed = Pushed(address.shown, tuple(changes))
        if pushed.anything:
            commit(connection)
            server.commit()
        else:
            connection.execute("ROLLBACK")
        return pushed


def _publication(workspace: Workspace, store: str, audience: str, series: str) -> StarTable:
    """The row that says by what definition, and for whom, the rows of a store are on the server."""
    values = {
        STORE: store,
        "definition_digest": workspace.survey.digest,
        "audience": audience,
        "pseudonyms": series,
    }
    return StarTable("publication", (STORE,), pa.table({name: pa.array([value]) for name, value in values.items()}))


@dataclass(frozen=True)
class _Push:
    """What is pushed with: the server, its tables, the name of the store, and who looks on."""

    server: Server
    tables: PublishedTables
    store: str
    watching: Watching

    def run(self, star: list[StarTable], publication: StarTable, replace: bool) -> list[TableChange]:
        """Bring the tables up to date; the transaction is open."""
        every = [*star, publication]
        self.tables.hold()
        known = self.tables.known([table.name for table in every])
        if replace:
            self.tables.drop(known)
            known = set()
        self.tables.check_columns([table for table in every if table.name in known])
        if publication.name in known:
            self.tables.check_others(publication, star[0])
        self.tables.create([table for table in every if table.name not in known])
        for table in self._reworded_tables(every, publication, known):
            self.tables.comment(table)
        changes = []
        for table in every:
            changes.append(self._bring(table, is_new=table.name not in known))
            self.watching.tell(table.name)
        if any(change.sent for change in changes):
            self.tables.note_change(publication)
        return changes

    def _reworded_tables(self, every: list[StarTable], publication: StarTable, known: set[str]) -> list[StarTable]:
        """The tables whose comments may be other words now, since the definition is another."""
        if publication.name not in known:
            return []
        digest = publication.rows.column("definition_digest")[0].as_py()
        return [] if self.tables.defined_by(publication) == digest else [t for t in every if t.name in known]

    def _bring(self, table: StarTable, is_new: bool) -> TableChange:
        """Send what is new or another, and take away what is there no more."""
        place, columns = self.tables.place(table.name), ", ".join(f'"{name}"' for name in table.rows.column_names)
        key = ", ".join(f'"{name}"' for name in table.key)
        self.server.connection.register("pushed_row", table.rows)
        try:
            if is_new:
                self.server.run(f"INSERT INTO {place} ({columns}) SELECT {columns} FROM pushed_row")
                return TableChange(table.name, new=table.rows.num_rows)
            own = f"{STORE} = '{self.store}'" if table.of_store else "true"
            self.server.run(f"""
                CREATE OR REPLACE TEMP TABLE served_row AS
                SELECT {columns}
                FROM {place}
                WHERE {own}""")
            self.server.run(f"""
                CREATE OR REPLACE TEMP TABLE fresh_row AS
                SELECT {columns}
                FROM pushed_row
                EXCEPT ALL
                FROM served_row""")
            self.server.run(f"""
                CREATE OR REPLACE TEMP TABLE stale_row AS
                FROM served_row
                EXCEPT ALL
                SELECT {columns}
                FROM pushed_row""")
            ((fresh, stale, both),) = self.server.run(f"""
                SELECT
                    (SELECT count(*) FROM fresh_row),
                    (SELECT count(*) FROM stale_row),
                    (SELECT count(*) FROM fresh_row SEMI JOIN stale_row USING ({key}))""")
            if stale:
                self.server.run(f"DELETE FROM {place} WHERE {own} AND ({key}) IN (SELECT ({key}) FROM stale_row)")
            if fresh:
                self.server.run(f"INSERT INTO {place} ({columns}) SELECT {columns} FROM fresh_row")
            return TableChange(table.name, fresh - both, both, stale - both, table.rows.num_rows - fresh)
        finally:
            self.server.connection.unregister("pushed_row")
