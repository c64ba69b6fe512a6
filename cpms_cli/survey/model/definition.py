"""The shape of the definition: what `schemas/` may say, as checked, immutable objects.

Field descriptors follow Frictionless Table Schema (datapackage.org/standard/table-schema); what is ours beside it
is `codelist`, `many`, `asked`, `role`, `withholds` (answers after which only the key is kept), `closes` (answers that
end a child's case), `titled` (a name before which a title may stand), `personal`, `sensitive`, `topic` (the part of a
form it stands in), `carried` (does not change: next year's form brings it along), `headers`, the two-language
`label` and `question`, and what `survey.model.lifespan` has: the rounds in which it is asked, and its former names.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field as Described

from cpms_cli.survey.model.deidentification import Deidentification
from cpms_cli.survey.model.fairness import Fairness
from cpms_cli.survey.model.lifespan import Lifespan, Span
from cpms_cli.survey.model.privacy import PrivacyRules
from cpms_cli.survey.model.summary_model import Activity, Figures, Measure, Right
from cpms_cli.survey.model.words import LANGUAGES, Language, Part, Table, Words
from cpms_cli.survey.plain_text import compared_text

__all__ = [
    "LANGUAGES",
    "Answer",
    "Area",
    "Case",
    "Check",
    "Circumstance",
    "Code",
    "CodeList",
    "ColumnCheck",
    "Constraints",
    "Field",
    "Indicator",
    "Language",
    "Level",
    "Pattern",
    "Phrase",
    "Role",
    "Survey",
    "Table",
    "TableSchema",
    "Title",
    "Translation",
    "Words",
    "folded",
    "folded_header",
]

Role = Literal[
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
    "nickname",
    "mother",
    "sex",
    "born",
    "age",
    "nationality",
    "interviewer",
]
ResponseRole = Literal["person", "responded", "response", "agency", "outcome", "next_step"]


class Constraints(Part):
    """Frictionless constraints on one field."""

    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    maxLength: int | None = None
    pattern: str | None = None


class Field(Lifespan):
    """One question of the survey, or one part of a row's key.

    `asked` is the SQL condition under which it is put to somebody; False turns it off, for everybody and in all rounds.
    """

    name: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    type: Literal["string", "integer", "year", "date"]
    format: Literal["partial-date", "thai-id", "cpms-id"] | None = None
    codelist: str | None = None
    many: bool = False
    personal: bool = False
    sensitive: bool = False
    topic: str | None = None
    carried: bool = False
    asked: str | Literal[False] | None = None
    role: Role | ResponseRole | None = None
    withholds: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    titled: bool = False
    constraints: Constraints = Constraints()
    label: Words
    question: Words
    headers: tuple[str, ...]
    source: str | None = None

    @property
    def is_turned_off(self) -> bool:
        """Whether the question is asked of nobody, in no round (`asked: false`)."""
        return self.asked is False

    def is_asked_in(self, round_year: int | None) -> bool:
        """Whether the question is put to anybody in the round of this Gregorian year; None is any round to come."""
        return not self.is_turned_off and self.is_there_in(round_year)


class Code(Lifespan):
    """One answer of a code list; `missing` marks what is no answer, `exclusive` what stands alone.

    `cased` are spellings that count among names only as they are written there: in another case they may be a name.
    The code can be chosen in the rounds of its lifespan; codes by which it went before are read as this one.
    """

    code: str = Described(min_length=1)
    label: Words
    missing: Literal["", "unknown", "refused", "not_asked", "blank", "exclusive"]
    spellings: tuple[str, ...]
    cased: tuple[str, ...] = ()


class CodeList(Part):
    """A closed list of answers."""

    name: str
    codes: tuple[Code, ...]

    @cached_property
    def by_code(self) -> dict[str, Code]:
        """Code to its entry, in the list's order."""
        return {entry.code: entry for entry in self.codes}

    @cached_property
    def by_spelling(self) -> dict[str, str]:
        """Folded spelling to code; the code itself is always a spelling."""
        return {
            folded(spelling): entry.code
            for entry in self.codes
            for spelling in (entry.code, *entry.formerly, *entry.spellings, *entry.cased)
        }

    @cached_property
    def by_former_code(self) -> dict[str, str]:
        """Codes of earlier definitions to the codes that stand for them now."""
        return {former: entry.code for entry in self.codes for former in entry.formerly}

    def offered_in(self, round_year: int | None) -> tuple[Code, ...]:
        """The codes that can be chosen in the round of this Gregorian year; None is any round to come."""
        return tuple(entry for entry in self.codes if entry.is_there_in(round_year))

    @cached_property
    def cased_spellings(self) -> frozenset[str]:
        """The spellings that count among names only as they are written here."""
        return frozenset(spelling for entry in self.codes for spelling in entry.cased)

    @cached_property
    def cased(self) -> frozenset[str]:
        """The same, folded: words that may be names."""
        return frozenset(map(folded, self.cased_spellings))


