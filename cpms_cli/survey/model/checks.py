"""The rules of the definition: indicators, risk levels, and the checks of files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic import Field as Described

from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.model.lifespan import Span
from cpms_cli.survey.model.taken_names import name_of_part
from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Language, Part, Table, Words


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

    A `circumstance` calls for help with rights, and is no danger by itself. In rounds before `since`, after
    `until` and in those that are `skipped` it applies to nobody.
    """

    number: int
    name: Words
    short: Words | None = None
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

    def numbered(self, language: Language) -> str:
        """Its number and name, as lists of indicators show it."""
        return f"{self.number} {self.name.in_(language)}"

    def brief(self, language: Language) -> str:
        """Its number and the shortest name that a language has, for where there is little room."""
        has_short = self.short is not None and language in self.short.written()
        return f"{self.number} {self.short.in_(language)}" if has_short and self.short else self.numbered(language)


class Level(Renamed):
    """A risk level. The list's order is the order of severity; the two without `when` are what is left.

    `who` usually answers; `due_hours` is by when a first response is demanded, `answered_by` the kinds of response that
    are one, `again_days` after how long without any a case is due again.
    """

    id: Annotated[str, Described(pattern=r"^[a-z][a-z0-9_]*$"), AfterValidator(name_of_part)]
    label: Words
    meaning: Words
    response: Words
    due: Words
    who: Words | None = None
    due_hours: int | None = Described(default=None, ge=1)
    answered_by: tuple[str, ...] = ()
    again_days: int | None = Described(default=None, ge=1)
    role: Literal["rule", "open", "clear"] = "rule"
    when: str | None = None
    source: str


Answer = str | int | float


def _answers_of_case(written: Any) -> Any:
    """The answers of a case as they are written: yes and no without quotation marks are none."""
    for value in written.values() if isinstance(written, dict) else ():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, bool):
                raise FaultyPart("yes_no_text")
            _answers_of_case(part)
    return written


Case = Annotated[
    dict[str, Answer | dict[str, Answer] | tuple[dict[str, Answer], ...]], BeforeValidator(_answers_of_case)
]


class Check(Renamed):
    """A rule over a row and what stands around it; `when` true is the fault.

    Of a file in which none of the rule's `fields` is ever filled in, the check named as `whole_column` is told once in
    place of the rule on each row.
    """

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
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

    Beside the row's own fields it may name the facts of `survey.rules.response_log`: today, known_as, first_interview,
    told_otherwise. `_facts` in a case puts others in their place.
    """

    table: Table = "child"


class Pattern(Part):
    """A pattern in one volunteer's interviews that honest work rarely shows; `measure` names the figure taken.

    Nobody with fewer than `at_least` interviews is judged. `limit` is the figure from which it is told, `apart` how far
    it must lie from that of all other volunteers; where these have fewer than `at_least` too, `alone` is the limit.
    `heaped` are the values that people prefer when they invent.
    """

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
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

    id: str = Described(pattern=r"^[a-z][a-z0-9_]*$")
    severity: Literal["error", "warning"]
    message: Words
    mend: Words
    first_year: int | None = None
    years_ahead: int | None = None
    clock_from: int | None = None
