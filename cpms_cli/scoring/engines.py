"""What scoring asks of the engine that works its statements out: DuckDB, or whatever else takes them."""

from __future__ import annotations

from typing import Any, Protocol


class Engine(Protocol):
    """Runs statements in DuckDB's words; relations that one statement makes are there for the next."""

    def execute(self, query: str, /) -> Any:
        """Run statements; the answer has `fetchall` and `to_arrow_reader`."""

    def register(self, name: str, rows: Any, /) -> Any:
        """Let a relation be rows of Python's."""

    def unregister(self, name: str, /) -> Any:
        """Forget such a relation."""
