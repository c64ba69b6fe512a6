"""Families with twins and triplets of near names, any of them away in any round, their rows in any order.

Whatever is drawn: no two children become one, and a child whose name stands unchanged is found again. Babies may have
no name in their first year; that there is more than one shows then, if only in that year.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import THOROUGH
from tests.families import NEAR, Child, at_home, child, linked

ROUNDS = (2024, 2025, 2026)
# A third child of the day, whose name is near neither.
THIRD = {
    script: "วิชัย" if script.startswith("Thai") else "Zaw" if script.startswith("Latin") else "အောင်" for script in NEAR
}


@st.composite
def _family(draw: st.DrawFn, script: str) -> list[tuple[str, list[int], bool]]:
    """The children of one day of one mother: a name, the rounds in which the child is there, and whether it has no name
    in the first of all rounds."""
    names = [*NEAR[script], THIRD[script]][: draw(st.integers(1, 3))]
    seen = st.lists(st.sampled_from(ROUNDS), min_size=1, unique=True)
    late = draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
    everybody = {ROUNDS[0]} if any(late) else set[int]()
    return [(name, sorted({*draw(seen), *everybody}), unnamed) for name, unnamed in zip(names, late, strict=True)]


@st.composite
def _province(draw: st.DrawFn) -> tuple[list[Child], list[tuple[int, str]], set[tuple[int, str]]]:
    """Rows of all rounds in any order, beside each whose it is (the family's number and the name), and of these who had
    no name at first."""
    families = {script: draw(_family(script)) for script in NEAR}
    knows = draw(st.sampled_from(["day", "month", "year"]))
    rows, unnamed = [], set()
    for number, children in enumerate(families.values()):
        home: dict[str, Any] = at_home(number)
        if any(late for _, _, late in children):
            home["born"] = f"{ROUNDS[0]}{home['born'][4:]}"
        home["born"] = home["born"][: {"day": 10, "month": 7, "year": 4}[knows]]
        unnamed |= {(number, name) for name, _, late in children if late}
        rows += [
            (child(round_, None if late and round_ == ROUNDS[0] else name, **home), (number, name))
            for name, seen, late in children
            for round_ in seen
        ]
    random.Random(draw(st.integers(0, 10**6))).shuffle(rows)
    # Linking takes rows in the order of their keys, which says nothing about who is who.
    return [row for row, _ in rows], [who for _, who in rows], unnamed


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200 if THOROUGH else 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(_province())
def test_each_child_is_itself(
    province: tuple[list[Child], list[tuple[int, str]], set[tuple[int, str]]],
) -> None:
    rows, whose, unnamed = province
    people: dict[int, set[tuple[int, str]]] = {}
    clusters: dict[tuple[int, str], set[int]] = {}
    for cluster, who in zip(linked(rows).cluster.tolist(), whose, strict=True):
        people.setdefault(cluster, set()).add(who)
        clusters.setdefault(who, set()).add(cluster)
    assert [who for who in people.values() if len(who) > 1] == []
    assert [who for who, identities in clusters.items() if len(identities) > 1 and who not in unnamed] == []
