"""Names made comparable: what is no name taken out, spelling evened, and a key by sound that both scripts share.

String similarity between scripts is zero, so that "สมชาย" and "Somchai" meet only in a key of consonant classes. The
classes are data (`schemas/linking.yaml`, after RTGS); vowels, tone marks and silenced letters (those under ์) are left
out, since writers choose them freely. PyThaiNLP's soundex functions were tried: those for Thai alone do not meet the
Latin spelling, and the one for both scripts gives another code to most pairs of spellings in `samples/names.csv`.

>>> sound_key("สมชาย"), sound_key("Somchai"), sound_key("Siriporn"), sound_key("ศิริพร")
('SMT', 'SMT', 'SNPN', 'SNPN')
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pandas as pd

from cpms_cli.linking.settings import linking_settings

_THAI = re.compile(r"[\u0e00-\u0e7f]")
# A sign over the last letter silences it, and in these clusters the letter before it as well.
_SILENCED = re.compile(r"(?:(?<=[ก-ฮ])[ทตด]ร|ษณ|[ก-ฮ])[ิุ]?์")
# Spellings of one consonant sound by two letters.
_CLUSTERS = (("ศรี", "ศี"), ("ทรา", "ซา"), ("ทรง", "ซง"), ("รร", ""))
_TONES = re.compile(r"[\u0e47-\u0e4e\u200b-\u200d\ufeff]")
_NO_LETTER = re.compile(r"[^\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+|[\d_]+")
_LEADING = "เแโใไ"
_VOWEL_AFTER = "ะาิีึืุูำๅัฤ"
_LATIN_VOWELS = "aeiou"


@cache
def _thai_classes() -> dict[str, str]:
    return {letter: kind for kind, sounds in linking_settings().sounds.items() for letter in sounds.thai}


@cache
def _latin_classes() -> tuple[re.Pattern[str], dict[str, str]]:
    found = {text: kind for kind, sounds in linking_settings().sounds.items() for text in sounds.latin}
    longest_first = sorted(found, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, longest_first))), found


@cache
def _title() -> re.Pattern[str]:
    titles = sorted(linking_settings().titles, key=lambda title: (-len(title), title))
    thai = "|".join(re.escape(title) for title in titles if _THAI.search(title))
    latin = "|".join(re.escape(title) for title in titles if not _THAI.search(title))
    # A Thai title is written without a space before the name; a Latin one is a word of its own.
    return re.compile(rf"^(?:(?:{thai})\s*|(?:{latin})(?:\.\s*|\s+)(?=\S))")


def _tokens(text: str) -> list[str]:
    """The parts of a name, titles and placeholders left out, in one case, accents and tone marks dropped."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    plain = unicodedata.normalize("NFC", "".join(
        letter for letter in unicodedata.normalize("NFD", plain) if not "\u0300" <= letter <= "\u036f"
    ))  # fmt: skip
    stripped = _title().sub("", plain)
    while stripped != plain:
        plain, stripped = stripped, _title().sub("", stripped)
    settings = linking_settings()
    if _NO_LETTER.sub("", plain) in settings.placeholders or plain.startswith(settings.placeholder_starts):
        return []
    # Compatibility forms take this vowel apart.
    plain = plain.replace("\u0e4d\u0e32", "ำ")
    plain = _TONES.sub("", _SILENCED.sub("", plain))
    parts = [part for part in _NO_LETTER.split(plain) if part]
    return [part for part in parts if part not in settings.placeholders]


def folded_name(text: str) -> str:
    """The name as spellings are compared: parts joined, nothing but letters; empty where it is none.

    >>> folded_name("ด.ช. สมชาย"), folded_name("ด.ญ."), folded_name("Mg Aung-Ko"), folded_name("baby")
    ('สมชาย', '', 'aungko', '')
    """
    return "".join(_tokens(text))


def _thai_key(text: str) -> str:
    classes, found = _thai_classes(), []
    for written, said in _CLUSTERS:
        text = text.replace(written, said)
    for at, letter in enumerate(text):
        kind = "M" if letter == "ำ" else classes.get(letter)
        if kind is None:
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        voiced = before in _LEADING if before else False
        voiced = voiced or bool(after and after in _VOWEL_AFTER)
        if kind == "A" and at > (1 if text[:1] in _LEADING else 0):
            continue
        if letter == "ห" and after and after in "งญนมยรลว":
            continue
        if letter == "ญ" and not voiced:
            kind = "N"
        found.append(kind)
    return "".join(found)


def _latin_key(text: str) -> str:
    pattern, classes = _latin_classes()
    # The r of "Porn" and "Sandar" only lengthens the vowel before it.
    text = text.replace("sri", "si")
    text = re.sub(rf"(?<=[{_LATIN_VOWELS}])r(?![{_LATIN_VOWELS}])", "", text)
    found = []
    for match in pattern.finditer(text):
        kind, after = classes[match.group()], text[match.end() : match.end() + 1]
        if kind == "A" and match.start() > 0:
            continue
        if kind == "H" and not (after and after in _LATIN_VOWELS):
            continue
        found.append(kind)
    return "".join(found)


def sound_key(text: str) -> str:
    """The consonant classes of a name in either script, neighbours of one class told once."""
    whole = folded_name(text)
    # Joined first: Thai puts no space between the parts of a name, and a vowel inside it has no class.
    key = _thai_key(whole) if _THAI.search(whole) else _latin_key(whole)
    # These glide into vowels in both scripts, written or not; at the head they stay.
    key = key[:1] + key[1:].replace("Y", "").replace("W", "")
    # At the end of a syllable Thai says t for all of these.
    key = re.sub("(?<=.)[CS]$", "T", key)
    return re.sub(r"(.)\1+", r"\1", key)


def name_forms(texts: pd.Series) -> pd.DataFrame:
    """For each text: `fold`, `key` (NA where there is no name) and `parts` (folded parts, a list)."""
    names = texts.dropna().unique()
    parts = {name: _tokens(name) for name in names}
    fold = texts.map({name: "".join(found) or None for name, found in parts.items()}).astype("str")
    key = texts.map({name: sound_key(name) or None for name in names}).astype("str")
    return pd.DataFrame({"fold": fold, "key": key, "parts": texts.map(parts)}, index=texts.index)
