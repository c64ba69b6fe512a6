"""Formats of dates that only a Thai spreadsheet has, put as those that every program knows: the parser would take the
cells for plain numbers, and a house number 12/3 that was made a date for 46,000.

Source: ECMA-376 part 1, 18.8.30: in Thai the formats 71 to 81 are days and times, and their letters are Thai.
"""

from __future__ import annotations

import io
import re
import zipfile

_PLAIN = {71: 14, 72: 15, 73: 16, 74: 17, 75: 20, 76: 21, 77: 22, 78: 45, 79: 46, 80: 47, 81: 14}
_USED = re.compile(r"""(<(?:\w+:)?xf\s[^<>]*?\bnumFmtId\s*=\s*["'])(7[1-9]|8[01])(?=["'])""")
_OWN = re.compile(r"""<(?:\w+:)?numFmt\s[^<>]*?\bnumFmtId\s*=\s*["'](7[1-9]|8[01])["']""")
_CODE = re.compile(r"""(\bformatCode\s*=\s*["'])([^"'<>]*[วดป][^"'<>]*)(?=["'])""")
_OF_DATES = re.compile(r"(?:\[[^\]]*\]|&quot;[^&]*&quot;|[วดปชนท/\-:.,;@ \\])+")
_LETTERS = str.maketrans("วดปชนท", "dmyhms")
_LARGEST = 8_000_000


def with_plain_dates(content: bytes) -> bytes:
    """The workbook (XLSX or XLSM); where its styles have Thai formats of dates, with plain ones instead."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        changed = {
            entry.filename: plain.encode()
            for entry in book.infolist()
            if entry.filename.lower().endswith("styles.xml")
            and entry.file_size <= _LARGEST
            and (plain := _plain_styles(styles := book.read(entry).decode("utf-8", "replace"))) != styles
        }
        if not changed:
            return content
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as new:
            for entry in book.infolist():
                new.writestr(entry.filename, changed.get(entry.filename) or book.read(entry))
    return written.getvalue()


def _plain_styles(styles: str) -> str:
    own = {int(number) for number in _OWN.findall(styles)}

    def number(used: re.Match[str]) -> str:
        written = int(used[2])
        return f"{used[1]}{written if written in own else _PLAIN[written]}"

    def code(match: re.Match[str]) -> str:
        return match[1] + (match[2].translate(_LETTERS) if _OF_DATES.fullmatch(match[2]) else match[2])

    return _CODE.sub(code, _USED.sub(number, styles))
