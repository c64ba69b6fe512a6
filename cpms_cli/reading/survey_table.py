"""A sheet whose columns are fields of the survey: what was written, and its canonical values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.reading.header.headers import Proposal
from cpms_cli.reading.sheet.repeats import NO_PARENT, TWO_PARENTS
from cpms_cli.reading.sheet.sheets import Note
from cpms_cli.reading.sheet.unread import UnreadColumn
from cpms_cli.reading.source import SheetNotRead, SourceTable, column_letter
from cpms_cli.reading.value.dates import Evidence
from cpms_cli.survey.era import era_of
from cpms_cli.survey.model.definition import Field, Table


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
    is_numbered: bool = False

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
        limited = [column for column in self.columns.values() if column.field.is_limited or column.field.is_turned_off]
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
