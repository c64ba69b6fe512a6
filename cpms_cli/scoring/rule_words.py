"""A rule in words: field labels, answers and indicators in place of SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from cpms_cli.scoring.explanations import Explainer
from cpms_cli.survey.messages import say
from cpms_cli.survey.rules.rule_language import alternatives, parse
from cpms_cli.survey.rules.vocabulary import COUNTS

_SIGNS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "≠",
    exp.GT: ">",
    exp.GTE: "≥",
    exp.LT: "<",
    exp.LTE: "≤",
}


def rule_words(explainer: Explainer, rule: str) -> list[str]:
    """Each alternative of a rule, as "Basic needs unmet: Yes and Main carer: Nobody"; what has no words stays SQL."""
    return [_Words(explainer).put_into_words(part) for part in alternatives(parse(rule))]


@dataclass(frozen=True)
class _Words:
    explainer: Explainer

    def put_into_words(self, node: Any) -> str:
        kinds: dict[type[exp.Expression], Callable[[Any], str]] = {
            exp.And: lambda node: self._joined(node, "rule_and"),
            exp.Or: lambda node: self._joined(node, "rule_or"),
            exp.Paren: lambda node: f"({self.put_into_words(node.this)})",
            exp.Not: lambda node: say("rule_not", self.explainer.language, what=self.put_into_words(node.this)),
            exp.Column: lambda node: self._named(node.name),
            exp.Between: self._between,
            exp.In: self._one_of,
            exp.Anonymous: self._called,
        }
        if type(node) in _SIGNS:
            return self._compared(node)
        return kinds.get(type(node), lambda other: str(other.sql(dialect="duckdb")))(node)

    def _joined(self, node: exp.Connector, word: str) -> str:
        # Whether a question is put at this age is no part of what its answer says.
        parts = [part for part in node.flatten(unnest=False) if part.name.upper() != "ASKED"]
        return f" {say(word, self.explainer.language)} ".join(self.put_into_words(part) for part in parts)

    def _named(self, name: str) -> str:
        numbers = {indicator.column: indicator.number for indicator in self.explainer.survey.indicators}
        if name in numbers:
            return f"{numbers[name]} {self.explainer.indicator_name(numbers[name])}"
        if name in COUNTS:
            return say(f"rule_{name}", self.explainer.language)
        field = self.explainer.survey.fields.get(name)
        return field.label.in_(self.explainer.language) if field else say("col_age", self.explainer.language)

    def _answer(self, name: str, literal: exp.Expression) -> str:
        field = self.explainer.survey.fields.get(name)
        return self.explainer.answer(field, literal.name) if field and field.codelist else literal.name

    def _compared(self, node: Any) -> str:
        name, sign = node.this.name, _SIGNS[type(node)]
        of_code = isinstance(node.expression, exp.Literal) and node.expression.is_string
        answer = self._answer(name, node.expression) if of_code else self.put_into_words(node.expression)
        return (
            f"{self.put_into_words(node.this)}: {answer}"
            if of_code and sign == "="
            else f"{self.put_into_words(node.this)} {sign} {answer}"
        )

    def _between(self, node: exp.Between) -> str:
        return f"{self.put_into_words(node.this)} {node.args['low'].sql()}–{node.args['high'].sql()}"

    def _one_of(self, node: exp.In) -> str:
        answers = (self._answer(node.this.name, expression) for expression in node.expressions)
        return f"{self.put_into_words(node.this)}: {' / '.join(answers)}"

    def _called(self, node: exp.Anonymous) -> str:
        first = node.expressions[0]
        if node.name.upper() == "SAID":
            return f"{self.put_into_words(first)}: {self._answer(first.name, node.expressions[1])}"
        if node.name.upper() == "ANY_CHILD":
            return say("rule_any_child", self.explainer.language, what=self.put_into_words(first))
        return str(node.sql(dialect="duckdb"))
