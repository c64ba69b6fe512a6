"""Lines between the rows that head a family, "ครอบครัวที่ 2 บ้านเลขที่ 112/4 นางแดง": the rows below have none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pandas as pd

from cpms_cli.reading.layout.title_keys import FAMILY, sections_of
from cpms_cli.reading.sheet.sheets import Note, Sheet, with_column
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_HOUSE = re.compile(
    r"[\s(*\-–—:]*(?:\d{1,4}\s*[.)]\s*)?"
    rf"(?:{FAMILY}\s*(?:ที่|no\.?)?\s*\d{{0,4}}[\s:,.\-–—(]*)?"
    r"(?:บ้านเลขที่|เลขที่บ้าน|บ้าน\s+เลขที่|house\s*(?:no\.?|number|#)?)\s*[:.]?\s*(?P<house>\d{1,4}(?:\s*/\s*\d{1,4})?)"
    r"(?![\d/])(?P<rest>[^\n]{0,100})",
    re.IGNORECASE,
)
_SHOWN = 5


@cache
def _remarks() -> re.Pattern[str]:
    return re.compile("|".join(proposal_settings().remarks_beside_names), re.IGNORECASE)


def with_houses_of_lines(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with the house of each row in a column, of which lines between the rows say it for those below them.

    Where another line comes between, as the name of a village, or one of a house that says more than who lives there,
    the rows below have none, and are set aside. A sheet with a column for the house, or nearly one, stays as it is.
    """
    name = survey.role("household").name
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    is_near = any(miss.field == name for miss in sheet.near.values())
    lines = dict(_lines(sheet.source))
    if is_near or sheet.place(name) is not None or not any(lines.values()) or not own & set(sheet.fields.values()):
        return sheet
    houses = pd.Series(None, index=range(len(sheet.source.rows)), dtype="str")
    for row, house in sorted(lines.items()):
        houses[sheet.source.rows > row] = house
    shown = [f"{house or '-'} ({row})" for row, house in sorted(lines.items())]
    more = ", …" if len(shown) > _SHOWN else ""
    return with_column(sheet, name, houses, Note("house_from_lines", {"houses": ", ".join(shown[:_SHOWN]) + more}))


def _lines(source: SourceTable) -> Iterator[tuple[int, str | None]]:
    """The row of each line that begins a house or ends one, and the house's number."""
    yield from ((row, None) for row, _ in sections_of(source))
    for left in source.left_out:
        line = " ".join(plain_digits(left.text).split())
        match = _HOUSE.fullmatch(line) if left.kind in ("title", "note") and left.row > source.header_row else None
        if match:
            is_plain = not re.search(r"\d", match["rest"]) and not _remarks().search(match["rest"])
            yield left.row, re.sub(r"\s", "", match["house"]) if is_plain else None
