"""All that the files of a definition say beside its questions, rules and areas, text by text."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from cpms_cli.survey.model.definition import Survey


def settings_of(survey: Survey) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield every setting of a definition: its file and place, and what is said there."""
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
    checks = {**{check.id: check for check in survey.patterns}, **survey.column_checks}
    for name, check in checks.items():
        for place, text in _texts(check.model_dump(exclude={"id"}), (name,)):
            yield ("checks.yaml", place), text


def _texts(content: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every single value below a place, with its own; a set is one, and so is a list of single values."""
    if isinstance(content, dict):
        for name, part in content.items():
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
