"""What a store knows of all rounds, to hold new files against."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from cpms_cli.checking.rows.earlier_rounds import Earlier
from cpms_cli.store.file import open_store
from cpms_cli.survey.model.definition import Survey, Table


def earlier_rows(store: Path, survey: Survey) -> Earlier:
    """The current rows of a store, which is opened to be read only.

    Raises UnreadableFile where there is none, StoreLocked, StoreNotOurs or StoreError.
    """
    with open_store(store, survey) as connection:

        def rows(table: Table) -> pa.Table:
            names = ", ".join(survey.columns(table))
            return connection.execute(f"SELECT {names} FROM current_{table}").to_arrow_table()

        return Earlier(rows("child"), rows("household"))
