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
    detail = key
    for column in rows.columns:
        detail = detail + "|" + rows[column].astype("str").fillna("")
    return key.where(~key.isin(torn), detail)


def _components(size: int, *keys: pd.Series) -> pd.Series:
    """The smallest row position that can be reached from each of `size` rows over shared keys, each indexed by row."""
    shared = pd.concat([pd.DataFrame({"row": key.index, "key": key.to_numpy()}) for key in keys]).dropna()
    label = pd.Series(np.arange(size, dtype=np.int64))
    while len(shared):
        lowest = label.loc[shared["row"]].groupby(shared["key"].to_numpy()).transform("min").to_numpy()
        reached = pd.Series(lowest).groupby(shared["row"].to_numpy()).min()
        after = label.copy()
        after.loc[reached.index] = reached
        if after.equals(label):
            break
        label = after
    return label


def _clashing(group: pd.Series, round_: pd.Series) -> pd.Series:
    """Rows of groups that stand twice in a round."""
    twice = pd.DataFrame({"group": group, "round": round_}).duplicated(keep=False)
    return group.isin(group[twice])


def same_person(rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows together that are the same person (or home) by identifiers.

    `rows`, indexed 0..n-1: `round`, `carried` and `second` (identifiers, NA where there is none), perhaps `anchored`
    (the identifier that was first given to this very row), and any further columns, in which rows that share `second`
    must not contradict each other, as `_uncontradicted` says. Returns `group` (position of the group's first row) and
    `how` (carried, identified, alone), indexed as `rows`.
    """
    carried, round_ = rows["carried"], rows["round"]
    if round_.nunique() < 2:  # rows of one round are never one person
        return pd.DataFrame({"group": np.arange(len(rows)), "how": pd.Series(ALONE, index=rows.index, dtype="str")})
    anchored = rows["anchored"] if "anchored" in rows else carried.mask(carried.notna())
    # A row that carries another identifier than the one it was given says that both are one person.
    more = anchored[carried.notna() & anchored.notna() & (carried != anchored)]
    known = pd.concat([carried.fillna(anchored), more])
    known = _usable(known.reset_index(drop=True), round_.loc[known.index].reset_index(drop=True)).set_axis(known.index)
    first, further = known.iloc[: len(rows)], known.iloc[len(rows) :]
    against = rows.drop(columns=["round", "carried", "second", "anchored"], errors="ignore")
    second = _usable(rows["second"], round_)
    second = _uncontradicted(second, against) if against.shape[1] else second
    second = "second " + second.astype("str")
    group = _components(len(rows), first, further, second)
    # What the identifiers join must not put one person twice into a round: then only the stronger one counts.
    # Only the rows that clash are asked anew, so that what becomes of a row hangs on those it shares something with.
    clashing = _clashing(group, round_)
    if clashing.any():
        second = second.mask(clashing)
        group = _components(len(rows), first, further, second)
        clashing = _clashing(group, round_)
    if clashing.any():
        group = _components(len(rows), first, further.mask(clashing.loc[further.index]), second.mask(clashing))
    size = group.map(group.value_counts())
    by_carried = first.notna() & (first.map(known.value_counts()) > 1)
    how = pd.Series(np.where(by_carried, CARRIED, np.where(size > 1, IDENTIFIED, ALONE)), index=rows.index)
    return pd.DataFrame({"group": group, "how": how})


def keep_identifiers(group: pd.Series, anchored: pd.Series, carried: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The identifier of each group: (identifiers by row, groups that need a new one).

    An identifier stays with the row it was first given to. Where a group has several, that of its earliest row is
    taken; where it has none, the smallest one that a form carried. No two groups get the same.
    """
    if anchored.isna().all() and carried.isna().all():
        return anchored.astype("str"), group.drop_duplicates()
    kept = pd.DataFrame({"group": group, "identifier": anchored}).dropna().drop_duplicates("group")
    # One that was given to a row elsewhere is that row's, whoever carries it.
    others = carried[~carried.isin(anchored.dropna())]
    offered = pd.DataFrame({"group": group, "identifier": others}).dropna().sort_values(["identifier", "group"])
    offered = offered.drop_duplicates("identifier").drop_duplicates("group")
    chosen = pd.concat([kept, offered]).drop_duplicates("group").set_index("group")["identifier"]
    identifiers = group.map(chosen).astype("str")
    return identifiers, group[identifiers.isna()].drop_duplicates()
