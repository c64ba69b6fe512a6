"""A run of the command `cpms`: turns every error into one sentence and an exit code."""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cpms_cli import interrupts
from cpms_cli.cli.commands import NAME, app
from cpms_cli.cli.completing import COMPLETING
from cpms_cli.cli.guard import guarded
from cpms_cli.cli.office_defaults import (
    HELP,
    STORE_VARIABLE,
    check_round_variable,
    current_office,
    language_by_default,
    parser_defaults,
    store_by_default,
)
from cpms_cli.cli.start.at_office import nothing_typed, show_office
from cpms_cli.cli.store import schema
from cpms_cli.cli.terminal.window import move_flags_forward, show_line
from cpms_cli.errors import AnswersNotRead, CpmsError, CpmsWarning, KeyMissing
from cpms_cli.keys import typed_key
from cpms_cli.reports.console_letters import LETTERS_LOST, SIGNS
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.speech.language_choice import chosen_language, is_of_the_programme, wanted_language

if TYPE_CHECKING:
    from cpms_cli.office.settings import Office


def _option(name: str, otherwise: str) -> str:
    """The last value of an option on the bare command line: an error may come before anything was parsed."""
    value = otherwise
    for number, word in enumerate(sys.argv):
        if word == name and number + 1 < len(sys.argv):
            value = sys.argv[number + 1]
        elif word.startswith(f"{name}="):
            value = word.partition("=")[2]
    return value


def _asked_language() -> str | None:
    """The language that the command line asks for, else that of the office it is started in."""
    asked = _option("--lang", "")
    if asked:
        return asked
    try:
        return language_by_default(current_office())
    except CpmsError:
        return None  # what is wrong with the office's settings is told in the language of the computer


def _store_by_default() -> Path:
    return store_by_default(current_office())


def _tell(error: CpmsError) -> None:
    from cpms_cli.reports.files.validation import failure_document
    from cpms_cli.survey.messages import sentence
    from cpms_cli.writing.files import json_text

    message = sentence(error, chosen_language(_asked_language()))
    if "json" in (_option("--format", ""), _option("-f", "")):
        columns = error.columns if isinstance(error, AnswersNotRead) else ()
        typer.echo(json_text(failure_document(error.message_id, message, error.exit_code, columns)))
    show_line(f"cpms: {message}", err=True)


def _ask_for_key(error: KeyMissing) -> str:
    """Ask at the terminal for the key that was missing; "" where there is nobody to ask, or nothing was typed."""
    variable = str(error.values["variable"])
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    from cpms_cli.survey.messages import say

    language = chosen_language(_asked_language())
    return getpass.getpass(say("ask_for_key", language, variable=variable))


@cache
def _parser() -> Any:
    """The commands as the parser takes them, which Typer would build anew for every run in one process."""
    return guarded(app)


def _command() -> None:
    """Parse and run, with help and refusals in the language of this run; that of the commands needs no catalogue."""
    move_flags_forward()
    check_round_variable()
    office = current_office()
    spoken = _language_of_run()
    _tell_other_store(office)
    if office is not None and nothing_typed(sys.argv[1:]) and COMPLETING not in os.environ:
        show_office(office, _option("--lang", "") or None)
        return
    defaults = parser_defaults(_parser, office)
    if spoken != FALLBACK:
        from cpms_cli.cli.help.translated_commands import run_in

        run_in(spoken, app, NAME, defaults)
    else:
        _parser()(prog_name=NAME, default_map=defaults)


def _language_of_run() -> Language:
    """The language of this run, once it can be spoken; that it is a draft is said here, once for the whole run."""
    asked = _asked_language()
    if not is_of_the_programme(wanted_language(asked)):
        from cpms_cli.cli.further_languages import prepare_to_speak

        prepare_to_speak(asked, _asked_definition(), Path(_option("--store", _option("-s", str(_store_by_default())))))
        from cpms_cli.survey.messages import draft_lines

        for line in draft_lines(chosen_language(asked)):
            typer.echo(f"cpms: {line}", err=True)
    return chosen_language(asked)


