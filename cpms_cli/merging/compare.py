"""Files held against a store: what changed in a child's answers that hardly can, and who is missing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from cpms_cli.checking.rows.earlier_rounds import EARLIER
from cpms_cli.checking.validation import Validation, validate
from cpms_cli.linking.displaced import displaced_children
from cpms_cli.reading.source import Files
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.rows.earlier import earlier_rows


def validate_against_store(
    paths: Files, store: str | Path | None, *, schemas: Path | None = None, **options: Any
) -> Validation:
    """`validate`, and what the definition's `history` rules find against the rounds before, where a store is given.

    The store is read and never changed or made. Raises what `validate` raises, and UnreadableFile, StoreLocked or
    StoreError where the store cannot be read.
    """
    if store is None:
        return validate(paths, schemas=schemas, **options)
    survey = definition_in_use(store, schemas)
    earlier = earlier_rows(Path(store), survey)
    child, household = EARLIER
    displaced = partial(displaced_children, child=child, household=household)
    return validate(paths, survey=survey, earlier=earlier, beside=displaced, **options)
