"""Names made comparable: what is no name taken out, and the rest as letters and marks in one form.

A name of any script keeps its vowels and marks. Only accents on Latin letters are left out (é is e), and Burmese that
was written in Zawgyi is put into Unicode first (`zawgyi`). How a name sounds stands in `sounds`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from cpms_cli.linking.names.phones import heads, loosen_code, script_name, spoken_code, syllables_in_order
from cpms_cli.linking.names.sounds import consonant_key, lesser_marks, spoken, without_lesser_marks
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

# Unicode takes these vowels apart, and the tone mark may be typed within or before.
_SARA_AM = re.compile("([\u0e48-\u0e4b]?)\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_LAO_AM = re.compile("\u0ecd([\u0ec8-\u0ecb])\u0eb2")
# What stands in brackets beside a name is another one: a nickname.
_IN_BRACKETS = re.compile(r"(?<=\S)\s*\([^()]*\)|\([^()]*\)\s*(?=\S)")
_ACCENT = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_ONE_LETTER = re.compile(r"(.)\1{2,}")
_LEAST_FILLER = 3  # letters
# A vowel of Latin written twice is another vowel: Lee, Htoo.
_TWICE = re.compile(r"([^aeiou])\1+")
# HtaySein is Htay Sein; K'Paw begins with the short syllable that others write as Ka.
_WITHIN_WORD = re.compile("(?<=[a-z])(?=[A-Z][a-z])")
_SHORT_SYLLABLE = re.compile("(?<![a-z])([bcdgklmnpst])['\u2018\u2019\u02bc`]\\s?(?=[a-z])")


@lru_cache(maxsize=8)
def _title(settings: LinkingSettings) -> re.Pattern[str]:
    titles = sorted(settings.titles, key=lambda title: (-len(title), title))
    joined = "|".join(re.escape(title) for title in titles if not title.isascii())
    latin = "|".join(re.escape(title) for title in titles if title.isascii())
    # A title of Thai or Burmese is written without a space before the name; a Latin one is a word of its own.
    return re.compile(rf"^(?:(?:{joined})\s*|(?:{latin})(?:\.\s*|\s+)(?=\S))")


def _composed(text: str) -> str:
    """The text in one case and one form of Unicode, without what stands in brackets beside it."""
    plain = _IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", text).casefold().strip()).strip()
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


@lru_cache(maxsize=8)
def _languages_of_word(settings: LinkingSettings) -> dict[str, frozenset[str]]:
    languages: dict[str, set[str]] = {}
    for language, respect in settings.names.prefixes.languages.items():
        for word in respect.words:
            languages.setdefault(without_lesser_marks(word, settings), set()).add(language)
    return {word: frozenset(of) for word, of in languages.items()}


def language_of_respect(text: str, settings: LinkingSettings) -> str | None:
    """The one language whose words of respect stand before a name; None where none does, or several have them."""
    known = _languages_of_word(settings)
    shown = [known[word] for word in _words_before(text, settings) if word in known]
    common = frozenset.intersection(*shown) if shown else frozenset()
    return next(iter(common)) if len(common) == 1 else None


def _words_before(text: str, settings: LinkingSettings) -> list[str]:
    """The words before a name that are titles or words of respect, without the lesser marks."""
    plain, words = _composed(text), []
    while match := _title(settings).match(plain):
        words.append(match[0].strip(" ."))
        plain = plain[match.end() :]
    parts = _parts(plain)
    whole, bare = "".join(parts), "".join(bare_parts(parts, settings))
    words.append(whole.removesuffix(bare))
    return [without_lesser_marks(word, settings) for word in words if word]


def _tokens(text: str, settings: LinkingSettings) -> list[str]:
    """The parts of a name, titles and placeholders left out."""
    plain = _SHORT_SYLLABLE.sub("\\1a", _composed(_WITHIN_WORD.sub(" ", text)))
    stripped = _title(settings).sub("", plain)
    while stripped != plain:
        plain, stripped = stripped, _title(settings).sub("", stripped)
    parts = _parts(plain)
    whole = "".join(parts)
    if whole in settings.placeholders or plain.startswith(settings.placeholder_starts) or _ONE_LETTER.fullmatch(whole):
        return []
    # A part of two letters is a name's: Na Pue is no "n/a".
    return [part for part in parts if part not in settings.placeholders or len(part) < _LEAST_FILLER]


def folded_name(text: str, settings: LinkingSettings) -> str:
    """The name as it is written: parts joined, nothing but letters and their marks; empty where it is none.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> folded_name("ด.ช. สมชาย", of), folded_name("ด.ญ.", of), folded_name("Mg Aung-Ko", of), folded_name("baby", of)
    ('สมชาย', '', 'aungko', '')
    >>> folded_name("ခင်", of) == folded_name("ခိုင်", of), folded_name("José", of)
    (False, 'jose')
    """
    return "".join(_tokens(text, settings))


def sound_key(text: str, settings: LinkingSettings) -> str:
    """The consonant classes of a name, the same for its Thai and its Latin spelling.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> sound_key("สมชาย", of), sound_key("Somchai", of), sound_key("Siriporn", of), sound_key("ศิริพร", of)
    ('SMT', 'SMT', 'SNPN', 'SNPN')
    """
    return consonant_key(folded_name(text, settings), settings)


@dataclass(frozen=True)
class _Prefixes:
    """Words of respect: as a part of their own, without the lesser marks; and written together with the name, where
    such a mark may stand after each letter, the longest first."""

    words: frozenset[str]
    any_joined: re.Pattern[str]
    joined: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=8)
def _prefixes(settings: LinkingSettings) -> _Prefixes:
    words = {
        without_lesser_marks(_composed(word), settings)
        for of in settings.names.prefixes.languages.values()
        for word in of.words
    }
    together = sorted((word for word in words if not word.isascii()), key=lambda word: (-len(word), word))
    mark = f"[{re.escape(settings.lesser_marks)}]*"
    patterns = ["".join(re.escape(letter) + mark for letter in word) for word in together]
    return _Prefixes(frozenset(words), re.compile("|".join(patterns)), tuple(re.compile(text) for text in patterns))


def bare_name(parts: list[str], settings: LinkingSettings) -> str:
    """The parts of a name joined without a word of respect before it, as `bare_parts` leaves them.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> bare_name(["saw", "eh", "htoo"], of), bare_name(["หน่อแพ"], of), bare_name(["นาง"], of)
    ('ehhtoo', 'แพ', 'นาง')
    """
    return "".join(bare_parts(parts, settings))


def bare_parts(parts: list[str], settings: LinkingSettings) -> list[str]:
    """The parts of a name without a word of respect before it, as long as a name remains."""
    prefixes = _prefixes(settings)
    if len(parts) > 1 and without_lesser_marks(parts[0], settings) in prefixes.words:
        return parts[1:]
    if not parts or not prefixes.any_joined.match(parts[0]):
        return parts
    script = script_name(parts[0], settings)
    for prefix in prefixes.joined:
        match = prefix.match(parts[0])
        after = parts[0][match.end() :] if match else ""
        # What remains must begin a syllable (in ดองทะลา the ง ends one) and have something that is said.
        if (
            match
            and after
            and not unicodedata.category(after[0]).startswith("M")
            and _spoken_parts(parts[:1], script, settings) == _spoken_parts([match[0], after], script, settings)
            and len(spoken_code("".join([after, *parts[1:]]), settings)) > 2
        ):
            return [after, *parts[1:]]
    return parts


def _loose_parts(text: str, parts: list[str], settings: LinkingSettings) -> list[str]:
    """The parts of a name without a word of respect, what hands confuse in its language as one."""
    bare = bare_parts(parts, settings)
    language = language_of_respect(text, settings) if bare != parts else None
    for pattern, instead in settings.names.prefixes.languages[language].replace if language else ():
        bare = [re.sub(pattern, instead, part) for part in bare]
    return bare


def _spoken_parts(parts: list[str], script: str, settings: LinkingSettings) -> str:
    """How the parts of a name are said, each by itself: where one ends shows how its vowels are read."""
    return "".join(spoken_code(part, settings, script) for part in parts)


def name_forms(texts: pd.Series, settings: LinkingSettings) -> pd.DataFrame:
    """For each text, NA where there is no name: `fold`, and with no letter written twice and no lesser mark (`once`);
    `sound` and `key`; how it is `said`; `bare` of words of respect, `bare_said`, and of that `loose` (vowels that hands
    confuse are one), `heads` and `turned`; `short`, how it is said without its last part, as by a hand that leaves out
    a family name; and `parts`."""
    parts = {name: _tokens(name, settings) for name in texts.dropna().unique()}
    folds = {name: "".join(tokens) for name, tokens in parts.items()}
    scripts = {name: script_name(fold, settings) for name, fold in folds.items()}
    bare = {name: bare_parts(tokens, settings) for name, tokens in parts.items()}
    of_bare = {name: _spoken_parts(tokens, scripts[name], settings) for name, tokens in bare.items()}
    loose = {name: _loose_parts(name, tokens, settings) for name, tokens in parts.items()}
    of_loose = {name: _spoken_parts(tokens, scripts[name], settings) for name, tokens in loose.items()}
    lesser = lesser_marks(settings)
    forms = {
        "fold": folds,
        "sound": {name: spoken(fold, settings) for name, fold in folds.items()},
        "once": {name: _TWICE.sub("\\1", fold.translate(lesser)) for name, fold in folds.items()},
        "key": {name: consonant_key(fold, settings) for name, fold in folds.items()},
        "said": {name: _spoken_parts(tokens, scripts[name], settings) for name, tokens in parts.items()},
        "bare": {name: spoken("".join(tokens), settings) for name, tokens in bare.items()},
        "bare_said": of_bare,
        "loose": {name: loosen_code(form) for name, form in of_loose.items()},
        "short": {name: _spoken_parts(tokens[:-1], scripts[name], settings) for name, tokens in bare.items()},
        "heads": {name: heads(form) for name, form in of_bare.items()},
        "turned": {name: syllables_in_order(form) for name, form in of_bare.items()},
    }
    columns = {
        form: texts.map({name: text or None for name, text in of.items()}).astype("str") for form, of in forms.items()
    }
    return pd.DataFrame({**columns, "parts": texts.map(parts)}, index=texts.index)


def script_of(folds: pd.Series, settings: LinkingSettings) -> pd.Series:
    """The script of each folded name, NA where there is none."""
    return folds.map({fold: script_name(fold, settings) for fold in folds.dropna().unique()}).astype("str")
