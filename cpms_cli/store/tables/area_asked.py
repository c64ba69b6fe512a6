"""Whether a connection reads the rows that bear on one area alone: see `near_rows`."""

from __future__ import annotations

import duckdb


def area_read(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the area whose rows alone are read on this connection; None where all are."""
    try:
        row = connection.execute("SELECT code FROM temp.area_asked").fetchone()
    except duckdb.CatalogException:
        return None
    return str(row[0]) if row else None


def note_area(connection: duckdb.DuckDBPyConnection, area: str) -> None:
    """Create `area_asked`: from now on only the rows of this area are read."""
    connection.execute("CREATE TEMP TABLE area_asked AS SELECT ? AS code", [area])
