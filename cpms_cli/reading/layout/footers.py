"""Which rows are totals or notes, below the records or between them; in doubt a row is a record."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cpms_cli.reading.layout.title_keys import FAMILY, VILLAGE_NUMBER
from cpms_cli.reading.value.coded_columns import CodedColumn, Flags, matching

_NUMBER = "[0-9๐-๙၀-၉][0-9๐-๙၀-၉.,]*"
_COUNTED = (
    "(?:คน|ราย|ครัวเรือน|ครอบครัว|หลังคาเรือน|หลัง|แถว|รายการ|หมู่บ้าน"
    "|children|child|kids?|people|persons?|households?|families|homes?|rows?|records?|villages?)"
)
_GROUP = (
    "(?:จำนวน|ทั้งหมด|ทั้งสิ้น|เด็กชาย|เด็กหญิง|เด็ก|ชาย|หญิง|ครัวเรือน|ครอบครัว|รวม"
    "|boys?|girls?|males?|females?|children|households?|total)"
)
_QUANTITIES = rf"(?:[\s,;/(]*(?:{_GROUP}\s*)*[:=]?\s*{_NUMBER}\s*{_COUNTED}?[\s,;/)]*)+"
# What may be a name, and is a total only beside numbers; and what is nobody's name.
_MAYBE = "(?:รวม|ລວມ|sum|mean)"
_SURE = (
    "(?:(?:ยอด|ผล|จำนวน)รวม(?:ทั้งสิ้น|ทั้งหมด)?|รวม(?:ทั้งสิ้น|ทั้งหมด|ย่อย|สุทธิ|ยอด)|สรุป(?:ยอด|รวม|ผล|จำนวน)*|(?:ค่า)?เฉลี่ย"
    "|จำนวน(?:ทั้งหมด|ทั้งสิ้น|เด็ก|ครัวเรือน|ครอบครัว|คน)+|(?:grand |sub-?)?totals?|average|စုစုပေါင်း)"
)
_TOTAL_BEFORE = r"รวม\s*(?:หมู่|บ้าน|ตำบล|อำเภอ|จังหวัด|หน้า|เด็ก|ครัวเรือน|จำนวน).*"
_AFTER = rf"\s*{_GROUP}*\s*:?\s*(?:{_QUANTITIES})?$"
_COUNT = rf"(?:{_GROUP}\s*)+{_QUANTITIES}$"
_NOBODY = rf"(?i)^\s*(?:{_SURE}{_AFTER}|{_COUNT}|{_TOTAL_BEFORE}$|{_MAYBE}\s*:?\s*(?:{_QUANTITIES})$)"
_TOTAL = rf"(?i)^\s*(?:{_SURE}{_AFTER}|{_COUNT}|{_TOTAL_BEFORE}$|{_MAYBE}{_AFTER})"
# Hardly a cell has one of these words: the long pattern is tried on few.
_LIKELY = r"(?i)รวม|สรุป|เฉลี่ย|จำนวน|ทั้ง|เด็ก|ชาย|หญิง|ครัว|total|sum|mean|average|boy|girl|male|child|household|စု|ລວມ"
_FIGURE = rf"(?i)^\s*(?:{_QUANTITIES}|[0-9๐-๙၀-၉][0-9๐-๙၀-၉\s.,/-]*%?|{_COUNTED}|{_GROUP}|-)\s*$"
_PLACE = r"(?i)^\s*(?:หมู่(?:ที่|บ้าน)?|ม\.|บ้าน|ตำบล|ต\.|อำเภอ|อ\.|moo|village)\s*\S.*$"
_WITH_UNIT = rf"(?i){_NUMBER}\s*{_COUNTED}\b|{_NUMBER}\s*(?:คน|ราย|ครัวเรือน|ครอบครัว|หลังคาเรือน|หลัง|แถว|รายการ|หมู่บ้าน)"
_SURE_NOTE = (
    r"(?i)^[\s(*]*(?:หมายเหตุ|ข้อมูล ณ|ลงชื่อ|ผู้กรอก|ผู้บันทึก|ผู้รายงาน|ผู้รับรอง|ผู้จัดทำ|จัดทำโดย|พิมพ์เมื่อ"
    r"|(?:notes?|remarks?|sources?|signature)\s*:)"
)
_NOTE = (
    r"(?i)^[\s(*]*(?:หมายเหตุ|ที่มา|แหล่งข้อมูล|ข้อมูล ณ|ลงชื่อ|ผู้กรอก|ผู้บันทึก|ผู้รายงาน|ผู้รับรอง|ผู้จัดทำ|จัดทำโดย|พิมพ์เมื่อ"
    r"|notes?\b|remarks?\b|sources?\b|prepared by|signature|printed)|^\s*\*"
)
# A line that heads the rows of another village is nobody's name, in whichever column it stands.
_HEADS_VILLAGE = rf"(?i)^[\s(*\-–—:]*{VILLAGE_NUMBER}[0-9๐-๙]{{1,2}}(?:[^0-9๐-๙].*)?$"
_HEADS_HOUSE = (
    rf"(?i)^[\s(*\-–—:]*(?:{FAMILY}[^0-9๐-๙]{{0,10}}[0-9๐-๙]{{0,4}}[\s:,.\-–—(]*)?"
    r"(?:บ้านเลขที่|เลขที่บ้าน|house\s*(?:no\.?|number|#))\s*[:.]?\s*[0-9๐-๙].*$"
)
_DIGITS = r"^\s*[0-9๐-๙၀-၉][0-9๐-๙၀-၉\s.,/-]*$"
_SENTENCE = r"^.{9,}$"
_NEARLY_BLANK, _OF_NOTE, _USUAL = 2, 4, 0.9


def _first_filled(columns: Sequence[CodedColumn], positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    first = np.full(len(positions), -1, dtype=np.int64)
    for index, column in enumerate(columns):
        open_ = np.flatnonzero(first < 0)
        if not len(open_):
            break
        first[open_[column.codes[positions[open_]] >= 0]] = index
    return first


def _of_numbers(column: CodedColumn, rows: npt.NDArray[np.int64]) -> bool:
    """Whether nearly every one of these rows that has something in the column has a number there."""
    filled_rows = rows[column.codes[rows] >= 0]
    filled_rows = filled_rows[~matching(column, filled_rows, _TOTAL)]
    return len(filled_rows) > 0 and bool(matching(column, filled_rows, _DIGITS).mean() >= _USUAL)


def _shared_code(column: CodedColumn, rows: npt.NDArray[np.int64]) -> int:
    """The code of a long number that at least half of these rows have in the column; -2 where there is none."""
    codes = column.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=1)
    most = int(counts.argmax())
    text = str(column.texts[most].as_py()) if 2 * counts[most] >= max(len(rows), 1) else ""
    return most if re.fullmatch("[0-9๐-๙]{4,}", text.strip()) else -2


def _labels(columns: Sequence[CodedColumn], candidates: npt.NDArray[np.int64], few: Flags) -> dict[int, int]:
    """The column of the cell that says total, by row: a row's first cell, or, in a row of few cells, any."""
    total_columns: dict[int, int] = {}
    first = _first_filled(columns, candidates)
    for index, column in enumerate(columns):
        likely_rows = candidates[(first == index) | few]
        likely_rows = likely_rows[matching(column, likely_rows, _LIKELY)]
        for row in likely_rows[matching(column, likely_rows, _TOTAL)].tolist():
            total_columns.setdefault(row, index)
    return total_columns


