"""The definition proved: every rule parses, names known fields and legal codes, calls only what is allowed, and gives
the answers that the definition's own examples expect.

The labels stand twice on purpose (as label and among the spellings that files may use): a swapped label is found
because it is another one's spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.definition_tables import TITLES
from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.files.location import shipped
from cpms_cli.survey.files.schema_files import read_messages, read_survey
from cpms_cli.survey.model.definition import (
    Check,
    CodeList,
    ColumnCheck,
    Field,
    Pattern,
    Survey,
    Table,
    Words,
    folded,
    folded_header,
)
from cpms_cli.survey.model.response_log import log_vocabulary
from cpms_cli.survey.proof.lifespan_proof import lifespan_problems
from cpms_cli.survey.proof.limit_proof import limit_problems
from cpms_cli.survey.proof.linking_proof import linking_problems
from cpms_cli.survey.proof.presentation_proof import presentation_problems
from cpms_cli.survey.proof.response_proof import response_problems
from cpms_cli.survey.proof.summary_proof import figure_problems
from cpms_cli.survey.proof.translation_proof import translation_problems
from cpms_cli.survey.proof.unused_files import unused_files
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import RuleError, Vocabulary

_THAI = re.compile(r"[\u0e00-\u0e7f]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_COLUMN_WORDS = {"value", "label", "low", "high", "codes", "count", "round"}
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
    "sex_from_title",
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
)
_NEEDED_ROLES = (
    "round",
    "village",
    "household",
    "line",
    "visited",
    "consent",
    "person",
    "home",
    "national_id",
    "given_name",
    "family_name",
    "sex",
    "born",
    "age",
)


def _filled(words: Words) -> set[str]:
    return set(_PLACEHOLDER.findall(words.en))


def _languages(words: Words, what: str) -> Iterator[str]:
    if not _THAI.search(words.th):
        yield f"{what}: the Thai words have no Thai letter: '{words.th}'"
    if _THAI.search(words.en):
        yield f"{what}: the English words have Thai letters: '{words.en}'"
    if _filled(words) != set(_PLACEHOLDER.findall(words.th)):
        yield f"{what}: the two languages fill in different things"


def _rule(text: str | None, words: Vocabulary) -> list[str]:
    if text is None:
        return []
    try:
        rule_sql(text, words)
    except RuleError as error:
        return list(error.faults)
    except KeyError:
        pass  # a question of it has a code list that is not there, which is told where the question stands
    return []


class _Proof:
    """Gathers the problems of a survey that could be read."""

    def __init__(self, reader: Reader, survey: Survey) -> None:
        self.reader, self.survey = reader, survey
        self.problems: list[Problem] = []

    def line_of(self, file: str, *place: str | int) -> int:
        document = self.reader.documents.get(file)
        return document.line(*place) if document else 1

    def note(self, file: str, place: tuple[str | int, ...], messages: Iterable[str]) -> None:
        self.problems += [Problem(file, self.line_of(file, *place), message) for message in messages]

    def rule(self, text: str | None, table: Table) -> list[str]:
        """What is wrong with a rule of scored children, or of households."""
        return _rule(text, vocabulary(self.survey, table, indicators=table == "child"))

    def fields(self) -> None:
        headers: dict[str, str] = {}
        for table in (self.survey.household, self.survey.child, self.survey.response):
            file = f"{table.name}.yaml"
            if table.name == "response":
                headers = {}
            self.note(file, ("label",), _languages(table.label, table.name))
            names: set[str] = set()
            for index, field in enumerate(table.fields):
                place = ("fields", index)
                if field.name in names:
                    self.note(file, place, [f"field '{field.name}' stands twice"])
                names.add(field.name)
                if field.name in table.primaryKey and not field.constraints.required:
                    self.note(
                        file, (*place, "constraints"), [f"'{field.name}' is part of the key and must be required"]
                    )
                self._field(file, place, field, headers)
            known = {*names, *table.shared}
            for name in table.primaryKey:
                if name not in known:
                    self.note(file, ("primaryKey",), [f"there is no field '{name}'"])
            for name in table.shared:
                if name not in {field.name for field in self.survey.household.fields}:
                    self.note(file, ("shared",), [f"the household table has no field '{name}'"])
        self._roles()

    def _field(self, file: str, place: tuple[str | int, ...], field: Field, headers: dict[str, str]) -> None:
        self.note(file, (*place, "label"), _languages(field.label, field.name))
        self.note(file, (*place, "question"), _languages(field.question, field.name))
        self._answers(file, place, field)
        own = {folded_header(spelling) for spelling in field.headers}
        for label in field.label.written().values():
            if folded_header(label) not in own:
                self.note(file, (*place, "label"), [f"the label '{label}' is not among the field's headers"])
        for spelling in (field.name, *field.formerly, *field.headers):
            other = headers.setdefault(folded_header(spelling), field.name)
            if other != field.name:
                self.note(file, (*place, "headers"), [f"'{spelling}' is also a header of '{other}'"])
        if file != "response.yaml":
            words = vocabulary(self.survey, indicators=False)
            self.note(file, (*place, "asked"), _rule(field.asked or None, words))

    def _answers(self, file: str, place: tuple[str | int, ...], field: Field) -> None:
        if field.codelist is not None and field.codelist not in self.survey.codelists:
            self.note(file, (*place, "codelist"), [f"there is no code list '{field.codelist}'"])
        known = self.survey.codelists[field.codelist].by_code if field.codelist in self.survey.codelists else {}
        strange = [f"'{code}' is not a code of the field" for code in field.withholds if code not in known]
        self.note(file, (*place, "withholds"), strange)
        if field.role == "consent" and not field.withholds:
            self.note(file, (*place, "role"), ["consent must name the answers that withhold it (withholds)"])
        if field.many and field.codelist is None:
            self.note(file, (*place, "many"), ["only a field with a code list can have many answers"])
        elif field.many and field.codelist in self.survey.codelists:
            alone = [code for code in self.survey.codelists[field.codelist].codes if code.missing == "exclusive"]
            if len(alone) != 1:
                file_of_codes = f"codelists/{field.codelist}.csv"
                self.problems.append(Problem(file_of_codes, 1, "one code must be exclusive: the one that means none"))
        low, high = field.constraints.minimum, field.constraints.maximum
        if low is not None and high is not None and low > high:
            self.note(file, (*place, "constraints"), [f"the minimum {low} is above the maximum {high}"])

    def _roles(self) -> None:
        seen: dict[str, str] = {}
        for table in (self.survey.household, self.survey.child):
            for index, field in enumerate(table.fields):
                if field.role and seen.setdefault(field.role, field.name) != field.name:
                    self.note(
                        f"{table.name}.yaml",
                        ("fields", index, "role"),
                        [f"the role '{field.role}' is taken by '{seen[field.role]}'"],
                    )
        for role in _NEEDED_ROLES:
            if role not in seen:
                self.note("child.yaml", ("fields",), [f"no field has the role '{role}'"])

    def codelists(self) -> None:
        used = {
            field.codelist
            for table in (self.survey.household, self.survey.child, self.survey.response)
            for field in table.fields
        }
        for name, codes in self.survey.codelists.items():
            if name not in used and name != "missing":
                self.problems.append(Problem(f"codelists/{name}.csv", 1, "no field uses this code list"))
            self._codes(name, codes)

    def titles(self) -> None:
        known = self.survey.codes(self.survey.role("sex"))
        for title in self.survey.titles:
            if known is None or title.sex not in known.by_code:
                line = self.reader.title_lines[title.title]
                self.problems.append(Problem(TITLES, line, f"'{title.sex}' is not a code of the field of sex"))

    def _codes(self, name: str, codes: CodeList) -> None:
        file = f"codelists/{name}.csv"
        taken: dict[str, str] = {}
        seen: set[str] = set()
        for entry in codes.codes:
            line = self.reader.code_lines[(name, entry.code)]
            problems = list(_languages(entry.label, entry.code))
            if name == "missing" and entry.missing != entry.code:
                problems.append(f"'{entry.code}' is no answer: its kind must be '{entry.code}', not '{entry.missing}'")
            elif entry.code in self.survey.missing_words and entry.missing != entry.code:
                problems.append(f"'{entry.code}' is no answer in missing.csv, and here its kind is '{entry.missing}'")
            if entry.code in seen:
                problems.append(f"the code '{entry.code}' stands twice")
            seen.add(entry.code)
            own = {folded(spelling) for spelling in entry.spellings}
            problems += [
                f"the label '{label}' is not among the spellings of '{entry.code}'"
                for label in entry.label.written().values()
                if folded(label) not in own
            ]
            for spelling in (entry.code, *entry.formerly, *entry.spellings, *entry.cased):
                other = taken.setdefault(folded(spelling), entry.code)
                if other != entry.code:
                    problems.append(f"'{spelling}' is also a spelling of '{other}'")
            self.problems += [Problem(file, line, message) for message in problems]

    def indicators(self) -> None:
        file = "indicators.yaml"
        self._numbers()
        for index, indicator in enumerate(self.survey.indicators):
            place = ("indicators", index)
            words = vocabulary(self.survey)
            for key, text in (("when", indicator.when), ("applies", indicator.applies)):
                self.note(file, (*place, key), _rule(text, words))
            self.note(file, (*place, "name"), _languages(indicator.name, f"indicator {indicator.number}"))
            self.note(file, (*place, "definition"), _languages(indicator.definition, f"indicator {indicator.number}"))

    def _numbers(self) -> None:
        """Each number once, in order, one of the source's or one that a province may give."""
        numbering = self.survey.numbering
        numbers = [indicator.number for indicator in self.survey.indicators]
        for index, (before, after) in enumerate(pairwise(numbers)):
            if before >= after:
                messages = {index: f"{before} stands before {after}", index + 1: f"{after} stands after {before}"}
                for at_index, message in messages.items():
                    words = f"indicator {message}: each number once, in order"
                    self.note("indicators.yaml", ("indicators", at_index, "number"), [words])
        for index, indicator in enumerate(self.survey.indicators):
            place, number = ("indicators", index, "number"), indicator.number
            if numbering is not None and not numbering.is_free_for(number):
                first, final = numbering.source
                message = f"the source's indicators are {first} to {final}, your own begin at {numbering.own_from}"
                self.note("indicators.yaml", place, [f"there can be no indicator {number}: {message}"])
            if indicator.since and indicator.until and indicator.until < indicator.since:
                message = f"until {indicator.until} lies before since {indicator.since}"
                self.note("indicators.yaml", ("indicators", index, "until"), [message])

    def levels(self) -> None:
        file = "risk.yaml"
        for role in ("open", "clear"):
            if sum(level.role == role for level in self.survey.levels) != 1:
                self.note(file, ("levels",), [f"exactly one level must have the role '{role}'"])
        seen: set[str] = set()
        for index, level in enumerate(self.survey.levels):
            place = ("levels", index)
            if level.id in seen:
                self.note(file, place, [f"the level '{level.id}' stands twice"])
            seen.add(level.id)
            if (level.role == "rule") != (level.when is not None):
                self.note(file, place, ["a level has a rule (when) or a role, never both and never neither"])
            self.note(file, (*place, "when"), _rule(level.when, vocabulary(self.survey)))
            for key, words in (
                ("label", level.label),
                ("meaning", level.meaning),
                ("response", level.response),
                ("due", level.due),
            ):
                self.note(file, (*place, key), _languages(words, level.id))

    def checks(self) -> None:
        file = "checks.yaml"
        known = set(self.survey.column_checks)
        for name in _NEEDED_CHECKS:
            if name not in known:
                self.note(file, ("columns",), [f"the check '{name}' is missing"])
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
            self.note("checks.yaml", place, [f"the check '{name}' stands twice"])
        known.add(name)

    def _words(self, place: tuple[str | int, ...], about: Check | ColumnCheck | Pattern, filled: set[str]) -> None:
        for key, words in (("message", about.message), ("mend", about.mend)):
            self.note("checks.yaml", (*place, key), _languages(words, about.id))
            wrong = sorted(_filled(words) - filled)
            self.note("checks.yaml", (*place, key), [f"'{{{name}}}' cannot be filled in" for name in wrong])

    def _check(self, place: tuple[str | int, ...], check: Check, words: Vocabulary, known: set[str]) -> None:
        file = "checks.yaml"
        self._once(place, check.id, known)
        self._words(place, check, _COLUMN_WORDS)
        strange = [f"there is no field '{name}'" for name in check.fields if name not in words.fields]
        self.note(file, (*place, "fields"), strange)
        self.note(file, (*place, "when"), _rule(check.when, words))
        if check.whole_column is not None and check.whole_column not in self.survey.column_checks:
            self.note(file, (*place, "whole_column"), [f"there is no check of columns '{check.whole_column}'"])
        if not check.passes or not check.fails:
            self.note(file, place, [f"the check '{check.id}' needs a case that passes and one that fails"])

    def _shipped_messages(self) -> None:
        """A folder of one's own must have the sentences that the code says, with the same things filled in."""
        messages = read_messages(Reader(shipped("schemas")))
        for file, document in self.reader.documents.items():
            if file.startswith("messages/"):
                for name in document.content:
                    if name not in messages:
                        self.note(file, (name,), [f"cpms never says '{name}'"])
                    elif _filled(self.survey.messages[name]) != _filled(messages[name]):
                        fillings = ", ".join(sorted(_filled(messages[name]))) or "nothing"
                        self.note(file, (name,), [f"'{name}' must fill in {fillings}"])
        lacking = sorted(set(messages) - set(self.survey.messages))
        self.problems += [Problem("messages/", 1, f"the sentence '{name}' is missing") for name in lacking]

    def messages(self) -> None:
        self._shipped_messages()
        for file, document in self.reader.documents.items():
            if file.startswith("messages/"):
                for name in document.content:
                    words = self.survey.messages[name]
                    problems = [
                        problem
                        for problem in _languages(words, name)
                        if "no Thai letter" not in problem or _has_words(words.en)
                    ]
                    self.note(file, (name,), problems)


