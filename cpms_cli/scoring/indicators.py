"""Indicators and levels as one SQL statement over the typed record, written from the definition.

Each indicator becomes a column of three truth values (n/a counts as no inside rules) and a column of answers; then
each level rule becomes one, and from these the level, the highest possible level and what led to both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from cpms_cli.survey.definition import Indicator, Survey
from cpms_cli.survey.relations import quoted, vocabulary
from cpms_cli.survey.rules import COUNTED, Vocabulary, alternatives, compiled, named, parse, sql

ANSWERS = ("yes", "no", "unknown", "n/a")
_SEPARATOR = "chr(31)"


@dataclass(frozen=True)
class Reason:
    """One alternative of a rule: alone it makes the rule true. `fields` and `indicators` are what it looks at; where it
    `counts`, it looks at the number of all counted indicators."""

    id: str
    condition: str
    fields: tuple[str, ...]
    indicators: tuple[int, ...]
    counts: bool


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
        found.append(Reason(f"{prefix}.{index}", sql(compiled(part, words)), fields, looked_at, COUNTED in names))
    return tuple(found)


def level_reasons(survey: Survey) -> dict[str, Reason]:
    """Every alternative of every level rule by its id, as `victim.1`."""
    found = [reason for level in survey.rule_levels for reason in reasons(survey, level.when or "FALSE", level.id)]
    return {reason.id: reason for reason in found}


def _condition(rule: str | None, words: Vocabulary) -> str:
    return f"({sql(compiled(parse(rule), words))})" if rule else "TRUE"


def _stages(survey: Survey) -> list[list[Indicator]]:
    """The indicators in an order in which each comes after those it looks at."""
    columns = {one.column: one for one in survey.indicators}
    waiting, done, stages = list(survey.indicators), set[str](), []
    while waiting:
        ready = [one for one in waiting if {n for n in named(parse(one.when)) if n in columns} <= done]
        if not ready:
            raise ValueError(f"indicators look at each other in a circle: {[one.number for one in waiting]}")
        stages.append(ready)
        done |= {one.column for one in ready}
        waiting = [one for one in waiting if one not in ready]
    return stages


def _truths(one: Indicator, words: Vocabulary) -> list[str]:
    """Columns of truth: the indicator's, n/a counting as no, and before it whether it applies, where it has a limit."""
    when = _condition(one.when, words)
    if one.applies is None:
        return [f"{when} AS {one.column}"]
    applies = _condition(one.applies, words)
    truth = f"CASE WHEN {applies} THEN {when} WHEN NOT {applies} THEN FALSE END"
    return [f"{applies} AS {one.column}_applies", f"{truth} AS {one.column}"]


def _answer(one: Indicator) -> str:
    outside = f"WHEN NOT {one.column}_applies THEN 'n/a' " if one.applies else ""
    return f"CASE {outside}WHEN {one.column} THEN 'yes' WHEN NOT {one.column} THEN 'no' ELSE 'unknown' END"


def _counted(survey: Survey) -> str:
    counted = [one for one in survey.indicators if one.counted]
    sure = " + ".join(f"COALESCE({one.column}, FALSE)::INTEGER" for one in counted)
    possible = " + ".join(f"COALESCE({one.column}, TRUE)::INTEGER" for one in counted)
    return f"{sure} AS counted_min, {possible} AS counted_max"


def _reason_list(found: tuple[Reason, ...], test: str) -> str:
    return _joined([f"CASE WHEN {test.format(reason.condition)} THEN {quoted(reason.id)} END" for reason in found])


def _joined(items: list[str]) -> str:
    """The items that are there as one text, NULL where none is: far cheaper than lists, which few rows need."""
    return f"NULLIF(concat_ws({_SEPARATOR}, {', '.join(items)}), '')"


def _listed(joined: str) -> str:
    return f"CASE WHEN {joined} IS NULL THEN CAST([] AS VARCHAR[]) ELSE string_split({joined}, {_SEPARATOR}) END"


