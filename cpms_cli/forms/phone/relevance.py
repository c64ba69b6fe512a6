"""Rules of the definition (SQL, three truth values) as XPath for a form, which knows two.

A form asks wherever the rule *may* be true: a question too many is better than one that was never put. So each rule
has two readings, and NOT turns one into the other: certainly true, and not certainly false.
"""

from __future__ import annotations

from sqlglot import exp

from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.rules.rule_language import parse
from cpms_cli.survey.rules.vocabulary import RANGES, RuleError

_OPERATORS: dict[type[exp.Expression], str] = {
    exp.GTE: ">=",
    exp.GT: ">",
    exp.LTE: "<=",
    exp.LT: "<",
    exp.EQ: "=",
    exp.NEQ: "!=",
}


class Untranslatable(Exception):
    """A part of a rule that XPath cannot say; the text is that part."""


def relevance(survey: Survey, field: Field) -> str | None:
    """XPath that is true where the field's rule `asked` may be; None where the question is put to everybody.

    `${age_min}` and `${age_max}` are the bounds of the age, blank where no age is known. Raises Untranslatable.
    """
    if not field.asked:
        return None
    return _Reading(survey).truth(_tree(field.asked), sure=False)


def _tree(rule: str) -> exp.Expression:
    try:
        return parse(rule)
    except RuleError:
        raise Untranslatable(rule) from None


class _Reading:
    def __init__(self, survey: Survey) -> None:
        self.survey = survey

    def truth(self, node: exp.Expression, sure: bool) -> str:
        if isinstance(node, exp.Paren):
            return self.truth(node.this, sure)
        if isinstance(node, (exp.And, exp.Or)):
            word = "and" if isinstance(node, exp.And) else "or"
            return f"({self.truth(node.this, sure)} {word} {self.truth(node.expression, sure)})"
        if isinstance(node, exp.Not):
            return f"not({self.truth(node.this, not sure)})"
        if isinstance(node, exp.Boolean):
            return "true()" if node.this else "false()"
        if isinstance(node, exp.Anonymous) and node.name.upper() == "ASKED":
            return self._asked(node, sure)
        return self._comparison(node, sure)

    def _asked(self, node: exp.Anonymous, sure: bool) -> str:
        field = self.survey.fields.get(node.expressions[0].name)
        if field is None:
            raise Untranslatable(node.sql(dialect="duckdb"))
        return self.truth(_tree(field.asked), sure) if field.asked else "true()"

    def _comparison(self, node: exp.Expression, sure: bool) -> str:
        if isinstance(node, exp.Between) and isinstance(node.this, exp.Column):
            low, high = self._side(node, ">=", node.args["low"], sure), self._side(node, "<=", node.args["high"], sure)
            return f"({low} and {high})"
        if isinstance(node, exp.In) and isinstance(node.this, exp.Column) and node.expressions:
            return "(" + " or ".join(self._side(node, "=", item, sure) for item in node.expressions) + ")"
        if type(node) in _OPERATORS and isinstance(node.this, exp.Column):
            return self._side(node, _OPERATORS[type(node)], node.args["expression"], sure)
        raise Untranslatable(node.sql(dialect="duckdb"))

    def _side(self, node: exp.Expression, operator: str, value: exp.Expression, sure: bool) -> str:
        """A column of this comparison against one literal."""
        name = node.this.name
        if not isinstance(value, exp.Literal):
            raise Untranslatable(node.sql(dialect="duckdb"))
        if name in RANGES and not value.is_string:
            return self._range(node, operator, value.name, sure)
        field = self.survey.fields.get(name)
        if field is not None and field.type in ("integer", "number") and not value.is_string:
            return _guarded(f"${{{name}}}", f"${{{name}}} {operator} {value.name}", sure)
        if field is not None and field.codelist and not field.many and value.is_string and operator in ("=", "!="):
            return self._answer(field, operator, value.name, sure)
        raise Untranslatable(node.sql(dialect="duckdb"))

    def _range(self, node: exp.Expression, operator: str, number: str, sure: bool) -> str:
        if operator == "=":
            return f"({self._range(node, '>=', number, sure)} and {self._range(node, '<=', number, sure)})"
        if operator == "!=":
            raise Untranslatable(node.sql(dialect="duckdb"))
        low, high = RANGES[node.this.name]
        bound = low if operator.startswith(">") == sure else high
        return _guarded(f"${{{bound}}}", f"${{{bound}}} {operator} {number}", sure)

    def _answer(self, field: Field, operator: str, code: str, sure: bool) -> str:
        """A coded answer: blank, unknown and refused decide nothing."""
        codes = self.survey.codes(field)
        missing = self.survey.missing_codes(field)
        none = ["", *(code for code in (codes.by_code if codes else ()) if code in missing)]
        unknown = " or ".join(f"${{{field.name}}} = '{code}'" for code in none)
        test = f"${{{field.name}}} {operator} '{code}'"
        return f"({test} and not({unknown}))" if sure else f"({test} or {unknown})"


def _guarded(value: str, test: str, sure: bool) -> str:
    """A comparison of numbers, where a blank decides nothing."""
    return f"({value} != '' and {test})" if sure else f"({value} = '' or {test})"
