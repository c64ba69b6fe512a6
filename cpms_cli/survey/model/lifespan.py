"""In which rounds a question is asked, or an answer offered, and by which names it went before.

A definition outlives the questionnaire of any one year: a question comes, goes, and is renamed, and what was answered
before stays. `since` is the first round in which it is asked, `until` the last one, both included; `skipped` are rounds
between that did not ask it. Where none of these stands, it is asked in every round. `formerly` has the names that it
had in earlier definitions.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.survey.former_names import Renamed, listed
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part


def _round_year(written: Any) -> Any:
    """The Gregorian year of a round; what is written may be a year of four digits of either era, 2026 or 2569.

    >>> _round_year(2569), _round_year("2569"), _round_year(2026)
    (2026, 2026, 2026)
    """
    if isinstance(written, bool) or not isinstance(written, int | str) or not str(written).strip().isdecimal():
        raise FaultyPart("round")
    year = int(written)
    era = era_of(year)
    if era is None:
        raise FaultyPart("no_round", text=str(written))
    return christian_year(year, era)


RoundYear = Annotated[int, BeforeValidator(_round_year)]
"""A round as a Gregorian year; in a file it may be a Gregorian or a Buddhist one, of four digits."""
Rounds = Annotated[tuple[RoundYear, ...], BeforeValidator(listed)]
"""Several rounds; in a file one, or a list of them."""


class Span(Part):
    """Something that is there from one round to another, save those that are `skipped`.

    `since` and `until` are Gregorian years, both included; None is without a beginning, or without an end.
    """

    since: RoundYear | None = None
    until: RoundYear | None = None
    skipped: Rounds = ()

    @property
    def is_limited(self) -> bool:
        """Whether there are rounds in which it is not there."""
        return self.since is not None or self.until is not None or bool(self.skipped)

    def is_there_in(self, round_year: int | None) -> bool:
        """Whether a round of this Gregorian year lies between `since` and `until`, and is not skipped; None is any
        round to come.

        >>> [Span(since=2569, until=2027).is_there_in(year) for year in (2025, 2026, 2027, 2028)]
        [False, True, True, False]
        >>> [Span(skipped=2569).is_there_in(year) for year in (2025, 2026, 2027, None)]
        [True, False, True, True]
        """
        if round_year is None:
            return self.until is None
        if round_year in self.skipped:
            return False
        return (self.since is None or self.since <= round_year) and (self.until is None or round_year <= self.until)


class Lifespan(Span, Renamed):
    """Something that is there from one round to another, and had other names before (`formerly`)."""
