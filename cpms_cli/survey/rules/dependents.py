"""What rests on a question: the rules, rights, figures and groups of the definition that look at it.

Where a question is not asked, these have nothing to look at, and have to say so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.rules.rule_language import names_in, standing_rule
from cpms_cli.survey.rules.typed_answers import counted_in
from cpms_cli.survey.rules.vocabulary import COUNTS, RuleError
from cpms_cli.survey.yaml_files.located_yaml import Place


@dataclass(frozen=True)
class Dependent:
    """A part of the definition that looks at a question: what it is, its name, and where it stands.

    `by_asking`: its rule asks whether the question is put to a child, so that the question's ages are limits of it.
    """

    kind: str
    name: str
    file: str
    place: Place
    by_asking: bool = False


def dependents(survey: Survey, field: str) -> list[Dependent]:
    """Return what looks at the field of this name, in the order of the files: by itself, or, of levels, circumstances
    and outcomes, through an indicator."""
    parts = (_of_fields, _of_rules, _of_circumstances, _of_checks, _of_figures, _of_fairness, _of_linking)
    return [dependent for part in parts for dependent in part(survey, field)]


def rules_of_indicator(indicator: Indicator) -> list[str]:
    """The rules that an indicator has: to whom it applies, where not to everybody, and when it is yes."""
    return [rule for rule in (indicator.applies, indicator.when) if rule]


def names_looked_at(survey: Survey, rules: Iterable[str]) -> set[str]:
    """All that rules look at: fields, `age`; what indicators they name do, and what a question's asking hangs on."""
    columns = {indicator.column: indicator for indicator in survey.indicators}
    names, waiting = set[str](), list(rules)
    while waiting:
        for name in names_in(waiting.pop()):
            if name in names:
                continue
            names.add(name)
            if name in COUNTS:
                waiting += [rule for indicator in counted_in(survey, name) for rule in rules_of_indicator(indicator)]
            elif name in columns:
                waiting += rules_of_indicator(columns[name])
            elif name in survey.fields and survey.fields[name].asked:
                waiting.append(survey.fields[name].asked or "TRUE")
    return names


def asks_whether_asked(rules: Iterable[str | None], fields: Collection[str]) -> bool:
    """Whether any of the rules has `asked(field)` of one of these fields."""
    calls = (call for rule in rules if rule for call in standing_rule(rule).find_all(exp.Anonymous))
    return any(call.name.upper() == "ASKED" and call.expressions[0].name in fields for call in calls)


def _names(field: str, *rules: str | None) -> bool:
    """Whether any of the rules names the field; a rule that cannot be read names nothing."""
    for rule in rules:
        try:
            if rule and field in names_in(rule):
                return True
        except RuleError:
            continue
    return False


def _of_fields(survey: Survey, field: str) -> Iterator[Dependent]:
    for table in (survey.household, survey.child):
        for index, other in enumerate(table.fields):
            if other.name != field and _names(field, other.asked or None):
                yield Dependent("question", other.name, f"{table.name}.yaml", ("fields", index, "asked"))


def _of_rules(survey: Survey, field: str) -> Iterator[Dependent]:
    for index, indicator in enumerate(survey.indicators):
        rules = (indicator.when, indicator.applies)
        if _names(field, *rules):
            by_asking = asks_whether_asked(rules, (field,))
            yield Dependent("indicator", str(indicator.number), "indicators.yaml", ("indicators", index), by_asking)
    for index, level in enumerate(survey.levels):
        if level.when and _looks_at(survey, field, level.when):
            yield Dependent("level", level.id, "risk.yaml", ("levels", index))
    for index, right in enumerate(survey.rights):
        if _names(field, right.has, right.applies):
            yield Dependent("right", right.id, "rights.yaml", ("rights", index))
    for index, measure in enumerate(survey.measures):
        if _names(field, measure.when):
            yield Dependent("measure", measure.id, "migration.yaml", ("measures", index))


def _of_circumstances(survey: Survey, field: str) -> Iterator[Dependent]:
    rules = {indicator.number: rules_of_indicator(indicator) for indicator in survey.indicators}
    for index, circumstance in enumerate(survey.circumstances):
        if _looks_at(survey, field, *rules.get(circumstance.indicator, [])):
            yield Dependent("circumstance", circumstance.id, "risk.yaml", ("circumstances", index))


def _of_fairness(survey: Survey, field: str) -> Iterator[Dependent]:
    file = "fairness.yaml"
    for index, group in enumerate(survey.fairness.groups):
        if group.field == field or _names(field, group.when):
            yield Dependent("compared", group.id, file, ("groups", index))
    for index, outcome in enumerate(survey.fairness.outcomes):
        if _looks_at(survey, field, *filter(None, (outcome.when, outcome.applies))):
            yield Dependent("outcome", outcome.id, file, ("outcomes", index))
    for index, twin in enumerate(survey.fairness.twins):
        if field in twin.answers:
            yield Dependent("twin", twin.id, file, ("twins", index))


def _of_linking(survey: Survey, field: str) -> Iterator[Dependent]:
    for name, column in survey.linking.tables.columns.items():
        if column.field == field:
            yield Dependent("linking", name, "linking.yaml", ("tables", "columns", name))


def _looks_at(survey: Survey, field: str, *rules: str) -> bool:
    """Whether any of the rules looks at the field, by itself or through indicators; not where one cannot be read."""
    try:
        return field in names_looked_at(survey, rules)
    except RuleError:
        return _names(field, *rules)


def _of_checks(survey: Survey, field: str) -> Iterator[Dependent]:
    for section, checks in (("rules", survey.checks), ("history", survey.history), ("responses", survey.responses)):
        for index, check in enumerate(checks):
            if field in check.fields or _names(field, check.when):
                yield Dependent("check", check.id, "checks.yaml", (section, index))


def _of_figures(survey: Survey, field: str) -> Iterator[Dependent]:
    if survey.origin == field:
        yield Dependent("origin", field, "migration.yaml", ("origin",))
    for index, group in enumerate(survey.figures.groups):
        if group.field == field:
            yield Dependent("group", group.id, "summaries.yaml", ("groups", index))
    for index, identifier in enumerate(survey.deidentification.quasi_identifiers):
        if identifier.field == field:
            yield Dependent("export", identifier.field, "deidentification.yaml", ("quasi_identifiers", index))
