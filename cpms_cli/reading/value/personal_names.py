"""Titles before a name, as the definition lists them: what is a title, what is the name, and the sex a title tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from cpms_cli.survey.model.definition import Survey

_MOSTLY = 0.8
# What a Thai name can begin with: a consonant, or a vowel that is written before one.
_NAME_FOLLOWS = r"(?=[ก-ฮเแโใไ])"


@lru_cache(maxsize=8)
def _pattern(survey: Survey) -> re.Pattern[str]:
    """A title, and something of a name after it: a title that stands alone is all there is, and stays."""
    longest = sorted(survey.titles, key=lambda title: -len(title.title))
    apart = "|".join(re.escape(title.title) for title in longest)
    joined = "|".join(re.escape(title.title) for title in longest if title.joined)
    form = rf"(?:(?P<apart>{apart})\s+|(?P<joined>{joined})\s*{_NAME_FOLLOWS})(?P<name>\S.*)$"
    return re.compile(form, re.IGNORECASE | re.DOTALL)


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
    return parts["apart"] or parts["joined"], parts["name"]


def without_title(survey: Survey, name: str) -> str:
    """Return the name alone."""
    return split_title(survey, name)[1]


def are_whole_names(survey: Survey, names: Sequence[str]) -> bool:
    """Whether most of some names have more than one word behind their title: a family name may be among them."""
    words = [len(without_title(survey, name).split()) for name in names if name.strip()]
    return bool(words) and sum(count > 1 for count in words) >= _MOSTLY * len(words)


def sex_of_title(survey: Survey, titles: pd.Series) -> pd.Series:
    """The code of the sex that each title tells; NA for no title."""
    sexes = {title.title.casefold(): title.sex for title in survey.titles}
    return titles.str.casefold().map(sexes).astype("str")
