"""Rows set aside into a workbook that is mended in Excel and merged again as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineWorkbook

from cpms_cli.checking.findings import Wording
from cpms_cli.checking.mending.repairs import legal_labels, nearest
from cpms_cli.checking.staging import is_flat
from cpms_cli.errors import UsageError
from cpms_cli.ooxml.sheet_notes import LIST_PREFIX
from cpms_cli.reading.header.export_layouts import own_columns
from cpms_cli.reading.header.headers import own_header
from cpms_cli.reading.sheet.unread import Why, aside_headers, carried_header
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.languages import spoken_languages
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.outputs import ASIDE
from cpms_cli.writing.workbooks.table_workbook import CellNote, NumberFormats, workbook_bytes

_NOT_CARRIED: frozenset[Why] = frozenset({"added", "own", "gathered"})


def _headers(survey: Survey, table: SurveyTable, language: Language) -> dict[str, str]:
    """What each field is called in the workbook: as in the file, where that is read without being told again.

    A header known by a map, or by an export's other columns, would not be known here, where those are not.
    """
    return {name: own_header(survey, column.field, column.header, language) for name, column in table.columns.items()}


def _texts(cells: pa.Array) -> npt.NDArray[np.object_]:
    # Two ways of writing are one value: the dictionary may hold it twice, which pandas takes for no category.
    return np.asarray(pd.Series(pc.cast(cells, pa.string()), dtype="str"), dtype=object)


def _written(survey: Survey, table: SurveyTable) -> pd.DataFrame:
    """Every row of a table as it was written, by field; what was given for all rows comes first.

    Set apart from the other rows, a cell must not come to mean something else (`Column.alone`).
    """
    given = {name: [value] * len(table.rows) for name, value in table.given.items()}
    frame = pd.DataFrame({**given, **{name: _texts(column.alone()) for name, column in table.columns.items()}})
    if is_flat(survey, table):
        # The family's answers may stand on the household's first row only, and that row may not be set aside.
        key = pd.DataFrame({name: _texts(table.cells(name)) for name in survey.key("household")})
        names = [field.name for field in survey.household.fields if field.name in table.columns]
        # Where every key has a gap there is no family to look in, and pandas cannot group by nothing.
        if key.notna().all(axis="columns").any():
            homes, consent = frame.groupby([key[name] for name in key]), survey.role("consent").name
            first = homes[names].transform("first")
            if consent in names:
                # Where rows disagree on consent, a blank one is nobody's word.
                first[consent] = first[consent].mask(homes[consent].transform("nunique") > 1)
            frame[names] = frame[names].fillna(first)
    return frame


def _not_read(table: SurveyTable, language: Language) -> pd.DataFrame:
    """What stands in the columns that were not read, under headers that say so: it is carried along."""
    texts: dict[str, npt.NDArray[np.object_]] = {}
    for column in table.unread:
        if column.filled and column.why not in _NOT_CARRIED:
            header = carried_header(column.header or column.letter, language)
            if column.why == "carried":
                header = column.header
            cells = _texts(table.source.data.column(str(column.index)).combine_chunks())
            texts[header if header not in texts else f"{header} ({column.letter})"] = cells
    return pd.DataFrame(texts, index=pd.RangeIndex(len(table.rows)))


def _without_answers(
    survey: Survey, table: SurveyTable, frame: pd.DataFrame, silent: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """A family that did not consent leaves only its key, here too."""
    kept = {*survey.key(table.table), survey.role("consent").name}
    return frame.mask(np.outer(silent, [name not in kept for name in frame.columns]))


def _notes(
    survey: Survey, errors: pd.DataFrame, columns: Sequence[str], wanted: npt.NDArray[np.int64], language: Language
) -> Iterator[CellNote]:
    """One note for each cell at fault; what is wrong with a row as a whole stands on its first cell."""
    places = {name: position for position, name in enumerate(columns)}
    column = errors["field"].astype("str").map(places).fillna(0).astype("int64")
    row = pd.Series(np.searchsorted(wanted, errors["row"]), index=errors.index)
    for place, cell_errors in errors.groupby([row, column], sort=True):
        row_index, column_index = (int(str(index)) for index in (place if isinstance(place, tuple) else (place,)))
        texts = list(dict.fromkeys(cell_errors["text"]))
        field = survey.fields[columns[column_index]]
        offers = field.codelist is not None and not field.many
        for value in cell_errors.loc[cell_errors["check"] == "code", "value"].dropna():
            close = nearest(survey, field, value, language)
            texts += [say("annotate_proposal", language, value=close)] if close else []
        name = f"{LIST_PREFIX}{field.codelist}" if offers else ""
        yield CellNote(row_index, column_index, "\n".join(texts), name)


def unused_workbook(quarantine: str | Path | None) -> Path | None:
    """Return the workbook that somebody named for rows set aside.

    Raises UsageError where it is there: perhaps the one of an earlier merge, half mended, or the survey itself.
    """
    path = None if quarantine is None else Path(quarantine)
    if path is not None and path.exists():
        raise UsageError("file_exists", file=path.name)
    return path


def free_name(store: Path, batch: int) -> Path:
    """A name of its own for each merge: an officer may still be mending the workbook of an earlier one, or of another
    store that had this name."""
    path, number = store.with_name(f"{store.stem}-set-aside-{batch}.xlsx"), 1
    while path.exists():
        number += 1
        path = store.with_name(f"{store.stem}-set-aside-{batch}-{number}.xlsx")
    return path


def has_same_rows(mended: Path, written: Path) -> bool:
    """Whether both workbooks are there and hold the rows of the same places, whatever was mended in one of them."""
    if not mended.exists() or not written.exists():
        return False
    try:
        return _places(mended) == _places(written)
    except (CalamineError, OSError):
        return False


def _places(path: Path) -> set[str]:
    """Where the rows of a workbook of rows set aside stood."""
    book, places = CalamineWorkbook.from_path(path), set[str]()
    headers = {place for _, place in aside_headers(spoken_languages())}
    for name in book.sheet_names:
        header, *rows = book.get_sheet_by_name(name).to_python() or [[]]
        for position, cell in enumerate(header):
            places.update(str(row[position]) for row in rows if cell in headers)
    return places


@dataclass(frozen=True)
class SetAside:
    """The rows with errors (`source`, `row`, `silent`: of a family that did not consent), and all findings."""

    rows: pd.DataFrame
    findings: pd.DataFrame


def write_quarantine(
    path: Path,
    survey: Survey,
    tables: Sequence[SurveyTable],
    aside: SetAside,
    language: Language = FALLBACK,
) -> Path:
    """Write the rows that are set aside, a sheet for each sheet they came from.

    Cells at fault are coloured, carry message and mend, and offer what may be written there; after them stand the
    columns that were not read, and the last ones say in text what is wrong and where the row stood. None of these is
    read when the workbook is merged.
    """
    problem, origin = (say(words, language) for words in own_columns().aside)
    sheets: dict[str, pd.DataFrame] = {}
    notes: dict[str, list[CellNote]] = {}
    # Printed, the columns lie on several pages: each says of which village and house its rows are.
    again: dict[str, int] = {}
    errors = Wording(survey, language).put_into_words(aside.findings[aside.findings["severity"] == "error"])
    errors["text"] = errors["message"].astype("str") + ": " + errors["mend"].astype("str")
    for source, rows in aside.rows.sort_values("row").groupby("source"):
        table = tables[int(str(source))]
        wanted = rows["row"].to_numpy()
        whole = pd.concat([_written(survey, table), _not_read(table, language)], axis="columns")
        frame = whole.iloc[np.searchsorted(table.rows, wanted)]
        frame = _without_answers(survey, table, frame, rows["silent"].to_numpy(dtype=bool))
        sheet_errors = errors[(errors["source"] == source) & errors["row"].isin(wanted)]
        # A message quotes the cell: of a silent family only what is said of the key may be told.
        sheet_errors = sheet_errors[
            sheet_errors["field"].isin(survey.key(table.table))
            | ~sheet_errors["row"].isin(rows.loc[rows["silent"], "row"])
        ]
        place = f"{table.source.path.name} {table.source.sheet or ''}".strip()
        of = survey.child if table.table == "child" else survey.household
        name = f"{len(sheets) + 1} {of.label.in_(language)}"
        again[name] = len([*takewhile(survey.key(table.table).__contains__, frame.columns)]) or 1
        notes[name] = list(_notes(survey, sheet_errors, list(frame.columns), wanted, language))
        frame = frame.rename(columns=_headers(survey, table, language))
        frame[problem] = sheet_errors.groupby("row")["text"].agg(" | ".join).reindex(wanted).to_numpy()
        frame[origin] = [f"{place}:{row}" for row in wanted]
        sheets[name] = frame.reset_index(drop=True)
    used = {note.choices for listed in notes.values() for note in listed}
    choices = {
        f"{LIST_PREFIX}{field.codelist}": legal_labels(survey, field, language)
        for field in survey.fields.values()
        if f"{LIST_PREFIX}{field.codelist}" in used
    }
    write_bytes(
        path, workbook_bytes(sheets, notes, choices, numbers=NumberFormats(again=again, known_by=ASIDE)), new=True
    )
    return path
