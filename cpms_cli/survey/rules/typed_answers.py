"""The answers as rules see them: SQL that turns stored text into typed columns, in which no answer is NULL.

The store and the tables read from files hold every cell as canonical text, so that "unknown", "refused" and
"not asked" are never lost. Rules see a typed row per child, joined with its household.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cpms_cli.survey.era import CHRISTIAN_FROM, CHRISTIAN_TO
from cpms_cli.survey.model.definition import Field, Indicator, Survey, Table
from cpms_cli.survey.model.lifespan import Span
from cpms_cli.survey.rules.vocabulary import COUNTED, RuleError, Vocabulary

FURTHER = frozenset(
    {"has_household", "has_children", "children_listed", "birth_from", "birth_to", "age_min", "age_max"}
)

Unasked = tuple[tuple[str, str], ...]
"""Fields, each with an SQL condition on a row that is true where the row's round did not ask it."""


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def counted_in(survey: Survey, count: str) -> tuple[Indicator, ...]:
    """The indicators that one of `rules.COUNTS` counts: all that are counted, or those that are no circumstance."""
    counted = (indicator for indicator in survey.indicators if indicator.counted)
    return tuple(indicator for indicator in counted if count == COUNTED or not indicator.circumstance)


def _sql_list(items: tuple[str, ...]) -> str:
    return "(" + ", ".join(quoted(item) for item in items) + ")"


def typed(survey: Survey, field: Field, source: str) -> str:
    """SQL for one field's value inside rules; NULL where the cell holds no answer."""
    cell = f"{source}.{field.name}"
    if field.type in ("integer", "year"):
        return f"TRY_CAST({cell} AS INTEGER)"
    if field.type == "number":
        return f"TRY_CAST({cell} AS DOUBLE)"
    if field.type == "date":
        return f"TRY_CAST({cell} AS DATE)"
    missing = survey.missing_codes(field)
    if not field.many:
        # The engine works this form out once for each text that a column holds, and NOT IN for each row.
        return f"CASE {cell} {' '.join(f'WHEN {quoted(code)} THEN NULL' for code in missing)} ELSE {cell} END"
    codes = survey.codes(field)
    alone = tuple(code.code for code in codes.codes if code.missing == "exclusive") if codes else ()
    given = f"list_filter(string_split({cell}, ';'), lambda code: code NOT IN {_sql_list((*missing, *alone))})"
    several = f"NULLIF(array_to_string({given}, ';'), '')"
    return f"CASE WHEN {cell} IN {_sql_list(alone or ('',))} THEN {cell} ELSE {several} END"


def rounds_without(field: Field, round_: str) -> str:
    """SQL that is true where a round, a text, lies outside those that ask the question; empty where all rounds do.

    No round asks a question that is turned off.
    """
    return "TRUE" if field.is_turned_off else rounds_outside(field, round_)


def rounds_outside(span: Span, round_: str) -> str:
    """SQL that is true where a round, a text, lies outside these rounds; empty where none does."""
    conditions = [f"TRY_CAST({round_} AS INTEGER) < {span.since}"] if span.since else []
    conditions += [f"TRY_CAST({round_} AS INTEGER) > {span.until}"] if span.until else []
    conditions += [f"TRY_CAST({round_} AS INTEGER) IN ({', '.join(map(str, span.skipped))})"] if span.skipped else []
    return " OR ".join(conditions)


@lru_cache(maxsize=16)
def unasked_by_round(survey: Survey) -> Unasked:
    """Return the fields that some round did not ask by what the definition says, each with a condition on the round."""
    round_ = survey.role("round").name
    conditions = {name: rounds_without(field, round_) for name, field in survey.fields.items()}
    return tuple((name, condition) for name, condition in conditions.items() if condition)


def partial_date_bounds(cell: str) -> tuple[str, str]:
    """SQL for the first and the last day that a date of any precision (2016, 2016-03, 2016-03-05) allows."""
    first = f"""
        CASE length({cell})
            WHEN 10 THEN TRY_CAST({cell} AS DATE)
            WHEN 7 THEN TRY_CAST({cell} || '-01' AS DATE)
            WHEN 4 THEN TRY_CAST({cell} || '-01-01' AS DATE)
        END"""
    last = f"""
        CASE length({cell})
            WHEN 10 THEN TRY_CAST({cell} AS DATE)
            WHEN 7 THEN last_day(TRY_CAST({cell} || '-01' AS DATE))
            WHEN 4 THEN TRY_CAST({cell} || '-12-31' AS DATE)
        END"""
    return first, last


