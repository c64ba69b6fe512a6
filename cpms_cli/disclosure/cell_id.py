"""Which count a cell holds: of which round, area and group of children, and what is counted.

The same quantity has the same id in every table, summary and report, so that all that an audience gets is one problem.
The store keeps ids as text. Only this module writes that text and reads it; it has not changed since the first release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

Groups = tuple[tuple[str, str], ...]
"""Groups of children with their codes, sorted by group: `(("age_group", "5-9"), ("sex", "female"))`."""
CASES = 0
"""The round in the ids of cases: cases are counted on a day, not in a round."""
BEYOND_HOMES = "beyond homes"
_ADDED_UP_BY_NOBODY = "~"
_SAFE = "/+-"
_TEXT = re.compile(
    r"(?P<round>\d+)/(?P<area>[^/ ]*)/"
    r"(?:without (?P<without>[^/]+)/)?"
    r"(?:(?P<groups>[^/= ]+=[^/ ]*)/)?"
    r"(?P<item>[^/= ~]+)(?:/(?P<value>[^ ~]+?))?(?P<not_of_parts>~)?"
    r"(?:(?: |/(?=beyond homes$))(?P<remainder>.+))?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is counted in an area.

    `item` and `value`: children, households, homes or severe (no value); level, could_be or households and a level; a
    column of the profile and an answer; case, overlap, pair, activity, move, origin or flow and what belongs to it.
    `groups`: the children counted are those of these groups. `of_parts`: whether the parts of an area together have as
    many as the area.
    """

    item: str
    value: str = ""
    groups: Groups = ()
    of_parts: bool = True

    def among(self, groups: Groups) -> Quantity:
        """Return the same quantity of other groups of children."""
        return Quantity(self.item, self.value, groups, self.of_parts)

    @property
    def is_total(self) -> bool:
        """Whether this is how many children or homes an area has."""
        return not (self.value or self.groups) and self.item in ("children", "households", "homes")

    def __str__(self) -> str:
        """Return the text that stands after the area in the store."""
        groups = "&".join(f"{group}={quote(code, safe='-')}" for group, code in self.groups)
        value = f"/{quote(self.value, safe=_SAFE)}" if self.value else ""
        return (f"{groups}/" if groups else "") + self.item + value + ("" if self.of_parts else _ADDED_UP_BY_NOBODY)


@dataclass(frozen=True, slots=True)
class CellId:
    """The id of a count.

    `round` is None for a text of the store that has no form known today: such a cell is kept apart. `without`: parts of
    the area that are left out of the count. `remainder`: what is left of the quantity beside others, in words; no table
    shows such a count, except those of children by how many other indicators they have. `earlier_count`: the cell holds
    this count of an earlier release, which is another today.
    """

    round: int | None
    area: str
    quantity: Quantity
    without: tuple[str, ...] = ()
    remainder: str = ""
    earlier_count: int | None = None

    @classmethod
    def read(cls, text: str) -> CellId:
        """Return the id that the store keeps as this text.

        >>> CellId.read("2026/850105/sex=female/i03/yes").quantity
        Quantity(item='i03', value='yes', groups=(('sex', 'female'),), of_parts=True)
        """
        parts = _TEXT.fullmatch(text)
        if parts is None:
            return cls(None, "", Quantity(text))
        pairs = (pair.split("=", 1) for pair in (parts["groups"] or "").split("&") if "=" in pair)
        groups = tuple((group, unquote(code)) for group, code in pairs)
        quantity = Quantity(parts["item"], unquote(parts["value"] or ""), groups, parts["not_of_parts"] is None)
        without = tuple((parts["without"] or "").split())
        return cls(int(parts["round"]), parts["area"], quantity, without, parts["remainder"] or "")

    @property
    def is_plain(self) -> bool:
        """Whether this is a quantity of a whole area, and not what is left of one."""
        return self.round is not None and not (self.without or self.remainder) and self.earlier_count is None

    @property
    def is_total(self) -> bool:
        """Whether this is how many children or homes an area has in a round: nobody prints the cases of all levels."""
        return self.is_plain and self.round != CASES and self.quantity.is_total

    def left(self, remainder: str) -> CellId:
        """Return the id of what is left of this count, named in words."""
        return replace(self, remainder=f"{self.remainder} {remainder}" if self.remainder else remainder)

    def __str__(self) -> str:
        """Return the text of this id in the store."""
        if self.round is None:
            return self.quantity.item
        without = f"without {' '.join(self.without)}/" if self.without else ""
        separator = "/" if self.remainder == BEYOND_HOMES else " "
        remainder = separator + self.remainder if self.remainder else ""
        earlier = "" if self.earlier_count is None else f"={self.earlier_count}"
        return f"{self.round}/{self.area}/{without}{self.quantity}{remainder}{earlier}"


@dataclass(frozen=True, slots=True)
class Population:
    """The children of an area in a round, or those of one group of them (`groups`, sorted by group)."""

    round: int
    area: str
    groups: Groups = ()

    def cell(self, item: str, value: str = "", *, of_parts: bool = True) -> CellId:
        """Return the id of a count of these children.

        >>> str(Population(2026, "850105", (("sex", "female"),)).cell("i03", "yes"))
        '2026/850105/sex=female/i03/yes'
        """
        return CellId(self.round, self.area, Quantity(item, value, self.groups, of_parts))

    def count(self, quantity: Quantity) -> CellId:
        """Return the id of this quantity among these children."""
        return CellId(self.round, self.area, quantity.among(self.groups))
