"""Findings back into the officer's own workbook: cells coloured and commented, and a first sheet that lists them.

With `fix`, what can be written more plainly without changing an answer is written so, and each change is listed. What
is only likely is proposed in the comment and never done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cpms_cli.checking.findings import Wording
from cpms_cli.checking.mending.annotation_sheets import Change, Job, changes_sheet, list_notes, list_sheet
from cpms_cli.checking.mending.plain_copy import plain_workbook
from cpms_cli.checking.mending.repairs import Repair, legal_labels, nearest, repairs
from cpms_cli.checking.mending.same_answers import check_same_answers
from cpms_cli.checking.validation import Validation
from cpms_cli.errors import UsageError
from cpms_cli.ooxml.marking import MarkedWorkbook, SheetMarks
from cpms_cli.ooxml.package import UnknownLayout
from cpms_cli.ooxml.sheet_cells import LONGEST_TEXT, Place, column_number
from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.ooxml.sheet_notes import LIST_PREFIX
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.writing.files import check_not_read, write_bytes
from cpms_cli.writing.output_formats import endings
from cpms_cli.writing.outputs import check_new

# Each comment is a drawing with a frame: programs open slowly with tens of thousands of them.
COMMENTS_OF_A_CAUSE = 100
# A column whose every cell is another nonsense has nothing near; the commonest mistakes are looked at.
PROPOSED = 2_000


@dataclass(frozen=True)
class Annotation:
    """What was written: how many cells are coloured, lines listed and cells mended; `notes` are what to tell."""

    path: Path
    cells: int
    listed: int
    changed: int
    notes: tuple[str, ...]


def annotate(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    validation: Validation,
    out: str | Path,
    *,
    language: Language = FALLBACK,
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
    survey = validation.survey
    content = source.read_bytes()
    macros = target.suffix.lower() == ".xlsm"
    names = {index: table.source.sheet or "" for index, table in enumerate(validation.tables)}
    mends = [repairs(survey, table, language) for table in validation.tables] if fix else None
    findings = _worded_findings(survey, validation, language)
    job = Job(survey, validation, language, identified, findings, mends, names)
    try:
        written = _marked(job, MarkedWorkbook(content), macros, ())
    except UnknownLayout:
        plain, names = plain_workbook(validation.tables)
        notes = [say("annotate_layout", language, file=source.name)]
        too_long = _too_long(validation.tables)
        notes += [say("annotate_too_long", language, count=too_long, file=source.name)] if too_long else []
        job = replace(job, names=names)
        written = _marked(job, MarkedWorkbook(plain), False, notes)
    if fix:
        check_same_answers(job, written[0], target)
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


def _marks(job: Job, table: SurveyTable, findings: pd.DataFrame) -> SheetMarks:
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
    job: Job, book: MarkedWorkbook, macros: bool, notes: Sequence[str]
) -> tuple[bytes, int, int, int, tuple[str, ...]]:
    """Return the workbook with its marks; how many cells are coloured, lines listed and cells mended; and all notes.

    The notes are what is to be told of the workbook as a whole: `notes`, and what else comes up.
    """
    cells, commented = 0, 0
    lists: dict[str, tuple[str, ...]] = {}
    changes: list[Change] = []
    for index, table in enumerate(job.validation.tables):
        # What is missing, or is said of a volunteer's work as a whole, has no row to be marked in.
        marks = _marks(job, table, job.findings[(job.findings["source"] == index) & job.findings["row"].notna()])
        cells, commented = cells + len(marks.edits.looks), commented + len(marks.notes)
        used = set(marks.dropdowns.values())
        lists |= {
            _dropdown(field): legal_labels(job.survey, field, job.language)
            for field in job.survey.fields.values()
            if field.codelist and _dropdown(field) in used
        }
        changes += _mend(job, book, index, marks)
    every_note = list(notes)
    if commented < cells:
        every_note.append(say("annotate_comments", job.language, limit=COMMENTS_OF_A_CAUSE, count=commented, all=cells))
    if not macros and "xl/vbaProject.bin" in book.package.parts:
        every_note.append(say("annotate_macros", job.language, file=job.validation.tables[0].source.path.name))
    every_note += list_notes(job)
    added = ["annotate_sheet", "annotate_changes"] if job.mends is not None else ["annotate_sheet"]
    names = sheet_names((say(sheet, job.language) for sheet in added), book.sheet_parts)
    sheets = [list_sheet(job, every_note, names[0])]
    if job.mends is not None:
        sheets.append(changes_sheet(job, changes, names[1]))
    return book.finished(sheets, lists, macros=macros), cells, len(sheets[0].rows), len(changes), tuple(every_note)


def _mend(job: Job, book: MarkedWorkbook, index: int, marks: SheetMarks) -> list[Change]:
    """Mark and mend one sheet; return the repairs that could be done, each with its place."""
    table = job.validation.tables[index]
    wanted: dict[Place, Repair] = {}
    for repair in job.mends[index] if job.mends is not None else ():
        column = table.columns[repair.field].index
        wanted |= {(int(row), column): repair for row in table.rows[repair.positions]}
    marks.edits.texts = {place: repair.new for place, repair in wanted.items()}
    marks.edits.numeric = frozenset(
        column.index for column in table.columns.values() if column.field.type in ("integer", "number", "year")
    )
    done = book.mark(job.names[index], marks)
    return [(index, wanted[place], place) for place in sorted(done)]