def _tell_other_store(office: Office | None) -> None:
    """Say on stderr that a variable names another store than the office in which this run is."""
    if office is None or HELP & set(sys.argv[1:]) or _option("--store", _option("-s", "")):
        return
    store = store_by_default(office)
    if store.absolute() != office.store:
        from cpms_cli.survey.messages import say

        words = {"store": store, "variable": STORE_VARIABLE, "file": office.file, "other": office.store}
        typer.echo(f"cpms: {say('office_other_store', chosen_language(_asked_language()), **words)}", err=True)


def _asked_definition() -> Path | None:
    """The folder of a definition that the command line names: behind --schemas, or as what a command is about."""
    folder = _option("--schemas", "")
    if folder:
        return Path(folder)
    named = [word for word in sys.argv[1:] if Path(word, "translations").is_dir()]
    return Path(named[-1]) if named and schema.NAME in sys.argv else None


def _run() -> None:
    try:
        _command()
    except KeyMissing as missing:
        key = _ask_for_key(missing)
        if not key:
            raise
        with typed_key(str(missing.values["variable"]), key):
            _command()


def _cut_short(message: str, exit_code: int, **values: object) -> CpmsError:
    """What is said of a run that did not come to its end: with what became of the stores that it wrote."""
    from cpms_cli.store.access.write_outcome import stores_written

    stores = ", ".join(dict.fromkeys(store.name for store in stores_written()))
    error = CpmsError(f"{message}_stored", stores=stores, **values) if stores else CpmsError(message, **values)
    error.exit_code = exit_code
    return error


def _exit_code() -> int:
    """Run the command line, and say what went wrong."""
    from cpms_cli.store.access.write_outcome import forget_outcomes

    forget_outcomes()
    error: CpmsError | None = None
    code: object = 0
    try:
        interrupts.begin()
        _run()
    except SystemExit as ended:
        code = ended.code
    except interrupts.Interrupted:
        pass
    except CpmsError as raised:
        error = raised
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as raised:
        if os.environ.get("CPMS_DEBUG") and not interrupts.ending():
            raise
        error = _cut_short("unexpected", 2, kind=type(raised).__name__)
    if interrupts.ending():
        # An engine that was in the middle of a query may have raised an error of its own.
        error = _cut_short("interrupted", interrupts.EXIT_CODE)
    if error is not None:
        # A window that was closed takes no words any more.
        with suppress(OSError):
            _tell(error)
        return error.exit_code
    return code if isinstance(code, int) else int(code is not None)


@contextmanager
def _show_warnings() -> Iterator[None]:
    """What is to be known of work that is done is said in a sentence; other warnings go their usual way."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Warning | str, *places: Any, **more: Any) -> None:
            if not isinstance(message, CpmsWarning):
                usual(message, *places, **more)
                return
            from cpms_cli.survey.messages import say

            language = chosen_language(_asked_language())
            typer.echo(f"cpms: {say(message.message_id, language, **message.values)}", err=True)

        warnings.simplefilter("always", CpmsWarning)
        warnings.showwarning = show
        yield


def _say_letters_lost() -> None:
    from cpms_cli.survey.messages import say

    typer.echo(f"cpms: {say('letters_lost', chosen_language(_asked_language()))}", err=True)


def main() -> None:
    """Run the command line; exits 0, 1, 2 or 130, never with a traceback unless CPMS_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=SIGNS)
    handlers = interrupts.listen()
    try:
        with _show_warnings():
            code = _exit_code()
            if LETTERS_LOST.get():
                _say_letters_lost()
    finally:
        interrupts.end()
        interrupts.stop_listening(handlers)
    sys.exit(code)


if __name__ == "__main__":
    main()
