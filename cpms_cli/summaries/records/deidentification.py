"""Rows without names: pseudonyms that only one recipient's files share, and answers made coarser until enough children
share every combination of what could tell them apart.

Method: full-domain generalisation (Samarati 2001). Of all choices of one step for each quasi-identifier of the
definition that leave every combination to k rows of a round or more, the one with the least loss of precision is taken
(Sweeney 2002: the mean of how far each went on its way from finest to nothing). No row is left out, so that no child
in danger is missing from what is given away. Children who can be put together are alike together: one child over the
rounds of a series, one child in several files of the same readers, and, as long as the answers of homes are told, all
children of a home, whose sexes and ages tell the family. k-anonymity does not protect against somebody who knows that
all children alike share an answer, nor where a rare answer is no quasi-identifier.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.store.tables.pseudonym_key import pseudonym
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.deidentification import QuasiIdentifier, Step

_BEFORE = "_before"
HOME_ANSWERS = "household_answers"
OTHER = "other"
Codes = npt.NDArray[np.int64]


def pseudonyms(key: bytes, audience: str, identifiers: pd.Series) -> pd.Series:
    """A name for each identifier that says nothing about it, under the store's own key.

    The same recipient gets the same name for the same child; two recipients cannot join what they have. Blanks stay.
    """
    names = {identifier: pseudonym(key, audience, str(identifier)) for identifier in identifiers.dropna().unique()}
    return identifiers.map(names).astype("str")


def coarser(values: pd.Series, step: Step) -> pd.Series:
    """One column at one step: text, blank where nothing is told or nothing is known."""
    if step.all:
        return pd.Series(np.nan, index=values.index, dtype="str")
    if step.digits is not None:
        return values.astype("str").str[: step.digits]
    if step.keep:
        return values.astype("str").where(values.isin(step.keep) | values.isna(), OTHER)
    numbers = pd.to_numeric(values, errors="coerce")
    names = [str(first) if first == last else f"{first}-{last}" for first, last in step.bands]
    inside = [((numbers >= first) & (numbers <= last)).fillna(False).to_numpy(bool) for first, last in step.bands]
    band = np.select(inside, range(len(names)), default=-1)
    return pd.Series(band, index=values.index).map(dict(enumerate(names))).astype("str")


def least_alike(frame: pd.DataFrame, columns: list[str]) -> int:
    """k: how many rows share the rarest combination of these columns; the number of rows where there are no columns."""
    if frame.empty or not columns:
        return len(frame)
    return int(frame.groupby(columns, dropna=False, observed=True).size().min())


@dataclass(frozen=True)
class Company:
    """By what rows can be put together, beside how children look.

    `before`: of each row, how its child looked in earlier files of the same readers, "" where it was in none; who has
    both files has both looks. `child`: where rows of one child can be put together over the rounds, who it is; else
    None. `home`: the home of each row in its round; `home_answers`: the columns that all children of a home share, by
    which they can be put together; `home_known`: whether an earlier file had them.
    """

    before: pd.Series
    child: pd.Series | None = None
    home: pd.Series | None = None
    home_answers: tuple[str, ...] = ()
    home_known: bool = False


@dataclass(frozen=True)
class Generalised:
    """Rows whose combinations are each shared by `k` rows of a round or more; `steps` says how coarse each
    quasi-identifier became, counted from 0, and of how many. `families`: how many homes look alike in all their
    children at least; None where answers of homes are left out, so that nobody can put a family together. `looks`: how
    each row looks now, beside how it looked before."""

    frame: pd.DataFrame
    k: int
    steps: Mapping[str, tuple[int, int]]
    families: int | None = None
    looks: pd.Series | None = None


def generalised(survey: Survey, frame: pd.DataFrame, k: int, by: str, company: Company | None = None) -> Generalised:
    """Make quasi-identifiers coarser until every combination, within the groups of column `by`, has k rows or more.

    Where children can be put together over rounds, with earlier files, or in families, k of each are alike too; answers
    of homes are left out where families would be told apart. Raises ValueError where a group has fewer than k rows, or
    earlier files tell so much that no coarser file hides it.
    """
    parts = [
        quasi_identifier
        for quasi_identifier in survey.deidentification.quasi_identifiers
        if quasi_identifier.field in frame
    ]
    together = company or Company(pd.Series("", index=frame.index))
    if len(frame) and int(frame.groupby(by).size().min()) < k:
        raise ValueError(f"fewer than {k} rows")
    likeness = _Likeness(frame, parts, by, together)
    answers = [HOME_ANSWERS] if together.home_answers else []
    choices = _least_loss_first([*(len(part.steps) for part in parts), *(2 for _ in answers)])
    coarsest = tuple(len(part.steps) - 1 for part in parts)
    if answers and (together.child is not None or likeness.families(coarsest) < k):
        choices = [choice for choice in choices if choice[-1] == 1]
    hides = (choice for choice in choices if likeness.holds(choice[: len(parts)], k, not answers or choice[-1] == 1))
    hiding = next(hides, None)
    if hiding is None:
        raise ValueError("earlier files tell too much")
    coarser_frame = frame.assign(
        **{part.field: coarser(frame[part.field], part.steps[step]) for part, step in zip(parts, hiding, strict=False)}
    )
    left_out = bool(answers) and hiding[-1] == 1
    if left_out:
        coarser_frame[list(together.home_answers)] = None
    steps = {part.field: (step, len(part.steps) - 1) for part, step in zip(parts, hiding, strict=False)}
    steps |= {name: (hiding[-1], 1) for name in answers}
    families = likeness.families(hiding[: len(parts)]) if answers and (not left_out or together.home_known) else None
    return Generalised(
        coarser_frame, likeness.rarest(hiding[: len(parts)]), steps, families, likeness.looks(coarser_frame)
    )


def _least_loss_first(lengths: Sequence[int]) -> list[tuple[int, ...]]:
    """Every choice of steps, of so many each, that which tells most first; of equals, that which spares what stands
    first."""

    def loss(steps: tuple[int, ...]) -> float:
        return sum(step / max(length - 1, 1) for length, step in zip(lengths, steps, strict=True))

    return sorted(itertools.product(*map(range, lengths)), key=lambda steps: (round(loss(steps), 9), steps))


class _Likeness:
    """How many rows, children and homes look alike at a choice of steps. Rows that are alike from the start are counted
    together."""

    def __init__(self, frame: pd.DataFrame, parts: list[QuasiIdentifier], by: str, company: Company) -> None:
        self.parts, self.by, self.company = parts, by, company
        rows = frame[[by, *(part.field for part in parts)]].assign(**{_BEFORE: company.before})
        grouped = rows.groupby(list(rows), dropna=False, observed=True)
        self.place = grouped.ngroup().to_numpy()
        first = ~pd.Series(self.place).duplicated().to_numpy()
        alike = rows[first].iloc[np.argsort(self.place[first])]
        self.counts = np.bincount(self.place)
        self.groups: Codes = alike.groupby([by, _BEFORE], dropna=False).ngroup().to_numpy().astype(np.int64)
        self.codes = [[coarser(alike[part.field], step).factorize()[0] for step in part.steps] for part in parts]
        self.child = None if company.child is None else company.child.factorize()[0]
        self.home = None if company.home is None else company.home.factorize()[0]
        self.rounds = frame[by].factorize()[0]

    def _of_rows(self, steps: Sequence[int]) -> Codes:
        """A number for how each distinct row looks."""
        together = self.groups
        for of_steps, step in zip(self.codes, steps, strict=True):
            looks = together * (of_steps[step].max(initial=0) + 2) + of_steps[step]
            together = np.unique(looks, return_inverse=True)[1].astype(np.int64)
        return together

    def holds(self, steps: Sequence[int], k: int, home_left_out: bool) -> bool:
        """Whether k rows, k children over their rounds, and where homes can be known k of them, look alike."""
        together = self._of_rows(steps)
        if _fewest(np.bincount(together, weights=self.counts)) < k or self._children(together) < k:
            return False
        return (home_left_out and not self.company.home_known) or self._homes(together) >= k

    def rarest(self, steps: Sequence[int]) -> int:
        """k, of rows and of children over their rounds."""
        together = self._of_rows(steps)
        return min(_fewest(np.bincount(together, weights=self.counts)), self._children(together))

    def families(self, steps: Sequence[int]) -> int:
        """How many homes of a round look alike in all their children, at least."""
        return self._homes(self._of_rows(steps))

    def _children(self, together: Codes) -> int:
        if self.child is None or not len(self.place):
            return np.iinfo(np.int64).max
        over_rounds = np.full((self.child.max() + 1, self.rounds.max() + 1), -1)
        over_rounds[self.child, self.rounds] = together[self.place]
        return _fewest(np.unique(over_rounds, axis=0, return_counts=True)[1])

    def _homes(self, together: Codes) -> int:
        """A home is told apart by how many of its children look how: the sum of a large number for each of them."""
        if self.home is None or not len(self.place):
            return np.iinfo(np.int64).max
        marks = np.random.default_rng(0).integers(1, 2**62, size=together.max() + 1, dtype=np.uint64)
        sums = np.zeros(self.home.max() + 1, dtype=np.uint64)
        np.add.at(sums, self.home, marks[together[self.place]])
        return _fewest(np.unique(sums, return_counts=True)[1])

    def looks(self, records: pd.DataFrame) -> pd.Series:
        """How each row looks in the file and looked before, as text."""
        now = records[[part.field for part in self.parts]].astype("str").fillna("").agg("\x1f".join, axis=1)
        return now if (self.company.before == "").all() else self.company.before + "\x1e" + now


def _fewest(counts: npt.NDArray[Any]) -> int:
    return int(counts.min()) if len(counts) else np.iinfo(np.int64).max
