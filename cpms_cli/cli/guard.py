"""What stands before every command: the files it is to write are looked at before anything is read, logged or written.

A command that writes a file for people has the option --overwrite from here. Which of a command's files are outputs is
said in this one place; every other path that it is given is something that it reads.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from cpms_cli.cli.every_command.next_step import followed
from cpms_cli.cli.every_command.typed_areas import name_areas_by_code
from cpms_cli.cli.terminal.opening import opened
from cpms_cli.cli.terminal.paging import paged
from cpms_cli.errors import UsageError

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write over a file that is there already.")]

_OUTPUTS = {"output", "annotate", "fix"}
_OUTPUTS_OF = {"cpms review export": "file", "cpms export records": "file", "cpms export figures": "file"}
# These are never written over: a backup, rows set aside, a secret key. The command itself refuses.
_ALWAYS_NEW = {"quarantine", "to"}
_ALWAYS_NEW_OF = {"cpms bundle-key": "file"}
# Lists with blank columns, which are filled in as CSV too, and documents that a committee edits.
_TO_FILL_IN = {"cpms response due", "cpms visits", "cpms plan community", "cpms plan province"}
# A command that goes on with a file of its own where this option is given.
_GOES_ON = {"cpms map": "ask"}
# Commands that write a file for people to read, fill in or answer, which --open opens.
_OPENED = {
    *(
        "cpms today",
        "cpms visits",
        "cpms response due",
        "cpms child show",
        "cpms map",
        "cpms validate",
        "cpms template",
    ),
    *("cpms plan community", "cpms plan province", "cpms report community", "cpms report province"),
    *("cpms report child", "cpms report leaflet"),
}
_KEY_FILES = ("CPMS_KEY_FILE", "CPMS_IDENTITY_FILE")
_OVERWRITE, _OPEN = "overwrite", "open_"
Open = Annotated[bool, typer.Option("--open", help="Open what was written, with the computer's own program for it.")]


def commands_below(command: Any, path: str = "cpms") -> Iterator[tuple[str, Any]]:
    """A command and all below it, each with the words that call it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands_below(below, f"{path} {name}")


def guarded(app: typer.Typer) -> Any:
    """The commands of an app as the parser takes them, each with the gate before it."""
    root = get_command(app)
    for path, command in commands_below(root):
        if not hasattr(command, "commands"):
            _guard(path, command)
    return root


def outputs_of(path: str, command: Any) -> tuple[set[str], set[str]]:
    """The parameters of a command that name files it writes: those that may be written over, and those never."""
    names = {str(param.name) for param in command.params}
    over = names & (_OUTPUTS | {_OUTPUTS_OF.get(path, "")})
    return over, names & (_ALWAYS_NEW | {_ALWAYS_NEW_OF.get(path, "")})


def _guard(path: str, command: Any) -> None:
    over, new = outputs_of(path, command)
    declared = any(param.name == _OVERWRITE for param in command.params)
    if over and not declared:
        # A copy: help is put into Thai in place.
        command.params.append(copy.copy(_option(_OVERWRITE)))
    if path in _OPENED:
        command.params.append(copy.copy(_option(_OPEN)))
    run: Callable[..., Any] = command.callback

    def callback(**given: Any) -> Any:
        overwrite = given.get(_OVERWRITE, False) if declared else given.pop(_OVERWRITE, False)
        overwrite = overwrite or bool(given.get(_GOES_ON.get(path, "")))
        files = _to_open(path, given)
        name_areas_by_code(given)
        _check(given, over, new, overwrite=overwrite, filled_in=path in _TO_FILL_IN)
        with ExitStack() as held:
            held.enter_context(followed(path, given))
            held.enter_context(opened(files, given.get("lang")))
            held.enter_context(paged(path))
            _hold_for_audience(held, given)
            return run(**given)

    command.callback = callback


@cache
def _option(name: str) -> Any:
    """An option as the parser takes it: one for all commands."""

    def carrier(overwrite: Overwrite = False, open_: Open = False) -> None:
        del overwrite, open_

    app = typer.Typer(add_completion=False)
    app.command()(carrier)
    return next(param for param in get_command(app).params if param.name == name)


def _to_open(path: str, given: dict[str, Any]) -> list[Path]:
    """Take --open from what is given; the files that are to be opened. Raises UsageError where none is written."""
    if path not in _OPENED or not given.pop(_OPEN, False):
        return []
    files = [given[name] for name in _OUTPUTS if isinstance(given.get(name), Path)]
    if not files:
        raise UsageError("open_what")
    return files


def _paths(value: object) -> list[Path]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [value for value in values if isinstance(value, Path)]


def _check(given: Mapping[str, Any], over: set[str], new: set[str], *, overwrite: bool, filled_in: bool) -> None:
    """Raise UsageError where a file that is to be written must not be."""
    written = {name: given[name] for name in over | new if isinstance(given.get(name), Path)}
    # What is never written over is refused by the command, in its own words.
    written = {name: path for name, path in written.items() if name in over or not path.exists()}
    if not written:
        return
    from cpms_cli.survey.yaml_files.location import shipped
    from cpms_cli.writing.outputs import check_output

    stores = _paths(given.get("store"))
    read = [path for name, value in given.items() if name not in {*written, "store"} for path in _paths(value)]
    keys = (Path(os.environ[name]) for name in _KEY_FILES if os.environ.get(name))
    read += [path for path in keys if path.exists()]
    for name, path in written.items():
        others = [path for other, path in written.items() if other != name]
        check_output(path, [*read, *others, shipped("schemas")], stores, overwrite=overwrite, filled_in=filled_in)


def _hold_for_audience(held: ExitStack, given: Mapping[str, Any]) -> None:
    """Figures are made, masked and noted as given away while nobody changes the store."""
    store = given.get("store")
    if given.get("audience") is None or given.get("internal") or not isinstance(store, Path) or not store.is_file():
        return
    from cpms_cli.errors import StoreError, StoreLocked
    from cpms_cli.store.access.holding import hold_store

    try:
        held.enter_context(hold_store(store))
    except StoreLocked:
        raise
    except StoreError:
        return  # it cannot be written, which the command says where it has to
