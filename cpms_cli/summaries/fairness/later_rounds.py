"""The levels of a round against what the rounds after it say of the same children.

For the office alone: no disclosure control covers these counts. What they can and cannot mean is told in
docs/how-to/what-the-levels-foretell.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compared_rows import COMPARED, create_compared_rows, levels_from, part_column
from cpms_cli.scoring.judged_columns import outcome_column
from cpms_cli.summaries.counts.intervals import wilson
from cpms_cli.summaries.counts.shares import within
from cpms_cli.summaries.fairness.level_gaps import EVERYBODY, label_parts
from cpms_cli.summaries.scope import Scope, scope_of
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

RESULTS = ("yes", "no", "unknown", "n/a", "not_found", "not_surveyed")
"""What later rounds say of a child: the outcome, that they do not know it or do not ask it; that the child was not
found again, or that its village was not surveyed again."""
_COLUMNS = {result: result if result != "n/a" else "not_applicable" for result in RESULTS}
ALL, NEW = "all", "new"
_COUNTS = ("visited_harmed", "missed", "visited_unharmed", "left_alone", "visited_not_known", "others_not_known")


@dataclass(frozen=True)
class Foretold:
    """One round's levels against the later `rounds`; all shares are fractions.

    `levels`: outcome, outcome_label, level, label, children at it, and of how many of them later rounds say yes, no,
    unknown, not_applicable; not_found (again) and not_surveyed (their village was not). Each child is in one.
    `figures`: outcome, outcome_label, of (`all` children, or `new`: those of whom the round itself did not say it),
    group, group_label, part, part_label (of everybody: `all`); visited_harmed, missed, visited_unharmed, left_alone
    (children at a severe level or not, harmed later or not), visited_not_known, others_not_known (of whom later rounds
    say nothing: unknown, not found, village not surveyed); sensitivity, sensitivity_low, sensitivity_high (its Wilson
    interval), sensitivity_least, sensitivity_most (if of whom nothing is known all who were not visited were harmed and
    nobody else, or the other way round); specificity, specificity_low, specificity_high; visits_per_harm,
    visits_per_harm_low, visits_per_harm_high (one over the share of those visited who were harmed, and over its
    interval's ends).
    """

    scope: Scope
    rounds: tuple[int, ...]
    levels: pd.DataFrame
    figures: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"levels": self.levels, "figures": self.figures}


def compute_foretold(workspace: Workspace, area: str | None = None, round_: int | None = None) -> Foretold:
    """Hold the levels of a round, by default the one before an area's last, against what later rounds say.

    Raises UsageError for an unknown area, a round without data, or one after which there is none; StoreError,
    UnreadableFile.
    """
    survey, language = workspace.survey, workspace.language
    connection = workspace.profiled()
    scope = scope_of(workspace, area, round_)
    if round_ is None and scope.previous is not None:
        scope = scope_of(workspace, area, scope.previous)
    return foretold_of(connection, survey, scope, language)


def foretold_of(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope, language: Language) -> Foretold:
    """As `compute_foretold`, of an area and round, from a connection on which `score` exists."""
    later = tuple(year for year in scope.rounds if year > scope.round)
    if not later:
        known = ", ".join(shown_year(year, language) for year in scope.rounds)
        raise UsageError("no_later_round", round=shown_year(scope.round, language), known=known)
    create_compared_rows(connection, survey)
    later_answers = _count_later_answers(connection, survey, scope)
    return Foretold(scope, later, _levels(survey, later_answers, language), _figures(survey, later_answers, language))


def _count_later_answers(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope) -> pd.DataFrame:
    """Return how many children of the round there are by: outcome, group, part, level, already (whether the round
    itself says it) and result (one of RESULTS). Of everybody, group and part are `all`."""
    round_, village = survey.role("round").name, survey.role("village").name
    columns = {outcome.id: outcome_column(outcome.id) for outcome in survey.fairness.outcomes}
    heard = ", ".join(
        f"count(*) FILTER ({column} = {quoted(answer)}) AS {column}_{name}"
        for column in columns.values()
        for answer, name in (("yes", "yes"), ("unknown", "unknown"), ("no", "no"))
    )
    results = ", ".join(
        f"""
            CASE
                WHEN person_later IS NULL AND village_later IS NULL THEN 'not_surveyed'
                WHEN person_later IS NULL THEN 'not_found'
                WHEN {column}_yes > 0 THEN 'yes'
                WHEN {column}_unknown > 0 THEN 'unknown'
                WHEN {column}_no > 0 THEN 'no'
                ELSE 'n/a'
            END AS result_{name}"""
        for name, column in columns.items()
    )
    groups = {EVERYBODY: quoted(EVERYBODY), **{group.id: part_column(group.id) for group in survey.fairness.groups}}
    counts = " UNION ALL ".join(
        f"""
        SELECT {quoted(name)} AS outcome, {quoted(group)} AS group_, {part} AS part, level,
            {column} = 'yes' AS already, result_{name} AS result, count(*) AS children
        FROM heard
        GROUP BY ALL"""
        for name, column in columns.items()
        for group, part in groups.items()
    )
    return (
        connection.execute(
            f"""
            WITH child_later AS (
                SELECT person AS person_later, {heard}
                FROM {COMPARED}
                WHERE {round_} > {scope.round}
                GROUP BY person
            ),
            village_again AS (
                SELECT DISTINCT {village} AS village_later
                FROM {COMPARED}
                WHERE {round_} > {scope.round}
            ),
            heard AS (
                SELECT *, {results}
                FROM (SELECT * FROM {COMPARED} WHERE {within(survey, scope.code, scope.round)}) r
                LEFT JOIN child_later ON person_later = person
                LEFT JOIN village_again ON village_later = {village}
            )
            {counts}
            """
        )
        .df()
        .rename(columns={"group_": "group"})
    )


def _levels(survey: Survey, later_answers: pd.DataFrame, language: Language) -> pd.DataFrame:
    everybody = later_answers[later_answers["group"] == EVERYBODY]
    keys = pd.MultiIndex.from_product(
        [[outcome.id for outcome in survey.fairness.outcomes], [level.id for level in survey.levels]],
        names=["outcome", "level"],
    )
    wide = everybody.pivot_table(
        index=["outcome", "level"], columns="result", values="children", aggfunc="sum", fill_value=0
    )
    table = wide.reindex(index=keys, columns=list(RESULTS), fill_value=0).rename(columns=_COLUMNS).reset_index()
    table.insert(2, "children", table[list(_COLUMNS.values())].sum(axis="columns"))
    outcomes = {outcome.id: outcome.label.in_(language) for outcome in survey.fairness.outcomes}
    labels = {level.id: level.label.in_(language) for level in survey.levels}
    table.insert(1, "outcome_label", table["outcome"].map(outcomes).astype("str"))
    table.insert(3, "label", table["level"].map(labels).astype("str"))
    return table.rename_axis(columns=None)


def _figures(survey: Survey, later_answers: pd.DataFrame, language: Language) -> pd.DataFrame:
    later_answers = later_answers.assign(
        visited=later_answers["level"].isin(levels_from(survey, survey.fairness.severe))
    )
    parts = [_counted(later_answers).assign(of=ALL), _counted(later_answers[~later_answers["already"]]).assign(of=NEW)]
    table = _with_figures(survey, pd.concat(parts, ignore_index=True))
    outcomes = {outcome.id: (number, outcome.label) for number, outcome in enumerate(survey.fairness.outcomes)}
    table["outcome_label"] = [outcomes[name][1].in_(language) for name in table["outcome"]]
    table = label_parts(
        survey, table[["group", "part", *(name for name in table if name not in ("group", "part"))]], language
    )
    order = pd.DataFrame({"outcome": [outcomes[name][0] for name in table["outcome"]], "new": table["of"] == NEW})
    table = table.loc[order.sort_values(["outcome", "new"], kind="stable").index].reset_index(drop=True)
    first = ["outcome", "outcome_label", "of", "group", "group_label", "part", "part_label"]
    return table[[*first, *(name for name in table if name not in first)]]


def _counted(later_answers: pd.DataFrame) -> pd.DataFrame:
    """Return a row per outcome and part with the counts of `_COUNTS`."""
    keys = ["outcome", "group", "part"]
    asked = later_answers[later_answers["result"] != "n/a"]
    known = asked["result"].where(asked["result"].isin(["yes", "no"]), "not_known")
    names = {
        (True, "yes"): "visited_harmed",
        (False, "yes"): "missed",
        (True, "no"): "visited_unharmed",
        (False, "no"): "left_alone",
        (True, "not_known"): "visited_not_known",
        (False, "not_known"): "others_not_known",
    }
    cells = [names[bool(visited), result] for visited, result in zip(asked["visited"], known, strict=True)]
    wide = asked.assign(cell=cells).pivot_table(
        index=keys, columns="cell", values="children", aggfunc="sum", fill_value=0
    )
    return wide.reindex(columns=list(_COUNTS), fill_value=0).reset_index().rename_axis(columns=None)


def _with_figures(survey: Survey, table: pd.DataFrame) -> pd.DataFrame:
    hit, missed, false, left, lost, lost_others = (table[name] for name in _COUNTS)
    confidence = survey.figures.confidence

    def share(of: pd.Series, among: pd.Series) -> pd.Series:
        return (of / among.where(among > 0)).astype("float64")

    figures: dict[str, pd.Series] = {}
    for name, of, among in (("sensitivity", hit, hit + missed), ("specificity", left, left + false)):
        interval = wilson(of, among, confidence)
        figures |= {name: share(of, among), f"{name}_low": interval["low"], f"{name}_high": interval["high"]}
        if name == "sensitivity":
            figures["sensitivity_least"] = share(hit, hit + missed + lost_others)
            figures["sensitivity_most"] = share(hit + lost, hit + lost + missed)
    harmed_among_visited = wilson(hit, hit + false, confidence)
    figures["visits_per_harm"] = share(hit + false, hit)
    figures["visits_per_harm_low"] = 1 / harmed_among_visited["high"].where(harmed_among_visited["high"] > 0)
    figures["visits_per_harm_high"] = 1 / harmed_among_visited["low"].where(harmed_among_visited["low"] > 0)
    return table.assign(**figures)