class TableSchema(Part):
    """One table of the survey."""

    name: str
    label: Words
    shared: tuple[str, ...] = ()
    primaryKey: tuple[str, ...]
    topics: dict[str, Words] = Described(default={})
    fields: tuple[Field, ...]


class Phrase(Part):
    """A field's label and question in one further language."""

    label: str = Described(min_length=1)
    question: str = Described(min_length=1)


class Translation(Part):
    """A further language in which the questions are put; `name` is what its speakers call it.

    `tables` and `topics` are names, `codes` labels by code list and code, `sentences` by the id of a message.
    """

    language: str = Described(pattern=r"^[a-z]{2,3}$")
    name: str = Described(min_length=1)
    reviewed: bool
    tables: dict[str, str]
    fields: dict[str, Phrase]
    codes: dict[str, dict[str, str]]
    topics: dict[str, str]
    sentences: dict[str, str]


class Numbering(Part):
    """How indicators are numbered: `source`, the first and the last number of the source document; `own_from`, the
    number from which on a province numbers its own. A number is never given twice: what is retired keeps it."""

    source: tuple[int, int]
    own_from: int

    def is_free_for(self, number: int) -> bool:
        """Whether an indicator can have this number: one of the source's, or one for a province's own."""
        return self.source[0] <= number <= self.source[1] or number >= self.own_from


class Indicator(Span):
    """A statement about a child: `when` and `applies` are SQL with three truth values over the survey's fields.

    A `circumstance` calls for help with rights, and is no danger by itself. In rounds before `since` and after `until`
    it applies to nobody.
    """

    number: int
    name: Words
    definition: Words
    level: Table
    counted: bool = True
    circumstance: bool = False
    applies: str | None = None
    when: str
    source: str

    @property
    def column(self) -> str:
        """Its name inside rules and score tables: i and the number, of two digits at least."""
        return f"i{self.number:02d}"


class Level(Part):
    """A risk level. The list's order is the order of severity; the two without `when` are what is left.

    `due_hours` is by when a first response is demanded, `answered_by` the kinds of response that are one, `again_days`
    after how long without any a case is due again.
    """

    id: str = Described(pattern=r"^[a-z_]+$")
    label: Words
    meaning: Words
    response: Words
    due: Words
    due_hours: int | None = Described(default=None, ge=1)
    answered_by: tuple[str, ...] = ()
    again_days: int | None = Described(default=None, ge=1)
    role: Literal["rule", "open", "clear"] = "rule"
    when: str | None = None
    source: str


class Circumstance(Part):
    """With what a circumstance calls for help: said beside the level of a child of whom its `indicator` is yes."""

    id: str = Described(pattern=r"^[a-z_]+$")
    indicator: int
    help: Words
    source: str


Answer = str | int
Case = dict[str, Answer | dict[str, Answer] | tuple[dict[str, Answer], ...]]


class Check(Part):
    """A rule over a row and what stands around it; `when` true is the fault.

    Of a file in which none of the rule's `fields` is ever filled in, the check named as `whole_column` is told once in
    place of the rule on each row.
    """

    id: str = Described(pattern=r"^[a-z0-9_]+$")
    severity: Literal["error", "warning"]
    table: Table
    fields: tuple[str, ...] = Described(min_length=1)
    when: str
    message: Words
    mend: Words
    source: str | None = None
    whole_column: str | None = None
    passes: tuple[Case, ...] = ()
    fails: tuple[Case, ...] = ()


class HistoryCheck(Check):
    """A rule that holds what a file says against what the store knows from the rounds before.

    `about` a child: the child's record, the last one before it through `before(field)`; about an absent child: the
    last record, its age as at this round, of one who lived in a village of the file and is not in it; about a village:
    one of the subdistrict that had children in the last round and is not in the file (`children_listed` of them).
    """

    about: Literal["child", "absent", "village"]
    table: Table = "child"


class ResponseCheck(Check):
    """A rule on one row of the response log, held against what the store knows of its child.

    Beside the row's own fields it may name the facts of `survey.model.response_log`: today, known_as, first_interview,
    told_otherwise. `_facts` in a case puts others in their place.
    """

    table: Table = "child"


