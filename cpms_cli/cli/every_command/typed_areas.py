"""An area may be named where its code is asked for: `--area "Pak Nam"`. The store says which of several is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpms_cli.errors import CpmsError, UsageError
from cpms_cli.survey.area_widths import DISTRICT, PROVINCE

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Survey
    from cpms_cli.survey.words import Words

_AREAS = ("area", "code")
_PROPOSED = 5


def name_areas_by_code(given: dict[str, Any]) -> None:
    """Put the codes of areas in the place of their names; raises UsageError where a name is none, or of several."""
    for option in _AREAS:
        text = given.get(option)
        if isinstance(text, str) and any(letter.isalpha() for letter in text):
            given[option] = _code_of(text, given.get("store"), given.get("schemas"))


def _code_of(text: str, store: Path | None, schemas: Path | None) -> str:
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.summaries.counts.shares import area_name
    from cpms_cli.survey.language import LANGUAGES
    from cpms_cli.survey.near_words import Named, meant, spellings
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.survey.typed.area_search import find_areas

    survey = load_survey(schemas) if store is None else definition_in_use(store, schemas)
    similar = find_areas(survey, text)
    known = {area.code: spellings(area.code, area.label) for area in similar or survey.areas.values()}
    for code in list(known):
        known[code] = (*known[code], *(area_name(survey, code, spoken) for spoken in LANGUAGES))
    same = [code for code, names in known.items() if meant(text, {code: names})]
    if len(same) > 1:
        surveyed = _surveyed(store, schemas)
        same = [code for code in same if any(village.startswith(code) for village in surveyed)] or same
    if len(same) == 1:
        return same[0]
    proposed = tuple(Named(code, _with_province(survey, code)) for code in same or [area.code for area in similar])
    if not proposed:
        raise UsageError("no_area_named", name=text)
    if same:
        raise UsageError("area_of_several", area=text, near=proposed)
    raise UsageError("unknown_area_near", area=text, near=proposed[:_PROPOSED])


def _with_province(survey: Survey, code: str) -> Words:
    """An area's name and those of the district and the province around it, which tell it from others of the name."""
    from cpms_cli.survey.words import Words

    around = [survey.areas[code[:digits]] for digits in (DISTRICT, PROVINCE) if digits < len(code)]
    names = [survey.areas[code], *around]
    return Words(en=", ".join(area.en for area in names), th=", ".join(area.th for area in names))


def _surveyed(store: Path | None, schemas: Path | None) -> list[str]:
    """The codes of villages that a store has children of; none where it cannot be read, which the command says."""
    from cpms_cli.summaries.scope import villages_with_children
    from cpms_cli.workspace import Workspace

    if store is None or not store.is_file():
        return []
    try:
        with Workspace.from_paths(store, schemas) as workspace:
            return villages_with_children(workspace)
    except CpmsError:
        return []
