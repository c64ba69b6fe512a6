"""How a name is said, across scripts: Thai, Latin, Lao, Khmer, Burmese, Mon, Shan and Karen letters in one code.

Each script is data (`schemas/names/`): the letters that begin and end a syllable, and its vowels. A syllable becomes a
consonant (two letters: kind and shade), its vowel (two letters) and its end (`n` nasal, `t` stop), so that sounds that
hands confuse (s and the th of Burmese; e and ai; l and r) differ in one letter and others in two: the plain edit
distance of two codes is a distance of sounds. Aspiration, tone and the length of a vowel have no letter. The packages
anyascii and uroman were tried: both go letter by letter, and make kyea of the Burmese ကျော် that is said kyaw.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from cpms_cli.linking.settings import script_file

# Kind and shade of what begins a syllable: those of one kind, or of one shade, are one letter apart.
CODES = {
    "k": "Kk",
    "c": "Cs",
    "s": "Ss",
    "th": "Ts",
    "t": "Tt",
    "p": "Pp",
    "f": "Pf",
    "m": "Mm",
    "n": "Nn",
    "ng": "Ng",
    "ny": "Ny",
    "l": "Ll",
    "r": "Rl",
    "y": "Yy",
    "w": "Ww",
    "h": "H",
    "": "",
}
_SCRIPTS = ("lao", "thai", "karen", "myanmar", "khmer", "latin")


_SYLLABLE = re.compile("(?:H|[A-Z][a-z])?[wyl]?[aeiou]{2}[nt]?")


def _any_of(texts: list[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


@dataclass(frozen=True)
class Script:
    """One script, ready to read: what to rewrite first, the pattern of a syllable, and what its groups are."""

    letters: re.Pattern[str]
    rewrites: tuple[tuple[re.Pattern[str], str], ...]
    syllable: re.Pattern[str]
    vowels: dict[int, str]
    begins: dict[str, str]
    within: dict[str, str]
    together: dict[str, str]
    ends: dict[str, str]

    def code(self, text: str) -> str:
        """The text, all of whose letters are of this script, as it is said."""
        for pattern, instead in self.rewrites:
            text = pattern.sub(instead, text)
        codes: list[str] = []
        place = 0
        while place < len(text):
            match = self.syllable.match(text, place)
            if match is None or match.end() == place:
                place += 1
                continue
            group = match.lastindex or 1
            codes += [
                self._head(match[group + 1], match[group + 2]),
                self.vowels[group],
                self.ends.get(match[group + 3] or "", ""),
            ]
            place = match.end()
        return "".join(codes)

    def _head(self, first: str | None, within: str | None) -> str:
        head = self.begins.get(first or "", "")
        glides = "".join(self.within.get(sign, "") for sign in _signs(within or "", self.within))
        if glides and head and head + glides[0] in self.together:
            head, glides = self.together[head + glides[0]], glides[1:]
        return CODES[head] + glides


def _signs(text: str, within: dict[str, str]) -> list[str]:
    return re.findall(_any_of(list(within)), text) if text else []


@cache
def _script(name: str) -> Script:
    data = script_file(name)
    alphabet: dict[str, Any] = (
        script_file(str(data["alphabet_of"]).removesuffix(".yaml")) if "alphabet_of" in data else {}
    )
    begins = {**_by_text(alphabet.get("begins", {})), **_by_text(data["begins"])}
    ends = {**_by_text(data.get("ends", {}))}
    within = {str(sign): str(code) for sign, code in data.get("within", {}).items()}
    glides = _any_of(list(within)) if within else "(?!)"
    # A glide of letters, not of marks, is one only before a vowel.
    marks = all(not sign.isalpha() for sign in within)
    before = str(data.get("not_before", "(?!)"))
    after_glide = "" if marks else f"(?={before})"
    head = f"({_any_of([text for text in begins if text])})((?:(?:{glides}){after_glide})*)"
    plain = f"({_any_of([text for text in begins if text])})(x(?<!x))?"
    whole = list(map(str, data.get("ends_before_vowel", [])))
    end = f"((?:{_any_of(list(ends)) or '(?!)'})(?!{before})|(?:{_any_of(whole) or '(?!)'}))"
    vowels: dict[int, str] = {}
    patterns, group = [], 1
    frame = str(data["frame"])
    for written, code in data["vowels"]:
        pattern = str(written) if frame == "V" else frame.replace("V", str(written))
        optional = "C?" in pattern
        pattern = pattern.replace("C?", "\0").replace("C", "\0").replace("D", "\1")
        pattern = pattern.replace("K?", "\2").replace("K", "\3")
        if "\0" not in pattern and "\1" not in pattern:
            pattern = "(\\b\\B)?(\\b\\B)?" + pattern
        pattern = pattern.replace("\0", f"(?:{head})?" if optional else head).replace("\1", plain)
        missing = "\2" not in pattern and "\3" not in pattern
        pattern = pattern.replace("\2", f"(?:{end})?").replace("\3", end)
        pattern += "(\\b\\B)?" if missing else ""
        compiled = re.compile(f"({pattern})")
        vowels[group] = str(code)
        patterns.append(f"({pattern})")
        group += compiled.groups
    letters = str(data["letters"])
    return Script(
        re.compile(f"[{letters}]"),
        tuple((re.compile(str(old)), str(new)) for old, new in data.get("replace", [])),
        re.compile("|".join(patterns)),
        vowels,
        begins,
        within,
        {str(two): str(code) for two, code in data.get("together", {}).items()},
        ends,
    )


def _by_text(kinds: dict[Any, Any]) -> dict[str, str]:
    return {str(text): str(kind) for kind, texts in kinds.items() for text in texts}


@cache
def _lao() -> tuple[tuple[tuple[str, str], ...], dict[int, str]]:
    """Lao letters as the Thai ones of the same sound: what is rewritten before, and letter by letter."""
    data = script_file("lao")
    return tuple(data["before"].items()), {ord(lao): thai for lao, thai in data["as_thai"].items()}


@cache
def _told_by(name: str) -> re.Pattern[str]:
    """What shows that a name is of this script, or of this language within it."""
    data = script_file(name)
    return re.compile(data.get("told_by", f"[{data['letters']}]"))


@cache
def _letters(name: str) -> re.Pattern[str]:
    return re.compile(f"[{script_file(name)['letters']}]+")


def script_name(fold: str) -> str:
    """The first script of `_SCRIPTS` of which the name has a letter; `other` where it has none of them."""
    return next((name for name in _SCRIPTS if _told_by(name).search(fold)), "other")


def spoken_code(fold: str) -> str:
    """A folded name as it is said; letters of a script that is not known stay as they are.

    >>> spoken_code("kyaw") == spoken_code("จอ"), spoken_code("หล่า") == spoken_code("hla")
    (True, True)
    >>> spoken_code("ခင်") == spoken_code("khin") == spoken_code("ขิ่น")
    True
    """
    name = script_name(fold)
    if name == "other":
        return fold
    if name == "lao":
        return _script("thai").code(_in_thai_letters(fold))
    return "".join(_script(name).code(run) for run in _letters(name).findall(fold))


def _in_thai_letters(text: str) -> str:
    before, letters = _lao()
    for lao, thai in before:
        text = text.replace(lao, thai)
    return text.translate(letters)


# Vowels that romanisation confuses: aw, o and au; e and ae. The shade of a consonant stays: တင် and သင်း are two names.
_LOOSE = (("oa", "ou"), ("au", "ou"), ("ea", "ei"))


def loosely_said(code: str) -> str:
    """The code of a name in which vowels that hands put for one another are one.

    >>> loosely_said(spoken_code("kyaw")) == loosely_said(spoken_code("kyo"))
    True
    >>> loosely_said(spoken_code("khin")) == loosely_said(spoken_code("khaing"))
    False
    """
    for vowel, instead in _LOOSE:
        code = code.replace(vowel, instead)
    return code


def heads(code: str) -> str:
    """The kinds of the consonants that begin the syllables of a name; A where there is none.

    >>> heads(spoken_code("hlahtay")), heads(spoken_code("လှဌေး")), heads(spoken_code("aye"))
    ('LT', 'LT', 'A')
    """
    kinds = "".join(letter for letter in code if letter.isupper())
    return kinds.replace("F", "P") or ("A" if code else "")


def syllables_in_order(code: str) -> str:
    """The syllables of a name's code in the order of the alphabet, the same whichever name came first.

    >>> syllables_in_order(spoken_code("aungko")) == syllables_in_order(spoken_code("koaung"))
    True
    """
    return " ".join(sorted(_SYLLABLE.findall(loosely_said(code))))
