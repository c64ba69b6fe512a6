"""Slips in the text of a rule that cannot be used, in the words of whoever wrote it instead of those of a parser.

Only a rule that is at fault is looked at: many of these signs mean something in one place or another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from cpms_cli.survey.problems import Fault
from cpms_cli.survey.yaml_files.limits import FILE as LIMITS

_TEXT = re.compile(r"'(?:[^']|'')*'")
_WINDOW = re.compile(r"\bover\s*\((?:[^()]|\([^()]*\))*\)", re.IGNORECASE)  # in it, ORDER BY belongs to the rule
_QUOTES = re.compile(r"[“”„‟‘’‚‛´«»‹›「」]")
_BY_SIGN = {
    "slip_quotes": _QUOTES,
    "slip_backtick": re.compile("`"),
    "slip_and": re.compile("&&?"),
    "slip_or": re.compile(r"\|\|?"),
    "slip_comparison": re.compile(r"[≥≤≠＝＞＜]|=>|=<|[<>=!]\s+=|>>=?|<<=?|={3,}|=\s+[<>]|[<>]\s+[<>]"),
    "no_limit": re.compile(r"\$[a-z]\w*"),
    "slip_blank": re.compile(r"\?|\$\w+|@+\w+|%\w|(?<!:):\w+|\{\w*\}?|#\w+"),
    "slip_statement": re.compile(
        r"\b(select|from|where|group\s+by|order\s+by|limit|insert|update|delete|drop|with)\b", re.IGNORECASE
    ),
    "slip_then": re.compile(r"\b(?:case|then|else)\b(?!.*\bend\b)", re.IGNORECASE | re.DOTALL),
    "slip_gap": re.compile(r"\b(?:and|or|not|in|between)\s+(?:and|or|in)\b", re.IGNORECASE),
    "slip_in": re.compile(r"\bin\s+(?=[^(\s])", re.IGNORECASE),
    "slip_range": re.compile(r"\bbetween\b(?!.*\band\s*\S)", re.IGNORECASE | re.DOTALL),
    "slip_end": re.compile(r"(?:\b(?:and|or|not|in|is|between|like)|[=<>!+*/,-])\s*$", re.IGNORECASE),
    "slip_beginning": re.compile(r"^\s*(?:(?:and|or|in|is|between)\b|[=<>*/,])", re.IGNORECASE),
    "slip_semicolon": re.compile(";"),
}
"""Of each kind, what it looks like outside of texts; the first that fits is it."""
_WITHOUT_TEXT = {"slip_backtick", "slip_and", "slip_or", "slip_then", "slip_in", "slip_range", "slip_semicolon"}


def slip_in(text: str) -> Fault | None:
    """Return what somebody who knows SQL sees at once in a rule that cannot be used; None where that is nothing.

    >>> slip_in("age => 7")
    Fault(key='slip_comparison', values=(('text', '=>'),))
    """
    return next(_slips(text), None)


def _slips(text: str) -> Iterator[Fault]:
    outside = _TEXT.sub(lambda quoted: "0" * len(quoted[0]), text)
    for sign in outside:
        if sign.isdecimal() and not sign.isascii():
            yield Fault("slip_digit", text=sign, digit=str(unicodedata.decimal(sign)))
        elif unicodedata.category(sign) == "Cf":
            yield Fault("slip_invisible")
    if _QUOTES.search(text) is None and "'" in outside:
        yield Fault("slip_open_quote")
    yield from _of_signs(outside)
    yield from _of_brackets(outside)
    if strange := re.search(r"[^\W\d_a-zA-Z]\S*|[（），]", outside):
        yield Fault("slip_word", text=strange[0])


def _of_signs(outside: str) -> Iterator[Fault]:
    for key, pattern in _BY_SIGN.items():
        sign = pattern.search(_WINDOW.sub("", outside) if key == "slip_statement" else outside)
        if sign is None:
            continue
        written = sign[0].strip()
        if key == "no_limit":
            yield Fault("no_limit", name=written.removeprefix("$"), file=LIMITS)
        else:
            yield Fault(key) if key in _WITHOUT_TEXT else Fault(key, text=written)


def _of_brackets(outside: str) -> Iterator[Fault]:
    opened, closed = outside.count("("), outside.count(")")
    if opened != closed:
        yield Fault("slip_brackets", opened=opened, closed=closed)
    depth = 0
    for sign in outside:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield Fault("slip_comma")
