"""The whole definition as one immutable object, made of what `schemas/` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field as Described

from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.model.area_changes import AreaChange
from cpms_cli.survey.model.checks import (
    Answer,
    Case,
    Check,
    ColumnCheck,
    HistoryCheck,
    Indicator,
    Level,
    Numbering,
    Pattern,
    ResponseCheck,
)
from cpms_cli.survey.model.fields import (
    NOT_ASKED,
    Area,
    Code,
    CodeList,
    Constraints,
    Field,
    ResponseRole,
    Role,
    TableSchema,
    Title,
    folded,
    folded_header,
    folded_once,
    roles_of,
)
from cpms_cli.survey.model.settings.deidentification import Deidentification
from cpms_cli.survey.model.settings.fairness import Fairness
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.model.settings.privacy import PrivacyRules
from cpms_cli.survey.model.summary_model import Activity, Figures, Measure, Right
from cpms_cli.survey.speech.translation import Translation
from cpms_cli.survey.words import LANGUAGES, Language, Part, Table, Words
from cpms_cli.survey.yaml_files.limits import Limits

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
    "Role",
    "Survey",
    "Table",
    "TableSchema",
    "Title",
    "Translation",
    "Words",
    "folded",
    "folded_header",
    "folded_once",
]


_OWN_NAMES: tuple[Role, ...] = ("given_name", "family_name")


class Circumstance(Renamed):
    """With what a circumstance calls for help: said beside the level of a child of whom its `indicator` is yes."""

    id: str = Described(pattern=r"^[a-z_]+$")
    indicator: int
    help: Words
    source: str


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
    in_danger: Words | None = None
    checks: tuple[Check, ...]
    history: tuple[HistoryCheck, ...]
    responses: tuple[ResponseCheck, ...]
    patterns: tuple[Pattern, ...]
    column_checks: dict[str, ColumnCheck]
    titles: tuple[Title, ...]
    areas: dict[str, Area]
    area_changes: tuple[AreaChange, ...] = ()
    messages: dict[str, Words]
    figures: Figures
    rights: tuple[Right, ...]
    measures: tuple[Measure, ...]
    origin: str | Literal[False]
    activities: tuple[Activity, ...]
    privacy: PrivacyRules
    deidentification: Deidentification
    fairness: Fairness = Fairness()
    linking: LinkingSettings
    limits: Limits = Limits()
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
    def languages(self) -> tuple[Language, ...]:
        """The codes of the languages that the definition has words in."""
        return (*LANGUAGES, *(translation.language for translation in self.translations))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field of the household and child tables by name."""
        return {field.name: field for table in (self.household, self.child) for field in table.fields}

    def role(self, role: Role) -> Field:
        """The field that plays this part: code names roles, never fields."""
        return self._by_role[role]

    @cached_property
    def name_fields(self) -> tuple[Field, ...]:
        """The fields of a child's own names: the given name, and the family name where the survey asks for one."""
        return tuple(self._by_role[role] for role in _OWN_NAMES if role in self._by_role)

    def plays(self, role: Role) -> bool:
        """Whether a field has this role: some are not needed."""
        return role in self._by_role

    def names_of(self, *roles: Role) -> list[str]:
        """The names of the fields that play these parts, without the parts that no field plays."""
        return [self._by_role[role].name for role in roles if role in self._by_role]

    @cached_property
    def _by_role(self) -> dict[str, Field]:
        return roles_of((self.household, self.child))

    def response_role(self, role: ResponseRole) -> Field:
        """The field of the response log that plays this part."""
        return roles_of((self.response,))[role]

    def response_field(self, role: ResponseRole) -> Field | None:
        """The field of the response log that plays this part, None where no field does: some parts are optional."""
        return next((field for field in self.response.fields if field.role == role), None)

    @cached_property
    def arrived(self) -> Measure | None:
        """The measure of children that says who moved in; None where the survey does not ask it."""
        return next((measure for measure in self.measures if measure.arrived and measure.of == "child"), None)

    @cached_property
    def origin_field(self) -> Field | None:
        """The question where children came from who moved in; None where the survey does not ask it."""
        return self.fields[self.origin] if self.origin else None

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
    def checks_by_id(self) -> dict[str, Check | ColumnCheck | Pattern]:
        """Every check by its id: what a finding names."""
        rules: list[Check | Pattern] = [*self.checks, *self.history, *self.responses, *self.patterns]
        return {**self.column_checks, **{rule.id: rule for rule in rules}}

    def years_of_dates(self) -> tuple[int, int]:
        """The first and the last Christian year of any date there is."""
        limits = self.column_checks["date_range"]
        this_year = max(country_today().year, limits.clock_from or 0)
        return limits.first_year or 0, this_year + (limits.years_ahead or 0)

    @cached_property
    def not_asked(self) -> str:
        """The code that stands where nobody was asked."""
        return next(code.code for code in self.codelists["missing"].codes if code.missing == NOT_ASKED)

    @cached_property
    def missing_words(self) -> tuple[str, ...]:
        """What stands in a cell instead of an answer: unknown, refused, not_asked."""
        return tuple(code.code for code in self.codelists["missing"].codes if code.missing != "blank")

    @cached_property
    def answer_spellings(self) -> frozenset[str]:
        """Every way to write an answer of any list, folded."""
        return frozenset(spelling for codes in self.codelists.values() for spelling in codes.by_spelling)

    def spellings(self, field: Field) -> dict[str, str]:
        """Every way to write an answer to this field, or a reason for having none, folded, and its code."""
        codes = self.codes(field)
        return {**self.codelists["missing"].by_spelling, **(codes.by_spelling if codes else {})}

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
        """The level for children on whom no rule is true; KeyError where there is none."""
        return {level.role: level for level in self.levels}[role]

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
        whole = {table.name: table for table in (self.household, self.child, self.response)}
        asked = {
            name: tuple(field for field in table.fields if field.is_asked_in(round_year))
            for name, table in whole.items()
        }
        tables = {name: table.model_copy(update={"fields": asked[name]}) for name, table in whole.items()}
        lists = {name: CodeList(name=name, codes=of.offered_in(round_year)) for name, of in self.codelists.items()}
        if lists == self.codelists and tables == whole:
            return self
        changed = {**tables, "codelists": lists, "digest": f"{self.digest}:{round_year}"}
        return Survey.model_construct(**{**dict(self), **changed})

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
