"""Where words end in a language that writes no space between them.

Its words stand in `locales/LANG/words.txt`. Of all ways to cut a text into them, the one is taken that leaves the
fewest letters over, of those the one of the fewest words, and of those the one whose first words are the longest. What
is left over is taken for one word: mostly a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.speech.traits import Lines
from cpms_cli.survey.yaml_files.location import LOCALES


@dataclass(frozen=True)
class Script:
    """The letters of a language whose lines may break between them, as a class of a regular expression, how they break,
    and its words."""

    letters: str
    lines: Lines
    words: frozenset[str]

    @cached_property
    def syllable(self) -> re.Pattern[str]:
        """What is never parted: a letter with its marks, and the vowel that is written before it."""
        before = f"[{re.escape(self.lines.before)}]*" if self.lines.before else ""
        marks = f"[{re.escape(self.lines.marks)}]*" if self.lines.marks else ""
        return re.compile(f"{before}.{marks}|.+", re.DOTALL)

    @cached_property
    def longest_word(self) -> int:
        """In letters and marks."""
        return max(map(len, self.words), default=0)


def _listed_words(language: str) -> frozenset[str]:
    file = LOCALES / language / "words.txt"
    lines = file.read_text("utf-8").split("\n") if file.is_file() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def broken_scripts() -> tuple[Script, ...]:
    """The scripts of the programme's languages whose lines may break between letters."""
    traits = {language: traits_of(language) for language in LANGUAGES}
    return tuple(
        Script(f"{of.letters[0]}-{of.letters[1]}", of.lines, _listed_words(language))
        for language, of in traits.items()
        if of.lines.between_letters and of.letters
    )


@lru_cache(maxsize=16_384)
def words_of(run: str, script: Script) -> tuple[str, ...]:
    """The words of a run of letters without a space.

    >>> words_of("ไม่ได้สำรวจในรอบล่าสุด", broken_scripts()[0])
    ('ไม่ได้', 'สำรวจ', 'ใน', 'รอบ', 'ล่าสุด')
    """
    syllables = script.syllable.findall(run)
    ends = [0]
    for syllable in syllables:
        ends.append(ends[-1] + len(syllable))
    # For each border: letters left over and words so far, and the border before, with whether a word lies between.
    best: list[tuple[int, int, int, bool]] = [(0, 0, 0, True)]
    for border in range(1, len(ends)):
        left_over, words, _, _ = best[border - 1]
        ways = [(left_over + 1, words, border - 1, False)]
        for begin in range(border - 1, -1, -1):
            if ends[border] - ends[begin] > script.longest_word:
                break
            if run[ends[begin] : ends[border]] in script.words:
                ways.append((best[begin][0], best[begin][1] + 1, begin, True))
        best.append(min(ways, key=lambda way: (way[0], way[1], -way[2])))
    return _joined(run, ends, best)


def _joined(run: str, ends: Sequence[int], best: Sequence[tuple[int, int, int, bool]]) -> tuple[str, ...]:
    """The words that lead to the last border; letters left over beside each other are one."""
    pieces: list[str] = []
    border, open_end = len(ends) - 1, False
    while border:
        _, _, begin, known = best[border]
        piece = run[ends[begin] : ends[border]]
        if open_end and not known:
            pieces[-1] = piece + pieces[-1]
        else:
            pieces.append(piece)
        border, open_end = begin, not known
    return tuple(reversed(pieces))
