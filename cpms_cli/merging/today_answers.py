"""The answers on today's list, into the store: as a corrected file of their round would be, and by the same checks.

An answer is stored where the question is still open. The same answer again changes nothing; another one, where somebody
answered in the meantime, is refused: nobody's answer is written over by an older sheet.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from cpms_cli.checking.findings import Wording, gather
from cpms_cli.checking.validation import all_column_faults
from cpms_cli.merging.merge import Incoming, Merge, merge_within
from cpms_cli.reading.answer_cells import Question, WrittenAnswer, answer_tables, answers_written, table_of
from cpms_cli.reading.source import Files, file_paths
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.write_outcome import made_beside
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.disputes import table_of_answer, to_ask_again
from cpms_cli.store.file import open_store
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey, Table

FULL_DATE = 10  # letters of an ISO date that says the day


@dataclass(frozen=True)
class Refused:
    """An answer that was not stored: its place, the value (blank where it is personal), why, and the mend, in words."""

    file: str
    sheet: str
    cell: str
    value: str
    message: str
    mend: str


@dataclass(frozen=True)
class AnswersRead:
    """What became of the answers: `answers` = stored + unchanged + refused + set aside with `merged`, which tells of
    the rows that were stored (None where none were)."""

    answers: int
    stored: int
    unchanged: int
    set_aside: int
    refused: tuple[Refused, ...]
    merged: Merge | None

    @property
    def exit_code(self) -> int:
        """0: nothing is left to mend; 1: an answer was refused or set aside."""
        return 1 if self.refused or self.set_aside else 0


@dataclass(frozen=True)
class _Read:
    """An answer with its canonical value."""

    written: WrittenAnswer
    question: Question
    value: str


def import_answers(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    paths: Files,
    store: str | Path,
    *,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = FALLBACK,
    tool_version: str = "",
    who: str | None = None,
) -> AnswersRead:
    """Store the answers on today's lists (`cpms today -o`) that were filled in, in the round that was asked.

    One transaction. An answer is refused, and named with its cell and the mend, where it is none that the question can
    have, where its row does not say which question it answers, where two sheets answer differently, where the child or
    the household is not there any more, or where the question was answered otherwise in the meantime. Rows that the
    survey's rules do not let in are set aside, as `merge` does. Raises UnreadableFile, DefinitionError, StoreError.
    """
    survey, store_path, files = definition_to_write(store, schemas), Path(store), file_paths(paths)
    written = read_answers(survey, files, encoding, language)
    if not written.count:
        return NO_ANSWERS
    recorder = Recorder(who or current_user(), tool_version)
    with made_beside(store_path) as made, open_store(store_path, survey, write=True, rows=written.count) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        read = take_in_answers(
            connection, survey, written, Incoming(files, (), recorder, store_path, None, language), made
        )
        if read.merged is not None:
            commit(connection)
    return read


NO_ANSWERS = AnswersRead(0, 0, 0, 0, (), None)


@dataclass(frozen=True)
class AnswersGiven:
    """The answers on some lists: `count` of them, `once` each question's, `repeated` the same again, `refused`."""

    count: int
    once: Sequence[_Read]
    repeated: int
    refused: Sequence[Refused]


def read_answers(survey: Survey, files: Sequence[Path], encoding: str | None, language: Language) -> AnswersGiven:
    """Return the answers on the lists among these files, apart from what the store says of them."""
    written = answers_written(files, survey, encoding)
    refused = [_refusal(answer, "today_no_key", language) for answer in written if answer.question is None]
    refused += [_refusal(answer, "today_row_moved", language) for answer in written if answer.moved]
    of_question = [answer for answer in written if answer.question is not None and not answer.moved]
    read, faulty = _values(survey, of_question, language)
    once, twice = _once(survey, read, language)
    return AnswersGiven(len(written), once, len(read) - len(twice) - len(once), (*refused, *faulty, *twice))


