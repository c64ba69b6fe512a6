"""Tables to files, by the ending of the file's name: CSV for Excel, XLSX, JSON, Parquet."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.survey.plain_text import UNPRINTABLE
from cpms_cli.writing.file_locks import try_lock
from cpms_cli.writing.gate import disarmed, flat_text, printable
from cpms_cli.writing.output_formats import output_format

_OBEYED = re.compile(UNPRINTABLE)
Tables = Mapping[str, pd.DataFrame]
PART_PREFIX = ".cpms-"
"""How the name of a file begins that is being written, until it is moved into its place."""


def _check_folder(path: Path) -> None:
    if not path.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(path.resolve().parent))


def write_bytes(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all, for its owner alone: beside it first, then moved into place.

    With `new`, only where there is no file of this name at that moment. Raises UsageError.
    """
    _check_folder(path)
    target = path.resolve()
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=PART_PREFIX, suffix=path.suffix)
        part = Path(name)
        with os.fdopen(handle, "wb") as stream:
            with suppress(OSError):
                try_lock(handle)  # so that nobody takes it for what a killed process left behind
            stream.write(content)
        with uninterrupted():
            if new:
                place_new(part, target)
            else:
                part.replace(target)
            part = None
    except FileExistsError:
        raise UsageError("file_exists", file=path.name) from None
    except OSError as error:
        raise UsageError("cannot_write", file=path.name, reason=error.strerror or "") from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def place_new(part: Path, target: Path) -> None:
    """Move a finished file to a name that no file has yet. Raises FileExistsError where one has it, OSError."""
    if sys.platform == "win32":
        part.rename(target)
        return
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # A drive without hard links: the name is taken first, then what stands under it is put in its place.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        part.replace(target)
    else:
        part.unlink()


def check_not_read(path: Path, read: Iterable[Path]) -> None:
    """Raise UsageError where a file about to be written is one of those that were read."""
    for input_path in read:
        if path.resolve() == input_path.resolve() or (
            path.exists() and input_path.exists() and path.samefile(input_path)
        ):
            raise UsageError("annotate_itself", file=path.name)


def plain_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with lists as text, and without what changes how a cell is shown."""
    flat = frame.apply(flat_text)
    for name in flat.columns:
        if pd.api.types.is_string_dtype(flat[name]) or flat[name].dtype in (object, "category"):
            flat[name] = _printable_texts(flat[name])
    return flat


def _printable_texts(values: pd.Series) -> pd.Series:
    """A column of texts as they are printed; numbers among them, as in one that says why there is no number, stay."""
    texts = printable(values.astype("str"))
    if values.dtype != object:
        return texts
    numbers = [isinstance(value, int | float) and not isinstance(value, bool) for value in values]
    kept = pd.Series(numbers, index=values.index) & values.notna()
    return texts.astype("object").mask(kept, values) if kept.any() else texts


def csv_text(frame: pd.DataFrame, line_end: str = "\n") -> str:
    """A table as CSV, formulas disarmed."""
    plain = plain_table(frame)
    texts = plain.select_dtypes(include=["str", "object"]).columns
    return plain.assign(**{str(name): disarmed(plain[name].astype("str")) for name in texts}).to_csv(
        index=False, lineterminator=line_end
    )


def csv_bytes(tables: Tables) -> bytes:
    """Tables as CSV one below the other, as Excel reads it, formulas disarmed."""
    # Excel takes a file for UTF-8 only with a byte order mark, and ends lines its own way.
    return "\r\n".join(csv_text(frame, "\r\n") for frame in tables.values()).encode("utf-8-sig")


def json_text(content: Any) -> str:
    """Plain JSON, Thai letters readable, keys in the order given; what a terminal would obey is written as its code."""
    text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    return _OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as JSON records, missing cells null."""
    records = json.loads(frame.to_json(orient="records", force_ascii=False, date_format="iso"))
    return [dict(record) for record in records]


def json_bytes(tables: Tables) -> bytes:
    """Tables as one JSON object, each a list of records under its name."""
    return (json_text({name: records(frame) for name, frame in tables.items()}) + "\n").encode("utf-8")


def parquet_bytes(tables: Tables) -> bytes:
    """The first table as Parquet."""
    stream = io.BytesIO()
    next(iter(tables.values())).to_parquet(stream, index=False)
    return stream.getvalue()


def xlsx_bytes(tables: Tables) -> bytes:
    """Tables as the sheets of a workbook, every text a text."""
    from cpms_cli.writing.workbooks.table_workbook import workbook_bytes  # noqa: PLC0415 - heavy, for workbooks alone

    return workbook_bytes({name: plain_table(frame) for name, frame in tables.items()})


def write_tables(tables: Tables, path: Path) -> None:
    """Write tables to a file whose ending chooses the format; raises UsageError for an ending nobody writes."""
    check_writable(path)
    if len(tables) != 1:
        check_several(path)
    write_bytes(path, output_format("table", path).write(tables))


def check_writable(path: Path) -> None:
    """Raise UsageError for an ending nobody writes and for a folder that is not there."""
    output_format("table", path)
    _check_folder(path)


def check_several(path: Path | None) -> None:
    """Raise UsageError where several tables are to go into a file that holds one."""
    if path is not None and (chosen := output_format("table", path)).one_table:
        raise UsageError("one_table_only", ending=chosen.ending)
