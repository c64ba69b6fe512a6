"""Source tables to survey tables: fields known, every distinct text cleaned once, row numbers kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.errors import NoSurveyTable, UnreadableFile, UsageError
from cpms_cli.reading.cells import read_sheets
from cpms_cli.reading.dates import Evidence
from cpms_cli.reading.headers import header_spellings, match_headers
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.reading.values import Context, clean
from cpms_cli.survey.definition import Field, Survey, Table
from cpms_cli.survey.era import era_of


@dataclass(frozen=True)
class Column:
    """One field's column: `codes` point from rows into the distinct `texts` and their canonical `values`.

    A code of -1 is a blank cell. `questions` has the check that tells why a distinct text could not be decided, NA
    where it could; `evidence` says how the column was read, where that is not the plain case.
    """

    field: Field
    index: int
    header: str
    codes: npt.NDArray[np.int32]
    texts: pd.Series
    values: pd.Series
    questions: pd.Series
    evidence: tuple[Evidence, ...] = ()

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet."""
        return column_letter(self.index)

    def cells(self, left_out: npt.NDArray[np.int64] | None = None) -> pa.Array:
        """The canonical value of every row; blank at the positions left out."""
        if left_out is None:
            return self._taken(self.values, self.codes)
        codes = self.codes.copy()
        codes[left_out] = -1
        return self._taken(self.values, codes)

    def written(self) -> pa.Array:
        """The text of every row as it was written."""
        return self._taken(self.texts, self.codes)

    def alone(self) -> pa.Array:
        """The text of every row as it may stand without the column's other rows, which may have decided its reading.

        What the others decided is written out; what they left open has a question mark, so that it stays a question.
        """
        decided = self.questions.isna()
        told = self.values.where(decided & self.values.notna(), self.texts) if self.evidence else self.texts
        return self._taken(told.where(decided, self.texts + " ?"), self.codes)

    @staticmethod
    def _taken(series: pd.Series, codes: npt.NDArray[np.int32]) -> pa.Array:
        indices = pa.array(codes, pa.int32(), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(series, pa.string(), from_pandas=True))


@dataclass(frozen=True)
class SurveyTable:
    """A sheet whose columns are fields; `table` is "child" when it has a row per child, flat sheets too."""

    source: SourceTable
    table: Table
    columns: dict[str, Column]
    given: dict[str, str]
    ignored: tuple[str, ...]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The sheet's row numbers."""
        return self.source.rows

    @cached_property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Which rows have at least one cell of the survey filled in."""
        found = np.zeros(len(self.rows), dtype=bool)
        for column in self.columns.values():
            found |= column.codes >= 0
        return found

    def cells(self, name: str) -> pa.Array:
        """Canonical values of a field; blank throughout where the sheet has no such column."""
        if name in self.columns:
            return self.columns[name].cells()
        value = self.given.get(name)
        indices = pa.array(
            np.zeros(len(self.rows), dtype=np.int32), pa.int32(), mask=np.full(len(self.rows), value is None)
        )
        return pa.DictionaryArray.from_arrays(indices, pa.array([value], pa.string()))

    def relation(self, names: Iterable[str], faulty: Mapping[str, npt.NDArray[np.int64]] | None = None) -> pa.Table:
        """Canonical values of these fields, with `_row`, the sheet's row number, for all rows that are filled.

        Cells in `faulty` (positions by field) hold no answer that can be used, and are left blank.
        """
        out = faulty or {}
        columns = {
            name: self.columns[name].cells(out.get(name)) if name in self.columns else self.cells(name)
            for name in names
        }
        table = pa.table({**columns, "_row": pa.array(self.rows)})
        return table if self.filled.all() else table.filter(pa.array(self.filled))

    def place(self, name: str) -> tuple[str, str]:
        """Header and column letter of a field in this sheet; the field's own name, and no letter, if it has none."""
        column = self.columns.get(name)
        return (column.header, column.letter) if column else (name, "")


