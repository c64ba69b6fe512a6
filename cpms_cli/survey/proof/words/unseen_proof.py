"""Words that are shown, proved: no sign in them that nobody sees, no line break, and something to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.definition_tables import AREA_FILES, TITLES
from cpms_cli.survey.language import LANGUAGES
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import UNSEEN_IN_WORDS, named, plain_text
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.yaml_files.located_yaml import Place, read_text

_HEADERS = "headers"
_TRANSLATIONS = "translations/"
# The tool's own sentences, some of several lines; signs by which words are read and compared, and not what is shown;
# cases, in which anything may stand.
_OTHERS = ("messages/", "names/", "linking.yaml", "examples/")


def unseen_problems(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Give a problem for each text with a sign that nobody sees, with a line break, or with nothing to be seen."""
    for file, document in reader.documents.items():
        if file.startswith(_OTHERS) or file in reader.replaced:
            continue
        for place, text in _texts(document.content, ()):
            if _is_shown(file, place):
                for fault in _faults(text):
                    yield Problem(file, document.line(*place), fault)
    for file in (*AREA_FILES, TITLES, *(f"codelists/{name}.csv" for name in survey.codelists)):
        yield from _of_table(reader, file)


def _is_shown(file: str, place: Place) -> bool:
    """Whether these are words in a language, a header, or a text of a translation."""
    return file.startswith(_TRANSLATIONS) or place[-1] in LANGUAGES or _HEADERS in place[-2:]


def _texts(content: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(content, dict):
        for name, part in content.items():
            yield from _texts(part, (*place, name))
    elif isinstance(content, list | tuple):
        for index, part in enumerate(content):
            yield from _texts(part, (*place, index))
    elif isinstance(content, str):
        yield place, content


def _faults(text: str) -> Iterator[Fault]:
    unseen = dict.fromkeys(UNSEEN_IN_WORDS.findall(text))
    yield from (Fault("unprintable", sign=named(sign)) for sign in unseen)
    if "\n" in text.strip("\n"):
        yield Fault("line_break")
    if not unseen and not plain_text(text):
        yield Fault("nothing_seen")


def _of_table(reader: Reader, file: str) -> Iterator[Problem]:
    """Give a problem for each sign in a table that nobody sees, and for each cell that goes on in the next line."""
    try:
        text = read_text(reader.folder, file)
    except BadDocument:
        return  # told when it was read
    if '"' not in text and not UNSEEN_IN_WORDS.search(text):
        return  # the areas are thousands
    goes_on = False
    for line, written in enumerate(text.split("\n"), start=1):
        for sign in dict.fromkeys(UNSEEN_IN_WORDS.findall(written)):
            yield Problem(file, line, Fault("unprintable", sign=named(sign)))
        if written.count('"') % 2:
            goes_on = not goes_on
            if goes_on:
                yield Problem(file, line, Fault("line_break"))
