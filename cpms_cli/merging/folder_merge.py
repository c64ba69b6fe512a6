"""A folder of files and bundles merged: read by several processes, stored by one, what is merged already passed over.

Files are stored in groups, each in one transaction: as if one after the other, with all that is checked and set aside,
but children are linked once a group. A run that is cut short keeps the groups that it stored, and the next one goes on
with the rest. A file that cannot be merged is left out, and named with what is to be done about it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cpms_cli.checking.columns_not_read import Asked
from cpms_cli.errors import CpmsError, DefinitionError, KeyMissing, StoreError, UsageError
from cpms_cli.merging.merge import Incoming, Merge, further_words, merge_each
from cpms_cli.merging.read_ahead import Reader, ReadFile, read_ahead
from cpms_cli.merging.row_fates import COUNTED, merged_for_good
from cpms_cli.reading.arrivals import Arrived, arrived_files
from cpms_cli.reading.book.bundle import IDENTITY_FILE, is_bundle, missing_key
from cpms_cli.reading.tables import ReadAs
from cpms_cli.store.access.connection import KEY_FILE
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import definition_to_write
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.outputs import is_of_store, same_file

State = Literal["merged", "known", "same_as", "held", "set_aside", "refused"]
GROUP_ROWS = 10_000
"""Rows of a group: linking them costs much more than linking a file, and much less than linking each of its files."""


@dataclass(frozen=True)
class FolderFile:
    """What became of a file of the folder.

    `counts` has rows_in, stored, unchanged, quarantined, no_consent and repeated where it was merged, `quarantine` the
    workbooks of the rows set aside; `detail` is the file that has the same content, or why it is left alone (`held`);
    `error` why it was refused.
    """

    name: str
    state: State
    counts: Mapping[str, int] = field(default_factory=dict)
    quarantine: tuple[Path, ...] = ()
    detail: str = ""
    error: CpmsError | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class FolderMerge:
    """`files` in their order; how many children were not known before; how many pairs wait for a person; of families
    those that did not consent, withdrew, or whose rows disagree, as `Merge.families`."""

    files: tuple[FolderFile, ...]
    new_people: int
    doubtful: int
    families: Mapping[str, int]

    def total(self, column: str) -> int:
        """The sum of one count over all files."""
        return sum(file.counts.get(column, 0) for file in self.files)

    def of_state(self, state: State) -> list[FolderFile]:
        """The files that became this."""
        return [file for file in self.files if file.state == state]

    @property
    def exit_code(self) -> int:
        """0: all is in the store; 1: rows, columns or files were left out; 2: nothing of the folder is in the store."""
        if not self.of_state("merged") and not self.of_state("known"):
            return 2
        return int(any(file.exit_code for file in self.files))


Tell = Callable[[FolderFile, Merge | None], None]
"""Takes each file as soon as it is known what became of it, with its merge where it was merged."""


@dataclass
class _Run:
    """What a run works with, and what has become of the files so far, by their paths."""

    survey: Survey
    store: Path
    recorder: Recorder
    language: Language
    tell: Tell
    names: Mapping[Path, str]
    files: dict[Path, FolderFile] = field(default_factory=dict)
    new_people: int = 0
    doubtful: int = 0
    families: dict[str, int] = field(default_factory=dict)

    def settle(self, path: Path, file: FolderFile, merged: Merge | None = None) -> None:
        """Note what became of a file, and tell it."""
        self.files[path] = file
        self.tell(file, merged)

    def refuse(self, path: Path, error: CpmsError) -> None:
        """Leave a file out for what is wrong with it."""
        self.settle(path, FolderFile(self.names[path], "refused", error=error, exit_code=error.exit_code))

    def merge(self, group: Sequence[ReadFile]) -> None:
        """Merge a group; where a file of it cannot be merged, each by itself."""
        each = [
            Incoming(
                [file.path], file.tables, self.recorder, self.store, None, self.language, file.packed, file.in_columns
            )
            for file in group
        ]
        try:
            merges = merge_each(self.survey, each)
        except (StoreError, DefinitionError):
            raise
        except CpmsError as error:
            if len(group) == 1:
                self.refuse(group[0].path, error)
            else:
                for file in group:
                    self.merge([file])
            return
        self.new_people += merges[0].new_people
        self.doubtful = merges[0].doubtful
        for file, merged in zip(group, merges, strict=True):
            self.settle(file.path, _merged(self.names[file.path], merged), merged)
            for name, count in merged.families.items():
                self.families[name] = self.families.get(name, 0) + count


def merge_folder(  # noqa: PLR0913 - what the command takes
    places: Sequence[str | Path],
    store: str | Path,
    *,
    jobs: int = 1,
    read_as: ReadAs | None = None,
    schemas: Path | None = None,
    language: Language = FALLBACK,
    tool_version: str = "",
    who: str | None = None,
    maps: Sequence[Path] = (),
    tell: Tell = lambda _file, _merged: None,
    begin: Callable[[int], None] = lambda _count: None,
) -> FolderMerge:
    """Merge the files of folders, and single ones, into a store that is made if it is missing.

    `jobs` processes read and check; this one stores. The result is that of merging them one by one, in the order in
    which they were saved. `maps` are maps of headers, of which each file goes by the one that fits it. `begin` is given
    how many files there are, then `tell` each of them. Raises
    UsageError where there is no file, KeyMissing where all that is left are bundles and no key is given, and
    StoreError, which ends the run: what was stored before stays, and the next run goes on.
    """
    survey, store_path, read_as = definition_to_write(store, schemas), Path(store), read_as or ReadAs()
    arrived = _arrived(places, store_path)
    begin(len(arrived))
    recorder = Recorder(who or current_user(), tool_version)
    run = _Run(survey, store_path, recorder, language, tell, {file.path: file.name for file in arrived})
    waiting = list(_not_settled(run, arrived))
    _check_key(waiting)
    words = further_words(store_path, schemas, read_as)
    reader = Reader(survey, read_as, tuple(maps), Asked((), None, words, store_path), language)
    for group in _groups(survey, _readable(run, read_ahead(waiting, reader, jobs) if waiting else ())):
        run.merge(group)
    return FolderMerge(tuple(run.files[file.path] for file in arrived), run.new_people, run.doubtful, run.families)


def _arrived(places: Sequence[str | Path], store: Path) -> list[Arrived]:
    """The files, without the store and keys. Raises UsageError where there is none, or a place is not there."""
    paths = [Path(place) for place in places]
    for path in paths:
        if not path.exists():
            raise UsageError("folder_missing", folder=path)
    keys = [Path(os.environ[name]) for name in (IDENTITY_FILE, KEY_FILE) if os.environ.get(name)]
    arrived = [
        file
        for file in arrived_files(*paths)
        if not is_of_store(file.path, store) and not any(same_file(file.path, key) for key in keys)
    ]
    if not arrived:
        raise UsageError("folder_without_files", folder=", ".join(map(str, paths)))
    return arrived


def _not_settled(run: _Run, arrived: Iterable[Arrived]) -> Iterator[Path]:
    """Yield the files that are to be read; settle those that are merged already, twice there, or left alone."""
    known = merged_for_good(run.store, run.survey)
    beside = run.store.resolve().parent
    for file in arrived:
        name, path = file.name, file.path
        if file.held is not None:
            run.settle(path, FolderFile(name, "held", detail=file.held, exit_code=1))
        elif file.same_as:
            run.settle(path, FolderFile(name, "same_as", detail=file.same_as))
        elif file.digest in known:
            run.settle(path, FolderFile(name, "known"))
        elif path.resolve().parent == beside and path.match(f"{run.store.stem}-set-aside-*.xlsx"):
            run.settle(path, FolderFile(name, "set_aside", exit_code=1))
        else:
            yield path


def _check_key(waiting: Sequence[Path]) -> None:
    """Raise KeyMissing where all are bundles without a key: then it is not one of them that is wrong."""
    lacking: list[KeyMissing | None] = [missing_key(path) if is_bundle(path) else None for path in waiting]
    first = next(iter(lacking), None)
    if first is not None and all(lacking):
        raise first


def _readable(run: _Run, files: Iterable[ReadFile]) -> Iterator[ReadFile]:
    """Yield the files that were read; refuse the others."""
    for file in files:
        if file.error is not None:
            run.refuse(file.path, file.error)
        else:
            yield file


def _groups(survey: Survey, files: Iterable[ReadFile]) -> Iterator[list[ReadFile]]:
    """Yield groups of files that are stored together, none with a round of a village that another of it has."""
    group: list[ReadFile] = []
    places: set[tuple[str, str]] = set()
    rows = 0
    for file in files:
        own, count = _places(survey, file), sum(len(table.rows) for table in file.tables)
        if group and (rows + count > GROUP_ROWS or own & places):
            yield group
            group, places, rows = [], set(), 0
        group.append(file)
        places |= own
        rows += count
    if group:
        yield group


def _places(survey: Survey, file: ReadFile) -> set[tuple[str, str]]:
    """The rounds of villages that stand in a file."""
    names = [survey.role(role).name for role in ("village", "round")]
    return {
        (str(village), str(round_))
        for table in file.tables
        for village, round_ in zip(*(table.cells(name).to_pylist() for name in names), strict=True)
    }


def _merged(name: str, merged: Merge) -> FolderFile:
    aside = [merged.quarantine, merged.responses.quarantine if merged.responses else None]
    return FolderFile(
        name,
        "merged",
        {column: merged.total(column) for column in COUNTED},
        tuple(path for path in aside if path is not None),
        exit_code=merged.exit_code,
    )
