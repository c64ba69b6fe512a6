"""The form as a workbook to fill in: dropdowns, checks at entry, notes on every header, and how to fill it in.

Identifiers and dates are columns of text, so that Excel neither shortens a number of 13 digits nor takes a Buddhist
year for a Christian one; a date is checked only for a year of four digits, and Excel asks rather than refuses.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from cpms_cli.forms.entry_checks import Lists, cell_rule
from cpms_cli.forms.guidance import EXAMPLE_YEAR, comment
from cpms_cli.forms.help_sheet import Guide, write_help
from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey, Table
from cpms_cli.writing.workbooks.new_workbook import new_workbook
from cpms_cli.writing.workbooks.page_setup import set_up_page

Layout = Literal["flat", "two-sheet"]
LAYOUTS: tuple[Layout, ...] = ("flat", "two-sheet")
ROWS = 3000  # blank rows with dropdowns and checks
_LAST_COLUMN = 16_383
_BANDS = (
    "#DDEBF7",
    "#E2EFDA",
    "#FFF2CC",
    "#FCE4D6",
    "#EDEDED",
    "#D9E1F2",
    "#E4DFEC",
    "#F2DCDB",
    "#DAEEF3",
    "#FDE9D9",
    "#EBF1DE",
    "#F8CBAD",
    "#D6DCE4",
    "#FFE699",
)
_MAY: dict[str, bool] = {
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "objects": True,
}


@dataclass(frozen=True)
class Form:
    """What goes into the workbook. `round` is the survey's year, None where it is open; `rows` are the answers already
    known, as they are written, by table; `left_out` says who is not on the form, and why."""

    survey: Survey
    language: Language
    layout: Layout
    round: int | None
    rows: Mapping[Table, pd.DataFrame]
    left_out: pd.DataFrame | None = None


def sheets(survey: Survey, layout: Layout) -> dict[Table, list[Field]]:
    """The columns of each sheet: what tells the row first, then the topics in their order."""
    if layout == "flat":
        return {"child": _ordered(survey, [*survey.household.fields, *survey.child.fields], survey.key("child"))}
    own = [survey.fields[name] for name in survey.columns("child")]
    return {
        "household": _ordered(survey, list(survey.household.fields), survey.key("household")),
        "child": _ordered(survey, own, survey.key("child")),
    }


def _ordered(survey: Survey, fields: list[Field], key: tuple[str, ...]) -> list[Field]:
    topics = [*survey.household.topics, *survey.child.topics]
    first = [*key, survey.role("given_name").name]

    def place(field: Field) -> tuple[int, int]:
        position = first.index(field.name) if field.name in first else len(first)
        return position, topics.index(field.topic or topics[0])

    return sorted(fields, key=place)


def frozen(survey: Survey, fields: list[Field]) -> int:
    """How many columns stay in sight: those that tell the row."""
    names = {*survey.key("child"), survey.role("given_name").name}
    return next((column for column, field in enumerate(fields) if field.name not in names), len(fields))


def bands(survey: Survey) -> dict[str, str]:
    """A colour for each topic."""
    topics = [*survey.household.topics, *survey.child.topics]
    return {topic: _BANDS[number % len(_BANDS)] for number, topic in enumerate(topics)}


def form_bytes(form: Form) -> bytes:
    """The workbook of the form."""
    stream = io.BytesIO()
    tables = sheets(form.survey, form.layout)
    labels = [
        (form.survey.household if table == "household" else form.survey.child).label.in_(form.language)
        for table in tables
    ]
    first, *last = (say(f"template_{sheet}_sheet", form.language) for sheet in ("lists", "left_out", "help"))
    lists_name, *entry_names, left_out_name, help_name = sheet_names([first, *labels, *last])
    with new_workbook(stream) as book:
        lists = Lists(form.survey, form.language, lists_name)
        for name, (table, fields) in zip(entry_names, tables.items(), strict=True):
            entry = _EntrySheet(book, book.add_worksheet(name), form, lists)
            _fill_entry_sheet(entry, fields, form.rows.get(table))
        if form.left_out is not None:
            _left_out_sheet(book, book.add_worksheet(left_out_name), form.left_out)
        write_help(
            book,
            book.add_worksheet(help_name),
            Guide(
                form.survey,
                form.language,
                form.layout == "flat",
                bool(form.rows),
                bands(form.survey),
                [field for fields in tables.values() for field in fields],
            ),
        )
        lists.write(book.add_worksheet(lists.sheet))
    return stream.getvalue()


def _is_text(field: Field) -> bool:
    return field.type == "date" or (field.type == "string" and field.codelist is None)


def _width(survey: Survey, field: Field, language: Language) -> float:
    codes = survey.codes(field)
    words = [code.label.in_(language) for code in codes.codes] if codes else []
    longest = max((len(word) for word in words), default=13 if field.format or field.personal else 10)
    return float(min(max(longest + 4, 12), 26))


@dataclass(frozen=True)
class _EntrySheet:
    """A sheet to fill in, while it is written."""

    book: Any
    sheet: Worksheet
    form: Form
    lists: Lists


def _fill_entry_sheet(entry: _EntrySheet, fields: list[Field], rows: pd.DataFrame | None) -> None:
    """Write the headers of `fields`, and below them the rows that are known and blank ones."""
    book, sheet, form = entry.book, entry.sheet, entry.form
    plain = book.add_format({"locked": False})
    # Excel deletes a row of a protected sheet only where every cell of it may be changed.
    sheet.set_column(0, _LAST_COLUMN, 12, plain)
    sheet.set_row(0, 50, book.add_format({"locked": True}))
    known = pd.DataFrame() if rows is None else rows
    last = ROWS + len(known)
    for column, field in enumerate(fields):
        _head(entry, field, column)
        _below(entry, field, column, last, known)
    keys = frozen(form.survey, fields)
    sheet.freeze_panes(1, keys)
    sheet.autofilter(0, 0, last, len(fields) - 1)
    sheet.protect("", dict(_MAY))
    set_up_page(sheet, sheet.get_name(), None, pages_wide=6)
    sheet.repeat_columns(0, keys - 1)


def _head(entry: _EntrySheet, field: Field, column: int) -> None:
    """Write one header: the label, the mark of what is required, the topic's colour, and the note."""
    book, sheet, form = entry.book, entry.sheet, entry.form
    colour = bands(form.survey)[field.topic or ""]
    look = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": colour})
    mark = " *" if field.constraints.required else ""
    sheet.write_string(0, column, field.label.in_(form.language) + mark, look)
    note = comment(form.survey, field, form.language, form.round or EXAMPLE_YEAR)
    sheet.write_comment(0, column, note, {"width": 340, "height": 22 + 17 * _lines(note), "author": "cpms"})


