"""All that the files of a definition say beside its questions, rules and areas, text by text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel

from cpms_cli.survey.files.definition_tables import AREA_CHANGES
from cpms_cli.survey.former_names import same_parts
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.fairness import ComparedGroup, Outcome
from cpms_cli.survey.model.summary_model import Group

_FORMERLY = "formerly"


def settings_of(survey: Survey, named_as_in: Survey | None = None) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield every setting of a definition: its file and place, and what is said there.

    With another definition, a group or an outcome that has another name in that one stands in the place that it has
    there.
    """
    renamed = {} if named_as_in is None else _places_renamed(survey, named_as_in)
    for (file, place), text in _settings(survey):
        steps = place.split(".")
        steps[1:2] = [renamed.get((file, *steps[:2]), step) for step in steps[1:2]]
        yield (file, ".".join(steps)), text


def _places_renamed(before: Survey, after: Survey) -> dict[tuple[str, ...], str]:
    """Return by file, list and name the name that this entry of the list has in a later definition."""
    renamed: dict[tuple[str, ...], str] = {}
    for (file, key), parts in _NAMED.items():
        names = [{part.id: part.formerly for part in parts(survey)} for survey in (before, after)]
        renamed |= {(file, key, former): name for name, former in same_parts(*names).items()}
    return renamed


_NAMED: dict[tuple[str, str], Callable[[Survey], Sequence[Group | ComparedGroup | Outcome]]] = {
    ("summaries.yaml", "groups"): lambda survey: survey.figures.groups,
    ("fairness.yaml", "groups"): lambda survey: survey.fairness.groups,
    ("fairness.yaml", "outcomes"): lambda survey: survey.fairness.outcomes,
}


def _settings(survey: Survey) -> Iterator[tuple[tuple[str, str], str]]:
    parts: dict[str, BaseModel] = {
        "summaries.yaml": survey.figures,
        "privacy.yaml": survey.privacy,
        "deidentification.yaml": survey.deidentification,
        "fairness.yaml": survey.fairness,
        "linking.yaml": survey.linking,
        **{f"translations/{part.language}.yaml": part for part in survey.translations},
    }
    for file, part in parts.items():
        for place, text in _texts(part.model_dump(), ()):
            yield (file, place), text
    for change in survey.area_changes:
        yield (AREA_CHANGES, f"{change.code}.{change.since}"), ", ".join(change.formerly)
    checks = {**{check.id: check for check in survey.patterns}, **survey.column_checks}
    for name, check in checks.items():
        for place, text in _texts(check.model_dump(exclude={"id"}), (name,)):
            yield ("checks.yaml", place), text


def _texts(content: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every single value below a place, with its own; a set is one, and so is a list of single values."""
    if isinstance(content, dict):
        for name, part in content.items():
            if name == _FORMERLY:
                continue  # said by the other name
            yield from _texts(part, (*place, str(name)))
    elif isinstance(content, list | tuple) and any(isinstance(part, dict | list | tuple) for part in content):
        for number, part in enumerate(content, start=1):
            named = part.get("id", number) if isinstance(part, dict) else number
            yield from _texts(part, (*place, str(named)))
    elif isinstance(content, list | tuple):
        yield ".".join(place), ", ".join(map(str, content))
    elif isinstance(content, set | frozenset):
        yield ".".join(place), ", ".join(sorted(map(str, content)))
    elif content is not None:
        yield ".".join(place), str(content)
