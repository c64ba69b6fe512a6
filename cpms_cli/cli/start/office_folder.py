"""`cpms init`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cpms_cli.cli.option_values import year
from cpms_cli.cli.options import Lang, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.survey.area_widths import DISTRICT, PROVINCE, SUBDISTRICT, VILLAGE

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Area, Language, Survey

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The office's folder; made if it is not there.")]
Name = Annotated[str | None, typer.Option("--name", help="The office's name.", show_default=False)]
AreaNamed = Annotated[
    str | None, typer.Option("--area", help="The office's area, by its code or its name.", show_default=False)
]
StoreFile = Annotated[
    str | None, typer.Option("--store", "-s", help="The store's file, seen from the folder.", show_default=False)
]
RoundNow = Annotated[
    str | None, typer.Option("--round", help="The round that is surveyed now, as 2569 or 2026.", show_default=False)
]
Who = Annotated[str | None, typer.Option("--who", help="Who works here, for the store's history.", show_default=False)]

_SHOWN = 20  # areas of one name
_BETWEEN = "; "
_Answer = TypeVar("_Answer")


def init(
    folder: Folder = Path(),
    name: Name = None,
    area: AreaNamed = None,
    store: StoreFile = None,
    round_: RoundNow = None,
    who: Who = None,
    lang: Lang = None,
) -> None:
    """Make a folder an office: its settings, an inbox and an outbox. Commands in it then need no --store and no --lang.

    Asks for area, store, language and round, each with what is usual; an option answers beforehand. Nothing that is
    there is written over. Exit code 0: made; 2: it cannot be.

    \b
    Examples:
      cpms init office --area 850105 --round 2569
      cpms init office --lang th --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.office.new_office import Asked, make_office
    from cpms_cli.office.settings import FILE, STORE
    from cpms_cli.survey.messages import say

    asking = not (folder / FILE).exists() and _is_somebody_there()
    if asking and area is None:
        code, area_name = _asked_area(spoken)
    else:
        code, area_name = _area(area or "", spoken)
    round_year = year(round_ or None)
    if asking:
        store = store or _asked("office_ask_store", spoken, STORE)
        if lang is None:
            spoken = _asked_until("office_ask_language", spoken, spoken, language)
        if round_ is None:
            round_year = _asked_until("office_ask_round", spoken, "", lambda text: year(text or None))
    answers = Asked(name or area_name, code, store or STORE, spoken, round_year, who or "")
    office = make_office(folder, answers)
    if not asking and FILE in office.made and None in (area, store, lang, round_):
        show_line(say("office_not_asked", spoken, file=FILE), err=True)
    if office.made:
        show_line(say("office_made", spoken, folder=office.folder, names=", ".join(office.made)))
    if office.kept:
        show_line(say("office_kept", spoken, names=", ".join(office.kept)))
    show_line(say("office_next", spoken, folder=office.folder / "inbox"))


def _is_somebody_there() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def _asked(message: str, spoken: Language, usual: str) -> str:
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.speech.languages import spoken_languages

    words = say(message, spoken, known=", ".join(spoken_languages()))
    return str(typer.prompt(words, default=usual, show_default=bool(usual), err=True)).strip()


def _asked_until(message: str, spoken: Language, usual: str, read: Callable[[str], _Answer]) -> _Answer:
    """What was answered, as `read` understands it: asked again, and said why, while it does not."""
    from cpms_cli.survey.messages import sentence

    while True:
        try:
            return read(_asked(message, spoken, usual))
        except UsageError as error:
            typer.echo(sentence(error, spoken), err=True)


def _asked_area(spoken: Language) -> tuple[str, str]:
    """The code and the name of the area that was answered: of several of one name, the one that is then chosen by its
    number, or by another name or code."""
    listed: list[str] = []

    def read(text: str) -> tuple[str, str]:
        from cpms_cli.survey.messages import say
        from cpms_cli.survey.plain_text import plain_digits

        number = plain_digits(text)
        if number.isdecimal() and 0 < int(number) <= len(listed):
            text = listed[int(number) - 1]
        try:
            return _area(text, spoken)
        except UsageError as error:
            if error.message_id != "office_area_unclear":
                raise
            several = str(error.values["areas"]).split(_BETWEEN)
            listed[:] = [area.partition(" ")[0] for area in several]
            lines = "\n".join(f"  {place}  {area}" for place, area in enumerate(several, start=1))
            count = error.values["count"]
            more = say("office_area_more", spoken, count=len(several)) if count != len(several) else ""
            raise UsageError("office_area_choose", name=text, count=count, areas=lines, more=more) from None

    return _asked_until("office_ask_area", spoken, "", read)


def _area(text: str, spoken: Language) -> tuple[str, str]:
    """The code of an area that is named, and its name; raises UsageError where none has the name, or several."""
    if not text:
        return "", ""
    from cpms_cli.summaries.counts.shares import area_name
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.survey.plain_text import plain_digits, plain_text
    from cpms_cli.survey.typed.area_search import find_areas

    survey, wanted = load_survey(), plain_digits(plain_text(text))
    if wanted.isdecimal() and (
        wanted in survey.areas or (len(wanted) == VILLAGE and wanted[:SUBDISTRICT] in survey.areas)
    ):
        return wanted, area_name(survey, wanted, spoken)
    matching = find_areas(survey, text)
    named = [area for area in matching if text.strip().casefold() in (area.en.casefold(), area.th)] or matching
    if len(named) == 1:
        return named[0].code, area_name(survey, named[0].code, spoken)
    if not named:
        raise UsageError("no_area_named", name=text)
    listed = _BETWEEN.join(f"{area.code} {_with_those_around(survey, area, spoken)}" for area in named[:_SHOWN])
    raise UsageError("office_area_unclear", name=text, count=len(named), areas=listed)


def _with_those_around(survey: Survey, area: Area, spoken: Language) -> str:
    """The name of an area, of its district and of its province."""
    codes = dict.fromkeys((area.code, area.code[:DISTRICT], area.code[:PROVINCE]))
    return ", ".join(survey.areas[code].label.in_(spoken) for code in codes if code in survey.areas)