def _has_words(text: str) -> bool:
    """Whether a sentence has words of its own, beyond what is filled in: a name alone needs no translation."""
    return bool(re.search(r"[a-z]{4,}", _PLACEHOLDER.sub("", text)))


@dataclass(frozen=True)
class Judged:
    """A definition, as far as it could be read, with every problem.

    `survey` is None where nothing could be made of the folder. `faulty` are the files of which something could not be
    read, and is left out of the survey or stands in it as shipped.
    """

    survey: Survey | None
    problems: list[Problem]
    faulty: frozenset[str]


def judged(folder: Path) -> Judged:
    """The definition in a folder, judged as far as each part of it can still be when others are at fault.

    The examples that go with it are run by `scoring.examples`, since they need the scorer.
    """
    return _judged(folder, whole=True)


def proved(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """The definition in a folder, None where it cannot be read, and every problem with file and line."""
    proof = _judged(folder, whole=True)
    return proof.survey, proof.problems


def proved_for_scoring(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """As `proved`, but only what scores are made of: a definition kept from an earlier version of the tool need not
    have the sentences and checks of this one."""
    proof = _judged(folder, whole=False)
    return proof.survey, proof.problems


def _judged(folder: Path, whole: bool) -> Judged:
    known = shipped("schemas")
    reader = Reader(folder, None if folder.resolve() == known.resolve() else known)
    survey = read_survey(reader)
    problems = list(reader.problems)
    if survey is not None:
        problems += [problem for problem in _problems_of(reader, survey, whole) if _is_certain(reader, problem)]
    problems += unused_files(folder) if whole else []
    in_order = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line))
    return Judged(survey, in_order, frozenset(reader.faulty))


