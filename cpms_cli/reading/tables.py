"""Source tables to survey tables: fields known, every distinct text cleaned once, row numbers kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.errors import NoSurveyTable, UsageError
from cpms_cli.reading.cells import read_sheets
from cpms_cli.reading.header.export_layouts import find_column
from cpms_cli.reading.header.headers import Proposal, header_spellings
from cpms_cli.reading.header.mapping import HeaderMap, Mapped, check_headers_there, load_map
from cpms_cli.reading.sheet.repeats import NO_PARENT, TWO_PARENTS, join_repeats
from cpms_cli.reading.sheet.sheet_choice import check_names, choose_tables
from cpms_cli.reading.sheet.sheet_rounds import round_faults, round_given
from cpms_cli.reading.sheet.sheets import Note, Sheet, understand
from cpms_cli.reading.sheet.unpivot import children_apart
from cpms_cli.reading.sheet.unread import UnreadColumn
from cpms_cli.reading.source import SheetNotRead, SourceTable, column_letter
from cpms_cli.reading.threads import on_each
from cpms_cli.reading.value.answers import NUMBER_CODES, Context
from cpms_cli.reading.value.dates import Evidence
from cpms_cli.reading.value.values import read_texts
from cpms_cli.survey.era import era_of
from cpms_cli.survey.model.definition import Field, Survey, Table
from cpms_cli.survey.plain_text import plain_digits


@dataclass(frozen=True)
class Column:
    """One field's column: `codes` point from rows into the distinct `texts` and their canonical `values`.

    A code of -1 is a blank cell, an `index` of -1 a column that the sheet lacks and that another sheet gave it.
    `questions` has the check that tells why a distinct text could not be decided, null where it could, and is None
    where all could; `evidence` says how the column was read, where that is not the plain case. Texts and values are
    Arrow arrays of strings; a value is null where the text says that the cell is blank.
    """

    field: Field
    index: int
    header: str
    codes: npt.NDArray[np.int32]
    texts: pa.Array
    values: pa.Array
    questions: pa.Array | None = None
    evidence: tuple[Evidence, ...] = ()

    @cached_property
    def decided(self) -> npt.NDArray[np.bool_]:
        """Which distinct texts leave no question."""
        if self.questions is None:
            return np.ones(len(self.texts), dtype=bool)
        decided: npt.NDArray[np.bool_] = pc.is_null(self.questions).to_numpy(zero_copy_only=False)
        return decided

    def asked(self, check: str) -> npt.NDArray[np.bool_]:
        """Return which distinct texts leave the question that this check tells."""
        if self.questions is None:
            return np.zeros(len(self.texts), dtype=bool)
        asked: npt.NDArray[np.bool_] = pc.fill_null(pc.equal(self.questions, check), False).to_numpy(
            zero_copy_only=False
        )
        return asked

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet; empty where the sheet has no such column."""
        return column_letter(self.index) if self.index >= 0 else ""

    def cells(self, left_out: npt.NDArray[np.int64] | None = None) -> pa.Array:
        """The canonical value of every row; blank at the positions left out."""
        if left_out is None:
            return self._taken(self.values, self.codes)
        codes = self.codes.copy()
        codes[left_out] = -1
        return self._taken(self.values, codes)

    def written(self, positions: npt.NDArray[np.int64] | None = None) -> pa.Array:
        """The text of every row, or of the rows at these positions, as it was written."""
        return self._taken(self.texts, self.codes if positions is None else self.codes[positions])

    def alone(self) -> pa.Array:
        """The text of every row as it may stand without the column's other rows, which may have decided its reading.

        What the others decided is written out; what they left open has a question mark, so that it stays a question.
        """
        by_others = any(evidence.decides for evidence in self.evidence)
        if not by_others and self.decided.all():
            return self.written()
        decided = pa.array(self.decided)
        read = pc.if_else(decided, pc.coalesce(self.values, self.texts), self.texts) if by_others else self.texts
        asked = pc.binary_join_element_wise(self.texts, "?", " ")
        return self._taken(pc.if_else(decided, read, asked), self.codes)

    @staticmethod
    def _taken(texts: pa.Array, codes: npt.NDArray[np.int32]) -> pa.Array:
        blank = codes < 0
        indices = pa.array(codes, pa.int32(), mask=blank) if blank.any() else pa.array(codes, pa.int32())
        return pa.DictionaryArray.from_arrays(indices, texts)


