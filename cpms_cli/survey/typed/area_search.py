"""Areas found by their names, of whichever language, whole or in part, or written nearly so."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from cpms_cli.survey.area_widths import DISTRICT, PROVINCE
from cpms_cli.survey.model.definition import Area, Survey
from cpms_cli.survey.plain_text import compared_text, plain_digits

_LIKENESS, _NEAR = 80.0, 5  # of 100; and so many are shown


def find_areas(survey: Survey, text: str) -> list[Area]:
    """Return the areas whose code begins with a text, or whose name has it, or is it nearly, in the order of codes.
    Words of the text may be those of the areas around it: "Pak Nam Ranong".

    >>> from cpms_cli.survey.opening.loading import load_survey
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
    within = within or _named_with_area_around(names, wanted)
    if not within:
        near = {code: process.extractOne(wanted, spellings, scorer=fuzz.ratio) for code, spellings in names.items()}
        alike = {code: best[1] for code, best in near.items() if best and best[1] >= _LIKENESS}
        within = sorted(alike, key=lambda code: -alike[code])[:_NEAR]
    return [survey.areas[code] for code in sorted(within)]


def _named_with_area_around(names: dict[str, tuple[str, ...]], wanted: str) -> list[str]:
    """The codes of areas whose name has the first words of a text, and those around them the other words."""
    words = wanted.split()
    for first in range(len(words) - 1, 0, -1):
        name, others = " ".join(words[:first]), words[first:]
        codes = [
            code
            for code, spellings in names.items()
            if any(name in spelling for spelling in spellings)
            and all(any(word in text for around in _around(names, code) for text in around) for word in others)
        ]
        if codes:
            return codes
    return []


def _around(names: dict[str, tuple[str, ...]], code: str) -> list[tuple[str, ...]]:
    """The spellings of the names of the areas that an area lies in."""
    return [names[code[:width]] for width in (PROVINCE, DISTRICT) if width < len(code) and code[:width] in names]
