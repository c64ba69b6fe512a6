"""Which rows under a header are records: not blank, no total, note or header repeated where files were pasted together.

By operations on whole columns; what is looked at singly are the few rows that are nearly blank. In doubt a row is a
record: one that cannot be stored is a finding, one that was dropped is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.layout import Layout, find_layout
from cpms_cli.reading.source import RowLeftOut, only_used
from cpms_cli.survey.definition import folded_header

_TOTAL = (
    r"(?i)^(?:(?:ยอด|ผล|จำนวน)?รวม(?:ทั้งสิ้น|ทั้งหมด|ย่อย|สุทธิ)?|(?:ค่า)?เฉลี่ย|(?:grand |sub-?)?total|sum|average|mean)"
    r"\s*:?\s*(?:[0-9๐-๙.,]+\s*(?:คน|ราย|ครัวเรือน|หลังคาเรือน|แถว|children|rows|households)?)?$"
    r"|^รวม\s*(?:หมู่|บ้าน|ตำบล|อำเภอ|จังหวัด|หน้า|เด็ก|ครัวเรือน|จำนวน).*$"
)
_NOTE = (
    r"(?i)^[\s(*]*(?:หมายเหตุ|ที่มา|แหล่งข้อมูล|ข้อมูล ณ|ลงชื่อ|ผู้กรอก|ผู้บันทึก|ผู้รายงาน|ผู้รับรอง|ผู้จัดทำ|จัดทำโดย|พิมพ์เมื่อ"
    r"|notes?\b|remarks?\b|sources?\b|prepared by|signature|printed)|^\s*\*"
)
_DIGITS = r"^\s*[0-9๐-๙][0-9๐-๙\s.,/-]*$"
_SENTENCE = r"^.{9,}$"
_NEARLY_BLANK, _USUAL = 2, 0.9
_FEW_TEXTS, _LEAST_KNOWN, _MOST_PARTS, _HEADER_AND_UNITS = 2_000, 3, 50, 5

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Records:
    """The records under one header, with the sheet's row numbers; `left_out` in the order of the sheet."""

    header: tuple[str, ...]
    header_row: int
    data: pa.Table
    rows: npt.NDArray[np.int64]
    left_out: tuple[RowLeftOut, ...]


@dataclass(frozen=True)
class _Column:
    """Codes into distinct texts; -1 where nothing, or only white space, stands."""

    codes: npt.NDArray[np.int32]
    texts: pa.Array

    def at(self, position: int) -> str:
        code = int(self.codes[position])
        return "" if code < 0 else " ".join(str(self.texts[code].as_py()).split())

    def code_of(self, text: str) -> int:
        tidy = pc.utf8_trim_whitespace(pc.replace_substring_regex(self.texts, r"\s+", " "))
        return int(pc.index(tidy, pa.scalar(text, tidy.type)).as_py()) if len(self.texts) else -1


def _column(chunked: pa.ChunkedArray) -> _Column:
    unified = chunked.unify_dictionaries()
    array = unified.combine_chunks() if unified.num_chunks != 1 else unified.chunk(0)
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    blank = pc.equal(pc.utf8_trim_whitespace(array.dictionary), "").to_numpy(zero_copy_only=False)
    if blank.any():
        codes = np.where((codes >= 0) & blank[codes], np.int32(-1), codes)
    return _Column(codes, array.dictionary)


def _matching(column: _Column, positions: npt.NDArray[np.int64], pattern: str) -> Flags:
    """At which of these positions the column's text matches; False where it is blank."""
    codes = column.codes[positions]
    hit = np.zeros(len(column.texts) + 1, dtype=bool)
    hit[codes] = True
    used = np.flatnonzero(hit[:-1])
    hit[:] = False
    if len(used):
        texts = column.texts.take(pa.array(used))
        hit[used] = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return hit[codes] & (codes >= 0)


