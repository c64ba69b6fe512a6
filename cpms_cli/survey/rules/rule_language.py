"""The language of the rules: SQL conditions with three truth values, checked before they run.

A rule may use the survey's fields and, beyond plain SQL:

- `age`, `counted`, `dangers`: values known only as a range; a comparison with a number is decided when the whole range
  lies on one side of it, and is otherwise NULL;
- `asked(field)`: whether the question is put to this child; NULL when the age does not tell;
- `said(field, 'code')`: the answer was given, at any age; no answer counts as no only where it was not asked;
- `answers('child')`: how many questions of the child, or of the household, have an answer;
- `before(field)`: what the child's last record in the store says, in rules that hold a file against it;
- `any_child(condition)`: true for one child of the household, in this round; unknown before no.

Of SQL's own functions few are let through; `regexp_full_match(field, 'pattern')` says whether a text has a form.

Rules are data that somebody else may have written, so only the constructs named here are let through: nothing that
reads a file, the network, a setting or another table.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from cpms_cli.survey.problems import Fault
from cpms_cli.survey.rules.rule_faults import COMPARISONS, faults
from cpms_cli.survey.rules.slips import slip_in
from cpms_cli.survey.rules.vocabulary import BEFORE, RANGES, RuleError, UnsoundQuestion, Vocabulary

_OF_SLIPS = frozenset({"not_allowed", "no_field", "answer_unquoted"})
"""Faults that a slip of the pen can look like."""
# Longer and deeper than any rule that a person reads; what runs the rules goes through them part within part.
_LONGEST, _DEEPEST = 20_000, 200
_OPERATORS: dict[type[exp.Expression], str] = {exp.GTE: ">=", exp.GT: ">", exp.LTE: "<=", exp.LT: "<"}


def parse(text: str) -> exp.Expression:
    """The rule as a tree; raises RuleError when it is not one SQL condition."""
    return _parsed(text).copy()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expression:
    if len(text) > _LONGEST:
        raise RuleError(Fault("rule_long", count=_LONGEST))
    try:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect="duckdb")
        if _depth(tree) > _DEEPEST:
            raise RuleError(Fault("rule_nested"))
    except RecursionError:
        raise RuleError(Fault("rule_nested")) from None
    except sqlglot.errors.SqlglotError as error:
        raise RuleError(slip_in(text) or _unreadable(error)) from None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or set(_arguments(tree)) - {"expressions"}:
        raise RuleError(slip_in(text) or Fault("not_one_sql"))
    condition = tree.expressions[0]
    if not isinstance(condition, exp.Expression) or isinstance(condition, exp.Alias):
        raise RuleError(slip_in(text) or Fault("not_one_sql"))
    return condition


def _depth(tree: exp.Expr) -> int:
    """Return how many parts of a rule stand within one another."""
    deepest, left = 0, [(tree, 0)]
    while left:
        node, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(part, depth + 1) for part in node.iter_expressions()]
    return deepest


def _unreadable(error: sqlglot.errors.SqlglotError) -> Fault:
    """Return where the parser gave a rule up; what it says of that is in words of its own."""
    places = error.errors if isinstance(error, sqlglot.errors.ParseError) else []
    rest = f"{places[0]['highlight'] or ''}{places[0]['end_context'] or ''}".strip() if places else ""
    return Fault("not_sql", text=rest) if rest else Fault("not_one_sql")


def standing_rule(text: str) -> exp.Expression:
    """The rule as a tree that is kept and that nobody may change; raises RuleError as `parse` does."""
    return _parsed(text)


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The columns that the rule of this text names, as `named` does; raises RuleError as `parse` does."""
    return tuple(named(_parsed(text)))


def _arguments(node: exp.Expression) -> list[str]:
    return [name for name, value in node.args.items() if value]


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
    try:
        return compiled(_parsed(text), words)
    except UnsoundQuestion:
        raise
    except RuleError as error:
        raise RuleError(*_in_plain_words(text, error.faults)) from None


def _in_plain_words(text: str, wrong: tuple[Fault, ...]) -> list[Fault]:
    """Return what is wrong with a rule; a slip in its text stands in place of what the parser made of it."""
    slip = slip_in(text) if any(fault.key in _OF_SLIPS for fault in wrong) else None
    if slip is None or slip in wrong:
        return list(wrong)
    others = (fault for fault in wrong if fault.key not in _OF_SLIPS or not _comes_of(fault, slip))
    return [slip, *others]


def _comes_of(fault: Fault, slip: Fault) -> bool:
    """Whether a fault is only the consequence of a slip: what is no name, or stands in what was slipped in."""
    names = fault.texts()
    within = " ".join(slip.texts())
    return fault.key == "not_allowed" or any(not name.isascii() or name in within for name in names)


@lru_cache(maxsize=1024)
def rule_sql(text: str, words: Vocabulary) -> str:
    """Return the rule of this text in plain SQL of DuckDB; raises RuleError where it is none, or has faults."""
    return sql(_compiled_rule(text, words))


@lru_cache(maxsize=1024)
def has_window(text: str, words: Vocabulary, *, ordered: bool = False) -> bool:
    """Return whether the rule of this text looks at other rows, with `ordered` in an order; raises as `rule_sql`."""
    windows = _compiled_rule(text, words).find_all(exp.Window)
    return any(bool(window.args.get("order")) or not ordered for window in windows)


@lru_cache(maxsize=1024)
def columns_read(text: str, words: Vocabulary) -> frozenset[str]:
    """Return the columns that the rule of this text looks at, in plain SQL; raises as `rule_sql`."""
    return frozenset(column.name for column in _compiled_rule(text, words).find_all(exp.Column))


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
    if not described or not described.asked:
        return "TRUE"
    # What stands in a rule by way of a question is let through no more than what stands in the rule itself.
    try:
        unsound = faults(_parsed(described.asked), words)
    except RuleError:
        raise UnsoundQuestion from None
    if unsound:
        raise UnsoundQuestion
    return f"({described.asked})"


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
    return _condition(f"""
        (
            CASE
                WHEN COALESCE(BOOL_OR({inner}) {window}, FALSE) THEN TRUE
                WHEN BOOL_OR(({inner}) IS NULL) {window} THEN NULL
                ELSE FALSE
            END
        )""")


def _range(node: exp.Expression) -> exp.Expression:
    if not (isinstance(node, (*COMPARISONS, exp.Between)) and isinstance(node.this, exp.Column)):
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


def final_sql(rule: exp.Expression) -> str:
    """The rule as text of DuckDB; the tree is the caller's own and is used up: `sql` copies it, which takes as long."""
    return rule.sql(dialect="duckdb", copy=False)


def sql(rule: exp.Expression, dialect: str = "duckdb") -> str:
    """The rule as text of an SQL dialect."""
    return rule.sql(dialect=dialect)
