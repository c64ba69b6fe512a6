"""Invented names of the families of the border, and the many ways in which one name is written.

A name is put together of syllables (`name_parts.csv`), each with the ways in which it is spelt in Thai, in Latin and in
the script of its own language. Public facts about naming stand behind it: Burmese, Karen, Mon and Shan have no family
name; the first letter of a Burmese name goes by the weekday of birth (Shway Yoe, "The Burman: His Life and Notions",
1882, chapter 1); a word of respect stands before the name and counts as part of it or not (Saw, Naw; Nai, Mi; Sai,
Nang; Thao). Lao and Khmer have family names.
"""

from __future__ import annotations

import csv
import datetime
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

THAI, LATIN, NATIVE = "thai", "latin", "native"
# Letters of the weekdays, Monday first; Wednesday has two halves.
_WEEKDAY_LETTERS = ("ကခဂဃင", "စဆဇဈည", "လဝယရ", "ပဖဗဘမ", "သဟ", "တထဒဓဌန", "အ")
_BY_WEEKDAY = 0.6
_JOINED = {THAI: 0.7, LATIN: 0.25, NATIVE: 0.95}


@dataclass(frozen=True)
class Part:
    """A syllable, or a word, of a name: its spellings by script, the usual one first."""

    spellings: dict[str, tuple[str, ...]]

    def __hash__(self) -> int:
        return hash(self.spellings[THAI])


@dataclass(frozen=True)
class Manner:
    """How a hand writes: the script, which spelling of each part, what stands before, together or apart, the order."""

    script: str
    spelling: tuple[int, ...]
    titled: bool
    joined: bool
    swapped: bool


@dataclass(frozen=True)
class PartedName:
    """A name of parts and the word that may stand before it."""

    parts: tuple[Part, ...]
    prefix: Part | None = None

    def manner(self, rng: random.Random, script: str, respelt: float, *, titled: bool, swapped: float) -> Manner:
        """Draw how one hand writes the name once."""
        spelling = tuple(
            rng.randrange(len(part.spellings[script])) if rng.random() < respelt else 0
            for part in (self.prefix or self.parts[0], *self.parts)
        )
        # Thai names are one word, whatever they are put together of.
        whole = NATIVE not in self.parts[0].spellings
        joined = whole or rng.random() < _JOINED[script]
        return Manner(
            script, spelling, titled and self.prefix is not None, joined, len(self.parts) > 1 and rng.random() < swapped
        )

    def written(self, manner: Manner) -> str:
        """The name as it is written in this manner."""
        first, *others = manner.spelling
        words = [part.spellings[manner.script][number] for part, number in zip(self.parts, others, strict=True)]
        words = words[::-1] if manner.swapped else words
        if manner.joined:
            words = ["".join(words)] if manner.script != LATIN else ["".join(words).capitalize()]
        if manner.titled and self.prefix:
            before = self.prefix.spellings[manner.script][first]
            words = [before + words[0], *words[1:]] if manner.joined and manner.script != LATIN else [before, *words]
        return " ".join(words)


@cache
def _parts(language: str, use: str) -> tuple[Part, ...]:
    with Path(__file__).with_name("name_parts.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["language"] == language and row["use"] == use]
    return tuple(Part({script: tuple(row[script].split("|")) for script in (NATIVE, THAI, LATIN)}) for row in rows)


@cache
def _thai_parts(kind: str) -> tuple[Part, ...]:
    with Path(__file__).with_name("names.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == kind]
    return tuple(
        Part(
            {
                THAI: tuple(dict.fromkeys(filter(None, (row["thai"], row["variant_thai"])))),
                LATIN: tuple(dict.fromkeys(filter(None, (row["latin"], row["variant_latin"])))),
            }
        )
        for row in rows
    )


def _some(rng: random.Random, parts: tuple[Part, ...]) -> Part:
    """One of the parts; some are commoner than others."""
    return parts[int(len(parts) * rng.random() ** 1.4)]


def composed_name(rng: random.Random, language: str, sex: str, born: datetime.date | None = None) -> PartedName:
    """A given name as families of this language make it."""
    if language == "th":
        return PartedName((_some(rng, _thai_parts("th_first")), _some(rng, _thai_parts(f"th_last_{sex}"))))
    pool = _parts(language, "both") + _parts(language, sex)
    prefixes = _parts(language, f"prefix_{sex}")
    prefix = prefixes[0] if prefixes else None
    if language in ("lo", "km"):
        return PartedName((rng.choice(pool),), prefix)
    count = rng.choices((1, 2, 3), (0.08, 0.57, 0.35))[0]
    parts = [_some(rng, pool) for _ in range(count)]
    if language == "my" and born and rng.random() < _BY_WEEKDAY:
        letters = _WEEKDAY_LETTERS[born.weekday()]
        fitting = tuple(part for part in pool if part.spellings[NATIVE][0][0] in letters)
        parts[0] = rng.choice(fitting or pool)
    if count == 2 and rng.random() < 0.06:  # names that say one syllable twice
        parts[1] = parts[0]
    return PartedName(tuple(parts), prefix)


def composed_family(rng: random.Random, language: str) -> PartedName | None:
    """A family name where the language has them."""
    if language == "th":
        return PartedName((_some(rng, _thai_parts("th_house_first")), _some(rng, _thai_parts("th_house_last"))))
    pool = _parts(language, "family")
    return PartedName((rng.choice(pool),)) if pool else None
