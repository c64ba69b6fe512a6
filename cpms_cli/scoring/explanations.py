"""Why: the answers behind an indicator or a level, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpms_cli.scoring.indicators import Reason, level_reasons, reasons
from cpms_cli.survey.definition import Field, Indicator, Language, Survey

NO_ANSWER = "blank"


@dataclass(frozen=True)
class Explainer:
    """Puts words to reasons, in one language."""

    survey: Survey
    language: Language

    @cached_property
    def of_levels(self) -> dict[str, Reason]:
        """The alternatives of the level rules by id."""
        return level_reasons(self.survey)

    @cached_property
    def of_indicators(self) -> dict[int, tuple[Reason, ...]]:
        """The alternatives of each indicator's rule."""
        return {one.number: reasons(self.survey, one.when, one.column) for one in self.survey.indicators}

    def reason(self, identifier: str) -> str:
        """One alternative of a level rule in short: the indicators and questions it looks at."""
        found = self.of_levels[identifier]
        named = [f"{number} {self.indicator_name(number)}" for number in found.indicators]
        asked = [self.survey.fields[name].label.in_(self.language) for name in found.fields]
        counted = [] if named or asked else [self.survey.messages["many_indicators"].in_(self.language)]
        return ", ".join([*named, *asked, *counted])

    def reasons(self, identifiers: pd.Series) -> pd.Series:
        """Lists of reason ids as text, each distinct list put into words once."""
        keys = identifiers.map(tuple)
        words = {key: "; ".join(dict.fromkeys(self.reason(one) for one in key)) for key in keys.unique()}
        return keys.map(words).astype("str")

    def indicator_name(self, number: int) -> str:
        """The name of an indicator."""
        found = self.survey.indicator(number)
        return found.name.in_(self.language) if found else str(number)

    def answer(self, field: Field, value: str | None) -> str:
        """A stored answer in words; blank and the reasons for no answer stay four different things."""
        missing = self.survey.codelists["missing"].by_code
        if value is None:
            return missing[NO_ANSWER].label.in_(self.language)
        codes = self.survey.codes(field)
        known = {**missing, **(codes.by_code if codes else {})}
        parts = value.split(";") if field.many else [value]
        return ", ".join(known[part].label.in_(self.language) if part in known else part for part in parts)

    def fields_of(self, one: Indicator) -> tuple[str, ...]:
        """The questions that an indicator looks at, in its rule's order."""
        return tuple(dict.fromkeys(name for part in self.of_indicators[one.number] for name in part.fields))
