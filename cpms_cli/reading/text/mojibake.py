"""Text that went through the wrong encoding once: how to know it, and how to get the right text back.

The bytes of Thai UTF-8 read as cp874 or cp1252 and saved again give valid UTF-8 of the wrong text (เธชเธกเธเธฒเธข or
à¸ªà¸¡à¸Šà¸²à¸¢ for สมชาย). It is undone only where the way back is exact and leads to Thai.
"""

from __future__ import annotations

import codecs
import re

READ_AS = ("cp874", "cp1252")
SIGN = "[\u0e40\u00e0][\u0e18\u0e19\u00b8\u00b9]."
_SIGNED = re.compile(SIGN)
_FOREIGN = re.compile("[^\x00-\x7f]")
_THAI = re.compile("[\u0e01-\u0e5b]")


_AS_WINDOWS = "cpms-as-windows"


def _passed_through(error: UnicodeError) -> tuple[bytes, int]:
    """The bytes of characters that a code page does not have, and where to go on.

    Windows passes a byte that the code page lacks through as the control character of the same number. Any other
    character becomes 0xFF, which never stands in UTF-8.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    raw = b"".join(sign.encode("latin-1") if "\x80" <= sign <= "\x9f" else b"\xff" for sign in missing)
    return raw, error.end


codecs.register_error(_AS_WINDOWS, _passed_through)


def undone(text: str) -> str | None:
    """The text that was meant; None where this text is not such a text.

    >>> undone("à¸ªà¸¡à¸Šà¸²à¸¢"), undone("เธอ"), undone("café")
    ('สมชาย', None, None)
    """
    if not _SIGNED.search(text):
        return None
    for encoding in READ_AS:
        try:
            meant = text.encode(encoding, _AS_WINDOWS).decode("utf-8")
        except UnicodeDecodeError:
            continue
        foreign = _FOREIGN.findall(meant)
        if len(foreign) >= 2 and len(_THAI.findall(meant)) * 2 > len(foreign):
            return meant
    return None
