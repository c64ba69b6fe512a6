"""What is typed next: each command ends with it, and in the same line where it has written a file.

The sentences stand in `schemas/messages/next.yaml`, by the words of the command: `next_children`, after a file was
written `next_children_file`, where something is to be mended first `next_validate_mend`. A command that says it itself,
in the words of what it did, stands in `SHOWN_BY_COMMAND`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cpms_cli.cli.options import language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.survey.language import Language

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Survey
    from cpms_cli.writing.files import Tables

SHOWN_BY_COMMAND = frozenset(
    f"cpms {words}"
    for words in (
        *("init", "run", "demo", "help", "explain", "template", "schema new", "schema use", "response assign"),
        *("review export", "bundle-key", "today", "find"),
    )
)
"""Commands whose last line without a file is their own; after a file, what is typed next is said here too."""
_MENDED, _FILE, _COPY = "mend", "file", "copy"
_COPIES = ("annotate", "fix")
# What a file was read with, which the next command needs too: by the name of the parameter, the option.
_READ_WITH = {"map_": "--map", "round_": "--round", "village": "--village", "encoding": "--encoding"}
_UNDER = {"schemas": "--schemas"}


@dataclass
class _Step:
    """The command that runs, with what it was given; `is_shown` once its next step stands in the terminal."""

    name: str
    given: Mapping[str, Any]
    own: bool
    is_shown: bool = False

    def sentence(self, spoken: Language, *endings: str) -> str:
        """What is typed next, the first that there is for one of `endings`, or for none; "" where there is nothing."""
        from cpms_cli.survey.messages import knows, say

        copied = [_COPY] if self._copy() else []
        names = [f"next_{self.name}_{ending}" for ending in (*copied, *endings)]
        if self.given.get("dataset") and self.given.get("store"):
            # What is next to a store's figures is not there for those of a data set.
            names = [f"next_{self.name}_dataset"]
        elif not self.own:
            names.append(f"next_{self.name}")
        return next((say(name, spoken, **self._fillings()) for name in names if knows(name)), "")

    def _copy(self) -> object:
        """The copy of its file that a command wrote with marked cells; None where it wrote none."""
        return next((self.given[name] for name in _COPIES if self.given.get(name)), None)

    def _fillings(self) -> dict[str, str]:
        from cpms_cli.cli.office_defaults import current_office, store_by_default
        from cpms_cli.survey.typed.typed_command import command_line

        store, file, files = (self.given.get(name) for name in ("store", "output", "files"))
        usual = store is None or Path(store) == store_by_default(current_office())
        file = file if file is not None else self.given.get("file")
        words = {name: self.given.get(name) for name in ("code", "identifier", "number")}
        return {
            "store": "" if usual else f" --store {command_line([str(store)])}",
            "file": command_line([str(file)]),
            "dataset": command_line([str(self.given.get("dataset") or "")]),
            "copy": command_line([str(self._copy())]),
            "files": command_line(map(str, files or ())),
            "read_with": self._options_given({**_READ_WITH, **_UNDER}),
            "schemas": self._options_given(_UNDER),
            "level": "community" if len(str(words["code"] or "")) > 4 else "province",
            **{name: str(value or "") for name, value in words.items()},
        }

    def _options_given(self, options: Mapping[str, str]) -> str:
        """Those of some options (by parameter) that the command was given, as they are typed again."""
        from cpms_cli.survey.typed.typed_command import command_line

        words: list[str] = []
        for name, option in options.items():
            values = self.given.get(name) or ()
            for value in [values] if isinstance(values, str | int | Path) else values:
                words += [option, str(value)]
        return f" {command_line(words)}" if words else ""


_STEP: ContextVar[_Step | None] = ContextVar("step", default=None)


@contextmanager
def followed(path: str, given: Mapping[str, Any]) -> Iterator[None]:
    """Say at the end of a command what is typed next, unless it was said: to people, not to a program that reads."""
    step = _Step("_".join(path.replace("-", "_").split()[1:]), given, path in SHOWN_BY_COMMAND)
    token = _STEP.set(step)
    try:
        yield
    except typer.Exit as ended:
        if ended.exit_code in (0, 1):
            _say_last(step, *([_MENDED] if ended.exit_code else []))
        raise
    else:
        _say_last(step)
    finally:
        _STEP.reset(token)


def _say_last(step: _Step, *endings: str) -> None:
    if step.is_shown or step.given.get("format_", "text") != "text":
        return
    from cpms_cli.survey.messages import say

    spoken = language(step.given.get("lang"))
    sentence = step.sentence(spoken, *endings)
    if sentence:
        show_line(say("next_step", spoken, step=sentence), err=True)


def write_and_say(tables: Tables, file: Path, survey: Survey, spoken: Language, *, to_mend: bool = False) -> None:
    """Write tables to a file, as people read them where they open it, and say so."""
    from cpms_cli.reports.interchange.people_labels import write_for_people

    write_for_people(tables, file, survey, spoken)
    say_written(file, spoken, to_mend=to_mend)


def say_written(file: Path, spoken: Language, *, to_mend: bool = False) -> None:
    """Say in one line that a file was written, and what is typed next."""
    from cpms_cli.survey.messages import say

    step = _STEP.get()
    sentence = "" if step is None else step.sentence(spoken, *([_MENDED] if to_mend else []), _FILE)
    if step is not None:
        step.is_shown = True
    name = "written_next" if sentence else "written"
    show_line(say(name, spoken, file=file, step=sentence), err=True)


def say_site(folder: Path, pages: int, spoken: Language, *, replaced: bool) -> None:
    """Say that a folder of pages was written, whether it took the place of another, and how it is opened."""
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.site_folder import INDEX

    if replaced:
        show_line(say("site_replaced", spoken, folder=folder), err=True)
    show_line(say("site_written", spoken, folder=folder, count=pages, index=INDEX), err=True)
