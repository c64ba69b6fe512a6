"""One row of a round to at most one child, one child to at most one row of a round: an assignment, not a greedy pick.

Rounds are taken in the order of their years, whatever the order in which they were merged. The children known so far
stand on one side, the rows first seen in the next round on the other; the best assignment maximises the sum of the
match weights. What it pairs is linked, put to a person, or left, by what remains of the pair's probability once its
rivals are counted: two equal candidates for one row have less than one half each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

AUTOMATIC, DOUBTFUL = "automatic", "doubtful"
# Levels of the birth date that leave no room for a brother or sister, but a twin.
_ONE_MONTH = ("exact", "month")
# Levels on which the mother's name must agree as well.
_NO_MONTH = ("year", "close")
_SAME_MOTHER = ("exact", "sound", "alike")
_MAX_EXPONENT = 60.0


@dataclass(frozen=True)
class SettledRows:
    """Rows, and what is settled about them before they are compared.

    `rows`: `round` and the `facts` in which one child cannot differ; `cluster`: of each row by identifiers and
    decisions, as the position of its first row.
    """

    rows: pd.DataFrame
    cluster: npt.NDArray[np.int64]
    facts: tuple[str, ...]


@dataclass
class People:
    """What each cluster of rows says, by cluster (the position of its first row)."""

    cluster: npt.NDArray[np.int64]
    rounds: npt.NDArray[np.int64]
    facts: dict[str, npt.NDArray[np.object_]]


def _known_facts(settled: SettledRows) -> dict[str, npt.NDArray[np.object_]]:
    """The first known value of each fact by cluster; by construction a sure cluster has one at most."""
    values_by_fact = {}
    for fact in settled.facts:
        first = settled.rows[fact].groupby(settled.cluster).first()
        values = np.full(len(settled.rows), None, dtype=object)
        known = first[first.notna()]
        values[known.index.to_numpy()] = known.to_numpy(dtype=object)
        values_by_fact[fact] = values
    return values_by_fact


def _contradicted(people: People, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which pairs of clusters know different values of one fact."""
    bad = np.zeros(len(left), dtype=bool)
    for values in people.facts.values():
        left_values, two = values[left], values[right]
        bad |= np.asarray(pd.notna(left_values) & pd.notna(two) & (left_values != two), dtype=bool)
    return bad


def _remaining(edges: pd.DataFrame) -> pd.Series:
    """The probability of each pair when its rivals, for either side, are counted with it."""
    odds = np.exp2(edges["weight"].clip(upper=_MAX_EXPONENT))
    total: pd.Series = (
        1 + odds.groupby(edges["left"]).transform("sum") + odds.groupby(edges["right"]).transform("sum") - odds
    )
    return pd.Series(odds / (total - _odds_of_the_same(edges, odds)), index=edges.index)


def _odds_of_the_same(edges: pd.DataFrame, odds: pd.Series) -> pd.Series:
    """Of each pair, the odds of those rivals that are no rivals: the other child on the left may be the same child.

    One child whose rows were not linked in the rounds before stands on the left twice, each time in other rounds. Both
    then agree in name and birth with the row on the right, and to take either of them is right. Of a birth that is not
    known to the month the mother's name agrees as well.
    """
    agree = edges["birth"].isin(_ONE_MONTH) | (edges["birth"].isin(_NO_MONTH) & edges["mother"].isin(_SAME_MOTHER))
    may_be_one = ~edges["refused"] & agree & edges["right"].duplicated(keep=False)
    if not may_be_one.any():
        return pd.Series(0.0, index=edges.index)
    sides = edges.loc[may_be_one, ["right", "presence"]].assign(odds=odds).reset_index(names="edge")
    both = sides.merge(sides, on="right", suffixes=("", "_of_other"))
    both = both[(both["edge"] != both["edge_of_other"]) & ((both["presence"] & both["presence_of_other"]) == 0)]
    return both.groupby("edge")["odds_of_other"].sum().reindex(edges.index, fill_value=0.0)


def _best(edges: pd.DataFrame) -> pd.Series:
    """Which edges the best assignment takes, component by component."""
    alone = ~edges["left"].duplicated(keep=False) & ~edges["right"].duplicated(keep=False)
    taken = alone.copy()
    rest = edges[~alone]
    if rest.empty:
        return taken
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    left, lefts = pd.factorize(rest["left"], sort=True)
    right, _ = pd.factorize(rest["right"], sort=True)
    size = len(lefts) + int(right.max()) + 1
    graph = coo_array((np.ones(len(rest)), (left, right + len(lefts))), shape=(size, size))
    component = connected_components(graph, directed=False)[1][left]
    # Bounded by the size of a block: components are a home or two.
    for _, part in rest.assign(l=left, r=right).groupby(component):
        rows, row = np.unique(part["l"], return_inverse=True)
        columns, column = np.unique(part["r"], return_inverse=True)
        gain = np.zeros((len(rows), len(columns)))
        position = np.full(gain.shape, -1)
        worth = (part["weight"] - part["weight"].min() + 1).to_numpy()
        gain[row, column], position[row, column] = worth, np.arange(len(part))
        chosen = position[linear_sum_assignment(gain, maximize=True)]
        taken.loc[part.index[chosen[chosen >= 0]]] = True
    return taken


