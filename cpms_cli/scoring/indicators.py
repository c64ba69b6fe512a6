"""Indicators and levels as one SQL statement over the typed record, written from the definition.

Each indicator becomes a column of three truth values (n/a counts as no inside rules) and a column of answers; then
each level rule becomes one, and from these the level, the highest possible level and what led to both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from cpms_cli.scoring.facts import Facts, given
from cpms_cli.survey.definition import Indicator, Survey
from cpms_cli.survey.relations import FURTHER, quoted, typed_record, vocabulary
from cpms_cli.survey.rules import COUNTED, alternatives, compiled, named, parse, sql

ANSWERS = ("yes", "no", "unknown", "n/a")
_SEPARATOR = "chr(31)"
_OF_HOME = re.compile(r"\bof_home_\d+\b")


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


def _answer(one: Indicator) -> str:
    outside = f"WHEN NOT {one.column}_applies THEN 'n/a' " if one.applies else ""
    return f"CASE {outside}WHEN {one.column} THEN 'yes' WHEN NOT {one.column} THEN 'no' ELSE 'unknown' END"


def _counted(survey: Survey) -> str:
    counted = [one for one in survey.indicators if one.counted]
    sure = " + ".join(f"COALESCE({one.column}, FALSE)::INTEGER" for one in counted)
    possible = " + ".join(f"COALESCE({one.column}, TRUE)::INTEGER" for one in counted)
    return f"{sure} AS counted_min, {possible} AS counted_max"



@dataclass(frozen=True)
class _Part:
    """An alternative of a rule in terms of facts; `given`: the answers that it cannot be true without."""

    reason: Reason
    condition: str
    given: dict[str, str]


class _Rules:
    """The definition's rules as SQL over a typed record and its facts."""

    def __init__(self, survey: Survey) -> None:
        self.survey, self.words, self.facts = survey, vocabulary(survey), Facts(survey)
        self.homes = _Homes(survey.key("household"))
        self.of_indicator = {one.column: self._parts(one.when, one.column) for one in survey.indicators}
        self.of_level = {one.id: self._parts(one.when or "FALSE", one.id) for one in survey.rule_levels}
        self.when = {one.column: self.condition(one.when) for one in survey.indicators}
        self.applies = {one.column: self.condition(one.applies) for one in survey.indicators if one.applies}
        self.level = {one.id: self.condition(one.when) for one in survey.rule_levels}

    def condition(self, rule: str | None) -> str:
        return f"({self._written(parse(rule))})" if rule else "TRUE"

    def _written(self, rule: exp.Expression) -> str:
        return sql(self.facts.named(compiled(rule, self.words)).transform(self.homes.told))

    def _parts(self, rule: str, prefix: str) -> tuple[_Part, ...]:
        found = []
        for reason, part in zip(reasons(self.survey, rule, prefix), alternatives(parse(rule)), strict=True):
            answers = {name: given(part, name) for name in reason.fields}
            found.append(_Part(reason, self._written(part), answers))
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
        texts = [*self.when.values(), *self.applies.values(), *self.level.values(), *self.homes.known]
        in_rules = {name for text in texts for name in named(sqlglot.parse_one(text, dialect="duckdb"))}
        told = {name for parts in (*self.of_indicator.values(), *self.of_level.values()) for part in parts
                for name, answer in part.given.items() if not answer}  # fmt: skip
        known = {*self.facts.names, *self.survey.fields, *FURTHER}
        return tuple(sorted((in_rules | told) & known))


def _reason_list(found: tuple[_Part, ...], test: str) -> str:
    return _joined([f"CASE WHEN {test.format(part.condition)} THEN {quoted(part.reason.id)} END" for part in found])


def _joined(items: list[str]) -> str:
    """The items that are there as one text, NULL where none is: far cheaper than lists, which few rows need."""
    return f"NULLIF(concat_ws({_SEPARATOR}, {', '.join(items)}), '')"


