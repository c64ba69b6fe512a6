"""Homes of a list that has no house numbers: known by the name of the household's head, within a village and round.

In place of the number stands a code made of the name alone, so that the same name is the same home in every file and
nobody's name becomes a key. Two families may have heads of one name: where the sheet itself says so, their rows get no
code and wait for a house number; where it does not, but they stand apart in the list, that is told.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pandas as pd

from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, some_rows, texts_of
from cpms_cli.reading.value.personal_names import without_title
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.plain_text import compared_text
from cpms_cli.survey.proposals.header_words import identifies_head, names_head

BY_HEAD = "home_by_head"
_LETTERS, _LENGTH = "BCDFGHJKLMNPQRSTVWXZ", 8  # 20 ** 8 codes: two names of a village hardly ever share one


def with_heads_as_homes(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with its column of heads' names as the house's number, where no column is or may be that; else itself.

    Several columns, as given and family name, are one name.
    """
    house = survey.role("household").name
    if sheet.place(house) is not None or any(miss.field == house for miss in sheet.near.values()):
        return sheet
    places = [index for index in range(len(sheet.source.header)) if _holds_heads(survey, sheet, index)]
    if not places:
        return sheet
    parts = pd.DataFrame({index: texts_of(sheet, index) for index in places})
    whole = parts.fillna("").agg(" ".join, axis=1).str.strip()
    used = set(places)
    read = replace(
        sheet,
        fields=dict(sorted({**sheet.fields, places[0]: house}.items())),
        unknown=tuple(index for index in sheet.unknown if index not in used),
        unread=tuple(column for column in sheet.unread if column.index not in used),
    )
    return replace_texts(read, places[0], whole.where(whole != ""))


def _holds_heads(survey: Survey, sheet: Sheet, index: int) -> bool:
    """Whether a column that is no question is headed as the name of the head, and holds names."""
    source = sheet.source
    if index in sheet.fields or not names_head(f"{source.group(index)} {source.header[index]}"):
        return False
    texts = texts_of(sheet, index).dropna()
    plain = texts.str.strip()
    return len(plain) > 0 and not (plain.map(folded).isin(survey.answer_spellings) | plain.str.isdecimal()).any()


def with_codes_of_homes(survey: Survey, sheet: Sheet, before: Sheet) -> Sheet:
    """The sheet with a code in place of each head's name; `before` has the names as they were written, in which a blank
    cell may have been filled from the row above since."""
    place = sheet.place(survey.role("household").name)
    if place is None:
        return sheet
    names = texts_of(sheet, place).map(lambda name: _compared(survey, name), na_action="ignore")
    starts = _starts(names, texts_of(before, place).notna())
    doubtful, apart = [], []
    for name, rows in names.groupby(names):
        if _says_two_families(survey, sheet, rows.index):
            doubtful.append(name)
        elif starts[rows.index].sum() > 1:
            apart.append(name)
    codes = names.map({name: _code(str(name)) for name in names.dropna().unique()})
    notes = [
        Note(message, {"rows": some_rows(sheet.source.rows[names.isin(listed).to_numpy()])})
        for message, listed in (("heads_two_families", doubtful), ("heads_apart", apart))
        if listed
    ]
    by_head = Note(BY_HEAD, {"column": sheet.source.header[place], "count": str(codes.nunique() - len(doubtful))})
    read = replace(sheet, notes=(*sheet.notes, by_head, *notes))
    return replace_texts(read, place, codes.where(~names.isin(doubtful)))


def _compared(survey: Survey, name: str) -> str:
    """A name as two of them are compared: without its title, however it is spaced."""
    return "".join(compared_text(without_title(survey, " ".join(name.split()))).split())


def _code(name: str) -> str:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big")
    letters = (_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_LENGTH))
    return "H-" + "".join(letters)


def _starts(names: pd.Series, written: pd.Series) -> pd.Series:
    """Which rows begin a family: those whose name is another than above, and, in a list that has a name in the first
    row of a family alone, each in which it is written."""
    begins = names.notna() & (names != names.shift())
    in_first_rows = bool((names.notna() & ~written).any())
    return begins | (written & names.notna()) if in_first_rows else begins


def _says_two_families(survey: Survey, sheet: Sheet, rows: pd.Index) -> bool:
    """Whether rows of one head's name say two things of the home, or of the head's card."""
    of_home = {field.name for field in survey.household.fields} - set(survey.key("household"))
    about_home = [
        index
        for index, header in enumerate(sheet.source.header)
        if sheet.fields.get(index) in of_home or (index not in sheet.fields and identifies_head(header))
    ]
    return any(texts_of(sheet, index)[rows].dropna().map(compared_text).nunique() > 1 for index in about_home)
