"""Rows of households whose children stand side by side, as rows of households and rows of children.

Each child's columns become a table of their own, with the household's key and the officer's own row numbers and
columns, so that what is told of a cell is told of the cell that stands in the file.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.layout.title_keys import SECTIONS, TITLES, sections_of, titles_of
from cpms_cli.reading.sheet.sheets import Note, Sheet
from cpms_cli.reading.sheet.unread import says_something
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Survey

_OF_ALL_ROWS = ("date_system",)  # what is known of the file that each of its tables is read by


def children_apart(survey: Survey, sheet: Sheet) -> list[Sheet]:
    """The sheet itself; or where children stand side by side, its households and then its first, second ... children.

    A child of whom nothing is written, its number apart, is none. What is asked of children in one column without a
    number, as the mother's name, is said of all of the row's children. Of a sheet with a row a child, rows of families
    that have no child in it stand apart as households.
    """
    if not sheet.children:
        return _families_apart(survey, sheet)
    numbers = sorted({number for number, _ in sheet.children.values()})
    of_all = _of_all_children(survey, sheet)
    parts = [(number, _of_child(survey, sheet, number, of_all)) for number in numbers]
    filled = [(number, part) for number, part in parts if len(part.source.rows)]
    taken = {fault for _, part in filled for fault in part.source.faults}
    source = replace(sheet.source, faults=tuple(fault for fault in sheet.source.faults if fault not in taken))
    counts = {"households": len(source.rows), "children": sum(len(part.source.rows) for _, part in filled)}
    note = Note("layout_side_by_side", {name: str(count) for name, count in counts.items()})
    fields = {index: name for index, name in sheet.fields.items() if index not in of_all}
    home = replace(sheet, source=source, fields=fields, children={}, notes=(*sheet.notes, note))
    return [home, *(part for _, part in filled)]


def _of_all_children(survey: Survey, sheet: Sheet) -> dict[int, str]:
    """The columns without a number that are about children; none where they are those of the first child itself, whose
    questions then stand with a number too."""
    asked = {field.name for field in survey.child.fields} - set(survey.child.shared)
    alone = {index: name for index, name in sheet.fields.items() if name in asked}
    return {} if {name for _, name in sheet.children.values()} & set(alone.values()) else alone


def _of_child(survey: Survey, sheet: Sheet, number: int, of_all: dict[int, str]) -> Sheet:
    """The rows that say something of the child of this number, with its fields and its household's key."""
    own = {index: name for index, (child, name) in sheet.children.items() if child == number}
    key = {index: name for index, name in sheet.fields.items() if name in survey.child.shared}
    line = survey.role("line").name
    has_answers = _have_answers(survey, sheet.source, [index for index, name in own.items() if name != line])
    has_answers |= _no_number(sheet.source, [index for index, name in own.items() if name == line])
    source = _rows_of(sheet.source, has_answers, {*own, *of_all})
    place = next((index for index, name in own.items() if name == line), None)
    added = sheet.added & own.keys()
    if place is None:
        place = len(source.header)
        added |= {place}
        source = replace(source, header=(*source.header, line))
    shared = {index: name for index, name in of_all.items() if name != line}
    fields = dict(sorted({**key, **shared, **own, place: line}.items()))
    return Sheet(_numbered(source, place, number), fields, (), {}, None, added)


def _families_apart(survey: Survey, sheet: Sheet) -> list[Sheet]:
    """A sheet with a row a child; then the rows of families of which no row says anything of a child."""
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    home = {index: name for index, name in sheet.fields.items() if name not in own}
    if not own & set(sheet.fields.values()) or not set(home.values()) - set(survey.child.shared):
        return [sheet]
    of_child = _have_answers(survey, sheet.source, [index for index in sheet.fields if index not in home])
    if of_child.all() or not of_child.any():
        return [sheet]
    alone = _have_answers(survey, sheet.source, home) & ~of_child
    key = pd.MultiIndex.from_frame(
        pd.DataFrame(
            {
                name: sheet.source.data.column(str(index)).cast(pa.string()).to_pandas().astype("str").str.strip()
                for index, name in home.items()
                if name in survey.key("household")
            }
        )
    )
    alone &= ~key.isin(key[of_child])
    if not alone.any():
        return [sheet]
    of_any_column: set[int | None] = {None, *range(len(sheet.source.header))}
    families = _rows_of(sheet.source, alone, of_any_column)
    rest = pa.array(~alone)
    children = replace(
        sheet.source,
        data=sheet.source.data.filter(rest),
        rows=sheet.source.rows[~alone],
        faults=tuple(fault for fault in sheet.source.faults if fault not in set(families.faults)),
    )
    return [replace(sheet, source=children), Sheet(families, home, (), {}, None, sheet.added)]


def _have_answers(survey: Survey, source: SourceTable, columns: Iterable[int]) -> npt.NDArray[np.bool_]:
    has_answers = np.zeros(len(source.rows), dtype=bool)
    for index in columns:
        if has_answers.all():
            break
        has_answers |= says_something(survey, source, index)
    return has_answers


def _no_number(source: SourceTable, columns: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Where a column of numbers says something that is none: somebody must look at it."""
    has_words = np.zeros(len(source.rows), dtype=bool)
    for index in columns:
        texts = source.data.column(str(index)).cast(pa.string()).to_pandas().astype("str").str.strip()
        has_words |= (
            texts.fillna("").ne("") & ~texts.str.fullmatch(r"\d+(?:\.0*)?").fillna(False).astype(bool)
        ).to_numpy()
    return has_words


def _rows_of(source: SourceTable, kept_rows: npt.NDArray[np.bool_], columns: Container[int | None]) -> SourceTable:
    """The rows that count, and what is wrong with the writing of cells of these columns in them."""
    rows = source.rows[kept_rows]
    kept = set(rows.tolist())
    faults = tuple(fault for fault in source.faults if fault.column in columns and fault.row in kept)
    evidence = {name: source.evidence[name] for name in _OF_ALL_ROWS if name in source.evidence}
    if titles := titles_of(source):
        evidence[TITLES] = "\n".join(titles)  # the village of these rows may stand there
    if sections := sections_of(source):
        evidence[SECTIONS] = "\n".join(f"{row}\t{text}" for row, text in sections)
    return replace(
        source, data=source.data.filter(pa.array(kept_rows)), rows=rows, faults=faults, evidence=evidence, left_out=()
    )


def _numbered(source: SourceTable, place: int, number: int) -> SourceTable:
    """The child's number in the column of this place, where the file itself does not say it."""
    line_number = str(number)
    if place < source.data.num_columns:
        texts = source.data.column(str(place)).cast(pa.string()).to_pylist()
    else:
        texts = [None] * len(source.rows)
    column = pa.array(
        [text if text and text.strip() else line_number for text in texts], pa.string()
    ).dictionary_encode()
    if place < source.data.num_columns:
        return replace(source, data=source.data.set_column(place, str(place), column))
    return replace(source, data=source.data.append_column(str(place), column))
