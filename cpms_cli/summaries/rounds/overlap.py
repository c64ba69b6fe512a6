"""Which indicators occur together in one child, as multidimensional deprivation analysis shows it.

Sources: de Neubourg et al. 2012, Step-by-Step Guidelines to the Multiple Overlapping Deprivation Analysis (UNICEF
Office of Research, WP-2012-10): the distribution of the number of deprivations at a time, and the overlap of each one
with others; Alkire and Foster 2011, Counting and multidimensional poverty measurement: the number of deprivations of
each child. Unlike there, no answer is never "not deprived": numbers have a lower and an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.summaries.counts.shares import groups_asked, label_groups, within
from cpms_cli.summaries.rounds.comparability import not_asked
from cpms_cli.summaries.scope import scope_of, tables_with_rows
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Indicator, Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.workspace import Workspace

MEMBERS = ("first", "second", "third")  # columns of the indicators that occur together
_CHUNK = 20_000  # patterns of answers looked at together: bounds the memory of the matrix product


@dataclass(frozen=True)
class Overlap:
    """The children of an area (None: of the store) in a round, by indicators that occur together.

    `numbers`: number; `certain`, children with exactly so many yes; `possible`, with exactly so many yes or unknown;
    `at_least`, children with so many yes or more, a lower bound; `at_most`, the upper bound, unknown answers being yes.
    `single`: number, name, yes; of these `alone`, `with_one`, `with_two`, `with_three_or_more` others; `mean_others`.
    `pairs`, `triples`: the indicators' numbers and names (`first`, `second`, ...); `children` with all of them;
    `known`, children of whom all are known; `share` of these; `possible`, children with all yes or unknown;
    `expected` if they occurred independently of each other, and `lift`, how many times that many there are; in pairs
    `second_of_first`, the share with the second among those with the first, and `first_of_second`. Most frequent first.
    With groups, each table has their codes and labels first. `not_asked`: counted indicators that rest on questions
    which the round did not ask, and so can only be possible where no other answer decides.
    """

    area: str | None
    name: str
    round: int
    children: int | None
    numbers: pd.DataFrame
    single: pd.DataFrame
    pairs: pd.DataFrame
    triples: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        tables = {"numbers": self.numbers, "single": self.single, "pairs": self.pairs, "triples": self.triples}
        return {**tables, **tables_with_rows(not_asked=self.not_asked)}


@dataclass(frozen=True)
class Patterns:
    """The distinct combinations of answers (a row each, a column per indicator), and how many children have each."""

    yes: np.ndarray
    unknown: np.ndarray
    children: np.ndarray

    def __len__(self) -> int:
        return len(self.children)


def counted_indicators(survey: Survey) -> list[Indicator]:
    """The indicators whose number is counted."""
    return [indicator for indicator in survey.indicators if indicator.counted]


def names_of_counted(survey: Survey, language: Language) -> dict[str, str]:
    """Return the columns of the counted indicators, each with its number and name."""
    counted = counted_indicators(survey)
    return {indicator.column: f"{indicator.number} {indicator.name.in_(language)}" for indicator in counted}


def patterns_of(
    connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, by: Sequence[Group] = ()
) -> dict[tuple[str, ...], Patterns]:
    """Patterns by the codes of the groups; n/a counts as no, and what the round did not ask is not known.

    `create_profiles` must have run.
    """
    columns = [counted_indicator.column for counted_indicator in counted_indicators(survey)]
    yes, unknown = (
        " + ".join(f"({column} {answer})::BIGINT * {1 << number}" for number, column in enumerate(columns))
        for answer in ("= 'yes'", "IN ('unknown', 'not_asked')")
    )
    names = [f"group_{number}" for number, _ in enumerate(by)]
    groups = "".join(f"{group_column(group.id)} AS {name}, " for group, name in zip(by, names, strict=True))
    pattern_rows = connection.execute(f"""
        SELECT {groups}{yes} AS yes, {unknown} AS unknown, count(*) AS children
        FROM {CHILD_ROUND}
        WHERE {condition}
        GROUP BY ALL
        ORDER BY ALL""").df()
    bits = np.arange(len(columns))

    def matrix(masks: pd.Series) -> np.ndarray:
        return ((masks.to_numpy(dtype=np.int64)[:, None] >> bits) & 1).astype(np.float32)

    def patterns(part: pd.DataFrame) -> Patterns:
        return Patterns(matrix(part["yes"]), matrix(part["unknown"]), part["children"].to_numpy(dtype=np.float64))

    if not by:
        return {(): patterns(pattern_rows)}
    return {tuple(map(str, codes)): patterns(part) for codes, part in pattern_rows.groupby(names, sort=True)}


def numbers_of(patterns: Patterns, most: int) -> pd.DataFrame:
    """Children by number of indicators, of `most` there are, as `Overlap.numbers`."""
    certain, possible = (
        np.bincount(matrix.sum(axis=1).astype(int), patterns.children, minlength=most + 1)
        for matrix in (patterns.yes, patterns.yes + patterns.unknown)
    )
    table = pd.DataFrame(
        {
            "number": range(most + 1),
            "certain": certain,
            "possible": possible,
            "at_least": certain[::-1].cumsum()[::-1],
            "at_most": possible[::-1].cumsum()[::-1],
        }
    ).astype("int64")
    return table[table["at_most"] > 0]


def _single(survey: Survey, patterns: Patterns, language: Language) -> pd.DataFrame:
    others = patterns.yes.sum(axis=1, keepdims=True) - patterns.yes
    weights = patterns.yes * patterns.children[:, None]
    yes = weights.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = (weights * others).sum(axis=0) / yes
    counted = counted_indicators(survey)
    table = pd.DataFrame(
        {
            "number": [indicator.number for indicator in counted],
            "name": [indicator.name.in_(language) for indicator in counted],
            "yes": yes.astype("int64"),
            **{
                name: (weights * test).sum(axis=0).astype("int64")
                for name, test in (
                    ("alone", others == 0),
                    ("with_one", others == 1),
                    ("with_two", others == 2),
                    ("with_three_or_more", others >= 3),
                )
            },
            "mean_others": mean,
        }
    )
    return table


def together(
    survey: Survey, patterns: Patterns, size: int, language: Language, *, possible: bool = False
) -> pd.DataFrame:
    """Every combination of so many indicators that some child has, or if asked for, may have, as `Overlap.pairs`."""
    counted = counted_indicators(survey)
    members = np.array(list(combinations(range(len(counted)), size)))
    chosen = np.zeros((len(counted), len(members)), dtype=np.float32)
    chosen[members, np.arange(len(members))[:, None]] = 1
    children, known, at_most = (np.zeros(len(members)) for _ in range(3))
    margins = np.zeros((size, len(members)))
    for start in range(0, len(patterns), _CHUNK):
        part = slice(start, start + _CHUNK)
        yes, unknown, weight = patterns.yes[part], patterns.unknown[part], patterns.children[part]
        all_known = (unknown @ chosen) == 0
        children += weight @ ((yes @ chosen) == size)
        at_most += weight @ (((yes + unknown) @ chosen) == size)
        known += weight @ all_known
        for place in range(size):
            margins[place] += weight @ (all_known & (yes[:, members[:, place]] == 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = margins.prod(axis=0) / known ** (size - 1)
        table = {
            "children": children,
            "known": known,
            "share": children / known,
            "possible": at_most,
            "expected": expected,
            "lift": children / expected,
        }
        if size == 2:
            table |= {"second_of_first": children / margins[0], "first_of_second": children / margins[1]}
    names, column_names = MEMBERS[:size], {}
    for place, name in enumerate(names):
        column_names[name] = [counted[position].number for position in members[:, place]]
        column_names[f"{name}_name"] = [counted[position].name.in_(language) for position in members[:, place]]
    frame = pd.DataFrame({**column_names, **table}).astype({"children": "int64", "known": "int64", "possible": "int64"})
    frame = frame[frame["possible" if possible else "children"] > 0]
    return frame.sort_values(["children", *names], ascending=[False] + [True] * size, ignore_index=True)


def by_group(
    survey: Survey, by: Sequence[Group], parts: Mapping[tuple[str, ...], pd.DataFrame], language: Language
) -> pd.DataFrame:
    """The tables of the groups, one below the other, each with its codes and labels."""
    names = [group.id for group in by]
    whole = pd.concat(
        [part.assign(**dict(zip(names, codes, strict=True))) for codes, part in parts.items()], ignore_index=True
    )
    return label_groups(survey, whole, by, language)


def compute_overlap(
    workspace: Workspace, *, area: str | None = None, round_: int | None = None, by: Sequence[str] = ()
) -> Overlap:
    """As `overlap`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    scope = scope_of(workspace, area, round_)
    patterns = patterns_of(workspace.profiled(), survey, within(survey, area, scope.round), groups)
    most = len(counted_indicators(survey))
    of_group = {
        code: (
            numbers_of(part, most),
            _single(survey, part, language),
            together(survey, part, 2, language),
            together(survey, part, 3, language),
        )
        for code, part in patterns.items()
    }
    numbers, single, pairs, triples = (
        by_group(survey, groups, {code: parts[number] for code, parts in of_group.items()}, language)
        for number in range(4)
    )
    children = int(sum(part.children.sum() for part in patterns.values()))
    unasked = not_asked(workspace, scope.round, names_of_counted(survey, language))
    name = scope.name if area else ""
    return Overlap(area, name, scope.round, children, numbers, single, pairs, triples, unasked)


def overlap(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> Overlap:
    """Which indicators occur together in an area (None: in the whole store) and round, by default the last.

    `by` names one or two groups. Raises UsageError for an unknown area or group, no children there; StoreError,
    UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_overlap(workspace, area=area, round_=round_, by=by)
