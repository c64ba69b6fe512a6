"""The figures of a province and of every area in it, in one round: each question is asked of the store once, by
village, and added up for the wider areas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import pandas as pd

from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import CHILD_ROUND, HOME, group_column
from cpms_cli.summaries.area.area_figures import (
    AreaFigures,
    indicator_labels,
    part_group,
    severe_levels,
)
from cpms_cli.summaries.area.compared_answers import AROUND, WiderArea
from cpms_cli.summaries.area.names_apart import names_apart
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.counts.comparison import position
from cpms_cli.summaries.counts.shares import COUNTS, count_answers, with_shares, within
from cpms_cli.summaries.rounds.comparability import LEVEL, not_asked, not_comparable
from cpms_cli.summaries.scope import Scope, area_groups, scope_of
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.messages import say
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

AREA = "area"


def nested_figures(workspace: Workspace, code: str, *, round_: int | None = None) -> tuple[AreaFigures, ...]:
    """Return the figures of a province and of its districts, subdistricts and villages that have children in the round,
    by default its last: an area before its parts, by their codes.

    They are those of `area_figures.area_figures`; what is compared with is the rest of the province. Rights are of the
    province alone: published of its districts too, they would let most other figures of the province be withheld.
    Migration and, of earlier rounds, the levels are of the province and its districts. Raises UsageError for an unknown
    area or a round without data; StoreError, UnreadableFile.
    """
    scope = scope_of(workspace, code, round_)
    rounds = tuple(year for year in scope.rounds if year <= scope.round)
    nested = _Nested(workspace, Scope(code, scope.name, scope.round, None, (scope.round,)), rounds)
    return tuple(nested.figures(area) for area in nested.codes)


@dataclass(frozen=True)
class _Nested:
    """A province in a round; each of its tables has a row, or rows, for every area. `rounds`: all up to this one."""

    workspace: Workspace
    scope: Scope
    rounds: tuple[int, ...]

    @property
    def code(self) -> str:
        """The code of the province."""
        return self.scope.code or ""

    @property
    def condition(self) -> str:
        """SQL for the rows of the province in the round."""
        return within(self.workspace.survey, self.scope.code, self.scope.round)

    @cached_property
    def widths(self) -> list[int]:
        """How many digits the code of the province and of each kind of area in it has, the widest area first."""
        digits = (group.digits or 0 for group in area_groups(self.workspace.survey))
        return [len(self.code), *(width for width in digits if width > len(self.code))]

    @cached_property
    def codes(self) -> list[str]:
        """The areas that have children, the province first."""
        return sorted(self.levels.index)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """By area, how many children are at each level, and in `could_<level>` how many could be, but are not yet."""
        survey = self.workspace.survey
        counted = self._by_village("level, highest, count(*) AS children", "level, highest")
        could = counted[counted["level"] != counted["highest"]].assign(level="could_" + counted["highest"])
        names = [f"{start}{level.id}" for start in ("", "could_") for level in survey.levels]
        counts = pd.concat([counted, could], ignore_index=True)
        wide = counts.pivot_table(index=AREA, columns="level", values="children", aggfunc="sum", fill_value=0)
        return self._added_up(wide.reindex(columns=names, fill_value=0).astype("int64").reset_index(), [])

    def _by_village(self, what: str, groups: str) -> pd.DataFrame:
        village = group_column(area_groups(self.workspace.survey)[-1].id)
        return (
            self.workspace.profiled()
            .execute(f"""
                SELECT {village} AS {AREA}, {what}
                FROM {CHILD_ROUND}
                WHERE {self.condition}
                GROUP BY ALL
                ORDER BY {AREA}, {groups}""")
            .df()
        )

    def _added_up(self, by_village: pd.DataFrame, keys: list[str], widths: list[int] | None = None) -> pd.DataFrame:
        """Counts of villages, added up for the areas of some widths, by default of all; `keys` and the area are the
        index."""
        each = [by_village.assign(**{AREA: by_village[AREA].str[:width]}) for width in widths or self.widths]
        return pd.concat(each, ignore_index=True).groupby([AREA, *keys], sort=True).sum()

    @cached_property
    def households(self) -> dict[str, int]:
        """By area, how many homes children live in; a home may be in two villages."""
        survey = self.workspace.survey
        homes = self._by_village(survey.role("home").name, survey.role("home").name)
        each = [homes.assign(**{AREA: homes[AREA].str[:width]}).drop_duplicates() for width in self.widths]
        return {str(code): int(count) for code, count in pd.concat(each).groupby(AREA).size().items()}

    @cached_property
    def answers(self) -> pd.DataFrame:
        """The answers to each indicator, with their shares beside those in the rest of the province, by area."""
        survey = self.workspace.survey
        village, province = area_groups(survey)[-1].id, self.code
        columns = {indicator.column: indicator for indicator in survey.indicators}
        counted = count_answers(self.workspace.profiled(), list(columns), self.condition, [village])
        summed = self._added_up(counted.rename(columns={village: AREA}), ["item"])
        table = with_shares(survey, summed.astype("int64")).reset_index()
        around = table[table[AREA] == province].set_index("item").loc[table["item"]].reset_index()
        yes, no = (around[answer] - table[answer] for answer in ("yes", "no"))
        # What is partly asked has no share, neither here nor around.
        known = (yes + no).where(around["share"].notna() & table["share"].notna(), 0)
        beside = {f"{AROUND}_{answer}": around[answer].astype("int64") for answer in COUNTS}
        share = (yes / known.where(known > 0)).astype("float64")
        labels = indicator_labels(survey, self.workspace.language)
        numbers = {column: indicator.number for column, indicator in columns.items()}
        table = table.assign(
            number=table["item"].map(numbers),
            label=table["item"].map(labels),
            trend=float("nan"),
            **{AROUND: share},
            **beside,
            position=position(table["low"], table["high"], share),
        )
        return table.sort_values([AREA, "number"], ignore_index=True)

    @cached_property
    def answers_of(self) -> dict[str, pd.DataFrame]:
        """The rows of `answers` of each area."""
        return {str(code): rows for code, rows in self.answers.groupby(AREA)}

    @cached_property
    def levels_by_round(self) -> pd.DataFrame:
        """By area and round, how many children are at each level."""
        survey = self.workspace.survey
        village, when = group_column(area_groups(survey)[-1].id), survey.role("round").name
        counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
        counted = self.workspace.profiled().execute(f"""
            SELECT {village} AS {AREA}, {when}::INTEGER AS round, {counts}
            FROM {CHILD_ROUND}
            WHERE {within(survey, self.code, None)} AND {when}::INTEGER <= {self.scope.round}
            GROUP BY ALL""")
        return self._added_up(counted.df(), ["round"]).reset_index()

    @cached_property
    def rights(self) -> pd.DataFrame:
        """The answers to each right, in the province alone."""
        survey, language = self.workspace.survey, self.workspace.language
        columns = {right_column(right.id): right.label.in_(language) for right in survey.rights}
        return self._shares(columns, CHILD_ROUND, self.widths[:1])

    @cached_property
    def migration(self) -> pd.DataFrame:
        """The answers to each measure of migration, of children and then of households, by area."""
        survey, language = self.workspace.survey, self.workspace.language
        tables = []
        for of, relation in (("child", CHILD_ROUND), ("household", HOME)):
            measures = [measure for measure in survey.measures if measure.of == of]
            columns = {measure_column(measure.id): measure.label.in_(language) for measure in measures}
            tables.append(self._shares(columns, relation, [width for width in self.widths if width < SUBDISTRICT]))
        return pd.concat(tables, ignore_index=True)

    def _shares(self, columns: dict[str, str], relation: str, widths: list[int]) -> pd.DataFrame:
        """The answers to some columns with their shares, by area of these widths."""
        survey, village = self.workspace.survey, area_groups(self.workspace.survey)[-1].id
        if not columns:
            return pd.DataFrame({AREA: []})
        counted = count_answers(self.workspace.profiled(), list(columns), self.condition, [village], relation)
        summed = self._added_up(counted.rename(columns={village: AREA}), ["item"], widths).astype("int64")
        table = with_shares(survey, summed).reset_index()
        order = {column: place for place, column in enumerate(columns)}
        table = table.assign(place=table["item"].map(order), label=table["item"].map(columns), trend=float("nan"))
        return table.sort_values([AREA, "place"], ignore_index=True).drop(columns="place")

    @cached_property
    def not_asked(self) -> pd.DataFrame:
        """Which of all that is shown rests on questions that the round did not ask."""
        labels = indicator_labels(self.workspace.survey, self.workspace.language)
        shown = [table for table in (self.rights, self.migration) if len(table)]
        further = {item: label for table in shown for item, label in zip(table["item"], table["label"], strict=True)}
        return not_asked(self.workspace, self.scope.round, {**labels, **further, **self._level})

    @property
    def _level(self) -> dict[str, str]:
        return {LEVEL: say("col_level", self.workspace.language)}

    @cached_property
    def not_comparable(self) -> pd.DataFrame:
        """Between which rounds the level cannot be compared; of what else no other round is shown."""
        return not_comparable(self.workspace, pairwise(self.rounds), self._level, self.code)

    @cached_property
    def names(self) -> dict[str, str]:
        """The areas' names, which stand in one list."""
        return names_apart(self.workspace.survey, self.codes, self.workspace.language)

    def figures(self, code: str) -> AreaFigures:
        """Return the figures of one of the areas."""
        survey, language, none = self.workspace.survey, self.workspace.language, pd.DataFrame()
        ids, row = [level.id for level in survey.levels], self.levels.loc[code]
        # An area that all children of the province live in has no rest beside it.
        is_whole = row[ids].sum() == self.levels.loc[self.code, ids].sum()
        answers = self.answers_of[code].drop(columns=AREA).reset_index(drop=True)
        if is_whole:
            answers = answers.drop(columns=[name for name in answers if str(name).startswith((AROUND, "position"))])
        response = pd.DataFrame(
            {
                "level": ids,
                "label": [level.label.in_(language) for level in survey.levels],
                "children": row[ids].to_numpy(),
                "could_be": row[[f"could_{name}" for name in ids]].to_numpy(),
            }
        )
        return AreaFigures(
            code,
            self.names[code],
            self.scope.round,
            None,
            self.scope.rounds,
            None if is_whole else WiderArea(self.code, self.scope.name),
            int(response["children"].sum()),
            self.households[code],
            self._levels(code),
            response,
            answers,
            self._parts(code),
            *self._heat(code),
            none,
            self._rights(code),
            self._migration(code),
            self._quality(code),
            self.not_comparable,
            self.not_asked,
        )

    def _is_wide(self, code: str) -> bool:
        """Return whether an area is so wide that much of its migration and its earlier rounds can be published."""
        return code == self.code or len(code) < SUBDISTRICT

    def _rights(self, code: str) -> pd.DataFrame:
        """The rights of the province; none of an area in it."""
        return _of_area(self.rights, code, is_shown=code == self.code)

    def _migration(self, code: str) -> pd.DataFrame:
        """The measures of migration of one of the areas; none where it is not wide."""
        return _of_area(self.migration, code, is_shown=self._is_wide(code))

    def _levels(self, code: str) -> pd.DataFrame:
        """Children at each level in every round; where an area is not wide, in this one alone."""
        rows = self.levels_by_round[self.levels_by_round[AREA] == code]
        rows = rows if self._is_wide(code) else rows[rows["round"] == self.scope.round]
        return rows.drop(columns=AREA).sort_values("round", ignore_index=True)

    def _codes_of_parts(self, code: str) -> list[str]:
        """The areas that an area is shown in: subdistricts, or within one of them, villages."""
        group = part_group(self.workspace.survey, code)
        return [part for part in self.codes if group and len(part) == group.digits and part.startswith(code)]

    def _parts(self, code: str) -> pd.DataFrame:
        survey, codes = self.workspace.survey, self._codes_of_parts(code)
        if not codes:
            return pd.DataFrame()
        levels = self.levels.loc[codes, [level.id for level in survey.levels]].reset_index()
        children = levels.drop(columns=AREA).sum(axis=1)
        severe = levels[[level.id for level in severe_levels(survey)]].sum(axis=1)
        levels.insert(1, "label", levels[AREA].map(self.names))
        levels.insert(2, "children", children)
        levels.insert(3, "severe", severe)
        return levels.assign(share=severe / children)

    def _heat(self, code: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """As `area_figures`: the share of each indicator in each part, and the two counts behind it."""
        codes = self._codes_of_parts(code)
        if not codes:
            return pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
        rows = pd.concat([self.answers_of[part] for part in codes])
        numbers = [str(indicator.number) for indicator in self.workspace.survey.indicators]
        wide = rows.assign(number=rows["number"].astype(str))
        tables = []
        for name in ("share", "yes", "no"):
            table = wide.pivot(index=AREA, columns="number", values=name)[numbers].reset_index()
            table.insert(1, "label", table[AREA].map(self.names))
            tables.append(table)
        return tables[0], tables[1], tables[2]

    def _quality(self, code: str) -> pd.DataFrame:
        """How many homes were visited, of the province alone."""
        if code != self.code:
            return pd.DataFrame({"coverage": [float("nan")]})
        return quality_of(self.workspace.profiled(), self.workspace.survey, self.scope)


def _of_area(table: pd.DataFrame, code: str, *, is_shown: bool) -> pd.DataFrame:
    """Return the rows of one area; none where it is not shown of that area."""
    return table[(table[AREA] == code) & is_shown].drop(columns=AREA).reset_index(drop=True)
