"""What is asked of a pair beyond its score: a name that agrees, and nothing that contradicts.

With 3 % twins and 20 % siblings the score alone would be wrong in every eighth pair.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpms_cli.linking.pairs.comparison_levels import FAIR_NAMES, REFUSALS, STRONG_NAMES, UNKNOWN

_SAME_MOTHER = ("exact", "sound", "alike")
_ITS_NAME = ("exact", "sound")
_ONE_BIRTH = ("exact", "month", "year")
_ONE_MONTH = ("exact", "month")
_ITSELF = ("exact", "sound", "alike")  # not both cells as a whole


def disagree(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have no name in common that would do without a person, whatever their score.

    `pairs`: the level of each comparison, `one_script`, `unnamed`, `untold` (one side has no name), `parted` (a name of
    one syllable is all that can agree), `likened` (the mothers' names are two that are much alike), and `no_twin`:
    neither child has another beside it who may be of the same birth.
    """
    name = pairs["given"]
    # What is near within one script may be a twin's name: then a nickname must agree as well, which twins do not share.
    own = (name == "other") | (pairs["nickname"] == "exact") | _of_two_scripts(pairs)
    agrees = name.isin(STRONG_NAMES) | (name.isin(FAIR_NAMES) & (pairs["birth"] == "exact") & own)
    # A mother has one child of one birth, unless it has a twin: then a name that is near, or a nickname, will do.
    of_one_birth = by_mother(pairs) & pairs["no_twin"]
    agrees |= (pairs["unnamed"] & _of_one_mother_or_home(pairs)) | of_one_birth
    # A cousin in the house may have the name, but not the mother; in another village there are namesakes of both.
    of_one_mother = pairs["mother"].isin(_SAME_MOTHER) & (pairs["place"] != "elsewhere")
    agrees &= (pairs["birth"] != "close") | of_one_mother | _of_one_family(pairs)
    agrees &= ~_of_namesakes(pairs) & ~_of_parts(pairs)
    return ~(agrees | ((pairs["number"] == "exact") & (name != "differs")))


def _of_one_family(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have the very name in the very house, where all other children are found again and nobody says
    that the mother is another."""
    named = pairs["given"].isin(_ITS_NAME) & (pairs["mother"] == UNKNOWN)
    return named & (pairs["place"] == "home") & (pairs["members"] == "all")


def _of_namesakes(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs are as well two children of one name and one year: their mothers' names differ, or are
    two that are much alike, and neither day or month of birth nor house is the same. A brother of the same name as well
    says little: names are common. Of two scripts a name is seldom more than alike: there brother or village will do."""
    by_likeness = pairs["likened"] & ~(_of_two_scripts(pairs) & _found_near(pairs))
    of_others = (pairs["mother"] == "differs") | ((pairs["mother"] == "alike") & by_likeness)
    return of_others & (pairs["place"] != "home") & ~pairs["birth"].isin(_ONE_MONTH)


def _found_near(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs live in one village, or have another child of the home who is found again as well."""
    return (pairs["place"] != "elsewhere") | pairs["members"].isin(("all", "some"))


def _of_parts(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs agree in a part of the name only, and the other part, in the second cell, is another."""
    return pairs["parted"] & pairs["given"].isin(_ITSELF) & (pairs["family"] == "differs")


def by_mother(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs with a name that is not sure have mother (or home) and birth to tell who the child is."""
    name, birth = pairs["given"], pairs["birth"]
    # Within one script what is near may be the name of a twin whom nobody has seen; two scripts bring names no nearer.
    near = (name == "near") & _of_two_scripts(pairs)
    near &= birth.isin(_ONE_MONTH) | ((birth == "year") & pairs["mother"].isin(_SAME_MOTHER))
    named = _of_one_mother_or_home(pairs) & (near | ((name == "other") & birth.isin(_ONE_BIRTH)))
    return named | _by_family(pairs)


def _by_family(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have no name on one side, and a birth, a mother, a house and brothers that leave no other."""
    birth, mother, home = pairs["birth"], pairs["mother"], pairs["place"] == "home"
    known = home & birth.isin(_ONE_BIRTH) & mother.isin(_SAME_MOTHER)
    known |= (birth == "exact") & ((home & (mother == UNKNOWN)) | mother.isin(_SAME_MOTHER))
    return pairs["untold"] & known & pairs["members"].isin(("all", "some")) & (pairs["sex"] != "differs")


def _of_two_scripts(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have the name in two scripts, or are not known to have it in one."""
    return ~pairs["one_script"].fillna(False).astype(bool)


def _of_one_mother_or_home(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have one mother, or one house where a mother's name is not known."""
    return pairs["mother"].isin(_SAME_MOTHER) | ((pairs["place"] == "home") & (pairs["mother"] == UNKNOWN))


def either_of_two(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have another child beside them who was born at the same birth, by dates, mother or house.

    `pairs`: the children (`seeker`, `choice`), and the level of each comparison. A baby without a name could be either.
    """
    born = pairs["birth"].isin(_ONE_BIRTH) & (pairs["sex"] != "differs")
    born &= pairs["mother"].isin(_SAME_MOTHER) | (pairs["place"] == "home")
    of_birth = pairs.loc[born, ["seeker", "choice"]].drop_duplicates()
    seekers, choices = (of_birth.loc[of_birth[side].duplicated(), side] for side in ("seeker", "choice"))
    return pairs["seeker"].isin(seekers) | pairs["choice"].isin(choices)


def contradict(pairs: pd.DataFrame, of_children: Sequence[str] = ()) -> pd.Series:
    """Return which pairs speak against each other, so that what else their children are must wait as well.

    `of_children`: the columns that say whose rows they are. Where two rows of the children have one day of birth, what
    another row says of it was a slip, which did not keep that row from its child either.
    """
    contradicts = pd.Series(False, index=pairs.index)
    for comparison, level in REFUSALS.items():
        differs = pairs[comparison] == level
        if comparison == "birth" and of_children:
            one_day = (pairs["birth"] == "exact").groupby([pairs[of] for of in of_children]).transform("any")
            differs &= ~one_day
        contradicts |= differs
    return contradicts
