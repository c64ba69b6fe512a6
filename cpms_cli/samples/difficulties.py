"""What makes children hard to follow over the years, as shares; the defaults are those of the shipped samples."""

from __future__ import annotations

import random
from dataclasses import dataclass

_PLACEHOLDERS = ("baby", "ด.ช.", "ด.ญ.", "เด็กชาย", "เด็กหญิง", "ไม่มีชื่อ", "ทารก", "Baby of mother")
# Of children without a number, in a community with a share of them that is asked for.
_MIGRANT, _THAI = 2.0, 0.46


@dataclass(frozen=True)
class Difficulties:
    """Shares of children or rows; None leaves what the samples have always had.

    `without_id` of children have no national ID, migrant children about four times as often; `moved` households a year
    go to another house of the area; `respelt` given names and `dates_wrong` birth dates are written differently in a
    round; `placeholders` rows have "baby" or the like for a name; `twins` births bring a second child. With
    `many_names` names are put together of parts, thousands of them, as in a real province.
    """

    without_id: float | None = None
    moved: float = 0.05
    respelt: float = 0.12
    dates_wrong: float = 0.0
    placeholders: float = 0.0
    twins: float = 0.015
    many_names: bool = False

    def has_no_id(self, rng: random.Random, migrant: bool) -> bool | None:
        """Whether a child goes without a number; None where the samples' own rule decides."""
        if self.without_id is None:
            return None
        return rng.random() < min(self.without_id * (_MIGRANT if migrant else _THAI), 1)

    def written_name(self, rng: random.Random, name: str) -> str:
        """The given name of a row, or what stands there where the child has none yet."""
        return rng.choice(_PLACEHOLDERS) if self.placeholders and rng.random() < self.placeholders else name

    def written_date(self, rng: random.Random, born: str | None) -> str | None:
        """The birth date of a row, or what a slip of the pen makes of it; never a date that does not exist."""
        if not self.dates_wrong or not born or len(born) != 10 or rng.random() >= self.dates_wrong:
            return born
        year, month, day = born.split("-")
        kind = rng.choice(("swap", "year", "day", "month"))
        if kind == "swap" and int(day) <= 12:
            return f"{year}-{day}-{month}"
        if kind == "month":
            return f"{year}-{rng.randint(1, 12):02d}-{min(int(day), 28):02d}"
        if kind == "day":
            return f"{year}-{month}-{rng.randint(1, 28):02d}"
        return f"{int(year) + rng.choice((-1, 1))}-{month}-{min(int(day), 28):02d}"


USUAL = Difficulties()
HARD = Difficulties(
    without_id=0.30, moved=0.10, respelt=0.25, dates_wrong=0.05, placeholders=0.02, twins=0.015, many_names=True
)