def _listed(joined: str) -> str:
    return f"COALESCE(string_split({joined}, {_SEPARATOR}), CAST([] AS VARCHAR[]))"


def _told(label: str, part: _Part, holds: str, answers: list[str]) -> str:
    told = answers or [quoted(f"i{number:02d}") for number in part.reason.indicators]
    several = f"concat_ws('&', {', '.join(told)})" if len(told) > 1 else f"COALESCE({told[0]}, '')"
    return f"CASE WHEN {holds} THEN {quoted(label + ':')} || {several} END"


def _behind(rules: _Rules, test: str, told: Callable[[_Part, str], str]) -> str:
    """What stands behind scores: of each indicator, and of each level's rule where it looks at answers itself, the
    alternatives that pass the test. An indicator's are looked at only where it passes, which on most rows it does not.
    """

    def items(parts: Iterable[_Part], label: str) -> list[str]:
        return [
            _told(label or part.reason.id, part, test.format(part.condition),
                  [told(part, name) for name in part.reason.fields])
            for part in parts
        ]  # fmt: skip

    groups = []
    for one in rules.survey.indicators:
        found = items(rules.of_indicator[one.column], str(one.number))
        groups.append(f"CASE WHEN {test.format(one.column)} THEN {_joined(found)} END")
    for level, parts in rules.of_level.items():
        found = items([part for part in parts if part.reason.fields], "")
        # An alternative that is true, or not known, leaves its rule not false.
        groups += [f"CASE WHEN is_{level} IS NOT FALSE THEN {_joined(found)} END"] if found else []
    return _joined(groups)


def _answers(rules: _Rules) -> str:
    def told(part: _Part, name: str) -> str:
        answer = part.given[name]
        return quoted(f"{name}={answer}") if answer else f"{quoted(f'{name}=')} || {name}::VARCHAR"

    return _behind(rules, "({})", told)


def _open_answers(rules: _Rules) -> str:
    def told(part: _Part, name: str) -> str:
        return f"CASE WHEN {rules.facts.unanswered(name)} THEN {quoted(name)} END"

    return _behind(rules, "({}) IS NULL", told)


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
    facts = ", ".join(column for table in ("child", "household") for column in _rules(survey).facts.columns(table))
    judged = _judged_sql(survey, f"SELECT *, {facts} FROM ({record})", carried)
    return f"SELECT {told_columns(survey, carried)} FROM ({judged})"


@lru_cache(maxsize=16)
def judged_sql(
    survey: Survey, child: str, household: str, carried: tuple[str, ...], along: tuple[str, ...] = ()
) -> str:
    """SELECT of one row per child of two relations of canonical text: what scores are told from by `told_columns`.

    Truths of indicators and rules, levels, and facts: few bytes a row. `along` are columns of `child` that are no
    answers.
    """
    facts = _rules(survey).facts
    further = {table: facts.columns(table) for table in ("child", "household")}
    return _judged_sql(survey, typed_record(survey, child, household, along, further), carried)


@lru_cache(maxsize=16)
def _rules(survey: Survey) -> _Rules:
    return _Rules(survey)