class Pattern(Part):
    """A pattern in one volunteer's interviews that honest work rarely shows; `measure` names the figure taken.

    Nobody with fewer than `at_least` interviews is judged. `limit` is the figure from which it is told, `apart` how far
    it must lie from that of all other volunteers; where these have fewer than `at_least` too, `alone` is the limit.
    `heaped` are the values that people prefer when they invent.
    """

    id: str = Described(pattern=r"^[a-z0-9_]+$")
    severity: Literal["warning"]
    measure: Literal["same_answers", "no_unknowns", "birth_days", "ages", "interviews_a_day"]
    at_least: int = Described(ge=1)
    limit: float
    apart: float = 0
    alone: float | None = None
    heaped: tuple[int, ...] = ()
    message: Words
    mend: Words
    source: str | None = None


class ColumnCheck(Part):
    """The words for a fault that a field's own type, code list or constraints tell.

    Of dates, `first_year` is the earliest year there is, and `years_ahead` how many may follow the present one, which
    is not before `clock_from` whatever the computer's clock says.
    """

    id: str = Described(pattern=r"^[a-z0-9_]+$")
    severity: Literal["error", "warning"]
    message: Words
    mend: Words
    first_year: int | None = None
    years_ahead: int | None = None
    clock_from: int | None = None


