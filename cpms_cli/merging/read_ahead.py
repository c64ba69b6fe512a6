"""Files read and checked by several processes at a time, while one other process writes what they bring.

A process is started anew (`spawn`) on every system, and gets the definition from the one that started it: it opens no
store. Files come back in the order in which they were given. A file that ends the process which reads it, as one larger
than the memory does, is read once more in a process of its own; if it ends that too, it is refused like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cpms_cli.checking.columns_not_read import Asked, check_answers_read
from cpms_cli.checking.validation import all_column_faults
from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.errors import CpmsError, NoSurveyTable, UnreadableFile, UsageError
from cpms_cli.keys import typed_keys, use_typed_keys
from cpms_cli.merging.merge import check_holds_answers
from cpms_cli.merging.packed import Packed, read_packed
from cpms_cli.reading.header.mapping import HeaderMap
from cpms_cli.reading.maps.map_loading import load_map
from cpms_cli.reading.maps.several_maps import closest_map
from cpms_cli.reading.response_log import logs_among
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import ReadAs, read_files, read_sources
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.survey.rules.response_log import response_log
from cpms_cli.survey.speech.languages import use_words_of

_MOST_PROCESSES = 61  # Windows waits for no more at a time
_AHEAD = 2  # files that wait for the writer, for each process: what is read is held in memory


@dataclass(frozen=True)
class ReadFile:
    """A file that was read and checked: its tables, the faults in the columns of each, and what a bundle brings along;
    or the `error` for which it is refused."""

    path: Path
    tables: tuple[SurveyTable, ...] = ()
    in_columns: tuple[Sequence[ColumnFault], ...] = ()
    packed: Packed | None = None
    error: CpmsError | None = None


@dataclass(frozen=True)
class Reader:
    """How files are read, whichever process reads them: by which definition, as what, and how the merge was asked for
    (`words`), in a language. `maps` are the maps of headers, of which each file goes by the one whose headers it has.
    """

    survey: Survey
    read_as: ReadAs
    maps: tuple[Path, ...]
    asked: Asked
    language: Language
    keys: dict[str, str] = field(default_factory=typed_keys, repr=False)

    def read(self, path: Path) -> ReadFile:
        """Read and check one file; what is wrong with it is in what is returned."""
        try:
            mapping = self._map_of(path)
            tables = tuple(
                read_files([path], self.survey, replace(self.read_as, mapping=mapping, village_of_some=True))
            )
            check_holds_answers(self.survey, tables)
            asked = replace(self.asked, files=[path], mapping=mapping)
            check_answers_read(self.survey, tables, asked, "merge", self.language)
            faults = all_column_faults(self.survey, tables)
            return ReadFile(path, tables, tuple(faults), read_packed([path], self.survey))
        except NoSurveyTable as error:
            if logs_among([path], self.survey, self.read_as.encoding):
                return ReadFile(path, error=UsageError("today_with_survey", file=path.name))
            return ReadFile(path, error=error)
        except CpmsError as error:
            return ReadFile(path, error=error)

    def _map_of(self, path: Path) -> Path | None:
        """The map of which a file has most headers, and at least half."""
        if not self._loaded:
            return None
        maps = list(self._loaded.values())
        closest = closest_map(maps, read_sources(path, self.survey, self.read_as.encoding, maps))
        return next((place for place, chosen in self._loaded.items() if chosen is closest), None)

    @cached_property
    def _loaded(self) -> dict[Path, HeaderMap]:
        """The maps, read once in each process that reads files."""
        loaded = {place: load_map(place, self.survey) for place in self.maps}
        return {place: chosen for place, chosen in loaded.items() if chosen is not None}


Read = Callable[[Path], ReadFile]
_readers: list[Reader] = []


def read_ahead(paths: Sequence[Path], reader: Reader, jobs: int) -> Iterator[ReadFile]:
    """Yield each file as it was read and checked, in the order given, by so many processes at a time."""
    for file in in_processes(paths, _read, jobs, (_begin_reading, reader)):
        yield _with_fields(reader.survey, file)


def in_processes(
    paths: Sequence[Path], read: Read, jobs: int, begin: tuple[Callable[..., None], object] | None = None
) -> Iterator[ReadFile]:
    """Yield what `read` makes of each path, in their order; a path that ends its process is refused.

    Each process begins with a call of the first of `begin`, which is given the second.
    """
    waiting, ahead = deque(paths), deque[tuple[Path, Future[ReadFile]]]()
    count = max(1, min(jobs, _MOST_PROCESSES, len(paths)))
    pool = _started(count, begin)
    try:
        while waiting or ahead:
            while waiting and len(ahead) < count * _AHEAD:
                path = waiting.popleft()
                ahead.append((path, pool.submit(read, path)))
            path, future = ahead.popleft()
            try:
                file = future.result()
            except BrokenProcessPool:
                waiting.extendleft(reversed([later for later, _ in ahead]))
                ahead.clear()
                pool.shutdown()
                file = _alone(read, path, begin)
                pool = _started(count, begin)
            yield file
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _started(count: int, begin: tuple[Callable[..., None], object] | None) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin, (begin,))


def _alone(read: Read, path: Path, begin: tuple[Callable[..., None], object] | None) -> ReadFile:
    """What a process of its own makes of a path."""
    with _started(1, begin) as pool:
        try:
            return pool.submit(read, path).result()
        except BrokenProcessPool:
            return ReadFile(path, error=UnreadableFile("file_ends_process", file=path.name))


def _begin(begin: tuple[Callable[..., None], object] | None) -> None:
    """Make a process ready: only the one that started it hears Ctrl-C, and when that ends, so does this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin[0](begin[1])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _begin_reading(reader: Reader) -> None:
    use_typed_keys(reader.keys)
    use_words_of(reader.survey.translations, reader.survey.limits.values)
    _readers.append(reader)


def _read(path: Path) -> ReadFile:
    try:
        return _readers[-1].read(path)
    except Exception as error:  # one file stops nobody
        return ReadFile(path, error=UnreadableFile("file_unexpected", file=path.name, kind=type(error).__name__))


def _with_fields(survey: Survey, file: ReadFile) -> ReadFile:
    """The file with the fields of this process's definition: those of another process are equal, and not the same."""
    tables = tuple(_of_definition(survey.fields, table) for table in file.tables)
    if file.packed is None:
        return replace(file, tables=tables)
    fields = response_log(survey).fields
    responses = tuple(_of_definition(fields, table) for table in file.packed.responses)
    return replace(file, tables=tables, packed=replace(file.packed, responses=responses))


def _of_definition(fields: Mapping[str, Field], table: SurveyTable) -> SurveyTable:
    columns = {name: replace(column, field=fields[name]) for name, column in table.columns.items()}
    return replace(table, columns=columns)
