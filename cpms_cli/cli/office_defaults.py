"""Where the options that nobody types come from: the environment, then the office's `cpms.toml`, then the tool itself.

The one place: commands take what they are given, and the parser fills in what is found here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpms_cli.cli.option_values import COMMUNITY, PROVINCE, STORE

if TYPE_CHECKING:
    from cpms_cli.office.settings import Office

STORE_VARIABLE, LANGUAGE_VARIABLE, ROUND_VARIABLE = "CPMS_STORE", "CPMS_LANG", "CPMS_ROUND"
_FILE = "cpms.toml"
_WIDTHS = {"community": COMMUNITY, "province": PROVINCE}
HELP = frozenset({"-h", "--help", "--version", "init"})


@dataclass(frozen=True)
class Default:
    """A setting that is not typed: its value as text, and where it comes from: a variable, a line of a file."""

    value: str
    origin: str


def current_office() -> Office | None:
    """The office that this run is started in, or below; None where there is none.

    Raises UsageError where its settings cannot be used, but for help and for `init`, which need none.
    """
    folder = Path.cwd()
    if not any((place / _FILE).is_file() for place in (folder, *folder.parents)):
        return None
    from cpms_cli.errors import UsageError
    from cpms_cli.office.settings import load_office, office_folder

    place = office_folder(folder)
    try:
        return None if place is None else load_office(place)
    except UsageError:
        if HELP & set(sys.argv[1:]):
            return None
        raise


def settled(office: Office) -> Office:
    """The office with what the environment says in the place of what its file says.

    Raises UsageError for a round that is none.
    """
    from cpms_cli.cli.option_values import year

    round_ = os.environ.get(ROUND_VARIABLE)
    return replace(
        office,
        store=store_by_default(office).absolute(),
        language=os.environ.get(LANGUAGE_VARIABLE) or office.language,
        round=year(round_) if round_ else office.round,
    )


def check_round_variable() -> None:
    """Raise UsageError where the variable of the round is no year: it counts in an office alone, and a slip in it is
    told wherever it is made. Help needs no round."""
    value = os.environ.get(ROUND_VARIABLE)
    if not value or HELP & set(sys.argv[1:]):
        return
    from cpms_cli.cli.option_values import year
    from cpms_cli.errors import UsageError

    try:
        year(value)
    except UsageError:
        raise UsageError("bad_round_variable", variable=ROUND_VARIABLE, round=value) from None


def store_by_default(office: Office | None) -> Path:
    """The store of a command that is given none."""
    named = os.environ.get(STORE_VARIABLE)
    if named:
        return Path(named)
    if office is None:
        return STORE
    is_below = office.store.is_relative_to(Path.cwd())
    return office.store.relative_to(Path.cwd()) if is_below else office.store


def language_by_default(office: Office | None) -> str | None:
    """The language of a command that is given none, where the office says one and the environment does not."""
    return office.language if office is not None and not os.environ.get(LANGUAGE_VARIABLE) else None


def parser_defaults(commands: Callable[[], Any], office: Office | None) -> dict[str, Any]:
    """What the parser takes for each option that is not typed, by command: as its `default_map` has it."""
    store, language = store_by_default(office), language_by_default(office)
    if office is None and not os.environ.get(STORE_VARIABLE):
        return {}
    settings = (None, None) if office is None else (office.area, office.contact)
    return _of_group(commands(), _Settings(store, language, *settings))


@dataclass(frozen=True)
class _Settings:
    """What stands for options that are not typed; None where nothing does."""

    store: Path
    language: str | None
    area: str | None
    contact: str | None


def _of_group(command: Any, settings: _Settings) -> dict[str, Any]:
    below: Mapping[str, Any] = getattr(command, "commands", {})
    return {
        name: _of_group(part, settings) if hasattr(part, "commands") else dict(_of_command(name, part, settings))
        for name, part in below.items()
        # The parser takes what has this name for its own option --help.
        if name != "help"
    }


def _of_command(name: str, command: Any, settings: _Settings) -> Iterator[tuple[str, str]]:
    store, language, area = settings.store, settings.language, settings.area
    options = {str(param.name): param for param in command.params}
    # Where a store is only compared with, one that is not there yet is no reason to stop.
    if "store" in options and (options["store"].default is not None or store.is_file()):
        yield "store", str(store)
    if "lang" in options and language:
        yield "lang", language
    if "contact" in options and settings.contact:
        yield "contact", settings.contact
    if "code" in options and area and len(area) in _WIDTHS.get(name, ()):
        yield "code", area


def list_defaults(office: Office) -> dict[str, Default]:
    """Each setting of an office, and where it comes from, for people."""
    own = settled(office)
    values = {"store": str(own.store), "language": own.language, "round": own.round, "area": own.area}
    variables = {"store": STORE_VARIABLE, "language": LANGUAGE_VARIABLE, "round": ROUND_VARIABLE}
    listed = {}
    for key, value in values.items():
        variable = variables.get(key, "")
        line = office.lines.get(key)
        by_file = f"{_FILE}:{line}" if line else "cpms"
        listed[key] = Default(str(value or "-"), variable if os.environ.get(variable) else by_file)
    return listed
