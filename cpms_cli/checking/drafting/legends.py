"""What the numbers in a list mean, where its header, the lines above it or a sheet beside it say so: "1=ใช่ 2=ไม่ใช่"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.layout.title_keys import titles_of
from cpms_cli.reading.source import SheetNotRead, SourceTable
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import plain_digits

_DIGITS = 2
_MEANING = re.compile(r"(?<![\d.])(\d{1,2})\s*[=:]\s*([^\d=:,;()\[\]\n]+)")


def words_in_legend(survey: Survey, source: SourceTable, index: int, field: Field, text: str) -> frozenset[str]:
    """Return the words that a number stands for as an answer to a field: by its column's header, else by a sheet beside
    it that names the header, else by the lines above; none where they do not say it.

    Of several words, those that are answers to the field.
    """
    number = plain_digits(text).strip()
    if survey.codes(field) is None or not _is_number(number):
        return frozenset()
    header = source.header[index]
    known = survey.spellings(field)
    for legend in (_legend((header,)), _on_sheets(source.not_read, header), _legend(tuple(titles_of(source)))):
        words = legend.get(int(number), frozenset())
        if words:
            return frozenset(word for word in words if word in known) or words
    return frozenset()


def texts_by_legend(header: str, texts: Sequence[str]) -> list[str]:
    """Return cells as words, where the header says what each number among them stands for; else as they are.

    >>> texts_by_legend("Gender (1=M, 2=F)", ["1", "2"]), texts_by_legend("Gender (1=M)", ["1", "2"])
    (['m', 'f'], ['1', '2'])
    """
    legend = _legend((header,))
    numbers = [int(plain_digits(text)) if _is_number(text.strip()) else None for text in texts]
    words = [min(legend.get(number, ()), default=None) if number is not None else None for number in numbers]
    return list(texts) if None in words else [word for word in words if word is not None]


@lru_cache(maxsize=256)
def _on_sheets(sheets: tuple[SheetNotRead, ...], header: str) -> dict[int, frozenset[str]]:
    """What sheets beside the data say of a header: its name in a cell, and in that row, or in those below it that name
    nothing else, a number and the word beside it."""
    words: dict[int, frozenset[str]] = {}
    wanted = spelt(header)
    for sheet in sheets:
        is_meant = False
        for row in sheet.top:
            cells = [cell.strip() for cell in row]
            filled = [place for place, cell in enumerate(cells) if cell]
            if any(spelt(cells[place]) == wanted for place in filled):
                is_meant = True
            elif filled and filled[0] == 0 and not _is_number(cells[0]):
                is_meant = False
            if not is_meant:
                continue
            pairs = [(cells[left], cells[right]) for left, right in pairwise(filled) if _is_number(cells[left])]
            meant = {int(plain_digits(left)): folded(right) for left, right in pairs[:1] if not _is_number(right)}
            for number, word in meant.items():
                words[number] = words.get(number, frozenset()) | {word}
            for number, more in _legend(tuple(cells)).items():
                words[number] = words.get(number, frozenset()) | more
    return words


def _is_number(cell: str) -> bool:
    plain = plain_digits(cell)
    return plain.isdecimal() and len(plain) <= _DIGITS


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
