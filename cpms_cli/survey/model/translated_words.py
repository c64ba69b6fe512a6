"""The words of translations, put beside those of the definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.speech.translation import Place, Translation
from cpms_cli.survey.words import Part, Words


def words_of(survey: Survey) -> Iterator[tuple[Place, Words]]:
    """Every text of a definition that a translation may have, with its place in that; areas, which are thousands, and
    help, which is no part of a definition, are left out."""
    for table in (survey.household, survey.child, survey.response):
        yield ("tables", table.name), table.label
        yield from ((("topics", name), words) for name, words in table.topics.items())
        for field in table.fields:
            yield from _named(("fields", field.name), field, "label", "question")
    for codes in survey.codelists.values():
        yield from ((("codes", codes.name, code.code), code.label) for code in codes.codes)
    for indicator in survey.indicators:
        yield from _named(("indicators", str(indicator.number)), indicator, "name", "definition")
    for level in survey.levels:
        yield from _named(("levels", level.id), level, "label", "meaning", "response", "due", "who")
    yield from _words_beside_scores(survey)
    yield from ((("limits", limit.name), limit.label) for limit in survey.limits.limits)
    yield from ((("units", unit.name), unit.label) for unit in survey.limits.units)
    for name, levels in survey.linking.comparisons.items():
        yield from ((("comparisons", name, level), content.label) for level, content in levels.items())
    names = survey.linking.names
    for scripts in (names.scripts, names.as_thai):
        yield from ((("scripts", name), script.label) for name, script in scripts.items() if script.label)
    languages = names.prefixes.languages
    yield from ((("name_languages", name), respect.label) for name, respect in languages.items() if respect.label)
    yield from ((("sentences", name), words) for name, words in survey.messages.items())
    if survey.in_danger is not None:
        yield ("sentences", "leaflet_danger"), survey.in_danger


def _words_beside_scores(survey: Survey) -> Iterator[tuple[Place, Words]]:
    """The words of checks, of summaries and plans, and of fairness."""
    yield from ((("circumstances", part.id), part.help) for part in survey.circumstances)
    for check in survey.checks_by_id.values():
        yield from _named(("checks", check.id), check, "message", "mend")
    yield from ((("groups", group.id), group.label) for group in survey.figures.groups)
    numbered = [group.numbered for group in survey.figures.groups if group.numbered is not None]
    yield from ((("sentences", "village_name"), words) for words in numbered)
    for right in survey.rights:
        yield from _named(("rights", right.id), right, "label", "definition")
    yield from ((("measures", measure.id), measure.label) for measure in survey.measures)
    for activity in survey.activities:
        yield from _named(("activities", activity.id), activity, "label", "who")
    for group in survey.fairness.groups:
        yield from _named(("fairness", group.id), group, "label", "yes", "no")
    for outcome in survey.fairness.outcomes:
        yield from _named(("fairness", outcome.id), outcome, "label")
    for twin in survey.fairness.twins:
        yield from _named(("fairness", twin.id), twin, "label")


def _named(place: Place, part: Part, *names: str) -> Iterator[tuple[Place, Words]]:
    for name in names:
        words = getattr(part, name, None)
        if isinstance(words, Words):
            yield (*place, name), words


def with_translations(survey: Survey, translations: tuple[Translation, ...]) -> Survey:
    """The definition with the words of its translations beside its own."""
    replaced: dict[int, Words] = {}
    for place, words in words_of(survey):
        for translation in translations:
            text = translation.texts.get(place)
            if text is not None:
                replaced[id(words)] = replaced.get(id(words), words).also_in(translation.language, text)
    known = type(survey).model_fields
    parts = {name: _reworded(getattr(survey, name), replaced) for name in known if name != "areas"}
    return type(survey).model_construct(
        **{**parts, "areas": _areas(survey, translations), "translations": translations}
    )


def _reworded(content: Any, replaced: Mapping[int, Words]) -> Any:
    """A part of the definition in which some words stand in the place of others; itself where there are none of them.

    A part is made anew, without what it has worked out so far of its former words.
    """
    if isinstance(content, Words):
        return replaced.get(id(content), content)
    if isinstance(content, Part):
        known = {name: getattr(content, name) for name in type(content).model_fields}
        parts = {name: _reworded(part, replaced) for name, part in known.items()}
        changed = any(parts[name] is not known[name] for name in known)
        return type(content).model_construct(content.model_fields_set, **parts) if changed else content
    if isinstance(content, tuple) and content and isinstance(content[0], Part):
        items = tuple(_reworded(item, replaced) for item in content)
        return items if any(new is not old for new, old in zip(items, content, strict=True)) else content
    if isinstance(content, dict):
        entries = {name: _reworded(part, replaced) for name, part in content.items()}
        return entries if any(entries[name] is not content[name] for name in content) else content
    return content


def _areas(survey: Survey, translations: tuple[Translation, ...]) -> Any:
    areas = dict(survey.areas)
    for translation in translations:
        for code, text in translation.areas.items():
            if code in areas:
                areas[code] = replace(areas[code], further=(*areas[code].further, (translation.language, text)))
    return areas
