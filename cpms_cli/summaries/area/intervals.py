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
