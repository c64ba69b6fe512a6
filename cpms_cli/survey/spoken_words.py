"""Words in a language that a translation adds, which know what they are in the fallback.

A sentence that the translation does not have is said in the fallback: the labels, years and sentences filled into it
are then said in the fallback as well, so that nobody reads a sentence in two languages. What has been put together with
other text since, as in a table, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from cpms_cli.survey.language import FALLBACK, LANGUAGES, Language


class SpokenWords(str):
    """A text in a language of a translation; `in_fallback` is the same in the fallback."""

    __slots__ = ("in_fallback",)
    in_fallback: str

    @classmethod
    def of(cls, text: str, in_fallback: str) -> Self:
        """Return a text that knows the other."""
        words = cls(text)
        words.in_fallback = in_fallback
        return words


def spoken_in(language: Language, value: object) -> object:
    """Return what is to be filled into a sentence of this language: words of a translation, as the fallback has them.

    >>> spoken_in("en", SpokenWords.of("မ", "Female")), spoken_in("my", SpokenWords.of("မ", "Female"))
    ('Female', 'မ')
    """
    return value.in_fallback if isinstance(value, SpokenWords) and language == FALLBACK else value


def is_of_translation(language: Language) -> bool:
    """Whether a language is one that a translation adds."""
    return language not in LANGUAGES


def joined_words(between: str, parts: Iterable[str]) -> str:
    """Return the parts as one text, which knows what it is in the fallback where one of them does.

    >>> joined_words(", ", ["a", "b"]), joined_words(", ", ["a", SpokenWords.of("မ", "Female")]).in_fallback
    ('a, b', 'a, Female')
    """
    listed = list(parts)
    text = between.join(listed)
    if not any(isinstance(part, SpokenWords) for part in listed):
        return text
    return SpokenWords.of(text, spoken_text(between).join(map(spoken_text, listed)))


def spoken_text(text: str) -> str:
    """Return a text as the fallback has it; any other text as it is."""
    return text.in_fallback if isinstance(text, SpokenWords) else text