def _judged_sql(survey: Survey, record: str, carried: tuple[str, ...]) -> str:
    rules, key = _rules(survey), survey.key("household")
    kept = tuple(dict.fromkeys((*carried, *key)))
    ctes = [f"facts AS MATERIALIZED (SELECT {', '.join(dict.fromkeys((*kept, *rules.looked_at)))} FROM ({record}))"]
    previous = "facts"
    joined = set[str]()
    for index, stage in enumerate(_stages(survey)):
        columns = ", ".join(column for one in stage for column in rules.truths(one))
        ctes += rules.homes.stage(f"stage_{index}", columns, previous, joined)
        previous = f"stage_{index}"
    ctes.append(f"counted AS NOT MATERIALIZED (SELECT *, {_counted(survey)} FROM {previous})")
    ruled = ", ".join(f"{condition} AS is_{level}" for level, condition in rules.level.items())
    ctes += rules.homes.stage("ruled", ruled, "counted", joined)
    unknown = " OR ".join(f"is_{level.id} IS NULL" for level in survey.rule_levels)
    clear, undecided = quoted(survey.level("clear").id), quoted(survey.level("open").id)
    left = f"CASE WHEN {unknown} THEN {undecided} ELSE {clear} END"
    level, highest = _first(survey, "is_{}", left), _first(survey, "is_{0} IS NOT FALSE", clear)
    ctes.append(f"placed AS MATERIALIZED (SELECT *, {level} AS level, {highest} AS highest FROM ruled)")
    both = ("level", "highest")
    ctes.append(_of_homes("home", "placed", key, {_rank(survey, name): f"rank_{name}" for name in both}))
    of_household = ", ".join(f"{_level_of_rank(survey, f'rank_{name}')} AS household_{name}" for name in both)
    ranks = ", ".join(f"rank_{name}" for name in both)
    return (
        f"WITH {', '.join(ctes)} SELECT * EXCLUDE ({ranks}), {of_household} FROM {_with_homes('home', 'placed', key)}"
    )


@lru_cache(maxsize=16)
def told_columns(survey: Survey, carried: tuple[str, ...]) -> str:
    """The columns that `score_sql` says, out of what `judged_sql` gives."""
    rules = _rules(survey)
    answers = ", ".join(f"{_answer(one)} AS {one.column}" for one in survey.indicators)
    told = {"reasons": _why(rules), "open_reasons": _why_open(rules), "answers": _answers(rules),
            "open_answers": _open_answers(rules)}  # fmt: skip
    lists = ", ".join(f"{_listed(joined)} AS {name}" for name, joined in told.items())
    return (
        f"{', '.join(carried)}, {answers}, level, highest, household_level, household_highest, counted_min,"
        f" counted_max, {lists}"
    )


class _Homes:
    """Takes the windows over a household out of rules, and joins what they are to be told instead.

    A window would carry every answer of every row through a sort; an aggregate takes what it needs.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        self.key = key
        self.known: dict[str, str] = {}

    def told(self, node: exp.Expression) -> exp.Expression:
        """A window over the household as the column that will hold it; anything else as it is."""
        if not isinstance(node, exp.Window) or node.args.get("order") or node.args.get("spec"):
            return node
        if tuple(part.name for part in node.args.get("partition_by") or ()) != self.key:
            return node
        return exp.column(self.known.setdefault(node.this.sql(dialect="duckdb"), f"of_home_{len(self.known)}"))

    def stage(self, name: str, columns: str, source: str, joined: set[str]) -> list[str]:
        """CTEs that add the columns to the source under a name; what was joined for an earlier stage is there."""
        wanted = set(_OF_HOME.findall(columns)) - joined
        joined |= wanted
        ctes = []
        if wanted:
            new = {aggregate: column for aggregate, column in self.known.items() if column in wanted}
            ctes.append(_of_homes(f"home_of_{name}", source, self.key, new))
            source = _with_homes(f"home_of_{name}", source, self.key)
        return [*ctes, f"{name} AS NOT MATERIALIZED (SELECT *, {columns} FROM {source})"]


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


def _why(rules: _Rules) -> str:
    cases = " ".join(f"WHEN {quoted(level)} THEN {_reason_list(parts, '({})')}" for level, parts in rules.of_level.items())
    return f"CASE level {cases} END"


def _why_open(rules: _Rules) -> str:
    # Only rules above the child's level can still change it; with no rule true, every unknown one can.
    parts, settled = [], list[str]()
    for level, found in rules.of_level.items():
        settled.append(quoted(level))
        unknown = _reason_list(found, "({}) IS NULL")
        parts.append(f"CASE WHEN level IN ({', '.join(settled)}) OR is_{level} IS NOT NULL THEN NULL ELSE {unknown} END")
    return _joined(parts)
