"""Areas found by their names, of whichever language, whole or in part, or written nearly so."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from cpms_cli.survey.model.definition import Area, Survey
from cpms_cli.survey.plain_text import compared_text, plain_digits

_LIKENESS, _NEAR = 80.0, 5  # of 100; and so many are shown


def find_areas(survey: Survey, text: str) -> list[Area]:
    """Return the areas whose code begins with a text, or whose name has it, or is it nearly, in the order of codes.

    >>> from cpms_cli.survey.files.loading import load_survey
    >>> [[area.code for area in find_areas(load_survey(), text)][:2] for text in ("หงาว", "8501")]
    [['570410', '850103'], ['8501', '850101']]
    """
    wanted = compared_text(plain_digits(text))
    if not wanted:
        return []
    if wanted.isdecimal():
        return [area for code, area in sorted(survey.areas.items()) if code.startswith(wanted)]
    names = {code: tuple(map(compared_text, (area.en, area.th))) for code, area in survey.areas.items()}
    within = [code for code, spellings in names.items() if any(wanted in spelling for spelling in spellings)]
    if not within:
        near = {code: process.extractOne(wanted, spellings, scorer=fuzz.ratio) for code, spellings in names.items()}
        alike = {code: best[1] for code, best in near.items() if best and best[1] >= _LIKENESS}
        within = sorted(alike, key=lambda code: -alike[code])[:_NEAR]
    return [survey.areas[code] for code in sorted(within)]
