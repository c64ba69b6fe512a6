"""Areas that were divided or joined: from which round on an area is made of others, or of parts of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator
from pydantic import Field as Described

from cpms_cli.survey.former_names import listed
from cpms_cli.survey.model.lifespan import RoundYear
from cpms_cli.survey.words import Part

_Code = Annotated[str, Described(pattern=r"^([0-9]{2}){1,4}$")]


class AreaChange(Part):
    """From the round `since` on, the area `code` is made of the areas `formerly`, or of parts of them."""

    code: _Code
    since: RoundYear
    formerly: Annotated[tuple[_Code, ...], Described(min_length=1), BeforeValidator(listed)]

    def concerns(self, area: str) -> bool:
        """Whether an area (its code; "" is everywhere) is larger or smaller since: one that has all of it is not.

        >>> change = AreaChange(code="85010512", since=2569, formerly="85010503")
        >>> [change.concerns(area) for area in ("85010503", "85010512", "85010504", "850105", "")]
        [True, True, False, False, False]
        """
        return len({code.startswith(area) for code in (self.code, *self.formerly)}) > 1


def changes_between(changes: Iterable[AreaChange], area: str, first: int, last: int) -> tuple[AreaChange, ...]:
    """Return the changes that make an area another one in the later of two rounds than in the earlier."""
    return tuple(change for change in changes if first < change.since <= last and change.concerns(area))