@dataclass(frozen=True)
class UnaskedAnswers:
    """Answers in one column that stand in rows of a round which did not ask the question: the round as a Gregorian
    year, and their positions (0-based, within the table)."""

    column: Column
    round: int
    positions: npt.NDArray[np.int64]


@dataclass(frozen=True)
class SurveyTable:
    """A sheet whose columns are fields; `table` is "child" when it has a row per child, flat sheets too.

    `ignored` are headers of columns that were not read, `near` columns (counted from 0) that were not read either
    though they are nearly a field's, `notes` what else is to be told of how the sheet was read; `unread` tells of every
    column that was not read. Where a sheet became several tables, only the first of them has what is told of it.
    """

    source: SourceTable
    table: Table
    columns: dict[str, Column]
    given: dict[str, str]
    ignored: tuple[str, ...]
    near: dict[int, Proposal] = dataclasses.field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    unread: tuple[UnreadColumn, ...] = ()

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The sheet's row numbers."""
        return self.source.rows

    @property
    def sheet_key(self) -> tuple[Path, str | None, int]:
        """Which table of which file this is; tables of one sheet's households and its children have the same."""
        return self.source.path, self.source.sheet, self.source.header_row

    def positions(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Where these rows of the sheet, each of which is a record of it, stand in the table."""
        own_rows = self.rows
        unbroken = len(own_rows) > 0 and own_rows[-1] - own_rows[0] == len(own_rows) - 1
        return rows - own_rows[0] if unbroken else np.searchsorted(own_rows, rows)

    @cached_property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Which rows have at least one cell of the survey filled in."""
        filled = np.zeros(len(self.rows), dtype=bool)
        for column in self.columns.values():
            filled |= column.codes >= 0
        return filled

    @cached_property
    def unasked(self) -> tuple[UnaskedAnswers, ...]:
        """The cells of rounds that did not ask their question, by column and round; none of them can be stored."""
        limited = [
            column for column in self.columns.values() if column.field.is_limited and not column.field.is_turned_off
        ]
        if not limited:
            return ()
        codes, years = self._rounds
        return tuple(
            UnaskedAnswers(column, year, positions)
            for column in limited
            for code, year in enumerate(years)
            if year is not None and not column.field.is_asked_in(year)
            if len(positions := np.flatnonzero((column.codes >= 0) & (codes == code)))
        )

    @property
    def _rounds(self) -> tuple[npt.NDArray[np.int32], tuple[int | None, ...]]:
        """Of each row the number of its round, and the rounds as Gregorian years; None is what is no year."""
        column = next((column for column in self.columns.values() if column.field.role == "round"), None)
        if column is None:
            return np.zeros(len(self.rows), dtype=np.int32), tuple(int(year) for year in self.given.values())
        years = column.values.to_pylist()
        return column.codes, tuple(int(year) if year and is_round(year) else None for year in years)

    @cached_property
    def without_parent(self) -> npt.NDArray[np.int64]:
        """The rows of a repeat group whose household was not found; told once, and not for each part of its key."""
        lost = (NO_PARENT, TWO_PARENTS)
        return np.array([fault.row for fault in self.source.faults if fault.check in lost], np.int64)

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


def is_round(text: str) -> bool:
    """Whether a canonical text of a round is a Gregorian year."""
    return text.isdecimal() and era_of(int(text)) == "christian"


def sheets_not_read(tables: Iterable[SurveyTable]) -> list[SheetNotRead]:
    """The sheets of these tables' files that were not read, in their order."""
    return list(dict.fromkeys(sheet for table in tables for sheet in table.source.not_read))


def read_sources(
    path: Path,
    survey: Survey,
    encoding: str | None = None,
    chosen: HeaderMap | None = None,
    names: Collection[str] | None = None,
) -> list[SourceTable]:
    """The sheets of one file, recognised by its content rather than its name; headers of a map help to find them.

    Of a workbook only the sheets of these `names`, where there are any. Raises UnreadableFile, or NoSurveyTable where
    no sheet has a header of the survey, UsageError where the workbook has none of the names.
    """
    spellings = {**header_spellings(survey), **(chosen.spellings() if chosen else {})}
    return read_sheets(path, spellings, encoding, names)


def is_log(survey: Survey, source: SourceTable) -> bool:
    """Whether a sheet is the response log as a bundle brings it, under the fields' own names.

    It may come from a store whose log has other columns beside the key.
    """
    return set(survey.response.primaryKey) <= set(source.header)


def distinct_texts(source: SourceTable, index: int) -> tuple[npt.NDArray[np.int32], pd.Series]:
    """A column of a sheet as it was written: for each row the position of its text among the distinct ones, or -1."""
    codes, texts = source.encoded(index)
    return codes, pd.Series(texts.to_pandas(), dtype="str")


def _column(survey: Survey, sheet: Sheet, index: int, name: str, context: Context | None = None) -> Column:
    source, field = sheet.source, survey.fields[name]
    codes, texts = source.encoded(index)
    read = read_texts(survey, field, texts, context)
    if read.values.null_count:
        blank = pc.is_null(read.values).to_numpy(zero_copy_only=False)
        codes = np.where((codes >= 0) & blank[codes], np.int32(-1), codes)
    place = -1 if index in sheet.added else index
    return Column(field, place, source.header[index], codes, texts, read.values, read.questions, read.evidence)


def _context(survey: Survey, sheet: Sheet, round_: int | None) -> Context:
    """What the other columns are read by: the rounds of the sheet, and the workbook's date system."""
    years = [] if round_ is None else [str(round_)]
    name = survey.role("round").name
    place = next((index for index, field in sheet.fields.items() if field == name), None)
    if place is not None:
        years += _column(survey, sheet, place, name).values.drop_null().to_pylist()
    rounds = {int(year) for year in years if is_round(year)}
    return Context(tuple(sorted(rounds)), sheet.source.evidence.get("date_system", "1900"))


def survey_table(survey: Survey, sheet: Sheet, round_: int | None = None) -> SurveyTable:
    """The sheet as a table of the survey. Where it has no column for the round, its name may say it, else `round_`.

    Raises UsageError where these two differ, NoSurveyTable where a column of the row's key is not there, or that of
    consent may be one that is not read.
    """
    source = sheet.source
    place = {"file": source.path.name, "sheet": source.sheet or ""}
    names = set(sheet.fields.values())
    own = {field.name for field in survey.child.fields}
    table: Table = "child" if names & own else "household"
    round_, notes = round_given(survey, sheet, round_)
    given = {survey.role("round").name: str(round_)} if round_ is not None else {}
    lacking = [name for name in survey.key(table) if name not in names and name not in given]
    if lacking:
        raise _no_key(survey, sheet, lacking, place)
    if names & {field.name for field in survey.household.fields} - set(survey.child.shared):
        _check_consent(survey, sheet, place)
    context = _context(survey, sheet, round_)
    read = on_each(
        lambda item: _column(survey, sheet, item[0], item[1], context), sheet.fields.items(), len(source.rows)
    )
    columns = {column.field.name: column for column in _one_coding(read)}
    if round_ is not None and survey.role("round").name in columns:
        _same_round(survey, columns[survey.role("round").name], round_, place)
    source = dataclasses.replace(source, faults=(*source.faults, *round_faults(survey, source, columns)))
    given = {name: value for name, value in given.items() if name not in columns}
    ignored = tuple(source.header[index] for index in sheet.unknown)
    return SurveyTable(source, table, columns, given, ignored, sheet.near, (*sheet.notes, *notes), sheet.unread)


def _one_coding(columns: list[Column]) -> list[Column]:
    """The columns; where most with one list of answers leave open what 1 and 2 mean, 1 alone is open as well."""
    lists = {column.field.codelist for column in columns if column.asked(NUMBER_CODES).any()}
    for name in lists:
        alike = {
            place: [plain_digits(text).strip() for text in column.texts.to_pylist()]
            for place, column in enumerate(columns)
            if column.field.codelist == name
        }
        asked = [place for place in alike if columns[place].asked(NUMBER_CODES).any()]
        plain = [place for place, texts in alike.items() if place not in asked and "1" in texts]
        if len(asked) < max(2, len(plain)) or any("0" in texts for texts in alike.values()):
            continue
        for place in plain:
            column, ones = columns[place], pa.array([text == "1" for text in alike[place]])
            questions = pa.nulls(len(ones), pa.string()) if column.questions is None else column.questions
            columns[place] = dataclasses.replace(
                column,
                values=pc.if_else(ones, column.texts, column.values),
                questions=pc.if_else(ones, NUMBER_CODES, questions),
            )
    return columns


def _no_key(survey: Survey, sheet: Sheet, lacking: Sequence[str], place: dict[str, str]) -> NoSurveyTable:
    """What to say of a sheet that lacks a column of its key: which of its headers may be the one that is missed."""
    labels = ", ".join(f"{name} ({survey.fields[name].label.th})" for name in lacking)
    header = sheet.source.header
    near = [f"'{header[index]}' = {miss.field}" for index, miss in sheet.near.items() if miss.field in lacking]
    if near:
        return NoSurveyTable("key_column_near", fields=labels, near=", ".join(near), **place)
    if sheet.layout and find_column(header, sheet.layout.parent) is not None and not sheet.added:
        home = [name for name in lacking if name in survey.child.shared]
        labels = ", ".join(f"{name} ({survey.fields[name].label.th})" for name in home)
        return NoSurveyTable("parent_sheet_missing", fields=labels, column=sheet.layout.parent, **place)
    message = "key_round_missing" if survey.role("round").name in lacking else "key_column_missing"
    return NoSurveyTable(message, fields=labels, **place)


def _check_consent(survey: Survey, sheet: Sheet, place: dict[str, str]) -> None:
    """Refuse a sheet of families that seems to say who consented: read without it, a no would count for nothing."""
    consent = survey.role("consent")
    near = [sheet.source.header[index] for index, miss in sheet.near.items() if miss.field == consent.name]
    if near and sheet.place(consent.name) is None:
        columns = ", ".join(f"'{header}'" for header in near)
        raise NoSurveyTable("consent_column_near", field=consent.name, columns=columns, **place)


def _same_round(survey: Survey, column: Column, round_: int, place: dict[str, str]) -> None:
    other = sorted(set(column.values.drop_null().to_pylist()) - {str(round_)})
    if other:
        raise UsageError("round_differs", given=round_, found=", ".join(other[:3]), **place)


@dataclass(frozen=True)
class ReadAs:
    """How files are to be read, where they do not say it themselves.

    `round`: the survey's year. `encoding`: that of a text file. `mapping`: which headers are which fields, as a CSV
    file or as a mapping. `sheets`: the names of the sheets to be read, None for all that hold the survey.
    """

    round: int | None = None
    encoding: str | None = None
    mapping: Mapped | None = None
    sheets: Collection[str] | None = None


AS_THEY_ARE = ReadAs()


def read_files(paths: Iterable[Path], survey: Survey, read_as: ReadAs = AS_THEY_ARE) -> list[SurveyTable]:
    """Read files of the survey that belong together: children in one file may have their households in another.

    Raises as `read` does, for the first file that cannot be read.
    """
    chosen, round_, names = load_map(read_as.mapping, survey), read_as.round, read_as.sheets
    files = [read_sources(path, survey, read_as.encoding, chosen, names or None) for path in paths]
    check_names(names or (), files)
    if chosen:
        check_headers_there(chosen, [source for file in files for source in file])
    without_logs = [[source for source in file if not is_log(survey, source)] for file in files]
    if files and not any(without_logs):
        raise NoSurveyTable("is_response_log", file=files[0][0].path.name)
    of_survey = [source for file in without_logs if file for source in choose_tables(survey, file, chosen, round_)]
    parts = [part for source in of_survey for part in children_apart(survey, understand(survey, source, chosen))]
    sheets = join_repeats(survey, parts)
    return [survey_table(survey, sheet, round_) for sheet in sheets]


def read(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    path: Path,
    survey: Survey,
    round_: int | None = None,
    encoding: str | None = None,
    mapping: Mapped | None = None,
    names: Collection[str] | None = None,
) -> list[SurveyTable]:
    """Read one file of the survey: CSV or workbook, flat or in two sheets, Thai or English headers, or an export.

    Raises UnreadableFile (missing, damaged, hostile, no table of the survey), UsageError where the map of headers does
    not fit, and never touches anything else.
    """
    return read_files([path], survey, ReadAs(round_, encoding, mapping, names))
