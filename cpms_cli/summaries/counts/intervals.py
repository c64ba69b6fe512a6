"""Intervals of shares: how far a share of a few children can be trusted."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd


def wilson(yes: pd.Series, known: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """Wilson's score interval of each share `yes / known`: columns `low` and `high`, fractions between 0 and 1.

    Without correction for continuity (Wilson 1927; method 3 of Newcombe 1998). The index is that of `yes`; NaN where
    nothing is known. Raises ValueError where `yes` is not between 0 and `known`, or `confidence` between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1: {confidence}")
    counted = known.reindex(yes.index).astype("float64").to_numpy()
    share = yes.astype("float64").to_numpy() / np.where(counted > 0, counted, np.nan)
    if np.any((share < 0) | (share > 1)) or np.any((counted == 0) & (yes.to_numpy() != 0)):
        raise ValueError("more yes than known answers, or fewer than none")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    weight = z * z / np.where(counted > 0, counted, np.nan)
    middle = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * share * (1 - share) + weight * weight / 4) / (1 + weight)
    # Rounding must not say that a share which was seen lies outside its interval.
    low, high = np.where(share == 0, 0.0, middle - half), np.where(share == 1, 1.0, middle + half)
    return pd.DataFrame({"low": low, "high": high}, index=yes.index)


def newcombe(first: pd.DataFrame, second: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return the interval of each difference of two independent shares, first less second: columns `low` and `high`.

    Both frames have the columns `yes` and `known`, row by row. From Wilson's intervals of both shares, without
    correction for continuity (method 10 of Newcombe, Interval estimation for the difference between independent
    proportions: comparison of eleven methods, Statistics in Medicine 17, 1998, 873-890). NaN where nothing is known of
    one of them.
    """
    shares, bounds = [], []
    for of in (first, second):
        known = of["known"].astype("float64")
        shares.append((of["yes"] / known.where(known > 0)).to_numpy(dtype="float64"))
        bounds.append(wilson(of["yes"], of["known"], confidence).to_numpy())
    (share, compared), (around, around_compared) = shares, bounds
    low = share - compared - np.sqrt((share - around[:, 0]) ** 2 + (around_compared[:, 1] - compared) ** 2)
    high = share - compared + np.sqrt((around[:, 1] - share) ** 2 + (compared - around_compared[:, 0]) ** 2)
    return pd.DataFrame({"low": low, "high": high}, index=first.index)
