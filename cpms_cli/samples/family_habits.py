"""How families of the border tell their names, dates and homes in a year, and what that makes hard to find again."""

from __future__ import annotations

import datetime
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cpms_cli.samples.difficulties import Difficulties, Habits
from cpms_cli.samples.written_names import LATIN, NATIVE, THAI, PartedName, composed_family, composed_name

# Of families, by language: the script in which they are usually written down.
_SCRIPTS = {
    "th": {THAI: 0.97, LATIN: 0.03},
    "my": {THAI: 0.45, LATIN: 0.3, NATIVE: 0.25},
    "kar": {THAI: 0.6, LATIN: 0.33, NATIVE: 0.07},
    "mnw": {THAI: 0.58, LATIN: 0.27, NATIVE: 0.15},
    "shn": {THAI: 0.62, LATIN: 0.26, NATIVE: 0.12},
    "lo": {THAI: 0.68, LATIN: 0.17, NATIVE: 0.15},
    "km": {THAI: 0.6, LATIN: 0.2, NATIVE: 0.2},
}
_NATIONALITIES = {
    "th": {"TH": 0.985, "stateless": 0.01, "unknown": 0.005},
    "my": {"MM": 0.88, "stateless": 0.09, "unknown": 0.03},
    "kar": {"MM": 0.45, "stateless": 0.35, "TH": 0.17, "unknown": 0.03},
    "mnw": {"MM": 0.75, "stateless": 0.2, "TH": 0.03, "unknown": 0.02},
    "shn": {"MM": 0.45, "stateless": 0.42, "TH": 0.1, "unknown": 0.03},
    "lo": {"LA": 0.9, "stateless": 0.07, "unknown": 0.03},
    "km": {"KH": 0.92, "stateless": 0.06, "unknown": 0.02},
}
_BABIES = {
    THAI: ("ทารก", "ด.ช.", "ด.ญ.", "เด็กหญิง", "ยังไม่มีชื่อ", "ลูกคนเล็ก"),
    LATIN: ("baby", "Baby boy", "no name", "Baby of mother"),
    NATIVE: ("ကလေး", "အမည်မရှိ"),
}
# Languages whose names have a word of respect before them more often than not.
_TITLED = {"my": 0.3, "kar": 0.75, "mnw": 0.6, "shn": 0.8, "lo": 0.25}
_BABY_YEARS = 2


@dataclass
class HomeHabits:
    """What the children of a home share: language, usual script, names of mother and father, family name."""

    language: str
    script: str
    mother: PartedName
    family: PartedName | None
    fathers_name: bool
    renumbered: int = 0


@dataclass
class ChildHabits:
    """What one child's family writes: its name, nationality, and how it was written down when last seen."""

    given: PartedName
    nationality: str
    titled: bool
    january: bool
    cousin: bool
    last: dict[str, object] = field(default_factory=dict)


