"""CSV to source tables: pyarrow where the file is regular, the standard library's reader where it is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from cpms_cli.errors import NoSurveyTable, UnreadableFile
from cpms_cli.reading.headers import find_header, match_headers
from cpms_cli.reading.limits import LIMITS
from cpms_cli.reading.source import TEXT, CellFault, SourceTable, text_table

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 20


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start:
        raise UnreadableFile("file_has_nul", file=path.name)
    try:
        start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The sample may end inside a character: only a fault before its last bytes is one.
        if error.start < len(start) - 4 or len(start) < _SAMPLE:
            return "cp874"
    return "utf-8-sig"


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= LIMITS.header_rows:
                break
    except csv.Error:
        pass
    return rows


def _layout(text: str, spellings: dict[str, str], path: Path) -> tuple[str, int, list[str]]:
    best: tuple[int, str, int, list[str]] | None = None
    for delimiter in DELIMITERS:
        rows = _first_rows(text, delimiter)
        at = find_header(rows, spellings)
        if at is not None:
            known = len(match_headers(rows[at], spellings).fields)
            if best is None or known > best[0]:
                best = (known, delimiter, at, rows[at])
    if best is None:
        raise NoSurveyTable("no_survey_header", file=path.name, sheet="")
    return best[1], best[2], best[3]


def _fast(path: Path, encoding: str, delimiter: str, header: list[str], skip: int) -> pa.Table:
    names = [str(index) for index in range(len(header))]
    return arrow_csv.read_csv(
        path,
        read_options=arrow_csv.ReadOptions(
            column_names=names, skip_rows=skip, encoding="utf8" if encoding == "utf-8-sig" else encoding,
            block_size=1 << 22,
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: TEXT for name in names}, strings_can_be_null=True, null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )  # fmt: skip


def _slow(path: Path, encoding: str, delimiter: str, header: list[str], skip: int) -> tuple[pa.Table, list[int]]:
    width = len(header)
    with path.open(encoding=encoding, newline="") as stream:
        csv.field_size_limit(LIMITS.cell)
        rows = list(csv.reader(stream, delimiter=delimiter))[skip:]
    while rows and not any(rows[-1]):
        rows.pop()
    long_rows = [skip + at for at, row in enumerate(rows, start=1) if any(row[width:])]
    padded: Iterable[tuple[str, ...]] = zip(*((row + [""] * width)[:width] for row in rows), strict=True)
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in padded]
    return text_table(tuple(header), columns or [pa.array([], pa.string())] * width), long_rows


def read_csv(path: Path, spellings: dict[str, str], encoding: str | None = None) -> list[SourceTable]:
    """The table of one CSV file, whatever its encoding, delimiter and line ends.

    Raises UnreadableFile when the bytes are no text, NoSurveyTable when no row names fields of the survey.
    """
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    encoding = encoding or _encoding(path, start)
    try:
        return [_read(path, spellings, encoding, start)]
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise UnreadableFile("not_text", file=path.name) from None
    return read_csv(path, spellings, "cp874")


def _read(path: Path, spellings: dict[str, str], encoding: str, start: bytes) -> SourceTable:
    text = start.decode(encoding, errors="ignore")
    if text.startswith("sep="):
        text = text.partition("\n")[2]
        skipped = 1
    else:
        skipped = 0
    delimiter, at, header = _layout(text, spellings, path)
    if len(header) > LIMITS.columns:
        raise UnreadableFile("too_many_columns", file=path.name, count=len(header), limit=LIMITS.columns)
    skip = at + 1 + skipped
    long_rows: list[int] = []
    data = None
    plain_start = "\n" not in "".join(cell for row in _first_rows(text, delimiter)[: at + 1] for cell in row)
    if plain_start:
        try:
            data = _fast(path, encoding, delimiter, header, skip)
        except pa.ArrowInvalid as invalid:
            if "UTF8" in str(invalid) or "utf" in str(invalid).lower():
                raise UnicodeDecodeError("utf-8", b"?", 0, 1, str(invalid)) from None
    if data is None:
        try:
            data, long_rows = _slow(path, encoding, delimiter, header, skip)
        except csv.Error as error:
            raise UnreadableFile("broken_csv", file=path.name, reason=str(error)) from None
    rows = np.arange(skip + 1, skip + 1 + data.num_rows, dtype=np.int64)
    return SourceTable(
        path, None, tuple(header), skip, data, rows, {"encoding": encoding, "delimiter": delimiter},
        tuple(CellFault("row_too_long", row) for row in long_rows),
    )  # fmt: skip
