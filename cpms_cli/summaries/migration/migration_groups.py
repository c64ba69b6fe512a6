"""How migration is broken down: into the areas within one, the wider areas around these, and groups of its children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cpms_cli.summaries.counts.shares import group_labels, groups_asked, in_order
from cpms_cli.summaries.scope import area_groups, parts_of
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group


@dataclass(frozen=True)
class Breakdown:
    """`parts`, the kind of areas of which there are rows; `wider`, a kind told beside each, if two were asked for;
    `others`, groups of children; `asked`, all that were asked for, in that order."""

    parts: Group
    wider: Group | None
    others: tuple[Group, ...]
    asked: tuple[Group, ...]

    @property
    def names(self) -> list[str]:
        """The ids of the groups of children."""
        return [group.id for group in self.others]

    def labelled(self, survey: Survey, table: pd.DataFrame, language: Language) -> pd.DataFrame:
        """A table that has the codes of the parts in `area` and of groups of children under their ids: these first,
        with the wider areas, each with its label as `<id>_label`; rows by area and group, else as they were."""
        table = in_order(survey, table, self.others).sort_values("area", kind="stable", ignore_index=True)
        if self.wider is not None:
            table = table.assign(**{self.wider.id: table["area"].str[: self.wider.digits]})
        beside = (*((self.wider,) if self.wider else ()), *self.others)
        labels = {"area_label": group_labels(survey, self.parts, table["area"], language)}
        labels |= {f"{group.id}_label": group_labels(survey, group, table[group.id], language) for group in beside}
        first = ["area", "area_label", *(name for group in beside for name in (group.id, f"{group.id}_label"))]
        return table.assign(**labels)[[*first, *(str(name) for name in table if name not in first)]]


def breakdown(survey: Survey, code: str | None, by: Sequence[str]) -> Breakdown:
    """What is asked for by the names of one or two groups, for an area (None: the whole store): of two kinds of areas
    the narrower are its parts, and without any its parts are the usual ones. Raises UsageError as `groups_asked`."""
    asked, widest_first = groups_asked(survey, by), area_groups(survey)
    areas = [group for group in widest_first if group in asked]
    others = tuple(group for group in asked if group not in areas)
    parts = areas[-1] if areas else parts_of(survey, code)
    return Breakdown(parts, areas[0] if len(areas) > 1 else None, others, asked)
