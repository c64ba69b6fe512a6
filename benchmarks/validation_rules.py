"""The 51 column rules and 60 columns of the validation benchmark, taken from the definition."""

from __future__ import annotations

from dataclasses import dataclass

from cpms_cli.survey.model.definition import Field, Survey

COLUMNS, RULES = 60, 51


@dataclass(frozen=True)
class ColumnRule:
    """A rule of one column as plain data: `codes` it may hold, or the `pattern` of its text and the range within."""

    field: str
    codes: tuple[str, ...] = ()
    pattern: str = ""
    low: int | None = None
    high: int | None = None


def rule(survey: Survey, field: Field) -> ColumnRule | None:
    """The rule of a field, if it has one that both sides can state alike."""
    codes = survey.codes(field)
    if codes is not None:
        return None if field.many else ColumnRule(field.name, codes=(*codes.by_code, *survey.missing_words))
    if field.format == "partial-date" or field.type == "date":
        return ColumnRule(field.name, pattern=r"^\d{4}-\d{2}-\d{2}$")
    if field.type == "integer":
        limits = field.constraints
        return ColumnRule(field.name, pattern=r"^-?\d+$", low=limits.minimum, high=limits.maximum)
    if field.name == "national_id":
        return ColumnRule(field.name, pattern=r"^\d{13}$")
    return None


def plan(survey: Survey) -> tuple[list[Field], list[ColumnRule]]:
    """60 fields of the survey and 51 rules among them; raises ValueError when the definition has fewer."""
    fields = list({field.name: field for field in (*survey.household.fields, *survey.child.fields)}.values())
    needed = {*survey.key("child")}
    ruled = [(field, rule(survey, field)) for field in fields]
    rules = [rule for _, rule in ruled if rule is not None][:RULES]
    with_rule = {rule.field for rule in rules}
    chosen = [field for field in fields if field.name in with_rule or field.name in needed]
    rest = [field for field, rule in ruled if rule is None and field not in chosen]
    chosen = [field for field in fields if field in [*chosen, *rest[: COLUMNS - len(chosen)]]]
    if (len(chosen), len(rules)) != (COLUMNS, RULES):
        raise ValueError(f"{len(chosen)} columns and {len(rules)} rules; the benchmark needs {COLUMNS} and {RULES}")
    return chosen, rules
