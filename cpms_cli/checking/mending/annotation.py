"""Findings back into the officer's own workbook: cells coloured and commented, and a first sheet that lists them.

With `fix`, what can be written more plainly without changing an answer is written so, and each change is listed. What
is only likely is proposed in the comment and never done.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.checking.findings import MASK, Wording
from cpms_cli.checking.mending.plain_copy import plain_workbook
from cpms_cli.checking.mending.repairs import Repair, legal_labels, nearest, repairs
from cpms_cli.checking.validation import Validation
from cpms_cli.errors import UsageError
from cpms_cli.ooxml.marking import MOST_LINKS, MarkedWorkbook, SheetMarks, TextSheet
from cpms_cli.ooxml.package import UnknownLayout
from cpms_cli.ooxml.sheet_cells import LONGEST_TEXT, Place, column_number
from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.ooxml.sheet_notes import LIST_PREFIX
from cpms_cli.reading.source import column_letter
from cpms_cli.reading.tables import SurveyTable, read
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.writing.files import check_not_read, write_bytes
from cpms_cli.writing.output_formats import endings
from cpms_cli.writing.outputs import check_new

# Each comment is a drawing with a frame: programs open slowly with tens of thousands of them.
COMMENTS_OF_A_CAUSE = 100
LISTED = 100_000
# A column whose every cell is another nonsense has nothing near; the commonest mistakes are looked at.
PROPOSED = 2_000
_WIDTHS = (11, 16, 9, 22, 24, 52, 52, 24, 34)
_CHANGE_WIDTHS = (24, 16, 9, 22, 30, 30)


@dataclass(frozen=True)
class Annotation:
    """What was written: how many cells are coloured, lines listed and cells mended; `notes` are what to tell."""

    path: Path
    cells: int
    listed: int
    changed: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    survey: Survey
    validation: Validation
    language: Language
    identified: bool
    names: Mapping[int, str]  # the sheet of each survey table, in the workbook that is written


def annotate(
    validation: Validation,
    out: str | Path,
    *,
    schemas: Path | None = None,
    language: Language = "en",
    identified: bool = False,
    fix: bool = False,
    overwrite: bool = False,
) -> Annotation:
    """Write the workbook that was validated once more, with its findings in it; `fix` also mends what is safe.

    An XLSX keeps all it has; of any other file the cells are kept, as text, at their rows and columns. Raises
    UsageError where several files were validated, where `out` is there already (but with `overwrite`), is the file
    itself or no workbook's name, and where a mended workbook would be read as other answers.
    """
    target = Path(out)
    source = _one_source(validation, target, overwrite)
    survey = load_survey(schemas)
    content = source.read_bytes()
    macros = target.suffix.lower() == ".xlsm"
    findings = _worded_findings(survey, validation, language)
    mends = [repairs(survey, table, language) if fix else [] for table in validation.tables]
    try:
        names = {index: table.source.sheet or "" for index, table in enumerate(validation.tables)}
        job = _Job(survey, validation, language, identified, names)
        written = _marked(job, MarkedWorkbook(content), findings, mends, fix, macros, ())
    except UnknownLayout:
        plain, names = plain_workbook(validation.tables)
        notes = [say("annotate_layout", language, file=source.name)]
        too_long = _too_long(validation.tables)
        notes += [say("annotate_too_long", language, count=too_long, file=source.name)] if too_long else []
        job = _Job(survey, validation, language, identified, names)
        written = _marked(job, MarkedWorkbook(plain), findings, mends, fix, False, notes)
    if fix:
        _same_answers(job, written[0], target)
    write_bytes(target, written[0], new=not overwrite)
    return Annotation(target, *written[1:])


def _one_source(validation: Validation, target: Path, overwrite: bool) -> Path:
    paths = list(dict.fromkeys(table.source.path for table in validation.tables))
    if len(paths) != 1:
        raise UsageError("annotate_one_file", count=len(paths))
    allowed = {".xlsx", paths[0].suffix.lower()} & set(endings("annotated"))
    if target.suffix.lower() not in allowed:
        raise UsageError("annotate_ending", file=target.name)
    check_not_read(target, paths)
    check_new(target, overwrite=overwrite)  # perhaps the copy of last time, half mended
    return paths[0]


def _worded_findings(survey: Survey, validation: Validation, language: Language) -> pd.DataFrame:
    """The findings with words, their column as a number (the row's first cell where there is none) and a proposal."""
    findings = Wording(survey, language).put_into_words(validation.findings)
    letters = findings["cell"].astype("str").str.extract(r"^([A-Z]+)\d", expand=False)
    places = {letter: column_number(letter) for letter in letters.dropna().unique()}
    findings["at"] = letters.map(places).fillna(0).astype("int64")
    findings["proposal"] = pd.Series(None, index=findings.index, dtype="str")
    codes = findings.loc[(findings["check"] == "code") & findings["value"].notna(), ["field", "value"]].astype(object)
    distinct = codes.value_counts().index[:PROPOSED]
    close = {(name, value): nearest(survey, survey.fields[name], value, language) for name, value in distinct}
    near = [close.get(place) for place in codes.itertuples(index=False, name=None)]
    findings.loc[codes.index, "proposal"] = pd.Series(near, index=codes.index, dtype="str")
    return findings


def _too_long(tables: Sequence[SurveyTable]) -> int:
    columns = (column for table in tables for column in table.columns.values())
    return sum(len(text) > LONGEST_TEXT for column in columns for text in column.texts.to_pylist())


def _dropdown(field: Field) -> str:
    return f"{LIST_PREFIX}{field.codelist}"


def _comment(language: Language, severity: str, message: str, mend: str, proposal: object) -> str:
    comment = say(
        "annotate_comment", language, severity=say(f"severity_{severity}", language), message=message, mend=mend
    )
    return f"{comment}\n{say('annotate_proposal', language, value=proposal)}" if isinstance(proposal, str) else comment


def _marks(job: _Job, table: SurveyTable, findings: pd.DataFrame) -> SheetMarks:
    """What is coloured, commented and offered on one sheet."""
    marks = SheetMarks()
    places = list(zip(findings["row"].tolist(), findings["at"].tolist(), strict=True))
    for place, severity in zip(places, findings["severity"], strict=True):
        if marks.edits.looks.get(place) != "error":
            marks.edits.looks[place] = str(severity)
    nth = findings.groupby(["check", "field"], observed=True, sort=False).cumcount().to_numpy()
    remarks = findings[["severity", "message", "mend", "proposal"]].astype(object).itertuples(index=False, name=None)
    for place, number, (severity, message, mend, proposal) in zip(places, nth, remarks, strict=True):
        if number < COMMENTS_OF_A_CAUSE:
            text = _comment(job.language, severity, message, mend, proposal)
            marks.notes[place] = f"{marks.notes[place]}\n\n{text}" if place in marks.notes else text
    listed = {
        column.index: column.field
        for column in table.columns.values()
        if column.field.codelist and not column.field.many
    }
    marks.dropdowns = {place: _dropdown(listed[place[1]]) for place in marks.edits.looks if place[1] in listed}
    return marks


def _marked(
    job: _Job,
    book: MarkedWorkbook,
    findings: pd.DataFrame,
    mends: Sequence[Sequence[Repair]],
    fix: bool,
    macros: bool,
    notes: Sequence[str],
) -> tuple[bytes, int, int, int, tuple[str, ...]]:
    cells, commented = 0, 0
    lists: dict[str, tuple[str, ...]] = {}
    changes: list[tuple[int, Repair, Place]] = []
    for index, table in enumerate(job.validation.tables):
        # What is missing, or is said of a volunteer's work as a whole, has no row to be marked in.
        marks = _marks(job, table, findings[(findings["source"] == index) & findings["row"].notna()])
        cells, commented = cells + len(marks.edits.looks), commented + len(marks.notes)
        used = set(marks.dropdowns.values())
        lists |= {
            _dropdown(field): legal_labels(job.survey, field, job.language)
            for field in job.survey.fields.values()
            if field.codelist and _dropdown(field) in used
        }
        changes += _mend(book, job, index, table, marks, mends[index])
    every_note = list(notes)
    if commented < cells:
        every_note.append(say("annotate_comments", job.language, limit=COMMENTS_OF_A_CAUSE, count=commented, all=cells))
    if not macros and "xl/vbaProject.bin" in book.package.parts:
        every_note.append(say("annotate_macros", job.language, file=job.validation.tables[0].source.path.name))
    every_note += _list_notes(job, len(findings))
    added = ["annotate_sheet", "annotate_changes"] if fix else ["annotate_sheet"]
    names = sheet_names((say(sheet, job.language) for sheet in added), book.sheet_parts)
    sheets = [_list_sheet(job, findings, every_note, names[0])]
    if fix:
        sheets.append(_changes_sheet(job, changes, names[1]))
    return book.finished(sheets, lists, macros=macros), cells, len(sheets[0].rows), len(changes), tuple(every_note)


def _mend(
    book: MarkedWorkbook, job: _Job, index: int, table: SurveyTable, marks: SheetMarks, mends: Sequence[Repair]
) -> list[tuple[int, Repair, Place]]:
    """Mark and mend one sheet; which repairs could be done, and where."""
    wanted: dict[Place, Repair] = {}
    for repair in mends:
        column = table.columns[repair.field].index
        wanted |= {(int(row), column): repair for row in table.rows[repair.positions]}
    marks.edits.texts = {place: repair.new for place, repair in wanted.items()}
    marks.edits.numeric = frozenset(
        column.index for column in table.columns.values() if column.field.type in ("integer", "year")
    )
    done = book.mark(job.names[index], marks)
    return [(index, wanted[place], place) for place in sorted(done)]


def _list_notes(job: _Job, findings: int) -> list[str]:
    """What is said above the list where it does not show all there is."""
    notes = []
    if findings > LISTED:
        notes.append(say("annotate_listed", job.language, limit=LISTED, all=findings))
    if min(findings, LISTED) > MOST_LINKS:
        notes.append(say("annotate_links", job.language, limit=MOST_LINKS))
    return notes


def _list_sheet(job: _Job, findings: pd.DataFrame, notes: Sequence[str], sheet: str) -> TextSheet:
    language, validation = job.language, job.validation
    shown = findings.sort_values(["severity", "source", "row"], kind="stable").head(LISTED)
    sheets = shown["source"].map(job.names).astype("str")
    letter = pd.Series([column_letter(int(column)) for column in shown["at"]], index=shown.index, dtype="str")
    cell = (letter + shown["row"].astype("str")).mask(shown["row"].isna(), "")
    columns = [
        shown["severity"]
        .astype("str")
        .map({severity: say(f"severity_{severity}", language) for severity in ("error", "warning")}),
        sheets,
        cell,
        shown["column"].astype("str"),
        shown["value"],
        shown["message"].astype("str"),
        shown["mend"].astype("str"),
        shown["proposal"],
        shown["check"].astype("str"),
    ]
    rows = list(zip(*(column.fillna("") for column in columns), strict=True))
    name = validation.tables[0].source.path.name
    title = say(
        "annotate_title",
        language,
        file=name,
        errors=validation.errors,
        warnings=validation.warnings,
        storable=validation.storable,
        rows=validation.rows,
    )
    masked = [] if job.identified else [say("annotate_masked", language)]
    named = ("severity", "sheet", "cell", "column", "value", "what", "mend", "proposal", "rule")
    head = [say(f"col_{key}", language) for key in named]
    return TextSheet(
        sheet,
        [title, say("annotate_how", language), *masked, *notes],
        head,
        rows,
        _WIDTHS,
        2,
        list(zip(sheets, cell.replace("", "A1"), strict=True)),
        shown["severity"].astype("str").tolist(),
    )


def _changes_sheet(job: _Job, changes: Sequence[tuple[int, Repair, Place]], name: str) -> TextSheet:
    language = job.language
    rows, links = [], []
    for index, repair, (row, column) in changes[:LISTED]:
        cell, table = f"{column_letter(column)}{row}", job.validation.tables[index]
        hidden = job.survey.fields[repair.field].personal and not job.identified
        old, new = (MASK, MASK) if hidden else (repair.old, repair.new)
        reason = say(f"fix_reason_{repair.reason}", language)
        rows.append((reason, job.names[index], cell, table.columns[repair.field].header, old, new))
        links.append((job.names[index], cell))
    lines = [say("fix_title", language, count=len(changes)) if changes else say("fix_none", language)]
    lines += [] if job.identified else [say("annotate_masked", language)]
    if len(changes) > LISTED:
        lines.append(say("annotate_listed", language, limit=LISTED, all=len(changes)))
    head = [say(f"col_{key}", language) for key in ("reason", "sheet", "cell", "column", "old", "new")]
    return TextSheet(name, lines, head, rows, _CHANGE_WIDTHS, 2, links, ["text"] * len(rows))


def _same_answers(job: _Job, content: bytes, target: Path) -> None:
    """Read the mended workbook before it is written, and refuse it where one answer is another."""
    given = job.validation.tables[0].given.get(job.survey.role("round").name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / target.name
        path.write_bytes(content)
        read_again = read(path, job.survey, int(given) if given else None)
    again: dict[str | None, list[SurveyTable]] = {}
    for table in read_again:
        again.setdefault(table.source.sheet, []).append(table)
    for index, table in enumerate(job.validation.tables):
        others = again.get(job.names[index])
        difference = _first_difference(table, others.pop(0)) if others else job.names[index]
        if difference:
            raise UsageError("fix_reads_else", file=target.name, place=difference)


def _first_difference(table: SurveyTable, other: SurveyTable) -> str | None:
    kept, read_rows = (answers.rows[answers.filled] for answers in (table, other))
    if not np.array_equal(kept, read_rows):
        return table.source.sheet or table.source.path.name
    for name, column in table.columns.items():
        # Two ways of writing are one value: the dictionary may hold it twice, which pandas takes for no category.
        before, after = (
            pd.Series(pc.cast(answers.cells(name), pa.string()), dtype="str")[answers.filled].reset_index(drop=True)
            for answers in (table, other)
        )
        differ = (before != after) & ~(before.isna() & after.isna())
        if differ.any():
            return f"{column.letter}{kept[int(differ.to_numpy().argmax())]}"
    return None
