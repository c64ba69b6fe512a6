"""What somebody means who types the name of a part of the definition: its id, or its words in any language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpms_cli.survey.language import Language
from cpms_cli.survey.plain_text import compared_text, plain_digits
from cpms_cli.survey.words import Words

_LIKENESS, _NEAR = 70.0, 5  # of 100; and so many are proposed
_PART = 3  # letters from which a part of a name says which name is meant


@dataclass(frozen=True)
class Named:
    """A part of the definition as it is proposed to whoever typed something else: its words, and its id to be typed."""

    id: str
    words: Words

    def in_(self, language: Language) -> str:
        """The words and the id, both of which may be typed; the id alone where it is the same."""
        words = self.words.in_(language)
        return self.id if words == self.id else f"{words} ({self.id})"


def named(known: Mapping[str, Words], ids: Iterable[str] | None = None) -> tuple[Named, ...]:
    """Return these of the known parts, else all of them, to be filled into a sentence as its language has them."""
    return tuple(Named(identifier, known[identifier]) for identifier in (known if ids is None else ids))


def spellings(identifier: str, *words: Words) -> tuple[str, ...]:
    """An id and its words in every language that they have."""
    return (identifier, *(text for part in words for text in (*part.written().values(), *part.translated())))


def meant(text: str, known: Mapping[str, Iterable[str]]) -> str | None:
    """Return the key that has this spelling, however its letters and signs are typed; None where none has it.

    >>> known = {"high_risk": ("high_risk", "High risk", "เสี่ยงสูง")}
    >>> meant("HIGH-RISK", known), meant("เสี่ยงสูง", known), meant("เสี่ยง", known)
    ('high_risk', 'high_risk', None)
    """
    wanted = _compared(text)
    return next((key for key, texts in known.items() if wanted and wanted in map(_compared, texts)), None)


def near(text: str, known: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the keys of which a spelling is nearly this one, or has it as a part, these first.

    >>> near("เสี่ยง", {"high_risk": ("high_risk", "เสี่ยงสูง"), "victim": ("victim", "ผู้ถูกกระทำ")})
    ['high_risk']
    """
    wanted = _compared(text)
    likeness = {
        key: max((_likeness(wanted, _compared(other)) for other in texts), default=0) for key, texts in known.items()
    }
    alike = [key for key, share in likeness.items() if wanted and share >= _LIKENESS]
    return sorted(alike, key=lambda key: -likeness[key])[:_NEAR]


def _likeness(wanted: str, spelling: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 - heavy, and needed only where a word is not known

    return 100.0 if len(wanted) >= _PART and wanted in spelling else fuzz.ratio(wanted, spelling)


def _compared(text: str) -> str:
    return compared_text(plain_digits(text)).replace("_", " ").replace("-", " ")
