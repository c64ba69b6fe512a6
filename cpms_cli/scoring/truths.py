"""The definition's rules as SQL over a typed record and its facts (see `facts`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from cpms_cli.scoring.facts import Facts, given
from cpms_cli.scoring.homes import Homes
from cpms_cli.scoring.reasons import Reason, reasons
from cpms_cli.survey.definition import Indicator, Survey
from cpms_cli.survey.relations import FURTHER, vocabulary
from cpms_cli.survey.rules import alternatives, compiled, named, parse, sql


@dataclass(frozen=True)
class Part:
    """An alternative of a rule in terms of facts; `given`: the answers that it cannot be true without."""

    reason: Reason
    condition: str
    given: dict[str, str]


class Rules:
    """The definition's rules as SQL over a typed record and its facts."""

    def __init__(self, survey: Survey) -> None:
        self.survey, self.words, self.facts = survey, vocabulary(survey), Facts(survey)
        self.homes = Homes(survey.key("household"))
        self._names = set[str]()
        self.of_indicator = {one.column: self._parts(one.when, one.column) for one in survey.indicators}
        self.of_level = {one.id: self._parts(one.when or "FALSE", one.id) for one in survey.rule_levels}
        self.when = {one.column: self.condition(one.when) for one in survey.indicators}
        self.applies = {one.column: self.condition(one.applies) for one in survey.indicators if one.applies}
        self.level = {one.id: self.condition(one.when) for one in survey.rule_levels}

    def condition(self, rule: str | None) -> str:
        """A rule in plain SQL; none is true."""
        return f"({self._written(parse(rule))})" if rule else "TRUE"

    def _written(self, rule: exp.Expression) -> str:
        tree = self.facts.named(compiled(rule, self.words))
        self._names.update(named(tree))
        return sql(tree.transform(self.homes.told))

    def _parts(self, rule: str, prefix: str) -> tuple[Part, ...]:
        found = []
        for reason, part in zip(reasons(self.survey, rule, prefix), alternatives(parse(rule)), strict=True):
            answers = {name: given(part, name) for name in reason.fields}
            found.append(Part(reason, self._written(part), answers))
        return tuple(found)

    def truths(self, one: Indicator) -> list[str]:
        """Columns of truth: the indicator's, n/a counting as no, and before it whether it applies, where it has a
        limit."""
        when, applies = self.when[one.column], self.applies.get(one.column)
        if applies is None:
            return [f"{when} AS {one.column}"]
        truth = f"CASE WHEN {applies} THEN {when} WHEN NOT {applies} THEN FALSE END"
        return [f"{applies} AS {one.column}_applies", f"{truth} AS {one.column}"]

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The columns of the record that rules, and what is told of them, look at."""
        told = {name for parts in (*self.of_indicator.values(), *self.of_level.values()) for part in parts
                for name, answer in part.given.items() if not answer}  # fmt: skip
        known = {*self.facts.names, *self.survey.fields, *FURTHER}
        return tuple(sorted((self._names | told) & known))


@lru_cache(maxsize=16)
def rules_of(survey: Survey) -> Rules:
    """The rules of a definition, written once."""
    return Rules(survey)
