"""The record of each run, in the run's own folder of the outbox: what it has done, so that a run that was cut short
goes on where it stopped, and one with nothing to do says so.

What is stored is known from the store alone. The record says which outputs go with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from cpms_cli.writing.files import json_text, write_bytes

RECORD = "run.json"
State = Literal["stored", "known", "same_as", "held", "left_out", "undone", "map", "responses", "planned"]
# What keeps a run from being all done.
TO_MEND: frozenset[str] = frozenset({"held", "left_out", "undone"})


@dataclass(frozen=True)
class Outcome:
    """What became of one file of the inbox: `state`, the sentences to say of it, the counts of its rows, and the names
    of the workbooks in the run's folder: `to_mend` the rows set aside, `checked` the copy with its cells marked, `map`
    a map that waits for decisions; `not_stored` how many of the sentences are about cells, columns and sheets of which
    the store has nothing, though the rows are there."""

    file: str
    state: State
    digest: str = ""
    messages: tuple[str, ...] = ()
    rows_in: int = 0
    stored: int = 0
    unchanged: int = 0
    set_aside: int = 0
    to_look_at: int = 0
    to_mend: str = ""
    checked: str = ""
    map: str = ""
    not_stored: int = 0

    def counted(self, counts: Mapping[str, int]) -> Outcome:
        """The outcome with these counts of rows, by their names."""
        numbers: Any = counts
        return replace(self, **numbers)

    @property
    def exit_code(self) -> int:
        """1 where something is to mend, or was left out on which nobody decided."""
        return int(self.state in TO_MEND or bool(self.set_aside or self.to_mend or self.not_stored))


@dataclass
class Journal:
    """The record of one run: `folder` its folder, `outcomes` by the digest of the file, `outputs` by kind, and `seal`,
    which tells whether anything has changed since."""

    folder: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    seal: str = ""
    finished: bool = False

    def keep(self) -> None:
        """Write the record down, whole or not at all."""
        content = {
            "schema_version": 1,
            "finished": self.finished,
            "seal": self.seal,
            "outputs": self.outputs,
            "files": [asdict(outcome) for outcome in self.outcomes.values()],
        }
        write_bytes(self.folder / RECORD, (json_text(content) + "\n").encode("utf-8"))


def journals(outbox: Path) -> list[Journal]:
    """Return the records of an outbox that can be read, the earliest first."""
    records = [_journal(path) for path in outbox.glob(f"*/{RECORD}")]
    return [journal for _, journal in sorted((entry for entry in records if entry), key=lambda entry: entry[0])]


def _journal(path: Path) -> tuple[tuple[int, str], Journal] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        outcomes = {entry["digest"]: _outcome(entry) for entry in content["files"]}
        journal = Journal(path.parent, outcomes, content["outputs"], content["seal"], content["finished"])
        return (path.stat().st_mtime_ns, path.parent.name), journal
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(entry: dict[str, Any]) -> Outcome:
    return Outcome(**{**entry, "messages": tuple(entry["messages"])})


class OpenRun:
    """The run that is going on: the record of an earlier one that was cut short, or a new one, whose folder is made
    when something is first written into it."""

    def __init__(self, outbox: Path, day: str, begun: Journal | None) -> None:
        self._outbox, self._day, self._journal = outbox, day, begun
        self.is_resumed = begun is not None

    @property
    def is_begun(self) -> bool:
        """Whether this run has a folder."""
        return self._journal is not None

    @property
    def journal(self) -> Journal:
        """The record of this run, with its folder."""
        if self._journal is None:
            self._outbox.mkdir(exist_ok=True)
            self._journal = Journal(_new_folder(self._outbox, self._day))
            self._journal.keep()
        return self._journal

    def free_name(self, stem: str, ending: str) -> str:
        """A name that no file has in the folder of this run."""
        return free_name(self.journal.folder, stem, ending)

    def keep(self, outcome: Outcome) -> None:
        """Write down what became of a file; of one that was left out without a trace, only where there is a folder."""
        if outcome.digest and (self.is_begun or outcome.state in ("stored", "responses")):
            self.journal.outcomes[outcome.digest] = outcome
            self.journal.keep()


def opened_run(outbox: Path, earlier: Sequence[Journal], day: str) -> OpenRun:
    """Return the run that was cut short last, or a new one of this day."""
    return OpenRun(outbox, day, next((journal for journal in reversed(earlier) if not journal.finished), None))


def _new_folder(outbox: Path, day: str) -> Path:
    """Make the folder of a run, named after its day; a second one of a day has a number."""
    for name in _names(day):
        try:
            (outbox / name).mkdir()
        except FileExistsError:
            continue
        return outbox / name
    raise AssertionError("there is always a further number")


def _names(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def free_name(folder: Path, stem: str, ending: str) -> str:
    """A name that no file of this folder has."""
    return next(name + ending for name in _names(stem) if not (folder / (name + ending)).exists())
