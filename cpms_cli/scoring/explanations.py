"""Why: the answers behind an indicator or a level, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cpms_cli.scoring.compiler.reasons import Reason, level_reasons, reasons
from cpms_cli.survey.era import shown_stored
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Indicator, Language, Survey
from cpms_cli.survey.rules.typed_answers import counted_in
from cpms_cli.survey.spoken_words import SpokenWords, joined_words, spoken_text

NO_ANSWER, NOT_ASKED = "blank", "not_asked"
_NAMED = 3  # so many of the things that are open are named in a line
_OF_HOME = re.compile(r"any_child\((.*)\)")


def _pairs(scores: pd.DataFrame, reasons: str, answers: str) -> pd.Series:
    """Each row's reasons and what is noted behind them, as two tuples."""
    pairs = zip(scores[reasons], scores[answers], strict=True)
    return pd.Series([(tuple(why), tuple(behind)) for why, behind in pairs], index=scores.index, dtype=object)


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
        return {
            indicator.number: reasons(self.survey, indicator.when, indicator.column)
            for indicator in self.survey.indicators
        }

    def reason(self, identifier: str, answers: tuple[str, ...]) -> str:
        """One alternative of a level rule: its indicators, each with the answers behind it, and its own answers; of
        those only what is so (or not known) of this child."""
        return ", ".join(dict.fromkeys(self._worded(item, answers) for item in self._items(identifier, answers)))

    def _items(self, identifier: str, answers: tuple[str, ...]) -> list[str]:
        """What an alternative of a level rule names of one child: the indicators that it counts, and what is noted of
        it; where that is nothing, it is one indicator."""
        alternatives_of_level = self.of_levels[identifier]
        counted = [f"i{number:02d}" for number in self._counted(alternatives_of_level, answers)]
        own = [] if counted else [f"i{number:02d}" for number in alternatives_of_level.indicators]
        return counted + (self._noted(identifier, answers) or own)

    def _worded(self, item: str, answers: tuple[str, ...]) -> str:
        """An item in words; an indicator that is yes, or not known, with what is behind it."""
        name, _, value = item.partition("=")
        if name in self._numbers and value in ("", "yes"):
            return self._with_answers(self._numbers[name], answers)
        return self._answer_words(item)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {indicator.column: indicator.number for indicator in self.survey.indicators}

    def parted(self, reasons: tuple[str, ...], answers: tuple[str, ...], over: set[str]) -> tuple[str, str]:
        """Return the reasons for a level in words, in two parts: those that hold still, and those that are over.

        `over` are the entries of `answers` that later answers contradict. An indicator that has entries of both kinds
        is named in both parts, each time with its own answers.
        """
        still, ended = list[str](), list[str]()
        for reason in reasons:
            for item in self._items(reason, answers):
                name, _, value = item.partition("=")
                is_indicator = name in self._numbers and value in ("", "yes")
                label = str(self._numbers[name]) if is_indicator else reason
                behind = [entry for entry in answers if entry.partition(":")[0] == label]
                if not is_indicator:
                    behind = [entry for entry in behind if item in entry.partition(":")[2].split("&")]
                left = tuple(entry for entry in behind if entry not in over)
                gone = tuple(entry for entry in behind if entry in over)
                still += [self._worded(item, left)] if left or not gone else []
                ended += [self._worded(item, gone)] if gone else []
        return "; ".join(dict.fromkeys(still)), "; ".join(dict.fromkeys(ended))

    def _counted(self, reason: Reason, answers: tuple[str, ...]) -> list[int]:
        """The indicators that a reason counts and that something is noted behind."""
        noted = {answer.partition(":")[0] for answer in answers}
        counted = dict.fromkeys(indicator for count in reason.counts for indicator in counted_in(self.survey, count))
        return [indicator.number for indicator in counted if str(indicator.number) in noted]

    def _with_answers(self, number: int, answers: tuple[str, ...]) -> str:
        """An indicator with the answers behind it, in words: "6 Neglected by caregivers (Carer: Nobody)"."""
        behind = list(dict.fromkeys(map(self._answer_words, self._noted(str(number), answers))))
        own = self.indicator_name(number)
        if not isinstance(own, SpokenWords):
            behind = list(map(spoken_text, behind))  # never the answers in one language and what they tell in another
        name = joined_words(" ", [str(number), own])
        return joined_words("", [name, " (", joined_words(", ", behind), ")"]) if behind else name

    def _noted(self, label: str, answers: tuple[str, ...]) -> list[str]:
        """What is noted under one label, as `carer=nobody`."""
        noted = (answer.partition(":")[2].split("&") for answer in answers if answer.startswith(f"{label}:"))
        return [item for items in noted for item in items if item]

    def _answer_words(self, item: str) -> str:
        """A noted answer in words, as "Carer: Nobody"; a yes, and what is not known, is told by its question alone."""
        name, _, value = item.partition("=")
        if not value or value == "yes":
            return self.named(name)
        field = self.survey.fields.get(name)
        answer = self.answer(field, value) if field else say(f"answer_{value}", self.language)
        return joined_words(": ", [self.named(name), answer])

    def named(self, name: str) -> str:
        """What a rule names, in words: a question, "13 Victim of violence", either of a child of the home, the age."""
        of_home = _OF_HOME.fullmatch(name)
        if of_home:
            return say("reason_of_home", self.language, what=joined_words(", ", map(self.named, of_home[1].split(","))))
        if name in self._numbers:
            return joined_words(" ", [str(self._numbers[name]), self.indicator_name(self._numbers[name])])
        field = self.survey.fields.get(name)
        return field.label.in_(self.language) if field else say("col_age", self.language)

    def why(self, scores: pd.DataFrame, reasons: str = "reasons", answers: str = "answers") -> pd.Series:
        """The reasons for each row's level in words."""
        keys = _pairs(scores, reasons, answers)
        words = {key: "; ".join(dict.fromkeys(self.reason(entry, key[1]) for entry in key[0])) for key in keys.unique()}
        return keys.map(words).astype("str")

    def help(self, needs_help: pd.Series) -> pd.Series:
        """Return with what each row's circumstances call for help, in words, as "birth registration, nationality";
        empty where with nothing. `needs_help` holds the ids as `score_columns` writes them, blank where there is no
        child."""
        words = {circumstance.id: circumstance.help.in_(self.language) for circumstance in self.survey.circumstances}
        named = {
            ids: ", ".join(words[name] for name in str(ids).split(";")) for ids in needs_help.dropna().unique() if ids
        }
        return needs_help.map(named).astype("str").fillna("")

    def open(self, scores: pd.DataFrame, reasons: str = "open_reasons", answers: str = "open_answers") -> pd.Series:
        """What could still change each row's level, in a line: how many questions, and what could lift it the most."""
        keys = _pairs(scores, reasons, answers)
        return keys.map({key: self.open_words(*key) for key in keys.unique()}).astype("str")

    def open_words(self, reasons: tuple[str, ...], answers: tuple[str, ...]) -> str:
        """Return in a line what could still change a level; empty where nothing could.

        The alternatives come from the most severe level down, and so do the names. A question that no round to come
        asks is none of them: nobody can be sent to ask it.
        """
        asked, names = dict[str, None](), list[str]()
        for item in (item for reason in reasons for item in self._items(reason, answers)):
            number = self._numbers.get(item)
            questions = self._noted(str(number), answers) if number else [item]
            new = [
                question
                for question in questions
                if question not in asked
                and question.partition("=")[0] not in self._retired
                and not self._asked_of_home(question, answers)
            ]
            if new:
                names.append(
                    self.named(questions[0]) if len(questions) == 1 or not number else self.indicator_name(number)
                )
            asked.update(dict.fromkeys(new))
        if not asked:
            return ""
        many = "one" if len(asked) == 1 else "all" if len(names) <= _NAMED else "most"
        return say(f"open_{many}", self.language, count=len(asked), names=", ".join(names[:_NAMED]))

    @cached_property
    def _retired(self) -> frozenset[str]:
        return self.survey.not_asked_in(None)

    def _asked_of_home(self, item: str, answers: tuple[str, ...]) -> bool:
        """Whether this asks of all children of the home what is open about this child itself, and told of it."""
        of_home = _OF_HOME.fullmatch(item)
        noted = {answer.partition(":")[0] for answer in answers}
        return of_home is not None and any(str(self._numbers.get(part)) in noted for part in of_home[1].split(","))

    def indicator_name(self, number: int) -> str:
        """The name of an indicator."""
        indicator = self.survey.indicator(number)
        return indicator.name.in_(self.language) if indicator else str(number)

    def answer(self, field: Field, value: str | None) -> str:
        """A stored answer in words; blank and the reasons for no answer stay four different things."""
        missing = self.survey.codelists["missing"].by_code
        if value is None:
            return missing[NO_ANSWER].label.in_(self.language)
        if field.type == "year" or field.holds_dates:
            value = shown_stored(value, self.language)
        codes = self.survey.codes(field)
        known = {**missing, **(codes.by_code if codes else {})}
        parts = value.split(";") if field.many else [value]
        return joined_words(", ", (known[part].label.in_(self.language) if part in known else part for part in parts))

    def fields_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The questions that an indicator looks at, in its rule's order."""
        return tuple(dict.fromkeys(name for part in self.of_indicators[indicator.number] for name in part.fields))