def _drawn(rng: random.Random, shares: dict[str, float]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def home_habits(rng: random.Random, habits: Habits) -> HomeHabits:
    """Draw a family's language, script and parents."""
    language = _drawn(rng, dict(habits.languages))
    family = composed_family(rng, language)
    fathers = family is None and rng.random() < habits.fathers_name
    return HomeHabits(
        language,
        _drawn(rng, _SCRIPTS[language]),
        composed_name(rng, language, "female"),
        composed_name(rng, language, "male") if fathers else family,
        fathers,
    )


@dataclass(frozen=True)
class NewChild:
    """A child that has no name yet: `taken` are names of its home, `cousins` those of its relatives."""

    sex: str
    born: datetime.date
    no_paper: bool
    taken: Collection[PartedName]
    cousins: Sequence[PartedName]


@dataclass(frozen=True)
class Sighting:
    """When, where (village, house) and under which number a child is seen, and which year its house got a new one."""

    year: int
    place: tuple[str, int]
    number: str
    renumbered: int


def child_habits(
    rng: random.Random,
    habits: Habits,
    home: HomeHabits,
    child: NewChild,
) -> ChildHabits:
    """Draw a child's name, none of those taken in the home; now and then one of its cousins."""
    cousin = bool(child.cousins) and rng.random() < habits.cousin
    given = rng.choice(child.cousins) if cousin else composed_name(rng, home.language, child.sex, child.born)
    while given in child.taken:
        given = composed_name(rng, home.language, child.sex, child.born)
    return ChildHabits(
        given,
        _drawn(rng, _NATIONALITIES[home.language]),
        rng.random() < _TITLED.get(home.language, 0),
        child.no_paper and rng.random() < habits.january,
        cousin,
    )


def _script(rng: random.Random, habits: Habits, home: HomeHabits) -> str:
    if rng.random() >= habits.other_script * (0.2 if home.language == "th" else 1):
        return home.script
    return _drawn(rng, _SCRIPTS[home.language])


def draw_identity(
    rng: random.Random,
    difficulties: Difficulties,
    home: HomeHabits,
    child: ChildHabits,
    known: tuple[str, str | None, int],
) -> tuple[dict[str, str | None], dict[str, object]]:
    """What a family tells this year of a child's identity, and the manner of it, to be compared with the next.

    `known` is the child's nickname, birth date and age.
    """
    nickname, born, age = known
    habits = difficulties.habits or Habits({})
    script = _script(rng, habits, home)
    respelt = habits.respelt * (0.4 if home.language == "th" else 1)
    titled = child.titled != (rng.random() < habits.title_changes)
    manner = child.given.manner(rng, script, respelt, titled=titled, swapped=habits.swapped * (home.language != "th"))
    mothers = home.mother.manner(rng, script, respelt, titled=rng.random() < 0.4, swapped=0)
    given, other = child.given.written(manner), nickname if rng.random() < 0.6 else None
    kind = "name"
    if rng.random() < habits.nickname_only:
        given, kind = nickname, "nickname"
    if rng.random() < (habits.baby if age < _BABY_YEARS else difficulties.placeholders):
        given, kind = rng.choice(_BABIES[script]), "no name yet"
    family = None
    if home.family and rng.random() >= (0.2 if home.fathers_name else habits.no_family):
        family_manner = home.family.manner(rng, script, respelt * 0.4, titled=False, swapped=0)
        family = home.family.written(family_manner)
    january = child.january and born is not None
    date = f"{born[:4]}-01-01" if january and born else difficulties.written_date(rng, born)
    answers = {
        "given_name": given,
        "family_name": family,
        "other_name": other,
        "mother_name": home.mother.written(mothers) if rng.random() >= 0.03 else None,
        "birth_date": date,
        "nationality": child.nationality,
    }
    return answers, {
        "another script": script,
        "syllables spelt otherwise": (script, manner.spelling),
        "a word of respect more or less": manner.titled,
        "together or apart": (script, manner.joined),
        "another order": manner.swapped,
        "nickname for the name": kind == "nickname",
        "no name yet": kind == "no name yet",
        "another birth date": date,
        "mother's name written otherwise": answers["mother_name"],
        "family name written otherwise": family,
    }


def what_is_hard(child: ChildHabits, manner: dict[str, object], seen: Sighting, *, twin: bool) -> str:
    """Why this row is hard to link to the child's row before, in words; empty where it is the first."""
    state = {**manner, "year": seen.year, "place": seen.place, "number": seen.number}
    last, child.last = child.last, state
    if not last:
        return ""
    hard = [word for word in manner if manner[word] != last[word]]
    before = last["place"]
    assert isinstance(before, tuple)
    if before[0] != seen.place[0]:
        hard.append("another village")
    elif before != seen.place:
        hard.append("house renumbered" if seen.renumbered > int(str(last["year"])) else "another house")
    if int(str(last["year"])) < seen.year - 1:
        hard.append("not visited in between")
    if not (seen.number and last["number"]):
        hard.append("no number on one side")
    hard += [
        word
        for word, is_so in (("twin", twin), ("a cousin's name", child.cousin), ("1 January", child.january))
        if is_so
    ]
    return "; ".join(hard)
