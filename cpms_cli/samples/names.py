"""Invented people's names: combinations of common given names with family names that nobody bears."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Name:
    """A name in two scripts, each with another spelling of the same sound."""

    thai: str
    latin: str
    variant_thai: str
    variant_latin: str

    def spelt(self, script: str, variant: bool) -> str:
        """The name as written in a script ("thai" or "latin")."""
        if script == "thai":
            return self.variant_thai if variant else self.thai
        return self.variant_latin if variant else self.latin


@cache
def pool(kind: str) -> tuple[Name, ...]:
    """All names of one kind in `names.csv`."""
    with Path(__file__).with_name("names.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == kind]
    return tuple(
        Name(row["thai"], row["latin"], row["variant_thai"] or row["thai"], row["variant_latin"] or row["latin"])
        for row in rows
    )


def given_name(rng: random.Random, migrant: bool, sex: str) -> Name:
    """A given name of a Thai or a Myanmar child or adult."""
    return rng.choice(pool(f"{'mm' if migrant else 'th'}_{sex}"))


def family_name(rng: random.Random) -> Name:
    """An invented Thai family name."""
    first, last = rng.choice(pool("th_family_first")), rng.choice(pool("th_family_last"))
    return Name(first.thai + last.thai, first.latin + last.latin, first.thai + last.thai, first.latin + last.latin)


def nickname(rng: random.Random) -> str:
    """What a child is called at home."""
    return rng.choice(pool("nick")).thai
