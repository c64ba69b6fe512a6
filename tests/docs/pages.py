"""The pages of the manual as a test sees them: their commands, what stands under each, and whether that came out.

The rule of the comparison: to the letter, but for what differs from run to run. A CPMS ID of a page stands for the ID
that came out at its first place, in later commands too; times, digests, keys, durations and the folder are masked; a
line `...` stands for any lines; blanks at the end of a line do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
ANY_LINES = "..."
_ID = re.compile(r"\bC[0-9A-Z]{11}\b")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4}) \d\d:\d\d(:\d\d)?")
_MASKS = (
    (_TIME, "TIME"),
    (re.compile(r"\b[0-9a-f]{12}([0-9a-f]{52})?\b"), "DIGEST"),
    (re.compile(r"\bage1[0-9a-z]{58}\b"), "age1KEY"),
    (re.compile(r"\b\d+(\.\d+)? seconds?\b"), "N seconds"),
    (re.compile(r"\d+ วินาที"), "N วินาที"),
    (re.compile(r"/?(\S+/)?cpms-demo-\w+"), "FOLDER"),
)


def is_translation(page: Path) -> bool:
    """Whether a page says in Thai what a page beside it says in English, with the same commands (`test_thai_pages.py`).

    The tutorial is no such page: both of its versions run, and show what comes out.
    """
    return page.name.endswith(".th.md") and page.parent.name == "how-to"


@dataclass(frozen=True)
class Step:
    """A command of a page and the output that stands under it; `line` is where it stands."""

    line: int
    command: str
    output: list[str]


@dataclass(frozen=True)
class FileShown:
    """A file that a page has its reader write (`csv NAME`) or change (`diff NAME`); `line` is where that stands."""

    line: int
    kind: str
    name: str
    lines: tuple[str, ...]

    def make(self, folder: Path) -> None:
        """Write or change the file as the page says; what is changed must stand there once."""
        path = folder / self.name
        if self.kind == "csv":
            path.write_text("\n".join(self.lines) + "\n", "utf-8")
            return
        before, after = (
            "".join(f"{line[1:]}\n" for line in self.lines if line[:1] in kept) for kept in ((" ", "-"), (" ", "+"))
        )
        text = path.read_text("utf-8")
        assert text.count(before) == 1, (self.name, self.line, text.count(before))
        path.write_text(text.replace(before, after), "utf-8")


def files_shown(page: Path) -> list[FileShown]:
    """The files that a page has its reader write or change, in order: blocks with a file's name beside their kind."""
    shown: list[FileShown] = []
    opened: tuple[int, str, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        if opened is not None and line == "```":
            shown.append(FileShown(*opened, tuple(lines)))
            opened, lines = None, []
        elif opened is not None:
            lines.append(line)
        elif (block := re.fullmatch(r"```(csv|diff) (\S+)", line)) is not None:
            opened = number, block[1], block[2]
    return shown


def steps(page: Path) -> list[Step]:
    """The commands of a page's console blocks, in order."""
    steps: list[Step] = []
    inside = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            steps.append(Step(number, line.removeprefix("$ "), []))
        elif inside:
            assert steps, f"{page.name}:{number}: an output before any command"
            steps[-1].output.append(line)
    return steps


def _plain(text: str) -> list[str]:
    for mask, word in _MASKS:
        text = mask.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").splitlines()


def _runs(expected: list[str]) -> list[list[str]]:
    """The expected lines cut at each `...`."""
    runs: list[list[str]] = [[]]
    for line in expected:
        if line == ANY_LINES:
            runs.append([])
        else:
            runs[-1].append(line)
    return runs


def _hidden(lines: list[str]) -> list[str]:
    return [_ID.sub("CPMS-ID", line) for line in lines]


def _places(expected: list[str], came: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Where each run of expected lines stands in what came out; raises LookupError with the first run that does not."""
    runs, position = _runs(expected), 0
    for number, run in enumerate(runs):
        last = number == len(runs) - 1
        starts = range(position, len(came) - len(run) + 1)
        if number == 0:
            starts = range(0, 1)
        elif last:
            starts = range(max(position, len(came) - len(run)), len(came) - len(run) + 1)
        whole = number == 0 and last
        start = next(
            (position for position in starts if _hidden(came[position : position + len(run)]) == _hidden(run)), None
        )
        if start is None or (whole and len(came) != len(run)):
            raise LookupError("\n".join(run))
        yield start, run
        position = start + len(run)


def _widths_of_times(text: str) -> set[int]:
    return {len(time[0]) for time in _TIME.finditer(text)}


def _of_any_width(text: str) -> str:
    """The text with its columns drawn together: on the first of a month a time is shorter than on the page, and with it
    the column, its heading and the rule below."""
    return re.sub("─{2,}", "──", re.sub("(?<=\\S) {2,}", "  ", text))


def identifiers(output: list[str], came: str) -> dict[str, str]:
    """Which CPMS ID came out in the place of each on the page; raises LookupError where the rest is not the same."""
    page = "\n".join(output)
    if _widths_of_times(page) and _widths_of_times(page) != _widths_of_times(came):
        page, came = _of_any_width(page), _of_any_width(came)
    expected, plain = _plain(page), _plain(came)
    known: dict[str, str] = {}
    for start, run in _places(expected, plain):
        for shown, real in zip(run, plain[start : start + len(run)], strict=True):
            for placeholder, other in zip(_ID.findall(shown), _ID.findall(real), strict=True):
                if known.setdefault(placeholder, other) != other:
                    raise LookupError(f"{placeholder} stands for {known[placeholder]} and for {other}")
    return known


def with_known(command: str, known: dict[str, str]) -> str:
    """The command with the identifiers of this run."""
    return _ID.sub(lambda match: known.get(match[0], match[0]), command)
