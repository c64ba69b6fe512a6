"""The indicators, risk levels and checks of the definition, proved."""

from __future__ import annotations

from cpms_cli.survey.model.definition import (
    Check,
    ColumnCheck,
    Pattern,
)
from cpms_cli.survey.model.response_log import log_vocabulary
from cpms_cli.survey.proof.proof_notes import Proof, filled, languages, rule_problems
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import Vocabulary

_COLUMN_WORDS = {"value", "label", "low", "high", "codes"}
_FIGURES = {"value", "count", "share", "others", "expected", "date"}
_NEEDED_CHECKS = (
    "required",
    "code",
    "code_look_alike",
    "integer",
    "range",
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
    "sex_from_title",
    "household_differs",
    "consent_unread",
    "child_displaced",
    "house_number_as_date",
    "consent_differs",
    "row_repeated",
    "house_written_twice",
    "house_consent_differs",
    "house_written_otherwise",
)


def prove_indicators(proof: Proof) -> None:
    """Note what is wrong with the indicators: their numbers, rules and words."""
    file = "indicators.yaml"
    _numbers(proof)
    for index, indicator in enumerate(proof.survey.indicators):
        place = ("indicators", index)
        words = vocabulary(proof.survey)
        for key, text in (("when", indicator.when), ("applies", indicator.applies)):
            proof.note(file, (*place, key), rule_problems(text, words))
        proof.note(file, (*place, "name"), languages(indicator.name, f"indicator {indicator.number}"))
        proof.note(file, (*place, "definition"), languages(indicator.definition, f"indicator {indicator.number}"))


def _numbers(proof: Proof) -> None:
    """Each number once, in order, one of the source's or one that a province may give."""
    last = 0
    numbering = proof.survey.numbering
    for index, indicator in enumerate(proof.survey.indicators):
        place, number = ("indicators", index, "number"), indicator.number
        if number <= last:
            proof.note("indicators.yaml", place, [f"indicator {number} stands after {last}: each once, in order"])
        if numbering is not None and not numbering.is_free_for(number):
            first, final = numbering.source
            message = f"the source's indicators are {first} to {final}, your own begin at {numbering.own_from}"
            proof.note("indicators.yaml", place, [f"there can be no indicator {number}: {message}"])
        if indicator.since and indicator.until and indicator.until < indicator.since:
            message = f"until {indicator.until} lies before since {indicator.since}"
            proof.note("indicators.yaml", ("indicators", index, "until"), [message])
        last = max(last, number)


def prove_levels(proof: Proof) -> None:
    """Note what is wrong with the risk levels: their roles, rules and words."""
    file = "risk.yaml"
    for role in ("open", "clear"):
        if sum(level.role == role for level in proof.survey.levels) != 1:
            proof.note(file, ("levels",), [f"exactly one level must have the role '{role}'"])
    seen: set[str] = set()
    for index, level in enumerate(proof.survey.levels):
        place = ("levels", index)
        if level.id in seen:
            proof.note(file, place, [f"the level '{level.id}' stands twice"])
        seen.add(level.id)
        if (level.role == "rule") != (level.when is not None):
            proof.note(file, place, ["a level has a rule (when) or a role, never both and never neither"])
        proof.note(file, (*place, "when"), rule_problems(level.when, vocabulary(proof.survey)))
        for key, words in (
            ("label", level.label),
            ("meaning", level.meaning),
            ("response", level.response),
            ("due", level.due),
        ):
            proof.note(file, (*place, key), languages(words, level.id))


def prove_checks(proof: Proof) -> None:
    """Note what is wrong with the checks of files: ids, fields, rules, words and worked cases."""
    file = "checks.yaml"
    known = set(proof.survey.column_checks)
    for name in _NEEDED_CHECKS:
        if name not in known:
            proof.note(file, ("columns",), [f"the check '{name}' is missing"])
    for index, check in enumerate(proof.survey.checks):
        words = vocabulary(proof.survey, check.table, indicators=False)
        _check(proof, ("rules", index), check, words, known)
    for index, change in enumerate(proof.survey.history):
        words = vocabulary(proof.survey, indicators=False, earlier=change.about == "child")
        _check(proof, ("history", index), change, words, known)
    for index, of_log in enumerate(proof.survey.responses):
        _check(proof, ("responses", index), of_log, log_vocabulary(proof.survey), known)
    for index, pattern in enumerate(proof.survey.patterns):
        _once(proof, ("patterns", index), pattern.id, known)
        _words(proof, ("patterns", index), pattern, _FIGURES)
    for index, column in enumerate(proof.survey.column_checks.values()):
        _words(proof, ("columns", index), column, _COLUMN_WORDS)


def _once(proof: Proof, place: tuple[str | int, ...], name: str, known: set[str]) -> None:
    if name in known:
        proof.note("checks.yaml", place, [f"the check '{name}' stands twice"])
    known.add(name)


def _words(proof: Proof, place: tuple[str | int, ...], about: Check | ColumnCheck | Pattern, allowed: set[str]) -> None:
    for key, words in (("message", about.message), ("mend", about.mend)):
        proof.note("checks.yaml", (*place, key), languages(words, about.id))
        wrong = sorted(filled(words) - allowed)
        proof.note("checks.yaml", (*place, key), [f"'{{{name}}}' cannot be filled in" for name in wrong])


def _check(proof: Proof, place: tuple[str | int, ...], check: Check, words: Vocabulary, known: set[str]) -> None:
    file = "checks.yaml"
    _once(proof, place, check.id, known)
    _words(proof, place, check, _COLUMN_WORDS)
    strange = [f"there is no field '{name}'" for name in check.fields if name not in words.fields]
    proof.note(file, (*place, "fields"), strange)
    proof.note(file, (*place, "when"), rule_problems(check.when, words))
    if check.whole_column is not None and check.whole_column not in proof.survey.column_checks:
        proof.note(file, (*place, "whole_column"), [f"there is no check of columns '{check.whole_column}'"])
    if not check.passes or not check.fails:
        proof.note(file, place, [f"the check '{check.id}' needs a case that passes and one that fails"])
