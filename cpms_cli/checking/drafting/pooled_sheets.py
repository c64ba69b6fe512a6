"""The sheets of a file that have the same columns, as one: a book with a sheet for each village is one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cpms_cli.reading.source import SourceTable


def pool_sheets(sources: Sequence[SourceTable]) -> list[SourceTable]:
    """Return the sheets, of those with the same headers one that has the rows of all of them; it keeps the first one's
    name and place."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[SourceTable]] = {}
    for source in sources:
        alike.setdefault((source.header, source.groups), []).append(source)
    return [sheets[0] if len(sheets) == 1 else _as_one(sheets) for sheets in alike.values()]


def _as_one(sheets: Sequence[SourceTable]) -> SourceTable:
    data = pa.concat_tables([sheet.data for sheet in sheets]).unify_dictionaries().combine_chunks()
    return replace(sheets[0], data=data, rows=np.concatenate([sheet.rows for sheet in sheets]))
