"""A nickname in brackets behind a name, as officers write it: "สมชาย (ต้น)". It is no part of the name."""

from __future__ import annotations

import re

import pandas as pd

from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, texts_of, with_column
from cpms_cli.survey.model.definition import Survey

_IN_BRACKETS = re.compile(r"(?P<name>.*\S)\s*[(（](?P<nickname>[^()（）]{1,40})[)）]\s*", re.DOTALL)


def split_nickname(text: str) -> tuple[str, str]:
    """Return the name, and what stands in brackets behind it, "" where nothing does.

    >>> split_nickname("สมชาย ใจดี (ต้น)"), split_nickname("สมชาย ใจดี"), split_nickname("(ต้น)")
    (('สมชาย ใจดี', 'ต้น'), ('สมชาย ใจดี', ''), ('(ต้น)', ''))
    """
    parts = _IN_BRACKETS.fullmatch(text)
    return (parts["name"], parts["nickname"].strip()) if parts else (text, "")


def with_nicknames(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet in which what stands in brackets behind given names is the other name, where no column is that; it is
    told how many these are."""
    place, other = sheet.place(survey.role("given_name").name), survey.role("nickname").name
    if place is None or sheet.place(other) is not None or any(miss.field == other for miss in sheet.near.values()):
        return sheet
    names = texts_of(sheet, place)
    parts = names.map(split_nickname, na_action="ignore")
    nicknames = parts.map(lambda both: both[1] or None, na_action="ignore")
    if not nicknames.notna().any():
        return sheet
    plain = parts.map(lambda both: both[0], na_action="ignore")
    values = {"column": sheet.source.header[place], "count": str(int(nicknames.notna().sum()))}
    sheet = replace_texts(sheet, place, pd.Series(plain, dtype="str"))
    return with_column(sheet, other, pd.Series(nicknames, dtype="str"), Note("name_in_brackets", values))
