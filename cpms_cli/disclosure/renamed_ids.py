"""Ids of counts that were given under names of an earlier definition, under the names that the same things have now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cpms_cli.disclosure.cell_id import CellId, Groups, Quantity
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.model.definition import CodeList, Survey
from cpms_cli.survey.model.summary_model import Group


def id_of_today(survey: Survey) -> Callable[[CellId], CellId]:
    """Return a function from an id as the store keeps it to the id that the same count has by this definition.

    What changes is the names of levels, rights, measures, activities, groups and answers that went by others before.
    """
    values = {
        **dict.fromkeys(("level", "could_be", "households", "case"), _new_names(survey.levels)),
        "activity": _new_names(survey.activities),
        "origin": {} if survey.origin_field is None else _new_codes(survey.codes(survey.origin_field)),
    }
    items = {
        **{right_column(former): right_column(name) for former, name in _new_names(survey.rights).items()},
        **{measure_column(former): measure_column(name) for former, name in _new_names(survey.measures).items()},
    }
    groups = _new_names(survey.figures.groups)
    codes = {group.id: _codes_of(survey, group) for group in survey.figures.groups}

    def renamed_groups(given: Groups) -> Groups:
        named = ((groups.get(group, group), code) for group, code in given)
        return tuple(sorted((group, codes.get(group, {}).get(code, code)) for group, code in named))

    def renamed(cell: CellId) -> CellId:
        quantity = cell.quantity
        first, *rest = quantity.value.split("/")
        value = "/".join([values.get(quantity.item, {}).get(first, first), *rest])
        item = items.get(quantity.item, quantity.item)
        return replace(cell, quantity=Quantity(item, value, renamed_groups(quantity.groups), quantity.of_parts))

    return renamed if any((*values.values(), items, groups, *codes.values())) else lambda cell: cell


def _new_names(parts: Iterable[Renamed]) -> dict[str, str]:
    """Return the names that parts with an id have now, by those that they had."""
    return {former: str(getattr(part, "id")) for part in parts for former in part.formerly}  # noqa: B009


def _codes_of(survey: Survey, group: Group) -> dict[str, str]:
    field = survey.fields.get(group.field or "")
    return {} if field is None else _new_codes(survey.codes(field))


def _new_codes(codes: CodeList | None) -> dict[str, str]:
    return {} if codes is None else codes.by_former_code
