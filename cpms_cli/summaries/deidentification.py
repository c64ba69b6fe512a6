"""Rows without names: pseudonyms that only one recipient's files share, and answers made coarser until enough children
share every combination of what could tell them apart.

Method: full-domain generalisation (Samarati 2001). Of all choices of one step for each quasi-identifier of the
definition that leave every combination to k rows of a round or more, the one with the least loss of precision is taken
(Sweeney 2002: the mean of how far each went on its way from finest to nothing). No row is left out, so that no child in
danger is missing from what is given away. k-anonymity does not protect against somebody who knows that all children
alike share an answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.survey.definition import Survey
from cpms_cli.survey.deidentification import QuasiIdentifier, Step

_LENGTH = 10
_COUNT = "_count"
OTHER = "other"
Codes = npt.NDArray[np.int64]


def pseudonyms(key: bytes, audience: str, identifiers: pd.Series) -> pd.Series:
    """A name for each identifier that says nothing about it: HMAC-SHA-256 under the store's own key.

    The same recipient gets the same name for the same child; two recipients cannot join what they have. Blanks stay.
    """

    def told(identifier: str) -> str:
        digest = hmac.new(key, f"{audience}\x1f{identifier}".encode(), hashlib.sha256).digest()
        return "P" + base64.b32encode(digest)[:_LENGTH].decode("ascii")

    names = {identifier: told(str(identifier)) for identifier in identifiers.dropna().unique()}
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
    at = np.select(inside, range(len(names)), default=-1)
    return pd.Series(at, index=values.index).map(dict(enumerate(names))).astype("str")


def least_alike(frame: pd.DataFrame, columns: list[str]) -> int:
    """k: how many rows share the rarest combination of these columns; the number of rows where there are no columns."""
    if frame.empty or not columns:
        return len(frame)
    return int(frame.groupby(columns, dropna=False, observed=True).size().min())


@dataclass(frozen=True)
class Generalised:
    """Rows whose combinations are each shared by `k` rows of a round or more; `steps` says how coarse each
    quasi-identifier became, counted from 0, and of how many."""

    frame: pd.DataFrame
    k: int
    steps: Mapping[str, tuple[int, int]]


def generalised(survey: Survey, frame: pd.DataFrame, k: int, by: str) -> Generalised:
    """Make quasi-identifiers coarser until every combination, within the groups of column `by`, has k rows or more.

    Raises ValueError where a group has fewer than k rows: nothing could hide a child among them.
    """
    parts = [one for one in survey.deidentification.quasi_identifiers if one.field in frame]
    if len(frame) and int(frame.groupby(by).size().min()) < k:
        raise ValueError(f"fewer than {k} rows")
    columns = [by, *(one.field for one in parts)]
    alike = frame.groupby(columns, dropna=False, observed=True).size().reset_index(name=_COUNT)
    codes = [[coarser(alike[one.field], step).factorize()[0] for step in one.steps] for one in parts]
    groups, counts = alike[by].factorize()[0], alike[_COUNT].to_numpy()
    at = next(steps for steps in _least_loss_first(parts) if _rarest(groups, codes, steps, counts) >= k)
    told = frame.assign(
        **{one.field: coarser(frame[one.field], one.steps[step]) for one, step in zip(parts, at, strict=True)}
    )
    steps = {one.field: (step, len(one.steps) - 1) for one, step in zip(parts, at, strict=True)}
    return Generalised(told, least_alike(told, columns), steps)


def _least_loss_first(parts: list[QuasiIdentifier]) -> list[tuple[int, ...]]:
    """Every choice of steps, that which tells most first; of equals, that which spares what stands first."""
    choices = itertools.product(*(range(len(one.steps)) for one in parts))

    def loss(steps: tuple[int, ...]) -> float:
        return sum(step / max(len(one.steps) - 1, 1) for one, step in zip(parts, steps, strict=True))

    return sorted(choices, key=lambda steps: (round(loss(steps), 9), steps))


def _rarest(groups: Codes, codes: list[list[Codes]], steps: tuple[int, ...], counts: Codes) -> int:
    """How many rows share the rarest combination at these steps: of each distinct row its group, its code for each
    quasi-identifier at each step, and its count."""
    together = groups
    for of_steps, step in zip(codes, steps, strict=True):
        together = np.unique(together * (of_steps[step].max(initial=0) + 2) + of_steps[step], return_inverse=True)[1]
    return int(np.bincount(together, weights=counts).min()) if len(counts) else np.iinfo(np.int64).max
