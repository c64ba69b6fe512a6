"""How names are written and said, as the files of `names/` say: one per script, and the words of respect."""

from __future__ import annotations

import re
import warnings
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cpms_cli.survey.model.settings.endless import can_be_endless
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part, Words

_LONGEST = 500
_VOWEL = re.compile("[wyl]?[aeiou]{2}[nt]?")

# What begins a syllable, in letters of Latin; `cpms_cli.linking.names.phones` has a code for each.
Onset = Literal["k", "c", "s", "th", "t", "p", "f", "m", "n", "ng", "ny", "l", "r", "y", "w", "h", ""]


def _readable(text: str) -> str:
    if len(text) > _LONGEST:
        raise FaultyPart("expression_long", count=_LONGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # of a bracket that means nothing now
            re.compile(text)
    except (re.error, FutureWarning) as error:
        raise FaultyPart("no_expression", reason=str(error)) from None
    return text


def _expression(text: str) -> str:
    if len(text) <= _LONGEST and can_be_endless(text):
        raise FaultyPart("expression_repeats")
    return _readable(text)


def _letters(text: str) -> str:
    _expression(f"[{text}]")
    return text


def _vowel(code: str) -> str:
    if code and not _VOWEL.fullmatch(code):
        raise FaultyPart("no_vowel", code=code)
    return code


def _rewriting(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        re.compile(pair[0]).sub(pair[1], "")
    except (re.error, IndexError) as error:
        raise FaultyPart("rewriting", reason=str(error)) from None
    return pair


ReadableExpression = Annotated[str, AfterValidator(_readable)]
"""A regular expression. The proof judges whether it can be endless: a definition that a store keeps may have one."""
Expression = Annotated[str, AfterValidator(_expression)]
Letters = Annotated[str, AfterValidator(_letters)]
VowelCode = Annotated[str, AfterValidator(_vowel)]
Rewriting = Annotated[tuple[Expression, str], AfterValidator(_rewriting)]


class ScriptTable(Part):
    """One script: `letters`, what shows a language within it (`shown_by`), and how its syllables are read.

    `replace` is done first. A syllable is one of `vowels` (pattern, code) in its `frame`; `begins` and `ends` have the
    letters of each sound, `within` the signs between them, `together` two sounds that are one. `alphabet_of` names the
    script whose `begins` are its own as well.
    """

    label: Words | None = None
    letters: Letters
    shown_by: Expression | None = None
    alphabet_of: str | None = None
    frame: Literal["V", "C?VK?"]
    replace: tuple[Rewriting, ...] = ()
    begins: dict[Onset, tuple[str, ...]]
    within: dict[str, str] = Field(default_factory=dict)
    together: dict[str, Onset] = Field(default_factory=dict)
    ends: dict[Literal["n", "t", ""], tuple[str, ...]] = Field(default_factory=dict)
    not_before: Expression = "(?!)"
    ends_before_vowel: tuple[str, ...] = ()
    vowels: tuple[tuple[Expression, VowelCode], ...]


class LettersAsThai(Part):
    """A script whose letters have Thai ones of the same sound: what is rewritten first (`before`), and each letter."""

    label: Words | None = None
    letters: Letters
    as_thai: dict[str, str]
    before: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _letter_by_letter(self) -> Self:
        longer = [letter for letter in self.as_thai if len(letter) != 1]
        if longer:
            raise FaultyPart("one_letter", text=longer[0])
        return self


class Respect(Part):
    """The words of respect of one language, and the account of them.

    `replace`: sounds that hands put for one another in names of this language alone, rewritten only to compare loosely.
    """

    source: str
    label: Words | None = None
    words: tuple[str, ...]
    replace: tuple[Rewriting, ...] = ()


class Prefixes(Part):
    """Words of respect before a name, by language; `shared_scripts`: those in which several languages write.

    `family_begins`: words with which a family name of several words begins.
    """

    shared_scripts: frozenset[str] = frozenset()
    family_begins: frozenset[str] = frozenset()
    languages: dict[str, Respect]


class NameTables(Part):
    """The files of `names/`: scripts by name, those read as Thai, and the words of respect."""

    scripts: dict[str, ScriptTable] = Field(default_factory=dict)
    as_thai: dict[str, LettersAsThai] = Field(default_factory=dict)
    prefixes: Prefixes = Prefixes(languages={})
