"""YAML and CSV files of the definition, read together with the line on which each part stands.

YAML anchors and aliases are refused: the definition needs none, and they are how a small file grows without bound.
Where a text quotes a limit (`$name`, see `limits.yaml`), the limit's number takes its place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cpms_cli.survey.plain_text import UNPRINTABLE, named
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.yaml_files.limits import FILE as LIMITS
from cpms_cli.survey.yaml_files.limits import Limit, values_of
from cpms_cli.survey.yaml_files.quoting import quoted_names, written_out

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """The content of one YAML file and the line of every part of it.

    `quoting` has each text that quotes limits as it stands in the file, by its place; in `content` they are numbers.
    """

    file: str
    content: Any
    lines: dict[Place, int] = field(repr=False)
    quoting: dict[Place, str] = field(repr=False, default_factory=dict)

    def line(self, *place: str | int) -> int:
        """The line of this place, or of the nearest part around it that has one."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return 1


def _line(event: yaml.Event) -> int:
    """Return the line on which a part begins, from 1."""
    return 1 if event.start_mark is None else event.start_mark.line + 1


class _Builder:
    """The content of one document and the line of every part, made of the parser's events in one pass."""

    def __init__(self, file: str, text: str, limits: Mapping[str, int]) -> None:
        self.file, self.limits = file, limits
        self.quoting: dict[Place, str] = {}
        self.events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self.lines: dict[Place, int] = {}

    def document(self) -> Any:
        """Return the content, None where there is no document."""
        next(self.events)  # the stream begins
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        content = self._part(next(self.events), ())
        next(self.events)  # the document ends
        further = next(self.events)
        if not isinstance(further, yaml.StreamEndEvent):
            raise self._bad(further, Fault("yaml_document"))
        return content

    def _part(self, event: yaml.Event, place: Place) -> Any:
        self.lines.setdefault(place, _line(event))
        if getattr(event, "tag", None) not in _TAGS:
            raise self._bad(event, Fault("yaml_tag"))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        raise self._bad(event, Fault("yaml_aliases"))

    def _mapping(self, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._bad(event, Fault("yaml_word"))
            key = event.value
            self._check_printable(event)
            if key in content:
                raise self._bad(event, Fault("twice_here", name=key))
            self.lines[*place, key] = _line(event)
            content[key] = self._part(next(self.events), (*place, key))
        return content

    def _sequence(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._part(event, (*place, len(items))))
        return items

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Any:
        plain, text = event.implicit[0], event.value
        self._check_printable(event)
        if quoted_names(text):
            self.quoting[place] = text
            text = written_out(text, self.limits)
        if event.tag is None and (not plain or text[:1] not in _RESOLVED):
            return text
        tag = event.tag or _RESOLVER.resolve(yaml.ScalarNode, text, event.implicit)  # type: ignore[no-untyped-call]
        try:
            return _SCALARS.construct_object(yaml.ScalarNode(tag, text))
        except ValueError:
            raise self._bad(event, Fault("yaml_value", text=text)) from None

    def _check_printable(self, event: yaml.ScalarEvent) -> None:
        if sign := _UNPRINTABLE.search(event.value):
            raise self._bad(event, Fault("unprintable", sign=named(sign[0])))

    def _bad(self, event: yaml.Event, fault: Fault) -> BadDocument:
        return BadDocument(Problem(self.file, _line(event), fault))


_UNPRINTABLE = re.compile(UNPRINTABLE)
_SCALARS, _RESOLVER = yaml.constructor.SafeConstructor(), yaml.resolver.Resolver()
_TAGS = frozenset(
    {None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq"))}
)
"""What may be said of the kind of a part: nothing, or what it is anyway."""
_RESOLVED = frozenset(_RESOLVER.yaml_implicit_resolvers)
"""How unquoted text begins that may be a number, a date, true, false or nothing; any other is text."""


def read_text(folder: Path, file: str) -> str:
    """Return the text of one file of the definition; raises BadDocument when it is missing or not UTF-8."""
    try:
        # Spreadsheets and some editors put a mark before the first letter.
        return (folder / file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadDocument(Problem(file, 1, Fault("file_missing"))) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadDocument(Problem(file, line, Fault("not_utf8"))) from None
    except OSError as error:
        raise BadDocument(Problem(file, 1, Fault("cannot_be_read", reason=str(error.strerror)))) from None


def read_yaml(folder: Path, file: str, limits: Mapping[str, int] | None = None) -> Document:
    """Read one YAML file, quoting `limits`, else those of its folder; raises BadDocument with the line at fault.

    Nobody may change what is read.
    """
    text = read_text(folder, file)
    quoted = (limit_values(folder) if limits is None else limits) if "$" in text and file != LIMITS else {}
    return _document(file, text, tuple(quoted.items()))


def read_mapping(folder: Path, file: str, limits: Mapping[str, int] | None = None) -> Document:
    """Read one YAML file that has named parts; raises BadDocument also where it is empty, a list or a single word."""
    document = read_yaml(folder, file, limits)
    if not isinstance(document.content, dict):
        key = "file_empty" if document.content is None else "must_be_mapping"
        raise BadDocument(Problem(file, 1, Fault(key)))
    return document


def limit_values(folder: Path) -> dict[str, int]:
    """Return the limits of a definition by name, as far as they can be read: none where the file cannot."""
    try:
        return dict(_limit_values(read_text(folder, LIMITS)))
    except BadDocument:
        return {}


@lru_cache(maxsize=8)
def _limit_values(text: str) -> tuple[tuple[str, int], ...]:
    content = _document(LIMITS, text, ()).content
    entries = content.get("limits") if isinstance(content, dict) else None
    limits = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            limits.append(Limit.model_validate(entry))
        except ValidationError:
            continue  # what is wrong with it is said when the definition is read
    return tuple(values_of(limits).items())


@lru_cache(maxsize=512)
def _document(file: str, text: str, limits: tuple[tuple[str, int], ...]) -> Document:
    builder = _Builder(file, text, dict(limits))
    try:
        content = builder.document()
    except yaml.MarkedYAMLError as error:
        is_nested = "nesting depth" in str(error.problem)
        line, reason = _in_plain_words(error, text)
        raise BadDocument(Problem(file, line, _NESTED if is_nested else Fault("not_yaml", fault=reason))) from None
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8")[: error.position].count(b"\n") + 1
        raise BadDocument(Problem(file, line, Fault("not_yaml", fault=_parser_fault(error.reason)))) from None
    except RecursionError:
        raise BadDocument(Problem(file, 1, _NESTED)) from None
    return Document(file, content, builder.lines, builder.quoting)


_NESTED = Fault("yaml_nested")
_WIDE_COLON = "\uff1a"
_OF_PARSER = {
    "control characters are not allowed": "yaml_control",
    "mapping values are not allowed": "yaml_colon",
    "did not find expected ','": "yaml_flow",
    "did not find expected": "yaml_key",
    "found unexpected ':'": "yaml_flow",
    "could not find expected ':'": "yaml_no_colon",
    "found unexpected end of stream": "yaml_end",
}
"""How what the parser says begins, and the key of what whoever wrote the file can do with it."""


def _parser_fault(words: str) -> Fault:
    keys = (key for beginning, key in _OF_PARSER.items() if words.startswith(beginning))
    return next(map(Fault, keys), Fault("validator", reason=words))


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> tuple[int, Fault]:
    """Return the line and what is wrong with a document.

    Where that line or the one before it begins with a tab or another sign that only looks like a space, or has a wide
    colon, that is it, whatever the parser says: it often stumbles one line later.
    """
    # A name without a colon is found out where the next one stands.
    marks = (error.context_mark, error.problem_mark)
    mark = next(filter(None, marks if "expected ':'" in str(error.problem) else reversed(marks)), None)
    number = mark.line if mark is not None else 0
    lines = text.split("\n")
    for nearby in (number, number - 1):
        line = lines[nearby] if 0 <= nearby < len(lines) else ""
        key = "yaml_tab" if "\t" in _indent(line) else "yaml_space" if _indent(line).strip(" ") else ""
        if key or _WIDE_COLON in line:
            return nearby + 1, Fault(key or "yaml_wide_colon")
    return number + 1, _parser_fault(str(error.problem))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def csv_rows(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of one CSV file as (line, row by column); raises BadDocument as `csv_cells` does."""
    for line, cells in csv_cells(file, text, columns):
        yield line, dict(zip(columns, cells, strict=True))


def csv_cells(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of one CSV file as (line, cells); raises BadDocument when its header is not exactly `columns`,
    or where a character of no script stands."""
    if sign := _UNPRINTABLE.search(text):
        line = text[: sign.start()].count("\n") + 1
        raise BadDocument(Problem(file, line, Fault("unprintable", sign=named(sign[0]))))
    reader = csv.reader(text.splitlines())
    try:
        header = next(reader, [])
        if not header:
            raise BadDocument(Problem(file, 1, Fault("file_empty")))
        if tuple(header) != columns:
            fault = Fault("csv_header", wanted=",".join(columns), header=",".join(header))
            raise BadDocument(Problem(file, 1, fault))
        for cells in reader:
            if not any(cells):
                continue  # a spreadsheet leaves such rows below its table
            if len(cells) != len(columns):
                fault = Fault("csv_cells", count=len(cells), wanted=len(columns))
                raise BadDocument(Problem(file, reader.line_num, fault))
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadDocument(Problem(file, reader.line_num, Fault("not_csv", reason=str(error)))) from None
