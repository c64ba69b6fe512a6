"""Tables to a workbook that reads well in Excel: header frozen and filtered, widths that fit, text never a formula."""

from __future__ import annotations

import datetime
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cpms_cli.ooxml.sheet_naming import sheet_name, sheet_names
from cpms_cli.writing.workbooks.new_workbook import new_workbook
from cpms_cli.writing.workbooks.page_setup import cell_width, row_height, set_up_width

_WIDEST, _WIDEST_HEADING, _NARROWEST = 60, 16, 8


@dataclass(frozen=True)
class CellNote:
    """A cell to colour, counted from 0 below the header, what to say of it, and which list of `choices` it offers."""

    row: int
    column: int
    text: str
    choices: str = ""


@dataclass(frozen=True)
class NumberFormats:
    """How days are written, as Excel says it, and which columns of a sheet, from 0, hold fractions shown in percent;
    `title` stands at the head of every page, before the sheet's name, and as many of a sheet's first columns as `again`
    says on each page where several lie beside each other. `known_by` is a property that tells the program what the
    workbook is, in whatever language it is written."""

    day: str = "yyyy-mm-dd"
    shares: Mapping[str, Collection[int]] = field(default_factory=dict)
    title: str = ""
    again: Mapping[str, int] = field(default_factory=dict)
    known_by: str = ""


@dataclass(frozen=True)
class _Formats:
    """How the cells of a workbook look: its header, over words and over figures, its text, its days, its times of a
    day, its shares, and words in the place of a figure."""

    head: Format
    number_head: Format
    text: Format
    day: Format
    time: Format
    share: Format
    mark: Format

    @classmethod
    def of(cls, book: xlsxwriter.Workbook, day: str, filled_in: bool) -> Self:
        """Return the formats of a workbook whose days are written so; one to be filled in holds text alone."""
        cell = {"text_wrap": True, "valign": "top"}
        return cls(
            book.add_format({**cell, "bold": True, "bottom": 1}),
            book.add_format({**cell, "bold": True, "bottom": 1, "align": "right"}),
            book.add_format({**cell, **({"num_format": "@"} if filled_in else {})}),
            book.add_format({**cell, "num_format": day}),
            book.add_format({**cell, "num_format": f"{day} hh:mm"}),
            book.add_format({**cell, "num_format": "0.0%"}),
            book.add_format({**cell, "align": "right"}),
        )


def _width(name: str, texts: Iterable[str]) -> float:
    heading = min(cell_width(name), _WIDEST_HEADING)
    return float(min(max(heading, _NARROWEST, *map(cell_width, texts), 0), _WIDEST)) + 2


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fill(sheet: Worksheet, frame: pd.DataFrame, formats: _Formats, numbers: NumberFormats, key: str) -> None:
    shares, title, again = numbers.shares.get(key, ()), numbers.title, numbers.again.get(key, 1)
    widths = list[float]()
    for column, name in enumerate(frame.columns):
        values, known = frame[name], frame[name].notna().to_numpy()
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        holds_numbers = is_number or (values.dtype == "object" and any(map(_is_number, values[known])))
        sheet.write_string(0, column, str(name), formats.number_head if holds_numbers else formats.head)
        shown = formats.share if column in shares else formats.text
        words = formats.mark if holds_numbers else formats.text
        if is_number:
            sheet.write_column(1, column, [None if pd.isna(value) else value for value in values], shown)
        else:
            timed = pd.api.types.is_datetime64_any_dtype(values)
            for row, value in zip(np.flatnonzero(known).tolist(), values[known].tolist(), strict=True):
                if isinstance(value, datetime.date):
                    sheet.write_datetime(row + 1, column, value, formats.time if timed else formats.day)
                elif _is_number(value):
                    sheet.write_number(row + 1, column, value, shown)  # among words of why there is none
                else:
                    sheet.write_string(row + 1, column, str(value), words)
        widths.append(_width(str(name), () if column in shares else map(str, values[known])))
        sheet.set_column(column, column, widths[-1], formats.text)
    sheet.set_row(0, row_height(map(str, frame.columns), widths))
    _fit_rows(sheet, frame, widths)
    set_up_width(sheet, "  ".join(filter(None, [title, sheet.get_name()])), len(frame), widths, again)
    sheet.freeze_panes(1, 0)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), max(len(frame.columns) - 1, 0))


def _fit_rows(sheet: Worksheet, frame: pd.DataFrame, widths: Sequence[float]) -> None:
    """Make every row as high as its text, where one of its texts is longer than its column is wide."""
    long = [place for place, width in enumerate(widths) if width > _WIDEST]
    texts = [frame.iloc[:, place].astype("str").fillna("") for place in long]
    plain = row_height([], [])
    for row, texts_of_row in enumerate(zip(*texts, strict=True), start=1):
        height = row_height(texts_of_row, [widths[place] for place in long])
        if height > plain:
            sheet.set_row(row, height)


def add_lists(book: xlsxwriter.Workbook, choices: Mapping[str, Sequence[str]], taken: Sequence[str]) -> None:
    """A hidden sheet with a column for each list, named: Excel takes no list of over 255 letters in a cell's rule."""
    if not choices:
        return
    name = sheet_name("cpms lists", taken)
    sheet = book.add_worksheet(name)
    sheet.hide()
    for column, (defined, values) in enumerate(choices.items()):
        sheet.write_column(0, column, values)
        letter = xl_col_to_name(column)
        book.define_name(defined, f"='{name}'!${letter}$1:${letter}${len(values)}")


def workbook_bytes(
    tables: Mapping[str, pd.DataFrame],
    notes: Mapping[str, list[CellNote]] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
    offers: Mapping[str, Mapping[int, str]] | None = None,
    numbers: NumberFormats | None = None,
) -> bytes:
    """Tables as the sheets of one workbook; `notes` colours cells of a sheet, comments on them and offers `choices`;
    `offers` does so for all cells of a column, by sheet and column; `numbers` is how days and shares are
    shown, and what the pages say.

    With notes it is a workbook to be filled in: every cell is text, so that what is typed keeps its leading zeros.
    """
    stream, numbers = io.BytesIO(), numbers or NumberFormats()
    with new_workbook(stream) as book:
        formats = _Formats.of(book, numbers.day, filled_in=notes is not None)
        marked = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006", "num_format": "@"})
        labels = sheet_names(tables)
        for label, (name, table) in zip(labels, tables.items(), strict=True):
            sheet = book.add_worksheet(label)
            frame = table.reset_index(drop=True)
            _fill(sheet, frame, formats, numbers, name)
            texts = frame.astype("str").fillna("")
            for note in (notes or {}).get(name, []):
                value = texts.iat[note.row, note.column]
                sheet.write_string(note.row + 1, note.column, str(value), marked)
                sheet.write_comment(
                    note.row + 1, note.column, note.text, {"author": "cpms", "x_scale": 2, "y_scale": 1.5}
                )
                if note.choices:
                    rule = {"validate": "list", "source": f"={note.choices}", "error_type": "warning"}
                    sheet.data_validation(note.row + 1, note.column, note.row + 1, note.column, rule)
            for column, listed in (offers or {}).get(name, {}).items():
                rule = {"validate": "list", "source": f"={listed}", "error_type": "warning"}
                sheet.data_validation(1, column, max(len(frame), 1), column, rule)
        add_lists(book, choices or {}, labels)
        if numbers.known_by:
            book.set_custom_property(numbers.known_by, True)
    return stream.getvalue()
