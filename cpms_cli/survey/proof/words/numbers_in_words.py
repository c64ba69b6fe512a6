"""Numbers in a sentence that are ages, hours or the like, by the words that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cpms_cli.survey.yaml_files.limits import Limits, Neighbours, SpokenNumbers
from cpms_cli.survey.yaml_files.quoting import without_quotes

_QUOTE = "\x00"  # stands for a limit that is quoted
# Four digits and more are years and codes; what is joined to others by a stroke or a point is a date or a fraction.
_DIGITS = r"(?<![\d.,/{])\d{1,3}(?![\d/%]|[.,]\d)"
_LATIN = "A-Za-z"


class NumberFinder:
    """Finds numbers that are written out; made once for the limits of a definition.

    >>> from cpms_cli.survey.yaml_files.limits import Unit
    >>> spoken = {"en": {"numbers": ["two", "ten"], "between": ["to"]}}
    >>> beside = {"en": {"before": ["under"], "after": ["years"]}}
    >>> years = Unit(name="years", label={"en": "years", "th": "ปี"}, beside=beside)
    >>> finder = NumberFinder(Limits(spoken=spoken, units=[years]))
    >>> finder.numbers("a child under ten, 7 to 15 years, with 3 of 13 digits, 1 to $last years", "en")
    ['ten', '7', '15']
    """

    def __init__(self, limits: Limits) -> None:
        self._numbers = {
            language: re.compile(_number(spoken), re.IGNORECASE) for language, spoken in limits.spoken.items()
        }
        self._patterns = {
            language: _pattern(spoken, [unit.beside[language] for unit in limits.units if language in unit.beside])
            for language, spoken in limits.spoken.items()
        }

    def numbers(self, text: str, language: str) -> list[str]:
        """Return the numbers in a text of this language that words beside them say are of a unit, in their order.

        A limit that is quoted (`$name`), 0 and 1 are none.
        """
        # Most texts have no number at all, which is seen sooner than that no word of a unit stands beside one.
        if language not in self._patterns or not self._numbers[language].search(text):
            return []
        spans = [match[0] for match in self._patterns[language].finditer(without_quotes(text, _QUOTE))]
        numbers = [match[0] for span in spans for match in self._numbers[language].finditer(span)]
        return [text for text in numbers if not text.isdecimal() or int(text) > 1]


def _number(spoken: SpokenNumbers) -> str:
    return f"(?:{_DIGITS}|{_any_word(spoken.numbers)})"


def _pattern(spoken: SpokenNumbers, beside: Iterable[Neighbours]) -> re.Pattern[str]:
    """A pattern of numbers with a word of a unit before or after; several that are joined ("7 to 15") are one."""
    neighbours = list(beside)
    before = _any_word(word for own in neighbours for word in own.before)
    after = _any_word(word for own in neighbours for word in own.after)
    item = f"(?:{_number(spoken)}|{_QUOTE})"
    joined = f"{item}(?:(?: ?[-–,] ?| ?{_any_word(spoken.between)} ?){item})*"
    return re.compile(f"{before} ?{joined}|{joined}[ -]?{after}", re.IGNORECASE)


def _any_word(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first; a word of Latin letters is a word by itself."""
    longest_first = sorted(words, key=len, reverse=True)
    return f"(?<![{_LATIN}])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![{_LATIN}])"
