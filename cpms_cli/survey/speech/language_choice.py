"""Which language a run speaks: what was asked for, else what the environment or the computer says."""

from __future__ import annotations

import locale
import os
import re

from cpms_cli.survey.language import FALLBACK, LANGUAGES, Language

VARIABLES = ("CPMS_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")
"""The variables of the environment that say which language is wanted, in the order in which they count."""
_WORD = re.compile(r"[a-z]+")


def wanted_language(asked: str | None = None) -> str:
    """What was asked for, else what the first of `VARIABLES` that is set says, else the locale of the computer.

    In small letters; "" where none says anything. The variables are read as text: a computer may well name a locale
    that is not installed on it. Of several languages, as LANGUAGE may list them, it is the first.
    """
    return _wanted_languages(asked)[0]


def _wanted_languages(asked: str | None) -> list[str]:
    variable = next((value for name in VARIABLES if (value := os.environ.get(name, "").strip(" :"))), "")
    wanted = asked or variable or locale.getlocale()[0] or ""
    return [name.strip() for name in wanted.lower().split(":")]


def is_of_the_programme(wanted: str) -> bool:
    """Whether one of the programme's own languages is meant, or none, so that no translation need be looked for.

    >>> [is_of_the_programme(name) for name in ("th", "th_th.utf-8", "thai_thailand", "", "c", "my_mm", "shn")]
    [True, True, True, True, True, False, False]
    """
    return _of_the_programme(wanted) is not None


def _of_the_programme(wanted: str) -> Language | None:
    word = _WORD.match(wanted)
    if word is None or word[0] in ("c", "posix"):
        return FALLBACK
    if word[0] in LANGUAGES:
        return word[0]
    # Windows writes the language's English name, as Thai_Thailand.
    return word[0][:2] if len(word[0]) > 3 and word[0][:2] in LANGUAGES else None


def chosen_language(asked: str | None = None) -> Language:
    """The first of the languages wanted in which anything is said; the fallback where there is none.

    >>> chosen_language("fr:th:en")
    'th'
    """
    for wanted in _wanted_languages(asked):
        if (own := _of_the_programme(wanted)) is not None:
            return own
        # Looked up only now: help in the programme's own languages need not load the definition.
        from cpms_cli.survey.speech.languages import language_of_locale  # noqa: PLC0415

        if (translated := language_of_locale(wanted)) is not None:
            return translated
    return FALLBACK