def adult_age(survey: Survey) -> int:
    """The completed years from which somebody is no child: one more than the highest age that the survey asks for."""
    oldest = survey.role("age").constraints.maximum
    if oldest is None:  # such a definition is refused, and its examples cannot be run
        raise RuleError
    return oldest + 1


def completed_years(born: str, on: str) -> str:
    """SQL for the completed years between two dates; one born on 29 February completes a year on 1 March."""
    before_birthday = f"month({on}) * 100 + day({on}) < month({born}) * 100 + day({born})"
    return f"(year({on}) - year({born}) - ({before_birthday})::INTEGER)::INTEGER"


def visit_bounds(visited: str, year: str) -> tuple[str, str]:
    """SQL for the first and the last day on which somebody can have been asked: both are the interview date.

    Where that is blank, the round bounds it: from 1 January of its year to 31 December of the year after.
    """
    # A round that cannot be read stays in its row until the row is set aside, and may be any number.
    is_year = f"{year} BETWEEN {CHRISTIAN_FROM} AND {CHRISTIAN_TO}"
    first, last = (
        f"coalesce({visited}, CASE WHEN {is_year} THEN {day} END)"
        for day in (f"make_date({year}, 1, 1)", f"make_date({year} + 1, 12, 31)")
    )
    return first, last


_FIRST_DAY, _LAST_DAY, _LEAST, _MOST = "_first_day", "_last_day", "_least_years", "_most_years"


def with_age_bounds(survey: Survey, rows: str, shown: str = "") -> str:
    """Return a SELECT of `shown` columns (all by default) of typed rows, with `age_min` and `age_max`.

    `rows` names a relation of typed rows that have `birth_from` and `birth_to`. What the birth date and the day of the
    interview leave open, a stated age narrows where it lies within these bounds. The stated age is used alone where
    there is no birth date, or where the birth date comes after the interview.
    """
    first, last = visit_bounds(survey.role("visited").name, survey.role("round").name)
    stated = survey.role("age").name
    # A birth date that lies partly after the interview can only be one on or before it.
    least = completed_years(f"LEAST(birth_to, {_FIRST_DAY})", _FIRST_DAY)
    most = completed_years("birth_from", _LAST_DAY)
    by_birth = f"birth_from <= {_LAST_DAY} AND ({stated} BETWEEN {_LEAST} AND {_MOST}) IS NOT TRUE"
    shown = shown or f"* EXCLUDE ({_FIRST_DAY}, {_LAST_DAY}, {_LEAST}, {_MOST})"
    # Each step is worked out once as a column: written out in full, the two bounds cost more than all other columns.
    return f"""
        SELECT {shown},
            CASE WHEN {by_birth} THEN {_LEAST} ELSE {stated} END AS age_min,
            CASE WHEN {by_birth} THEN {_MOST} ELSE {stated} END AS age_max
        FROM (
            SELECT *, {least} AS {_LEAST}, {most} AS {_MOST}
            FROM (
                SELECT *, {first} AS {_FIRST_DAY}, {last} AS {_LAST_DAY}
                FROM {rows}
            )
        )"""


def typed_household(survey: Survey, household: str, child: str, carried: tuple[str, ...] = ()) -> str:
    """SELECT of typed households, with how many of the child rows are theirs, for rules on households."""
    own = [f"{typed(survey, field, 'h')} AS {field.name}" for field in survey.household.fields]
    columns = ", ".join([*(f"h.{name}" for name in carried), *own])
    key = ", ".join(survey.key("household"))
    return f"""
        SELECT
            {columns},
            TRUE AS has_household,
            COALESCE(listed, 0) > 0 AS has_children,
            COALESCE(listed, 0) AS children_listed
        FROM {household} h
        LEFT JOIN (SELECT {key}, count(*) AS listed FROM {child} GROUP BY ALL) USING ({key})"""


@dataclass(frozen=True)
class RecordColumns:
    """What `typed_record` has besides the typed answers.

    `carried` are columns of the child that come along as they are. `further` are columns, as `condition AS name`, that
    are worked out of the typed answers of one table. `instead` is SQL that takes the place of a typed answer, by name.
    """

    carried: tuple[str, ...] = ()
    further: Mapping[Table, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)


