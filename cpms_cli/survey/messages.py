"""Sentences of the tool by id, in the user's language; in the fallback where that has none."""

from __future__ import annotations

from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Any

from cpms_cli.errors import CpmsError
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.near_words import Named
from cpms_cli.survey.problems import Fault, FaultValue, Problem
from cpms_cli.survey.speech.filled_sentences import fill, places, without_places
from cpms_cli.survey.speech.languages import is_draft, limits_in_use, spoken_languages, traits_of, translation_of
from cpms_cli.survey.speech.numbers import in_digits
from cpms_cli.survey.spoken_words import SpokenWords, is_of_translation, joined_words, spoken_in
from cpms_cli.survey.yaml_files.located_yaml import read_yaml
from cpms_cli.survey.yaml_files.location import shipped
from cpms_cli.survey.yaml_files.quoting import written_out

_PROOF, _BETWEEN = "proof_", ", "
_YEARS = ("since", "until", "year")  # what a proof says of rounds, as Gregorian years
# What an error says of rounds: people write their years in the era of their language.
_ROUNDS = ("round", "known", "year")


@cache
def _catalogue(folder: Path) -> dict[str, dict[str, str]]:
    messages: dict[str, dict[str, str]] = {}
    for path in sorted((folder / "messages").glob("*.yaml")):
        # The limits that a sentence quotes are put in when it is said: they are those of the definition in use.
        content: dict[str, Any] = read_yaml(folder, f"messages/{path.name}", limits={}).content
        messages.update(content)
    return messages


def knows(message_id: str) -> bool:
    """Whether there is a sentence of this id."""
    return message_id in _catalogue(shipped("schemas"))


def say(message_id: str, language: Language, **values: object) -> str:
    """The sentence of this id with its placeholders filled in. The catalogue is the shipped one, so that an error
    in a province's own definition can still be told; the limits that it quotes are those of the definition in use.
    Where a language has no such sentence, what is filled into that of the fallback is in the fallback too."""
    quoting, spoken = _sentence(message_id, language)
    text = written_out(quoting, limits_in_use()) if "$" in quoting else quoting
    filled = fill(text, {name: _shown(spoken_in(spoken, value), spoken) for name, value in values.items()})
    return SpokenWords.of(filled, say(message_id, FALLBACK, **values)) if is_of_translation(spoken) else filled


def wordings(message_id: str) -> tuple[str, ...]:
    """A sentence without values in every language that can be spoken: what our own files may be written with."""
    return tuple(dict.fromkeys(say(message_id, language) for language in spoken_languages()))


def _sentence(message_id: str, language: Language) -> tuple[str, Language]:
    """The sentence, and the language that it is in: the fallback where this one has none, whose digits it has too."""
    words, translation = _catalogue(shipped("schemas"))[message_id], translation_of(language)
    translated = translation.sentences.get(message_id) if translation else None
    # A translation of an earlier version may fill in something else.
    if translated and places(translated) == places(words[FALLBACK]):
        return translated, language
    if words.get(language):
        return words[language], language
    # What only puts together what is filled in says nothing itself, in any language.
    says_something = any(map(str.isalpha, without_places(words[FALLBACK])))
    return words[FALLBACK], FALLBACK if says_something else language


def _shown(value: object, language: Language) -> object:
    """A value that is filled in: a whole number in the digits of the language, anything else as it is."""
    return in_digits(str(value), language) if isinstance(value, Integral) and not isinstance(value, bool) else value


def sentence(error: CpmsError, language: Language) -> str:
    """What an error says to people; years of rounds as they are written in this language."""
    rounds = _ROUNDS if "round" in error.values else ()
    values = {
        name: shown_year(value, language) if name in rounds and isinstance(value, int) else value
        for name, value in error.values.items()
    }
    values |= {name: problem_line(value, language) for name, value in values.items() if isinstance(value, Problem)}
    parts = {name: value for name, value in values.items() if isinstance(value, Fault | tuple)}
    values |= {name: _in_words(value, language) for name, value in parts.items()}
    return say(error.message_id, language, **values)


def _in_words(value: Fault | tuple[object, ...], language: Language) -> str:
    """What is filled into the sentence of an error: parts of a definition by their names, faults as sentences."""
    if isinstance(value, tuple):
        parts = (_in_words(part, language) if isinstance(part, Fault) else _name(part, language) for part in value)
        return joined_words(_BETWEEN, parts)
    return fault_sentence(value, language)


def _name(part: object, language: Language) -> str:
    return part.in_(language) if isinstance(part, Named) else str(part)


def draft_lines(language: Language) -> tuple[str, ...]:
    """What is said once in whatever is put out in a language that no speaker has read yet: in the fallback, and in that
    language where it has a sentence for it; nothing of any other."""
    if not is_draft(language):
        return ()
    lines = (say("draft_translation", spoken, name=traits_of(language).english) for spoken in (FALLBACK, language))
    return tuple(dict.fromkeys(lines))


def fault_sentence(fault: Fault, language: Language) -> str:
    """Return what a proof says is wrong with a definition, or a part of that, in this language.

    >>> fault_sentence(Fault("no_field", name="chores"), "th")
    "ไม่มีคำถาม 'chores'"
    """
    return say(
        f"{_PROOF}{fault.key}", language, **{name: _fault_value(name, value, language) for name, value in fault.values}
    )


def _fault_value(name: str, value: FaultValue, language: Language) -> str | int:
    """What is filled into the sentence of a fault; sentences within it are said in the same language."""
    if isinstance(value, Fault):
        return fault_sentence(value, language)
    if isinstance(value, tuple):
        return joined_words(_BETWEEN, (fault_sentence(part, language) for part in value))
    return shown_year(value, language) if name in _YEARS and isinstance(value, int) else value


def problem_line(problem: Problem, language: Language) -> str:
    """Return a problem with its file and line, in this language."""
    return f"{problem.file}:{problem.line}: {fault_sentence(problem.fault, language)}"
