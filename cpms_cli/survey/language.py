"""The codes of languages. Apart from all else, so that `--help` need not load the sentences."""

from __future__ import annotations

Language = str
"""The code of a language: one of `LANGUAGES`, or of a translation of the definition."""
LANGUAGES: tuple[Language, ...] = ("en", "th")
"""The languages that stand beside what they name, in every file; what another has no words for is said in the first."""
FALLBACK = LANGUAGES[0]
