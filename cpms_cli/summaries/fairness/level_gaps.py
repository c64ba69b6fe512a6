"""Whether the rules treat children alike: levels and the rules that make them by group, the gaps, and twins.

For the office alone: no disclosure control covers these counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.scoring.compared_rows import COMPARED, create_compared_rows, levels_from, listed, part_column
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.profiles import UNKNOWN
from cpms_cli.scoring.rule_words import rule_words
from cpms_cli.scoring.scores import EXPLAINED, create_explained
from cpms_cli.scoring.trials.paper_twins import TWIN_SCORE, create_twin_scores
from cpms_cli.summaries.counts.intervals import newcombe, wilson
from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.scope import Scope, scope_of
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.settings.fairness import ComparedGroup
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

EVERYBODY = "all"

_DIGITS = 9
"""How far shares are told apart: 8 of 10 less 7 of 10 is a little more than 0.1 in the machine's numbers."""


@dataclass(frozen=True)
class Fairness:
    """How the levels of one area and round are spread over groups; all shares are fractions.

    `levels`: group, group_label, part, part_label, children, a column per level, severe (children at a level that is
    visited for its own sake), share (of them among all children of the part) and its Wilson interval low to high.
    `gaps`: group, group_label, part, part_label, reference_label, children, severe, share, reference_share, gap (the
    difference), its Newcombe interval low to high, and judged, whether both parts have enough children for a limit to
    be held against it. Whose part is not known is in `levels` and in no gap.
    `rules`: group, group_label, part, part_label, level, level_label, rule (in words), children whose level that rule
    makes, share of all children of the part; of the severe levels. A child can have several.
    `twins`: twin, twin_label, children, level_differs (with these papers), lifted (to a severe level, from another),
    lowered, share (of those lifted or lowered), possible_differs (the highest possible level is severe on one side
    only).
    """

    scope: Scope
    levels: pd.DataFrame
    gaps: pd.DataFrame
    rules: pd.DataFrame
    twins: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"levels": self.levels, "gaps": self.gaps, "rules": self.rules, "twins": self.twins}

    def beyond(self, limit: float) -> int:
        """Return how many judged gaps, and twins' shares, are larger than a limit; one that is just as large is not."""
        gaps = self.gaps.loc[self.gaps["judged"], "gap"].abs()
        return sum(
            int((shares.astype("float64").round(_DIGITS) > limit).sum()) for shares in (gaps, self.twins["share"])
        )


def compute_fairness(workspace: Workspace, area: str | None = None, round_: int | None = None) -> Fairness:
    """Compare the levels of groups of children in an area and round, by default its last round.

    Raises UsageError for an unknown area or a round without data; StoreError, UnreadableFile.
    """
    survey, language = workspace.survey, workspace.language
    connection = workspace.profiled()
    return fairness_of(connection, survey, scope_of(workspace, area, round_), language)


def fairness_of(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope, language: Language) -> Fairness:
    """As `compute_fairness`, of an area and round, from a connection on which `score` exists."""
    condition = within(survey, scope.code, scope.round)
    create_compared_rows(connection, survey)
    levels = _levels(connection, survey, condition, language)
    return Fairness(
        scope,
        levels,
        _gaps(survey, levels),
        _rules(connection, survey, condition, language),
        _twins(connection, survey, condition, language),
    )


def parts_in_order(survey: Survey, group: ComparedGroup, language: Language) -> dict[str, str]:
    """Return the parts of a group with their words: the reference first, whose part is not known last."""
    unknown = survey.codelists["missing"].by_code[UNKNOWN].label.in_(language)
    if group.yes is not None and group.no is not None:
        parts = {"yes": group.yes.in_(language), "no": group.no.in_(language)}
    else:
        codes = survey.codes(survey.fields[str(group.field)])
        parts = {code.code: code.label.in_(language) for code in codes.codes} if codes else {}
    others = {code: label for code, label in parts.items() if code not in (group.reference, UNKNOWN)}
    return {group.reference: parts[group.reference], **others, UNKNOWN: unknown}


