"""Why: the answers behind an indicator or a level, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpms_cli.scoring.reasons import Reason, level_reasons, reasons
from cpms_cli.survey.definition import Field, Indicator, Language, Survey
from cpms_cli.survey.era import shown_stored
from cpms_cli.survey.messages import say
from cpms_cli.survey.relations import counted_in

NO_ANSWER, NOT_ASKED = "blank", "not_asked"
_OF_HOME = re.compile(r"any_child\((.*)\)")


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
        """One alternative of a level rule: its indicators, each with the answers behind it, and its own answers; of
        those only what is so (or not known) of this child."""
        found = self.of_levels[identifier]
        counted = [str(number) for number in self._counted(found, answers)]
        own = [] if counted else [f"i{number:02d}" for number in found.indicators]
        told = [self._with_answers(number, answers) for number in counted]
        told += [self._worded(item, answers) for item in self._noted(identifier, answers) or own]
        return ", ".join(dict.fromkeys(told))

    def _worded(self, item: str, answers: tuple[str, ...]) -> str:
        """What is noted of a level's rule, in words; an indicator that is yes, or not known, with what is behind it."""
        name, _, value = item.partition("=")
        if name in self._numbers and value in ("", "yes"):
            return self._with_answers(str(self._numbers[name]), answers)
        return self._told(item)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {one.column: one.number for one in self.survey.indicators}

    def _counted(self, reason: Reason, answers: tuple[str, ...]) -> list[int]:
        """The indicators that a reason counts and that something is noted behind."""
        noted = {answer.partition(":")[0] for answer in answers}
        counted = dict.fromkeys(one for count in reason.counts for one in counted_in(self.survey, count))
        return [one.number for one in counted if str(one.number) in noted]

    def _with_answers(self, number: str, answers: tuple[str, ...]) -> str:
        """An indicator with the answers behind it, in words: "6 Neglected by caregivers (Carer: Nobody)"."""
        behind = list(dict.fromkeys(map(self._told, self._noted(number, answers))))
        name = f"{number} {self.indicator_name(int(number))}"
        return f"{name} ({', '.join(behind)})" if behind else name

    def _noted(self, label: str, answers: tuple[str, ...]) -> list[str]:
        """What is noted under one label, as `carer=nobody`."""
        noted = (answer.partition(":")[2].split("&") for answer in answers if answer.startswith(f"{label}:"))
        return [item for items in noted for item in items if item]

    def _told(self, item: str) -> str:
        """A noted answer in words, as "Carer: Nobody"; a yes, and what is not known, is told by its question alone."""
        name, _, value = item.partition("=")
        if not value or value == "yes":
            return self.named(name)
        field = self.survey.fields.get(name)
        return f"{self.named(name)}: {self.answer(field, value) if field else say(f'answer_{value}', self.language)}"

    def named(self, name: str) -> str:
        """What a rule names, in words: a question, "13 Victim of violence", either of a child of the home, the age."""
        of_home = _OF_HOME.fullmatch(name)
        if of_home:
            return say("reason_of_home", self.language, what=", ".join(map(self.named, of_home[1].split(","))))
        if name in self._numbers:
            return f"{self._numbers[name]} {self.indicator_name(self._numbers[name])}"
        field = self.survey.fields.get(name)
        return field.label.in_(self.language) if field else say("col_age", self.language)

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
