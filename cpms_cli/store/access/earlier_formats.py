"""Stores of earlier formats are brought up to date when they are first opened, after a copy of them is kept.

Formats
- 1: no `event`, no `*_link_before`, no `batch.merge_id`; its merges cannot be undone exactly, and are not.
- 2: no `response`, no `batch.kind`: nothing of what was done for the children; no `score_run`, no `definition`:
  scorings left no trace; no `release`, no `pseudonym_key`: nothing was published.
- 3: no `adoption`: which definition the store follows stood nowhere, and it could hold no question that came later;
  the content of a row hung on the order of the questions.
- 4: no `dispute`: what a family said is wrong stood nowhere.
- 5: the digest of a definition was one of the tool's own words too.
- 6: as `store.file` describes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.copy_parts import copy_whole, move_in, part_of
from cpms_cli.survey.model.definition import Survey

OLDER = 0
"""The `merge_id` of batches merged before merges could be undone."""

Step = Callable[[duckdb.DuckDBPyConnection, Survey], None]


def keep_copy(path: Path, stored_format: int) -> Path:
    """A copy of a store beside it, named after its format; one that is there already is left as it is."""
    copy = path.with_name(f"{path.stem}.format{stored_format}{path.suffix}")
    if not copy.exists():
        with part_of(copy) as part:
            copy_whole(path, part)
            move_in(part, copy, over=False)
    return copy


def migrate(connection: duckdb.DuckDBPyConnection, survey: Survey, stored_format: int, steps: dict[int, Step]) -> None:
    """Take a store from the format found through every later one, in one transaction; `steps` are by target format."""
    connection.execute("BEGIN")
    for target in sorted(number for number in steps if number > stored_format):
        steps[target](connection, survey)
        connection.execute("UPDATE meta SET value = ? WHERE name = 'format'", [str(target)])
    commit(connection)
