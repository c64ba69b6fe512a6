"""An attacker who has nothing but what was published: his own linear programmes, and random tables to try them on.

Nothing here comes from the code under test but the classes in which tables are handed to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

Sums = Sequence[tuple[str, Sequence[str]]]
"""What everybody knows: a total, and what it is the sum of."""


@dataclass
class Published:
    """The tables as they lie on the attacker's desk: a count, or None where there is an n.p."""

    counts: dict[str, int | None]
    sums: list[tuple[str, Sequence[str]]] = field(default_factory=list)

    def bounds(self, wanted: Mapping[str, float], most: Mapping[str, float] | None = None) -> tuple[float, float]:
        """The least and the most that a sum of counts can be, by linear programming; `most`: what else he knows."""
        names = list(self.counts)
        at = {name: place for place, name in enumerate(names)}
        rows = np.zeros((len(self.sums), len(names)))
        for row, (total, parts) in zip(rows, self.sums, strict=True):
            row[at[total]] += 1
            for part in parts:
                row[at[part]] -= 1
        limits = [
            (0, (most or {}).get(name)) if count is None else (count, count) for name, count in self.counts.items()
        ]
        aim = np.zeros(len(names))
        for name, weight in wanted.items():
            aim[at[name]] = weight
        ends = []
        for sign in (1, -1):
            done = linprog(
                sign * aim, A_eq=rows if len(rows) else None, b_eq=np.zeros(len(rows)) if len(rows) else None,
                bounds=limits, method="highs",
            )  # fmt: skip
            # Status 3 is an unbounded programme; any other failure would be ours.
            assert done.status in (0, 3), done.message
            ends.append(sign * done.fun if done.status == 0 else sign * -np.inf)
        return ends[0], ends[1]

    def hidden(self) -> list[str]:
        return [name for name, count in self.counts.items() if count is None]


def narrowed(
    published: Published, true: Mapping[str, int], small: Iterable[str], threshold: int
) -> list[tuple[str, str, float, float]]:
    """Every way in which the tables break the promise: the cell, what is wrong, and the bounds found."""
    found = []
    small = set(small)
    for name in published.hidden():
        low, high = published.bounds({name: 1})
        assert low - 1e-6 <= true[name] <= high + 1e-6, "the attacker's tables are not the true ones"
        if high - low < 1 - 1e-6:
            found.append((name, "one value", low, high))
        elif name in small and (low > 1 + 1e-6 or high < threshold - 1 - 1e-6):
            found.append((name, "not each of 1 to threshold - 1", low, high))
    inside = {name: threshold - 1.0 for name in small}
    for name in small:
        if published.counts.get(name, 0) is None:
            low, high = published.bounds({name: 1}, inside)
            if high - low < 1 - 1e-6:
                found.append((name, "one value to who knows which are small", low, high))
    for total, parts in published.sums:
        inside_sum = [part for part in parts if published.counts[part] is None]
        if inside_sum and any(part in small for part in inside_sum):
            low, high = published.bounds(dict.fromkeys(inside_sum, 1.0))
            if high - low < 1e-6 and low < threshold - 1e-6:
                found.append((total, "a sum of hidden counts is a small count", low, high))
    return found


@dataclass(frozen=True)
class Table:
    """Random counts that add up, and how."""

    counts: dict[str, int]
    sums: list[tuple[str, tuple[str, ...]]]


def two_way(rng: np.random.Generator, rows: int, columns: int, mean: float, prefix: str = "") -> Table:
    """Rows, columns, margins and the grand total."""
    inner = rng.poisson(mean * rng.gamma(0.6, 1.7, (rows, columns)))
    counts: dict[str, int] = {}
    for row in range(rows + 1):
        for column in range(columns + 1):
            part = inner[row : row + 1 or None] if row < rows else inner
            part = part[:, column : column + 1] if column < columns else part
            counts[f"{prefix}{_name(row, rows)}/{_name(column, columns)}"] = int(part.sum())
    sums = [(f"{prefix}{_name(row, rows)}/all", tuple(f"{prefix}{_name(row, rows)}/{c}" for c in range(columns)))
            for row in range(rows + 1)]  # fmt: skip
    sums += [(f"{prefix}all/{_name(column, columns)}", tuple(f"{prefix}{r}/{_name(column, columns)}" for r in range(rows)))
             for column in range(columns + 1)]  # fmt: skip
    return Table(counts, sums)


def _name(number: int, last: int) -> str:
    return "all" if number == last else str(number)


def hierarchical(rng: np.random.Generator, districts: int, within: int, answers: int, mean: float) -> Table:
    """Answers by subdistrict, district and province, each with its total."""
    counts: dict[str, int] = {}
    areas = {f"d{d}": [f"d{d}s{s}" for s in range(rng.integers(1, within + 1))] for d in range(districts)}
    for area in [sub for subs in areas.values() for sub in subs]:
        for answer in range(answers):
            counts[f"{area}/{answer}"] = int(rng.poisson(mean * rng.gamma(0.6, 1.7)))
    sums: list[tuple[str, tuple[str, ...]]] = []
    for whole, subs in [*areas.items(), ("p", list(areas))]:
        for answer in range(answers):
            parts = tuple(f"{sub}/{answer}" for sub in subs)
            counts[f"{whole}/{answer}"] = sum(counts[part] for part in parts)
            sums.append((f"{whole}/{answer}", parts))
    for area in [*areas, *(sub for subs in areas.values() for sub in subs), "p"]:
        parts = tuple(f"{area}/{answer}" for answer in range(answers))
        counts[f"{area}/n"] = sum(counts[part] for part in parts)
        sums.append((f"{area}/n", parts))
    sums.append(("p/n", tuple(f"{district}/n" for district in areas)))
    return Table(counts, sums)


def linked(rng: np.random.Generator, rows: int, columns: tuple[int, int], mean: float) -> Table:
    """Two two-way tables of the same children by the same rows: they share the margin of the rows."""
    first = two_way(rng, rows, columns[0], mean, "a/")
    counts, sums = dict(first.counts), list(first.sums)
    inner = {row: rng.multinomial(first.counts[f"a/{row}/all"], rng.dirichlet(np.full(columns[1], 0.7))) for row in range(rows)}
    for column in range(columns[1]):
        for row in range(rows):
            counts[f"b/{row}/{column}"] = int(inner[row][column])
        counts[f"b/all/{column}"] = sum(counts[f"b/{row}/{column}"] for row in range(rows))
        sums.append((f"b/all/{column}", tuple(f"b/{row}/{column}" for row in range(rows))))
    for row in [*map(str, range(rows)), "all"]:
        sums.append((f"a/{row}/all", tuple(f"b/{row}/{column}" for column in range(columns[1]))))
    return Table(counts, sums)


def random_table(rng: np.random.Generator) -> Table:
    """One of the three kinds, of any size that is small, sparse or full."""
    mean = float(rng.choice([0.7, 2, 5, 12, 30]))
    kind = rng.integers(3)
    if kind == 0:
        return two_way(rng, int(rng.integers(1, 5)), int(rng.integers(2, 5)), mean)
    if kind == 1:
        return hierarchical(rng, int(rng.integers(1, 3)), 3, int(rng.integers(2, 4)), mean)
    return linked(rng, int(rng.integers(1, 4)), (int(rng.integers(2, 4)), int(rng.integers(2, 4))), mean)
