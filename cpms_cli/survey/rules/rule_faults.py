"""What is wrong with a rule, before it runs: only the constructs named here are let through."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from cpms_cli.survey.problems import Fault
from cpms_cli.survey.rules.vocabulary import RANGES, Vocabulary

_OWN_FUNCTIONS = {"ASKED": 1, "SAID": 2, "ANY_CHILD": 1, "ANSWERS": 1, "BEFORE": 1}
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_ALLOWED: tuple[type[exp.Expression], ...] = (
    *COMPARISONS,
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
    exp.RegexpFullMatch,
    exp.Cast,
    exp.DataType,
    exp.Anonymous,
    exp.Lag,
    exp.Order,
    exp.Ordered,
)


def faults(rule: exp.Expression, words: Vocabulary) -> list[Fault]:
    """What is wrong with a rule; empty when it may be used."""
    rule_faults = list(_unknown_parts(rule, words))
    if not rule_faults:
        rule_faults = [*_wrong_codes(rule, words), *_wrong_ranges(rule)]
    return rule_faults


def _unknown_parts(rule: exp.Expression, words: Vocabulary) -> Iterable[Fault]:
    for node in rule.walk():
        if isinstance(node, exp.Column):
            if len(node.parts) > 1:
                yield Fault("other_table", text=node.sql())
            elif not words.knows(node.name):
                yield _no_field(node, words)
        elif isinstance(node, exp.Anonymous):
            yield from _wrong_call(node, words)
        elif isinstance(node, exp.RegexpFullMatch):
            yield from _wrong_pattern(node)
        elif not isinstance(node, _ALLOWED):
            yield Fault("not_allowed", text=node.sql(dialect="duckdb"))


def _no_field(node: exp.Column, words: Vocabulary) -> Fault:
    """Return what is wrong with a name that no field has: often it is an answer without its quotation marks."""
    beside = [] if not isinstance(node.parent, (*COMPARISONS, exp.In)) else node.parent.find_all(exp.Column)
    lists = (words.fields[other.name].codelist for other in beside if other.name in words.fields)
    if any(codelist is not None and node.name in words.codelists[codelist].by_code for codelist in lists):
        return Fault("answer_unquoted", code=node.name)
    return Fault("no_field", name=node.name)


def _wrong_call(node: exp.Anonymous, words: Vocabulary) -> Iterable[Fault]:
    called = node.name.upper()
    wanted = _OWN_FUNCTIONS.get(called)
    if wanted is None or (called == "BEFORE" and not words.earlier):
        yield Fault("no_function", name=node.name)
    elif len(node.expressions) != wanted:
        yield Fault("arguments", name=node.name, count=wanted)
    elif called == "ANSWERS":
        if not _literal(node.expressions[0]) or node.expressions[0].name not in words.answers:
            yield Fault("one_of", name=node.name, choices=", ".join(map(repr, words.answers)))
    elif called != "ANY_CHILD" and not isinstance(node.expressions[0], exp.Column):
        yield Fault("first_argument", name=node.name)


def _wrong_pattern(node: exp.RegexpFullMatch) -> Iterable[Fault]:
    """A pattern is a text of the rule, so that what is wrong with it is found here; DuckDB and Arrow read it alike."""
    pattern = node.expression
    if not _literal(pattern) or node.args.get("options"):
        yield Fault("regexp")
        return
    try:
        pc.match_substring_regex(pa.array([""]), pattern.name)
    except pa.ArrowInvalid as error:
        yield Fault("no_pattern", text=pattern.name, reason=str(error))


def _literal(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _wrong_codes(rule: exp.Expression, words: Vocabulary) -> Iterable[Fault]:
    for column, literals in _code_comparisons(rule):
        described = words.fields.get(column)
        if described is None or described.codelist is None or described.many:
            continue
        codes = words.codelists[described.codelist].by_code
        for literal in literals:
            if literal not in codes:
                yield Fault("not_code_rule", code=literal, list=described.codelist, field=column)
            elif codes[literal].missing not in ("", "exclusive"):
                yield Fault("no_answer_rule", code=literal, field=column)


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


def _wrong_ranges(rule: exp.Expression) -> Iterable[Fault]:
    for column in rule.find_all(exp.Column):
        if column.name not in RANGES:
            continue
        parent = column.parent
        by_number = (
            isinstance(parent, COMPARISONS)
            and not isinstance(parent, exp.NEQ)
            and parent.this is column
            and isinstance(parent.expression, exp.Literal)
            and not parent.expression.is_string
        ) or (isinstance(parent, exp.Between) and parent.this is column)
        if not by_number:
            yield Fault("range", name=column.name, example=f"{column.name} >= 7")
