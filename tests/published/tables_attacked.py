"""An attacker who has nothing but what was published: his own linear programmes, and random tables to try them on.

Nothing here comes from the code under test but the classes in which tables are handed to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

ENOUGH = 100_000.0
"""No area has so many children; a count that can be as many is not bounded by the tables."""
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Piece:
    """Some n.p. and the equations between them: `matrix` times their counts is `right`."""

    names: list[str]
    matrix: sparse.csr_array
    right: np.ndarray


@dataclass
class Printed:
    """What lies before the reader: counts by their names, None for an n.p., and the names of all that was printed.

    `implied`: counts that a figure tells which is made of them.
    """

    counts: dict[str, int | None] = field(default_factory=dict)
    implied: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)

    def put(self, name: str, count: Any) -> None:
        """A count; one that was printed once is known, whatever is printed later."""
        self.printed.add(name)
        if pd.isna(count):
            self.counts.setdefault(name, None)
        else:
            assert self.counts.get(name) in (None, int(count)), f"{name} is printed in two ways"
            self.counts[name] = int(count)


@dataclass
class Published:
    """The tables as they lie on the attacker's desk: a count, or None where there is an n.p.; and how totals add up."""

    counts: dict[str, int | None]
    sums: list[tuple[str, Sequence[str]]] = field(default_factory=list)

    @cached_property
    def hidden(self) -> list[str]:
        return [name for name, count in self.counts.items() if count is None]

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """Each n.p. with all that equations join to it, and these equations."""
        root = {name: name for name in self.hidden}

        def written(name: str) -> str:
            while root[name] != name:
                root[name] = root[root[name]]
                name = root[name]
            return name

        equations: list[tuple[dict[str, float], float]] = []
        for total, parts in self.sums:
            unknown: dict[str, float] = {}
            known = 0
            for name, sign in [(total, -1), *((part, 1) for part in parts)]:
                count = self.counts[name]
                if count is None:
                    unknown[name] = unknown.get(name, 0.0) + sign
                else:
                    known += sign * count
            assert unknown or known == 0, "tables that contradict themselves"
            if unknown:
                equations.append((unknown, -float(known)))
            for name in unknown:
                root[written(name)] = written(next(iter(unknown)))
        members: dict[str, list[str]] = {}
        for name in self.hidden:
            members.setdefault(written(name), []).append(name)
        relations: dict[str, list[tuple[dict[str, float], float]]] = {}
        for unknown, right in equations:
            relations.setdefault(written(next(iter(unknown))), []).append((unknown, right))
        pieces = {piece: _piece(names, relations.get(piece, [])) for piece, names in members.items()}
        return {name: pieces[written(name)] for name in self.hidden}


def _piece(names: list[str], equations: list[tuple[dict[str, float], float]]) -> Piece:
    place_of = {name: place for place, name in enumerate(names)}
    triples = [
        (row, place_of[name], value) for row, (unknown, _) in enumerate(equations) for name, value in unknown.items()
    ]
    rows, columns, values = zip(*triples, strict=True) if triples else ((), (), ())
    matrix = sparse.csr_array((values, (rows, columns)), shape=(len(equations), len(names)))
    return Piece(names, matrix, np.array([right for _, right in equations]))


@dataclass(frozen=True)
class Question:
    """The least and the most that a sum of n.p. can be; `most`: what else the attacker knows of some."""

    tables: Published
    wanted: tuple[str, ...]
    most: Mapping[str, float] = field(default_factory=dict)


def bounds(questions: Sequence[Question]) -> list[tuple[float, float]]:
    """Every question answered by linear programming, many in one programme since they have nothing in common."""
    pairs: list[tuple[float, float]] = []
    for start in range(0, len(questions), _AT_ONCE):
        pairs += _bounds(questions[start : start + _AT_ONCE])
    return pairs


