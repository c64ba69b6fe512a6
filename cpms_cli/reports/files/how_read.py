"""How each sheet was read, a sentence for each thing that an officer may want to know or contradict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from rich.console import Console

from cpms_cli.reading.sheet.date_parts import DATE_PARTS
from cpms_cli.reading.source import RowLeftOut, SourceTable
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_SHOWN_ROWS = 10
_SHOWN_CELLS = 3
# Of what was taken for the rows' keys, or out of a name, every merge tells: rows are stored with them.
KEY_NOTES = frozenset(
    {
        "round_from_sheet",
        "round_from_title",
        "village_from_title",
        "village_other_than_title",
        "village_from_sections",
        "village_given",
        "village_own",
        "village_by_name",
        "village_by_number",
        "village_by_code",
        "house_from_above",
        "house_from_head",
        "house_from_lines",
        "home_by_head",
        "heads_apart",
        "heads_two_families",
        "layout_counted",
        "name_split",
        "name_whole",
        "family_name_whole",
        "name_in_brackets",
        "name_remarks",
        "sex_from_titles",
        "grown_ups_left_out",
        "answers_of_families",
        "date_parts",
    }
)
# What a run tells of a file that nobody looks at while it is stored: how names and dates were understood.
RUN_NOTES = frozenset(
    {
        "village_from_title",
        "village_other_than_title",
        "village_by_number",
        "village_by_code",
        "name_split",
        "name_whole",
        "family_name_whole",
        "name_in_brackets",
        "name_remarks",
        "sex_from_titles",
        "grown_ups_left_out",
        "answers_of_families",
        "hidden_rows",
        "cell_comments",
        "dates_month_first",
        "dates_order_slips",
        "dates_short_christian",
        "dates_short_alone",
        "dates_serial",
        "date_parts",
    }
)
Notice = tuple[str, dict[str, object]]


class ReadNote(TypedDict):
    """One sentence: about which file and sheet, its id, and its words."""

    file: str
    sheet: str | None
    id: str
    message: str


def _places(rows: Sequence[int | str]) -> str:
    more = ", …" if len(rows) > _SHOWN_ROWS else ""
    return ", ".join(map(str, rows[:_SHOWN_ROWS])) + more


def _of_text(source: SourceTable, language: Language) -> Iterator[Notice]:
    """The encoding and delimiter of a text file, and why they were chosen."""
    evidence = source.evidence
    if "encoding" not in evidence:
        return
    read_as = {"encoding": evidence["encoding"], "delimiter": evidence["delimiter"].replace("\t", "tab")}
    yield "validate_read_as", {"row": source.header_row, **read_as}
    yield (
        "validate_evidence",
        {name: say(evidence[name], language, **evidence) for name in ("encoding_why", "delimiter_why")},
    )


def _rows_by_kind(rows: Sequence[RowLeftOut], language: Language) -> str:
    kinds = dict.fromkeys(row.kind for row in rows)
    places = {kind: _places([row.row for row in rows if row.kind == kind]) for kind in kinds}
    return "; ".join(f"{say(f'left_out_{kind}', language)} {rows}" for kind, rows in places.items())


def show_footers(console: Console, tables: Sequence[SurveyTable], language: Language) -> None:
    """Print which rows among the records, or below them, were taken for totals and notes."""
    for line in footer_lines(tables, language):
        console.print(line)


def footer_lines(tables: Sequence[SurveyTable], language: Language) -> Iterator[str]:
    """Which rows among the records, or below them, were taken for totals and notes, a line for each sheet."""
    for source in (table.source for table in tables):
        rows = [row for row in source.left_out if row.kind in ("total", "note", "grown_up")]
        if rows:
            place = {"file": source.path.name, "sheet": source.sheet or ""}
            yield say("left_out", language, rows=_rows_by_kind(rows, language), **place)


def run_lines(tables: Sequence[SurveyTable], language: Language) -> list[str]:
    """What a run tells of how a file was read: names and dates, hidden rows, and rows that are totals or notes."""
    noted = [note["message"] for note in read_notes(tables, language) if note["id"] in RUN_NOTES]
    return list(dict.fromkeys([*noted, *footer_lines(tables, language)]))


def _of_layout(source: SourceTable, language: Language) -> Iterator[Notice]:
    """What of a sheet was left out, and what in it is hidden: rows by number, never their text."""
    if source.left_out:
        yield "left_out", {"rows": _rows_by_kind(source.left_out, language)}
    if "hidden_rows" in source.evidence:
        yield "hidden_rows", {"rows": _places([int(row) for row in source.evidence["hidden_rows"].split(", ")])}
    if "comments" in source.evidence:
        cells = source.evidence["comments"].split(", ")
        yield "cell_comments", {"count": len(cells), "cells": ", ".join(cells[:_SHOWN_CELLS])}
    if "merged_cells" in source.evidence:
        yield "merged_cells", {"cells": _places(source.evidence["merged_cells"].split(", "))}
    if DATE_PARTS in source.evidence:
        yield DATE_PARTS, {"dates": source.evidence[DATE_PARTS].replace("\n", "; ")}
    if "hidden_sheets" in source.evidence:
        yield "hidden_sheets", {"sheets": source.evidence["hidden_sheets"]}


def _of_table(table: SurveyTable, language: Language) -> Iterator[Notice]:
    yield from _of_text(table.source, language)
    yield from _of_layout(table.source, language)
    for note in table.notes:
        yield note.message_id, dict(note.values)
    for column in table.columns.values():
        for evidence in column.evidence:
            yield evidence.id, {"column": column.header, **evidence.values}


def key_notes(tables: Sequence[SurveyTable], language: Language) -> list[ReadNote]:
    """What was taken for the keys of rows that do not say them: round, village, house and number of a child."""
    return [note for note in read_notes(tables, language) if note["id"] in KEY_NOTES]


def read_notes(tables: Sequence[SurveyTable], language: Language) -> list[ReadNote]:
    """Everything there is to tell, table by table: encoding, rows left out, the layout known, columns, their dates."""
    notes = [
        ReadNote(
            file=table.source.path.name,
            sheet=table.source.sheet,
            id=name,
            message=say(name, language, file=table.source.path.name, sheet=table.source.sheet or "", **values),
        )
        for table in tables
        for name, values in _of_table(table, language)
    ]
    # A sheet may have become several tables, which are read alike.
    return [note for number, note in enumerate(notes) if note not in notes[:number]]
