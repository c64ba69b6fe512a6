"""Text that went through the wrong encoding once: how to know it, and how to get the right text back.

The bytes of Thai UTF-8 read as cp874 or cp1252 and saved again give valid UTF-8 of the wrong text (เธชเธกเธเธฒเธข or
à¸ªà¸¡à¸Šà¸²à¸¢ for สมชาย). It is undone only where the way back is exact and leads to Thai.
"""

from __future__ import annotations

import re

READ_AS = ("cp874", "cp1252")
SIGN = "[\u0e40\u00e0][\u0e18\u0e19\u00b8\u00b9]."
_SIGNED = re.compile(SIGN)
_FOREIGN = re.compile("[^\x00-\x7f]")
_THAI = re.compile("[\u0e01-\u0e5b]")


def _byte_of(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        # A byte the code page does not have passes through Windows as the control character of the same number.
        return character.encode("latin-1") if "\x80" <= character <= "\x9f" else b"\xff"


def undone(text: str) -> str | None:
    """The text that was meant; None where this text is not such a text.

    >>> undone("à¸ªà¸¡à¸Šà¸²à¸¢"), undone("เธอ"), undone("café")
    ('สมชาย', None, None)
    """
    if not _SIGNED.search(text):
        return None
    for encoding in READ_AS:
        raw = b"".join(_byte_of(character, encoding) for character in text)
        try:
            meant = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        foreign = _FOREIGN.findall(meant)
        if len(foreign) >= 2 and len(_THAI.findall(meant)) * 2 > len(foreign):
            return meant
    return None
