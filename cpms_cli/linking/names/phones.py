"""How a name is said, across scripts: Thai, Latin, Lao, Khmer, Burmese, Mon, Shan and Karen letters in one code.

Each script is data (`schemas/names/`): the letters that begin and end a syllable, and its vowels. A syllable becomes a
consonant (two letters: kind and shade), its vowel (two letters) and its end (`n` nasal, `t` stop), so that sounds that
hands confuse (s and the th of Burmese; e and ai; l and r) differ in one letter and others in two: the plain edit
distance of two codes is a distance of sounds. Aspiration, tone and the length of a vowel have no letter. The packages
anyascii and uroman were tried: both go letter by letter, and make kyea of the Burmese ကျော် that is said kyaw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cpms_cli.survey.model.settings.linking_settings import READ_AS, LinkingSettings
from cpms_cli.survey.model.settings.name_tables import LettersAsThai, Onset, ScriptTable

# Kind and shade of what begins a syllable: those of one kind, or of one shade, are one letter apart.
CODES: dict[str, str] = {
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

_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_SYLLABLE = re.compile("(?:H|[A-Z][a-z])?[wyl]?[aeiou]{2}[nt]?")


def _any_of(texts: Iterable[str]) -> str:
    """Return the pattern of these texts, the longest first; those that differ in their first letter alone as one."""
    heads_by_rest: dict[str, str] = {}
    for text in sorted(texts):
        heads_by_rest[text[1:]] = heads_by_rest.get(text[1:], "") + text[0]
    longest_first = sorted(heads_by_rest.items(), key=lambda item: -len(item[0]))
    return "|".join(_one_of(letters) + re.escape(rest) for rest, letters in longest_first)


def _one_of(letters: str) -> str:
    return f"[{re.escape(letters)}]" if len(letters) > 1 else re.escape(letters)


@dataclass(frozen=True)
class Script:
    """One script, ready to read: what to rewrite first, the pattern of a syllable, and what its groups are."""

    rewrites: tuple[tuple[re.Pattern[str], str], ...]
    syllable: re.Pattern[str]
    vowels: dict[int, str]
    begins: Mapping[str, str]
    within: Mapping[str, str]
    glides: re.Pattern[str]
    together: Mapping[str, str]
    ends: Mapping[str, str]

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
        glides = "".join(self.within[sign] for sign in self.glides.findall(within)) if within else ""
        if glides and head and head + glides[0] in self.together:
            head, glides = self.together[head + glides[0]], glides[1:]
        return CODES[head] + glides


@lru_cache(maxsize=64)
def _script(name: str, settings: LinkingSettings) -> Script:
    table = settings.names.scripts[name]
    begins = {**_by_text(_alphabet(table, settings)), **_by_text(table.begins)}
    ends = _by_text(table.ends)
    patterns, vowels = _vowels(table, begins, ends)
    return Script(
        tuple((re.compile(old), new) for old, new in table.replace),
        re.compile("|".join(patterns)),
        vowels,
        begins,
        table.within,
        re.compile(_any_of(table.within)),
        table.together,
        ends,
    )


def _alphabet(table: ScriptTable, settings: LinkingSettings) -> Mapping[Onset, tuple[str, ...]]:
    return settings.names.scripts[table.alphabet_of].begins if table.alphabet_of else {}


def _vowels(table: ScriptTable, begins: dict[str, str], ends: dict[str, str]) -> tuple[list[str], dict[int, str]]:
    """The pattern of each syllable, and the code of its vowel by the number of the pattern's group.

    In a pattern C is what begins a syllable (D: without a glide) and K what ends it; `?` where it may be missing.
    """
    before = table.not_before
    glides = _any_of(table.within) if table.within else "(?!)"
    # A glide of letters, not of marks, is one only before a vowel.
    after_glide = "" if all(not sign.isalpha() for sign in table.within) else f"(?={before})"
    onset = _any_of(text for text in begins if text)
    head = f"({onset})((?:(?:{glides}){after_glide})*)"
    plain = f"({onset})(x(?<!x))?"
    end = f"((?:{_any_of(ends) or '(?!)'})(?!{before})|(?:{_any_of(table.ends_before_vowel) or '(?!)'}))"
    codes: dict[int, str] = {}
    patterns, group = [], 1
    for written, code in table.vowels:
        pattern = written if table.frame == "V" else table.frame.replace("V", written)
        optional = "C?" in pattern
        pattern = pattern.replace("C?", "\0").replace("C", "\0").replace("D", "\1")
        pattern = pattern.replace("K?", "\2").replace("K", "\3")
        if "\0" not in pattern and "\1" not in pattern:
            pattern = "(\\b\\B)?(\\b\\B)?" + pattern
        pattern = pattern.replace("\0", f"(?:{head})?" if optional else head).replace("\1", plain)
        missing = "\2" not in pattern and "\3" not in pattern
        pattern = pattern.replace("\2", f"(?:{end})?").replace("\3", end)
        pattern += "(\\b\\B)?" if missing else ""
        codes[group] = code
        patterns.append(f"({pattern})")
        group += 1 + len(_GROUP.findall(pattern))  # to compile each would take as long as to compile the whole
    return patterns, codes


def _by_text(kinds: Mapping[Any, tuple[str, ...]]) -> dict[str, str]:
    return {text: str(kind) for kind, texts in kinds.items() for text in texts}


@lru_cache(maxsize=8)
def _known_scripts(settings: LinkingSettings) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Of each script what shows that a name is of it, and a run of its letters; a language within a script first."""
    names = settings.names
    within = [name for name, table in names.scripts.items() if table.alphabet_of]
    tables: dict[str, ScriptTable | LettersAsThai] = {
        **{name: names.scripts[name] for name in within},
        **names.as_thai,
        **names.scripts,
    }
    shown = {name: getattr(table, "shown_by", None) or f"[{table.letters}]" for name, table in tables.items()}
    return {name: (re.compile(shown[name]), re.compile(f"[{table.letters}]+")) for name, table in tables.items()}


