"""The answers of a family that hang on its language and habits: identity, main language, and if it is visited."""

from __future__ import annotations

import random
from typing import Any

from cpms_cli.samples.community import Community, Home, Person
from cpms_cli.samples.family_habits import Sighting, draw_identity, what_is_hard

_ASKED_LANGUAGES = ("th", "my", "shn", "kar", "mnw")


def language_asked(home: Home) -> str:
    """The code of the language that the family says it speaks."""
    if home.habits is None:
        return "my" if home.migrant else "th"
    return home.habits.language if home.habits.language in _ASKED_LANGUAGES else "other"


def identity_by_habit(
    community: Community, home: Home, person: Person, known: dict[str, str], rng: random.Random
) -> dict[str, Any]:
    """What the family tells of the child's identity as its language and hand have it; `known` learns what is hard."""
    assert home.habits and person.habits
    born = person.born.isoformat()[: person.precision] if person.precision else None
    answers, manner = draw_identity(
        rng,
        community.difficulties,
        home.habits,
        person.habits,
        (person.nick, born, community.year - person.born.year),
    )
    known["language"] = home.habits.language
    known["hard"] = what_is_hard(
        person.habits,
        manner,
        Sighting(community.year, (home.village, home.household_no), person.national_id, home.habits.renumbered),
        twin=any(other.born == person.born for other in home.people if other is not person),
    )
    return answers


def visited_homes(community: Community, rng: random.Random) -> list[Home]:
    """The homes that are asked this year, in order."""
    homes = sorted(community.homes, key=lambda household: (household.village, household.household_no))
    habits = community.difficulties.habits
    return homes if habits is None else [home for home in homes if rng.random() >= habits.absent]
