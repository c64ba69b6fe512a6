"""What the numbers in a list mean, where its header or the lines above it say so: "1=ใช่ 2=ไม่ใช่ 9=ไม่ทราบ"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cpms_cli.reading.sheet.title_keys import titles_of
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import plain_digits

_MEANING = re.compile(r"(?<![\d.])(\d{1,2})\s*[=:]\s*([^\d=:,;()\[\]\n]+)")


def meaning_in_legend(survey: Survey, source: SourceTable, index: int, field: Field, text: str) -> str | None:
    """Return the code that a number stands for as an answer to a field: by its column's header, else by the lines
    above; None where they do not say it, or say two."""
    number = plain_digits(text).strip()
    if survey.codes(field) is None or not number.isdecimal():
        return None
    known = survey.spellings(field)
    for lines in ((source.header[index],), tuple(titles_of(source))):
        meant = {known[word] for word in _legend(lines).get(int(number), ()) if word in known}
        if meant:
            return meant.pop() if len(meant) == 1 else None
    return None


@lru_cache(maxsize=256)
def _legend(lines: Iterable[str]) -> dict[int, frozenset[str]]:
    """The words that numbers stand for, folded, by the number.

    >>> sorted(_legend(("1=ใช่ 2 = ไม่ใช่",)).items())
    [(1, frozenset({'ใช่'})), (2, frozenset({'ไม่ใช่'}))]
    """
    words: dict[int, frozenset[str]] = {}
    for line in lines:
        for match in _MEANING.finditer(plain_digits(line)):
            number = int(match[1])
            words[number] = words.get(number, frozenset()) | {folded(match[2].strip())}
    return words
