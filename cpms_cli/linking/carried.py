"""Which rows are the same child or home, by identifiers they carry: sure matches only, no guess from names.

The result depends on the set of rows alone, never on the order in which files arrived. In order of trust: the
permanent identifier printed on a pre-filled form; then a second identifier (a child's national ID, a home's
village and number), unless something contradicts it. One row of a round belongs to one person, always.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

CARRIED, IDENTIFIED, ALONE = "carried", "identified", "alone"


def _usable(key: pd.Series, round_: pd.Series) -> pd.Series:
    """The key where it is one row's alone in its round: used by two rows, it says nothing about either."""
    known = key.notna()
    repeated = pd.DataFrame({"key": key[known], "round": round_[known]}).duplicated(keep=False)
    return key.mask(repeated.reindex(key.index, fill_value=False))


def _uncontradicted(key: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """The key, split where the rows that share it contradict each other.

    Two values in a column contradict; `low` and `high` bound a value, and contradict where they do not overlap.
    Rows of a contradicted key stay together only when they agree in every column.
    """
    plain = rows.columns.difference(["low", "high"])
    torn: set[object] = set()
    if len(plain):
        distinct = rows[plain].groupby(key).nunique()
        torn |= set(distinct.index[(distinct > 1).any(axis=1)])
    if "low" in rows:
        bounds = rows.groupby(key).agg({"low": "max", "high": "min"})
        torn |= set(bounds.index[bounds["low"] > bounds["high"]])
    if not torn:
        return key
    detail = rows.astype("str").fillna("").agg("|".join, axis=1)
    return key.where(~key.isin(torn), key + "|" + detail)


def _components(first: pd.Series, second: pd.Series) -> pd.Series:
    """The smallest row position that can be reached from each row over shared keys."""
    label = pd.Series(np.arange(len(first)), index=first.index)
    while True:
        before = label
        for key in (first, second):
            label = label.groupby(key).transform("min").where(key.notna(), label)
        if label.equals(before):
            return label


def same_person(rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows together that are the same person (or home) by identifiers.

    `rows`: `round`, `carried` and `second` (identifiers, NA where there is none), and any further columns, in which
    rows that share `second` must not contradict each other, as `_uncontradicted` says. Returns
    `group` (position of the group's first row) and `how` (carried, identified, alone), indexed as `rows`.
    """
    carried = _usable(rows["carried"], rows["round"])
    against = rows.drop(columns=["round", "carried", "second"])
    second = _usable(rows["second"], rows["round"])
    second = _uncontradicted(second, against) if against.shape[1] else second
    group = _components(carried, second)
    twice = pd.DataFrame({"group": group, "round": rows["round"]}).duplicated(keep=False)
    clashing = group.isin(group[twice])
    # What the two identifiers join must not put one person twice into a round: then only the stronger one counts.
    group = _components(carried, second.mask(clashing)) if clashing.any() else group
    size = group.map(group.value_counts())
    by_carried = carried.notna() & (carried.map(carried.value_counts()) > 1)
    how = pd.Series(np.where(by_carried, CARRIED, np.where(size > 1, IDENTIFIED, ALONE)), index=rows.index)
    return pd.DataFrame({"group": group, "how": how})


def keep_identifiers(group: pd.Series, existing: pd.Series, carried: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The identifier of each group: (identifiers by row, groups that need a new one).

    An identifier that a row already has stays; where a group has several, or none, the smallest existing one, then
    the smallest carried one is taken. No two groups get the same.
    """
    candidates = pd.concat(
        [
            pd.DataFrame({"group": group, "identifier": source, "rank": rank}).dropna()
            for rank, source in enumerate((existing, carried))
        ]
    ).sort_values(["rank", "group", "identifier"])
    chosen = candidates.drop_duplicates("identifier").drop_duplicates("group").set_index("group")["identifier"]
    identifiers = group.map(chosen).astype("str")
    return identifiers, group[identifiers.isna()].drop_duplicates()
