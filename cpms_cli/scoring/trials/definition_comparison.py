"""A change of rules tried on a store: who would be at which other level, and why; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.explanations import Explainer
from cpms_cli.scoring.scores import create_scores, scores_of
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.rows_as_read.current_rows import read_as
from cpms_cli.survey.former_names import same_parts
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.opening.loading import load_survey

SIDES = ("before", "after")
_RANKED = ("level", "highest")


@dataclass(frozen=True)
class Comparison:
    """The same store under two definitions; `before` is the shipped one.

    `flow`: round, before, after (level ids), children; every child row is counted, also where nothing changes.
    `indicators`: number, name, before, after (answers), children; only what changes.
    `changed`: a row for each child and round whose level or highest possible level changes, the most severe new level
    first: cpms_id, round, village, the two levels and highest possible levels, and for each side the reasons (`why_`)
    and what is not known (`open_`) in words. No name is in it. `children` counts all child rows.
    """

    before: Survey
    after: Survey
    children: int
    flow: pd.DataFrame
    indicators: pd.DataFrame
    changed: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {"flow": self.flow, "indicators": self.indicators, "children": self.changed}


def compare_definitions(store: str | Path, other: Path | Survey, *, language: Language = FALLBACK) -> Comparison:
    """Score a store under the definition that it follows and under another (or that of a folder); return what differs.

    The store is only read. Raises UsageError where a row is not the same child under both (another key),
    DefinitionError, StoreError, UnreadableFile.
    """
    surveys = definition_in_use(store), other if isinstance(other, Survey) else load_survey(Path(other))
    before, after = surveys
    if any(_shape(before, table) != _shape(after, table) for table in ("household", "child")):
        raise UsageError("definition_other_key")
    with open_store(Path(store), before) as connection:
        scores = [_scored(connection, survey) for survey in surveys]
    both = _side_by_side(before, scores)
    return Comparison(
        before,
        after,
        len(both),
        _flow(before, both),
        _indicators(surveys, both, language),
        _changed(surveys, both, language),
    )


def _shape(survey: Survey, table: str) -> object:
    """What must be the same for two scores of one row to be about the same row and child."""
    schema = survey.household if table == "household" else survey.child
    roles = ("round", "village", "household", "line", "person", "home")
    return schema.primaryKey, schema.shared, [survey.role(role).name for role in roles]  # type: ignore[arg-type]


def _scored(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    read_as(connection, survey)
    create_scores(connection, survey)
    return scores_of(connection, survey)


def _side_by_side(survey: Survey, scores: list[pd.DataFrame]) -> pd.DataFrame:
    """One row per child row, every score twice: with `_before` and with `_after`."""
    roles = ("round", "village", "household", "line", "person")
    same = [survey.role(role).name for role in roles]  # type: ignore[arg-type]
    sides = [frame.set_index(same).add_suffix(f"_{side}") for frame, side in zip(scores, SIDES, strict=True)]
    return pd.concat(sides, axis=1).reset_index()


def _flow(survey: Survey, both: pd.DataFrame) -> pd.DataFrame:
    round_ = survey.role("round").name
    flow = both.groupby([round_, "level_before", "level_after"]).size().rename("children").reset_index()
    return flow.rename(columns={round_: "round", "level_before": "before", "level_after": "after"})


def _indicators(surveys: tuple[Survey, Survey], both: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Answers that change, by indicator; of an indicator that one definition does not have, they are "not asked"."""
    named = {indicator.column: indicator for survey in reversed(surveys) for indicator in survey.indicators}
    parts = []
    for column, indicator in sorted(named.items(), key=lambda entry: entry[1].number):
        sides = [f"{column}_{side}" for side in SIDES]
        answers = both.reindex(columns=sides, fill_value=surveys[0].not_asked).set_axis(list(SIDES), axis=1)
        moved = answers[answers["before"] != answers["after"]].groupby(list(SIDES)).size().rename("children")
        parts.append(moved.reset_index().assign(number=indicator.number, name=indicator.name.in_(language)))
    return pd.concat(parts, ignore_index=True)[["number", "name", *SIDES, "children"]]


def _levels_renamed(before: Survey, after: Survey) -> dict[str, str]:
    """Return the ids of levels of one definition that go by another id in the other, with that other id."""
    names = [{level.id: level.formerly for level in survey.levels} for survey in (before, after)]
    return {former: name for name, former in same_parts(*names).items() if former != name}


def _changed(surveys: tuple[Survey, Survey], both: pd.DataFrame, language: Language) -> pd.DataFrame:
    names = _levels_renamed(*surveys)
    same = pd.DataFrame({name: both[f"{name}_before"].replace(names) == both[f"{name}_after"] for name in _RANKED})
    moved = both[~same.all(axis=1)]
    survey = surveys[0]
    round_, village, person = (survey.role(role).name for role in ("round", "village", "person"))
    listed = moved[[person, round_, village]].copy()
    for name in _RANKED:
        for side in SIDES:
            listed[f"{name}_{side}"] = moved[f"{name}_{side}"]
    for side, of in zip(SIDES, surveys, strict=True):
        explainer = Explainer(of, language)
        listed[f"why_{side}"] = explainer.why(moved, f"reasons_{side}", f"answers_{side}")
        listed[f"open_{side}"] = explainer.open(moved, f"open_reasons_{side}", f"open_answers_{side}")
    ranks = [level.id for level in surveys[1].levels]
    order = pd.DataFrame({name: listed[f"{name}_after"].map(ranks.index) for name in _RANKED})
    order[round_] = -listed[round_].astype("int64")
    return listed.loc[order.sort_values([*_RANKED, round_], kind="stable").index].reset_index(drop=True)