def _first_filled(columns: Sequence[_Column], positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    first = np.full(len(positions), -1, dtype=np.int64)
    for index, column in enumerate(columns):
        open_ = np.flatnonzero(first < 0)
        if not len(open_):
            break
        first[open_[column.codes[positions[open_]] >= 0]] = index
    return first


def _of_numbers(column: _Column, rows: npt.NDArray[np.int64]) -> bool:
    """Whether nearly every one of these rows that has something in the column has a number there."""
    mine = rows[column.codes[rows] >= 0]
    mine = mine[~_matching(column, mine, _TOTAL)]
    return len(mine) > 0 and bool(_matching(column, mine, _DIGITS).mean() >= _USUAL)


def _shared_code(column: _Column, rows: npt.NDArray[np.int64]) -> int:
    """The code of a long number that at least half of these rows have in the column; -2 where there is none."""
    mine = column.codes[rows]
    counts = np.bincount(mine[mine >= 0], minlength=1)
    most = int(counts.argmax())
    text = str(column.texts[most].as_py()) if 2 * counts[most] >= max(len(rows), 1) else ""
    return most if re.fullmatch("[0-9๐-๙]{4,}", text.strip()) else -2


def _totals(columns: Sequence[_Column], filled: npt.NDArray[np.int64]) -> Flags:
    """Rows whose first cell says total, whose others are numbers, and that lack half of what records have.

    A child may be called รวม: a name alone, or a name and one number where names stand, is no total. Nor is a row with
    the year or the area's code that most records have.
    """
    out = np.zeros(len(filled), dtype=bool)
    candidates = np.flatnonzero(filled > 0)
    first = _first_filled(columns, candidates)
    at = {}
    for index in np.unique(first):
        mine = candidates[first == index]
        at.update(dict.fromkeys(mine[_matching(columns[index], mine, _TOTAL)].tolist(), int(index)))
    hits = np.array(list(at), dtype=np.int64)
    if not len(hits):
        return out
    records = candidates[~np.isin(candidates, hits)]
    if not len(records):
        return out
    first = np.array(list(at.values()))
    numbers, words, lacking, sure, shared = (np.zeros(len(hits), dtype=np.int64) for _ in range(5))
    usual = 0
    for index, column in enumerate(columns):
        mine, here = first == index, column.codes[hits] >= 0
        digits = _matching(column, hits, _DIGITS)
        numbers += digits & ~mine
        words += here & ~digits & ~mine
        shared += ~mine & (column.codes[hits] == _shared_code(column, records))
        sure += mine & (_matching(column, hits, r"[0-9๐-๙]") | _of_numbers(column, records))
        if (column.codes[records] >= 0).mean() >= _USUAL:
            usual += 1
            lacking += mine | ~here
    out[hits[(words == 0) & (shared == 0) & (2 * lacking >= usual) & ((sure > 0) | (numbers > 1))]] = True
    return out


def _notes(columns: Sequence[_Column], filled: npt.NDArray[np.int64]) -> Flags:
    """Nearly blank rows that say they are a note, or hold one sentence where all others have a number."""
    out = np.zeros(len(filled), dtype=bool)
    nearly = min(_NEARLY_BLANK, int(filled.max(initial=0)) // 2)
    candidates, records = np.flatnonzero((filled > 0) & (filled <= nearly)), np.flatnonzero(filled > nearly)
    first = _first_filled(columns, candidates)
    for index in np.unique(first):
        mine, column = candidates[first == index], columns[index]
        sentence = _matching(column, mine, _SENTENCE)
        noted = _matching(column, mine, _NOTE) & sentence
        if _of_numbers(column, records):
            noted |= (filled[mine] == 1) & sentence & ~_matching(column, mine, _DIGITS)
        out[mine[noted]] = True
    return out


def _repeats(columns: Sequence[_Column], cells: Sequence[str], filled: npt.NDArray[np.int64]) -> Flags:
    """Rows that hold these very cells and nothing else."""
    said = [(index, cell) for index, cell in enumerate(cells[: len(columns)]) if cell]
    hits = filled == len(said)
    for index, cell in said:
        if not hits.any():
            break
        hits &= columns[index].codes == columns[index].code_of(cell)
    return hits if said else np.zeros(len(filled), dtype=bool)


def _headers_again(
    columns: Sequence[_Column], filled: npt.NDArray[np.int64], header: Sequence[str], known: Mapping[str, str]
) -> tuple[Flags, Flags]:
    """Rows that are headers: (of these very columns, of others or in another order)."""
    own = [known.get(folded_header(cell), "") for cell in header]
    count = np.zeros(len(filled), dtype=np.int64)
    for column in columns:
        if len(column.texts) <= _FEW_TEXTS:
            named, _ = _fields_of(column, known, "")
            count += named[column.codes] if named.any() else 0
    least = min(_LEAST_KNOWN, max(1, sum(map(bool, own))))
    rows = np.flatnonzero((count >= least) & (2 * count >= filled) & (filled > 0))
    all_named, same = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    for index, column in enumerate(columns):
        found, mine = _fields_of(column, known, own[index] if index < len(own) else "", rows)
        all_named += found[column.codes[rows]]
        same += mine[column.codes[rows]]
    again, other = np.zeros(len(filled), dtype=bool), np.zeros(len(filled), dtype=bool)
    again[rows[same == all_named]] = True
    other[rows[same < all_named]] = True
    return again, other


def _fields_of(
    column: _Column, known: Mapping[str, str], own: str, rows: npt.NDArray[np.int64] | None = None
) -> tuple[Flags, Flags]:
    """For each distinct text of a column: is it a header, and is it that of the field `own`; the last is for blank."""
    codes = np.arange(len(column.texts)) if rows is None else np.unique(column.codes[rows])
    codes = codes[codes >= 0]
    fields = [known.get(folded_header(text or ""), "") for text in column.texts.take(pa.array(codes)).to_pylist()]
    named, same = np.zeros(len(column.texts) + 1, dtype=bool), np.zeros(len(column.texts) + 1, dtype=bool)
    named[codes] = [bool(name) for name in fields]
    same[codes] = [bool(name) and name == own for name in fields]
    return named, same


def _named(columns: Sequence[_Column], positions: Flags, rows: npt.NDArray[np.int64], kind: str) -> list[RowLeftOut]:
    return [
        RowLeftOut(int(rows[at]), kind, " | ".join(filter(None, (column.at(at) for column in columns))))  # type: ignore[arg-type]
        for at in np.flatnonzero(positions)
    ]


def records(
    data: pa.Table, rows: npt.NDArray[np.int64], layout: Layout, spellings: Mapping[str, str] | None = None,
    file: str = "",
) -> list[Records]:  # fmt: skip
    """The records of what follows a header (from the row `layout.begins` on), with what was left out.

    `data` has a dictionary-encoded text column per column of the sheet, `rows` the sheet's row number of each of its
    rows. Usually one part; more where another header of other columns follows further down in the same sheet. Raises
    UnreadableFile, naming `file`, where that happens too often to be a table.
    """
    columns = [_column(data.column(index)) for index in range(data.num_columns)]
    parts: list[Records] = []
    next_: Layout | None = layout
    while next_ is not None:
        part, end, after = _part(data, columns, rows, next_, spellings)
        if len(part.rows) or not parts:
            parts.append(part)
        if len(parts) > _MOST_PARTS:
            raise UnreadableFile("header_changes", file=file, limit=_MOST_PARTS)
        data, rows, next_ = data.slice(end), rows[end:], after
        columns = [_Column(column.codes[end:], column.texts) for column in columns]
    return parts


def _part(
    data: pa.Table, columns: list[_Column], rows: npt.NDArray[np.int64], layout: Layout,
    spellings: Mapping[str, str] | None,
) -> tuple[Records, int, Layout | None]:  # fmt: skip
    """The records up to the next header of other columns, where that table's records begin, and its layout."""
    known = spellings if spellings is not None else {folded_header(cell): cell for cell in layout.header if cell}
    filled = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        filled += column.codes >= 0
    out: list[RowLeftOut] = []
    left = filled.copy()
    for told, cells in layout.signatures:
        again = _repeats(columns, cells, left)
        out += _named(columns, again, rows, told.kind)
        left[again] = 0
    again, others = _headers_again(columns, left, layout.header, known)
    out += _named(columns, again, rows, "repeated_header")
    left[again] = 0
    at, begins, after = _next_table(columns, rows, np.flatnonzero(others & (left > 0)), spellings)
    left[at:] = 0
    for kind, find in (("note", _notes), ("total", _totals)):
        hits = find(columns, left)
        out += _named(columns, hits, rows, kind)
        left[hits] = 0
    out = [row for row in out if at == len(rows) or row.row < rows[at]]
    return _records(data, columns, rows, left > 0, layout, out), begins, after


def _next_table(
    columns: Sequence[_Column], rows: npt.NDArray[np.int64], others: npt.NDArray[np.int64],
    spellings: Mapping[str, str] | None,
) -> tuple[int, int, Layout | None]:  # fmt: skip
    """Where the next table's header is, where its records begin, and its layout; the ends where there is none."""
    if len(others):
        at = int(others[0])
        end = min(at + _HEADER_AND_UNITS, len(rows))
        top = [[column.at(position) for column in columns] for position in range(at, end)]
        layout = find_layout(top, spellings, numbers=[int(row) for row in rows[at:end]])
        if layout is not None and layout.header_at >= 0:
            return at, at + layout.begins, layout
    return len(rows), len(rows), None


def _records(
    data: pa.Table, columns: Sequence[_Column], rows: npt.NDArray[np.int64], keep: Flags, layout: Layout,
    out: Sequence[RowLeftOut],
) -> Records:  # fmt: skip
    header = layout.header[: len(columns)] + ("",) * (len(columns) - len(layout.header))
    width = max((i + 1 for i, column in enumerate(columns) if header[i] or (column.codes[keep] >= 0).any()), default=0)
    kept = data.select(list(range(width)))
    kept = only_used(kept if keep.all() else kept.filter(pa.array(keep)))
    told = tuple(sorted((*layout.left_out, *out), key=lambda row: row.row))
    return Records(header[:width], layout.header_row, kept, rows[keep], told)