def _problems_of(reader: Reader, survey: Survey, whole: bool) -> list[Problem]:
    """Every problem of a survey; a stage that cannot go on, because an earlier one is at fault, is left out."""
    proof = _Proof(reader, survey)
    further = (proof.titles, proof.checks, proof.messages) if whole else ()
    stages: list[Callable[[], Iterable[Problem] | None]] = [
        proof.fields,
        proof.codelists,
        lambda: lifespan_problems(reader, survey, _NEEDED_ROLES),
        proof.indicators,
        proof.levels,
        *further,
    ]
    if whole:
        stages += [
            lambda: linking_problems(reader, survey.linking, _languages),
            lambda: presentation_problems(reader, survey),
            lambda: translation_problems(reader, survey),
            lambda: figure_problems(reader, survey, _languages, proof.rule),
            lambda: response_problems(reader, survey),
            lambda: limit_problems(reader, survey, _languages),
        ]
    for stage in stages:
        try:
            proof.problems += stage() or ()
        except (KeyError, StopIteration, IndexError, AttributeError):
            if not (proof.problems or reader.problems):
                raise
    return proof.problems


def _is_certain(reader: Reader, problem: Problem) -> bool:
    """Whether a problem is one of what was read, and does not come of what could not be."""
    return problem.file not in reader.replaced and not any(f"'{name}'" in problem.message for name in reader.unread)