def label_parts(survey: Survey, table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table with the columns `group` and `part` in the order of the definition, and both in words behind."""
    words = {group.id: group.label.in_(language) for group in survey.fairness.groups}
    parts = {
        (group.id, part): label
        for group in survey.fairness.groups
        for part, label in parts_in_order(survey, group, language).items()
    }
    order = {key: number for number, key in enumerate(parts)}
    keys = list(zip(table["group"], table["part"], strict=True))
    shown = table.assign(order_=[order.get(key, -1) for key in keys])
    shown.insert(1, "group_label", [words.get(group, "") for group, _ in keys])
    shown.insert(3, "part_label", [parts.get(key, "") for key in keys])
    return shown.sort_values("order_", kind="stable").drop(columns="order_").reset_index(drop=True)


def _by_group(survey: Survey) -> Iterator[tuple[str, str]]:
    """Yield SQL for the two columns that name a group and the child's part of it, and the id of the group."""
    for group in survey.fairness.groups:
        yield group.id, f"{quoted(group.id)} AS group_, {part_column(group.id)} AS part"


def _levels(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, language: Language) -> pd.DataFrame:
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    selects = [
        f"SELECT {part}, count(*) AS children, {counts} FROM {COMPARED} WHERE {condition} GROUP BY ALL"
        for _, part in _by_group(survey)
    ]
    table = connection.execute(" UNION ALL ".join(selects)).df().rename(columns={"group_": "group"})
    table["severe"] = table[list(levels_from(survey, survey.fairness.severe))].sum(axis="columns")
    table["share"] = table["severe"] / table["children"]
    table[["low", "high"]] = wilson(table["severe"], table["children"], survey.figures.confidence)
    return label_parts(survey, table, language)


def _gaps(survey: Survey, levels: pd.DataFrame) -> pd.DataFrame:
    references = {group.id: group.reference for group in survey.fairness.groups}
    is_reference = levels["part"] == levels["group"].map(references)
    taken = ["group", "part_label", "children", "severe", "share"]
    reference = levels.loc[is_reference, taken].set_index("group").add_prefix("reference_")
    compared = levels[~is_reference & (levels["part"] != UNKNOWN) & levels["group"].isin(reference.index)]
    first = ["group", "group_label", "part", "part_label", "children", "severe", "share"]
    gaps = compared[first].join(reference, on="group").reset_index(drop=True)
    gaps = gaps.rename(columns={"reference_part_label": "reference_label"})
    gaps["gap"] = gaps["share"] - gaps["reference_share"]
    gaps[["low", "high"]] = newcombe(
        gaps[["severe", "children"]].set_axis(["yes", "known"], axis="columns"),
        gaps[["reference_severe", "reference_children"]].set_axis(["yes", "known"], axis="columns"),
        survey.figures.confidence,
    )
    gaps["judged"] = gaps[["children", "reference_children"]].min(axis="columns") >= survey.fairness.at_least
    return gaps


def _rules(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, language: Language) -> pd.DataFrame:
    severe = levels_from(survey, survey.fairness.severe)
    create_explained(connection, survey, f"{condition} AND level IN {listed(severe)}")
    key = ", ".join(survey.key("child"))
    selects = [
        f"""
        SELECT {part}, level, reason, count(*) AS children,
            count(*) / any_value(everybody) AS share
        FROM {COMPARED}
        JOIN (SELECT {key}, unnest(reasons) AS reason FROM {EXPLAINED}) USING ({key})
        JOIN (
            SELECT {part_column(group)}, count(*) AS everybody FROM {COMPARED} WHERE {condition} GROUP BY 1
        ) USING ({part_column(group)})
        GROUP BY ALL
        """
        for group, part in _by_group(survey)
    ]
    table = connection.execute(" UNION ALL ".join(selects)).df().rename(columns={"group_": "group"})
    explainer = Explainer(survey, language)
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    worded = {
        f"{level.id}.{number}": words
        for level in survey.rule_levels
        for number, words in enumerate(rule_words(explainer, str(level.when)), start=1)
    }
    order = {reason: number for number, reason in enumerate(worded)}
    table = table.sort_values("reason", key=lambda reasons: reasons.map(order), kind="stable")
    table.insert(3, "level_label", table["level"].map(labels).astype("str"))
    table.insert(4, "rule", table["reason"].map(worded).astype("str"))
    return label_parts(survey, table, language)


def _twins(connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, language: Language) -> pd.DataFrame:
    severe, key = listed(levels_from(survey, survey.fairness.severe)), survey.key("child")
    rows = []
    for twin in survey.fairness.twins:
        create_twin_scores(connection, survey, twin, condition)
        counts = connection.execute(
            f"""
            SELECT count(*),
                count(*) FILTER (t.level <> c.level),
                count(*) FILTER (t.level IN {severe} AND c.level NOT IN {severe}),
                count(*) FILTER (t.level NOT IN {severe} AND c.level IN {severe}),
                count(*) FILTER ((t.highest IN {severe}) <> (c.highest IN {severe}))
            FROM {COMPARED} c
            JOIN {TWIN_SCORE} t USING ({", ".join(key)})
            """
        ).fetchone()
        rows.append((twin.id, twin.label.in_(language), *(counts or (0,) * 5)))
    names = ["twin", "twin_label", "children", "level_differs", "lifted", "lowered", "possible_differs"]
    table = pd.DataFrame(rows, columns=names)
    children = table["children"].where(table["children"] > 0)
    table["share"] = ((table["lifted"] + table["lowered"]) / children).astype("float64")
    return table