def take_in_answers(
    connection: duckdb.DuckDBPyConnection, survey: Survey, given: AnswersGiven, incoming: Incoming, made: list[Path]
) -> AnswersRead:
    """Store the answers that are new, in the caller's transaction; `incoming` has no tables yet. Nothing was written
    where `merged` is None."""
    language = incoming.language
    new, known, late = _judge(connection, survey, given.once, language)
    refused = [*given.refused, *late]
    unchanged = len(known) + given.repeated
    if not new:
        return AnswersRead(given.count, 0, unchanged, 0, tuple(refused), None)
    tables = tuple(_rows(survey, new))
    merged = merge_within(connection, survey, replace(incoming, tables=tables), made)
    aside = _set_aside(survey, merged, tables, new)
    left, stored, _ = _judge(connection, survey, new, language)
    # Rows set aside are in a workbook; of the others, what the store has not is said too.
    refused += [_refusal(answer.written, "today_not_stored", language) for answer in left if answer not in aside]
    return AnswersRead(given.count, len(stored), unchanged, len(aside), tuple(refused), merged)


def _refusal(answer: WrittenAnswer, message: str, language: Language, **values: object) -> Refused:
    words = (say(message, language, **values), say(f"{message}_mend", language, **values))
    return Refused(answer.path.name, answer.sheet or "", answer.cell, answer.text, *words)


def _values(survey: Survey, answers: Sequence[WrittenAnswer], language: Language) -> tuple[list[_Read], list[Refused]]:
    """Return the answers with their canonical values, and those that the question cannot have."""
    tables = answer_tables(survey, answers)
    findings = gather(survey, tables, all_column_faults(survey, tables), [])
    errors = Wording(survey, language).put_into_words(findings[findings["severity"] == "error"])
    wrong = {
        (int(source), int(row)): (str(message), str(mend))
        for source, row, message, mend in zip(
            *(errors[name] for name in ("source", "row", "message", "mend")), strict=True
        )
    }
    by_place = {(answer.path, answer.sheet, answer.row): answer for answer in answers}
    read, refused = [], []
    for source, table in enumerate(tables):
        for place, row in enumerate(table.rows.tolist()):
            answer = by_place[(table.source.path, table.source.sheet, row)]
            question = answer.question
            if question is None:
                continue
            value = table.cells(question.field)[place].as_py()
            if (source, row) in wrong:
                shown = "" if survey.fields[question.field].personal else answer.text
                refused.append(Refused(answer.path.name, answer.sheet or "", answer.cell, shown, *wrong[(source, row)]))
            elif value is None:
                refused.append(_refusal(answer, "today_no_answer", language))
            else:
                read.append(_Read(answer, question, str(value)))
    return read, refused


def _once(survey: Survey, read: Sequence[_Read], language: Language) -> tuple[list[_Read], list[Refused]]:
    """Return one answer to each question, and those that differ from another to the same."""
    by_question: dict[Question, list[_Read]] = {}
    for answer in read:
        by_question.setdefault(answer.question, []).append(answer)
    once, refused = [], []
    for same in by_question.values():
        if len({answer.value for answer in same}) == 1:
            once.append(same[0])
            continue
        places = ", ".join(f"{answer.written.path.name} {answer.written.cell}" for answer in same)
        label = survey.fields[same[0].question.field].label.in_(language)
        refused += [_refusal(answer.written, "today_twice", language, places=places, question=label) for answer in same]
    return once, refused


def _judge(
    connection: duckdb.DuckDBPyConnection, survey: Survey, answers: Sequence[_Read], language: Language
) -> tuple[list[_Read], list[_Read], list[Refused]]:
    """Return the answers that are new, those that the store has, and those that come too late. An answer that the
    family disputes can be answered otherwise."""
    now = {kind: _current(connection, survey, answers, kind) for kind in ("child", "household")}
    again = {_asked_again(survey, dispute) for dispute in to_ask_again(connection, survey).to_dict("records")}
    new, known, late = [], [], []
    for answer in answers:
        question = answer.question
        row = now["child" if question.line else "household"].get((*question.home, question.line))
        label = survey.fields[question.field].label.in_(language)
        if row is None or (question.person and row[survey.role("person").name] != question.person):
            late.append(_refusal(answer.written, "today_gone", language))
        elif row[question.field] == answer.value:
            known.append(answer)
        elif (
            _is_open(survey, question.field, row[question.field])
            or (*question.home, question.line, question.field) in again
        ):
            new.append(answer)
        else:
            late.append(_refusal(answer.written, "today_answered", language, question=label))
    return new, known, late


