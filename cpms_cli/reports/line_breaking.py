"""Where lines break: widths count cells of the terminal.

Vowels and tone marks over and under a letter have no width of their own. Thai writes no space between words, so that a
line breaks at a space or between two words (`survey.proposals.word_borders`); within a word only where it is longer
than a line, and never between a letter and its marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from rich.cells import cell_len

from cpms_cli.survey.proposals.word_borders import Script, broken_scripts, words_of

_OPENING = "([{<‘“"
_ABBREVIATES = "."
_QUOTES = "'\""  # which open as well as close


@cache
def _runs() -> tuple[tuple[Script, re.Pattern[str]], ...]:
    return tuple((script, re.compile(f"([{script.letters}]+)")) for script in broken_scripts())


def _script_of(text: str) -> tuple[Script, re.Pattern[str]] | None:
    """The first script of a text whose lines may break between letters."""
    if text.isascii():
        return None
    return next(((script, run) for script, run in _runs() if run.search(text)), None)


def breaks_between_letters(text: str) -> bool:
    """Whether the lines of a text break elsewhere than at its spaces."""
    return _script_of(text) is not None


@lru_cache(maxsize=16_384)
def pieces_of(chunk: str) -> tuple[str, ...]:
    """The parts of a chunk without spaces between which a line may break; signs stay with what they belong to.

    >>> pieces_of("(ไม่มี/มี)"), pieces_of("--annotate"), pieces_of("พ.ศ.")
    (('(ไม่มี/', 'มี)'), ('--annotate',), ('พ.ศ.',))
    """
    chosen = _script_of(chunk)
    if chosen is None:
        return (chunk,)
    script, run = chosen
    pieces: list[str] = []
    for number, part in enumerate(run.split(chunk)):
        for piece in words_of(part, script) if number % 2 else filter(None, [part]):
            opened = pieces and pieces[-1][-1] in _OPENING + _QUOTES + _ABBREVIATES
            if opened or (pieces and not number % 2 and not piece[0].isalnum() and piece[0] not in _OPENING):
                pieces[-1] += piece
            else:
                pieces.append(piece)
    return tuple(pieces)


def _letters_fitting(word: str, width: int) -> Iterator[str]:
    """A word that is longer than a line, in parts of at most `width` cells; whole where its script is not broken."""
    chosen = _script_of(word)
    if chosen is None:
        yield word
        return
    line = ""
    for syllable in chosen[0].syllable.findall(word):
        if line and cell_len(line + syllable) > width:
            yield line
            line = ""
        line += syllable
    yield line


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most `width` cells; an option or a file name of Latin letters is left whole, and so is
    a word of a language that is broken at spaces alone."""
    lines = [""]
    for chunk in text.split():
        for number, piece in enumerate(pieces_of(chunk)):
            between = " " if number == 0 and lines[-1] else ""
            if cell_len(lines[-1]) + len(between) + cell_len(piece) <= width:
                lines[-1] += between + piece
                continue
            if lines[-1]:
                lines.append("")
            lines[-1:] = _letters_fitting(piece, width)
    return lines


def wrapped_lines(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` cells: what fits stays as it is, and what is indented is indented further."""
    lines: list[str] = []
    for line in text.split("\n"):
        if cell_len(line) <= width:
            lines.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        lines += [indent + part for part in wrapped(line, max(width - len(indent), 1))]
    return lines


@lru_cache(maxsize=16_384)
def longest_piece(text: str) -> int:
    """The cells of the longest part of a text between which and the next a line may break."""
    return max((cell_len(piece) for chunk in text.split() for piece in pieces_of(chunk)), default=0)
