"""Where the lines of a language may break: widths count cells of the terminal.

Vowels and tone marks over and under a letter have no width of their own. Thai writes no space between words, so a
line breaks at a space (between phrases), else before a vowel that is written in front of its syllable, else between
two letters with their marks; never between a letter and its mark. The traits of a language say which letters these are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len

from cpms_cli.survey.speech.traits import Lines


@lru_cache(maxsize=8)
def _letter(marks: str) -> re.Pattern[str]:
    """A letter with the marks that stay with it."""
    return re.compile(f".[{re.escape(marks)}]*" if marks else ".", re.DOTALL)


def _pieces(word: str, width: int, lines: Lines) -> Iterator[str]:
    """A run without spaces in parts of at most `width` cells."""
    letters = _letter(lines.marks).findall(word)
    while letters:
        fits = 0
        while fits < len(letters) and cell_len("".join(letters[: fits + 1])) <= width:
            fits += 1
        fits = max(fits, 1)
        if fits < len(letters):
            before = [number for number in range(fits // 2, fits + 1) if number and letters[number][0] in lines.before]
            fits = before[-1] if before else fits
        yield "".join(letters[:fits])
        letters = letters[fits:]


def wrapped(text: str, width: int, breaking: Lines) -> list[str]:
    """A paragraph in lines of at most `width` cells; an option or a file name of Latin letters is left whole, and so is
    a word of a language that is broken at spaces alone."""
    lines = [""]
    for word in text.split():
        if not lines[-1] or cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
        if breaking.between_letters and cell_len(lines[-1]) > width and not lines[-1].isascii():
            lines[-1:] = list(_pieces(lines[-1], width, breaking))
    return lines
