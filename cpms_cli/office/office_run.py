"""A run of an office: what is new in the inbox goes into the store, and the outbox gets what each person needs."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.office.inbox.maps_tried import is_map, map_paths
from cpms_cli.office.inbox.taking_in import note_as_stored, take_in
from cpms_cli.office.journal import Journal, OpenRun, Outcome, State, journals, opened_run
from cpms_cli.office.new_office import OPEN_FIRST
from cpms_cli.office.open_first import PageOf, write_page
from cpms_cli.office.run_outputs import Figures, Written, figures_of, write_outputs
from cpms_cli.office.run_work import Work
from cpms_cli.office.settings import Office, load_office
from cpms_cli.reading.arrivals import Arrived, arrived_files
from cpms_cli.store.access.holding import hold_store
from cpms_cli.store.file import is_begun
from cpms_cli.store.history import history
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import year_to_fill_in
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language

Tell = Callable[[str, Mapping[str, Any]], None]
"""Takes what happens in a run, as it happens: the kind of event, and what is to be known of it."""


@dataclass(frozen=True)
class Run:
    """What a run did: the outcome of each file of the inbox, the outputs, the page to open first (None where nothing
    was written), and whether anything changed. `figures` is what the store holds now, None where there is no store."""

    office: Office
    files: tuple[Outcome, ...]
    outputs: tuple[Written, ...]
    folder: Path | None
    page: Path | None
    changed: bool
    figures: Figures | None = None
    dry: bool = False

    @property
    def exit_code(self) -> int:
        """1 where something is to mend, or a file was left out."""
        return max((outcome.exit_code for outcome in self.files), default=0)


def run_office(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    folder: str | Path,
    *,
    language: Language | None = None,
    dry_run: bool = False,
    tool_version: str = "",
    today: datetime.date | None = None,
    tell: Tell | None = None,
) -> Run:
    """Take in what is new in the inbox of an office, and write what each person needs into a new folder of its outbox.

    A file is one transaction: a run that is cut short goes on with the next file. Where nothing is new, and it is the
    day of the last run, nothing is written. With `dry_run`, nothing is written at all; `tell` is called with each event
    as it happens. `language` is that of the office if not given, `today` the day for which the list of visits is made.

    Raises UsageError where the folder is no office; StoreLocked while another run or command writes the store;
    KeyMissing, StoreError, DefinitionError. What a single file is at fault for is its outcome.
    """
    office = load_office(Path(folder))
    return run_of_office(office, language=language, dry_run=dry_run, tool_version=tool_version, today=today, tell=tell)


def run_of_office(  # noqa: PLR0913 - as `run_office`
    office: Office,
    *,
    language: Language | None = None,
    dry_run: bool = False,
    tool_version: str = "",
    today: datetime.date | None = None,
    tell: Tell | None = None,
) -> Run:
    """`run_office` of an office whose settings are loaded, and may have been changed since."""
    spoken = language or office.language or FALLBACK
    if not office.inbox.is_dir():
        raise UsageError("office_no_inbox", folder=office.inbox)
    work = Work(office, spoken, tool_version, dry=dry_run)
    asked = _Asked(work, today or country_today(), tell or (lambda event, about: None))
    with nullcontext() if dry_run else hold_store(office.store):
        return _run(asked)


@dataclass(frozen=True)
class _Asked:
    """How a run is asked for."""

    work: Work
    today: datetime.date
    tell: Tell


def _run(asked: _Asked) -> Run:
    work, office = asked.work, asked.work.office
    files = arrived_files(office.inbox)
    maps = [file.path for file in files if file.digest and is_map(file.path)]
    work = replace(work, maps=tuple(map_paths(office.maps, maps)))
    asked = replace(asked, work=work)
    earlier = journals(office.outbox)
    stored = _stored(office)
    opened = opened_run(work.office.outbox, earlier, _day(asked))
    outcomes = []
    for number, file in enumerate(files, start=1):
        outcome = _outcome(work, file, stored, earlier, opened)
        outcomes.append(outcome)
        if not work.dry and outcome.state not in ("known", "same_as", "map"):
            opened.keep(outcome)
        asked.tell("file", {"number": number, "of": len(files), **asdict(outcome)})
    if work.dry:
        return Run(office, tuple(outcomes), (), None, None, False, dry=True)
    return _finished(asked, tuple(outcomes), earlier, opened)


def _day(asked: _Asked) -> str:
    """The day of the run as the name of a folder, its year as it is written in the language."""
    return f"{year_to_fill_in(asked.today.year, asked.work.language)}-{asked.today:%m-%d}"


def _stored(office: Office) -> dict[str, dict[str, int]]:
    """The counts of rows of every file in the store, by the digest of the file."""
    if not is_begun(office.store):
        return {}
    batches: pd.DataFrame = history(office.store)["batches"]
    names = {"rows_in": "rows_in", "stored": "rows_stored", "unchanged": "rows_unchanged"}
    names["set_aside"] = "rows_quarantined"
    return {
        str(batch["sha256"]): {name: int(batch[column]) for name, column in names.items()}
        for batch in batches.to_dict("records")
    }


def _outcome(
    work: Work, file: Arrived, stored: Mapping[str, dict[str, int]], earlier: list[Journal], opened: OpenRun
) -> Outcome:
    """What became of one file: what is known of it already, or else what comes of taking it in."""
    start, recorded = Outcome(file.name, "left_out", file.digest), _recorded(file.digest, earlier)
    if file.digest in stored and not file.same_as:
        return _known(work, start, stored[file.digest], opened, recorded)
    state, message = _passed_by(work, file, recorded)
    if state is not None:
        words = work.say(message, file=file.name, other=file.same_as, path=file.path)
        return replace(start, state=state, messages=(words,))
    return take_in(work, file, None if work.dry else opened, recorded)


def _passed_by(work: Work, file: Arrived, recorded: Outcome | None) -> tuple[State | None, str]:
    """Why a file is not taken in now, and the sentence that says so; None where it is."""
    if file.held:
        return "held", f"office_held_{file.held}"
    if file.same_as:
        return "same_as", "office_same_as"
    if file.path in work.maps:
        return "map", "office_map_in_inbox"
    if recorded is not None and recorded.state in ("stored", "responses"):
        return "undone", "office_undone"
    return (None, "") if "merge" in work.office.plan.steps else ("left_out", "office_no_merge")


def _known(work: Work, start: Outcome, counts: Mapping[str, int], opened: OpenRun, recorded: Outcome | None) -> Outcome:
    """What is said of a file that the store has: of one that this very run stored before it was cut short, what came of
    it; of a list of the day, also which answers on it were refused, since no workbook has them."""
    begun = opened.journal.outcomes.get(start.digest) if opened.is_resumed else None
    if begun is None:
        refused = recorded.messages[1:] if recorded and recorded.state == "responses" and recorded.set_aside else ()
        return replace(start, state="known", messages=(work.say("office_known", file=start.file), *refused))
    return note_as_stored(begun, counts, opened.journal.folder) if begun.state == "planned" else begun


def _recorded(digest: str, earlier: list[Journal]) -> Outcome | None:
    return next((journal.outcomes[digest] for journal in reversed(earlier) if digest in journal.outcomes), None)


def _finished(asked: _Asked, files: tuple[Outcome, ...], earlier: list[Journal], opened: OpenRun) -> Run:
    """Write the outputs and the page, unless all is as the last run left it."""
    work, office = asked.work, asked.work.office
    page = office.outbox / OPEN_FIRST
    last = next((journal for journal in reversed(earlier) if journal.finished), None)
    if not opened.is_begun and last is not None and page.is_file() and last.seal == _seal(asked, files):
        return Run(office, files, tuple(_again(last)), last.folder, page, False)
    journal, outputs = opened.journal, list[Written]()
    figures = figures_of(office, work.language) if is_begun(office.store) else None
    if figures is not None and figures.children:  # of a store whose files have nothing but faults, there is none
        for written in write_outputs(office, journal.folder, work.language, asked.today, work.tool_version):
            outputs.append(written)
            asked.tell("output", asdict(written))
    journal.outputs = {written.kind: written.name for written in outputs if written.name}
    run = Run(office, files, tuple(outputs), journal.folder, page, True, figures)
    waiting = [place for before in earlier for place in _workbooks(before) if before.folder != journal.folder]
    write_page(page, work, PageOf(files, outputs, figures, journal.folder, waiting), asked.today)
    journal.seal, journal.finished = _seal(asked, files), True
    journal.keep()
    return run


def _again(last: Journal) -> Iterator[Written]:
    for kind, name in last.outputs.items():
        yield Written(kind, name)


def _workbooks(journal: Journal) -> Iterator[Path]:
    """The workbooks of rows set aside that an earlier run left, and that are still there."""
    for outcome in journal.outcomes.values():
        if outcome.to_mend and (journal.folder / outcome.to_mend).exists():
            yield journal.folder / outcome.to_mend


def _seal(asked: _Asked, files: tuple[Outcome, ...]) -> str:
    """What the outputs of a run rest on: the store as it lies on the disk, the settings, the day, the language, and the
    files that wait."""
    office = asked.work.office
    store = office.store.stat() if office.store.is_file() else None
    waits = sorted((outcome.file, outcome.state, outcome.digest) for outcome in files if outcome.exit_code)
    waits = [entry for entry in waits if entry[1] in ("held", "left_out", "undone")]
    parts: tuple[object, ...] = (
        (store.st_size, store.st_mtime_ns) if store else None,
        office.file.read_bytes(),
        asked.today.isoformat(),
        asked.work.language,
        asked.work.tool_version,
        waits,
    )
    return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()
