"""Numbers as the languages write them: in their digits, with their marks of fractions and thousands."""

from __future__ import annotations

from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.spoken_words import SpokenWords, is_of_translation


def in_digits(text: str, language: Language) -> str:
    """A date or a range in the digits of a language; its signs stay.

    >>> in_digits("1/3/2569", "th")
    '1/3/2569'
    """
    digits = traits_of(language).numbers.in_its_digits
    return _written(text.translate(digits), text, language) if digits else text


def shown_number(text: str, language: Language) -> str:
    """A number that is written as in English, as 1,204.5, in the digits and with the marks of a language."""
    signs = traits_of(language).numbers.in_its_signs
    return _written(text.translate(signs), text, language) if signs else text


def _written(text: str, in_fallback: str, language: Language) -> str:
    return SpokenWords.of(text, in_fallback) if is_of_translation(language) else text


def shown_count(count: int, language: Language) -> str:
    """A count with its marks of thousands.

    >>> shown_count(1204, "en")
    '1,204'
    """
    return shown_number(f"{count:,}", language)


def shown_share(share: float, language: Language) -> str:
    """A fraction as per cent, with one decimal.

    >>> shown_share(0.125, "th")
    '12.5 %'
    """
    text = traits_of(language).numbers.share.format(number=shown_number(f"{share * 100:.1f}", language))
    return SpokenWords.of(text, shown_share(share, FALLBACK)) if is_of_translation(language) else text


def shown_change(change: float, language: Language) -> str:
    """A change of a fraction in points, with its sign.

    >>> shown_change(-0.125, "en")
    '-12.5'
    """
    return shown_number(f"{change * 100:+.1f}", language)
