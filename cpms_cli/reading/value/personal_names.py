"""Titles before a name, as the definition lists them: what is a title, what is the name, and the sex a title tells."""

from __future__ import annotations

import re

import pandas as pd

from cpms_cli.survey.model.definition import Survey

# What a Thai name can begin with: a consonant, or a vowel that is written before one.
_NAME_FOLLOWS = r"(?=[ก-ฮเแโใไ])"


def _pattern(survey: Survey) -> str:
    """A title, and something of a name after it: a title that stands alone is all there is, and stays."""
    longest = sorted(survey.titles, key=lambda title: -len(title.title))
    apart = "|".join(re.escape(title.title) for title in longest)
    joined = "|".join(re.escape(title.title) for title in longest if title.joined)
    return rf"^(?:(?P<apart>{apart})\s+|(?P<joined>{joined})\s*{_NAME_FOLLOWS})(?P<name>\S.*)$"


def split_titles(survey: Survey, names: pd.Series) -> pd.DataFrame:
    """Names without white space at their ends, split into `title` (NA where there is none) and `name`.

    A title is taken off only where more follows: after a space, or at once where the definition says that it is
    written so (เด็กชายสมชาย). Letters of other names that look like a title (Maya, มา) are left alone.
    """
    found = names.str.extract(re.compile(_pattern(survey), re.IGNORECASE | re.DOTALL))
    title = found["apart"].where(found["apart"].notna(), found["joined"])
    return pd.DataFrame({"title": title, "name": found["name"].where(title.notna(), names)})


def without_titles(survey: Survey, names: pd.Series) -> pd.Series:
    """The names alone."""
    return split_titles(survey, names)["name"].astype("str")


def sex_of_title(survey: Survey, titles: pd.Series) -> pd.Series:
    """The code of the sex that each title tells; NA for no title."""
    told = {title.title.casefold(): title.sex for title in survey.titles}
    return titles.str.casefold().map(told).astype("str")
