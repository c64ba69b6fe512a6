"""Burmese names in Zawgyi, an older way to write the same code points, turned into Unicode where names are compared.

Until about 2019 most telephones of Myanmar wrote Zawgyi: it uses the code points of Unicode for other signs, and writes
what stands before a letter before it. The table of its signs is data (`schemas/linking.yaml`). A text is taken for
Zawgyi only by what Unicode cannot have; texts in Shan, Mon or Karen, which use the code points that Zawgyi took, have
none of these signs. What is stored stays as it was written.

>>> from cpms_cli.survey.opening.loading import load_survey
>>> [in_unicode(name, load_survey().linking) for name in ("ခင္", "ေအး", "ခင်")]
['ခင်', 'အေး', 'ခင်']
"""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_MYANMAR = re.compile("[\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff]")
_BASE = (
    "\u1000-\u102a\u103f\u104e\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e\uaa60-\uaa7a"
)
_MEDIAL = "\u103b-\u103e\u105e-\u1060\u1082"
# A letter that no word of Shan has: Shan has letters of its own for these sounds.
_NOT_SHAN = "\u1000-\u1003\u1005-\u1009\u1012-\u1014\u1016-\u1018\u1020\u1021\u1025-\u1027\u1029"
_ZAWGYI = re.compile(
    f"(?<![{_BASE}{_MEDIAL}])\u1031"  # a vowel that Unicode writes after its letter
    f"|(?<![{_BASE}{_MEDIAL}])\u103b"  # a medial that Unicode writes after its letter
    f"|\u1039(?![{_BASE}])"  # in Unicode the sign that puts the next letter under this one
    # Letters that never have one under them, but for the same letter.
    "|(?<!\u103a)[\u1004\u100a\u101d]\u1039|\u101a\u1039(?!\u101a)"
    "|\u103a[\u102d-\u1030\u1032-\u1034\u103c-\u103e]"  # a vowel or medial on a letter that has no vowel
    f"|[\u107e-\u1084][{_NOT_SHAN}]|[{_NOT_SHAN}][\u1000-\u1074]*[\u1075-\u107c]"
    "|[\u1063\u1064\u1087-\u108a][\u102b-\u1030\u1032\u1036]"  # a vowel after a tone of Karen or Shan
    # Digits of Shan and a tone of Palaung, where no digit and no tone can stand.
    "|(?<=[\u1000-\u103f])[\u1094\u1095]|(?<![\u1000-\u109f])\u108f|\u108f[\u1071-\u107c]"
)
# What Zawgyi does not have, or not in this place.
_UNICODE = re.compile(
    "\u103e|\u103a\u1039|[\u1000-\u1021]\u103a(?:[\u1037\u1038]|(?![\u1000-\u109f]))|[\u1075-\u107c\u105a]\u103a"
)
# The digits for 0 and 7 look like two letters, and are often typed for them.
_DIGITS = (
    (re.compile("[0\u1040](?=[\u1000-\u103f])|(?<=[\u1000-\u103f])[0\u1040]"), "\u101d"),
    (re.compile("[7\u1047](?=[\u1000-\u103f])|(?<=[\u1000-\u103f])[7\u1047]"), "\u101b"),
)
# The signs of a syllable after its letter, in the order of Unicode Technical Note 11.
_ORDER = "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u102f\u1030\u102b\u102c\u1032\u1036\u1037\u103a\u1038"
_RUN = re.compile(f"[{_ORDER}]{{2,}}")
_AFTER = _ORDER.replace("\u1031", "").replace("\u103c", "")
_KINZI = "\u1004\u103a\u1039"
# Before its letter Zawgyi has a vowel and a medial; after it letters under it, and one over it that Unicode has before.
_SYLLABLE = re.compile(
    "(\u1031?\u103c?\u1031?)([\u1000-\u1021\u1025\u1027\u1029\u103f])((?:\u1039[\u1000-\u1021])*)"
    f"([{_AFTER}]*)((?:{_KINZI})?)([{_AFTER}]*)"
)


@lru_cache(maxsize=8)
def _table(settings: LinkingSettings) -> dict[int, str]:
    return {ord(sign): text for sign, text in settings.zawgyi.items()}


def _evidence(text: str) -> int:
    """Above 0 where the text is Zawgyi, below 0 where it is Unicode, 0 where it may be either."""
    return len(_ZAWGYI.findall(text)) - len(_UNICODE.findall(text))


def _converted(text: str, settings: LinkingSettings) -> str:
    text = text.translate(_table(settings))
    text = _SYLLABLE.sub(lambda part: part[5] + part[2] + part[3] + part[1] + part[4] + part[6], text)
    # One sign of the font stands for two letters.
    return text.replace("\u1025\u103a", "\u1009\u103a")


def in_unicode(text: str, settings: LinkingSettings, beside: str = "") -> str:
    """The text in Unicode, its signs in one order; `beside` is what the same hand wrote in the same row.

    A text that may be either is taken for what the row's other texts are, and for Unicode where they say nothing.
    """
    if not _MYANMAR.search(text):
        return text
    evidence = _evidence(text) or _evidence(beside)
    text = _converted(text, settings) if evidence > 0 else text
    for digit, letter in _DIGITS:
        text = digit.sub(letter, text)
    return _RUN.sub(lambda run: "".join(sorted(run[0], key=_ORDER.index)), text)


def names_in_unicode(rows: pd.DataFrame, columns: list[str], settings: LinkingSettings) -> pd.DataFrame:
    """The rows with the names in these columns in Unicode."""
    names = rows[columns].astype("str").fillna("")
    burmese = names.apply(lambda column: column.str.contains(_MYANMAR)).any(axis=1)
    if not burmese.any():
        return rows
    rows = rows.copy()
    beside = names[burmese].agg(" ".join, axis=1)
    for column in columns:
        known = burmese & rows[column].notna()
        pairs = zip(names.loc[known, column], beside[known[burmese]], strict=True)
        rows.loc[known, column] = [in_unicode(text, settings, other) for text, other in pairs]
    return rows
