"""The words of `--help` and of the parser's refusals in another language than the one of the commands.

They come from the catalogue `locales/LANG/LC_MESSAGES/cpms.mo`, where the tool has one, and else from what a
translation says under `help`. The language of the commands needs nothing of this: there it is never imported.
`scripts/catalogue.py` keeps the source of the Thai catalogue (`cpms.po`) in step with the commands.
"""

from __future__ import annotations

import gettext
import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import typer

from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.cli.help.tasks import TASKS
from cpms_cli.survey.language import Language
from cpms_cli.survey.speech.languages import translation_of
from cpms_cli.survey.yaml_files.location import LOCALES

DOMAIN = "cpms"
Translate = Callable[[str], str]

# What typer and click say themselves. The names in braces are ours; most of these texts pass through no gettext.
HEADINGS = ("Usage: ", "Arguments", "Options", "Commands", *TASKS)
TYPES = ("str", "int", "float", "int range", "float range", "path", "file", "directory", "list[Path]", "list[str]")
SENTENCES = (
    "Show this message and exit.",
    "default: {default}",
    "required",
    "Try '{command} {option}' for help.",
    "Error: {message}",
    "Aborted!",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Missing command.",
    "No such command {name}. Did you mean {others}?",
    "No such command {name}.",
    "No such option: {name} (Possible options: {others})",
    "No such option: {name}",
    "Option {name} does not take a value.",
    "Option {name} requires an argument.",
    "Got unexpected extra argument(s) ({words})",
    "Invalid value for {name}: {message}",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be greater than or equal to {limit}",
    "Input should be less than or equal to {limit}",
)


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The catalogue of a language; an empty one where there is none, so that help is shown all the same."""
    return gettext.translation(DOMAIN, str(LOCALES), languages=[language], fallback=True)


def translated(text: str, language: Language) -> str:
    """A text in a language; itself where that has none (the empty text is gettext's own header)."""
    translation = translation_of(language)
    if translation is not None:
        return translation.help.get(text, text)
    return catalogue(language).gettext(text) if text else text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    templates = ((re.split(r"\{(\w+)\}", sentence), sentence) for sentence in SENTENCES)
    return tuple(
        (
            re.compile(
                "".join(f"(?P<{part}>.+)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
            ),
            text,
        )
        for parts, text in templates
    )


def translated_sentence(text: str, language: Language) -> str:
    """A sentence of the parser in a language, what stands in its places too; itself where it is none we know."""
    for pattern, template in _patterns():
        match = pattern.fullmatch(text)
        if match:
            places = {name: translated_sentence(place, language) for name, place in match.groupdict().items()}
            return translated(template, language).format(**places)
    return translated(text, language)


def help_texts(app: typer.Typer) -> dict[str, str]:
    """Every text that help and refusals are made of, each with the command that says it first."""
    texts = dict.fromkeys((*HEADINGS, *SENTENCES, *TYPES), "the parser")
    for path, command in commands_below(guarded(app)):

        def note(text: str, path: str = path) -> str:
            texts.setdefault(text, path)
            return text

        translate_command(command, note)
    return texts


def _paragraph(text: str, translate: Translate) -> str:
    """A paragraph of a docstring. In one that is kept line by line (`\\b`), the indented lines are what one types."""
    if not text.startswith("\b"):
        return translate(" ".join(text.split("\n")))
    return "\n".join(line if line[:1] in ("\b", " ", "") else translate(line) for line in text.split("\n"))


def _text(text: str, translate: Translate) -> str:
    return "\n\n".join(_paragraph(part, translate) for part in re.split(r"\n{2,}", inspect.cleandoc(text)))


def translate_command(command: Any, translate: Translate) -> None:
    """Put every text of one command through `translate`, in place.

    With a `translate` that only notes what it is given, this is the extraction.
    """
    if command.help:
        command.help = _text(command.help, translate)
        # English is cut to one line at a full stop, which not every language has: the first paragraph is short enough.
        command.short_help = command.help.partition("\n\n")[0]
    command.options_metavar = translate(command.options_metavar)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = translate(command.subcommand_metavar)
    for parameter in command.params:
        if parameter.help:
            parameter.help = translate(parameter.help)
        if parameter.metavar:
            parameter.metavar = translate(parameter.metavar)
