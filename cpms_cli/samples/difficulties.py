"""What makes children hard to follow over the years, as shares; the defaults are those of the shipped samples."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

_PLACEHOLDERS = ("baby", "ด.ช.", "ด.ญ.", "เด็กชาย", "เด็กหญิง", "ไม่มีชื่อ", "ทารก", "Baby of mother")
# Of children without a number, in a community with a share of them that is asked for.
_MIGRANT, _THAI = 2.0, 0.46


@dataclass(frozen=True)
class Habits:
    """Shares of rows, children or homes in which a name, a date or a home is told otherwise than last year.

    `languages`: of families; `other_script` of rows are in another script than the family's usual one, `respelt` of
    syllables in another spelling, `title_changes` of rows with a word of respect more or less, `swapped` in another
    order; `nickname_only` of rows have the nickname for a name; `baby` of rows of the first two years have no name yet;
    `no_family` of Thai rows lack the family name, and `fathers_name` of families without one write the father's;
    `renumbered` of villages get new house numbers in a year, `split` of homes send a child to another, `absent` homes
    are not visited that year; `january` of children without papers were written down as born on 1 January; `cousin`
    of children bear the name of another child of the village.
    """

    languages: Mapping[str, float]
    other_script: float = 0.2
    respelt: float = 0.25
    title_changes: float = 0.15
    swapped: float = 0.015
    nickname_only: float = 0.015
    baby: float = 0.25
    no_family: float = 0.03
    fathers_name: float = 0.15
    renumbered: float = 0.12
    split: float = 0.02
    absent: float = 0.04
    january: float = 0.08
    cousin: float = 0.02


LANGUAGES = {"th": 0.56, "my": 0.17, "kar": 0.09, "mnw": 0.05, "shn": 0.06, "lo": 0.05, "km": 0.02}


@dataclass(frozen=True)
class Difficulties:
    """Shares of children or rows; None leaves what the samples have always had.

    With `habits`, families speak several languages and name and write as theirs do (`family_habits`).

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
    habits: Habits | None = None

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
    without_id=0.40,
    moved=0.10,
    respelt=0.25,
    dates_wrong=0.04,
    placeholders=0.005,
    twins=0.015,
    many_names=True,
    habits=Habits(LANGUAGES),
)
