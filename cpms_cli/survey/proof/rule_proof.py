"""The rules of a definition, proved: indicators, levels and checks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlglot import exp

from cpms_cli.survey.model.definition import (
    Check,
    ColumnCheck,
    Indicator,
    Pattern,
)
from cpms_cli.survey.problems import Fault
from cpms_cli.survey.proof.lifespan_proof import span_faults
from cpms_cli.survey.proof.proof import filled, language_faults, rule_faults_of
from cpms_cli.survey.proof.question_proof import QuestionProof
from cpms_cli.survey.rules.dependents import names_looked_at, rules_of_indicator
from cpms_cli.survey.rules.response_log import log_vocabulary
from cpms_cli.survey.rules.rule_language import standing_rule
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import RANGES, RuleError, Vocabulary

_COLUMN_WORDS = {"value", "label", "low", "high", "codes", "count", "dated", "round", "year"}
FIGURES = {"value", "count", "share", "others", "expected", "date"}
_NEEDED_CHECKS = (
    "required",
    "code",
    "code_look_alike",
    "integer",
    "range",
    "number",
    "number_range",
    "year",
    "date",
    "date_range",
    "era",
    "era_changes",
    "day_month",
    "number_codes",
    "pattern",
    "length",
    "area",
    "national_id_words",
    "national_id_form",
    "national_id_placeholder",
    "national_id_check_digit",
    "national_id_zero_lost",
    "number_shortened",
    "cpms_id_form",
    "title_against_sex",
    "household_differs",
    "consent_unread",
    "child_displaced",
    "house_number_as_date",
    "consent_differs",
    "row_repeated",
    "not_asked_in_round",
    "house_written_twice",
    "house_consent_differs",
    "house_written_otherwise",
    "head_of_other_children",
    "last_years_form",
    "interviews_after_round",
    "interviews_before_round",
)


class RuleProof(QuestionProof):
    """Gathers the problems of rules as well."""

    def indicators(self) -> None:
        """Note what is wrong with the indicators."""
        file = "indicators.yaml"
        self._numbers()
        self._circles()
        for index, indicator in enumerate(self.survey.indicators):
            place = ("indicators", index)
            words, named = vocabulary(self.survey), Fault("part_indicator", name=str(indicator.number))
            for key, text in (("when", indicator.when), ("applies", indicator.applies)):
                self.note(file, (*place, key), rule_faults_of(text, words) or self._of_one_child(indicator, text))
            self.note(file, (*place, "name"), language_faults(indicator.name, named))
            self.note(file, (*place, "definition"), language_faults(indicator.definition, named))

    def _of_one_child(self, indicator: Indicator, text: str | None) -> Iterator[Fault]:
        """Yield what differs between children of a household, of which an indicator of the household speaks."""
        if indicator.level == "child" or text is None:
            return
        of_child = {field.name for field in self.survey.child.fields} | set(RANGES)
        of_child |= {other.column for other in self.survey.indicators if other.level == "child"}
        for column in standing_rule(text).find_all(exp.Column):
            if column.name in of_child and not _is_of_any_child(column):
                yield Fault("of_one_child", name=column.name)

    def _numbers(self) -> None:
        """Each number once, in order, one of the source's or one that a province may give."""
        numbering = self.survey.numbering
        numbers = [indicator.number for indicator in self.survey.indicators]
        for index, (before, after) in enumerate(pairwise(numbers)):
            if before >= after:
                pair = {"before": str(before), "after": str(after)}
                self.note("indicators.yaml", ("indicators", index, "number"), [Fault("number_before", **pair)])
                self.note("indicators.yaml", ("indicators", index + 1, "number"), [Fault("number_after", **pair)])
        for index, indicator in enumerate(self.survey.indicators):
            place, number = ("indicators", index, "number"), indicator.number
            if numbering is not None and not numbering.is_free_for(number):
                first, final = numbering.source
                own = str(numbering.own_from)
                fault = Fault("number_taken", number=str(number), first=str(first), last=str(final), own=own)
                self.note("indicators.yaml", place, [fault])
            for key, fault in span_faults(indicator):
                self.note("indicators.yaml", ("indicators", index, key), [fault])

    def _circles(self) -> None:
        """Note the indicators that look at themselves, by others or directly: none of them could ever be decided."""
        rules = {indicator.column: rules_of_indicator(indicator) for indicator in self.survey.indicators}
        for index, indicator in enumerate(self.survey.indicators):
            try:
                own = names_looked_at(self.survey, rules[indicator.column])
            except RuleError:
                continue  # a rule that cannot be read is noted for itself
            if indicator.column in own:
                alike = (column for column in rules if column in own)
                circle = [column for column in alike if self._looks_at(rules[column], indicator.column)]
                fault = Fault("circle", numbers=", ".join(circle))
                self.note("indicators.yaml", ("indicators", index, "when"), [fault])

    def _looks_at(self, rules: list[str], column: str) -> bool:
        try:
            return column in names_looked_at(self.survey, rules)
        except RuleError:
            return False

    def levels(self) -> None:
        """Note what is wrong with the levels."""
        file = "risk.yaml"
        for role in ("open", "clear"):
            if sum(level.role == role for level in self.survey.levels) != 1:
                self.note(file, ("levels",), [Fault("one_role", role=role)])
        seen: set[str] = set()
        for index, level in enumerate(self.survey.levels):
            place = ("levels", index)
            if level.id in seen:
                self.note(file, place, [Fault("level_twice", name=level.id)])
            seen.add(level.id)
            if (level.role == "rule") != (level.when is not None):
                self.note(file, place, [Fault("level_kind")])
            self.note(file, (*place, "when"), rule_faults_of(level.when, vocabulary(self.survey)))
            for key, words in (
                ("label", level.label),
                ("meaning", level.meaning),
                ("response", level.response),
                ("due", level.due),
            ):
                self.note(file, (*place, key), language_faults(words, level.id))

    def checks(self) -> None:
        """Note what is wrong with the checks of rows, columns, rounds and responses."""
        file = "checks.yaml"
        known = set(self.survey.column_checks)
        for name in _NEEDED_CHECKS:
            if name not in known:
                self.note(file, ("columns",), [Fault("missing_check", name=name)])
        for index, check in enumerate(self.survey.checks):
            words = vocabulary(self.survey, check.table, indicators=False)
            self._check(("rules", index), check, words, known)
        for index, change in enumerate(self.survey.history):
            words = vocabulary(self.survey, indicators=False, earlier=change.about == "child")
            self._check(("history", index), change, words, known)
        for index, of_log in enumerate(self.survey.responses):
            self._check(("responses", index), of_log, log_vocabulary(self.survey), known)
        for index, pattern in enumerate(self.survey.patterns):
            self._once(("patterns", index), pattern.id, known)
            self._words(("patterns", index), pattern, FIGURES)
        for index, column in enumerate(self.survey.column_checks.values()):
            self._words(("columns", index), column, _COLUMN_WORDS)

    def _once(self, place: tuple[str | int, ...], name: str, known: set[str]) -> None:
        if name in known:
            self.note("checks.yaml", place, [Fault("check_twice", name=name)])
        known.add(name)

    def _words(self, place: tuple[str | int, ...], about: Check | ColumnCheck | Pattern, fillings: set[str]) -> None:
        for key, words in (("message", about.message), ("mend", about.mend)):
            self.note("checks.yaml", (*place, key), language_faults(words, about.id))
            wrong = sorted(filled(words) - fillings)
            self.note("checks.yaml", (*place, key), [Fault("filled", name=f"{{{name}}}") for name in wrong])

    def _check(self, place: tuple[str | int, ...], check: Check, words: Vocabulary, known: set[str]) -> None:
        file = "checks.yaml"
        self._once(place, check.id, known)
        self._words(place, check, _COLUMN_WORDS)
        strange = [Fault("no_field", name=name) for name in check.fields if name not in words.fields]
        self.note(file, (*place, "fields"), strange)
        self.note(file, (*place, "when"), rule_faults_of(check.when, words))
        if check.whole_column is not None and check.whole_column not in self.survey.column_checks:
            self.note(file, (*place, "whole_column"), [Fault("no_column_check", name=check.whole_column)])
        if not check.passes or not check.fails:
            self.note(file, place, [Fault("check_cases", name=check.id)])


def _is_of_any_child(column: exp.Column) -> bool:
    """Whether a rule asks of a column whether it is so for any child of the household."""
    call = column.find_ancestor(exp.Anonymous)
    while call is not None and call.name.upper() != "ANY_CHILD":
        call = call.find_ancestor(exp.Anonymous)
    return call is not None
