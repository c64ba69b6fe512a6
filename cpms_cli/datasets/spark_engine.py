"""Apache Spark in the place of the engine of this machine: the same statements, transpiled, give the same cells.

Steps of scoring speak to an engine by statements in DuckDB's words (`scoring.engines`). Here each is parsed and written
in Spark's; a table that is made is a view whose rows Spark keeps. Rows are read by the workers, from the data set's own
files; scores come back to this process, a partition at a time.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from cpms_cli.errors import UsageError
from cpms_cli.java import FITTING, installed_java, installed_pyspark

_SECONDS = 5
_STANDALONE, _PORT = "spark://", 7077


@dataclass(frozen=True)
class _Statement:
    """A statement in Spark's words: a query, or what the view of this `name` shows; `kept`: its rows are kept."""

    query: str
    name: str | None = None
    kept: bool = False


@lru_cache(maxsize=64)
def transpiled(statements: str) -> tuple[_Statement, ...]:
    """Return statements of DuckDB in Spark's words.

    Whether a CTE is to be worked out once is DuckDB's own hint, which Spark does not read.
    """
    trees = [tree for tree in sqlglot.parse(statements, read="duckdb") if tree is not None]
    for tree in trees:
        for cte in tree.find_all(exp.CTE):
            cte.set("materialized", None)
    return tuple(
        _Statement(tree.expression.sql("spark"), tree.this.name, kept=tree.kind == "TABLE")
        if isinstance(tree, exp.Create)
        else _Statement(tree.sql("spark"))
        for tree in trees
    )


@dataclass(frozen=True)
class _Answer:
    """The rows of a query, as the engine of this machine gives them."""

    frame: Any

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return [tuple(row) for row in self.frame.collect()]

    def to_arrow_reader(self, batch_size: int) -> Any:
        """The rows in batches; what lists call their items, and which columns are never blank, as DuckDB says it."""
        table = self.frame.toArrow()
        schema = pa.schema([pa.field(column.name, _as_duckdb_names(column.type)) for column in table.schema])
        return table.cast(schema).to_reader(max_chunksize=batch_size)


def _as_duckdb_names(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("l", kind.value_type)) if pa.types.is_list(kind) else kind


class SparkEngine:
    """A session of Spark that takes statements of DuckDB."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._kept: dict[str, Any] = {}

    def execute(self, query: str, /) -> Any:
        """Run statements; the answer to the last."""
        answer = None
        for statement in transpiled(query):
            frame = self._session.sql(statement.query)
            if statement.name is None:
                answer = _Answer(frame)
            else:
                self._show(statement.name, frame, kept=statement.kept)
        return answer

    def register(self, name: str, dataset: Any, /) -> None:
        """Let a relation be the rows of a data set's files, which the workers read."""
        self._session.read.parquet(*(_address_of(file) for file in dataset.files)).createOrReplaceTempView(name)

    def unregister(self, name: str, /) -> None:
        """Nothing: what was made of the relation still reads its files."""

    def _show(self, name: str, frame: Any, *, kept: bool) -> None:
        if kept:
            before = self._kept.pop(name, None)
            if before is not None:
                before.unpersist()
            frame = self._kept[name] = frame.persist()
        frame.createOrReplaceTempView(name)


def _address_of(file: str) -> str:
    """A file as Spark's workers name it; what would be a pattern is only a sign."""
    path = Path(file).resolve().as_posix()
    escaped = "".join(f"\\{sign}" if sign in "{}[]*?\\" else sign for sign in path)
    return f"file://{'' if escaped.startswith('/') else '/'}{escaped}"


def check_spark(master: str) -> None:
    """Raise UsageError where Spark cannot be started: no pyspark, no Java that fits, or nobody at the master's
    address."""
    if installed_pyspark() is None:
        raise UsageError("spark_missing")
    java = installed_java()
    if java is None:
        raise UsageError("spark_no_java", fitting=FITTING)
    if not java.fits:
        raise UsageError("spark_other_java", java=java.shown, fitting=FITTING)
    if not master.startswith(_STANDALONE):
        return
    # Asked at once: Spark itself waits for minutes, and then stops in the middle of something.
    places = master.removeprefix(_STANDALONE).split(",")
    if not any(_answers(place) for place in places):
        raise UsageError("spark_unreachable", master=master)


def _answers(place: str) -> bool:
    host, _, port = place.rpartition(":") if ":" in place else (place, "", str(_PORT))
    with suppress(OSError, ValueError), socket.create_connection((host, int(port)), _SECONDS):
        return True
    return False


@contextmanager
def spark_engine(master: str, beside: Path, megabytes: int) -> Iterator[SparkEngine]:
    """Start Spark for as long as the block lasts; it takes so much memory here, and in each worker, and puts what does
    not fit into a folder beside the output. Raises UsageError for whatever Spark cannot do."""
    with tempfile.TemporaryFile() as log:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from py4j.protocol import Py4JError  # noqa: PLC0415 - few have pyspark
            from pyspark import SparkContext  # noqa: PLC0415
            from pyspark.errors import PySparkException  # noqa: PLC0415
        session = None
        try:
            with _quiet_java(log):
                session = _session(master, beside, megabytes)
            yield SparkEngine(session)
        except (PySparkException, Py4JError, ConnectionError) as error:
            raise UsageError("spark_failed", master=master, reason=_reason(error, log)) from None
        finally:
            _stop(session, SparkContext)


def _session(master: str, beside: Path, megabytes: int) -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415

    settings = {
        "spark.driver.memory": f"{megabytes}m",
        "spark.executor.memory": f"{megabytes}m",
        "spark.local.dir": str(beside),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.warehouse.dir": str(beside / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        # A task for each core; the 200 of a cluster take longer to begin than a province takes.
        settings["spark.sql.shuffle.partitions"] = str(os.cpu_count() or 1)
    builder = SparkSession.builder.master(master).appName("cpms")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _stop(session: Any, context: Any) -> None:
    """End Spark and its Java, so that the next run begins with settings of its own."""
    gateway = context._gateway
    with suppress(Exception):
        if session is not None:
            session.stop()
    with suppress(Exception):
        gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is not None:
        with suppress(Exception):
            process.stdin.close()
            process.wait(_SECONDS)
    context._gateway = context._jvm = None


@contextmanager
def _quiet_java(log: Any) -> Iterator[None]:
    """Let Java, which is started meanwhile, print into a file: it is not for those who type commands."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    try:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
        yield
    finally:
        for number, own in zip((1, 2), kept, strict=True):
            os.dup2(own, number)
            os.close(own)


def _reason(error: BaseException, log: Any) -> str:
    """Why Spark failed, without a cell of the data: the name of the fault, else the first line of what it says."""
    text = str(error)
    if "No space left on device" in text:
        return "No space left on device"
    condition = getattr(error, "getCondition", lambda: None)()
    log.seek(0)
    java_exceptions = [line for line in log.read().decode("utf-8", "replace").splitlines() if "Exception" in line]
    lines = [*(java_exceptions[-1:] if condition == "JAVA_GATEWAY_EXITED" else []), *text.strip().splitlines()]
    return str(condition or (lines or [type(error).__name__])[0])
