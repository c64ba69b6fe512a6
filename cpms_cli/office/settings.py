"""The settings of an office, read from `cpms.toml` in its folder.

What each setting means stands in the sentences `office_setting_NAME`; a new file is written from the same list.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import process

from cpms_cli.errors import UsageError
from cpms_cli.reading.text.typed_files import decode_typed
from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.writing.output_formats import Kind, has_format

FILE = "cpms.toml"
INBOX, OUTBOX, MAPS = "inbox", "outbox", "maps"
RUN = "run"
STEPS = ("merge", "score", "today", "report")
"""The steps of a run, in the order in which they are taken."""
OFFICE_KEYS: dict[str, type] = {
    **{"name": str, "area": str, "store": str, "language": str},
    **{"round": int, "who": str, "contact": str},
}
RUN_KEYS: dict[str, type] = {"steps": list, "today": str, "report": str, "scores": str, "audience": str}
OUTPUT_KINDS: dict[str, Kind] = {"today": "table", "report": "document", "scores": "table"}
STORE = "cpms.duckdb"
OUTPUTS = {"today": "today.xlsx", "report": "report.html"}
_LINE = re.compile(r"\(at line ([0-9]+)")
_NEAR = 70


@dataclass(frozen=True)
class RunPlan:
    """What a run does: its `steps`, and under which name in the folder of the run each output is written.

    `audience` is for whom the report is made; None for the office itself, which has all counts.
    """

    steps: tuple[str, ...] = STEPS
    outputs: Mapping[str, str] = field(default_factory=lambda: dict(OUTPUTS))
    audience: str | None = None


@dataclass(frozen=True)
class Office:
    """A folder with `cpms.toml`. `store` and the folders are absolute; what the file does not say is None.

    `round` is a Christian year. `lines` says in which line of the file each setting stands.
    """

    folder: Path
    store: Path
    name: str | None = None
    area: str | None = None
    language: str | None = None
    round: int | None = None
    who: str | None = None
    contact: str | None = None
    plan: RunPlan = field(default_factory=RunPlan)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The file of the settings."""
        return self.folder / FILE

    @property
    def inbox(self) -> Path:
        """Where files are put that are to be stored."""
        return self.folder / INBOX

    @property
    def outbox(self) -> Path:
        """Where a run leaves what each person needs."""
        return self.folder / OUTBOX

    @property
    def maps(self) -> Path:
        """Where the maps of headers lie."""
        return self.folder / MAPS


def office_folder(start: Path) -> Path | None:
    """Return the folder with `cpms.toml`, which is this one or the nearest above it; None where there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def load_office(folder: Path) -> Office:
    """Return the office in a folder. Raises UsageError, which names the line of what is wrong."""
    folder = folder.resolve()
    path = folder / FILE
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise UsageError("office_broken", file=path, line=line, reason=_reason(error)) from None
    lines = _lines(text)
    run = content.pop(RUN, {})
    if not isinstance(run, dict):
        raise UsageError("office_value", file=path, line=lines.get(RUN, 1), key=RUN, value=run, wanted=f"[{RUN}]")
    _check_keys(path, content, OFFICE_KEYS, lines)
    _check_keys(path, {f"{RUN}.{key}": value for key, value in run.items()}, _below(RUN_KEYS), lines)
    return Office(
        folder,
        _store(folder, content),
        **{key: content.get(key) or None for key in ("name", "area", "language", "who", "contact")},
        round=_year(path, content, lines),
        plan=_plan(path, run, lines),
        lines=lines,
    )


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("office_unreadable", file=path, reason=error.strerror or "") from None
    text = decode_typed(content)
    if text is None:
        raise UsageError("office_unreadable", file=path, reason="UTF-8")
    return text.replace("\r\n", "\n")


def _reason(error: Exception) -> str:
    return re.sub(r" \(at .*\)$", "", str(error))


def _lines(text: str) -> dict[str, int]:
    """The line of each setting, those of a table as `table.key`, and of the table itself."""
    table = ""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = heading[1].strip()
            lines.setdefault(table, number)
        elif key := re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line):
            lines.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return lines


def _below(keys: Mapping[str, type]) -> dict[str, type]:
    return {f"{RUN}.{key}": kind for key, kind in keys.items()}


def _check_keys(path: Path, content: Mapping[str, Any], known: Mapping[str, type], lines: Mapping[str, int]) -> None:
    """Raise UsageError for a setting that is not known, or is of another kind than it should be."""
    for key, value in content.items():
        place = {"file": path, "line": lines.get(key, 1), "key": key}
        if key not in known:
            elsewhere = [*OFFICE_KEYS, *_below(RUN_KEYS)]
            near = process.extractOne(key, elsewhere, score_cutoff=_NEAR)
            shown = ", ".join(known)
            if near:
                raise UsageError("office_unknown_key_near", near=near[0], known=shown, **place)
            raise UsageError("office_unknown_key", known=shown, **place)
        if not isinstance(value, known[key]) or isinstance(value, bool):
            wanted = {str: '"..."', int: "2569", list: '["merge", "score"]'}[known[key]]
            raise UsageError("office_value", value=value, wanted=wanted, **place)


def _store(folder: Path, content: Mapping[str, Any]) -> Path:
    return (folder / Path(str(content.get("store") or STORE)).expanduser()).absolute()


def _year(path: Path, content: Mapping[str, Any], lines: Mapping[str, int]) -> int | None:
    year = content.get("round")
    if year is None:
        return None
    era = era_of(int(year))
    if era is None:
        place = {"file": path, "line": lines.get("round", 1), "key": "round"}
        raise UsageError("office_value", value=year, wanted="2569 / 2026", **place)
    return christian_year(int(year), era)


def _plan(path: Path, run: Mapping[str, Any], lines: Mapping[str, int]) -> RunPlan:
    """What `[run]` says. Raises UsageError for a step or an ending that is not known."""

    def place(key: str) -> dict[str, object]:
        return {"file": path, "line": lines.get(f"{RUN}.{key}", 1), "key": f"{RUN}.{key}"}

    steps = run.get("steps", list(STEPS))
    for step in steps:
        if step not in STEPS:
            raise UsageError("office_value", value=step, wanted=", ".join(STEPS), **place("steps"))
    outputs = {**OUTPUTS, **{key: str(run[key]) for key in OUTPUT_KINDS if key in run}}
    for key, name in outputs.items():
        if name and (Path(name).name != name or not has_format(OUTPUT_KINDS[key], Path(name))):
            raise UsageError("office_value", value=name, wanted=OUTPUTS.get(key, "scores.parquet"), **place(key))
    named = {key: name for key, name in outputs.items() if name}
    return RunPlan(tuple(step for step in STEPS if step in steps), named, run.get("audience") or None)
