"""What every part of the definition is made of: words in two languages, and objects that nobody changes."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

Language = Literal["en", "th"]
LANGUAGES: tuple[Language, ...] = ("en", "th")
Table = Literal["household", "child"]


class Part(BaseModel):
    """A part of the definition: what is not known in it is a fault, and it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Words(Part):
    """The same words in the two languages of the programme."""

    en: str = Described(min_length=1)
    th: str = Described(min_length=1)

    def in_(self, language: Language) -> str:
        """The words in this language."""
        return self.th if language == "th" else self.en
