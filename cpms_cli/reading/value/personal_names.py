"""Titles before a name, as the definition lists them: what is a title, what is the name, and the sex a title tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from cpms_cli.survey.model.definition import Survey

_MOSTLY, _HALF, _SOME = 0.8, 0.5, 0.3
_BRACKETS_AT_END = re.compile(r"(?<=\S)\s*[(（][^()（）]*[)）]\s*$")
_WHITE_BEHIND_POINT = re.compile(r"\.\s+")
# What a Thai name can begin with: a consonant, or a vowel that is written before one.
_NAME_FOLLOWS = r"(?=[ก-ฮเแโใไ])"


@lru_cache(maxsize=8)
def _pattern(survey: Survey) -> re.Pattern[str]:
    """A title, and something of a name after it: a title that stands alone is all there is, and stays."""
    longest = sorted(survey.titles, key=lambda title: -len(title.title))
    apart = "|".join(_spaced(title.title) for title in longest)
    joined = "|".join(_spaced(title.title) for title in longest if title.joined)
    form = rf"(?:(?P<apart>{apart})\s+|(?P<joined>{joined})\s*{_NAME_FOLLOWS})(?P<name>\S.*)$"
    return re.compile(form, re.IGNORECASE | re.DOTALL)


def _spaced(title: str) -> str:
    """What finds a title, also with spaces behind the points within it: "ด. ช."."""
    return r"\.\s*".join(map(re.escape, title.rstrip(".").split("."))) + re.escape("." * title.endswith("."))


@lru_cache(maxsize=8)
def _titles(survey: Survey) -> frozenset[str]:
    return frozenset(title.title.casefold() for title in survey.titles)


def split_titles(survey: Survey, names: pd.Series) -> pd.DataFrame:
    """Names without white space at their ends, split into `title` (NA where there is none) and `name`.

    A title is taken off only where more follows: after a space, or at once where the definition says that it is
    written so (เด็กชายสมชาย). Letters of other names that look like a title (Maya, มา) are left alone, and so is a name
    that would be a title alone: Ma Ma and Ko Ko are names.
    """
    parts = [split_title(survey, name) for name in names]
    return pd.DataFrame(parts, columns=["title", "name"], index=names.index, dtype="str")


def split_title(survey: Survey, name: str) -> tuple[str | None, str]:
    """Return the title before one name, None where there is none, and the name alone."""
    parts = _pattern(survey).match(name)
    if parts is None or parts["name"].casefold() in _titles(survey):
        return None, name
    return _WHITE_BEHIND_POINT.sub(".", parts["apart"] or parts["joined"]), parts["name"]


def without_title(survey: Survey, name: str) -> str:
    """Return the name alone."""
    return split_title(survey, name)[1]


def split_family_name(survey: Survey, name: str) -> tuple[str, str]:
    """Return a name without its family name, and that, "" where it has one word: the last word, or all from a word on
    that begins one; by a comma, what stands before it. A title stays before what remains.

    What stands in brackets at the end is no family name.
    """
    if brackets := _BRACKETS_AT_END.search(name):
        first, family = split_family_name(survey, name[: brackets.start()])
        return f"{first} {brackets[0].strip()}", family
    last, comma, first = name.partition(",")
    if comma and first.strip():
        return first.strip(), last.strip()
    plain = without_title(survey, name)
    words, family_begins = plain.split() or [""], survey.linking.names.prefixes.family_begins
    begins = (place for place, word in enumerate(words[1:-1], start=1) if word.casefold() in family_begins)
    place = next(begins, max(1, len(words) - 1))
    return name[: len(name) - len(plain)] + " ".join(words[:place]), " ".join(words[place:])


def parts_of_names(survey: Survey, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the two parts of each name that is there, without its title; the second is "" where it has one word, or
    all of it is one family name."""
    plain = (without_title(survey, _BRACKETS_AT_END.sub("", name.strip())) for name in names if name.strip())
    parts = [split_family_name(survey, name) for name in plain]
    family_begins = survey.linking.names.prefixes.family_begins
    return [(first, "" if first.casefold() in family_begins else family) for first, family in parts]


def whole_names_among(survey: Survey, names: Sequence[str]) -> int:
    """How many of some given names have a second word, which may be the family name; 0 where these are a few, as second
    given names are."""
    parts = parts_of_names(survey, names)
    whole = sum(bool(family) for _, family in parts)
    return whole if whole >= _SOME * len(parts) else 0


def more_than_family_names(survey: Survey, names: Sequence[str]) -> int:
    """How many of some family names have several words or a title before them, as no family has; 0 where these are a
    few."""
    plain = [name.strip() for name in names if name.strip()]
    more = sum(
        bool(family) or split_title(survey, name)[0] is not None
        for name, (_, family) in zip(plain, parts_of_names(survey, plain), strict=True)
    )
    return more if more >= _SOME * len(plain) else 0


def end_in_family_names(survey: Survey, names: Sequence[str]) -> bool:
    """Whether most of some names have a second part, and more than half of them one word before it: the family name.

    Where most have three words or more, as by customs without family names, it cannot be told.
    """
    parts = parts_of_names(survey, names)
    whole = [first for first, family in parts if family]
    plain = sum(len(first.split()) == 1 for first in whole)
    return bool(parts) and len(whole) >= _MOSTLY * len(parts) and plain > _HALF * len(parts)


def sex_of_title(survey: Survey, titles: pd.Series) -> pd.Series:
    """The code of the sex that each title tells; NA for no title."""
    sexes = {title.title.casefold(): title.sex for title in survey.titles}
    return titles.str.casefold().map(sexes).astype("str")
