"""Why: the answers behind an indicator or a level, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpms_cli.scoring.reasons import Reason, level_reasons, reasons
from cpms_cli.survey.definition import Field, Indicator, Language, Survey
from cpms_cli.survey.era import shown_stored

NO_ANSWER, NOT_ASKED = "blank", "not_asked"


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

    def reason(self, identifier: str, answers: tuple[str, ...]) -> str:
        """One alternative of a level rule: its indicators, each with the answers behind it, and its own answers."""
        found = self.of_levels[identifier]
        numbers = self._counted(answers) if found.counts else found.indicators
        told = [self._with_answers(f"{number} {self.indicator_name(number)}", str(number), answers)
                for number in numbers]  # fmt: skip
        if found.fields:
            told += self._behind(identifier, answers) or [self._label(name) for name in found.fields]
        return ", ".join(told)

    def _counted(self, answers: tuple[str, ...]) -> tuple[int, ...]:
        """The counted indicators that an answer stands behind."""
        noted = {answer.partition(":")[0] for answer in answers}
        return tuple(one.number for one in self.survey.indicators if one.counted and str(one.number) in noted)

    def _with_answers(self, name: str, label: str, answers: tuple[str, ...]) -> str:
        behind = self._behind(label, answers)
        return f"{name} ({', '.join(behind)})" if behind else name

    def _behind(self, label: str, answers: tuple[str, ...]) -> list[str]:
        """The answers noted under one label, in words: "Carer: Nobody"; a yes is told by its question alone."""
        noted = [answer.partition(":")[2].split("&") for answer in answers if answer.startswith(f"{label}:")]
        return list(dict.fromkeys(self._told(item) for items in noted for item in items if item))

    def _told(self, item: str) -> str:
        name, _, value = item.partition("=")
        field = self.survey.fields.get(name)
        if field is None:
            return self.indicator_name(int(name[1:]))
        if not value or value == "yes":
            return self._label(name)
        return f"{self._label(name)}: {self.answer(field, value)}"

    def _label(self, name: str) -> str:
        return self.survey.fields[name].label.in_(self.language)

    def why(self, scores: pd.DataFrame, reasons: str = "reasons", answers: str = "answers") -> pd.Series:
        """The reasons for each row's level in words; with "open_reasons" and "open_answers", what is not known."""
        keys = pd.Series(
            [(tuple(why), tuple(behind)) for why, behind in zip(scores[reasons], scores[answers], strict=True)],
            index=scores.index, dtype=object,
        )  # fmt: skip
        words = {key: "; ".join(dict.fromkeys(self.reason(one, key[1]) for one in key[0])) for key in keys.unique()}
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
        if field.type in ("date", "year") or field.format == "partial-date":
            value = shown_stored(value, self.language)
        codes = self.survey.codes(field)
        known = {**missing, **(codes.by_code if codes else {})}
        parts = value.split(";") if field.many else [value]
        return ", ".join(known[part].label.in_(self.language) if part in known else part for part in parts)

    def fields_of(self, one: Indicator) -> tuple[str, ...]:
        """The questions that an indicator looks at, in its rule's order."""
        return tuple(dict.fromkeys(name for part in self.of_indicators[one.number] for name in part.fields))