def _bounds(questions: Sequence[Question]) -> list[tuple[float, float]]:
    blocks, constants, aims, limits = [], [], [], []
    for question in questions:
        piece = question.tables.pieces[question.wanted[0]]
        assert set(question.wanted) <= set(piece.names)
        for sign in (1.0, -1.0):
            blocks.append(piece.matrix)
            constants.append(piece.right)
            aims.append(np.array([sign * (name in question.wanted) for name in piece.names]))
            limits.append(np.array([question.most.get(name, ENOUGH) for name in piece.names]))
    most = np.concatenate(limits)
    done = linprog(
        np.concatenate(aims),
        A_eq=sparse.block_diag(blocks, format="csr"),
        b_eq=np.concatenate(constants),
        bounds=np.column_stack([np.zeros(len(most)), most]),
        method="highs",
    )
    assert done.status == 0, done.message
    values = np.split(done.x, np.cumsum([len(aim) for aim in aims])[:-1])
    ends = [abs(float(aim @ value)) for aim, value in zip(aims, values, strict=True)]
    return list(zip(ends[::2], ends[1::2], strict=True))


@dataclass(frozen=True)
class Case:
    """Tables attacked, and what is true: the counts, which of them are small, and the threshold. `beside`: what stands
    in no table, but is known to exist."""

    tables: Published
    true: Mapping[str, int]
    small: frozenset[str]
    threshold: int
    beside: frozenset[str] = frozenset()


def breaches(cases: Iterable[Case]) -> list[str]:
    """Every way in which the tables break the promise, in words."""
    asked: list[tuple[Case, str, str, Question]] = []
    for case in cases:
        inside = {name: case.threshold - 1.0 for name in case.small}
        for name in (cell for cell in case.tables.hidden if cell not in case.beside):
            asked.append((case, "outsider", name, Question(case.tables, (name,))))
            if name in case.small:
                asked.append((case, "insider", name, Question(case.tables, (name,), inside)))
        for total, parts in case.tables.sums:
            together = tuple(part for part in parts if case.tables.counts[part] is None)
            if case.small & set(together) and not case.beside & set(together):
                asked.append((case, "sum", total, Question(case.tables, together)))
    breaches_made = []
    for (case, who, name, question), (low, high) in zip(
        asked, bounds([question_asked[3] for question_asked in asked]), strict=True
    ):
        truth = sum(case.true[cell] for cell in question.wanted)
        assert low - 1e-6 <= truth <= high + 1e-6, "the attacker's tables are not the true ones"
        one_value = high - low < 1 - 1e-6
        narrow = who == "outsider" and name in case.small and (low > 1 + 1e-6 or high < case.threshold - 1 - 1e-6)
        small_sum = who == "sum" and one_value and high < case.threshold - 1e-6
        if small_sum or narrow or (one_value and who != "sum"):
            breaches_made.append(f"{who}: {name} is {low:g} to {high:g}, threshold {case.threshold}")
    return breaches_made


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
    sums = [
        (f"{prefix}{_name(row, rows)}/all", tuple(f"{prefix}{_name(row, rows)}/{c}" for c in range(columns)))
        for row in range(rows + 1)
    ]
    for margin in (_name(number, columns) for number in range(columns + 1)):
        sums.append((f"{prefix}all/{margin}", tuple(f"{prefix}{row}/{margin}" for row in range(rows))))
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
    shares = rng.dirichlet(np.full(columns[1], 0.7), rows)
    inner = [rng.multinomial(first.counts[f"a/{row}/all"], shares[row]) for row in range(rows)]
    for column in range(columns[1]):
        for row in range(rows):
            counts[f"b/{row}/{column}"] = int(inner[row][column])
        counts[f"b/all/{column}"] = sum(counts[f"b/{row}/{column}"] for row in range(rows))
        sums.append((f"b/all/{column}", tuple(f"b/{row}/{column}" for row in range(rows))))
    for margin in [*map(str, range(rows)), "all"]:
        sums.append((f"a/{margin}/all", tuple(f"b/{margin}/{column}" for column in range(columns[1]))))
    return Table(counts, sums)


def random_table(rng: np.random.Generator) -> Table:
    """One of the three kinds, sparse or full; small, since what is wrong with a large one is wrong with a small one."""
    mean = float(rng.choice([0.7, 2, 5, 12, 30]))
    kind = rng.integers(3)
    if kind == 0:
        return two_way(rng, int(rng.integers(1, 4)), int(rng.integers(2, 4)), mean)
    if kind == 1:
        return hierarchical(rng, int(rng.integers(1, 3)), 2, int(rng.integers(2, 4)), mean)
    return linked(rng, int(rng.integers(1, 3)), (2, int(rng.integers(2, 4))), mean)
