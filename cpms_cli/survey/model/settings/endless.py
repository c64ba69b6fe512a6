"""Regular expressions that can take for ever on a text that does not match: refused before they are used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PIECE = re.compile(
    r"""
    (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<open>\((?:\?(?:P<\w+>|<?[=!]|[aiLmsux-]*:|>))?)
    | (?P<close>\))
    | (?P<or>\|)
    | (?P<repeat>[*+?]|\{[0-9]*,?[0-9]*\})
    | (?P<sign>\\[A-Za-z]|[.^$])
    | (?P<letter>\\.|.)
    """,
    re.DOTALL | re.VERBOSE,
)
_MANY = 8  # times from which a repetition counts as one without end
_MOST_ENDLESS = 4  # parts without end that may follow each other: each multiplies the time by the length of the text


@dataclass
class _Group:
    """A group that is read: the letters with which its alternatives begin (None where that is no one letter), whether
    something in it is repeated or may be missing, and whether its alternatives can begin alike."""

    begins: list[str | None] = field(default_factory=list)
    is_at_start: bool = True
    is_stretched: bool = False
    has_choice: bool = False

    def begin(self, letter: str | None) -> None:
        """Note what an alternative begins with, where this is its first part."""
        if self.is_at_start:
            self.begins.append(letter)
            self.is_at_start = False

    @property
    def is_doubtful(self) -> bool:
        """Whether one text can be read in several ways."""
        alternatives = [*self.begins, None] if self.is_at_start else self.begins
        alike = None in alternatives or len({*alternatives}) < len(alternatives)
        return self.is_stretched or self.has_choice or (len(alternatives) > 1 and alike)


def can_be_endless(expression: str) -> bool:
    """Whether something repeated can be read in several ways, or many parts without end follow each other.

    Some that end are refused as well: what is repeated must have one length, its alternatives begin with different
    letters.

    >>> [can_be_endless(text) for text in ("(a+)+$", "(a|aa)+$", "(a?b?)*", "(a|b)+c", "[0-9]+(-[0-9]{2}){2}")]
    [True, True, True, False, False]
    """
    groups, endless = [_Group()], 0
    last: _Group | None = None
    for piece in _PIECE.finditer(expression):
        kind, text = piece.lastgroup, piece[0]
        if kind == "open":
            groups[-1].begin(None)
            groups.append(_Group())
        elif kind == "close" and len(groups) > 1:
            last = groups.pop()
            groups[-1].is_stretched |= last.is_stretched
            groups[-1].has_choice |= last.is_doubtful
            continue
        elif kind == "or":
            groups[-1].is_at_start = True
        elif kind == "repeat":
            low, high = _times(text)
            if high > 1 and last is not None and last.is_doubtful:
                return True
            endless += high >= _MANY and low != high
            groups[-1].is_stretched |= low != high
        else:
            groups[-1].begin(text.casefold() if kind == "letter" else None)
        last = None
    return endless > _MOST_ENDLESS


def _times(repeat: str) -> tuple[int, int]:
    """Return how often something is repeated at least and at most, of the latter no more than matters."""
    if repeat in "*+?":
        return int(repeat == "+"), 1 if repeat == "?" else _MANY
    low, comma, high = repeat[1:-1].partition(",")
    least = min(int(low or 0), _MANY)
    return least, min(int(high), _MANY) if high else _MANY if comma else least
