"""The language of the rules: SQL conditions with three truth values, checked before they run.

A rule may use the survey's fields and, beyond plain SQL:

- `age`, `counted`, `dangers`: values known only as a range; a comparison with a number is decided when the whole range
  lies on one side of it, and is otherwise NULL;
- `asked(field)`: whether the question is put to this child; NULL when the age does not tell;
- `said(field, 'code')`: the answer was given, at any age; no answer counts as no only where it was not asked;
- `answers('child')`: how many questions of the child, or of the household, have an answer;
- `before(field)`: what the child's last record in the store says, in rules that hold a file against it;
- `any_child(condition)`: true for one child of the household, in this round; unknown before no.

Rules are data that somebody else may have written, so only the constructs named here are let through: nothing that
reads a file, the network, a setting or another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import sqlglot
from sqlglot import exp

from cpms_cli.survey.model.definition import CodeList, Field

COUNTED, DANGERS, BEFORE = "counted", "dangers", "before_"
COUNTS = (COUNTED, DANGERS)
"""Names that stand for how many indicators are yes; see `relations.counted_in`."""
RANGES: dict[str, tuple[str, str]] = {name: (f"{name}_min", f"{name}_max") for name in ("age", *COUNTS)}
_OPERATORS: dict[type[exp.Expression], str] = {exp.GTE: ">=", exp.GT: ">", exp.LTE: "<=", exp.LT: "<"}
_OWN_FUNCTIONS = {"ASKED": 1, "SAID": 2, "ANY_CHILD": 1, "ANSWERS": 1, "BEFORE": 1}
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_ALLOWED: tuple[type[exp.Expression], ...] = (
    *_COMPARISONS,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Paren,
    exp.In,
    exp.Between,
    exp.Is,
    exp.Null,
    exp.Boolean,
    exp.Literal,
    exp.Column,
    exp.Identifier,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Mod,
    exp.Neg,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Abs,
    exp.Length,
    exp.Left,
    exp.Substring,
    exp.Greatest,
    exp.Least,
    exp.DateDiff,
    exp.Var,
    exp.Year,
    exp.Count,
    exp.Min,
    exp.Max,
    exp.Sum,
    exp.Window,
    exp.Distinct,
    exp.Star,
    exp.StartsWith,
    exp.Cast,
    exp.DataType,
    exp.Anonymous,
    exp.Lag,
    exp.Order,
    exp.Ordered,
)


class RuleError(Exception):
    """A rule that cannot be used; `faults` say why."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What a rule may name: the survey's fields, and further columns that the stage provides.

    `answers` has the questions of each table that `answers()` may count; `earlier`: whether there is a `before()`.
    Two are equal where every rule means the same in both: what is worked out of a rule is kept beside its text.
    """

    fields: Mapping[str, Field]
    codelists: Mapping[str, CodeList]
    household_key: tuple[str, ...]
    further: frozenset[str] = field(default_factory=frozenset)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    earlier: bool = False

    def knows(self, name: str) -> bool:
        """Whether a rule may name this column."""
        return name in self.fields or name in self.further or name in RANGES

    @cached_property
    def _seen_by_rules(self) -> tuple[object, ...]:
        """All that `faults` and `compiled` look at."""
        return (
            tuple((name, field.asked, field.codelist, field.many) for name, field in self.fields.items()),
            tuple(
                (name, tuple((entry.code, entry.missing) for entry in codes.codes))
                for name, codes in self.codelists.items()
            ),
            (self.household_key, self.further, tuple(self.answers.items()), self.earlier),
        )

    @cached_property
    def _hash(self) -> int:
        return hash(self._seen_by_rules)

    def __hash__(self) -> int:
        """By what rules see of it."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """As the hash."""
        return self is other or (isinstance(other, Vocabulary) and self._seen_by_rules == other._seen_by_rules)


def parse(text: str) -> exp.Expression:
    """The rule as a tree; raises RuleError when it is not one SQL condition."""
    return _parsed(text).copy()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise RuleError(f"not an SQL condition: {str(error).splitlines()[0]}") from None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or set(_arguments(tree)) - {"expressions"}:
        raise RuleError("not one SQL condition")
    condition = tree.expressions[0]
    if not isinstance(condition, exp.Expression) or isinstance(condition, exp.Alias):
        raise RuleError("not one SQL condition")
    return condition


def _arguments(node: exp.Expression) -> list[str]:
    return [name for name, value in node.args.items() if value]


def faults(rule: exp.Expression, words: Vocabulary) -> list[str]:
    """What is wrong with a rule, in words; empty when it may be used."""
    rule_faults = list(_unknown_parts(rule, words))
    if not rule_faults:
        rule_faults = [*_wrong_codes(rule, words), *_wrong_ranges(rule)]
    return rule_faults


def _unknown_parts(rule: exp.Expression, words: Vocabulary) -> Iterable[str]:
    for node in rule.walk():
        if isinstance(node, exp.Column):
            if len(node.parts) > 1:
                yield f"'{node.sql()}' names another table"
            elif not words.knows(node.name):
                yield f"there is no field '{node.name}'"
        elif isinstance(node, exp.Anonymous):
            yield from _wrong_call(node, words)
        elif not isinstance(node, _ALLOWED):
            yield f"'{node.sql(dialect='duckdb')}' is not allowed in a rule ({type(node).__name__})"


def _wrong_call(node: exp.Anonymous, words: Vocabulary) -> Iterable[str]:
    called = node.name.upper()
    wanted = _OWN_FUNCTIONS.get(called)
    if wanted is None or (called == "BEFORE" and not words.earlier):
        yield f"the function '{node.name}' is not allowed in a rule"
    elif len(node.expressions) != wanted:
        yield f"'{node.name}' takes {wanted} argument(s)"
    elif called == "ANSWERS":
        if not _literal(node.expressions[0]) or node.expressions[0].name not in words.answers:
            yield f"'{node.name}' takes one of: {', '.join(map(repr, words.answers))}"
    elif called != "ANY_CHILD" and not isinstance(node.expressions[0], exp.Column):
        yield f"the first argument of '{node.name}' is the name of a field"


def _literal(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _wrong_codes(rule: exp.Expression, words: Vocabulary) -> Iterable[str]:
    for column, literals in _code_comparisons(rule):
        described = words.fields.get(column)
        if described is None or described.codelist is None or described.many:
            continue
        codes = words.codelists[described.codelist].by_code
        for literal in literals:
            if literal not in codes:
                yield f"'{literal}' is not a code of '{described.codelist}' ({column})"
            elif codes[literal].missing not in ("", "exclusive"):
                yield f"'{literal}' is no answer: in a rule it is NULL ({column})"


def _field_named(node: exp.Expression) -> str:
    """The field of which this is the answer, now or before; empty for anything else."""
    if isinstance(node, exp.Anonymous) and node.name.upper() == "BEFORE" and node.expressions:
        node = node.expressions[0]
    return node.name if isinstance(node, exp.Column) else ""


def _code_comparisons(rule: exp.Expression) -> Iterable[tuple[str, list[str]]]:
    for node in rule.walk():
        if isinstance(node, (exp.EQ, exp.NEQ)):
            for column, other in ((node.this, node.expression), (node.expression, node.this)):
                if _field_named(column) and isinstance(other, exp.Literal):
                    yield _field_named(column), [other.name]
        elif isinstance(node, exp.In) and _field_named(node.this):
            yield _field_named(node.this), [item.name for item in node.expressions if isinstance(item, exp.Literal)]
        elif isinstance(node, exp.Anonymous) and node.name.upper() == "SAID":
            yield node.expressions[0].name, [node.expressions[1].name]


def _wrong_ranges(rule: exp.Expression) -> Iterable[str]:
    for column in rule.find_all(exp.Column):
        if column.name not in RANGES:
            continue
        parent = column.parent
        by_number = (
            isinstance(parent, _COMPARISONS)
            and not isinstance(parent, exp.NEQ)
            and parent.this is column
            and isinstance(parent.expression, exp.Literal)
            and not parent.expression.is_string
        ) or (isinstance(parent, exp.Between) and parent.this is column)
        if not by_number:
            yield f"'{column.name}' is a range: compare it with a number, as in {column.name} >= 7"


def compiled(rule: exp.Expression, words: Vocabulary) -> exp.Expression:
    """The rule in plain SQL, its ranges and own functions written out.

    Raises RuleError with every fault that `faults` finds.
    """
    wrong = faults(rule, words)
    if wrong:
        raise RuleError(*wrong)
    expanded = rule.copy().transform(lambda node: _own_function(node, words), copy=False)
    return expanded.transform(_range, copy=False)


def compiled_rule(text: str, words: Vocabulary) -> exp.Expression:
    """Return the rule of this text as `compiled` does; raises RuleError where it is none, or has faults."""
    return _compiled_rule(text, words).copy()


@lru_cache(maxsize=1024)
def _compiled_rule(text: str, words: Vocabulary) -> exp.Expression:
    return compiled(_parsed(text), words)


@lru_cache(maxsize=1024)
def rule_sql(text: str, words: Vocabulary) -> str:
    """Return the rule of this text in plain SQL of DuckDB; raises RuleError where it is none, or has faults."""
    return sql(_compiled_rule(text, words))


def _condition(sql: str) -> exp.Expression:
    return _condition_tree(sql).copy()


@lru_cache(maxsize=1024)
def _condition_tree(sql: str) -> exp.Expression:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Expression)
    return tree


def _asked(name: str, words: Vocabulary) -> str:
    described = words.fields.get(name)
    # Of a question that is turned off no age is known from which it is asked: without an answer it stays unknown.
    return f"({described.asked})" if described and described.asked else "TRUE"


def _own_function(node: exp.Expression, words: Vocabulary) -> exp.Expression:
    if not isinstance(node, exp.Anonymous):
        return node
    first = node.expressions[0]
    if node.name.upper() == "ASKED":
        return _condition(_asked(first.name, words))
    if node.name.upper() == "SAID":
        same = f"({first.name} = {node.expressions[1].sql(dialect='duckdb')})"
        return _condition(f"({same} IS TRUE OR ({_asked(first.name, words)} AND {same}))")
    if node.name.upper() == "BEFORE":
        return exp.column(f"{BEFORE}{first.name}")
    if node.name.upper() == "ANSWERS":
        given = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in words.answers[first.name])
        return _condition(f"({given})")
    inner = first.sql(dialect="duckdb")
    window = f"OVER (PARTITION BY {', '.join(words.household_key)})"
    return _condition(
        f"(CASE WHEN COALESCE(BOOL_OR({inner}) {window}, FALSE) THEN TRUE"
        f" WHEN BOOL_OR(({inner}) IS NULL) {window} THEN NULL ELSE FALSE END)"
    )


def _range(node: exp.Expression) -> exp.Expression:
    if not (isinstance(node, (*_COMPARISONS, exp.Between)) and isinstance(node.this, exp.Column)):
        return node
    if node.this.name not in RANGES:
        return node
    low, high = RANGES[node.this.name]
    return _condition(_range_sql(node, low, high))


def _range_sql(node: exp.Expression, low: str, high: str) -> str:
    if isinstance(node, exp.Between):
        return (
            f"({_side(low, high, '>=', node.args['low'].sql())} AND {_side(low, high, '<=', node.args['high'].sql())})"
        )
    number = node.expression.sql()
    if isinstance(node, exp.EQ):
        return f"({_side(low, high, '>=', number)} AND {_side(low, high, '<=', number)})"
    operator = _OPERATORS[type(node)]
    return _side(low, high, operator, number)


def _side(low: str, high: str, operator: str, number: str) -> str:
    sure, against = (low, high) if operator.startswith(">") else (high, low)
    return f"(CASE WHEN {sure} {operator} {number} THEN TRUE WHEN NOT {against} {operator} {number} THEN FALSE END)"


def alternatives(rule: exp.Expression) -> list[exp.Expression]:
    """The parts joined by the outermost OR, each of which alone makes the rule true."""
    whole = rule.unnest()
    alternatives = whole.flatten() if isinstance(whole, exp.Or) else iter([whole])
    return [part for part in alternatives if isinstance(part, exp.Expression)]


def named(rule: exp.Expression) -> list[str]:
    """The columns that a rule names, in its order, each once."""
    return list(dict.fromkeys(column.name for column in rule.find_all(exp.Column, bfs=False)))


def sql(rule: exp.Expression, dialect: str = "duckdb") -> str:
    """The rule as text of an SQL dialect."""
    return rule.sql(dialect=dialect)