def _asked_again(survey: Survey, dispute: Mapping[Hashable, object]) -> tuple[str, ...]:
    """Return the home, the line (empty for the household) and the field of an answer that the family disputes."""
    of_child = table_of_answer(survey, str(dispute["field"])) == "child"
    line = str(dispute[survey.role("line").name]) if of_child else ""
    return (*(str(dispute[name]) for name in survey.key("household")), line, str(dispute["field"]))


def _is_open(survey: Survey, field: str, stored: str | None) -> bool:
    """Whether what is stored is no answer yet: blank, a reason for none, or a date without its day."""
    part = survey.fields[field].format == "partial-date" and len(stored or "") < FULL_DATE
    return stored is None or stored in survey.missing_words or part


def _current(
    connection: duckdb.DuckDBPyConnection, survey: Survey, answers: Iterable[_Read], table: str
) -> dict[tuple[str, ...], dict[str, str | None]]:
    """Return the store's rows of the homes that are answered about, by home and line (empty for the household)."""
    kind: Table = "child" if table == "child" else "household"
    home, line = survey.key("household"), survey.role("line").name
    homes = sorted({"\x1f".join(answer.question.home) for answer in answers})
    rows = connection.execute(
        f"SELECT * FROM current_{kind} WHERE list_contains(?, concat_ws(chr(31), {', '.join(home)}))", [homes]
    )
    names = [column[0] for column in rows.description]
    matching_rows = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {
        (*(str(row[name]) for name in home), str(row[line]) if kind == "child" else ""): row for row in matching_rows
    }


def _rows(survey: Survey, answers: Sequence[_Read]) -> Iterable[SurveyTable]:
    """Return the answers as rows to be merged, one for each child or household: those of the same questions together,
    since a blank cell would take an answer back."""
    by_person: dict[tuple[Path, str | None, tuple[str, ...], str], list[_Read]] = {}
    for answer in answers:
        place = (answer.written.path, answer.written.sheet, answer.question.home, answer.question.line)
        by_person.setdefault(place, []).append(answer)
    alike: dict[tuple[object, ...], list[list[_Read]]] = {}
    for (path, sheet, _, line), of_person in by_person.items():
        fields = tuple(sorted(answer.question.field for answer in of_person))
        alike.setdefault((path, sheet, bool(line), fields), []).append(of_person)
    for rows in alike.values():
        first = rows[0][0]
        key = survey.key("child" if first.question.line else "household")
        names = sorted(answer.question.field for answer in rows[0])
        cells = [[*(*row[0].question.home, row[0].question.line)[: len(key)], *_in_order(row, names)] for row in rows]
        columns = [pa.array(list(column), pa.string()) for column in zip(*cells, strict=True)]
        numbers = [min(answer.written.row for answer in row) for row in rows]
        order = sorted(range(len(rows)), key=numbers.__getitem__)
        yield table_of(
            survey,
            (first.written.path, first.written.sheet),
            [*key, *names],
            [column.take(pa.array(order)) for column in columns],
            [numbers[place] for place in order],
        )


def _in_order(row: Sequence[_Read], names: Sequence[str]) -> list[str]:
    by_field = {answer.question.field: answer.value for answer in row}
    return [by_field[name] for name in names]


def _set_aside(survey: Survey, merged: Merge, tables: Sequence[SurveyTable], answers: Sequence[_Read]) -> list[_Read]:
    """Return the answers that stand in the rows that were set aside."""
    aside = set()
    for source, row in zip(merged.set_aside["source"], merged.set_aside["row"], strict=True):
        table = tables[int(source)]
        place = int(table.positions(np.array([row]))[0])
        aside.add(tuple(str(table.cells(name)[place].as_py()) for name in survey.key(table.table)))
    return [answer for answer in answers if (*answer.question.home, *filter(None, [answer.question.line])) in aside]
