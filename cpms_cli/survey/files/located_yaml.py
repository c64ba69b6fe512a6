"""YAML and CSV files of the definition, read together with the line on which each part stands.

YAML anchors and aliases are refused: the definition needs none, and they are how a small file grows without bound.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

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
    """The content of one YAML file and the line of every part of it."""

    file: str
    content: Any
    lines: dict[Place, int] = field(repr=False)

    def line(self, *place: str | int) -> int:
        """The line of this place, or of the nearest part around it that has one."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return 1


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], file: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                raise BadDocument(Problem(file, key_node.start_mark.line + 1, f"'{key}' stands twice here"))
            lines[(*place, key)] = key_node.start_mark.line + 1
            found[key] = _walk(value_node, (*place, key), lines, file)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*place, index), lines, file) for index, item in enumerate(node.value)]
    return _SCALARS.construct_object(node)


_SCALARS = yaml.constructor.SafeConstructor()


def read_text(folder: Path, file: str) -> str:
    """The text of one file of the definition; raises BadDocument when it is missing or not UTF-8."""
    try:
        return (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadDocument(Problem(file, 1, "this file is missing")) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadDocument(Problem(file, line, "this file is not UTF-8")) from None


def read_yaml(folder: Path, file: str) -> Document:
    """Read one YAML file; raises BadDocument with the line at fault. Nobody may change what is read."""
    return _document(file, read_text(folder, file))


@lru_cache(maxsize=64)
def _document(file: str, text: str) -> Document:
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise BadDocument(Problem(file, line, "YAML aliases (*name) are not used here; write it out"))
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument(
            Problem(file, int(mark.line) + 1 if mark is not None else 1, f"not YAML: {error.problem}")
        ) from None
    lines: dict[Place, int] = {}
    content = _walk(node, (), lines, file) if node is not None else None
    return Document(file, content, lines)


def csv_rows(file: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of one CSV file as (line, row); raises BadDocument when its header is not exactly `columns`."""
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if tuple(header) != columns:
        raise BadDocument(Problem(file, 1, f"the header must be {','.join(columns)}, not {','.join(header)}"))
    for cells in reader:
        if len(cells) != len(columns):
            raise BadDocument(Problem(file, reader.line_num, f"{len(cells)} cells where {len(columns)} are needed"))
        yield reader.line_num, dict(zip(columns, cells, strict=True))
