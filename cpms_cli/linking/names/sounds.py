"""How a folded name sounds: within its script, vowels and all, and by its consonants alone across Thai and Latin.

String similarity between scripts is zero, so that "สมชาย" and "Somchai" meet only in a key of consonant classes. The
classes are data (`schemas/linking.yaml`, after RTGS); vowels, tone marks and silenced letters (those under ์) are left
out of that key, since the scripts write them in ways that do not meet. It says too little to tell two names of one
script apart: "มานี", "มานะ" and "มาลี" share it. There `spoken` is compared, in which "ศิริพร" and "สิริพร" are alike
and these three are not. PyThaiNLP's soundex functions were tried: those for Thai alone do not meet the Latin spelling,
and the one for both scripts gives another code to most pairs of spellings in `samples/names.csv`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

THAI = re.compile(r"[\u0e00-\u0e7f]")
_LATIN = re.compile("[a-z]")
# A sign over the last letter silences it, and in these clusters the letter before it as well.
_SILENCED = re.compile(r"(?:(?<=[ก-ฮ])[ทตด]ร|ษณ|[ก-ฮ])[ิุ]?์")
# Spellings of one consonant sound by two letters.
_CLUSTERS = (("ศรี", "ศี"), ("ทรา", "ซา"), ("ทรง", "ซง"), ("รร", ""))
_LEADING = "เแโใไ"
_VOWEL_AFTER = "ะาิีึืุูำๅัฤ"
# อ that has a vowel of its own begins a syllable: บุญอิ่ม.
_VOWEL_WRITTEN_AFTER = re.compile(f"[{_VOWEL_AFTER}]|อ(?![{_VOWEL_AFTER}็])|ว[ก-ฮ](?![{_VOWEL_AFTER}็])")
_LATIN_VOWELS = "aeiou"
# Spellings of one vowel: สมชัย and วิไชย say ai, นะภา and นภา a short a that need not be written.
_VOWELS = (
    (re.compile("รร"), "ั"),
    (re.compile("ใ"), "ไ"),
    (re.compile("([ก-ฮ])ัย"), "ไ\\1"),
    (re.compile("ไ([ก-ฮ])ย"), "ไ\\1"),
    (re.compile("ะ(?=.)"), ""),
    (re.compile("ี"), "ิ"),
    (re.compile("ู"), "ุ"),
    (re.compile("ื"), "ึ"),
    (re.compile("ห(?=[งญนมยรลว])"), ""),
)


@lru_cache(maxsize=8)
def _thai_classes(settings: LinkingSettings) -> dict[str, str]:
    return {letter: kind for kind, sounds in settings.sounds.items() for letter in sounds.thai}


@lru_cache(maxsize=8)
def _latin_classes(settings: LinkingSettings) -> tuple[re.Pattern[str], dict[str, str]]:
    classes = {text: kind for kind, sounds in settings.sounds.items() for text in sounds.latin}
    return _any_of(classes), classes


def _any_of(texts: dict[str, str]) -> re.Pattern[str]:
    """The longest of these texts first."""
    return re.compile("|".join(map(re.escape, sorted(texts, key=lambda text: (-len(text), text)))))


@lru_cache(maxsize=8)
def _alike(settings: LinkingSettings) -> tuple[dict[str, str], dict[str, str]]:
    """The letter that stands for each Thai letter at the head and at the end of a syllable."""
    same = settings.same_sound
    head, end = ({letter: group[0] for group in groups for letter in group} for groups in (same.head, same.end))
    # What is said the same in both places must be one letter where two syllables meet: กัญญา, กันยา.
    return head, {letter: head.get(first, first) for letter, first in end.items()}


@lru_cache(maxsize=8)
def lesser_marks(settings: LinkingSettings) -> dict[int, None]:
    """Return what takes the marks out of a name whose slips are the commonest."""
    return {ord(mark): None for mark in settings.lesser_marks}


@lru_cache(maxsize=8)
def _latin_alike(settings: LinkingSettings) -> tuple[re.Pattern[str], dict[str, str]]:
    return _any_of(settings.same_sound.latin), settings.same_sound.latin


def without_lesser_marks(fold: str, settings: LinkingSettings) -> str:
    """A folded name without silenced letters and the marks whose slips are the commonest."""
    return _SILENCED.sub("", fold).translate(lesser_marks(settings))


def _voiced(text: str, place: int) -> bool:
    """Whether the Thai consonant there begins a syllable, as far as its vowel is written.

    อ after it is a vowel too, and ว before a consonant: เอจอ, เอซอ and เอตอ are three names, จอนวย and จอลวย two.
    """
    return bool(place == 0 or text[place - 1] in _LEADING or _VOWEL_WRITTEN_AFTER.match(text, place + 1))


@lru_cache(maxsize=20_000)
def spoken(fold: str, settings: LinkingSettings) -> str:
    """A folded name as it is said, by the rules of its own script.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> spoken("ศิริพร", of) == spoken("สิริพร", of), spoken("มานี", of) == spoken("มานะ", of)
    (True, False)
    """
    text = without_lesser_marks(fold, settings)
    if THAI.search(text):
        for spelling, vowel in _VOWELS:
            text = spelling.sub(vowel, text)
        head, end = _alike(settings)
        text = "".join((head if _voiced(text, place) else end).get(letter, letter) for place, letter in enumerate(text))
    elif _LATIN.search(text):
        pattern, same = _latin_alike(settings)
        text = pattern.sub(lambda match: same[match[0]], text)
    return re.sub(r"([^\W\d_])\1+", r"\1", text) if THAI.search(text) or _LATIN.search(text) else text


def _thai_key(text: str, settings: LinkingSettings) -> str:
    classes, kinds = _thai_classes(settings), []
    for written, alike in _CLUSTERS:
        text = text.replace(written, alike)
    for place, letter in enumerate(text):
        kind = "M" if letter == "ำ" else classes.get(letter)
        if kind is None:
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        voiced = before in _LEADING if before else False
        voiced = voiced or bool(after and after in _VOWEL_AFTER)
        if kind == "A" and place > (1 if text[:1] in _LEADING else 0):
            continue
        if letter == "ห" and after and after in "งญนมยรลว":
            continue
        if letter == "ญ" and not voiced:
            kind = "N"
        kinds.append(kind)
    return "".join(kinds)


def _latin_key(text: str, settings: LinkingSettings) -> str:
    pattern, classes = _latin_classes(settings)
    # The r of "Porn" and "Sandar" only lengthens the vowel before it.
    text = text.replace("sri", "si")
    text = re.sub(rf"(?<=[{_LATIN_VOWELS}])r(?![{_LATIN_VOWELS}])", "", text)
    kinds = []
    for match in pattern.finditer(text):
        kind, after = classes[match.group()], text[match.end() : match.end() + 1]
        if kind == "A" and match.start() > 0:
            continue
        if kind == "H" and not (after and after in _LATIN_VOWELS):
            continue
        kinds.append(kind)
    return "".join(kinds)


def consonant_key(fold: str, settings: LinkingSettings) -> str:
    """The consonant classes of a folded name in Thai or Latin, neighbours of one class once; in other scripts the name.

    No key of consonants is known there that would not take two names for one.
    """
    # Joined first: Thai puts no space between the parts of a name, and a vowel inside it has no class.
    whole = without_lesser_marks(fold, settings)
    if not THAI.search(whole) and not _LATIN.search(whole):
        return whole
    key = _thai_key(whole, settings) if THAI.search(whole) else _latin_key(whole, settings)
    # These glide into vowels in both scripts, written or not; at the head they stay.
    key = key[:1] + key[1:].replace("Y", "").replace("W", "")
    # At the end of a syllable Thai says t for all of these.
    key = re.sub("(?<=.)[CS]$", "T", key)
    return re.sub(r"(.)\1+", r"\1", key)
