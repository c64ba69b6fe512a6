"""The definition's rules as SQL over a typed record and its facts (see `facts`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from cpms_cli.scoring.compiler.conditions import Condition, conditions
from cpms_cli.scoring.compiler.facts import Facts, given
from cpms_cli.scoring.compiler.household_facts import Homes
from cpms_cli.scoring.compiler.reasons import Reason, reasons
from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.rules.rule_language import alternatives, compiled, final_sql, named, names_in, standing_rule
from cpms_cli.survey.rules.typed_answers import FURTHER, vocabulary


@dataclass(frozen=True)
class Clause:
    """One condition of an alternative: what is named where it is a reason for it, or leaves it open.

    `fields`, by name, with the one answer that makes it true (empty where there are several); `indicators`, by column,
    with the same; `of_home`: names that are asked of every child of the home; `by_age`: whether the age decides it.
    `chosen` is SQL that is true where the condition is a reason, if the alternative holds; `undecided`, where it can be
    what leaves the alternative open, if that is unknown; `unknown`, where the condition itself is. Empty: always.
    """

    fields: dict[str, str]
    indicators: dict[str, str]
    of_home: tuple[str, ...]
    by_age: bool
    chosen: str
    undecided: str
    unknown: str


@dataclass(frozen=True)
class Part:
    """An alternative of a rule in terms of facts, with its conditions; `plain`: it is one indicator, or a count."""

    reason: Reason
    condition: str
    clauses: tuple[Clause, ...]
    plain: bool


class Rules:
    """The definition's rules as SQL over a typed record and its facts."""

    def __init__(self, survey: Survey) -> None:
        self.survey, self.words, self.facts = survey, vocabulary(survey), Facts(survey)
        self.homes = Homes(survey.key("household"))
        self._names = set[str]()
        self.of_indicator = {
            indicator.column: self._parts(indicator.when, indicator.column) for indicator in survey.indicators
        }
        self.of_level = {
            rule_level.id: self._parts(rule_level.when or "FALSE", rule_level.id) for rule_level in survey.rule_levels
        }
        self.when = {indicator.column: self.condition(indicator.when) for indicator in survey.indicators}
        self.applies = {
            indicator.column: self.condition(indicator.applies) for indicator in survey.indicators if indicator.applies
        }
        self.level = {rule_level.id: self.condition(rule_level.when) for rule_level in survey.rule_levels}

    def condition(self, rule: str | None) -> str:
        """A rule in plain SQL; none is true."""
        return f"({self._written(standing_rule(rule))})" if rule else "TRUE"

    def _written(self, rule: exp.Expression) -> str:
        tree = self.facts.named(compiled(rule, self.words))
        self._names.update(named(tree))
        return final_sql(tree.transform(self.homes.as_column, copy=False))

    def _parts(self, rule: str, prefix: str) -> tuple[Part, ...]:
        parts = []
        for reason, part in zip(reasons(self.survey, rule, prefix), alternatives(standing_rule(rule)), strict=True):
            inner = tuple(conditions(part))
            plain = len(inner) == 1 and inner[0].wanted and (isinstance(part, exp.Column) or bool(reason.counts))
            clauses = tuple(self._clause(condition, part) for condition in inner)
            parts.append(Part(reason, self._written(part), clauses, plain))
        return tuple(parts)

    def _clause(self, condition: Condition, whole: exp.Expression) -> Clause:
        columns = {each.column for each in self.survey.indicators}
        names, of_home = named(condition.tree), tuple[str, ...]()
        if condition.function == "ASKED":
            # Whether a question is put at this age is no part of what its answer says.
            names = [*names_in(self.survey.fields[names[0]].asked or "TRUE")]
        elif condition.function == "ANY_CHILD":
            names, of_home = [], tuple(names)
        answers = {
            name: given(condition.tree, name) if condition.wanted else ""
            for name in names
            if name in self.survey.fields
        }
        yes = "yes" if condition.wanted and isinstance(condition.tree, exp.Column) else ""
        chosen = [
            ("" if wanted else "NOT ") + f"({self._written(branch)})"
            for branch, wanted in condition.chosen
            if branch is not whole
        ]
        undecided = [f"({self._written(node)}) IS NULL" for node in condition.around]
        unknown = "" if condition.tree is whole else f"({self._written(condition.tree)}) IS NULL"
        return Clause(
            {} if condition.function == "ASKED" else answers,
            {name: yes for name in names if name in columns},
            of_home,
            "age" in names,
            " AND ".join(chosen),
            " AND ".join(undecided),
            unknown,
        )

    def truths(self, indicator: Indicator) -> list[str]:
        """Columns of truth: the indicator's, n/a counting as no, and before it whether it applies, where it has a
        limit."""
        when, applies = self.when[indicator.column], self.applies.get(indicator.column)
        if applies is None:
            return [f"{when} AS {indicator.column}"]
        truth = f"CASE WHEN {applies} THEN {when} WHEN NOT {applies} THEN FALSE END"
        return [f"{applies} AS {indicator.column}_applies", f"{truth} AS {indicator.column}"]

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The columns of the record that rules, and what is told of them, look at."""
        values = {
            name
            for parts in (*self.of_indicator.values(), *self.of_level.values())
            for part in parts
            for clause in part.clauses
            for name, answer in clause.fields.items()
            if not answer
        }
        known = {*self.facts.names, *self.survey.fields, *FURTHER}
        return tuple(sorted((self._names | values) & known))


@lru_cache(maxsize=16)
def rules_of(survey: Survey) -> Rules:
    """The rules of a definition, written once."""
    return Rules(survey)
