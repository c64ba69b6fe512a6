"""The words of `--help` and of the parser's refusals in Thai, from the catalogue `locales/th/LC_MESSAGES/cpms.mo`.

English needs nothing of this: there it is never imported. `scripts/catalogue.py` keeps the catalogue's source
(`cpms.po`) in step with the commands.
"""

from __future__ import annotations

import gettext
import inspect
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).resolve().parent.parent / "locales"
DOMAIN = "cpms"
Translate = Callable[[str], str]

# What typer and click say themselves. The names in braces are ours; most of these texts pass through no gettext.
HEADINGS = ("Usage: ", "Arguments", "Options", "Commands")
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
def catalogue() -> gettext.NullTranslations:
    """The Thai catalogue; an empty one where a checkout was never compiled, so that help is shown all the same."""
    return gettext.translation(DOMAIN, str(LOCALES), languages=["th"], fallback=True)


def thai(text: str) -> str:
    """A text in Thai; itself where the catalogue has none (the empty text is gettext's own header)."""
    return catalogue().gettext(text) if text else text


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


def thai_sentence(text: str) -> str:
    """A sentence of the parser in Thai, what stands in its places too; itself where it is none we know."""
    for pattern, template in _patterns():
        match = pattern.fullmatch(text)
        if match:
            places = {name: thai_sentence(place) for name, place in match.groupdict().items()}
            return thai(template).format(**places)
    return thai(text)


def _paragraph(text: str, translate: Translate) -> str:
    """A paragraph of a docstring. In one that is kept line by line (`\\b`), the indented lines are what one types."""
    if not text.startswith("\b"):
        return translate(" ".join(text.split("\n")))
    return "\n".join(line if line[:1] in ("\b", " ", "") else translate(line) for line in text.split("\n"))


def _text(text: str, translate: Translate) -> str:
    return "\n\n".join(_paragraph(part, translate) for part in re.split(r"\n{2,}", inspect.cleandoc(text)))


def translate_command(command: Any, translate: Translate = thai) -> None:
    """Put every text of one command through `translate`, in place.

    With a `translate` that only notes what it is given, this is the extraction.
    """
    if command.help:
        command.help = _text(command.help, translate)
        # English is cut to one line at a full stop, of which Thai has none: the first paragraph is short enough.
        command.short_help = command.help.partition("\n\n")[0]
    command.options_metavar = translate(command.options_metavar)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = translate(command.subcommand_metavar)
    for parameter in command.params:
        if parameter.help:
            parameter.help = translate(parameter.help)
        if parameter.metavar:
            parameter.metavar = translate(parameter.metavar)
