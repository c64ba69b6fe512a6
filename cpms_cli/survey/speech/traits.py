"""What is peculiar to a language: its calendar, digits, fonts, and where its lines break."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator
from pydantic import Field as Described

from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part

CODE = r"^[a-z]{2,3}$"
_PLACE = re.compile(r"\{(\w+)\}")
_DIGITS = "0123456789"


def _of_places(known: frozenset[str]) -> AfterValidator:
    """A check that a form fills in these places and no others, each of them at least in one writing."""

    def check(form: str) -> str:
        used = set(_PLACE.findall(form))
        if not used or not used <= known or re.search(r"[{}]", _PLACE.sub("", form)):
            fillings = ", ".join(f"{{{name}}}" for name in sorted(known))
            raise FaultyPart("must_fill", name=form, fillings=fillings)
        return form

    return AfterValidator(check)


DayForm = Annotated[str, _of_places(frozenset({"y", "m", "mm", "d", "dd"}))]
MonthForm = Annotated[str, _of_places(frozenset({"y", "m", "mm"}))]
ShareForm = Annotated[str, _of_places(frozenset({"number"}))]


def _two_letters(text: str) -> str:
    if len(text) not in (0, 2):
        raise FaultyPart("two_letters", text=text)
    return text


class Calendar(Part):
    """Which years people count, and how they write a day and a month of them; `cell` is how a spreadsheet is to show a
    day, in Excel's own signs."""

    years_ahead: int = 0
    day: DayForm = "{y}-{mm}-{dd}"
    month: MonthForm = "{y}-{mm}"
    cell: str = "yyyy-mm-dd"

    @property
    def is_gregorian(self) -> bool:
        """Whether its years are those of the store."""
        return self.years_ahead == 0


class Numbers(Part):
    """The digits of a language, the marks within a number, and how a share is written."""

    digits: str = Described(default=_DIGITS, min_length=10, max_length=10)
    decimal: str = "."
    thousands: str = ","
    share: ShareForm = "{number} %"

    @model_validator(mode="after")
    def _ten_digits(self) -> Self:
        if len(set(self.digits)) != len(_DIGITS):
            raise FaultyPart("ten_digits")
        return self

    @model_validator(mode="after")
    def _marks_of_their_own(self) -> Self:
        marks = (self.decimal, self.thousands)
        if (
            not self.decimal.strip()
            or self.decimal == self.thousands
            or any(mark in self.digits for mark in marks if mark)
        ):
            raise FaultyPart("decimal_mark")
        return self

    @cached_property
    def in_its_signs(self) -> dict[int, str]:
        """How the signs of a number as English writes it are written; what is the same is left out."""
        signs = {**dict(zip(_DIGITS, self.digits, strict=True)), ".": self.decimal, ",": self.thousands}
        return {ord(sign): own for sign, own in signs.items() if sign != own}

    @cached_property
    def in_its_digits(self) -> dict[int, str]:
        """The same of the digits alone, for what is no number, as a date or a range."""
        return {ord(sign): own for sign, own in zip(_DIGITS, self.digits, strict=True) if sign != own}


FontName = Annotated[str, Described(pattern=r"^[\w -]*$")]


class Fonts(Part):
    """The fonts that have a language's letters: see `schemas/languages.yaml`."""

    office: FontName = ""
    instead: tuple[FontName, ...] = ()
    page: tuple[FontName, ...] = ()
    marks_stay: bool = False
    files: tuple[Annotated[str, Described(pattern=r"^[a-z0-9]+$")], ...] = ()


class Lines(Part):
    """Where a line may break: at spaces, or between letters as well, but never before a mark."""

    between_letters: bool = False
    marks: str = ""
    before: str = ""


class Traits(Part):
    """What is peculiar to one language."""

    english: str
    name: str
    tag: str
    complex: str
    locales: tuple[str, ...] = ()
    letters: str = ""
    calendar: Calendar = Calendar()
    numbers: Numbers = Numbers()
    fonts: Fonts = Fonts()
    without_font: str = "pdf_needs_font_of"
    lines: Lines = Lines()
    beside: str

    @cached_property
    def own_letter(self) -> re.Pattern[str] | None:
        """What is a letter of its script; None where Latin letters are."""
        if len(self.letters) != 2:
            return None
        first, last = map(re.escape, self.letters)
        return re.compile(f"[{first}-{last}]")


class GivenTraits(Part):
    """What a translation says of its language; what it leaves out holds as in the fallback."""

    english: str = ""
    tag: str = Described(default="", pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{2,8})*)?$")
    complex: str = Described(default="", pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{2,8})*)?$")
    locales: tuple[str, ...] = ()
    letters: Annotated[str, AfterValidator(_two_letters)] = ""
    calendar: Calendar = Calendar()
    numbers: Numbers = Numbers()
    fonts: Fonts = Fonts()
    lines: Lines = Lines()
    beside: str = ""


class Languages(Part):
    """The languages that stand beside what they name (`schemas/languages.yaml`)."""

    headed: str
    languages: dict[str, Traits]

    @model_validator(mode="after")
    def _named_languages(self) -> Self:
        named = {self.headed, *(traits.beside for traits in self.languages.values())}
        if not named <= set(self.languages):
            raise FaultyPart("headed_beside")
        return self