class Title(Part):
    """A word before a name: the code of the sex that it tells, and whether a name may follow without a space."""

    title: str = Described(min_length=1)
    sex: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A province (2 digits), district (4) or subdistrict (6) with its official code, and its name in both languages.

    There are thousands of them and a run names a few: a plain object each, its words made when they are asked for.
    """

    code: str
    en: str
    th: str

    @property
    def label(self) -> Words:
        """Return the name of the area as words in both languages."""
        return Words(en=self.en, th=self.th)


_SEPARATORS = re.compile(r"[\s_./()\[\]:;,'\"*?!\-–—]+")


def folded(text: str) -> str:
    """The text as spellings are compared: as `compared_text`, all white space dropped.

    >>> folded(" Do not  Know ")
    'donotknow'
    """
    return compared_text(text).replace(" ", "")


def folded_header(text: str) -> str:
    """The text as headers are compared: as `folded`, punctuation dropped as well.

    >>> folded_header("Birth_Date (d/m/y)")
    'birthdatedmy'
    """
    return _SEPARATORS.sub("", compared_text(text))


def roles_of(tables: Iterable[TableSchema]) -> dict[str, Field]:
    """The fields of some tables by the parts they play."""
    return {field.role: field for table in tables for field in table.fields if field.role}


class Survey(Part):
    """The whole definition, loaded from the files of `folder`."""

    folder: Path
    household: TableSchema
    child: TableSchema
    response: TableSchema
    codelists: dict[str, CodeList]
    indicators: tuple[Indicator, ...]
    numbering: Numbering | None = None
    levels: tuple[Level, ...]
    circumstances: tuple[Circumstance, ...] = ()
    checks: tuple[Check, ...]
    history: tuple[HistoryCheck, ...]
    responses: tuple[ResponseCheck, ...]
    patterns: tuple[Pattern, ...]
    column_checks: dict[str, ColumnCheck]
    titles: tuple[Title, ...]
    areas: dict[str, Area]
    messages: dict[str, Words]
    figures: Figures
    rights: tuple[Right, ...]
    measures: tuple[Measure, ...]
    origin: str
    activities: tuple[Activity, ...]
    privacy: PrivacyRules
    deidentification: Deidentification
    fairness: Fairness = Fairness()
    translations: tuple[Translation, ...] = ()
    digest: str

    def __hash__(self) -> int:
        """By the files' own digest, so that what is derived from a definition can be kept beside it."""
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        """As the hash: what was read from the same files is the same, and comparing every word of it takes long."""
        return self is other or (
            isinstance(other, Survey) and type(self) is type(other) and self.digest == other.digest
        )

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field of the household and child tables by name."""
        return {field.name: field for table in (self.household, self.child) for field in table.fields}

    def role(self, role: Role) -> Field:
        """The field that plays this part: code names roles, never fields."""
        return self._by_role[role]

    def plays(self, role: Role) -> bool:
        """Whether a field has this role: some are not needed."""
        return role in self._by_role

    @cached_property
    def _by_role(self) -> dict[str, Field]:
        return roles_of((self.household, self.child))

    def response_role(self, role: ResponseRole) -> Field:
        """The field of the response log that plays this part."""
        return next(field for field in self.response.fields if field.role == role)

    @cached_property
    def urgent_levels(self) -> tuple[Level, ...]:
        """The levels that demand a response by a time, most severe first."""
        return tuple(level for level in self.levels if level.due_hours is not None)

    def columns(self, table: Table) -> tuple[str, ...]:
        """The names of a table's own columns, those it shares with the household first."""
        return self._columns[table == "household"]

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the children's table, and of the households'."""
        of_child, of_household = (
            (*schema.shared, *(field.name for field in schema.fields)) for schema in (self.child, self.household)
        )
        return of_child, of_household

    def key(self, table: Table) -> tuple[str, ...]:
        """The fields that make a row of this table one of a kind."""
        return (self.household if table == "household" else self.child).primaryKey

    def codes(self, field: Field) -> CodeList | None:
        """The field's code list, where it has one."""
        return self.codelists[field.codelist] if field.codelist else None

    @cached_property
    def told_by(self) -> dict[str, Check | ColumnCheck | Pattern]:
        """Every check by its id: what a finding names."""
        rules: list[Check | Pattern] = [*self.checks, *self.history, *self.responses, *self.patterns]
        return {**self.column_checks, **{rule.id: rule for rule in rules}}

    def years_of_dates(self) -> tuple[int, int]:
        """The first and the last Christian year of any date there is."""
        limits = self.column_checks["date_range"]
        this_year = max(datetime.date.today().year, limits.clock_from or 0)
        return limits.first_year or 0, this_year + (limits.years_ahead or 0)

    @cached_property
    def missing_words(self) -> tuple[str, ...]:
        """What stands in a cell instead of an answer: unknown, refused, not_asked."""
        return tuple(code.code for code in self.codelists["missing"].codes if code.missing != "blank")

    def missing_codes(self, field: Field) -> tuple[str, ...]:
        """The codes that are no answer to this field."""
        codes = self.codes(field)
        own = [entry.code for entry in codes.codes if entry.missing not in ("", "exclusive")] if codes else []
        return tuple(dict.fromkeys([*own, *self.missing_words]))

    @cached_property
    def rule_levels(self) -> tuple[Level, ...]:
        """The levels that have a rule, most severe first."""
        return tuple(level for level in self.levels if level.role == "rule")

    def level(self, role: Literal["open", "clear"]) -> Level:
        """The level for children on whom no rule is true."""
        return next(level for level in self.levels if level.role == role)

    def indicator(self, number: int) -> Indicator | None:
        """The indicator of this number."""
        return next((indicator for indicator in self.indicators if indicator.number == number), None)

    @cached_property
    def indicator_numbers(self) -> str:
        """The numbers of the indicators, for people: those that follow each other as first and last, as 1-22, 101."""
        numbers = sorted(indicator.number for indicator in self.indicators)
        starts = [number for number in numbers if number - 1 not in numbers]
        ends = [number for number in numbers if number + 1 not in numbers]
        spans = zip(starts, ends, strict=True)
        return ", ".join(f"{start}-{end}" if end > start else str(start) for start, end in spans)

    @cached_property
    def no_consent(self) -> tuple[str, ...]:
        """Answers to the question of consent after which nothing but a row's key may be stored."""
        return self.role("consent").withholds

    @cached_property
    def by_former_name(self) -> dict[str, str]:
        """Names of fields in earlier definitions to the names by which these fields go now, in the survey's tables."""
        return {former: field.name for field in self.fields.values() for former in field.formerly}

    def field_once_named(self, name: str) -> Field | None:
        """The field that goes, or once went, by this name; None where there is none."""
        return self.fields.get(self.by_former_name.get(name, name))

    @cached_property
    def turned_off(self) -> frozenset[str]:
        """The names of the fields that are turned off."""
        return frozenset(name for name, field in self.fields.items() if field.is_turned_off)

    def not_asked_in(self, round_year: int | None) -> frozenset[str]:
        """The names of the fields that nobody is asked in the round of this year; None is any round to come."""
        return frozenset(name for name, field in self.fields.items() if not field.is_asked_in(round_year))

    def as_asked_in(self, round_year: int | None) -> Survey:
        """The questions and answers that the round of this Gregorian year puts to people; None is any round to come.

        It is for forms: rules may name questions that it does not have.
        """
        tables = {
            table.name: table.model_copy(
                update={"fields": tuple(field for field in table.fields if field.is_asked_in(round_year))}
            )
            for table in (self.household, self.child, self.response)
        }
        lists = {
            name: CodeList(name=name, codes=codes.offered_in(round_year)) for name, codes in self.codelists.items()
        }
        if lists == self.codelists and all(tables[table.name] == table for table in (self.household, self.child)):
            return self
        digest = f"{self.digest}:{round_year}"
        return Survey.model_construct(**{**dict(self), **tables, "codelists": lists, "digest": digest})

    def is_asked_alike(self, field: Field, round_years: Iterable[int]) -> bool:
        """Whether a question was asked in all of these rounds, with the same answers to choose from: only then can what
        was answered be compared."""
        years = tuple(round_years)
        codes = self.codes(field)
        offered = {codes.offered_in(year) for year in years} if codes else set()
        return all(field.is_asked_in(year) for year in years) and len(offered) <= 1

    def asked_fields(self) -> Iterator[Field]:
        """Fields that are asked only of some."""
        return (field for field in self.fields.values() if field.asked)
