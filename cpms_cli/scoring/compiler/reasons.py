"""The alternatives of the rules: each alone makes its rule true, and is a reason to be told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cpms_cli.scoring.compiler.conditions import conditions
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import alternatives, compiled, final_sql, named, standing_rule
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import COUNTS


@dataclass(frozen=True)
class Reason:
    """One alternative of a rule: alone it makes the rule true.

    `fields` and `indicators` are what it looks at; `counts`, by the names of `rules.COUNTS`, the numbers of indicators.
    `of_home` is what it asks of every child of the household: the names looked at, and the condition.
    """

    id: str
    condition: str
    fields: tuple[str, ...]
    indicators: tuple[int, ...]
    counts: tuple[str, ...]
    of_home: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=256)
def reasons(survey: Survey, rule: str, prefix: str) -> tuple[Reason, ...]:
    """The alternatives of one rule, numbered from 1 in its order, as `prefix.1`, `prefix.2`, ..."""
    words = vocabulary(survey)
    numbers = {indicator.column: indicator.number for indicator in survey.indicators}
    alternative_conditions = []
    for index, part in enumerate(alternatives(standing_rule(rule)), start=1):
        inner = list(conditions(part))
        shared = [condition.tree for condition in inner if condition.function == "ANY_CHILD"]
        names = list(
            dict.fromkeys(name for condition in inner if condition.tree not in shared for name in named(condition.tree))
        )
        fields = tuple(name for name in names if name in survey.fields)
        looked_at = tuple(numbers[name] for name in names if name in numbers)
        counts = tuple(name for name in names if name in COUNTS)
        of_home = tuple((",".join(named(tree)), final_sql(compiled(tree, words))) for tree in shared)
        alternative_conditions.append(
            Reason(f"{prefix}.{index}", final_sql(compiled(part, words)), fields, looked_at, counts, of_home)
        )
    return tuple(alternative_conditions)


def level_reasons(survey: Survey) -> dict[str, Reason]:
    """Every alternative of every level rule by its id, as `victim.1`."""
    rule_levels = [
        reason for level in survey.rule_levels for reason in reasons(survey, level.when or "FALSE", level.id)
    ]
    return {reason.id: reason for reason in rule_levels}
