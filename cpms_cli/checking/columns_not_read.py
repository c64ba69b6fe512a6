"""What is told of the columns that were not read, and the refusal to merge while they hold answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpms_cli.errors import AnswersNotRead
from cpms_cli.reading.header.headers import header_spellings, spelt
from cpms_cli.reading.header.mapping import WORKBOOK, Maps, leave_out
from cpms_cli.reading.sheet.unread import CHOICE_MARKS, FURTHER_CHILD, UnreadColumn
from cpms_cli.reading.survey_table import SurveyTable, sheets_not_read
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.response_log import ResponseLog, response_log
from cpms_cli.survey.spoken_words import joined_words
from cpms_cli.survey.typed.typed_command import command_line

_CODES_SHOWN = 3
MAP = "map"


@dataclass(frozen=True)
class Asked:
    """What was asked for, to be asked again with a map: the files, the map that was given, and all other words; and the
    store by whose definition the files were read, if they were."""

    files: Sequence[Path] = ()
    mapping: Maps | None = None
    words: tuple[str, ...] = ()
    store: Path | None = None


def left_open(tables: Iterable[SurveyTable]) -> list[tuple[SurveyTable, UnreadColumn]]:
    """The columns that were not read, hold something, and on which no map decides; each with its table."""
    return [(table, column) for table in tables for column in table.unread if column.weighs]


def left_out(tables: Sequence[SurveyTable]) -> bool:
    """Whether a column or a sheet was not read that may hold answers, and nobody decided that it is left out."""
    return bool(left_open(tables)) or any(sheet.answers for sheet in sheets_not_read(tables))


def kind_words(survey: Survey, looks_like: str, language: Language) -> str:
    """What a column's cells look like, in words: the first answers of a code list, or the name of the kind."""
    codes = survey.codelists.get(looks_like)
    if codes is None:
        return say(f"looks_like_{looks_like}", language)
    shown = joined_words(", ", [code.label.in_(language) for code in codes.codes if not code.missing][:_CODES_SHOWN])
    return say("looks_like_list", language, codes=shown)


def column_words(survey: Survey, table: SurveyTable, column: UnreadColumn, language: Language) -> str:
    """One column: file, sheet, letter, header, how many cells, what they look like, which field it may be."""
    place = {"file": table.source.path.name, "sheet": table.source.sheet or "", "column": column.letter}
    name = "column_not_read" if column.header.strip() else "column_without_header"
    sentence = say(name, language, header=column.header.strip(), count=column.filled, **place)
    if column.looks_like:
        sentence += say("column_looks_like", language, kind=kind_words(survey, column.looks_like, language))
    if column.may_be and column.may_be in survey.fields:
        sentence += say(
            "column_may_be", language, field=column.may_be, label=survey.fields[column.may_be].label.in_(language)
        )
    return sentence


def column_records(tables: Iterable[SurveyTable]) -> list[dict[str, Any]]:
    """Every column that was not read, for scripts: where, why, how much is in it, what it looks like."""
    return [
        {
            "file": table.source.path.name,
            "sheet": table.source.sheet,
            "header": column.header,
            "column": column.letter,
            "row": table.source.header_row,
            "why": column.why,
            "may_be": column.may_be,
            "filled": column.filled,
            "looks_like": column.looks_like,
            "holds_answers": column.holds_answers,
            "weighs": column.weighs,
        }
        for table in tables
        for column in table.unread
    ]


def free_map_name() -> str:
    """A name for a map that no file of this folder has: nobody's decisions are written over."""
    number, name = 1, f"{MAP}{WORKBOOK}"
    while Path(name).exists():
        number += 1
        name = f"{MAP}_{number}{WORKBOOK}"
    return name


def _map_files(mapping: Maps | None) -> list[str]:
    """The files of the maps that were given."""
    if mapping is None or isinstance(mapping, Mapping):
        return []
    return [str(mapping)] if isinstance(mapping, str | Path) else [str(path) for path in mapping]


def map_commands(asked: Asked, command: str) -> tuple[str, str]:
    """The two commands by which an officer decides: the one that writes the map, and `command` once more with it."""
    files, name = [str(path) for path in asked.files], free_map_name()
    before = [word for path in _map_files(asked.mapping) for word in ("--map", path)]
    return (
        command_line(["cpms", "map", *files, *before, "-o", name]),
        command_line(["cpms", command, *files, "--map", name, *asked.words]),
    )


def shipped_lines(
    survey: Survey, columns: Iterable[UnreadColumn], store: Path | None, language: Language
) -> Iterator[str]:
    """Which of these columns are questions of the shipped definition, where a store follows another one, and the
    command that lets it follow the shipped one."""
    shipped = load_survey()
    if store is None or shipped.digest == survey.digest:
        return
    known = response_log(shipped) if isinstance(survey, ResponseLog) else shipped
    spellings = header_spellings(known)
    names = dict.fromkeys(spellings.get(spelt(column.header), "") for column in columns)
    labels = [
        known.fields[name].label.in_(language) for name in names if name in set(known.fields) - set(survey.fields)
    ]
    if labels:
        command = command_line(["cpms", "schema", "use", "shipped", "--store", str(store)])
        yield say("columns_of_shipped", language, labels=joined_words(", ", labels), store=store, command=command)


def log_lines(
    survey: Survey, tables: Sequence[SurveyTable], language: Language, store: Path | None = None
) -> Iterator[str]:
    """What is told at the end of reading a log, whose map nobody drafts: its columns that nobody has decided on."""
    open_ = left_open(tables)
    if open_:
        yield from _lines(survey, open_, language)
        yield from shipped_lines(survey, (column for _, column in open_), store, language)
        yield say("columns_decide_log", language, leave_out=leave_out(language))


def _lines(survey: Survey, columns: Sequence[tuple[SurveyTable, UnreadColumn]], language: Language) -> list[str]:
    """Each column, and what is to be done in the file where a map alone does not help."""
    lines = [column_words(survey, table, column, language) for table, column in columns]
    kinds = {column.looks_like for _, column in columns}
    lines += [say(f"column_mend_{kind}", language) for kind in (FURTHER_CHILD, CHOICE_MARKS) if kind in kinds]
    return lines


def undecided_lines(
    survey: Survey, tables: Sequence[SurveyTable], asked: Asked, command: str, language: Language
) -> Iterator[str]:
    """What is told at the end: each column that nobody has decided on, and what to do."""
    open_ = left_open(tables)
    if not open_:
        return
    yield from _lines(survey, open_, language)
    yield from shipped_lines(survey, (column for _, column in open_), asked.store, language)
    write, again = map_commands(asked, command)
    yield say("columns_decide", language, leave_out=leave_out(language), map=write, again=again)


def check_answers_read(
    survey: Survey, tables: Sequence[SurveyTable], asked: Asked, command: str, language: Language
) -> None:
    """Raise AnswersNotRead while a column that is not read holds answers."""
    held = [(table, column) for table, column in left_open(tables) if column.holds_answers]
    if not held:
        return
    lines = _lines(survey, held, language)
    lines += shipped_lines(survey, (column for _, column in held), asked.store, language)
    write, again = map_commands(asked, command)
    raise AnswersNotRead(
        "answers_not_read",
        column_records(tables),
        count=len(held),
        lines="\n".join(lines),
        map=write,
        again=again,
        leave_out=leave_out(language),
    )
