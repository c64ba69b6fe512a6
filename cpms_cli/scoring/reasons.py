"""The alternatives of the rules: each alone makes its rule true, and is a reason to be told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cpms_cli.survey.definition import Survey
from cpms_cli.survey.relations import vocabulary
from cpms_cli.survey.rules import COUNTS, alternatives, compiled, named, parse, sql


@dataclass(frozen=True)
class Reason:
    """One alternative of a rule: alone it makes the rule true. `fields` and `indicators` are what it looks at; where it
    `counts`, by the names of `rules.COUNTS`, it looks at how many indicators are yes."""

    id: str
    condition: str
    fields: tuple[str, ...]
    indicators: tuple[int, ...]
    counts: tuple[str, ...]


@lru_cache(maxsize=256)
def reasons(survey: Survey, rule: str, prefix: str) -> tuple[Reason, ...]:
    """The alternatives of one rule, numbered from 1 in its order, as `prefix.1`, `prefix.2`, ..."""
    words = vocabulary(survey)
    numbers = {one.column: one.number for one in survey.indicators}
    found = []
    for index, part in enumerate(alternatives(parse(rule)), start=1):
        names = named(part)
        fields = tuple(name for name in names if name in survey.fields)
        looked_at = tuple(numbers[name] for name in names if name in numbers)
        counts = tuple(name for name in names if name in COUNTS)
        found.append(Reason(f"{prefix}.{index}", sql(compiled(part, words)), fields, looked_at, counts))
    return tuple(found)


def level_reasons(survey: Survey) -> dict[str, Reason]:
    """Every alternative of every level rule by its id, as `victim.1`."""
    found = [reason for level in survey.rule_levels for reason in reasons(survey, level.when or "FALSE", level.id)]
    return {reason.id: reason for reason in found}
