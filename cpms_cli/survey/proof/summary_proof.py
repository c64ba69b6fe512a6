"""What summaries need of the definition, proved: groups of known fields, rules that parse, activities of indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Survey, Table, Words
from cpms_cli.survey.model.settings.deidentification import FILE as DEIDENTIFICATION
from cpms_cli.survey.model.settings.deidentification import deidentification_faults
from cpms_cli.survey.model.settings.fairness import FILE as FAIRNESS
from cpms_cli.survey.model.settings.privacy import COUNTED
from cpms_cli.survey.model.settings.privacy import FILE as PRIVACY
from cpms_cli.survey.model.taken_names import stands_beside_figures
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.proof.fairness_proof import fairness_faults

Rule = Callable[[str | None, Table], Iterable[Fault]]
Languages = Callable[[Words, str], Iterable[Fault]]
Place = tuple[str | int, ...]


def figure_problems(reader: Reader, survey: Survey, languages: Languages, rule: Rule) -> list[Problem]:
    """Every fault of the files on summaries, rights, migration, activities and de-identification, at its line.

    `languages` and `rule` say what is wrong with words and with a rule.
    """
    parts = [
        ("risk.yaml", _names_taken("levels", (level.id for level in survey.levels))),
        ("risk.yaml", _circumstances(survey, languages)),
        ("risk.yaml", _in_danger(survey, languages)),
        ("summaries.yaml", _names_taken("groups", (group.id for group in survey.figures.groups))),
        ("summaries.yaml", _groups(survey, languages)),
        ("rights.yaml", _rights(survey, languages, rule)),
        ("migration.yaml", _measures(survey, languages, rule)),
        ("activities.yaml", _activities(survey, languages)),
        (DEIDENTIFICATION, _hidden(survey)),
        (PRIVACY, _weights(survey)),
    ]
    if FAIRNESS not in reader.documents:
        return [Problem(FAIRNESS, 1, Fault("file_missing"))]
    parts.append((FAIRNESS, fairness_faults(survey, languages, rule)))
    return [
        Problem(file, reader.documents[file].line(*place), fault) for file, faults in parts for place, fault in faults
    ]


def _at_place(place: Place, faults: Iterable[Fault]) -> Iterator[tuple[Place, Fault]]:
    return ((place, fault) for fault in faults)


def _twice(key: str, names: Iterable[str], sentence: str = "twice") -> Iterator[tuple[Place, Fault]]:
    seen = Counter[str]()
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            yield (key, index), Fault(sentence, name=name)


def _repeated(place: Place, names: Iterable[str]) -> Iterator[tuple[Place, Fault]]:
    """What stands more than once in a list of names, each once."""
    return ((place, Fault("twice_here", name=name)) for name, count in Counter(names).items() if count > 1)


def _names_taken(key: str, names: Iterable[str]) -> Iterator[tuple[Place, Fault]]:
    for index, name in enumerate(names):
        if stands_beside_figures(name):
            yield (key, index, "id"), Fault("name_taken", name=name, other=f"{name}_own")


def _circumstances(survey: Survey, languages: Languages) -> Iterator[tuple[Place, Fault]]:
    key, marked = "circumstances", {indicator.number for indicator in survey.indicators if indicator.circumstance}
    yield from _twice(key, (circumstance.id for circumstance in survey.circumstances))
    yield from _twice(key, (str(part.indicator) for part in survey.circumstances), "circumstance_twice")
    for index, circumstance in enumerate(survey.circumstances):
        place = (key, index)
        yield from _at_place((*place, "help"), languages(circumstance.help, circumstance.id))
        if circumstance.indicator not in marked:
            yield (
                (*place, "indicator"),
                Fault("no_circumstance", number=str(circumstance.indicator), file="indicators.yaml"),
            )
    named = {circumstance.indicator for circumstance in survey.circumstances}
    lacking = (Fault("no_help", number=str(number)) for number in sorted(marked - named))
    yield from _at_place((key,), lacking)


def _in_danger(survey: Survey, languages: Languages) -> Iterator[tuple[Place, Fault]]:
    if survey.in_danger is not None:
        yield from _at_place(("in_danger",), languages(survey.in_danger, "in_danger"))


def _groups(survey: Survey, languages: Languages) -> Iterator[tuple[Place, Fault]]:
    groups = survey.figures.groups
    levels = {level.id for level in survey.levels}
    for index, level in enumerate(survey.figures.visited):
        if level not in levels:
            yield ("visited", index), Fault("no_level", name=level)
    yield from _repeated(("visited",), survey.figures.visited)
    yield from _twice("groups", (group.id for group in groups))
    if not any(group.digits for group in groups):
        yield ("groups",), Fault("digits")
    for index, group in enumerate(groups):
        place = ("groups", index)
        yield from _at_place((*place, "label"), languages(group.label, group.id))
        written = group.numbered.written().values() if group.numbered else ()
        if not all("{area}" in words and "{village}" in words for words in written):
            yield (*place, "numbered"), Fault("group_numbered", area="{area}", village="{village}")
        field = survey.fields.get(group.field or "")
        if group.field is not None and (field is None or field.codelist is None):
            yield (*place, "field"), Fault("no_coded_field", name=group.field)


def _rights(survey: Survey, languages: Languages, rule: Rule) -> Iterator[tuple[Place, Fault]]:
    levels = {level.id for level in survey.levels}
    yield from _twice("rights", (right.id for right in survey.rights))
    for index, right in enumerate(survey.rights):
        place = ("rights", index)
        yield from _at_place((*place, "label"), languages(right.label, right.id))
        yield from _at_place((*place, "definition"), languages(right.definition, right.id))
        yield from _at_place((*place, "has"), rule(right.has, "child"))
        yield from _at_place((*place, "applies"), rule(right.applies, "child"))
        strange = [Fault("no_level", name=level) for level in right.levels if level not in levels]
        yield from _at_place((*place, "levels"), strange)
        yield from _repeated((*place, "levels"), right.levels)


def _measures(survey: Survey, languages: Languages, rule: Rule) -> Iterator[tuple[Place, Fault]]:
    yield from _twice("measures", (measure.id for measure in survey.measures))
    for index, measure in enumerate(survey.measures):
        place = ("measures", index)
        yield from _at_place((*place, "label"), languages(measure.label, measure.id))
        yield from _at_place((*place, "when"), rule(measure.when, measure.of))
    arrived = [measure for measure in survey.measures if measure.arrived and measure.of == "child"]
    if len(arrived) > 1 or not (arrived or survey.origin is False):
        yield ("measures",), Fault("arrived")
    if survey.origin is False:
        return
    field = survey.fields.get(survey.origin)
    if field is None or field.codelist is None:
        yield ("origin",), Fault("no_coded_field", name=survey.origin) if survey.origin else Fault("origin")


def _hidden(survey: Survey) -> Iterator[tuple[Place, Fault]]:
    def codes_of(name: str) -> Iterable[str]:
        codes = survey.codes(survey.fields[name]) if name in survey.fields else None
        return codes.by_code if codes else ()

    return deidentification_faults(survey.deidentification, survey.fields, codes_of)


def _weights(survey: Survey) -> Iterator[tuple[Place, Fault]]:
    known = {*COUNTED, *(level.id for level in survey.levels)}
    for name in survey.privacy.weights:
        if name not in known:
            yield ("weights",), Fault("weights", name=name, known=", ".join(COUNTED))


def _activities(survey: Survey, languages: Languages) -> Iterator[tuple[Place, Fault]]:
    known = {indicator.number for indicator in survey.indicators}
    yield from _twice("activities", (activity.id for activity in survey.activities))
    for index, activity in enumerate(survey.activities):
        place = ("activities", index)
        yield from _at_place((*place, "label"), languages(activity.label, activity.id))
        yield from _at_place((*place, "who"), languages(activity.who, activity.id))
        strange = [Fault("no_indicator", number=str(number)) for number in activity.indicators if number not in known]
        yield from _at_place((*place, "indicators"), strange)
        yield from _repeated((*place, "indicators"), map(str, activity.indicators))
    answered = {number for activity in survey.activities for number in activity.indicators}
    lacking = sorted(known - answered)
    yield from _at_place(("activities",), [Fault("no_activity", number=str(number)) for number in lacking])
