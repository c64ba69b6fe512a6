"""Promises 15 and 28 by an engine that is not ours: tau-argus's own audit, over tables that we have masked.

Its file of cells and sums (JJ) takes tables of any shape, linked ones too. CPMS_THOROUGH audits 1,000 random tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from pytauargus.engine import audit_jj

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.problem import Cell, Problem, Relation
from cpms_cli.disclosure.engine.suppression import suppress
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from tests.conftest import THOROUGH
from tests.published.tables_attacked import ENOUGH, Case, Published, Table, breaches, random_table

TABLES = 1000 if THOROUGH else 60
RULES = PrivacyRules(threshold=5, zeros="shown", differences="hidden", k=5)


def _hidden(table: Table, rules: PrivacyRules = RULES) -> frozenset[str]:
    cells = {CellId.read(name): Cell(count) for name, count in table.counts.items()}
    sums = [Relation(CellId.read(whole), tuple(map(CellId.read, parts))) for whole, parts in table.sums]
    return frozenset(map(str, suppress(Problem(cells, sums, rules)).hidden))


def _small(table: Table, rules: PrivacyRules = RULES) -> frozenset[str]:
    return frozenset(name for name, count in table.counts.items() if 0 < count < rules.threshold)


def _as_jj(table: Table, hidden: Iterable[str], small: Iterable[str]) -> str:
    """Cells with their counts and whether they are unsafe, masked beside those, or shown; then sums that are zero."""
    names, gone, unsafe = list(table.counts), set(hidden), set(small)
    place_of = {name: number for number, name in enumerate(names)}
    lines = ["0", str(len(names))]
    for name in names:
        status = "s" if name not in gone else "u" if name in unsafe else "m"
        lines.append(f"{place_of[name]} {table.counts[name]} 1 {status} 0 {ENOUGH:.0f} 0 0 0")
    lines.append(str(len(table.sums)))
    for whole, parts in table.sums:
        terms = " ".join(f"{place_of[part]} (1)" for part in parts)
        lines.append(f"0 {1 + len(parts)} : {place_of[whole]} (-1) {terms}")
    return "\n".join(lines) + "\n"


def narrowed(table: Table, hidden: frozenset[str], rules: PrivacyRules, folder: Path) -> list[str]:
    """The masked counts that the engine finds to be narrower than we promise, in words."""
    small = _small(table, rules)
    path = folder / "masked.jj"
    path.write_text(_as_jj(table, hidden, small), encoding="ascii")
    names, narrowed_cells = list(table.counts), []
    rows = audit_jj(str(path)) if hidden else []
    assert {names[row["cell"]] for row in rows} == hidden
    for row in rows:
        name, low, high = names[row["cell"]], row["min"], row["max"]
        assert low - 1e-6 <= table.counts[name] <= high + 1e-6
        promised = (low <= 1 + 1e-6 and high >= rules.threshold - 1 - 1e-6) if name in small else high - low > 1 - 1e-6
        if not promised:
            narrowed_cells.append(f"{name} is {low:g} to {high:g}")
    return narrowed_cells


def test_tau_argus_narrows_no_masked_count_of_random_tables(tmp_path: Path) -> None:
    narrowed_cells, masked = [], 0
    for seed in range(TABLES):
        rng = np.random.default_rng(10_000 + seed)
        rules = RULES.model_copy(update={"threshold": int(rng.choice([3, 5, 5, 10]))})
        table = random_table(rng)
        hidden = _hidden(table, rules)
        assert _small(table, rules) <= hidden
        narrowed_cells += [f"table {seed}: {problem}" for problem in narrowed(table, hidden, rules, tmp_path)]
        masked += len(hidden)
    assert narrowed_cells == []
    assert masked > 3 * TABLES


def test_the_outside_audit_does_find_what_is_badly_masked(tmp_path: Path) -> None:
    """With nothing hidden but the small counts themselves."""
    narrowed_cells = []
    for seed in range(20):
        table = random_table(np.random.default_rng(seed))
        narrowed_cells += narrowed(table, _small(table), RULES, tmp_path)
    assert len(narrowed_cells) > 20


# sdcTools/UserSupport #136: eight regions in two counties, and in two groups that cut across them. Each table for
# itself is safe with A, B, K, L and M hidden, and I beside them; both together tell K: county 2 less N and the big.
REGIONS = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
SUMS = {"county 1": "ABIJ", "county 2": "KLMN", "small": "ABIJKN", "big": "LM"}


@pytest.fixture
def regions() -> Table:
    counts = REGIONS | {name: sum(REGIONS[part] for part in parts) for name, parts in SUMS.items()}
    counts["all"] = sum(REGIONS.values())
    sums = [(name, tuple(parts)) for name, parts in SUMS.items()]
    return Table(counts, [*sums, ("all", ("county 1", "county 2")), ("all", ("small", "big"))])


def test_linked_tables_are_protected_together(regions: Table, tmp_path: Path) -> None:
    hidden, small = _hidden(regions), _small(regions)
    assert narrowed(regions, hidden, RULES, tmp_path) == []
    desk = Published(
        {name: None if name in hidden else count for name, count in regions.counts.items()}, list(regions.sums)
    )
    assert breaches([Case(desk, regions.counts, small, RULES.threshold)]) == []
    assert "all" not in hidden, "the total is the last to go"


def test_each_of_the_linked_tables_for_itself_would_have_been_safe(regions: Table, tmp_path: Path) -> None:
    apart = frozenset("ABIKLM")
    for kept in (("county 1", "county 2"), ("small", "big")):
        names = [*REGIONS, *kept, "all"]
        table = Table(
            {name: regions.counts[name] for name in names},
            [(whole, parts) for whole, parts in regions.sums if {whole, *parts} <= {*names}],
        )
        assert narrowed(table, apart, RULES, tmp_path) == [], kept
    assert narrowed(regions, apart, RULES, tmp_path) == ["K is 3 to 3"]
