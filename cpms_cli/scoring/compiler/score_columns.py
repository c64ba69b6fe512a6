"""Truths put into the columns of a score: answers, reasons, and the answers behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from cpms_cli.scoring.compiler.truths import Clause, Part, Rules, rules_of
from cpms_cli.scoring.compiler.unasked_columns import is_unasked
from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.survey.rules.vocabulary import COUNTS, RANGES

AGE, NEEDS_HELP = "age", "needs_help"
HELP = f"{NEEDS_HELP}_label"
"""The column that lists have beside NEEDS_HELP: what circumstances call for help with, in words."""
_SEPARATOR = "chr(31)"
_LITERAL = re.compile("'(?:[^']|'')*'")
COUNT_COLUMNS = tuple(name for count in COUNTS for name in RANGES[count])
"""How many indicators are yes, as ranges: counted_min, counted_max, and those that are no circumstance."""


def plain_columns(survey: Survey, carried: tuple[str, ...]) -> str:
    """The columns that `explained_sql` says but for its lists, out of what `judged_sql` gives."""
    return (
        f"{', '.join(carried)}, {answer_columns(survey)}, level, highest, {', '.join(COUNT_COLUMNS)},"
        f" {_needs_help(survey)} AS {NEEDS_HELP}"
    )


def answer_columns(survey: Survey) -> str:
    """Return the answer to each indicator in a column of its own, out of what `judged_sql` gives."""
    return ", ".join(f"{_answer(indicator)} AS {indicator.column}" for indicator in survey.indicators)


def _needs_help(survey: Survey) -> str:
    """Return the ids of the circumstances that are surely so, separated as several answers are; empty where none is."""
    columns = {indicator.number: indicator.column for indicator in survey.indicators}
    cases = [
        f"CASE WHEN {columns[circumstance.indicator]} THEN {quoted(circumstance.id)} END"
        for circumstance in survey.circumstances
    ]
    return f"concat_ws(';', {', '.join(cases)})" if cases else "''"


@lru_cache(maxsize=16)
def explained_columns(survey: Survey, carried: tuple[str, ...]) -> str:
    """The columns that `explained_sql` says, out of what `judged_sql` gives."""
    rules = rules_of(survey)
    columns = {
        "reasons": _why(rules),
        "open_reasons": _why_open(rules),
        "answers": _answers(rules),
        "open_answers": _open_answers(rules),
    }
    lists = ", ".join(f"{_listed(joined)} AS {name}" for name, joined in columns.items())
    return f"{plain_columns(survey, carried)}, {lists}"


def outcome_columns(survey: Survey, carried: tuple[str, ...]) -> str:
    """Return the columns on which a level hangs, out of what `judged_sql` gives: what `explained_columns` has of level,
    highest, `COUNT_COLUMNS` and open_reasons, without the answers behind them, which take far longer to plan."""
    counts = ", ".join(COUNT_COLUMNS)
    return f"{', '.join(carried)}, level, highest, {counts}, {_listed(_why_open(rules_of(survey)))} AS open_reasons"


def _answer(indicator: Indicator) -> str:
    outside = f"WHEN NOT {indicator.column}_applies THEN 'n/a' " if indicator.applies else ""
    decided = f"WHEN {indicator.column} THEN 'yes' WHEN NOT {indicator.column} THEN 'no'"
    return f"CASE {outside}{decided} WHEN {is_unasked(indicator.column)} THEN 'not_asked' ELSE 'unknown' END"


def _reason_list(parts: tuple[Part, ...], test: str) -> str:
    return _joined([f"CASE WHEN {test.format(part.condition)} THEN {quoted(part.reason.id)} END" for part in parts])


def _joined(items: list[str]) -> str:
    """The items that are there as one text, NULL where none is: far cheaper than lists, which few rows need. No item is
    an empty text."""
    if len(items) == 1:
        return items[0]
    return f"NULLIF(concat_ws({_SEPARATOR}, {', '.join(items)}), '')"


def _listed(joined: str) -> str:
    return f"COALESCE(string_split({joined}, {_SEPARATOR}), CAST([] AS VARCHAR[]))"


def _labelled(label: str, holds: str, items: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(items))
    if distinct and all(map(_LITERAL.fullmatch, distinct)):
        # Whatever is known now costs nothing to plan.
        text = "&".join(item[1:-1] for item in distinct)
        return f"CASE WHEN {holds} THEN {quoted(label + ':')[:-1]}{text}' END"
    several = (
        f"concat_ws('&', {', '.join(distinct)})"
        if len(distinct) > 1
        else f"COALESCE({distinct[0] if distinct else 'NULL'}, '')"
    )
    return f"CASE WHEN {holds} THEN {quoted(label + ':')} || {several} END"


def _behind(
    rules: Rules, test: str, answers: Callable[[Part, Clause], Iterable[str]], further: dict[str, list[str]]
) -> str:
    """What stands behind scores: of each indicator, and of each level's rule where it is more than an indicator, the
    alternatives that pass the test. An indicator's are looked at only where it passes, which on most rows it does not.

    `further` is what else stands behind an indicator, by its column.
    """

    def items(parts: Iterable[Part], label: str) -> list[str]:
        return [
            _labelled(
                label or part.reason.id,
                test.format(part.condition),
                (item for clause in part.clauses for item in answers(part, clause)),
            )
            for part in parts
        ]

    groups = []
    for indicator in rules.survey.indicators:
        entries = [
            *further.get(indicator.column, []),
            *items(rules.of_indicator[indicator.column], str(indicator.number)),
        ]
        groups.append(f"CASE WHEN {test.format(indicator.column)} THEN {_joined(entries)} END")
    for level, parts in rules.of_level.items():
        entries = items([part for part in parts if not part.plain], "")
        # An alternative that is true, or not known, leaves its rule not false.
        groups += [f"CASE WHEN is_{level} IS NOT FALSE THEN {_joined(entries)} END"] if entries else []
    return _joined(groups)


def _filtered(tests: Iterable[str], item: str) -> str:
    wanted = " AND ".join(test for test in tests if test)
    return f"CASE WHEN {wanted} THEN {item} END" if wanted else item


def _of_home(clause: Clause) -> list[str]:
    return [quoted(f"any_child({','.join(clause.of_home)})")] if clause.of_home else []


def _answers(rules: Rules) -> str:
    """The answers and indicators that make something true: of an inner OR, only of the branches that are true."""
    answer_of = {indicator.column: _answer(indicator) for indicator in rules.survey.indicators}

    def answers_of(_part: Part, clause: Clause) -> Iterator[str]:
        given = {name: (answer, f"{name}::VARCHAR") for name, answer in clause.fields.items()}
        given |= {name: (answer, answer_of[name]) for name, answer in clause.indicators.items()}
        items = [
            quoted(f"{name}={answer}") if answer else f"{quoted(f'{name}=')} || {value}"
            for name, (answer, value) in given.items()
        ]
        yield from (_filtered([clause.chosen], item) for item in (*items, *_of_home(clause)))

    return _behind(rules, "({})", answers_of, {})


def _open_answers(rules: Rules) -> str:
    """The questions and indicators without an answer that leave something open."""

    def answers_of(part: Part, clause: Clause) -> Iterator[str]:
        for name in clause.fields:
            unanswered = rules.facts.unanswered(name)
            # Where the whole alternative is one fact, that it is open says that the answer is not there.
            known = unanswered == f"{part.condition} IS NULL"
            yield _filtered(["" if known else unanswered, clause.undecided], quoted(name))
        others = [*map(quoted, clause.indicators), *_of_home(clause), *([quoted(AGE)] if clause.by_age else [])]
        yield from (_filtered([clause.unknown, clause.undecided], item) for item in others)

    of_age = {
        indicator.column: [
            f"CASE WHEN {indicator.column}_applies IS NULL THEN {quoted(f'{indicator.number}:{AGE}')} END"
        ]
        for indicator in rules.survey.indicators
        if indicator.applies
    }
    return _behind(rules, "({}) IS NULL", answers_of, of_age)


def _why(rules: Rules) -> str:
    cases = " ".join(
        f"WHEN {quoted(level)} THEN {_reason_list(parts, '({})')}" for level, parts in rules.of_level.items()
    )
    return f"CASE level {cases} END"


def _why_open(rules: Rules) -> str:
    # Only rules above the child's level can still change it; with no rule true, every unknown one can.
    parts, settled = [], list[str]()
    for level, parts_of_level in rules.of_level.items():
        settled.append(quoted(level))
        unknown = _reason_list(parts_of_level, "({}) IS NULL")
        decided = f"level IN ({', '.join(settled)}) OR is_{level} IS NOT NULL"
        parts.append(f"CASE WHEN {decided} THEN NULL ELSE {unknown} END")
    return _joined(parts)
