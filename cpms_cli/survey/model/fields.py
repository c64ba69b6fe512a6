"""The questions of the survey: fields, code lists, tables.

Field descriptors follow Frictionless Table Schema (datapackage.org/standard/table-schema). Beside it stand `codelist`,
`many`, `ordered` (the answers of its list stand in the order of how much or how often), `asked`, `role`, `withholds`
(answers after which only the key is kept), `closes` (answers that end a child's case), `assigns` (answers that only say
whose case it is), `titled` (a name before which a title may stand), `personal`, `sensitive`, `topic` (the part of a
form in which it stands), `carried` (it does not change, so that next year's form has it already), `headers`, `label`
and `question` in two languages, and what `survey.model.lifespan` has: the rounds in which it is asked, and its former
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic import Field as Described

from cpms_cli.survey.model.lifespan import Lifespan
from cpms_cli.survey.model.settings.name_tables import ReadableExpression
from cpms_cli.survey.model.taken_names import name_of_question
from cpms_cli.survey.plain_text import compared_text
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Language, Part, Words

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
    "house_code",
    "latitude",
    "longitude",
    "phone",
]
ResponseRole = Literal["person", "responded", "response", "agency", "outcome", "next_step", "worker", "closing"]
OPTIONAL_RESPONSE_ROLES: frozenset[ResponseRole] = frozenset({"worker", "closing"})
"""Which no field of the log need play: logs of earlier definitions do not have them."""


def _asked(written: Any) -> Any:
    """The condition under which a question is put; False, also as a text, turns it off.

    >>> _asked("age >= 7"), _asked(False), _asked("false")
    ('age >= 7', False, False)
    """
    if written is False or str(written).strip().casefold() == "false":
        return False
    if not isinstance(written, str) or not written.strip():
        raise FaultyPart("asked")
    return written


_MOST = 2_147_483_647  # what a whole number can be in the store and in files of others


class Constraints(Part):
    """Frictionless constraints on one field."""

    required: bool = False
    minimum: Annotated[int, Described(ge=-_MOST, le=_MOST)] | None = None
    maximum: Annotated[int, Described(ge=-_MOST, le=_MOST)] | None = None
    maxLength: Annotated[int, Described(ge=1, le=_MOST)] | None = None
    pattern: ReadableExpression | None = None


class Field(Lifespan):
    """One question of the survey, or one part of a row's key.

    `asked` is the SQL condition under which it is put to somebody; False turns it off, for everybody and in all rounds.
    """

    name: Annotated[str, Described(pattern=r"^[a-z][a-z0-9_]*$"), AfterValidator(name_of_question)]
    type: Literal["string", "integer", "number", "year", "date"]
    format: Literal["partial-date", "thai-id", "cpms-id", "digits"] | None = None
    codelist: str | None = None
    many: bool = False
    ordered: bool = False
    personal: bool = False
    sensitive: bool = False
    topic: str | None = None
    carried: bool = False
    asked: Annotated[str | Literal[False] | None, BeforeValidator(_asked)] = None
    role: Literal[Role, ResponseRole] | None = None
    withholds: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    assigns: tuple[str, ...] = ()
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

    @property
    def holds_dates(self) -> bool:
        """Whether its answers are dates, or parts of dates."""
        return self.type == "date" or self.format == "partial-date"

    def is_asked_in(self, round_year: int | None) -> bool:
        """Whether the question is put to anybody in the round of this Gregorian year; None is any round to come."""
        return not self.is_turned_off and self.is_there_in(round_year)


NOT_ASKED = "not_asked"
"""What stands where nobody was asked: the kind of this reason in the list of what is no answer, and its code."""


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
        """Folded spelling to code; the code itself is always a spelling, and so is its label in every language."""
        known = {
            folded_once(spelling): entry.code
            for entry in self.codes
            for spelling in (entry.code, *entry.formerly, *entry.spellings, *entry.cased)
        }
        added = {folded_once(label): entry.code for entry in self.codes for label in entry.label.translated()}
        return {**known, **{label: code for label, code in added.items() if label not in known}}

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


class Title(Part):
    """A word before a name: the code of the sex that it tells, and whether a name may follow without a space."""

    title: str = Described(min_length=1)
    sex: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A province (2 digits), district (4) or subdistrict (6) with its official code, and its name in every language.

    There are thousands of them and a run names a few: a plain object each, its words made when they are asked for.
    """

    code: str
    en: str
    th: str
    further: tuple[tuple[Language, str], ...] = ()

    @property
    def label(self) -> Words:
        """Return the name of the area as words in every language."""
        words = Words(en=self.en, th=self.th)
        for language, text in self.further:
            words = words.also_in(language, text)
        return words


_SEPARATORS = re.compile(r"[\s_./()\[\]:;,'\"*?!\-–—]+")


def folded(text: str) -> str:
    """The text as spellings are compared: as `compared_text`, all white space dropped.

    >>> folded(" Do not  Know ")
    'donotknow'
    """
    return compared_text(text).replace(" ", "")


@lru_cache(maxsize=65_536)
def folded_once(text: str) -> str:
    """The text as `folded`; remembered, since code lists and columns have the same few texts."""
    return folded(text)


def folded_header(text: str) -> str:
    """The text as headers are compared: as `folded`, punctuation dropped as well.

    >>> folded_header("Birth_Date (d/m/y)")
    'birthdatedmy'
    """
    return _SEPARATORS.sub("", compared_text(text))


def roles_of(tables: Iterable[TableSchema]) -> dict[str, Field]:
    """The fields of some tables by the parts they play."""
    return {field.role: field for table in tables for field in table.fields if field.role}
