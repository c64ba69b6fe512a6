"""A store of few rows is worked on by the simplest plans, whatever is asked of it; one of many rows never is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from cpms_cli.store.file import open_store
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.workbench import SMALL

ASKED = "EXPLAIN SELECT count(*) FROM range(3) first(a) JOIN range(4) second(b) ON a = b WHERE b = 2"


def _plan(connection: duckdb.DuckDBPyConnection) -> str:
    return " ".join(str(row[1]) for row in connection.execute(ASKED).fetchall())


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("rows", [None, 0, SMALL])
def test_few_rows_are_asked_by_the_simplest_plan(
    first_round_store: Path, tmp_path: Path, survey: Survey, write: bool, rows: int | None
) -> None:
    store = tmp_path / "s.duckdb"
    store.write_bytes(first_round_store.read_bytes())
    with open_store(store, survey, write=write, rows=rows) as connection:
        few = rows != SMALL  # which are to be stored beside those of the round
        # Without the optimizer a filter stands above the join, as it was written.
        assert (_plan(connection).index("FILTER") < _plan(connection).index("JOIN")) is few
