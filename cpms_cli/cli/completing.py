"""Values that the shell completes: what may stand behind --risk, --indicator, --round and --area, and a CPMS ID.

While somebody presses Tab nothing may be printed and nothing may go wrong: where the store or the definition cannot be
read, there is nothing to propose.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpms_cli.errors import CpmsError
from cpms_cli.survey.area_widths import DISTRICT, PROVINCE, SUBDISTRICT
from cpms_cli.survey.language import LANGUAGES

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Survey
    from cpms_cli.survey.words import Words

Proposals = list[tuple[str, str]]
"""Values, each with the words that a shell shows beside it, where it shows any."""
COMPLETING = "_CPMS_COMPLETE"
"""The variable by which a shell asks for proposals, while nothing is typed that the command line would show."""
_MOST = 60


def _store(ctx: Any) -> Path:
    """The store that is meant: typed, or by default."""
    from cpms_cli.cli.office_defaults import current_office, store_by_default

    typed = ctx.params.get("store")
    return Path(typed) if typed and Path(typed).is_file() else store_by_default(current_office())


def _survey(ctx: Any) -> Survey | None:
    from cpms_cli.store.definitions.definition_in_use import definition_in_use

    try:
        return definition_in_use(_store(ctx))
    except CpmsError:
        return None


def _spoken(words: Words) -> str:
    from cpms_cli.survey.speech.language_choice import chosen_language

    return words.in_(chosen_language(os.environ.get("CPMS_LANG")))


def _beginning(proposals: Iterator[tuple[str, str]], incomplete: str) -> Proposals:
    begin = incomplete.casefold()
    chosen = [(value, words) for value, words in proposals if begin in ("", value[: len(begin)].casefold())]
    return chosen[:_MOST]


def _named(parts: Iterable[tuple[str, Words]], incomplete: str) -> Proposals:
    """Names that begin so, in any of the languages of the definition, each with its code beside it.

    A name of several words is none of them: a shell takes them for several.
    """
    names = ((words.in_(language), code) for code, words in parts for language in LANGUAGES)
    return list(dict(_beginning((pair for pair in names if " " not in pair[0]), incomplete)).items())


def complete_level(ctx: Any, incomplete: str) -> Proposals:
    """Levels of risk that begin so, by their code or by their name."""
    survey = _survey(ctx)
    levels = [(level.id, level.label) for level in (survey.levels if survey else ())]
    return _beginning(((code, _spoken(label)) for code, label in levels), incomplete) or _named(levels, incomplete)


def complete_indicator(ctx: Any, incomplete: str) -> Proposals:
    """Numbers of indicators that begin so, or names that do."""
    survey = _survey(ctx)
    indicators = [(str(indicator.number), indicator.name) for indicator in (survey.indicators if survey else ())]
    numbers = ((number, _spoken(name)) for number, name in indicators)
    return _beginning(numbers, incomplete) or _named(indicators, incomplete)


def complete_area(ctx: Any, incomplete: str) -> Proposals:
    """Codes of areas that begin so: provinces, then with two digits their districts, with four the subdistricts; or
    names that begin so."""
    survey = _survey(ctx)
    areas = survey.areas if survey else {}
    wide = next((digits for digits in (PROVINCE, DISTRICT) if digits > len(incomplete)), SUBDISTRICT)
    codes = ((code, _spoken(area.label)) for code, area in areas.items() if len(code) == wide)
    return _beginning(codes, incomplete) or _named(((code, area.label) for code, area in areas.items()), incomplete)


def complete_child(ctx: Any, incomplete: str) -> Proposals:
    """CPMS IDs of the store that begin so."""
    from cpms_cli.store.file import open_store
    from cpms_cli.store.identifier_search import persons_by_identifier

    survey = _survey(ctx)
    try:
        if survey is None:
            return []
        with open_store(_store(ctx), survey) as connection:
            return _beginning(((person, "") for person in persons_by_identifier(connection, survey)), incomplete)
    except CpmsError:
        return []


def complete_round(ctx: Any, incomplete: str) -> Proposals:
    """Rounds of the store that begin so, in both calendars."""
    from cpms_cli.store.history import rounds_stored
    from cpms_cli.survey.era import BUDDHIST_OFFSET

    survey = _survey(ctx)
    try:
        years = rounds_stored(_store(ctx), survey) if survey else []
    except CpmsError:
        years = []
    return _beginning(((str(year + BUDDHIST_OFFSET), str(year)) for year in years), incomplete) or _beginning(
        ((str(year), str(year + BUDDHIST_OFFSET)) for year in years), incomplete
    )
