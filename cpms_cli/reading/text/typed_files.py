"""Small files of text that an officer edits: maps and settings, as Notepad and Excel save them."""

from __future__ import annotations

_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decode_typed(content: bytes) -> str | None:
    """Return the text of a file that was edited by hand; None where it is no text.

    Notepad and Excel of older Windows save in UTF-16, in UTF-8 with a mark, or in the encoding of Thailand.

    >>> decode_typed("ชื่อ".encode("cp874")), decode_typed("ชื่อ".encode("utf-16"))
    ('ชื่อ', 'ชื่อ')
    """
    encodings = ("utf-16",) if content.startswith(_MARKS_OF_UTF_16) else ("utf-8-sig", "cp874")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
