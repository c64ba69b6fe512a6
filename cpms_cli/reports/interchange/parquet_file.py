"""Records as typed columns of Parquet: numbers, dates, true and false, lists of answers. Why a column holds no value
(unknown, refused, not asked) stands in the column of its name with `_missing`, so that no kind of no answer is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from cpms_cli.datasets.folder.typed_rows import MISSING, parquet_of, texts_of, values_of
from cpms_cli.reports.interchange.variables import YES_NO, Variable, reason_variable, record_variables, several
from cpms_cli.survey.model.definition import Language, Survey

_NUMBERS = {"integer": pa.int32(), "number": pa.float64(), "date": pa.date32()}
_TEXTS = ("text", "choice", "area")


def parquet_variables(survey: Survey, frame: pd.DataFrame, language: Language) -> Iterator[Variable]:
    """Return what each column of the file means."""
    for variable in record_variables(survey, frame, language):
        if variable.kind in _TEXTS:
            yield variable
            continue
        yield replace(variable, no_answers={})
        if variable.no_answers:
            yield reason_variable(variable, language)


def parquet_bytes(survey: Survey, frame: pd.DataFrame, language: Language) -> bytes:
    """Return records as Parquet; the file's own fields carry their labels."""
    columns = dict[str, pa.Array]()
    for variable in record_variables(survey, frame, language):
        values = frame[variable.name]
        columns[variable.name] = typed = _typed(variable, values)
        if variable.kind not in _TEXTS and variable.no_answers:
            blank = pd.Series(typed.is_null().to_numpy(zero_copy_only=False), index=values.index)
            columns[f"{variable.name}{MISSING}"] = texts_of(values.astype("str").where(blank))
    labels = {variable.name: variable.label for variable in parquet_variables(survey, frame, language)}
    fields = [pa.field(name, column.type, metadata={"label": labels[name]}) for name, column in columns.items()]
    return parquet_of(pa.table(list(columns.values()), pa.schema(fields)), {})


def _typed(variable: Variable, values: pd.Series) -> pa.Array:
    if variable.kind in _NUMBERS:
        return values_of(values.astype("str"), _NUMBERS[variable.kind])
    if variable.kind == "yes_no":
        return pa.array(values.map(YES_NO).astype("object"), pa.bool_(), from_pandas=True)
    if variable.kind == "choices":
        answered = values.mask(values.isin(variable.no_answers))
        return pa.array([None if pd.isna(cell) else several(cell) for cell in answered], pa.list_(pa.string()))
    return texts_of(values.astype("str"))
