"""The languages of a run: those of the programme, and those that translations of the definition in use add.

What is said in a language is looked up by its code. The traits of the programme's own stand in
`schemas/languages.yaml`; a further language is known once the definition that has it is in use
(`use_words_of`), and those of the shipped translations always are. The limits that sentences quote are those of that
definition too.
"""

from __future__ import annotations

import difflib
from collections import ChainMap
from collections.abc import Iterable, Mapping
from functools import cache

from pydantic import ValidationError

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.language import FALLBACK, LANGUAGES, Language
from cpms_cli.survey.speech.traits import Languages, Traits
from cpms_cli.survey.speech.translation import Translation
from cpms_cli.survey.speech.translation_files import translations_in
from cpms_cli.survey.yaml_files.located_yaml import limit_values, read_mapping
from cpms_cli.survey.yaml_files.location import shipped

FILE = "languages.yaml"
_ALIKE = 0.5  # of two letters, one

_in_use: dict[Language, Translation] = {}
_limits_in_use: dict[str, int] = {}


@cache
def programme_languages() -> Languages:
    """The programme's own languages; raises DefinitionError where the file is wrong."""
    folder = shipped("schemas")
    try:
        own = Languages.model_validate(read_mapping(folder, FILE).content)
    except ValidationError as error:
        first = f"{FILE}: {error.errors()[0]['msg']}"
        raise DefinitionError("definition_broken", folder=folder, first=first) from None
    if tuple(own.languages) != LANGUAGES:
        first = f"{FILE}: the languages are {', '.join(LANGUAGES)}, in this order"
        raise DefinitionError("definition_broken", folder=folder, first=first)
    return own


@cache
def _shipped_translations() -> Mapping[Language, Translation]:
    return {translation.language: translation for translation in translations_in(shipped("schemas"))}


@cache
def _shipped_limits() -> dict[str, int]:
    return limit_values(shipped("schemas"))


def use_translations(translations: Iterable[Translation]) -> None:
    """Let the languages of a definition that comes into use be spoken too; where two have one, the later one holds."""
    by_language = {translation.language: translation for translation in translations}
    if by_language:
        _in_use.update(by_language)
        traits_of.cache_clear()


def use_words_of(translations: Iterable[Translation], limits: Mapping[str, int]) -> None:
    """Let the languages of a definition that comes into use be spoken too, and its limits be quoted in sentences."""
    use_translations(translations)
    _limits_in_use.clear()
    _limits_in_use.update(limits)


def limits_in_use() -> Mapping[str, int]:
    """The limits that sentences quote, by name: of the definition in use, else the shipped ones."""
    return ChainMap(_limits_in_use, _shipped_limits())


def forget_words_in_use() -> None:
    """Let only the shipped translations be spoken, and the shipped limits be quoted: a run begins."""
    _in_use.clear()
    _limits_in_use.clear()
    traits_of.cache_clear()


def translation_of(language: Language) -> Translation | None:
    """The translation that adds a language; None for one of the programme's own, or one that there is not."""
    if language in LANGUAGES:
        return None
    return _in_use.get(language) or _shipped_translations().get(language)


def spoken_languages() -> tuple[Language, ...]:
    """The codes of all languages in which something can be said, the programme's own first."""
    return (*LANGUAGES, *sorted({*_shipped_translations(), *_in_use}))


@cache
def traits_of(language: Language) -> Traits:
    """What is peculiar to a language; of one that there is not, what holds in the fallback."""
    own = programme_languages()
    known = own.languages[FALLBACK]
    translation = translation_of(language)
    return translation.traits_beside(known) if translation else own.languages.get(language, known)


def is_draft(language: Language) -> bool:
    """Whether no speaker of a language has read its words yet."""
    translation = translation_of(language)
    return translation is not None and not translation.reviewed


def language_of_locale(name: str) -> Language | None:
    """The language that a locale of the computer means, as th_TH.UTF-8 or Thai_Thailand; None where there is none.

    >>> language_of_locale("th_TH.UTF-8"), language_of_locale("Thai_Thailand.874"), language_of_locale("C")
    ('th', 'th', None)
    """
    plain = name.lower()
    for language in spoken_languages():
        if any(plain.startswith(beginning) for beginning in traits_of(language).locales):
            return language
    return None


def languages_like(name: str) -> tuple[Language, ...]:
    """The languages whose code or name is written nearly as this, the nearest first.

    >>> languages_like("thai"), languages_like("Burmse")
    (('th',), ('my',))
    """
    spellings = {
        spelling.lower(): language
        for language in spoken_languages()
        for spelling in (language, traits_of(language).english, traits_of(language).name)
    }
    close = difflib.get_close_matches(name.lower(), list(spellings), n=3, cutoff=_ALIKE)
    return tuple(dict.fromkeys(spellings[spelling] for spelling in close))
