"""What the definition itself tells of how counts compare: who has an indicator that makes a level is at that level.

Only what a rule says literally is taken: it is an indicator, or an OR of which one part is an indicator. So children
with the indicator are never more than children at the level or a worse one, and children at the level without a finding
never more than those who surely have not the indicator. An indicator that another one names (`any_child(i13)`) is never
more frequent than that. Whom a question leaves out, another of the same ages leaves out too (`applicability`). Not
taken: rules of several indicators at once, and of single answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlglot import exp

from cpms_cli.disclosure.cells.applicability import fewer_left_out, of_levels, same_left_out
from cpms_cli.disclosure.cells.area_cells import Areas
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import COUNTS, parse
from cpms_cli.survey.rules.typed_answers import counted_in

Comparison = tuple[tuple[str, ...], tuple[str, ...]]
"""What is counted in the first cells is never more than what is counted in the second, both added up."""


@lru_cache(maxsize=8)
def comparisons(survey: Survey) -> tuple[Comparison, ...]:
    """Every comparison that the rules make certain, by what stands after the area in the ids of counts."""
    found: list[Comparison] = []
    placed: set[str] = set()
    for at, level in enumerate(survey.rule_levels):
        worse = tuple(f"level/{one.id}" for one in survey.rule_levels[: at + 1])
        for column in _causes(survey, level.when or ""):
            # The first level says most: who is at it or worse is also at a milder one or worse.
            if column not in placed:
                placed.add(column)
                found.append(((f"{column}/yes",), worse))
                found.append(((f"level/{survey.level('clear').id}",), (f"{column}/no", f"{column}/not_applicable")))
    for one in survey.indicators:
        for column in _causes(survey, one.when):
            found.append(((f"{column}/yes",), (f"{one.column}/yes",)))
    found += [((_left_out(column),), (_left_out(other),)) for column, other in fewer_left_out(survey)]
    return tuple(found)


@lru_cache(maxsize=8)
def equalities(survey: Survey) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Counts that are, by the definition, the sum of others: children whom two questions leave out alike, and those
    whose level is not one of those of which a right is asked."""
    alike = tuple((_left_out(column), (_left_out(other),)) for column, other in same_left_out(survey))
    return (
        *alike,
        *((_left_out(column), tuple(f"level/{level}" for level in levels)) for column, levels in of_levels(survey)),
    )


def _left_out(column: str) -> str:
    return f"{column}/not_applicable"


def _causes(survey: Survey, rule: str) -> Iterator[str]:
    """The indicators of which each alone makes a rule true."""
    columns = {one.column: one for one in survey.indicators}
    waiting: list[exp.Expr] = [parse(rule)]
    while waiting:
        part = waiting.pop().unnest()
        if isinstance(part, exp.Or):
            waiting += [part.left, part.right]
        elif isinstance(part, exp.Anonymous) and part.name.upper() == "ANY_CHILD":
            waiting += part.expressions
        elif isinstance(part, exp.Column) and part.name in columns:
            yield part.name
        elif isinstance(part, exp.GTE) and part.left.name in COUNTS and part.right.name in ("0", "1"):
            yield from (one.column for one in counted_in(survey, part.left.name))


def implied(survey: Survey, known: Areas) -> tuple[list[Relation], dict[str, Cell]]:
    """The comparisons between counts that readers have or get, as relations, and the cells that these need."""
    relations: dict[Relation, None] = {}
    added: dict[str, Cell] = {}

    def together(place: str, names: tuple[str, ...], counts: dict[str, int], group: str) -> str:
        if len(names) == 1:
            return place + names[0]
        whole = f"{place}{' or '.join(names)}"
        added[whole] = Cell(sum(counts[group + name] for name in names), shown=False, guarded=False)
        relations[Relation(whole, tuple(place + name for name in names))] = None
        return whole

    for (round_, code), counts in known.items():
        for group in {"": None, **{f"{name.split('/')[0]}/": None for name in counts if "=" in name}}:
            place = f"{round_}/{code}/{group}"
            for whole, parts in equalities(survey):
                counted = {name: counts[group + name] for name in (whole, *parts) if group + name in counts}
                if len(counted) == 1 + len(parts) and counted[whole] == sum(counted[part] for part in parts):
                    relations[Relation(place + whole, tuple(place + part for part in parts))] = None
            for fewer, more in comparisons(survey):
                if all(group + name in counts for name in (*fewer, *more)):
                    rest = sum(counts[group + name] for name in more) - sum(counts[group + name] for name in fewer)
                    if rest >= 0:
                        whole = together(place, more, counts, group)
                        left = f"{whole} beside {fewer[0]}"
                        added[left] = Cell(rest, shown=False, guarded=False)
                        relations[Relation(whole, (place + fewer[0], left))] = None
    return list(relations), added
