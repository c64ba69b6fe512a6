"""All links of a store made anew by hand: for whoever wants to see that nothing hangs on what was remembered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpms_cli.linking.store_links import relink
from cpms_cli.store.access.connection import commit
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.history import note_event
from cpms_cli.store.tables.link_row_tables import forget_link_rows, make_link_rows
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Rebuilt:
    """How many rows of children there are, how many of them are of another child now than before, and how many pairs
    wait for a person."""

    rows: int
    moved: int
    waiting: int


def rebuild_links(store: str | Path, *, schemas: Path | None = None, who: str | None = None) -> Rebuilt:
    """Make all links of a store anew, from its rows, the identifiers once given and what people decided.

    Every merge leaves the same links; only the time differs. Raises StoreError, UnreadableFile.
    """
    survey = definition_to_write(store, schemas)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        make_link_rows(connection)
        connection.execute("CREATE TEMP TABLE child_link_before AS FROM child_link")
        forget_link_rows(connection)
        waiting = relink(connection, survey)
        counts = connection.execute(_moved(survey)).fetchone()
        note_event(connection, "rebuild", who=who or "")
        commit(connection)
    rows, moved = (int(count) for count in counts or (0, 0))
    return Rebuilt(rows, moved, waiting)


def _moved(survey: Survey) -> str:
    """Return a SELECT of how many rows there are, and how many have another identifier than before."""
    key, person = ", ".join(survey.key("child")), survey.role("person").name
    return f"""
        SELECT count(*), count(*) FILTER (n.{person} IS DISTINCT FROM b.{person})
        FROM child_link n
        LEFT JOIN child_link_before b USING ({key})"""
