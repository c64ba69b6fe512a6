"""Indicators and levels as one SQL statement over the typed record, written from the definition.

Each indicator becomes a column of three truth values (n/a counts as no inside rules) and a column of answers; then
each level rule becomes one, and from these the level, the highest possible level and what led to both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cpms_cli.survey.definition import Indicator, Survey
from cpms_cli.survey.relations import quoted, vocabulary
from cpms_cli.survey.rules import COUNTED, Vocabulary, alternatives, compiled, named, parse, sql

ANSWERS = ("yes", "no", "unknown", "n/a")


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


def _indicator_columns(one: Indicator, words: Vocabulary) -> str:
    applies, when = _condition(one.applies, words), _condition(one.when, words)
    if one.applies is None:
        truth, answer = when, f"CASE WHEN {when} THEN 'yes' WHEN NOT {when} THEN 'no' ELSE 'unknown' END"
    else:
        truth = f"CASE WHEN {applies} THEN {when} WHEN NOT {applies} THEN FALSE END"
        answer = (
            f"CASE WHEN NOT {applies} THEN 'n/a' WHEN {applies} AND {when} THEN 'yes'"
            f" WHEN {applies} AND NOT {when} THEN 'no' ELSE 'unknown' END"
        )
    return f"{truth} AS {one.column}, {answer} AS {one.column}_answer"


def _counted(survey: Survey) -> str:
    counted = [one for one in survey.indicators if one.counted]
    sure = " + ".join(f"COALESCE({one.column}, FALSE)::INTEGER" for one in counted)
    possible = " + ".join(f"COALESCE({one.column}, TRUE)::INTEGER" for one in counted)
    return f"{sure} AS counted_min, {possible} AS counted_max"


def _reason_list(found: tuple[Reason, ...], test: str) -> str:
    return _present([f"CASE WHEN {test.format(reason.condition)} THEN {quoted(reason.id)} END" for reason in found])


def _present(items: list[str]) -> str:
    return f"list_filter([{', '.join(items)}], lambda item: item IS NOT NULL)"


def _parts(survey: Survey) -> list[tuple[str, str, Reason]]:
    """What can stand behind a score: (label, SQL for "it counts here", alternative)."""
    found = [
        (f"{one.number}", f"{one.column}_answer", part)
        for one in survey.indicators for part in reasons(survey, one.when, one.column)
    ]  # fmt: skip
    return found + [(reason.id, "", reason) for reason in level_reasons(survey).values() if reason.fields]


def _answers(survey: Survey) -> str:
    items = []
    for label, column, part in _parts(survey):
        told = [f"'{name}=' || {name}::VARCHAR" for name in part.fields] or [
            quoted(f"i{number:02d}") for number in part.indicators
        ]
        holds = f"{column} = 'yes' AND ({part.condition})" if column else f"({part.condition})"
        items.append(f"CASE WHEN {holds} THEN {quoted(label + ':')} || concat_ws('&', {', '.join(told)}) END")
    return _present(items)


def _open_answers(survey: Survey) -> str:
    items = []
    for label, column, part in _parts(survey):
        told = [f"CASE WHEN {name} IS NULL THEN {quoted(name)} END" for name in part.fields] or [
            quoted(f"i{number:02d}") for number in part.indicators
        ]
        holds = f"{column} = 'unknown' AND ({part.condition}) IS NULL" if column else f"({part.condition}) IS NULL"
        items.append(f"CASE WHEN {holds} THEN {quoted(label + ':')} || concat_ws('&', {', '.join(told)}) END")
    return _present(items)


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
    words = vocabulary(survey)
    ctes = [f"record AS ({record})"]
    previous = "record"
    for index, stage in enumerate(_stages(survey)):
        columns = ", ".join(_indicator_columns(one, words) for one in stage)
        ctes.append(f"stage_{index} AS (SELECT *, {columns} FROM {previous})")
        previous = f"stage_{index}"
    ctes.append(f"counted AS (SELECT *, {_counted(survey)} FROM {previous})")
    rules = ", ".join(f"{_condition(level.when, words)} AS is_{level.id}" for level in survey.rule_levels)
    ctes.append(f"ruled AS (SELECT *, {rules} FROM counted)")
    unknown = " OR ".join(f"is_{level.id} IS NULL" for level in survey.rule_levels)
    clear, undecided = quoted(survey.level("clear").id), quoted(survey.level("open").id)
    left = f"CASE WHEN {unknown} THEN {undecided} ELSE {clear} END"
    level, highest = _first(survey, "is_{}", left), _first(survey, "is_{0} IS NOT FALSE", clear)
    ctes.append(f"placed AS (SELECT *, {level} AS level, {highest} AS highest FROM ruled)")
    ctes.append(
        f"levelled AS (SELECT *, {_why(survey)} AS reasons, {_why_open(survey)} AS open_reasons,"
        f" {_answers(survey)} AS answers, {_open_answers(survey)} AS open_answers FROM placed)"
    )
    answers = ", ".join(f"{one.column}_answer AS {one.column}" for one in survey.indicators)
    home = ", ".join(survey.key("household"))
    of_home = ", ".join(
        f"{_worst(survey, name)} OVER (PARTITION BY {home}) AS household_{name}" for name in ("level", "highest")
    )
    return (
        f"WITH {', '.join(ctes)} SELECT {', '.join(carried)}, {answers}, level, highest, {of_home}, counted_min,"
        " counted_max, reasons, open_reasons, answers, open_answers FROM levelled"
    )


def _worst(survey: Survey, column: str) -> str:
    ranks = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    return f"arg_min({column}, CASE {column} {ranks} END)"


def _why(survey: Survey) -> str:
    cases = " ".join(
        f"WHEN {quoted(level.id)} THEN {_reason_list(reasons(survey, level.when or 'FALSE', level.id), '({})')}"
        for level in survey.rule_levels
    )
    return f"CASE level {cases} ELSE CAST([] AS VARCHAR[]) END"


def _why_open(survey: Survey) -> str:
    # Only rules above the child's level can still change it; with no rule true, every unknown one can.
    parts = []
    for index, level in enumerate(survey.rule_levels):
        settled = ", ".join(quoted(above.id) for above in survey.rule_levels[: index + 1])
        unknown = _reason_list(reasons(survey, level.when or "FALSE", level.id), "({}) IS NULL")
        parts.append(f"CASE WHEN level IN ({settled}) OR is_{level.id} IS NOT NULL THEN [] ELSE {unknown} END")
    return f"list_concat({', '.join(parts)})" if len(parts) > 1 else parts[0]