def _edges(people: People, pairs: pd.DataFrame, first: npt.NDArray[np.int64], round_number: int) -> pd.DataFrame:
    """The pairs of a known child and a newcomer of round number `round_number`, the best pair of rows for each."""
    left_cluster, two = people.cluster[pairs["id_l"]], people.cluster[pairs["id_r"]]
    swap = first[left_cluster] > first[two]
    left, right = np.where(swap, two, left_cluster), np.where(swap, left_cluster, two)
    fits = (
        (first[right] == round_number)
        & (first[left] < round_number)
        & ((people.rounds[left] & people.rounds[right]) == 0)
    )
    return best_edges(pairs.assign(left=left, right=right, presence=people.rounds[left])[fits])


def best_edges(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the best pair of rows for each `left` and `right`, with `refused`: never taken without a person.

    `candidates`: id_l, id_r, weight, birth and mother (their levels), presence (a bit for each round in which `left`
    is), disagrees, contradicts, identical, certain, in any order.
    """
    # A contradiction holds for all that two children are; that a name agrees need be so in one pair of rows only.
    contradicts = candidates.groupby(["left", "right"])["contradicts"].transform("any")
    candidates = candidates.sort_values(["disagrees", "weight", "id_l", "id_r"], ascending=[True, False, True, True])
    candidates = candidates.assign(refused=contradicts | candidates["disagrees"])
    for sameness in ("identical", "certain"):
        candidates[sameness] = candidates.groupby(["left", "right"])[sameness].transform("any") & ~contradicts
    best: pd.DataFrame = candidates.drop_duplicates(["left", "right"]).sort_index(ignore_index=True)
    return _without_rivals_of_identical(best)


def choose_edges(edges: pd.DataFrame, settings: LinkingSettings, automatic: float) -> pd.DataFrame:
    """Return the edges that the best assignment takes, with `probability`, `alone` (the same without regard to what is
    certain) and `likely`: enough to be linked (`automatic`) or shown."""
    alone = _remaining(edges)
    certain = edges["certain"] & ~edges["refused"]
    probability = alone.mask(certain, alone.clip(lower=automatic))
    ambiguous = _ambiguous(edges, settings.review)
    edges = edges.assign(certain=certain, probability=probability, alone=alone, ambiguous=ambiguous)
    edges["likely"] = (probability >= settings.review) | ambiguous
    return edges[_best(edges)]


def _without_rivals_of_identical(edges: pd.DataFrame) -> pd.DataFrame:
    """The edges without those that would take a child from the only one who is identical to the letter.

    Twins share all but the name: however near their names are, the one whose name stands unchanged is found again. Two
    children of one name, born on one day of one mother, are not told apart so.
    """
    identical = edges["identical"]
    alone = identical & ~edges[identical].duplicated("left", keep=False).reindex(edges.index, fill_value=False)
    alone &= ~edges[identical].duplicated("right", keep=False).reindex(edges.index, fill_value=False)
    rival = ~alone & (edges["left"].isin(edges.loc[alone, "left"]) | edges["right"].isin(edges.loc[alone, "right"]))
    return edges.assign(certain=alone & edges["certain"])[~rival].reset_index(drop=True)


def _ambiguous(edges: pd.DataFrame, review: float) -> pd.Series:
    """Which pairs are one child or share a side with one that is, though none of these alone is likely enough."""
    odds = np.exp2(edges["weight"].clip(upper=_MAX_EXPONENT))
    partner = pd.Series(True, index=edges.index)
    for side in ("left", "right"):
        total = odds.groupby(edges[side]).transform("sum")
        partner &= total / (1 + total) >= review
    return partner


def assign(
    settled: SettledRows, pairs: pd.DataFrame, settings: LinkingSettings
) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Put rows together: (cluster of each row, as the position of its first row; the pairs taken or doubtful).

    `pairs`: id_l, id_r (positions), weight, identical and certain (alike in what says who the child is, and in all of
    it), disagrees and contradicts (needs a person, the latter for all rows of both children). The pairs returned have
    verdict (automatic, doubtful) and probability, by the limits of `settings`.
    """
    size = len(settled.rows)
    numbers, years = pd.factorize(settled.rows["round"], sort=True)
    people = People(settled.cluster.copy(), np.zeros(size, dtype=np.int64), _known_facts(settled))
    np.bitwise_or.at(people.rounds, settled.cluster, np.int64(1) << numbers)
    decided = []
    for number in range(1, len(years)):
        first = np.full(size, len(years), dtype=np.int64)
        np.minimum.at(first, people.cluster, numbers)
        edges = _edges(people, pairs, first, number)
        if edges.empty:
            continue
        edges["refused"] |= _contradicted(people, edges["left"].to_numpy(), edges["right"].to_numpy())
        edges = choose_edges(edges, settings, settings.tables.automatic)
        edges = edges[edges["likely"]]
        linked = ~edges["refused"] & (edges["probability"] >= settings.tables.automatic)
        decided.append(edges.assign(verdict=np.where(linked, AUTOMATIC, DOUBTFUL)))
        _join(people, edges.loc[linked, "left"].to_numpy(), edges.loc[linked, "right"].to_numpy())
    columns = [*pairs.columns, "refused", "probability", "verdict"]
    return people.cluster, pd.concat(decided)[columns] if decided else pd.DataFrame(columns=columns)


def _join(people: People, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> None:
    """Let the children on the right be those on the left; each stands once on its side."""
    into = np.arange(len(people.cluster))
    into[right] = left
    people.cluster = into[people.cluster]
    people.rounds[left] |= people.rounds[right]
    for values in people.facts.values():
        unknown = np.asarray(pd.isna(values[left]), dtype=bool)
        values[left[unknown]] = values[right[unknown]]
