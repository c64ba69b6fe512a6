"""A nickname in brackets behind a name, as officers write it: "สมชาย (ต้น)". It is no part of the name.

What says something of the child in place of naming it ("ย้ายออก", "twin") is a remark: it stays where it stands, and is
told, since it may be an answer that nobody has entered.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from operator import itemgetter

from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, some_rows, texts_of, with_column
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_IN_BRACKETS = re.compile(r"(?P<name>.*\S)\s*[(（](?P<nickname>[^()（）]{1,40})[)）]\s*", re.DOTALL)


def split_nickname(text: str) -> tuple[str, str]:
    """Return the name, and what stands in brackets behind it, "" where nothing does.

    >>> split_nickname("สมชาย ใจดี (ต้น)"), split_nickname("สมชาย ใจดี"), split_nickname("(ต้น)")
    (('สมชาย ใจดี', 'ต้น'), ('สมชาย ใจดี', ''), ('(ต้น)', ''))
    """
    parts = _IN_BRACKETS.fullmatch(text)
    return (parts["name"], parts["nickname"].strip()) if parts else (text, "")


@cache
def _remarks() -> re.Pattern[str]:
    return re.compile("|".join(proposal_settings().remarks_beside_names))


def remark_in(text: str) -> str:
    """Return the words by which a text beside a name is a remark; "" where it is none.

    >>> remark_in("ย้ายออกแล้ว"), remark_in("ต้น"), remark_in("Moved away")
    ('ย้าย', '', 'moved')
    """
    remark = _remarks().search(text.casefold())
    return remark[0] if remark else ""


def with_nicknames(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet in which what stands in brackets behind given names is the other name, where no column is that; it is
    told how many these are, and which rows have a remark there."""
    place, other = sheet.place(survey.role("given_name").name), survey.names_of("nickname")
    if place is None:
        return sheet
    names = texts_of(sheet, place)
    if not names.str.contains("[)）]", na=False).any():
        return sheet
    parts = names.fillna("").map(split_nickname)
    beside = parts.map(itemgetter(1))
    remarks = beside.map(remark_in)
    column = sheet.source.header[place]
    if (remarks != "").any():
        rows = some_rows(sheet.source.rows[(remarks != "").to_numpy()])
        values = {"column": column, "words": ", ".join(dict.fromkeys(remarks[remarks != ""])), "rows": rows}
        sheet = replace(sheet, notes=(*sheet.notes, Note("name_remarks", values)))
    named = (beside != "") & (remarks == "")
    if not named.any() or not other or sheet.place(other[0]) is not None:
        return sheet
    if any(miss.field == other[0] for miss in sheet.near.values()):
        return sheet
    sheet = replace_texts(sheet, place, names.where(~named, parts.map(itemgetter(0))))
    note = Note("name_in_brackets", {"column": column, "count": str(int(named.sum()))})
    return with_column(sheet, other[0], beside.where(named, None).astype("str"), note)
