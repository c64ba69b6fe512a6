"""Indicators and levels as one SQL statement over the typed record, written from the definition.

Each indicator becomes a column of three truth values (n/a counts as no inside rules); then each level rule becomes one,
and from these the level and the highest possible level. `told` puts them into words of the survey.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from cpms_cli.scoring.compiler.household_facts import with_homes
from cpms_cli.scoring.compiler.score_columns import explained_columns, outcome_columns
from cpms_cli.scoring.compiler.truths import rules_of
from cpms_cli.scoring.compiler.unasked_columns import unasked_columns
from cpms_cli.survey.model.definition import Indicator, Survey, Table
from cpms_cli.survey.problems import Fault
from cpms_cli.survey.rules.dependents import rules_of_indicator
from cpms_cli.survey.rules.rule_language import names_in
from cpms_cli.survey.rules.typed_answers import (
    RecordColumns,
    Unasked,
    counted_in,
    quoted,
    typed_record,
    unasked_by_round,
)
from cpms_cli.survey.rules.vocabulary import COUNTS, RANGES, RuleError


@lru_cache(maxsize=16)
def score_sql(survey: Survey, record: str, carried: tuple[str, ...], unasked: Unasked | None = None) -> str:
    """One SELECT that scores every row of `record` (a typed record, see `relations.typed_record`).

    `unasked`: what rows were not asked, by columns among `carried`; by default what the definition says of their round.

    Its columns: `carried`; i01 ... i22 with yes / no / unknown / n/a, and not_asked where the round did not ask what
    would decide it; `level`, `highest`; `household_level` and
    `household_highest`, the worst of the household's children; `counted_min`, `counted_max`, `dangers_min`,
    `dangers_max`: how many counted indicators are yes, and how many of these are no circumstance; `needs_help`, the
    ids of the circumstances that are yes, separated by semicolons; `reasons` and
    `open_reasons`, lists of ids of the level rules' alternatives that are true at the child's level, and of those not
    known that could lift it; `answers`, as `13:violence_physical=yes`, what makes each indicator yes (and
    `high_risk.4:work_hazardous=yes`, what a level's own rule looks at), `open_answers`, what is not known.
    """
    kept = tuple(dict.fromkeys((*carried, *survey.key("household"))))
    pieces = f"""
        WITH explained AS MATERIALIZED ({explained_sql(survey, record, kept, unasked)}),
        household AS ({household_sql(survey, "explained")})
        {with_household_levels(survey, "explained", "household", kept)}"""
    further = ", ".join(name for name in kept if name not in carried)
    return f"SELECT * EXCLUDE ({further}) FROM ({pieces})" if further else pieces


@lru_cache(maxsize=16)
def explained_sql(survey: Survey, record: str, carried: tuple[str, ...], unasked: Unasked | None = None) -> str:
    """As `score_sql`, without what is told of households."""
    return f"SELECT {explained_columns(survey, carried)} FROM ({_judged_record_sql(survey, record, carried, unasked)})"


@lru_cache(maxsize=16)
def outcome_sql(survey: Survey, record: str, carried: tuple[str, ...]) -> str:
    """Return one SELECT of the level of every row of `record`, and of what it hangs on: see `outcome_columns`."""
    return f"SELECT {outcome_columns(survey, carried)} FROM ({_judged_record_sql(survey, record, carried)})"


def _judged_record_sql(survey: Survey, record: str, carried: tuple[str, ...], unasked: Unasked | None = None) -> str:
    facts = ", ".join((*rules_of(survey).facts.columns("child"), *rules_of(survey).facts.columns("household")))
    return _judged_sql(survey, f"SELECT *, {facts} FROM ({record})", carried, unasked)


def household_sql(survey: Survey, scores: str) -> str:
    """SELECT of one row per household of scores: its key, `household_level` and `household_highest`."""
    key = ", ".join(survey.key("household"))
    worst = ", ".join(f"{_worst(survey, name)} AS household_{name}" for name in ("level", "highest"))
    return f"SELECT {key}, {worst} FROM {scores} GROUP BY {key}"


def with_household_levels(survey: Survey, scores: str, households: str, carried: tuple[str, ...]) -> str:
    """SELECT of scores with, after their levels, what `household_sql` says of their households."""
    answers = (indicator.column for indicator in survey.indicators)
    first = ", ".join((*carried, *answers, "level", "highest", "household_level", "household_highest"))
    return f"SELECT {first}, * EXCLUDE ({first}) FROM {with_homes(households, scores, survey.key('household'))}"


@lru_cache(maxsize=16)
def judged_sql(  # noqa: PLR0913 - what is scored, and what comes along
    survey: Survey,
    child: str,
    household: str,
    carried: tuple[str, ...],
    along: tuple[str, ...] = (),
    unasked: Unasked | None = None,
) -> str:
    """SELECT of one row per child of two relations of canonical text: what scores are told from by `explained_columns`.

    Truths of indicators and rules, levels, and facts: few bytes a row. `along` are columns of `child` that are no
    answers; `unasked` as in `score_sql`.
    """
    facts = rules_of(survey).facts
    tables: tuple[Table, ...] = ("child", "household")
    further = {table: facts.columns(table) for table in tables}
    return _judged_sql(survey, typed_record(survey, child, household, RecordColumns(along, further)), carried, unasked)


def _judged_sql(survey: Survey, record: str, carried: tuple[str, ...], unasked: Unasked | None) -> str:
    rules, key = rules_of(survey), survey.key("household")
    kept = tuple(dict.fromkeys((*carried, *key)))
    ctes = [f"facts AS MATERIALIZED (SELECT {', '.join(dict.fromkeys((*kept, *rules.looked_at)))} FROM ({record}))"]
    previous = "facts"
    joined = set[str]()
    for index, stage in enumerate(_stages(survey)):
        columns = ", ".join(column for indicator in stage for column in rules.truths(indicator))
        ctes += rules.homes.stage(f"stage_{index}", columns, previous, joined)
        previous = f"stage_{index}"
    ctes.append(f"counted AS NOT MATERIALIZED (SELECT *, {_counts(survey)} FROM {previous})")
    ruled = ", ".join(f"{condition} AS is_{level}" for level, condition in rules.level.items())
    ctes += rules.homes.stage("ruled", ruled, "counted", joined)
    unknown = " OR ".join(f"is_{level.id} IS NULL" for level in survey.rule_levels)
    clear, undecided = quoted(survey.level("clear").id), quoted(survey.level("open").id)
    left = f"CASE WHEN {unknown} THEN {undecided} ELSE {clear} END"
    level, highest = _first(survey, "is_{}", left), _first(survey, "is_{0} IS NOT FALSE", clear)
    of_rows = unasked_columns(survey, unasked_by_round(survey) if unasked is None else unasked)
    return f"WITH {', '.join(ctes)} SELECT *, {level} AS level, {highest} AS highest, {of_rows} FROM ruled"


def _stages(survey: Survey) -> list[list[Indicator]]:
    """The indicators in an order in which each comes after those it looks at."""
    columns = {indicator.column: indicator for indicator in survey.indicators}
    waiting, done, stages = list(survey.indicators), set[str](), []
    while waiting:
        ready = [indicator for indicator in waiting if _looked_at(indicator, columns) <= done]
        if not ready:
            raise RuleError(Fault("circle", numbers=", ".join(indicator.column for indicator in waiting)))
        stages.append(ready)
        done |= {indicator.column for indicator in ready}
        waiting = [indicator for indicator in waiting if indicator not in ready]
    return stages


def _looked_at(indicator: Indicator, columns: Collection[str]) -> set[str]:
    """The indicators that an indicator's own rules name."""
    return {name for rule in rules_of_indicator(indicator) for name in names_in(rule) if name in columns}


def _counts(survey: Survey) -> str:
    """How many indicators of each count are surely yes, and how many can be."""
    sums = []
    for count in COUNTS:
        for name, otherwise in zip(RANGES[count], ("FALSE", "TRUE"), strict=True):
            each = (f"COALESCE({indicator.column}, {otherwise})::INTEGER" for indicator in counted_in(survey, count))
            sums.append(f"{' + '.join(each) or '0'} AS {name}")
    return ", ".join(sums)


def _first(survey: Survey, test: str, otherwise: str) -> str:
    cases = " ".join(f"WHEN {test.format(level.id)} THEN {quoted(level.id)}" for level in survey.rule_levels)
    return f"CASE {cases} ELSE {otherwise} END"


def _worst(survey: Survey, column: str) -> str:
    ranks = " ".join(f"WHEN {quoted(level.id)} THEN {rank}" for rank, level in enumerate(survey.levels))
    ids = " ".join(f"WHEN {rank} THEN {quoted(level.id)}" for rank, level in enumerate(survey.levels))
    return f"CASE MIN(CASE {column} {ranks} END) {ids} END"
