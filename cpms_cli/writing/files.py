"""Tables to files, by the ending of the file's name: CSV for Excel, XLSX, JSON, Parquet."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.writing.gate import disarmed, flat_text, printable
from cpms_cli.writing.workbook import workbook_bytes

Tables = Mapping[str, pd.DataFrame]
ONE_TABLE = {".parquet"}


def _check_folder(path: Path) -> None:
    if not path.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(path.resolve().parent))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, then moved into place."""
    _check_folder(path)
    handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=".cpms-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise UsageError("cannot_write", file=path.name, reason=error.strerror or "") from None


def check_not_read(path: Path, read: Iterable[Path]) -> None:
    """Raise UsageError where a file about to be written is one of those that were read."""
    for one in read:
        if path.resolve() == one.resolve() or (path.exists() and one.exists() and path.samefile(one)):
            raise UsageError("annotate_itself", file=path.name)


def plain_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with lists as text, and without what changes how a cell is shown."""
    flat = frame.apply(flat_text)
    for name in flat.columns:
        if pd.api.types.is_string_dtype(flat[name]) or flat[name].dtype in (object, "category"):
            flat[name] = printable(flat[name].astype("str"))
    return flat


def csv_text(frame: pd.DataFrame, line_end: str = "\n") -> str:
    """A table as CSV, formulas disarmed."""
    plain = plain_table(frame)
    texts = plain.select_dtypes(include=["str", "object"]).columns
    return plain.assign(**{str(name): disarmed(plain[name].astype("str")) for name in texts}).to_csv(
        index=False, lineterminator=line_end
    )


def _csv(tables: Tables) -> bytes:
    # Excel takes a file for UTF-8 only with a byte order mark, and ends lines its own way.
    return "\r\n".join(csv_text(frame, "\r\n") for frame in tables.values()).encode("utf-8-sig")


def json_text(content: Any) -> str:
    """Plain JSON, Thai letters readable, keys in the order given."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as JSON records, missing cells null."""
    found = json.loads(frame.to_json(orient="records", force_ascii=False, date_format="iso"))
    return [dict(record) for record in found]


def _json(tables: Tables) -> bytes:
    return (json_text({name: records(frame) for name, frame in tables.items()}) + "\n").encode("utf-8")


def _parquet(tables: Tables) -> bytes:
    stream = io.BytesIO()
    next(iter(tables.values())).to_parquet(stream, index=False)
    return stream.getvalue()


def _xlsx(tables: Tables) -> bytes:
    return workbook_bytes({name: plain_table(frame) for name, frame in tables.items()})


WRITERS: dict[str, Callable[[Tables], bytes]] = {".csv": _csv, ".json": _json, ".parquet": _parquet, ".xlsx": _xlsx}


def write_tables(tables: Tables, path: Path) -> None:
    """Write tables to a file whose ending chooses the format; raises UsageError for an ending nobody writes."""
    check_writable(path)
    if len(tables) != 1:
        check_several(path)
    write_bytes(path, WRITERS[path.suffix.lower()](tables))


def check_writable(path: Path) -> None:
    """Raise UsageError for an ending nobody writes and for a folder that is not there."""
    if path.suffix.lower() not in WRITERS:
        raise UsageError("unknown_ending", file=path.name, known=", ".join(WRITERS))
    _check_folder(path)


def check_several(path: Path | None) -> None:
    """Raise UsageError where several tables are to go into a file that holds one."""
    if path is not None and path.suffix.lower() in ONE_TABLE:
        raise UsageError("one_table_only", ending=path.suffix.lower())
