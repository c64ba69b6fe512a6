"""Villages that a sheet tells by their number within a subdistrict: the column is found, and read as their codes.

The subdistrict may stand in a column beside, in a title, or be given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cpms_cli.reading.header.export_layouts import (
    subdistrict_words,
    village_number_words,
    village_perhaps_words,
    words_around_subdistrict,
)
from cpms_cli.reading.header.headers import is_headed
from cpms_cli.reading.layout.title_keys import are_village_numbers, subdistrict_of, village_in_subdistrict
from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, texts_of
from cpms_cli.survey.area_widths import SUBDISTRICT, VILLAGE
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import plain_digits

BY_NUMBER = "village_by_number"
"""The note of a sheet whose villages are read by their numbers."""


def _only_column(sheet: Sheet, headers: Sequence[str]) -> int | None:
    """The one unread column with one of these headers, in one language or two; None where it is not the only one."""
    header, exported = sheet.source.header, sheet.layout is not None
    places = [index for index in sheet.unknown if is_headed(header[index], headers, exported)]
    return places[0] if len(places) == 1 else None


def numbers_without_subdistrict(sheet: Sheet) -> str:
    """The header of a column with the numbers of villages, in a sheet without one for the subdistrict; else ""."""
    place = village_number_column(sheet) if _only_column(sheet, subdistrict_words()) is None else None
    return "" if place is None else sheet.source.header[place]


def village_number_column(sheet: Sheet) -> int | None:
    """The one unread column that has the numbers of villages: by its header, or by its header and all its cells."""
    place = _only_column(sheet, village_number_words())
    if place is not None or any(is_headed(header, village_number_words()) for header in sheet.source.header):
        return place
    perhaps = _only_column(sheet, village_perhaps_words())
    return None if perhaps is None or not are_village_numbers(texts_of(sheet, perhaps).dropna()) else perhaps


def villages_by_name(survey: Survey, sheet: Sheet, place: int, given: str | None) -> Sheet | None:
    """The sheet with the numbers of villages in one column written as their codes, where the column beside it names the
    subdistrict of each row; None where it does not, or some name may be of several."""
    beside = _only_column(sheet, subdistrict_words())
    if beside is None:
        return None
    numbers, names = texts_of(sheet, place), texts_of(sheet, beside)
    around = {
        area: column
        for area, words in words_around_subdistrict().items()
        if (column := _only_column(sheet, words)) is not None
    }
    areas = pd.DataFrame({"subdistrict": names, **{area: texts_of(sheet, column) for area, column in around.items()}})
    areas = areas[names.notna()].fillna("")
    codes = {
        cells: subdistrict_of(survey, sheet.source, cells[0], given, dict(zip(areas.columns, cells, strict=True)))
        for cells in areas.drop_duplicates().itertuples(index=False, name=None)
    }
    if not codes or None in codes.values():
        return None
    of_rows = dict(zip(areas.index, areas.itertuples(index=False, name=None), strict=True))
    villages = [
        village_in_subdistrict(number, codes[of_rows[row]] or "") if pd.notna(number) and row in of_rows else None
        for row, number in enumerate(numbers)
    ]
    if not any(villages):
        return None
    headers = {"column": sheet.source.header[place], "beside": sheet.source.header[beside]}
    read = _read_as_village(survey, sheet, (place, beside, *around.values()), Note("village_by_name", headers))
    return replace_texts(read, place, pd.Series(villages, dtype="str").fillna(numbers))


def _read_as_village(survey: Survey, sheet: Sheet, places: tuple[int, ...], note: Note) -> Sheet:
    """The sheet whose column at the first of some places is the village, the others being read with it."""
    return replace(
        sheet,
        fields=dict(sorted({**sheet.fields, places[0]: survey.role("village").name}.items())),
        unknown=tuple(index for index in sheet.unknown if index not in places),
        unread=tuple(column for column in sheet.unread if column.index not in places),
        notes=(*sheet.notes, note),
    )


def villages_by_code(survey: Survey, sheet: Sheet, place: int) -> Sheet:
    """The sheet with a column for the numbers of villages read as the village, where all its cells are whole codes;
    itself where they are not."""
    texts = texts_of(sheet, place)
    codes = {text: _whole_code(survey, text) for text in texts.dropna().unique()}
    if not codes or None in codes.values():
        return sheet
    read = _read_as_village(survey, sheet, (place,), Note("village_by_code", {"column": sheet.source.header[place]}))
    return replace_texts(read, place, texts.map(codes, na_action="ignore"))


def _whole_code(survey: Survey, text: str) -> str | None:
    """The code of a village that a cell has in full, of a subdistrict that is known; None where it has none."""
    code = plain_digits(text).strip().removesuffix(".0")
    return code if len(code) == VILLAGE and code.isdecimal() and code[:SUBDISTRICT] in survey.areas else None


def villages_by_number(survey: Survey, sheet: Sheet, place: int, subdistrict: str) -> Sheet:
    """The sheet with the numbers of villages in one column written as their codes; itself where there are none.

    Some cells may have the whole code.
    """
    texts = texts_of(sheet, place)
    cells = list(texts.dropna().unique())
    numbers = {text: code for text in cells if (code := village_in_subdistrict(text, subdistrict)) is not None}
    codes = {text: code for text in cells if (code := numbers.get(text) or _whole_code(survey, text)) is not None}
    if not numbers or (place not in sheet.fields and len(codes) < len(cells)):
        return sheet
    note = Note(BY_NUMBER, {"column": sheet.source.header[place], "subdistrict": subdistrict})
    read = _read_as_village(survey, sheet, (place,), note)
    return replace_texts(read, place, texts.map(lambda text: codes.get(text, text), na_action="ignore"))