ANSWERS_ALONE = RecordColumns()


def typed_record(survey: Survey, child: str, household: str, columns: RecordColumns = ANSWERS_ALONE) -> str:
    """Return a SELECT of one typed row per child, joined with its household.

    `child` and `household` name relations of canonical text that hold one row per key. Where `age_min` and `age_max`
    are among what is carried, these are the ages.
    """
    carried, instead = columns.carried, columns.instead
    of_child, of_household = columns.further.get("child", ()), columns.further.get("household", ())
    shared = [field for field in survey.household.fields if field.name in survey.child.shared]
    asked = [asked_field for asked_field in survey.household.fields if asked_field.name not in survey.child.shared]
    own = [f"{typed(survey, field, 'c')} AS {field.name}" for field in (*survey.child.fields, *shared)]
    of_home = [f"{typed(survey, field, 'h')} AS {field.name}" for field in asked]
    first, last = partial_date_bounds(f"c.{survey.role('born').name}")
    raw = {name: f"_key_{name}" for name in survey.key("household")}
    key, same = ", ".join(raw.values()), [f"{{0}}.{name} AS {alias}" for name, alias in raw.items()]
    names = [
        *carried,
        *(field.name for field in (*survey.child.fields, *survey.household.fields)),
        *(column.rpartition(" AS ")[2] for column in (*of_child, *of_household)),
    ]
    shown = ", ".join(f"{instead[name]} AS {name}" if name in instead else name for name in names)
    # Texts are typed before the join: the engine then works a column's few texts out once, not for each row.
    return f"""
        WITH own_typed AS NOT MATERIALIZED (
            SELECT {", ".join([f"c.{name}" for name in carried] + own)}, {first} AS birth_from, {last} AS birth_to,
                {", ".join(same).format("c")}
            FROM {child} c
        ),
        home_typed AS NOT MATERIALIZED (
            SELECT {", ".join(of_home)}, TRUE AS has_household, {", ".join(same).format("h")}
            FROM {household} h
        ),
        joined AS NOT MATERIALIZED (
            SELECT {", ".join(names)}, birth_from, birth_to, COALESCE(has_household, FALSE) AS has_household,
                TRUE AS has_children
            FROM {_with_columns("own_typed", of_child)}
            LEFT JOIN {_with_columns("home_typed", of_household)} USING ({key})
        )
        {_with_ages(survey, carried, f"{shown}, birth_from, birth_to, has_household, has_children")}"""


def _with_ages(survey: Survey, carried: tuple[str, ...], shown: str) -> str:
    """Return a SELECT of the rows `joined` with their ages: as they are carried, else as they are worked out."""
    known = {"age_min", "age_max"} <= set(carried)
    return f"SELECT {shown} FROM joined" if known else with_age_bounds(survey, "joined", shown)


def _with_columns(rows: str, further: tuple[str, ...]) -> str:
    """Return the relation `rows` with further columns; each projection costs time, so none is made for nothing."""
    return f"(SELECT *, {', '.join(further)} FROM {rows}) {rows}" if further else rows


@lru_cache(maxsize=16)
def vocabulary(survey: Survey, table: Table = "child", indicators: bool = True, earlier: bool = False) -> Vocabulary:
    """What rules on this table may name: its fields and what `typed_record` or `typed_household` adds.

    `earlier`: the rule may ask what was said before.
    """
    fields = survey.fields if table == "child" else {field.name: field for field in survey.household.fields}
    own = {indicator.column for indicator in survey.indicators} if indicators else set()
    tables = (survey.household, survey.child) if table == "child" else (survey.household,)
    answers = {table.name: tuple(field.name for field in table.fields if _is_answer(survey, field)) for table in tables}
    return Vocabulary(fields, survey.codelists, survey.key("household"), FURTHER | own, answers, earlier)


def _is_answer(survey: Survey, field: Field) -> bool:
    """Whether the family is asked this; not where a row belongs, nor who came, when, and whether they may ask."""
    return (
        field.name not in survey.key("child")
        and (field.personal or field.codelist is not None or field.type in ("integer", "number"))
        and field.role != "consent"
    )