def totals(columns: Sequence[CodedColumn], filled: npt.NDArray[np.int64]) -> Flags:
    """Rows in which a cell says total, that have numbers and words for what is counted and no others, and that lack
    half of what records have.

    A child may be called รวม: a name alone, or a name and one number where names stand, is no total. Nor is a row with
    the year or the area's code that most records have, unless the word stands where they have numbers, or is nobody's
    name and something is counted in the row ("12 คน").
    """
    out = np.zeros(len(filled), dtype=bool)
    candidates = np.flatnonzero(filled > 0)
    if not len(candidates):
        return out
    few = 2 * filled[candidates] <= np.median(filled[candidates]) + _NEARLY_BLANK
    total_columns = _labels(columns, candidates, few)
    hits = np.array(list(total_columns), dtype=np.int64)
    records = candidates[~np.isin(candidates, hits)]
    if not len(hits) or not len(records):
        return out
    label = np.array(list(total_columns.values()))
    numbers, words, lacking, shared = (np.zeros(len(hits), dtype=np.int64) for _ in range(4))
    placed, nobody, counted = (np.zeros(len(hits), dtype=bool) for _ in range(3))
    usual = 0
    for index, column in enumerate(columns):
        is_label, has_cell = label == index, column.codes[hits] >= 0
        digits, figures = matching(column, hits, _DIGITS), matching(column, hits, _FIGURE)
        numbers += digits & ~is_label
        words += has_cell & ~figures & ~is_label & ~matching(column, hits, _TOTAL) & ~matching(column, hits, _PLACE)
        shared += ~is_label & (column.codes[hits] == _shared_code(column, records))
        counted |= matching(column, hits, _WITH_UNIT)
        nobody |= is_label & matching(column, hits, _NOBODY)
        if is_label.any():
            placed |= is_label & _of_numbers(column, records)
        if (column.codes[records] >= 0).mean() >= _USUAL:
            usual += 1
            lacking += is_label | ~has_cell
    apart = (shared == 0) & (nobody | counted | (numbers > 1))
    out[hits[(words == 0) & (2 * lacking >= usual) & (placed | apart | (nobody & counted))]] = True
    return out


def notes(columns: Sequence[CodedColumn], filled: npt.NDArray[np.int64]) -> Flags:
    """Nearly blank rows that say they are a note, or hold one sentence where all others have a number."""
    out = np.zeros(len(filled), dtype=bool)
    half = int(filled.max(initial=0)) // 2
    nearly = min(_NEARLY_BLANK, half)
    candidates = np.flatnonzero((filled > 0) & (filled <= min(_OF_NOTE, half)))
    records = np.flatnonzero(filled > nearly)
    first = _first_filled(columns, candidates)
    for index in np.unique(first):
        note_rows, column = candidates[first == index], columns[index]
        sentence = matching(column, note_rows, _SENTENCE) & (filled[note_rows] <= nearly)
        of_numbers = _of_numbers(column, records)
        # One word alone where names stand may be all that is known of a child.
        placed = of_numbers | (filled[note_rows] > 1)
        noted = (matching(column, note_rows, _SURE_NOTE) & placed) | (matching(column, note_rows, _NOTE) & sentence)
        if of_numbers:
            noted |= (filled[note_rows] == 1) & sentence & ~matching(column, note_rows, _DIGITS)
        for heading in (_HEADS_VILLAGE, _HEADS_HOUSE):
            noted |= (filled[note_rows] == 1) & matching(column, note_rows, heading)
        out[note_rows[noted]] = True
    return out