@lru_cache(maxsize=8)
def _letters_as_thai(name: str, settings: LinkingSettings) -> dict[int, str]:
    return {ord(letter): thai for letter, thai in settings.names.as_thai[name].as_thai.items()}


def script_name(fold: str, settings: LinkingSettings) -> str:
    """The script of which the name has a letter, a language within a script before it; `other` where none is known."""
    known = _known_scripts(settings)
    return next((name for name, (shown, _) in known.items() if shown.search(fold)), "other")


@lru_cache(maxsize=20_000)
def spoken_code(fold: str, settings: LinkingSettings, script: str = "") -> str:
    """A folded name as it is said; letters of a script that is not known stay as they are.

    `script` says which one it is where that shows in other parts of the name only: the marks of a language that shares
    its letters with another.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> spoken_code("kyaw", of) == spoken_code("จอ", of), spoken_code("หล่า", of) == spoken_code("hla", of)
    (True, True)
    >>> spoken_code("ခင်", of) == spoken_code("khin", of) == spoken_code("ขิ่น", of)
    True
    """
    name = script or script_name(fold, settings)
    if name == "other":
        return fold
    if name in settings.names.as_thai:
        return _script(READ_AS, settings).code(_in_thai_letters(fold, name, settings))
    runs = _known_scripts(settings)[name][1].findall(fold)
    return "".join(_script(name, settings).code(run) for run in runs)


def _in_thai_letters(text: str, name: str, settings: LinkingSettings) -> str:
    for letters, thai in settings.names.as_thai[name].before.items():
        text = text.replace(letters, thai)
    return text.translate(_letters_as_thai(name, settings))


# What hands put for one another: aw, o and au; e and ae; after w the short vowel of Wunna and Wanna; r, which Lao has
# not and most Thai say as l; the ai of ไซ and ชัย; the short vowel before w that is written or not (ละวิน, ลวิน); Myint
# (มยิ้น, เมียน), and what a Thai hand writes เปียง or เปง, เทียน or เต็ง; the Burmese vowel after w of Shwe and Nwe (ชเว,
# ฉ่วย, ชุ่ย; Okell 1971, table of rhymes); and a stop before the same stop (กิตติ, กิติ). Every other shade of a consonant
# stays: တင် and သင်း are two names.
LOOSE = (
    ("oa", "ou"),
    ("au", "ou"),
    ("ea", "ei"),
    ("Wwuu", "Wwaa"),
    ("Rl", "Ll"),
    ("Csai", "Ssai"),
    ("aaWw", "w"),
    ("Mmyiin", "Mmein"),
    ("yaan", "ein"),
    ("wai", "wei"),
    ("ui", "wei"),
    ("tTt", "Tt"),
    ("tKk", "Kk"),
    ("tPp", "Pp"),
)


def loosen_code(code: str) -> str:
    """The code of a name in which vowels that hands put for one another are one.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> loosen_code(spoken_code("kyaw", of)) == loosen_code(spoken_code("kyo", of))
    True
    >>> loosen_code(spoken_code("khin", of)) == loosen_code(spoken_code("khaing", of))
    False
    """
    for vowel, instead in LOOSE:
        code = code.replace(vowel, instead)
    return code


def heads(code: str) -> str:
    """The kinds of the consonants that begin the syllables of a name; A where there is none.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> heads(spoken_code("hlahtay", of)), heads(spoken_code("လှဌေး", of)), heads(spoken_code("aye", of))
    ('LT', 'LT', 'A')
    """
    kinds = "".join(letter for letter in code if letter.isupper())
    return kinds.replace("F", "P") or ("A" if code else "")


def syllables_in_order(code: str) -> str:
    """The syllables of a name's code in the order of the alphabet, the same whichever name came first.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> of = load_survey().linking
    >>> syllables_in_order(spoken_code("aungko", of)) == syllables_in_order(spoken_code("koaung", of))
    True
    """
    return " ".join(sorted(_SYLLABLE.findall(loosen_code(code))))
