"""A map as a workbook to be answered: headers, answers, and the lists to choose from, in both languages."""

from __future__ import annotations

import io

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cpms_cli.reading.header.mapping import FIELD, UNDECIDED, leave_out
from cpms_cli.reading.maps.map_lists import ERA_LIST, eras
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.messages import say, wordings
from cpms_cli.survey.model.definition import Field, Language, Survey, Words
from cpms_cli.writing.files import csv_bytes
from cpms_cli.writing.gate import printable
from cpms_cli.writing.workbooks.new_workbook import new_workbook
from cpms_cli.writing.workbooks.page_setup import row_height, set_up_width

_WIDTHS = {"header": 30, "field": 46, "label": 24, "match": 34, "examples": 34, "answer": 26, "count": 8, "means": 46}
_HEADINGS = {"answer": "col_written_answer"}
_SPARE = 200
_HELP_WIDTH = 110.0
_LISTS, _NAMES = "lists", "codes_"


def option(label: Words, code: str) -> str:
    """How something is chosen from a list: its words in both languages, and its code in brackets."""
    return f"{both(label)} [{code}]"


def both(words: Words) -> str:
    """The words in each of the tool's own languages, once where they are the same."""
    return " / ".join(dict.fromkeys(words.in_(language) for language in reversed(LANGUAGES)))


def heading(message: str) -> str:
    """The words of a message in each of the tool's own languages."""
    return " / ".join(dict.fromkeys(say(message, language) for language in reversed(LANGUAGES)))


def field_option(survey: Survey, text: str) -> str:
    """What stands in the workbook for what a draft has in its column of fields."""
    mark, name = (UNDECIDED + " ", text[1:]) if text.startswith(UNDECIDED) else ("", text)
    if name in survey.fields:
        return mark + option(survey.fields[name].label, name)
    if text in map(leave_out, LANGUAGES):
        return _leave_out()
    return (mark + name).strip()


def _leave_out() -> str:
    return " / ".join(leave_out(language) for language in reversed(LANGUAGES))


def code_options(survey: Survey, field: Field) -> list[str]:
    """What can be chosen as the meaning of an answer to a field: its codes, then why there is no answer."""
    if field.holds_dates:
        return [option(code.label, code.code) for code in eras().codes]
    listed = survey.codelists[field.codelist or ""]
    missing = [code for code in survey.codelists["missing"].codes if code.code not in listed.by_code]
    return [option(code.label, code.code) for code in (*listed.codes, *missing)]


def _code_option(survey: Survey, name: str, text: str) -> str:
    mark, code = (UNDECIDED + " ", text[1:]) if text.startswith(UNDECIDED) else ("", text)
    options = code_options(survey, survey.fields[name]) if name in survey.fields else []
    return mark + next((shown for shown in options if shown.endswith(f"[{code}]")), code)


def map_workbook(survey: Survey, headers: pd.DataFrame, answers: pd.DataFrame, language: Language) -> bytes:
    """The map as a workbook; `headers` and `answers` as a draft has them (`header_map.Drafted`)."""
    stream = io.BytesIO()
    with new_workbook(stream) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        asked = book.add_format(
            {"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFEB9C", "border": 1}
        )
        styles = (bold, plain, asked)
        sheets = [book.add_worksheet(say(f"map_sheet_{name}", language)) for name in ("headers", "answers", "help")]
        lists = book.add_worksheet(_LISTS)
        fields = [_leave_out(), *(option(field.label, name) for name, field in survey.fields.items())]
        _write_lists(book, lists, survey, fields)
        shown = headers.assign(field=headers["field"].map(lambda text: field_option(survey, text)))
        _write_sheet(sheets[0], shown, FIELD, styles)
        choice = {"validate": "list", "source": f"={_LISTS}!$A$1:$A${len(fields)}", "error_type": "warning"}
        sheets[0].data_validation(1, 1, len(shown) + _SPARE, 1, choice)
        _write_sheet(sheets[1], _shown_answers(survey, answers), "means", styles)
        sheets[1].data_validation(1, 1, len(answers) + _SPARE, 1, choice)
        sheets[1].data_validation(1, 4, len(answers) + _SPARE, 4, _codes_of_line(sheets[0].get_name(), len(fields)))
        for row, line in enumerate(say("map_help", language).split("\n")):
            sheets[2].write_string(row, 0, line, plain)
        sheets[2].set_column(0, 0, _HELP_WIDTH)
        set_up_width(sheets[2], sheets[2].get_name(), len(say("map_help", language).split("\n")), [_HELP_WIDTH])
    return stream.getvalue()


