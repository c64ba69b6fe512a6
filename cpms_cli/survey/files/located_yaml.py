"""YAML and CSV files of the definition, read together with the line on which each part stands.

YAML anchors and aliases are refused: the definition needs none, and they are how a small file grows without bound.
Where a text quotes a limit (`$name`, see `limits.yaml`), the limit's number takes its place.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cpms_cli.survey.files.quoting import quoted_names, written_out
from cpms_cli.survey.model.limits import FILE as LIMITS
from cpms_cli.survey.model.limits import Limit, values_of

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the definition: `file` is relative to the definition's folder, `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadDocument(Exception):
    """A file that cannot be read at all; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


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
            raise self._bad(further, "a file holds one document; there must be no second '---'")
        return content

    def _part(self, event: yaml.Event, place: Place) -> Any:
        self.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        raise self._bad(event, "YAML aliases (*name) are not used here; write it out")

    def _mapping(self, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._bad(event, "what stands before a colon must be one word")
            key = event.value
            if key in content:
                raise self._bad(event, f"'{key}' stands twice here")
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
        if quoted_names(text):
            self.quoting[place] = text
            text = written_out(text, self.limits)
        if event.tag is None and (not plain or text[:1] not in _RESOLVED):
            return text
        tag = event.tag or _RESOLVER.resolve(yaml.ScalarNode, text, event.implicit)  # type: ignore[no-untyped-call]
        try:
            return _SCALARS.construct_object(yaml.ScalarNode(tag, text))
        except ValueError:
            raise self._bad(event, f"'{text}' looks like a date or number, and is none") from None

    def _bad(self, event: yaml.Event, message: str) -> BadDocument:
        return BadDocument(Problem(self.file, _line(event), message))


_SCALARS, _RESOLVER = yaml.constructor.SafeConstructor(), yaml.resolver.Resolver()
_RESOLVED = frozenset(_RESOLVER.yaml_implicit_resolvers)
"""How unquoted text begins that may be a number, a date, true, false or nothing; any other is text."""


def read_text(folder: Path, file: str) -> str:
    """Return the text of one file of the definition; raises BadDocument when it is missing or not UTF-8."""
    try:
        # Spreadsheets and some editors put a mark before the first letter.
        return (folder / file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadDocument(Problem(file, 1, "this file is missing")) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadDocument(Problem(file, line, "this file is not UTF-8")) from None
    except OSError as error:
        raise BadDocument(Problem(file, 1, f"this file cannot be read: {error.strerror}")) from None


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
        message = "this file is empty" if document.content is None else "this file must be a mapping"
        raise BadDocument(Problem(file, 1, message))
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
        mark = error.problem_mark or error.context_mark
        line = int(mark.line) + 1 if mark is not None else 1
        is_nested = "nesting depth" in str(error.problem)
        message = _NESTED if is_nested else f"not YAML: {_in_plain_words(error, text)}"
        raise BadDocument(Problem(file, line, message)) from None
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8")[: error.position].count(b"\n") + 1
        words = next((plain for beginning, plain in _PLAIN_WORDS.items() if error.reason.startswith(beginning)), "")
        raise BadDocument(Problem(file, line, f"not YAML: {words or error.reason}")) from None
    except RecursionError:
        raise BadDocument(Problem(file, 1, _NESTED)) from None
    return Document(file, content, builder.lines, builder.quoting)


_NESTED = "not YAML that is of use here: parts within parts within parts"
_PLAIN_WORDS = {
    "control characters are not allowed": "a character that no text has stands here; save the file as text again",
    "mapping values are not allowed": "a colon too many, or a line that is indented otherwise than those above it;"
    " put a text with a colon in quotation marks",
    "did not find expected": "this line is indented otherwise than those it belongs to, or a bracket or quotation mark"
    " before it is not closed",
    "could not find expected ':'": "a name without a colon after it, or a line that is indented otherwise than those"
    " above it",
    "found unexpected end of stream": "the file ends within a bracket or a quotation mark",
}
"""What the parser says, as it begins, and what whoever wrote the file can do with it."""


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what is wrong with a document; where the line begins with a tab, that is it, whatever the parser says."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab stands here: indent with spaces"
    words = str(error.problem)
    return next((plain for beginning, plain in _PLAIN_WORDS.items() if words.startswith(beginning)), words)


def csv_rows(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of one CSV file as (line, row by column); raises BadDocument as `csv_cells` does."""
    for line, cells in csv_cells(file, text, columns):
        yield line, dict(zip(columns, cells, strict=True))


def csv_cells(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of one CSV file as (line, cells); raises BadDocument when its header is not exactly `columns`."""
    reader = csv.reader(text.splitlines())
    try:
        header = next(reader, [])
        if not header:
            raise BadDocument(Problem(file, 1, "this file is empty"))
        if tuple(header) != columns:
            raise BadDocument(Problem(file, 1, f"the header must be {','.join(columns)}, not {','.join(header)}"))
        for cells in reader:
            if len(cells) != len(columns):
                raise BadDocument(Problem(file, reader.line_num, f"{len(cells)} cells where {len(columns)} are needed"))
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadDocument(Problem(file, reader.line_num, f"not CSV: {error}")) from None
