"""Where a share stands beside others: above, like or below the rest of the wider area, and whether it changed.

One rule for all papers: a share is above (below) another where its whole Wilson interval lies above (below) it; two
shares of different rounds differ where Newcombe's interval of their difference does not hold 0. What is compared with
is the rest of the wider area, without the area itself: so a large area is not compared with itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.summaries.counts.intervals import newcombe, wilson

Counts = float | npt.NDArray[np.float64]

ABOVE, LIKE, BELOW = 1.0, 0.0, -1.0
"""The position of a share beside another, and likewise the direction of a change."""


def position(low: pd.Series, high: pd.Series, compared: pd.Series) -> pd.Series:
    """Return where intervals lie beside the shares that they are compared with; NaN where one is missing.

    >>> position(pd.Series([0.2, 0.0, 0.0]), pd.Series([0.4, 0.3, 0.1]), pd.Series([0.1, 0.1, 0.2])).tolist()
    [1.0, 0.0, -1.0]
    """
    low, high, compared = (values.astype("float64") for values in (low, high, compared))
    beside = pd.Series(LIKE, index=low.index).mask(low > compared, ABOVE).mask(high < compared, BELOW)
    return beside.mask(low.isna() | high.isna() | compared.isna())


def beside_rest(parts: pd.DataFrame, whole_yes: Counts, whole_known: Counts, confidence: float) -> pd.DataFrame:
    """Return where each part of a whole stands beside the rest of it: share, low, high, around, position.

    `parts` has the counts yes and known (yes or no), a missing one withheld; those of the whole are one of each, or one
    for each row. `around` is the share in the rest. Only these counts are used, so that nothing is said that they do
    not say.
    """
    known = parts["known"].astype("Float64").astype("float64")
    yes = parts["yes"].astype("Float64").astype("float64").mask(known.isna())
    counted = yes.notna() & (known > 0)
    interval = wilson(yes[counted], known[counted], confidence).reindex(parts.index)
    rest = known.rsub(whole_known)
    around = yes.rsub(whole_yes) / rest.where(rest > 0)
    return interval.assign(
        share=yes / known.where(known > 0), around=around, position=position(interval["low"], interval["high"], around)
    )


def direction(now: pd.DataFrame, then: pd.DataFrame, confidence: float) -> pd.Series:
    """Return whether shares rose (`ABOVE`), fell (`BELOW`), or changed by no more than chance (`LIKE`).

    Both frames have the columns yes and known, row by row; NaN where nothing is known of one of them. That most
    children are in both rounds makes a change less likely than the interval takes it to be: it errs to no change.
    """
    interval = newcombe(now, then, confidence)
    return position(interval["low"], interval["high"], pd.Series(0.0, index=now.index))


def distance_class(beside: pd.DataFrame, far: float) -> pd.Series:
    """Return how far shares of `beside_rest` are from the rest: 2 and 1 above, -1 and -2 below, by more than chance; 0
    where it may be chance, missing where that is not known. From `far` on it is 2.

    >>> shares = pd.DataFrame({"share": [0.3, 0.2, 0.2], "around": [0.1, 0.1, 0.19], "position": [1.0, 1.0, 0.0]})
    >>> distance_class(shares, 0.15).tolist()
    [2, 1, 0]
    """
    apart = (beside["share"] - beside["around"]).abs() >= far
    return (beside["position"] * (1 + apart)).astype("Int64")
