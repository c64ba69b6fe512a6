"""What the definition itself tells of how counts compare: who has an indicator that makes a level is at that level.

Only what a rule says literally is taken: it is an indicator, or an OR of which one part is an indicator. So children
with the indicator are never more than children at the level or a worse one, and children at the level without a finding
never more than those who surely have not the indicator. An indicator that another one names (`any_child(i13)`) is never
more frequent than that. Whom a question leaves out, another of the same ages leaves out too (`applicability`). Not
taken: rules of several indicators at once, and of single answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp

from cpms_cli.disclosure.cell_id import CellId, Groups, Population, Quantity
from cpms_cli.disclosure.cells.applicability import fewer_left_out, of_levels, same_left_out
from cpms_cli.disclosure.cells.known_counts import Area, KnownCounts
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import parse
from cpms_cli.survey.rules.typed_answers import counted_in
from cpms_cli.survey.rules.vocabulary import COUNTS

Comparison = tuple[tuple[Quantity, ...], tuple[Quantity, ...]]
"""What is counted in the first cells is never more than what is counted in the second, both added up."""


@lru_cache(maxsize=8)
def comparisons(survey: Survey) -> tuple[Comparison, ...]:
    """Return every comparison that the rules make certain, of quantities of all children of an area."""
    certain: list[Comparison] = []
    placed: set[str] = set()
    clear = Quantity("level", survey.level("clear").id)
    for rank, level in enumerate(survey.rule_levels):
        at_least = tuple(Quantity("level", worse.id) for worse in survey.rule_levels[: rank + 1])
        for column in _causes(survey, level.when or ""):
            # The first level says most: who is at it or worse is also at a milder one or worse.
            if column not in placed:
                placed.add(column)
                certain.append(((Quantity(column, "yes"),), at_least))
                certain.append(((clear,), (Quantity(column, "no"), _left_out(column))))
    for indicator in survey.indicators:
        for column in _causes(survey, indicator.when):
            certain.append(((Quantity(column, "yes"),), (Quantity(indicator.column, "yes"),)))
    certain += [((_left_out(column),), (_left_out(other),)) for column, other in fewer_left_out(survey)]
    return tuple(certain)


@lru_cache(maxsize=8)
def equalities(survey: Survey) -> tuple[tuple[Quantity, tuple[Quantity, ...]], ...]:
    """Return the counts that are, by the definition, the sum of others: children whom two questions leave out alike,
    and those whose level is not one of those of which a right is asked."""
    alike = tuple((_left_out(column), (_left_out(other),)) for column, other in same_left_out(survey))
    at_other_levels = (
        (_left_out(column), tuple(Quantity("level", level) for level in levels)) for column, levels in of_levels(survey)
    )
    return (*alike, *at_other_levels)


def _left_out(column: str) -> Quantity:
    return Quantity(column, "not_applicable")


def _causes(survey: Survey, rule: str) -> Iterator[str]:
    """The indicators of which each alone makes a rule true."""
    columns = {indicator.column for indicator in survey.indicators}
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
            yield from (indicator.column for indicator in counted_in(survey, part.left.name))


def implied_relations(survey: Survey, known: KnownCounts) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return the comparisons between counts that readers have or get, as relations, and the cells that these need."""
    implied = _Implied(survey, known)
    for area, counts in known.items():
        for groups in dict.fromkeys([(), *(quantity.groups for quantity in counts if quantity.groups)]):
            implied.relate(area, groups)
    return list(implied.relations), implied.cells


@dataclass
class _Implied:
    survey: Survey
    known: KnownCounts
    relations: dict[Relation, None] = field(default_factory=dict)
    cells: dict[CellId, Cell] = field(default_factory=dict)

    def relate(self, area: Area, groups: Groups) -> None:
        """Add the relations of the children of an area, or of one group of them."""
        population = Population(*area, groups)
        counts = {
            quantity.among(()): count for quantity, count in self.known[area].items() if quantity.groups == groups
        }
        for whole, parts in equalities(self.survey):
            if counts.keys() >= {whole, *parts} and counts[whole] == sum(counts[part] for part in parts):
                relation = Relation(population.count(whole), tuple(population.count(part) for part in parts))
                self.relations[relation] = None
        for fewer, more in comparisons(self.survey):
            if counts.keys() >= {*fewer, *more}:
                rest = sum(counts[name] for name in more) - sum(counts[name] for name in fewer)
                if rest >= 0:
                    whole_id = self._together(population, more, counts)
                    left = whole_id.left(f"beside {fewer[0]}")
                    self.cells[left] = Cell(rest, shown=False, guarded=False)
                    self.relations[Relation(whole_id, (population.count(fewer[0]), left))] = None

    def _together(
        self, population: Population, quantities: tuple[Quantity, ...], counts: Mapping[Quantity, int]
    ) -> CellId:
        """Return the id of these quantities added up, a cell of its own where there are several."""
        first, *others = quantities
        if not others:
            return population.count(first)
        whole = population.count(first).left(f"or {' or '.join(map(str, others))}")
        self.cells[whole] = Cell(sum(counts[name] for name in quantities), shown=False, guarded=False)
        self.relations[Relation(whole, tuple(population.count(name) for name in quantities))] = None
        return whole