def _told(label: str, part: Reason, holds: str, answer: str) -> str:
    told = [answer.format(name=name, quoted=quoted(name), equals=quoted(f"{name}=")) for name in part.fields] or [
        quoted(f"i{number:02d}") for number in part.indicators
    ]
    several = f"concat_ws('&', {', '.join(told)})" if len(told) > 1 else f"COALESCE({told[0]}, '')"
    return f"CASE WHEN {holds} THEN {quoted(label + ':')} || {several} END"


def _behind(survey: Survey, test: str, told: str) -> str:
    """What stands behind scores: of each indicator, and of each level's rule where it looks at answers itself, the
    alternatives that pass the test. An indicator's are looked at only where it passes, which on most rows it does not.
    """
    groups = []
    for one in survey.indicators:
        parts = reasons(survey, one.when, one.column)
        items = [_told(str(one.number), part, test.format(part.condition), told) for part in parts]
        groups.append(f"CASE WHEN {test.format(one.column)} THEN {_joined(items)} END")
    for level in survey.rule_levels:
        own = [one for one in reasons(survey, level.when or "FALSE", level.id) if one.fields]
        items = [_told(one.id, one, test.format(one.condition), told) for one in own]
        # An alternative that is true, or not known, leaves its rule not false.
        groups += [f"CASE WHEN is_{level.id} IS NOT FALSE THEN {_joined(items)} END"] if own else []
    return _joined(groups)


def _answers(survey: Survey) -> str:
    return _behind(survey, "({})", "{equals} || {name}::VARCHAR")


def _open_answers(survey: Survey) -> str:
    return _behind(survey, "({}) IS NULL", "CASE WHEN {name} IS NULL THEN {quoted} END")


def _first(survey: Survey, test: str, otherwise: str) -> str:
    cases = " ".join(f"WHEN {test.format(level.id)} THEN {quoted(level.id)}" for level in survey.rule_levels)
    return f"CASE {cases} ELSE {otherwise} END"


@lru_cache(maxsize=16)
def score_sql(survey: Survey, record: str, carried: tuple[str, ...]) -> str:
    """One SELECT that scores every row of `record` (a typed record, see `relations.typed_record`).

    Its columns: `carried`; i01 ... i22 with yes / no / unknown / n/a; `level`, `highest`; `counted_min`,
    `counted_max`; `reasons` and `open_reasons`, lists of ids of the level rules' alternatives that are true at the
    child's level, and of those not known that could lift it; `household_level` and `household_highest`, the worst of
    the household's children; `answers`, as `13:violence_physical=yes`, what makes each indicator yes (and
    `high_risk.4:work_hazardous=yes`, what a level's own rule looks at), `open_answers`, what is not known.
    """
    words, key = vocabulary(survey), survey.key("household")
    ctes = [f"record AS NOT MATERIALIZED ({record})"]
    previous = "record"
    homes = _Homes(key)
    for index, stage in enumerate(_stages(survey)):
        columns = ", ".join(column for one in stage for column in _truths(one, words))
        ctes += homes.stage(f"stage_{index}", columns, previous)
        previous = f"stage_{index}"
    ctes.append(f"counted AS NOT MATERIALIZED (SELECT *, {_counted(survey)} FROM {previous})")
    rules = ", ".join(f"{_condition(level.when, words)} AS is_{level.id}" for level in survey.rule_levels)
    ctes += homes.stage("ruled", rules, "counted")
    unknown = " OR ".join(f"is_{level.id} IS NULL" for level in survey.rule_levels)
    clear, undecided = quoted(survey.level("clear").id), quoted(survey.level("open").id)
    left = f"CASE WHEN {unknown} THEN {undecided} ELSE {clear} END"
    level, highest = _first(survey, "is_{}", left), _first(survey, "is_{0} IS NOT FALSE", clear)
    ctes.append(f"placed AS NOT MATERIALIZED (SELECT *, {level} AS level, {highest} AS highest FROM ruled)")
    told = (
        f"{_why(survey)} AS reasons, {_why_open(survey)} AS open_reasons, {_answers(survey)} AS answers,"
        f" {_open_answers(survey)} AS open_answers"
    )
    ctes += homes.stage("levelled", told, "placed")
    answers = ", ".join(f"{_answer(one)} AS {one.column}" for one in survey.indicators)
    lists = ", ".join(f"{_listed(name)} AS {name}" for name in ("reasons", "open_reasons", "answers", "open_answers"))
    both = ("level", "highest")
    kept = ", ".join(dict.fromkeys((*carried, *key)))
    ctes.append(
        f"scored AS NOT MATERIALIZED (SELECT {kept}, {answers}, level, highest, counted_min, counted_max, {lists}"
        " FROM levelled)"
    )
    ctes.append(_of_homes("home", "scored", key, {_rank(survey, name): f"rank_{name}" for name in both}))
    of_household = ", ".join(f"{_level_of_rank(survey, f'rank_{name}')} AS household_{name}" for name in both)
    shown = ", ".join(one.column for one in survey.indicators)
    return (
        f"WITH {', '.join(ctes)} SELECT {', '.join(carried)}, {shown}, level, highest, {of_household}, counted_min,"
        f" counted_max, reasons, open_reasons, answers, open_answers FROM {_with_homes('home', 'scored', key)}"
    )


