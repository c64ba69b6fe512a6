"""The rights monitored: how many children have each, lack it, or it is not known; and who lacks what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.judged_columns import right_column
from cpms_cli.scoring.profiles import CHILD_ROUND
from cpms_cli.summaries.area.indicator import counted_by, shares_over
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.child.children import ChildSelection, line_list_of
from cpms_cli.summaries.counts.shares import groups_asked, within
from cpms_cli.summaries.rounds.comparability import not_asked
from cpms_cli.summaries.rounds.round_pairs import Compared, cases_between, with_names
from cpms_cli.summaries.scope import OverRounds, Scope, scope_of, span_of, tables_with_rows
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Right
from cpms_cli.survey.near_words import meant, named, near, spellings
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class RightsSummary:
    """The rights in one area and round.

    `counted`: `total` and a table per group, or the one cross table asked for, each a row per group and right with the
    columns of `shares.broken_down`; yes is has it, no is lacks it. `lacking`: a row per child who lacks a right, as
    `cpms children` lists children, with `lacks` and `not_known`, the rights in words, and the answers of `right_*`.
    `not_asked`: rights that rest on questions which the round did not ask.
    """

    scope: Scope
    counted: dict[str, pd.DataFrame]
    lacking: pd.DataFrame
    quality: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        unasked = tables_with_rows(not_asked=self.not_asked)
        return {**self.counted, "quality": self.quality, **unasked, "lacking": self.lacking}


@dataclass(frozen=True)
class RightsChange(OverRounds):
    """The rights over a span of rounds.

    `cases`: a row per pair of rounds (and group) and right, `right` its id and `name` in words: what became of the
    children who lacked it, as `pairs.cases_between`: new is newly lacking, continuing still lacking, and resolved that
    the same child has it now. `shares`: the answers of each round, as `RightsSummary.counted`, with `change`.
    `not_comparable`: rights whose questions changed between two rounds, as `comparability` says.
    """

    cases: pd.DataFrame
    shares: pd.DataFrame
    not_comparable: pd.DataFrame


def _labels_of(answers: pd.DataFrame, rights: Sequence[Right], answer: str, language: Language) -> pd.Series:
    """The rights with this answer, in words, joined by semicolons."""
    labels = pd.Series("", index=answers.index, dtype="str")
    for right in rights:
        label = right.label.in_(language)
        more = (labels + "; ").where(labels != "", "") + label
        labels = labels.mask(answers[right_column(right.id)] == answer, more)
    return labels


def _lacking(workspace: Workspace, scope: Scope, rights: Sequence[Right]) -> pd.DataFrame:
    """Return the children who lack one of `rights`, in the order of the line list, each with all that it lacks."""
    survey, language = workspace.survey, workspace.language
    key, columns = list(survey.key("child")), [right_column(right.id) for right in survey.rights]
    lacking = " OR ".join(f"{right_column(right.id)} = $$no$$" for right in rights)
    answers = (
        workspace.profiled()
        .execute(f"""
            SELECT {", ".join([*key, *columns])}
            FROM {CHILD_ROUND}
            WHERE {within(survey, scope.code, scope.round)} AND ({lacking})""")
        .df()
    )
    answers["lacks"] = _labels_of(answers, survey.rights, "no", language)
    answers["not_known"] = _labels_of(answers, survey.rights, "unknown", language)
    listed = line_list_of(workspace, ChildSelection(scope.code, scope.round))
    return listed.merge(answers, on=key, how="inner").drop(columns=["response"])


def summarise_rights(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
    lacking: str | None = None,
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> RightsSummary:
    """The rights of the children of an area (None: the whole store) in a round, by default the area's last.

    `lacking` is the id of a right: only children who lack it are listed. Names are masked unless `identified`, which
    the audit log records. Raises UsageError for an unknown area, group, right or round.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified) as workspace:
        return compute_rights_summary(workspace, area=area, round_=round_, by=by, lacking=lacking)


def _known_right(survey: Survey, text: str) -> str:
    """The id of the right that is meant by its id or its label in any language; raises UsageError where none is."""
    labels = {right.id: right.label for right in survey.rights}
    known = {right.id: (*spellings(right.id, right.label), *right.formerly) for right in survey.rights}
    if (right := meant(text, known)) is not None:
        return right
    alike = named(labels, near(text, known))
    if alike:
        raise UsageError("unknown_right_near", right=text, near=alike)
    raise UsageError("unknown_right", right=text, known=named(labels))


def compute_rights_summary(
    workspace: Workspace,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
    lacking: str | None = None,
) -> RightsSummary:
    """As `summarise_rights`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    wanted = None if lacking is None else _known_right(survey, lacking)
    listed_rights = [right for right in survey.rights if wanted in (None, right.id)]
    columns = {right_column(right.id): right.label.in_(language) for right in survey.rights}
    scope = scope_of(workspace, area, round_)
    counted = counted_by(workspace, columns, scope, groups)
    listed = _lacking(workspace, scope, listed_rights) if workspace.lists_children else pd.DataFrame()
    quality = quality_of(workspace.connection, survey, scope, workspace.knows_moves)
    workspace.note_identified("rights", len(listed))
    return RightsSummary(scope, counted, listed, quality, not_asked(workspace, scope.round, columns))


def rights_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    first: int,
    last: int,
    *,
    area: str | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> RightsChange:
    """Which children newly lack a right, still lack it or have it again, from round to round.

    Of an area (None: the whole store); `by` names one or two groups. Raises UsageError for an unknown area or group, or
    fewer than two rounds.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_rights_change(workspace, (first, last), area=area, by=by)


def compute_rights_change(
    workspace: Workspace, rounds: tuple[int, int], *, area: str | None = None, by: Sequence[str] = ()
) -> RightsChange:
    """As `rights_change`, in a workspace; `rounds` are the first and the last round."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    labels = {right.id: right.label.in_(language) for right in survey.rights}
    columns = {right_column(right): label for right, label in labels.items()}
    span = span_of(workspace, area, rounds)
    cases = cases_between(workspace, span, Compared(tuple(columns), groups, case="no"))
    named = {right_column(right): (right, label) for right, label in labels.items()}
    return RightsChange(
        span,
        with_names(cases, named, ("right", "name")),
        *shares_over(workspace, columns, span, groups),
    )
