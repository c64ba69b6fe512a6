"""Names made comparable: what is no name taken out, and the rest as letters and marks in one form.

A name of any script keeps its vowels and marks. Only accents on Latin letters are left out (é is e), and Burmese that
was written in Zawgyi is put into Unicode first (`zawgyi`). How a name sounds stands in `sounds`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pandas as pd

from cpms_cli.linking.names.sounds import THAI, consonant_key, spoken
from cpms_cli.linking.settings import linking_settings

# Unicode takes these vowels apart, and the tone mark may be typed within or before.
_SARA_AM = re.compile("([\u0e48-\u0e4b]?)\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_LAO_AM = re.compile("\u0ecd([\u0ec8-\u0ecb])\u0eb2")
_ACCENT = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_ONE_LETTER = re.compile(r"(.)\1{2,}")


@cache
def _title() -> re.Pattern[str]:
    titles = sorted(linking_settings().titles, key=lambda title: (-len(title), title))
    joined = "|".join(re.escape(title) for title in titles if not title.isascii())
    latin = "|".join(re.escape(title) for title in titles if title.isascii())
    # A title of Thai or Burmese is written without a space before the name; a Latin one is a word of its own.
    return re.compile(rf"^(?:(?:{joined})\s*|(?:{latin})(?:\.\s*|\s+)(?=\S))")


def _composed(text: str) -> str:
    """The text in one case and one form of Unicode."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    plain = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", plain)))
    plain = _SARA_AM.sub("\\1\\2\u0e33", plain)
    return _LAO_AM.sub("\\1\u0ecd\u0eb2", plain)


def _parts(text: str) -> list[str]:
    """Runs of letters and marks; what is invisible is left out, all else parts them."""
    kept = (
        letter if unicodedata.category(letter)[0] in "LM" else "" if unicodedata.category(letter) == "Cf" else " "
        for letter in text
    )
    return "".join(kept).split()


def _tokens(text: str) -> list[str]:
    """The parts of a name, titles and placeholders left out."""
    plain = _composed(text)
    stripped = _title().sub("", plain)
    while stripped != plain:
        plain, stripped = stripped, _title().sub("", stripped)
    settings = linking_settings()
    parts = _parts(plain)
    whole = "".join(parts)
    if whole in settings.placeholders or plain.startswith(settings.placeholder_starts) or _ONE_LETTER.fullmatch(whole):
        return []
    return [part for part in parts if part not in settings.placeholders]


def folded_name(text: str) -> str:
    """The name as it is written: parts joined, nothing but letters and their marks; empty where it is none.

    >>> folded_name("ด.ช. สมชาย"), folded_name("ด.ญ."), folded_name("Mg Aung-Ko"), folded_name("baby")
    ('สมชาย', '', 'aungko', '')
    >>> folded_name("ခင်") == folded_name("ခိုင်"), folded_name("José")
    (False, 'jose')
    """
    return "".join(_tokens(text))


def sound_key(text: str) -> str:
    """The consonant classes of a name, the same for its Thai and its Latin spelling.

    >>> sound_key("สมชาย"), sound_key("Somchai"), sound_key("Siriporn"), sound_key("ศิริพร")
    ('SMT', 'SMT', 'SNPN', 'SNPN')
    """
    return consonant_key(folded_name(text))


def name_forms(texts: pd.Series) -> pd.DataFrame:
    """For each text: `fold`, `sound`, `key` (NA where there is no name) and `parts` (folded parts, a list)."""
    parts = {name: _tokens(name) for name in texts.dropna().unique()}
    folds = {name: "".join(tokens) for name, tokens in parts.items()}
    forms = {
        form: texts.map({name: make(fold) or None for name, fold in folds.items()}).astype("str")
        for form, make in (("fold", str), ("sound", spoken), ("key", consonant_key))
    }
    return pd.DataFrame({**forms, "parts": texts.map(parts)}, index=texts.index)


def in_thai(folds: pd.Series) -> pd.Series:
    """Which folded names have a Thai letter."""
    return folds.str.contains(THAI, regex=True).fillna(False).astype(bool)
