"""Limits quoted by name (`$school_age_from`) in the files of a definition, and the numbers that take their place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cpms_cli.survey.yaml_files.limits import NAME

_QUOTED = re.compile(rf"\$({NAME})")


def quoted_names(text: str) -> list[str]:
    """Return the limits that a text quotes, in its order.

    >>> quoted_names("age BETWEEN $school_age_from AND $school_age_to")
    ['school_age_from', 'school_age_to']
    """
    return _QUOTED.findall(text) if "$" in text else []


def written_out(text: str, limits: Mapping[str, object]) -> str:
    """Return a text with the number of each limit in place of its name; a name that is no limit's stays.

    >>> written_out("อายุ $school_age_from ปีขึ้นไป ($no_limit)", {"school_age_from": 7})
    'อายุ 7 ปีขึ้นไป ($no_limit)'
    """
    return _QUOTED.sub(lambda quote: str(limits.get(quote[1], quote[0])), text) if "$" in text else text


def without_quotes(text: str, stand_in: str) -> str:
    """Return a text with something else in place of every limit that it quotes."""
    return _QUOTED.sub(stand_in, text)
