"""The way back: every merge can be undone, exactly, as long as no other came after it.

Links are a function of rows, of the identifiers once given, and of what people decided. So the rows are brought back,
the identifiers that the merge gave are forgotten, and the links are made anew: they are then what they were. What
people decided about links since then stays decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpms_cli.linking.store_links import relink
from cpms_cli.store.access.connection import commit
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.history import (
    check_disputes_stay,
    check_responses_stay,
    disputes_of_no_row,
    merge_of,
    note_event,
    of_survey,
    restore_rows,
    withdrawals,
)


@dataclass(frozen=True)
class Undone:
    """`batches` that are gone, how many rows went with them and how many came back in their place.

    `withdrawn` counts rows of families who withdrew their consent in one of these batches: what they had said before
    was blanked then, and stays so.
    """

    batches: tuple[int, ...]
    removed: int
    restored: int
    withdrawn: int


def undo(store: str | Path, batch: int, *, schemas: Path | None = None, who: str | None = None) -> Undone:
    """Bring back the state before a batch, with all that was merged in the same command; in one transaction.

    Responses and disputes that were recorded since then stay; where one is about a child or an answer that came with
    this batch, it is refused.
    Raises UsageError for a batch that is not there, or on which later ones rest; StoreError.
    """
    survey = definition_to_write(store, schemas)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        merge_id, batches = merge_of(connection, batch)
        withdrawn = withdrawals(connection, survey, batches)
        rows_of_survey = of_survey(connection, merge_id)
        loose = disputes_of_no_row(connection, survey) if rows_of_survey else set()
        removed, restored = restore_rows(connection, merge_id, batches)
        if rows_of_survey:
            relink(connection, survey)
            check_responses_stay(connection, survey, batch)
            check_disputes_stay(connection, survey, batch, loose)
        for undone in batches:
            note_event(connection, "undo", undone, who=who or "")
        commit(connection)
        return Undone(tuple(batches), removed, restored, withdrawn)
