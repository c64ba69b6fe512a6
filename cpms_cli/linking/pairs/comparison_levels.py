"""How two rows are compared: the SQL condition of each level named in `schemas/linking.yaml`, and the blocks.

Sides are `_l` and `_r`; the columns are those of `evidence.FEATURES`. Where a side knows nothing the comparison says
nothing. What is asked of a pair beyond its score stands here too (`REFUSALS`): brothers, sisters and twins share
mother, house, family name and often the day of birth, which the model counts as if they were independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cpms_cli.linking.pairs.name_levels import ALIKE, CLASH, MOTHER_ALIKE, NEAR, SAME_SOUND, similar, whole_name

UNKNOWN = "unknown"

# Day and month changed places; a year of the other era; the year before or after; day or month alone; one digit.
_SLIP = """
    (
        length(born_l) = 10
        AND length(born_r) = 10
        AND (
            (born_l[1:4] = born_r[1:4] AND born_l[6:7] = born_r[9:10] AND born_l[9:10] = born_r[6:7])
            OR (born_l[5:10] = born_r[5:10] AND abs(year_l - year_r) IN (1, 10, 543))
            OR (year_l = year_r AND (born_l[6:7] = born_r[6:7] OR born_l[9:10] = born_r[9:10]))
            OR damerau_levenshtein(born_l, born_r) = 1
        )
    )"""
_MONTH = (
    "(length(born_l) >= 7 AND length(born_r) >= 7 AND born_l[1:7] = born_r[1:7] AND length(born_l) <> length(born_r))"
)
_MONTH_ONLY = "(length(born_l) = 7 AND born_l = born_r)"


# Of two dates one is no more than a month, a year or an age, and they miss each other by less than a year: an age
# counted otherwise, a year of birth worked out from it.
_CLOSE = """
    (
        (born_l IS NULL OR born_r IS NULL OR least(length(born_l), length(born_r)) < 10)
        AND low_l <= high_r + 365
        AND low_r <= high_l + 365
    )"""

# Levels that a birth date has only where it is no day on one side or both.
NO_DAY = frozenset({"month", "year", "close"})

_LEAST = "least(length(members_l), length(members_r))"

# Some thirty metres: what a phone measures of one house on two days.
_DEGREES = 0.0003
NEAR_BY = f"(abs(north_l - north_r) <= {_DEGREES} AND abs(east_l - east_r) <= {_DEGREES})"

# comparison: the column that must be known on both sides, and a condition per level but the last
CONDITIONS: dict[str, tuple[str, dict[str, str]]] = {
    "given": (
        "given",
        {
            "exact": "given_l = given_r",
            "sound": SAME_SOUND,
            # A family name in the other cell; without one, names in another order are another child's.
            "whole": f"((whole_l = whole_r AND coalesce(family_l, family_r) IS NOT NULL) OR {whole_name()})",
            "other": """
                (
                    nickname_l = given_sound_r
                    OR nickname_r = given_sound_l
                    OR nickname_said_l = given_said_r
                    OR nickname_said_r = given_said_l
                )""",
            "alike": ALIKE,
            "near": NEAR,
        },
    ),
    "family": (
        "family",
        {
            "exact": "family_l = family_r",
            "sound": "family_key_l = family_key_r AND length(family_key_l) >= 3",
            "alike": similar("family", 0.7),
        },
    ),
    "birth": (
        "low",
        {
            "exact": "(born_l = born_r AND length(born_l) = 10)",
            "month": f"({_MONTH} OR {_MONTH_ONLY})",
            "year": "(low_l <= high_r AND low_r <= high_l)",
            "slip": _SLIP,
            "close": _CLOSE,
        },
    ),
    "sex": ("sex", {"same": "sex_l = sex_r"}),
    "mother": (
        "mother",
        {
            "exact": "mother_l = mother_r",
            "sound": """
                (
                    mother_bare_l = mother_bare_r
                    OR mother_said_l = mother_said_r
                    OR mother_loose_l = mother_loose_r
                    OR (mother_key_l = mother_key_r AND length(mother_key_l) >= 3)
                )""",
            "alike": MOTHER_ALIKE,
        },
    ),
    "nickname": ("nickname", {"exact": "nickname_l = nickname_r"}),
    # One code may be that of a whole row of rooms, so that it is no home by itself.
    "place": (
        "village",
        {"home": "home_l = home_r", "house": "house_l = house_r", "village": "village_l = village_r"},
    ),
    "reach": ("reach", {"exact": "reach_l = reach_r"}),
    "spot": ("north", {"near": NEAR_BY}),
    "members": (
        "members",
        {
            "all": f"(len(list_intersect(members_l, members_r)) >= {_LEAST.replace('length', 'len')})",
            "some": "list_has_any(members_l, members_r)",
        },
    ),
    "sibling": ("given", {"clash": f"({CLASH})"}),
    "number": ("number", {"exact": "number_l = number_r", "slip": "damerau_levenshtein(number_l, number_r) = 1"}),
}

# The term whose frequency weighs an exact agreement: a rare name says more than a common one.
WEIGHED_BY_FREQUENCY: Mapping[str, str] = {
    "given": "given",
    "family": "family",
    "mother": "mother",
    "nickname": "nickname",
    "reach": "reach",
}
# However rare a name is, it says no more than this.
LEAST_FREQUENCY = 0.0002

# What the sure links, made by number and never against sex and birth date, cannot teach.
TAUGHT_BY_DEFAULTS_ONLY = frozenset({"sex", "birth", "number", "register", "given", "family", "mother"})
# What the rows of a table cannot teach either: a number stands in it once.
RARE_BY_DEFAULT = frozenset({"number", "register"})

# A link needs a name that agrees so, without a person's word.
STRONG_NAMES = frozenset({"exact", "sound", "whole", "alike"})
# With the day of birth as well, these will do.
FAIR_NAMES = frozenset({"near", "other"})
# Never linked without a person's word, whatever the score.
REFUSALS = {"sex": "differs", "birth": "differs", "sibling": "clash"}

# Two rows that say the same to the letter: name, birth, and mother or house; where it is both, nothing is left to ask.
# A birth date that neither knows must not be contradicted by the ages.
_SAME_NAME_AND_BIRTH = """
    l.given = r.given
    AND (l.born = r.born OR (l.born IS NULL AND r.born IS NULL AND l.low <= r.high AND r.low <= l.high))"""
IDENTICAL = f"coalesce({_SAME_NAME_AND_BIRTH} AND (l.mother = r.mother OR l.home = r.home), FALSE)"
CERTAIN = f"coalesce({_SAME_NAME_AND_BIRTH} AND l.mother = r.mother AND l.home = r.home, FALSE)"

# A baby that had no name yet: mother or house tell who it is, unless it may be a twin (`pair_rules`). The years count
# from the year of birth.
_BABY_YEARS = 2
# Of a month or a year alone, mother and home agree.
_ONE_BIRTH = """
    (
        length(l.born) = 10
        OR (
            l.home = r.home
            AND (l.mother = r.mother OR l.mother_bare = r.mother_bare OR l.mother_said = r.mother_said)
        )
    )"""
UNNAMED = f"""
    coalesce(
        (l.given IS NULL OR r.given IS NULL)
        AND l.born = r.born
        AND {_ONE_BIRTH}
        AND (l.given IS NOT NULL OR l.round - l.year <= {_BABY_YEARS})
        AND (r.given IS NOT NULL OR r.round - r.year <= {_BABY_YEARS}),
        FALSE
    )"""
# Nor is the name of an older child always told (`pair_rules`).
UNTOLD = "((l.given IS NULL) <> (r.given IS NULL))"
# Where the given name alone agrees and the second cells do not, a name of one syllable says too little of a child: some
# hands write the last part of a name that has no family name into that cell, and twins often share the first.
_ONE_SYLLABLE = 6  # letters of its code at most
PARTED = f"""
    coalesce(
        (
            least(length(l.given_bare_said), length(r.given_bare_said)) <= {_ONE_SYLLABLE}
            OR greatest(length(l.family_bare_said), length(r.family_bare_said)) <= {_ONE_SYLLABLE}
        )
        AND 2 * levenshtein(l.family_loose, r.family_loose)
            > greatest(length(l.family_loose), length(r.family_loose)),
        FALSE
    )"""
# Two children of one mother are born at one birth, or so many days apart: what is less is a slip in one of the dates.
DAYS_BETWEEN_BIRTHS = 240


def of_one_birth(first: str, second: str) -> str:
    """SQL for two rows (relations with `low` and `high`) that may be of one birth, as far as their dates are known."""
    days = DAYS_BETWEEN_BIRTHS
    return f"""
        coalesce(
            {first}.low <= {second}.high + {days} AND {second}.low <= {first}.high + {days},
            TRUE
        )"""


def _with_year(heads: str) -> str:
    """SQL for the end of a block: the year of birth, which an age says within one, where a name says too little."""
    return f"CASE WHEN length({heads}) >= {_TELLING} THEN '' ELSE '|' || about END"


# Consonants of a name that few of a village share.
_TELLING = 3
# Pairs are looked for where one of these agrees; a block with too many rows of a round is left out.
BLOCKS: dict[str, str] = {
    "birth_given": "born_day || '|' || given_heads[1:1]",
    "birth_mother": "born_day || '|' || mother_heads[1:1]",
    "birth_village": "born_day || '|' || village",
    "birth_family": "born_day || '|' || family_heads[1:1]",
    "mother_family": "mother_heads || '|' || family_heads || '|' || about",
    "given_mother": "given_heads || '|' || mother_heads",
    "given_family": "given_heads || '|' || family_key",
    "given_month": "given_heads || '|' || born[1:7]",
    "given_village": f"given_heads || '|' || village || {_with_year('given_heads')}",
    # Over a whole province many mothers' names begin alike: as it is said, the name is one of few.
    "mother_year": "CASE WHEN length(mother_heads) >= 2 THEN mother_loose || '|' || about END",
    "mother_village": f"mother_heads || '|' || village || {_with_year('mother_heads')}",
    "family_village": "family_key || '|' || village",
    "home": "home",
    "whole": "whole || '|' || about",
    "number": "number",
    "reach": "reach",
}

Conditions = Mapping[str, tuple[str, Mapping[str, str]]]


@dataclass(frozen=True, eq=False)
class Comparing:
    """How the rows of one kind are compared: a column and conditions by comparison, and the blocks by name.

    `further`: columns of the evidence beside those that every kind has.
    """

    conditions: Conditions
    blocks: Mapping[str, str]
    further: tuple[str, ...] = ()


# Children of the survey, as merging links them.
CHILDREN = Comparing(CONDITIONS, BLOCKS, ("house", "reach", "north", "east"))
# What is compared of a home beside its number.
_OF_HOMES = ("reach", "spot")
# Where nothing but its number is known of a home, or the child lives elsewhere now.
WITHOUT_HOMES: Conditions = {
    **{name: of for name, of in CONDITIONS.items() if name not in _OF_HOMES},
    "place": ("village", {**CONDITIONS["place"][1], "house": "FALSE"}),
}


def null_condition(column: str) -> str:
    """Where the comparison says nothing; an empty list of other children is no list."""
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def level_of(name: str, levels: list[str], of: Conditions = CONDITIONS) -> str:
    """SQL for the level on which a pair agrees."""
    column, conditions = of[name]
    whens = " ".join(f"WHEN {conditions[level]} THEN '{level}'" for level in levels[:-1])
    return f"CASE WHEN {null_condition(column)} THEN '{UNKNOWN}' {whens} ELSE '{levels[-1]}' END"
