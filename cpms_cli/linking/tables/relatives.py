"""Whether a pair is one person, or two of one family: what is mostly a person's own is weighed against relatives.

Brothers, sisters, parents and twins share family name, house, mother, telephone, and twins the birth date. The score
of a pair counts all that against strangers, and so is high for relatives too. Against relatives only the name, the sex,
the number and the birth date count, and how many relatives a row has in a table. That the table itself tells: rows of
it that agree as families do, under names and numbers that differ, are two persons. Until it has told, each row is taken
to have as many relatives as `tables.relatives` in `schemas/linking.yaml` says.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cpms_cli.linking.pairs.comparison_levels import UNKNOWN
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_OWN = ("given", "nickname", "sex")
_FAMILY_AGREES = {
    "family": ("exact", "sound", "alike"),
    "birth": ("exact",),
    "mother": ("exact", "sound"),
    "place": ("home",),
    "street": ("exact", "alike"),
    "phone": ("exact",),
}
_AS_FAMILIES_DO = 2  # of these
NUMBER_AGREES = ("exact", "slip", "alike")


def relatives_per_row(pairs: pd.DataFrame, rows: int, settings: LinkingSettings) -> float:
    """Return how many relatives a row has in the tables, by all pairs that share anything.

    What may be relatives counts as such: where no numbers are known, every pair of another name in one family.
    """
    agree = pd.DataFrame({name: pairs[name].isin(levels) for name, levels in _FAMILY_AGREES.items()}).sum(axis=1)
    two_persons = (pairs["given"] == "differs") & ~pairs["register"].isin(NUMBER_AGREES)
    relatives = 2 * int((two_persons & (agree >= _AS_FAMILIES_DO)).sum())
    expected = settings.tables.relatives
    return (relatives + expected.share * expected.weight) / (rows + expected.weight)


def weight_against_relatives(pairs: pd.DataFrame, model: Model, per_row: float, settings: LinkingSettings) -> pd.Series:
    """Return by pair the log2 of the odds that it is one person rather than two of one family."""
    of_relatives = {name: {level: u for level, (_, u) in model.shares[name].items()} for name in _OWN}
    weight = np.full(len(pairs), np.log2(settings.overlap / per_row))
    for name, shares in (of_relatives | settings.tables.agree).items():
        weights = {level: float(np.log2(model.shares[name][level][0] / share)) for level, share in shares.items()}
        weight += pairs[name].map({**weights, UNKNOWN: 0.0}).to_numpy(dtype=float)
    return pd.Series(weight, index=pairs.index)


def cleared(pairs: pd.DataFrame, weight: pd.Series, settings: LinkingSettings) -> pd.Series:
    """Return which pairs are one person beyond doubt, whoever their relatives are.

    Another name, or another birth date, is believed a slip only where a number agrees; both never, as in a mother's row
    beside that of her child, who has her number. Nor is another sex.
    """
    odds = settings.tables.automatic / (1 - settings.tables.automatic)
    name, birth = pairs["given"] == "differs", pairs["birth"] == "differs"
    against = (pairs["sex"] == "differs") | (pairs["sibling"] == "clash") | (name & birth)
    clear: pd.Series = (weight >= np.log2(odds)) & ~against & (~(name | birth) | pairs["register"].isin(NUMBER_AGREES))
    return clear
