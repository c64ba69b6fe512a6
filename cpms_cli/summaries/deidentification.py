"""Rows without names: pseudonyms that only one recipient's files share, and answers made coarser until enough children
share every combination of what could tell them apart.

Method: full-domain generalisation. Every quasi-identifier of the definition starts at its finest step; while a
combination is shared by fewer than k rows of a round, the quasi-identifier with the most different values is made one
step coarser (Sweeney's Datafly heuristic). No row is left out, so that no child in danger is missing from what is
given away. k-anonymity does not protect against somebody who knows that all children alike share an answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpms_cli.survey.definition import Survey
from cpms_cli.survey.deidentification import QuasiIdentifier, Step

_LENGTH = 10
OTHER = "other"


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
    at = dict.fromkeys((one.field for one in parts), 0)
    told = frame.assign(**{one.field: coarser(frame[one.field], one.steps[0]) for one in parts})
    columns = [by, *at]
    while least_alike(told, columns) < k:
        one = _next(parts, at, told)
        at[one.field] += 1
        told[one.field] = coarser(frame[one.field], one.steps[at[one.field]])
    for one in parts:
        _finer(one, at, told, frame, columns, k)
    steps = {one.field: (at[one.field], len(one.steps) - 1) for one in parts}
    return Generalised(told, least_alike(told, columns), steps)


def _finer(
    one: QuasiIdentifier, at: dict[str, int], told: pd.DataFrame, frame: pd.DataFrame, columns: list[str], k: int
) -> None:
    """Take back steps that are not needed any more, since another quasi-identifier was made coarser after them."""
    while at[one.field]:
        before = told[one.field].copy()
        told[one.field] = coarser(frame[one.field], one.steps[at[one.field] - 1])
        if least_alike(told, columns) < k:
            told[one.field] = before
            return
        at[one.field] -= 1


def _next(parts: list[QuasiIdentifier], at: Mapping[str, int], told: pd.DataFrame) -> QuasiIdentifier:
    """The quasi-identifier with the most different values among those that can still be made coarser."""
    left = [one for one in parts if at[one.field] < len(one.steps) - 1]
    return max(left, key=lambda one: told[one.field].nunique(dropna=False))
