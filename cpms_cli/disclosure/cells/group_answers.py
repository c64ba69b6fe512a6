"""Groups of children that tell an answer: who is in the group of Thai nationality has not the indicator "no Thai
nationality", whose birth is not registered has that indicator, who is under five is not asked about work.

So the children of these groups are counted in two places, as the group and as the answer, and whoever reads the
definition knows it. Taken are rules of indicators and rights that everybody is asked of, which the group's own answer
decides, whatever all other answers are; and groups of ages that lie within the ages of a question, or beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from cpms_cli.disclosure.cell_id import CellId, Groups, Quantity
from cpms_cli.disclosure.cells.applicability import asked_at, conditions, judge_rows
from cpms_cli.disclosure.cells.known_counts import Area, KnownCounts
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.scoring.judged_columns import right_column
from cpms_cli.scoring.profiles import UNKNOWN, band_name
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.rule_language import compiled_rule, named, sql
from cpms_cli.survey.rules.typed_answers import quoted, typed, vocabulary

_ASKED = "asked"
"""What a group of ages tells of whom a question is put to: any answer but the one that it is not put."""
_ANSWERS = {True: "yes", False: "no"}


@lru_cache(maxsize=8)
def answers_of_groups(survey: Survey) -> dict[tuple[str, str], dict[str, str]]:
    """Return the answer that each code of a group tells, by the group and the column of the indicator or right."""
    rules = {indicator.column: indicator.when for indicator in survey.indicators}
    rules |= {right_column(right.id): right.has for right in survey.rights}
    asked_of_all = {column for column, condition in conditions(survey).items() if condition is None}
    answers_by_group: dict[tuple[str, str], dict[str, str]] = {}
    for group in survey.figures.groups:
        for column, rule in rules.items():
            if group.bands:
                answers = _asked_of(survey, group, conditions(survey).get(column))
            elif group.field is not None and column in asked_of_all:
                answers = _answers(survey, survey.fields[group.field], rule)
            else:
                answers = {}
            if answers:
                answers_by_group[group.id, column] = answers
    return answers_by_group


def _asked_of(survey: Survey, group: Group, condition: str | None) -> dict[str, str]:
    """Whether children of each group of ages are asked, where the condition says it of one at least that they are not.

    Whose age is in no group is left out of nothing, where every group says it: each limit lies between two groups.
    """
    asked = {band_name(*band): asked_at(survey, condition, band) for band in group.bands} if condition else {}
    if False not in asked.values():
        return {}
    answers = {
        band: _ASKED if is_asked else "not_applicable" for band, is_asked in asked.items() if is_asked is not None
    }
    return answers | ({UNKNOWN: _ASKED} if None not in asked.values() else {})


def _answers(survey: Survey, field: Field, rule: str) -> dict[str, str]:
    """What a rule says of a child of whom this answer alone is known; none where even that says nothing."""
    compiled = compiled_rule(rule, vocabulary(survey))
    names = {*named(compiled)}
    codes = survey.codes(field)
    if field.name not in names or codes is None or not all(name in survey.fields for name in names):
        return {}
    missing = survey.missing_codes(field)
    known = [code.code for code in codes.codes if code.code not in missing]
    blank = "".join(f", NULL::VARCHAR AS {name}" for name in sorted(names - {field.name}))
    values = ", ".join(f"({place}, {quoted(code)})" for place, code in enumerate(known))
    written = f"SELECT *{blank} FROM (VALUES {values}) AS t(place, {field.name})"
    answered = ", ".join(f"{typed(survey, survey.fields[name], 'w')} AS {name}" for name in sorted(names))
    decided = judge_rows(sql(compiled), f"SELECT place, {answered} FROM ({written}) w", len(known))
    answers = {code: _ANSWERS[value] for code, value in zip(known, decided, strict=True) if value is not None}
    return answers | ({UNKNOWN: "unknown"} if names == {field.name} else {})


def relations_of_groups(survey: Survey, known: KnownCounts) -> tuple[list[Relation], dict[CellId, Cell]]:
    """Return how children of such groups are the children with an answer, of all counts that readers have or get, and
    the cells that this needs."""
    relations: list[Relation] = []
    cells: dict[CellId, Cell] = {}
    for area, counts in known.items():
        for (group, column), answers in answers_of_groups(survey).items():
            for kept, by_code in _children_by_code(counts, group):
                for relation, rest in _of_group(area, counts, (group, column, kept), by_code, answers):
                    relations.append(relation)
                    cells |= rest
    return relations, cells


def _children_by_code(counts: Mapping[Quantity, int], group: str) -> Iterator[tuple[Groups, dict[str, Quantity]]]:
    """Give the children of a group by its codes, of all children and of those of each other group."""
    by_kept: dict[Groups, dict[str, Quantity]] = {}
    for quantity in counts:
        codes = dict(quantity.groups)
        if quantity.item == "children" and not quantity.value and group in codes:
            kept = tuple(pair for pair in quantity.groups if pair[0] != group)
            by_kept.setdefault(kept, {})[codes[group]] = quantity
    yield from by_kept.items()


def _of_group(
    area: Area,
    counts: Mapping[Quantity, int],
    counted: tuple[str, str, Groups],
    by_code: Mapping[str, Quantity],
    answers: Mapping[str, str],
) -> Iterator[tuple[Relation, dict[CellId, Cell]]]:
    """Give the relations of one group's children, among those of other groups (`kept`), to the answers of a column."""
    group, column, kept = counted
    for code, children in by_code.items():
        answer = Quantity(column, answers.get(code, ""), children.groups)
        if counts.get(answer) == counts[children]:
            yield Relation(_id(area, children), (_id(area, answer),)), {}
    for answer_given in dict.fromkeys(answers.values()):
        whole, parts = (
            Quantity(column, answer_given, kept),
            [code for code in by_code if answers.get(code) == answer_given],
        )
        rest = counts.get(whole, -1) - sum(counts[by_code[code]] for code in parts)
        if not parts or rest < 0:
            continue
        whole_id, ids = _id(area, whole), tuple(_id(area, by_code[code]) for code in parts)
        if by_code.keys() <= answers.keys() and rest == 0:
            yield Relation(whole_id, ids), {}
        else:
            left = whole_id.left(f"of other {group}")
            yield Relation(whole_id, (*ids, left)), {left: Cell(rest, shown=False)}


def _id(area: Area, quantity: Quantity) -> CellId:
    return CellId(*area, quantity)
