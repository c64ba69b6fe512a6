"""Christian and Buddhist years."""

from __future__ import annotations

BUDDHIST_OFFSET = 543
BUDDHIST_FROM = 2400


def shown_year(year: int, language: str) -> str:
    """A Christian year as people write it in this language.

    >>> shown_year(2026, "th"), shown_year(2026, "en")
    ('2569', '2026')
    """
    return str(year + BUDDHIST_OFFSET if language == "th" else year)
