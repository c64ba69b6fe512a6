"""A new office: its settings written down with what each means, its folders, and a file to double-click on Windows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.office.settings import (
    FILE,
    INBOX,
    MAPS,
    OFFICE_KEYS,
    OUTBOX,
    OUTPUTS,
    RUN,
    RUN_KEYS,
    STEPS,
    STORE,
)
from cpms_cli.survey.era import year_to_fill_in
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language
from cpms_cli.writing.files import write_bytes

RUN_FILE = "run.bat"
OPEN_FIRST = "open_first.html"
"""The page that a run leaves in `outbox/`: of one name in every language, so that it is opened by `run.bat` too."""
_FOLDERS = (INBOX, OUTBOX, MAPS)
_AT_WORK = {"steps": list(STEPS), **OUTPUTS}


@dataclass(frozen=True)
class Asked:
    """The answers to the questions of a new office; `round` is a Christian year."""

    name: str = ""
    area: str = ""
    store: str = STORE
    language: Language = FALLBACK
    round: int | None = None
    who: str = ""


@dataclass(frozen=True)
class NewOffice:
    """The folder of an office, what was made in it, and what was there already and was left as it is."""

    folder: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]


def make_office(folder: str | Path, asked: Asked) -> NewOffice:
    """Make a folder an office: `cpms.toml`, `inbox/`, `outbox/`, `maps/` and `run.bat`. What is there is left alone.

    Raises UsageError where the folder cannot be written.
    """
    place = Path(folder)
    made: list[str] = []
    kept: list[str] = []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in _FOLDERS:
            (kept if (place / name).exists() else made).append(f"{name}/")
            (place / name).mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError("cannot_write", file=str(place), reason=error.strerror or "") from None
    for name, content in ((FILE, settings_text(asked).encode("utf-8")), (RUN_FILE, run_file(asked.language))):
        if (place / name).exists():
            kept.append(name)
        else:
            write_bytes(place / name, content, new=True)
            made.append(name)
    return NewOffice(place.resolve(), tuple(made), tuple(kept))


def settings_text(asked: Asked) -> str:
    """The text of `cpms.toml`: each setting under a line that says what it is for; what has no answer is a comment."""
    language = asked.language
    answers: dict[str, object] = {
        "name": asked.name,
        "area": asked.area,
        "store": asked.store,
        "language": language,
        "round": int(year_to_fill_in(asked.round, language)) if asked.round else None,
        "who": asked.who,
        "contact": "",
    }
    lines = [*_comment("office_settings_top", language), ""]
    for key in OFFICE_KEYS:
        lines += [*_comment(f"office_setting_{key}", language), _line(key, answers[key]), ""]
    lines += [*_comment("office_settings_run", language), f"[{RUN}]"]
    for key in RUN_KEYS:
        lines += [*_comment(f"office_setting_run_{key}", language), f"# {key} = {_value(_AT_WORK.get(key, ''))}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _comment(message: str, language: Language) -> Iterator[str]:
    yield from (f"# {line}" for line in say(message, language).split("\n"))


def _line(key: str, value: object) -> str:
    return f"# {key} = " + ("2569" if key == "round" else '""') if value in (None, "") else f"{key} = {_value(value)}"


def _value(value: object) -> str:
    """A value as TOML writes it: text, numbers and lists are written as in JSON."""
    return json.dumps(value, ensure_ascii=False)


def run_file(language: Language) -> bytes:
    """What is double-clicked on Windows: `cpms run` in this folder, then the page; the window stays to be read.

    The code page is UTF-8 while it runs, for paths and words in any script, and is put back at the end. No jumps: with
    letters of several bytes, older Windows loses its place in the file.
    """
    python = Path(sys.executable)
    lines = [
        "@echo off",
        f"rem {say('office_run_file', FALLBACK)}",
        "setlocal",
        'for /f "tokens=2 delims=:" %%c in (\'chcp\') do set "CPMS_PAGE=%%c"',
        "chcp 65001 >nul",
        'cd /d "%~dp0"',
        f'set "CPMS_PYTHON={str(python).replace("%", "%%")}"',
        'if exist "%CPMS_PYTHON%" "%CPMS_PYTHON%" -m cpms_cli run',
        'if not exist "%CPMS_PYTHON%" cpms run',
        f"if errorlevel 9009 echo {say('office_no_program', language)}",
        f'if exist "{OUTBOX}\\{OPEN_FIRST}" start "" "{OUTBOX}\\{OPEN_FIRST}"',
        "if defined CPMS_PAGE chcp %CPMS_PAGE% >nul",
        "pause",
        "endlocal",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")
