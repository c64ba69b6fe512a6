"""To whom the definition puts a question at all: some counts anybody can tell who reads it.

Where an indicator or a right has no condition, nobody is left out of it; where an age group lies wholly within its
ages, or wholly beside them, all its children are asked, or none. Such a zero hides nothing. And what has the same
condition as another leaves out the same children.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cpms_cli.disclosure.cell_id import CellId, Groups
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import band_name
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import compiled_rule, named, sql
from cpms_cli.survey.rules.typed_answers import adult_age, vocabulary
from cpms_cli.survey.rules.vocabulary import RANGES
from cpms_cli.survey.rules.workbench import open_workbench

AGE = "age"
Bounds = tuple[int, int]


@lru_cache(maxsize=8)
def conditions(survey: Survey) -> dict[str, str | None]:
    """Return the condition of each indicator, right and measure of children, by its column; None where everybody is
    asked. Rights that are asked of levels are not among them."""
    return {
        **{indicator.column: indicator.applies for indicator in survey.indicators},
        **{right_column(right.id): right.applies for right in survey.rights if not right.levels},
        **{measure_column(measure.id): None for measure in survey.measures},
    }


def same_left_out(survey: Survey) -> Iterator[tuple[str, str]]:
    """Give the columns that leave out the very same children, each with the first that does."""
    first: dict[object, str] = {}
    for column, condition in conditions(survey).items():
        if condition is not None:
            asked = _ages(survey, condition) or condition
            if first.setdefault(asked, column) != column:
                yield column, first[asked]


def fewer_left_out(survey: Survey) -> Iterator[tuple[str, str]]:
    """Give pairs of columns, the first asked of more ages than the second: children left out of the first are left out
    of the second."""
    ages = {column: _ages(survey, condition) for column, condition in conditions(survey).items() if condition}
    for column, asked in ages.items():
        yield from ((column, other) for other, fewer in ages.items() if fewer and asked > fewer)


def of_levels(survey: Survey) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the rights asked of the children at some levels only, and the levels whose children are left out."""
    for right in survey.rights:
        if right.levels and not right.applies:
            yield right_column(right.id), tuple(level.id for level in survey.levels if level.id not in right.levels)


def is_certain(survey: Survey, cell: CellId) -> bool:
    """Return whether the definition alone says that nobody can be counted in this cell."""
    column, answer = cell.quantity.item, cell.quantity.value
    if answer == "not_asked":
        # Everybody knows which round asks what: that nobody was not asked says nothing of anybody.
        return not cell.remainder
    if cell.remainder or column not in conditions(survey):
        return False
    if answer not in ("yes", "no", "unknown", "not_applicable"):
        return False
    asked = asked_at(survey, conditions(survey)[column], _band(survey, cell.quantity.groups))
    return asked is not None and asked == (answer == "not_applicable")


def _band(survey: Survey, groups: Groups) -> Bounds | None:
    """Return the ages of a group of children, where it is one of ages."""
    codes = dict(groups)
    for group in survey.figures.groups:
        for first, last in group.bands:
            if codes.get(group.id) == band_name(first, last):
                return first, last
    return None


@lru_cache(maxsize=512)
def asked_at(survey: Survey, condition: str | None, band: Bounds | None) -> bool | None:
    """Whether all children of these ages are asked (True), or none (False)."""
    if condition is None:
        return True
    rule = None if band is None else _rule_of_age(survey, condition)
    return None if rule is None or band is None else _at_ages(rule, [band])[0]


@lru_cache(maxsize=64)
def _ages(survey: Survey, condition: str) -> frozenset[int]:
    """The ages at which a question is put, in completed years; none where it depends on something else."""
    rule = _rule_of_age(survey, condition)
    ages = range(adult_age(survey)) if rule else ()
    asked = _at_ages(rule, [(age, age) for age in ages]) if rule else ()
    return frozenset(age for age, whether in zip(ages, asked, strict=True) if whether)


def _rule_of_age(survey: Survey, condition: str) -> str | None:
    """A condition as SQL, where it depends on the age alone."""
    rule = compiled_rule(condition, vocabulary(survey))
    return sql(rule) if set(named(rule)) <= {*RANGES[AGE]} else None


def _at_ages(rule: str, bands: list[Bounds]) -> list[bool | None]:
    low, high = RANGES[AGE]
    rows = ", ".join(f"({place}, {first}, {last})" for place, (first, last) in enumerate(bands))
    return judge_rows(rule, f"SELECT * FROM (VALUES {rows}) AS t(place, {low}, {high})", len(bands))


def judge_rows(rule: str, rows: str, count: int) -> list[bool | None]:
    """Return what a rule, as SQL, says of each of so many made-up rows, a SELECT with their `place`."""
    connection = open_workbench(count)
    try:
        judged = connection.execute(f"SELECT {rule} FROM ({rows}) ORDER BY place").fetchall()
    finally:
        connection.close()
    return [is_so for (is_so,) in judged]
