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


def _joined(rng: random.Random, *kinds: str, between: str = "") -> Name:
    """A name of parts, one of each kind; in one of them the other spelling differs. Some parts are commoner."""
    parts = [pool(kind)[int(len(pool(kind)) * rng.random() ** 1.5)] for kind in kinds]
    other = rng.randrange(len(parts))
    return Name(
        "".join(part.thai for part in parts),
        between.join(part.latin for part in parts).capitalize(),
        "".join(part.variant_thai if position == other else part.thai for position, part in enumerate(parts)),
        between.join(
            part.variant_latin if position == other else part.latin for position, part in enumerate(parts)
        ).capitalize(),
    )


def given_name(rng: random.Random, migrant: bool, sex: str, many: bool = False) -> Name:
    """A given name of a Thai or a Myanmar child or adult; with `many`, one of thousands put together of parts."""
    if many and migrant:
        return _joined(rng, *["mm_part"] * rng.choice((2, 2, 3)), between=" ")
    if many:
        return _joined(rng, "th_first", f"th_last_{sex}")
    return rng.choice(pool(f"{'mm' if migrant else 'th'}_{sex}"))


def family_name(rng: random.Random, many: bool = False) -> Name:
    """An invented Thai family name."""
    if many:
        return _joined(rng, "th_house_first", "th_house_last")
    first, last = rng.choice(pool("th_family_first")), rng.choice(pool("th_family_last"))
    return Name(first.thai + last.thai, first.latin + last.latin, first.thai + last.thai, first.latin + last.latin)


def nickname(rng: random.Random, many: bool = False) -> str:
    """What a child is called at home."""
    return rng.choice(pool("nick_many" if many else "nick")).thai