def read_sources(path: Path, survey: Survey, encoding: str | None = None) -> list[SourceTable]:
    """The sheets of one file, recognised by its content rather than its name.

    Raises UnreadableFile, or NoSurveyTable where no sheet has a header of the survey.
    """
    return read_sheets(path, header_spellings(survey), encoding)


def distinct_texts(source: SourceTable, index: int) -> tuple[npt.NDArray[np.int32], pd.Series]:
    """A column of a sheet as it was written: for each row the position of its text among the distinct ones, or -1."""
    chunked = source.data.column(str(index)).unify_dictionaries()
    array = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return codes, pd.Series(array.dictionary.to_pandas(), dtype="str")


def _column(
    survey: Survey, source: SourceTable, index: int, name: str, context: Context | None = None
) -> Column:  # fmt: skip
    codes, texts = distinct_texts(source, index)
    cleaned = clean(survey, survey.fields[name], texts, context)
    blank = cleaned.values.isna().to_numpy()
    if blank.any():
        codes = np.where((codes >= 0) & blank[codes], np.int32(-1), codes)
    return Column(
        survey.fields[name], index, source.header[index], codes, texts, cleaned.values, cleaned.questions,
        cleaned.evidence,
    )  # fmt: skip


def _context(survey: Survey, source: SourceTable, places: Mapping[str, int], round_: int | None) -> Context:
    """What the other columns are read by: the rounds of the sheet, and the workbook's date system."""
    told = [] if round_ is None else [str(round_)]
    name = survey.role("round").name
    if name in places:
        told += list(_column(survey, source, places[name], name).values.dropna())
    rounds = {int(year) for year in told if year.isdecimal() and era_of(int(year)) == "christian"}
    return Context(tuple(sorted(rounds)), source.evidence.get("date_system", "1900"))


def survey_table(survey: Survey, source: SourceTable, round_: int | None = None) -> SurveyTable:
    """The sheet as a table of the survey. `round_` stands in where the sheet has no column for the round.

    Raises UnreadableFile where two columns claim a field, or a column of the row's key is not there.
    """
    match = match_headers(source.header, header_spellings(survey))
    where = {"file": source.path.name, "sheet": source.sheet or ""}
    for name, places in match.twice.items():
        letters = ", ".join(f"{column_letter(place)} ({source.header[place]})" for place in places)
        raise UnreadableFile("two_columns_one_field", field=name, columns=letters, **where)
    names = set(match.fields.values())
    own = {field.name for field in survey.child.fields}
    table: Table = "child" if names & own else "household"
    given = {survey.role("round").name: str(round_)} if round_ is not None else {}
    lacking = [name for name in survey.key(table) if name not in names and name not in given]
    if lacking:
        labels = ", ".join(f"{name} ({survey.fields[name].label.th})" for name in lacking)
        raise NoSurveyTable("key_column_missing", fields=labels, **where)
    context = _context(survey, source, {name: index for index, name in match.fields.items()}, round_)
    with ThreadPoolExecutor() as pool:
        read = pool.map(lambda item: _column(survey, source, item[0], item[1], context), match.fields.items())
    columns = {column.field.name: column for column in read}
    if round_ is not None and survey.role("round").name in columns:
        _same_round(survey, columns[survey.role("round").name], round_, where)
    given = {name: value for name, value in given.items() if name not in columns}
    return SurveyTable(source, table, columns, given, tuple(source.header[index] for index in match.unknown))


def _same_round(survey: Survey, column: Column, round_: int, where: dict[str, str]) -> None:
    other = sorted(set(column.values.dropna()) - {str(round_)})
    if other:
        raise UsageError("round_differs", given=round_, found=", ".join(other[:3]), **where)


def read(path: Path, survey: Survey, round_: int | None = None, encoding: str | None = None) -> list[SurveyTable]:
    """Read one file of the survey: CSV or workbook, flat or in two sheets, Thai or English headers.

    Raises UnreadableFile (missing, damaged, hostile, no table of the survey) and never touches anything else.
    """
    return [survey_table(survey, source, round_) for source in read_sources(path, survey, encoding)]
