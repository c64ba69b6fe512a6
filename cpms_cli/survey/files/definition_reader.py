"""Reads the files of one definition, and gathers every problem on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cpms_cli.survey.model.definition import (
    Field,
    TableSchema,
)
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.yaml_files.fault_words import NAMED_BY, faults_of_document
from cpms_cli.survey.yaml_files.limits import FILE as LIMITS
from cpms_cli.survey.yaml_files.limits import Limit, Limits
from cpms_cli.survey.yaml_files.located_yaml import (
    Document,
    csv_rows,
    limit_values,
    read_mapping,
    read_text,
)
from cpms_cli.survey.yaml_files.quoting import quoted_names, written_out

# Whose names other files use: of fields, indicators, levels and limits.
_REFERRED_TO = frozenset({"household.yaml", "child.yaml", "response.yaml", "indicators.yaml", "risk.yaml", LIMITS})
_SENTENCES = "messages/"
_Model = TypeVar("_Model", bound=BaseModel)


class Reader:
    """Reads one folder and gathers every problem on the way, instead of stopping at the first.

    What cannot be read is left out, so that the rest can still be judged: `faulty` are the files of which something is
    left out, `unread` the names of what is. Of a file that cannot be read at all the one of the same name in
    `stand_in`, where there is one, takes its place: those files are `replaced`.

    `limits` are the numbers that the files quote by name; of a limit that cannot be read, the one of `stand_in`.
    `quotes` are the limits that tables (CSV) quote, with file and line.
    """

    def __init__(self, folder: Path, stand_in: Path | None = None) -> None:
        self.folder, self.stand_in = folder, stand_in
        self.limits = {**(limit_values(stand_in) if stand_in else {}), **limit_values(folder)}
        self.quotes: list[tuple[str, int, str]] = []
        self.faulty: set[str] = set()
        self.replaced: set[str] = set()
        self.unread: set[str] = set()
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.code_lines: dict[tuple[str, str], int] = {}
        self.title_lines: dict[str, int] = {}
        self.area_change_lines: list[int] = []

    def is_the_tools(self, file: str) -> bool:
        """Whether a file has what the tool itself says, and is read from `stand_in` whatever the folder has: a newer
        version says it otherwise, and the folder's copy is an old one."""
        return self.stand_in is not None and file.startswith(_SENTENCES)

    def home_of(self, file: str) -> Path:
        """Return the folder from which a file is read."""
        return self.stand_in if self.stand_in is not None and self.is_the_tools(file) else self.folder

    def document(self, file: str) -> Any:
        """The content of one YAML file; an empty mapping, and a problem, when it cannot be read."""
        try:
            self.documents[file] = read_mapping(self.home_of(file), file, self.limits)
        except BadDocument as bad:
            self.problems.append(bad.problem)
            return self._in_its_place(file)
        return self.documents[file].content

    def _in_its_place(self, file: str) -> Any:
        """What stands in for a file that cannot be read: the content of the one in `stand_in`, else nothing."""
        self.faulty.add(file)
        self.unread |= _names_in(self.folder / file) if file in _REFERRED_TO else set()
        if self.stand_in is None or not (self.stand_in / file).is_file():
            return {}
        self.replaced.add(file)
        self.documents[file] = read_mapping(self.stand_in, file)
        return self.documents[file].content

    def part(self, model: type[_Model], file: str, content: Any, *place: str | int) -> _Model | None:
        """One part of a document as a checked object; problems name the line of each fault."""
        try:
            return model.model_validate(content)
        except ValidationError as error:
            document = self.documents.get(file)
            if document is None:
                return None  # that the file cannot be read was told already
            self.problems += faults_of_document(document, error, place)
            self.faulty.add(file)
            return None

    def whole(self, model: type[_Model], file: str) -> _Model | None:
        """A file that is one object; where it is at fault, what stands in for it."""
        part = self.part(model, file, self.document(file))
        if part is not None or self.stand_in is None or file in self.replaced:
            return part
        return self.part(model, file, self._in_its_place(file))

    def parts(self, model: type[_Model], file: str, key: str, content: Any) -> tuple[_Model, ...]:
        """A list of parts below `key`."""
        items = content.get(key)
        if not isinstance(items, list):
            if file in self.documents:
                self.problems.append(Problem(file, 1, Fault("must_be_list", name=key)))
            return ()
        read = [self.part(model, file, item, key, index) for index, item in enumerate(items)]
        self._leave_out(file, key, [index for index, part in enumerate(read) if part is None])
        return tuple(part for part in read if part is not None)

    def table(self, name: str) -> TableSchema | None:
        """One table of the survey, without those of its fields that are at fault."""
        file = f"{name}.yaml"
        content = self.document(file)
        if isinstance(content.get("fields"), list):
            fields = self.parts(Field, file, "fields", content)
            content = {**content, "fields": fields}
        table = self.part(TableSchema, file, content)
        if table is None and self.stand_in is not None and file not in self.replaced:
            table = self.part(TableSchema, file, self._in_its_place(file))
        return table

    def limits_file(self) -> Limits | None:
        """The limits, without those that are at fault."""
        content = self.document(LIMITS)
        limits = self.parts(Limit, LIMITS, "limits", content)
        return self.part(Limits, LIMITS, {**content, "limits": limits})

    def _leave_out(self, file: str, key: str, faulty: Sequence[int]) -> None:
        """Take items out of a list: their names are unread, and the lines of those behind them are found as before."""
        if not faulty or file not in self.documents:
            return
        document = self.documents[file]
        kept = [index for index in range(len(document.content[key])) if index not in faulty]
        for index in faulty:
            item = document.content[key][index]
            if file in _REFERRED_TO and isinstance(item, dict):
                self.unread |= _names_of(item)
        new_place: dict[str | int, int] = {old: new for new, old in enumerate(kept)}
        lines = {
            (key, new_place[place[1]], *place[2:]) if len(place) > 1 and place[0] == key else place: line
            for place, line in document.lines.items()
            if len(place) < 2 or place[0] != key or place[1] in new_place
        }
        self.documents[file] = Document(file, document.content, lines, document.quoting)

    def csv(self, file: str, columns: tuple[str, ...], take: Callable[[int, dict[str, str]], None]) -> None:
        """Every row of one CSV file, each handed to `take` with its line."""
        try:
            text = read_text(self.folder, file)
            for line, row in csv_rows(file, written_out(text, self.limits), columns):
                take(line, row)
            lines = enumerate(text.splitlines() if "$" in text else (), start=1)
            self.quotes += [(file, number, name) for number, line_text in lines for name in quoted_names(line_text)]
        except BadDocument as bad:
            self.problems.append(bad.problem)
            self.leave_unread(Path(file))

    def leave_unread(self, file: Path) -> None:
        """Pass over what else would be said of a table that cannot be read: of a list, that it has no answers."""
        self.faulty.add(file.as_posix())
        self.unread |= {file.stem, *_names_in(self.folder / file)}
        self.unread |= _names_in(self.stand_in / file) if self.stand_in is not None else set()


def _names_of(item: dict[str, Any]) -> set[str]:
    """What a part that cannot be read may be called elsewhere, in whatever digits or list it was written."""
    written = [item[word] for word in NAMED_BY if word in item]
    names = {str(name) for part in written for name in (part if isinstance(part, list) else [part])}
    numbers = {int(name) for name in names if name.isdecimal()}
    return names | {str(number) for number in numbers} | {f"i{number:02d}" for number in numbers}


def _names_in(path: Path) -> set[str]:
    """What a file that cannot be read seems to define, so that nobody is told that it does not exist."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return set()
    if path.suffix == ".csv":
        return {re.split("[,;\t]", line)[0] for line in text.splitlines()} - {""}
    named = {match[1] for match in re.finditer(r"^ *(?:- )?(?:name|id|number): *[\"']?(\w+)", text, re.MULTILINE)}
    return named | {f"i{int(name):02d}" for name in named if name.isdecimal()}
