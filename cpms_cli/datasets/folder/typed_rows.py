"""Rows of records as typed columns, and back: numbers as numbers, dates as dates, and nothing lost on the way.

A number or a date that nobody knows is blank, and the column of its name with `_missing` says why: unknown, refused,
not_asked.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cpms_cli.summaries.records.child_records import CHILD_ROW, HAS_HOUSEHOLD
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.deidentification import AGE

MISSING = "_missing"
_TYPES: Mapping[str, pa.DataType] = {
    "integer": pa.int32(),
    "year": pa.int32(),
    "number": pa.float64(),
    "date": pa.date32(),
}
_NUMBERS = (AGE, "age_min", "age_max", CHILD_ROW)


def column_types(survey: Survey) -> dict[str, pa.DataType]:
    """Return the columns that are no texts, each with its type."""
    typed = {name: _TYPES[field.type] for name, field in survey.fields.items() if field.type in _TYPES}
    return {**typed, **dict.fromkeys(_NUMBERS, pa.int32())}


def typed_rows(survey: Survey, frame: pd.DataFrame) -> pa.Table:
    """Return records as a table of typed columns; the round is left out, since a partition's folder says it."""
    types, columns = column_types(survey), dict[str, pa.Array]()
    for name in map(str, frame.columns):
        texts = frame[name].astype("str")
        if name == HAS_HOUSEHOLD:
            columns[name] = pa.array(frame[name], pa.bool_())
        elif name in _NUMBERS:
            columns[name] = values_of(texts, types[name])
        elif name in types:
            columns[name] = values = values_of(texts, types[name])
            columns[f"{name}{MISSING}"] = texts_of(
                texts.where(pd.Series(values.is_null().to_numpy(zero_copy_only=False)))
            )
        else:
            columns[name] = texts_of(texts)
    round_ = survey.role("round").name
    return pa.table({name: column for name, column in columns.items() if name not in (round_, f"{round_}{MISSING}")})


def texts_of(texts: pd.Series) -> pa.Array:
    """Return texts as a column."""
    return pa.array(texts.astype("object"), pa.string(), from_pandas=True)


def values_of(texts: pd.Series, kind: pa.DataType) -> pa.Array:
    """Return the values of texts, numbers or dates; blank where a text is none."""
    if pa.types.is_date(kind):
        return pa.array(pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce").dt.date, kind, from_pandas=True)
    return pa.array(pd.to_numeric(texts, errors="coerce").astype("float64"), pa.float64(), from_pandas=True).cast(kind)


def parquet_of(table: pa.Table, label: Mapping[str, str]) -> bytes:
    """Return a table as a Parquet file that has this label in it: the same rows give the same bytes."""
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(dict(label)), stream, compression="zstd")
    return stream.getvalue()


def described_columns(survey: Survey, schema: pa.Schema) -> tuple[dict[str, Any], ...]:
    """Return what the manifest says of each column: its name, its type, and what it is called."""
    labels = {name: field.label for name, field in survey.fields.items()}
    labels |= {indicator.column: indicator.name for indicator in survey.indicators}
    described = []
    for column in schema:
        name = column.name.removesuffix(MISSING)
        words = {language: labels[name].in_(language) for language in LANGUAGES} if name in labels else {}
        described.append({"name": column.name, "type": str(column.type), **words})
    return tuple(described)