class _Homes:
    """Takes the windows over a household out of the stages' columns, and joins what they are to be told instead.

    A window would carry every answer of every row through a sort; an aggregate takes what it needs.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        self.key = key
        self.known: dict[str, str] = {}

    def stage(self, name: str, columns: str, source: str) -> list[str]:
        """CTEs that add the columns to the source under a name; those added in an earlier stage are there already."""
        before = len(self.known)
        if " OVER (" in columns:
            tree = sqlglot.parse_one(f"SELECT {columns}", dialect="duckdb").transform(self._named)
            columns = tree.sql(dialect="duckdb").removeprefix("SELECT ")
        new = dict(list(self.known.items())[before:])
        ctes = []
        if new:
            ctes.append(_of_homes(f"home_of_{name}", source, self.key, new))
            source = _with_homes(f"home_of_{name}", source, self.key)
        return [*ctes, f"{name} AS NOT MATERIALIZED (SELECT *, {columns} FROM {source})"]

    def _named(self, node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Window) or node.args.get("order") or node.args.get("spec"):
            return node
        if tuple(part.name for part in node.args.get("partition_by") or ()) != self.key:
            return node
        return exp.column(self.known.setdefault(node.this.sql(dialect="duckdb"), f"of_home_{len(self.known)}"))


def _of_homes(name: str, source: str, key: tuple[str, ...], found: dict[str, str]) -> str:
    columns = ", ".join(f"{aggregate} AS {column}" for aggregate, column in found.items())
    return f"{name} AS NOT MATERIALIZED (SELECT {', '.join(key)}, {columns} FROM {source} GROUP BY {', '.join(key)})"


def _with_homes(name: str, source: str, key: tuple[str, ...]) -> str:
    """A relation with the columns of its households; rows of no household, by an unreadable key, are one."""
    same = " AND ".join(f"{name}.{column} IS NOT DISTINCT FROM {source}.{column}" for column in key)
    return f"(SELECT {source}.*, {name}.* EXCLUDE ({', '.join(key)}) FROM {source} JOIN {name} ON {same})"


def _rank(survey: Survey, column: str) -> str:
    ranks = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    return f"MIN(CASE {column} {ranks} END)"


def _level_of_rank(survey: Survey, column: str) -> str:
    ids = " ".join(f"WHEN {rank} THEN {quoted(level.id)}" for rank, level in enumerate(survey.levels))
    return f"CASE {column} {ids} END"


def _why(survey: Survey) -> str:
    cases = " ".join(
        f"WHEN {quoted(level.id)} THEN {_reason_list(reasons(survey, level.when or 'FALSE', level.id), '({})')}"
        for level in survey.rule_levels
    )
    return f"CASE level {cases} END"


def _why_open(survey: Survey) -> str:
    # Only rules above the child's level can still change it; with no rule true, every unknown one can.
    parts = []
    for index, level in enumerate(survey.rule_levels):
        settled = ", ".join(quoted(above.id) for above in survey.rule_levels[: index + 1])
        unknown = _reason_list(reasons(survey, level.when or "FALSE", level.id), "({}) IS NULL")
        parts.append(f"CASE WHEN level IN ({settled}) OR is_{level.id} IS NOT NULL THEN NULL ELSE {unknown} END")
    return _joined(parts)
