"""What every part of the definition is made of: words in its languages, and objects that nobody changes."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic import Field as Described

from cpms_cli.survey.language import FALLBACK, LANGUAGES, Language
from cpms_cli.survey.spoken_words import SpokenWords

__all__ = ["LANGUAGES", "Language", "Part", "Table", "Words"]

Table = Literal["household", "child"]


class Part(BaseModel):
    """A part of the definition: what is not known in it is a fault, and it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Words(Part):
    """The same words in the languages of the programme, and in those that translations add.

    Two are the same where they are in the languages of the programme: a translation is no part of what is meant.
    """

    en: str = Described(min_length=1)
    th: str = Described(min_length=1)
    _further: dict[Language, str] = PrivateAttr(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and self.written() == other.written()

    def __hash__(self) -> int:
        return hash(tuple(self.written().values()))

    def in_(self, language: Language) -> str:
        """The words in this language; in the fallback where it has none."""
        written = self.written()
        if text := self._further.get(language):
            return SpokenWords.of(text, written[FALLBACK])
        return written.get(language) or written[FALLBACK]

    def written(self) -> dict[Language, str]:
        """The words in the languages of the programme, by code."""
        return {language: getattr(self, language) for language in LANGUAGES}

    def translated(self) -> tuple[str, ...]:
        """The words in those languages that translations add."""
        return tuple(self._further.values())

    def also_in(self, language: Language, text: str) -> Self:
        """These words with those of a further language."""
        words = self.model_copy()
        words._further = {**self._further, language: text}
        return words
