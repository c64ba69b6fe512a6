"""Which questions can change a level, and with which answers: read off the definition's rules, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
from sqlglot import exp

from cpms_cli.scoring.compiler.reasons import Reason, level_reasons, reasons
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.rules.dependents import names_looked_at, rules_of_indicator
from cpms_cli.survey.rules.rule_language import alternatives, parse
from cpms_cli.survey.rules.typed_answers import counted_in

AGE = "age"  # stands for the question after the birth date: only its completed years matter to a rule


@dataclass(frozen=True)
class Deciding:
    """`child` and `household`: names of the questions whose answers can change a level; `ages`: whether the age can.

    `of_reason`: for each alternative of a level's rule, those of them that it looks at, directly or through indicators,
    in groups: only answers of one group can need each other. A count of indicators has a group for each indicator.
    """

    child: tuple[str, ...]
    household: tuple[str, ...]
    ages: bool
    of_reason: dict[str, tuple[tuple[str, ...], ...]]


@lru_cache(maxsize=16)
def deciding(survey: Survey) -> Deciding:
    """The questions that can change a level."""
    looked_at: dict[str, list[set[str]]] = {}
    for level in survey.rule_levels:
        names = reasons(survey, level.when or "FALSE", level.id)
        parts = _alternatives(level.when or "FALSE")
        looked_at |= {reason.id: _groups(survey, reason, part) for reason, part in zip(names, parts, strict=True)}
    every = set[str]().union(*(group for groups in looked_at.values() for group in groups))
    answerable = {field.name for field in survey.fields.values() if _listed(survey, field)}
    child = tuple(field.name for field in survey.child.fields if field.name in every & answerable)
    household = tuple(field.name for field in survey.household.fields if field.name in every & answerable)
    kept = {*child, *household, AGE}
    of_reason = {name: tuple(tuple(sorted(group & kept)) for group in groups) for name, groups in looked_at.items()}
    return Deciding(child, household, AGE in every, of_reason)


def _groups(survey: Survey, reason: Reason, part: str) -> list[set[str]]:
    if reason.counts and not reason.fields and not reason.indicators:
        counted = dict.fromkeys(indicator for count in reason.counts for indicator in counted_in(survey, count))
        return [names_looked_at(survey, rules_of_indicator(indicator)) for indicator in counted]
    return [names_looked_at(survey, [part])]


def _alternatives(rule: str) -> list[str]:
    return [part.sql(dialect="duckdb") for part in alternatives(parse(rule))]


def _listed(survey: Survey, field: Field) -> bool:
    """Whether the answers that a field can have are known: codes, or numbers; not where a row belongs."""
    own = survey.codes(field) is not None or field.type == "integer"
    return own and field.name not in survey.key("child") and field.role not in ("consent", "age")


@lru_cache(maxsize=16)
def possible_answers(survey: Survey) -> pd.DataFrame:
    """Every answer that each deciding question can have: field, code, upto, place.

    Numbers stand for all up to `upto` between which no rule sees a difference.
    """
    questions = deciding(survey)
    rows = [
        (name, code, upto, place)
        for name in (*questions.child, *questions.household)
        for place, (code, upto) in enumerate(_answers(survey, survey.fields[name]))
    ]
    return pd.DataFrame(rows, columns=["field", "code", "upto", "place"]).astype(
        {"field": "str", "code": "str", "upto": "str", "place": "int64"}
    )


def _answers(survey: Survey, field: Field) -> Iterator[tuple[str, str | None]]:
    codes = survey.codes(field)
    if codes is not None:
        yield from ((code.code, None) for code in codes.codes if code.missing in ("", "exclusive"))
        return
    low, high = field.constraints.minimum or 0, field.constraints.maximum
    edges = sorted(_edges(survey, field.name) or set(range(low, (high or low) + 1)))
    last = high if high is not None else max([low, *edges]) + 1
    starts = sorted({low, *(edge for edge in edges if low < edge <= last)})
    for start, following in zip(starts, [*starts[1:], last + 1], strict=True):
        yield str(start), str(following - 1)


def _edges(survey: Survey, name: str) -> set[int]:
    """The numbers from which a rule may see another answer; none where it does more than compare with numbers."""
    texts = [rule for indicator in survey.indicators for rule in rules_of_indicator(indicator)]
    texts += [level.when for level in survey.rule_levels if level.when]
    bounds = set[int]()
    for column in (
        column_node for text in texts for column_node in parse(text).find_all(exp.Column) if column_node.name == name
    ):
        parent = column.parent
        if parent is None:
            return set()
        literals = list(parent.find_all(exp.Literal))
        plain = isinstance(parent, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In))
        if not plain or len(list(parent.find_all(exp.Column))) > 1 or not all(literal.is_int for literal in literals):
            return set()
        bounds |= {int(literal.name) + step for literal in literals for step in (0, 1)}
    return bounds


@lru_cache(maxsize=16)
def counting(survey: Survey) -> tuple[str, ...]:
    """The alternatives of level rules that look at how many indicators are yes."""
    return tuple(name for name, reason in level_reasons(survey).items() if reason.counts)
