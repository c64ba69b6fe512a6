"""The number that a form gives an answer, before its words."""

from __future__ import annotations

import re

from cpms_cli.survey.plain_text import plain_digits

_NUMBERED = re.compile(
    r"(?:[(\[]\s*([0-9๐-๙၀-၉]{1,2})\s*[)\]]|([0-9๐-๙၀-၉]{1,2})\s*[.)\]:=–\-])[\s.:=–\-]*([^\W\d_].*)", re.DOTALL
)


def split_number(text: str) -> tuple[str, str]:
    """Return the number before an answer, "" where there is none, and the answer's words.

    >>> split_number("1. ชาย"), split_number("(๒) หญิง"), split_number("2-ไม่มี"), split_number("3 วัน")
    (('1', 'ชาย'), ('2', 'หญิง'), ('2', 'ไม่มี'), ('', '3 วัน'))
    """
    parts = _NUMBERED.fullmatch(text)
    return (str(int(plain_digits(parts[1] or parts[2]))), parts[3]) if parts else ("", text)
