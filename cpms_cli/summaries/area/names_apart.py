"""The names of areas that stand in one list: two areas called the same are told apart by what is around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cpms_cli.summaries.counts.shares import area_name
from cpms_cli.survey.area_widths import DISTRICT
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


def names_apart(survey: Survey, codes: Sequence[str], language: Language) -> dict[str, str]:
    """Return the names of areas by code, each once: a district that is called as an area within it is said to be one;
    of the others, each is named with its district. Raises UsageError for a code of no area."""
    names = {code: area_name(survey, code, language) for code in codes}
    for code in _alike(names):
        if len(code) == DISTRICT:
            names[code] = say("area_is_district", language, area=names[code])
    for code in _alike(names):
        if len(code) > DISTRICT:
            around = area_name(survey, code[:DISTRICT], language)
            names[code] = say("area_within", language, area=names[code], around=around)
    return names


def _alike(names: dict[str, str]) -> list[str]:
    """The codes of areas whose name another has too."""
    counts = Counter(names.values())
    return [code for code, name in names.items() if counts[name] > 1]
