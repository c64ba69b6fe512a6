"""The limits of the definition (`limits.yaml`): ages, hours, days and counts, each of which stands once, under a name.

Rules and words of every other file quote a limit as `$name`; `survey.yaml_files.quoting` puts the number in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Self

from pydantic import Field as Described
from pydantic import model_validator

from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part, Words

FILE = "limits.yaml"
NAME = r"[a-z][a-z0-9_]*"
_MOST = 1_000_000  # more years, hours or children than anything has


class Neighbours(Part):
    """What stands beside a number that is of a unit, in one language: words `before` it, or `after` it."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class SpokenNumbers(Part):
    """How a language says numbers: as words, from two on, and the words `between` two numbers that belong together."""

    numbers: tuple[str, ...]
    between: tuple[str, ...]


class Unit(Part):
    """What limits are counted in; `beside` are the words by which such a number is known in a text, by language."""

    name: str = Described(pattern=f"^{NAME}$")
    label: Words
    beside: dict[str, Neighbours]


class Limit(Renamed):
    """A whole number that rules and words quote: a `value` of its own, or the one below another limit (`one_below`)."""

    name: str = Described(pattern=f"^{NAME}$")
    value: int | None = Described(default=None, strict=True, ge=0, le=_MOST)
    one_below: str | None = None
    unit: str
    label: Words
    source: str

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.value is None) == (self.one_below is None):
            raise FaultyPart("limit_kind")
        return self


class Limits(Part):
    """What `limits.yaml` says; empty in a definition that an earlier version of the tool kept with its scores."""

    spoken: dict[str, SpokenNumbers] = Described(default={})
    units: tuple[Unit, ...] = ()
    limits: tuple[Limit, ...] = ()

    @cached_property
    def values(self) -> dict[str, int]:
        """The number of each limit by its name."""
        return values_of(self.limits)


def values_of(limits: Iterable[Limit]) -> dict[str, int]:
    """Return the number of each limit by its name, without those whose number is not to be known."""
    named = {limit.name: limit for limit in limits}
    values = {name: limit.value for name, limit in named.items() if limit.value is not None}
    for limit in named.values():
        if limit.one_below is not None and limit.one_below in named:
            above = named[limit.one_below].value
            values |= {} if above is None else {limit.name: above - 1}
    return values