def map_csv(survey: Survey, headers: pd.DataFrame, answers: pd.DataFrame, language: Language) -> bytes:
    """The map as a CSV, which has the headers alone; parameters as of `map_workbook`."""
    del survey, answers, language
    return csv_bytes({"map": headers})


def _shown_answers(survey: Survey, answers: pd.DataFrame) -> pd.DataFrame:
    means = [_code_option(survey, name, text) for name, text in zip(answers["field"], answers["means"], strict=True)]
    fields = answers["field"].map(lambda text: field_option(survey, text))
    return answers.assign(means=means, field=fields, count=answers["count"].astype("str"))


def _write_sheet(sheet: Worksheet, table: pd.DataFrame, decision: str, styles: tuple[Format, Format, Format]) -> None:
    bold, plain, asked = styles
    optional = table["match"].isin(wordings("map_answer_yes_no"))
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, heading(_HEADINGS.get(str(name), f"col_{name}")), bold)
        sheet.set_column(column, column, _WIDTHS.get(str(name), 20))
        for row, cell in enumerate(printable(table[name].astype("str")), start=1):
            waits = name == decision and (cell.startswith(UNDECIDED) or (decision == "means" and not cell))
            waits = waits and not optional.iloc[row - 1]
            sheet.write_string(row, column, cell, asked if waits else plain)
    widths = [float(_WIDTHS.get(str(name), 20)) for name in table.columns]
    heads = tuple(heading(_HEADINGS.get(str(name), f"col_{name}")) for name in table.columns)
    for row, texts in enumerate([heads, *table.astype("str").itertuples(index=False)]):
        sheet.set_row(row, row_height(texts, widths))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)
    set_up_width(sheet, sheet.get_name(), len(table), widths)


def _write_lists(book: xlsxwriter.Workbook, sheet: Worksheet, survey: Survey, fields: list[str]) -> None:
    """The fields in the first column, each with the name of its list; then each list of answers in a column."""
    plain = book.add_format({"num_format": "@"})
    names = list(survey.fields)
    for row, text in enumerate(fields):
        sheet.write_string(row, 0, text, plain)
        codelist = _list_name(survey.fields[names[row - 1]]) if row else None
        sheet.write_string(row, 1, _NAMES + (codelist or "none_"), plain)
    lists = {name: field for field in survey.fields.values() if (name := _list_name(field))}
    for column, (name, field) in enumerate(lists.items(), start=2):
        options = code_options(survey, field)
        for row, text in enumerate(options):
            sheet.write_string(row, column, text, plain)
        letter = xlsxwriter.utility.xl_col_to_name(column)
        book.define_name(f"{_NAMES}{name}", f"={_LISTS}!${letter}$1:${letter}${len(options)}")
    sheet.hide()


def _list_name(field: Field) -> str | None:
    return ERA_LIST if field.holds_dates else field.codelist


def _codes_of_line(headers: str, count: int) -> dict[str, str]:
    """The list that belongs to the field of a line, or of its header where the line has none."""
    field = f"IF($B2=\"\",VLOOKUP($A2,'{headers}'!$A:$B,2,0),$B2)"
    return {
        "validate": "list",
        "source": f"=INDIRECT(VLOOKUP({field},{_LISTS}!$A$1:$B${count},2,0))",
        "error_type": "warning",
    }
