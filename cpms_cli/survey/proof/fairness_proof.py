"""What comparisons need of the definition, proved: known levels, groups of known fields, rules that parse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cpms_cli.survey.model.definition import Survey, Table, Words
from cpms_cli.survey.model.settings.fairness import ComparedGroup, Outcome, Twin
from cpms_cli.survey.problems import Fault

Rule = Callable[[str | None, Table], Iterable[Fault]]
Languages = Callable[[Words, str], Iterable[Fault]]
Placed = tuple[tuple[str | int, ...], Fault]


def fairness_faults(survey: Survey, languages: Languages, rule: Rule) -> Iterator[Placed]:
    """Yield every fault of `fairness.yaml` with its place; `languages` and `rule` say what is wrong with words and
    with a rule."""
    fairness = survey.fairness
    if fairness.severe not in {level.id for level in survey.rule_levels}:
        yield ("severe",), Fault("no_level_rule", name=fairness.severe)
    lists: dict[str, tuple[ComparedGroup | Outcome | Twin, ...]] = {
        "groups": fairness.groups,
        "outcomes": fairness.outcomes,
        "twins": fairness.twins,
    }
    for key, parts in lists.items():
        seen = set[str]()
        for index, part in enumerate(parts):
            if part.id in seen:
                yield (key, index), Fault("twice", name=part.id)
            seen.add(part.id)
            yield from (((key, index, "label"), fault) for fault in languages(part.label, part.id))
    yield from _groups(survey, languages, rule)
    yield from _outcomes(survey, rule)
    yield from _twins(survey)


def _groups(survey: Survey, languages: Languages, rule: Rule) -> Iterator[Placed]:
    for index, group in enumerate(survey.fairness.groups):
        place = ("groups", index)
        for key, words in (("yes", group.yes), ("no", group.no)):
            if words is not None:
                yield from (((*place, key), fault) for fault in languages(words, group.id))
        yield from (((*place, "when"), fault) for fault in rule(group.when, "child"))
        if group.field is None:
            continue
        field = survey.fields.get(group.field)
        codes = survey.codes(field) if field else None
        if codes is None:
            yield (*place, "field"), Fault("no_coded_field", name=group.field)
        elif group.reference not in codes.by_code:
            yield (*place, "reference"), Fault("not_code", code=group.reference, list=group.field)


def _outcomes(survey: Survey, rule: Rule) -> Iterator[Placed]:
    levels = {level.id for level in survey.rule_levels}
    for index, outcome in enumerate(survey.fairness.outcomes):
        for key, text in (("when", outcome.when), ("applies", outcome.applies)):
            yield from ((("outcomes", index, key), fault) for fault in rule(text, "child"))
        if outcome.level is not None and outcome.level not in levels:
            yield ("outcomes", index, "level"), Fault("no_level_rule", name=outcome.level)


def _twins(survey: Survey) -> Iterator[Placed]:
    for index, twin in enumerate(survey.fairness.twins):
        for name, answer in twin.answers.items():
            place = ("twins", index, "answers", name)
            field = survey.fields.get(name)
            codes = survey.codes(field) if field else None
            if field is None or name in survey.key("child"):
                yield place, Fault("no_question", name=name)
            elif answer and codes and answer not in codes.by_code and answer not in survey.missing_words:
                yield place, Fault("not_code", code=answer, list=name)
