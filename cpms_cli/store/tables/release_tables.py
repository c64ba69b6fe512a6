"""What has been published, to whom: so that a later report does not give away what an earlier one withheld.

- `release`: one published report each: to which audience, when, by whom, what and of which round, and the threshold;
- `release_cell`: each of its counts, and whether it was shown or withheld; a withheld count is kept too, since what it
  was decides what may be said later;
- `release_relation`: how the counts add up, as far as the report tells: a total and its parts.

It is a log: nothing of it is undone, and a count in it stands for no person that can be named.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import duckdb
import pandas as pd

from cpms_cli.store.access.connection import commit
from cpms_cli.store.audit_log import current_user, now
from cpms_cli.survey.plain_text import compared_text

Id = TypeVar("Id")
OtherId = TypeVar("OtherId")
State = Literal["shown", "withheld", "unshown"]
RELEASE_TABLES = ("release", "release_cell", "release_relation")
"""Logs, which a comparison of stores leaves out."""


@dataclass(frozen=True)
class ReleasedCell:
    """A count as it was at the release: `shown`; `withheld`, n.p. in its place; or `unshown`, in no table, but related
    to what was. `guarded`: a small count of it must not be found out."""

    count: int
    state: State
    guarded: bool = True


@dataclass(frozen=True)
class Release(Generic[Id]):
    """One published report. `cells` by id, in the store a text; `relations`: a total and its parts, by id."""

    audience: str
    report: str
    round: int | None
    threshold: int
    cells: Mapping[Id, ReleasedCell]
    relations: tuple[tuple[Id, tuple[Id, ...]], ...]
    released_at: datetime.datetime | None = None
    released_by: str | None = None

    def with_ids(self, convert: Callable[[Id], OtherId]) -> Release[OtherId]:
        """Return the same release with other ids."""
        return Release(
            self.audience,
            self.report,
            self.round,
            self.threshold,
            {convert(name): cell for name, cell in self.cells.items()},
            tuple((convert(whole), tuple(map(convert, parts))) for whole, parts in self.relations),
            self.released_at,
            self.released_by,
        )


RELEASE_STATEMENTS = """
    CREATE TABLE IF NOT EXISTS release (
        release_id INTEGER PRIMARY KEY, audience VARCHAR NOT NULL, released_at TIMESTAMP NOT NULL,
        released_by VARCHAR NOT NULL, report VARCHAR NOT NULL, round INTEGER, threshold INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS release_cell (
        release_id INTEGER NOT NULL, cell VARCHAR NOT NULL, count BIGINT NOT NULL,
        state VARCHAR NOT NULL CHECK (state IN ('shown', 'withheld', 'unshown')), guarded BOOLEAN NOT NULL,
        PRIMARY KEY (release_id, cell)
    );
    CREATE TABLE IF NOT EXISTS release_relation (
        release_id INTEGER NOT NULL, whole VARCHAR NOT NULL, parts VARCHAR[] NOT NULL
    );
"""
"""The statements that make the tables where they are missing."""


def note_release(connection: duckdb.DuckDBPyConnection, release: Release[str]) -> int:
    """Write down what was published, all of it or nothing; the release's number.

    Time and account are filled in where they are not given.
    """
    connection.execute("BEGIN")
    row = connection.execute("SELECT coalesce(max(release_id), 0) + 1 FROM release").fetchone()
    number = int(row[0]) if row else 1
    connection.execute(
        "INSERT INTO release VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            number,
            release.audience,
            release.released_at or now(),
            release.released_by or current_user(),
            release.report,
            release.round,
            release.threshold,
        ],
    )
    cells = pd.DataFrame(
        {
            "cell": list(release.cells),
            "count": [cell.count for cell in release.cells.values()],
            "state": [cell.state for cell in release.cells.values()],
            "guarded": [cell.guarded for cell in release.cells.values()],
        }
    )
    relations = pd.DataFrame(
        {"whole": [whole for whole, _ in release.relations], "parts": [list(parts) for _, parts in release.relations]}
    )
    for name, frame in (("release_cell", cells), ("release_relation", relations)):
        if len(frame):
            connection.register("release_entry", frame)
            connection.execute(f"INSERT INTO {name} SELECT ?, * FROM release_entry", [number])
            connection.unregister("release_entry")
    commit(connection)
    return number


def all_releases(connection: duckdb.DuckDBPyConnection) -> list[Release[str]]:
    """Everything that any audience was given, of each audience the oldest first."""
    audiences = connection.execute("SELECT DISTINCT audience FROM release ORDER BY audience").fetchall()
    return [release for (audience,) in audiences for release in _releases(connection, [audience])]


def earlier_releases(connection: duckdb.DuckDBPyConnection, audience: str) -> list[Release[str]]:
    """Everything that this audience was given, however its name was typed, the oldest first."""
    return _releases(connection, spellings(connection, "release", audience))


def spellings(connection: duckdb.DuckDBPyConnection, table: str, audience: str) -> list[str]:
    """The names of this table's audiences that differ from this one by nothing but capitals, spaces or the like: who
    types `Committee` in the place of `committee` gives to the same readers."""
    names = connection.execute(f"SELECT DISTINCT audience FROM {table}").fetchall()
    return sorted(name for (name,) in names if compared_text(name) == compared_text(audience))


def _releases(connection: duckdb.DuckDBPyConnection, audiences: list[str]) -> list[Release[str]]:
    heads = connection.execute(
        """
        SELECT release_id, audience, report, round, threshold, released_at, released_by
        FROM release
        WHERE list_contains(?, audience)
        ORDER BY release_id""",
        [audiences],
    ).fetchall()
    releases = []
    for number, audience, report, round_, threshold, when, who in heads:
        cells = connection.execute(
            "SELECT cell, count, state, guarded FROM release_cell WHERE release_id = ? ORDER BY rowid", [number]
        ).fetchall()
        relations = connection.execute(
            "SELECT whole, parts FROM release_relation WHERE release_id = ? ORDER BY rowid", [number]
        ).fetchall()
        releases.append(
            Release(
                audience,
                report,
                round_,
                threshold,
                {cell: ReleasedCell(count, state, guarded) for cell, count, state, guarded in cells},
                tuple((whole, tuple(parts)) for whole, parts in relations),
                when,
                who,
            )
        )
    return releases