def _below(entry: _EntrySheet, field: Field, column: int, last: int, known: pd.DataFrame) -> None:
    """Write the cells below a header: open to change, checked at entry, and what is known already in grey."""
    book, sheet, form = entry.book, entry.sheet, entry.form
    look = {"locked": False, **({"num_format": "@"} if _is_text(field) else {})}
    sheet.set_column(column, column, _width(form.survey, field, form.language), book.add_format(look))
    rule = cell_rule(field, form.language, form.round, column, entry.lists)
    if rule is not None:
        sheet.data_validation(1, column, last, column, rule)
    if field.name in known:
        _write_known(
            sheet, column, known[field.name], book.add_format({**look, "bg_color": "#F2F2F2", "align": "left"})
        )


def _lines(note: str) -> int:
    return sum(1 + len(line) // 52 for line in note.split("\n"))


def _write_known(sheet: Worksheet, column: int, cells: pd.Series, form: Any) -> None:
    for row, value in enumerate(cells.astype("object"), start=1):
        if isinstance(value, int):
            sheet.write_number(row, column, value, form)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, form)


def _left_out_sheet(book: Any, sheet: Worksheet, left_out: pd.DataFrame) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(left_out.columns):
        sheet.write_string(0, column, str(name), bold)
        sheet.set_column(column, column, (18, 60, 70)[min(column, 2)], wrapped)
        for row, value in enumerate(left_out[name].fillna(""), start=1):
            sheet.write_string(row, column, str(value), wrapped)
    for row, longest in enumerate(left_out.astype("str").map(len).max(axis=1), start=1):
        sheet.set_row(row, 16 * (1 + int(longest) // 65))
    sheet.freeze_panes(1, 0)
    set_up_page(sheet, sheet.get_name(), (len(left_out), len(left_out.columns) - 1))
