"""The maps of an office, tried on a file by the headers that they cover. Whoever adds another kind of map adds it in
this module alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from cpms_cli.errors import CpmsError, UsageError
from cpms_cli.reading.header.mapping import WORKBOOK, HeaderMap, compared
from cpms_cli.reading.maps.map_loading import headers_of_map, load_map, map_lines
from cpms_cli.reading.maps.map_workbook import is_map_workbook
from cpms_cli.reading.tables import read_sources
from cpms_cli.survey.model.definition import Survey

_ENDING = ".csv"
"""Beside a workbook, what a map can be."""


def is_map(path: Path) -> bool:
    """Whether a file is a map of headers, as `cpms map` writes it."""
    if path.suffix.lower() == WORKBOOK:
        return is_map_workbook(path)
    if path.suffix.lower() != _ENDING:
        return False
    try:
        return bool(map_lines(path))
    except UsageError:
        return False


def map_paths(folder: Path, further: Iterable[Path] = ()) -> list[Path]:
    """Return the files in a folder of maps and further ones, in the order of their names."""
    within = [path for ending in (_ENDING, WORKBOOK) for path in folder.glob(f"*{ending}")] if folder.is_dir() else []
    # Excel puts a small file beside a workbook that is open.
    return sorted({*(path for path in within if not path.name.startswith("~$")), *further})


def fitting_map(survey: Survey, maps: Iterable[Path], path: Path) -> tuple[Path | None, tuple[CpmsError, ...]]:
    """Return the map of which every header stands in this file, the one with most headers, and of several such the one
    that was saved last; None where there is none. And what is wrong with maps that cannot be used, as one with a
    question mark left in it: with those of this kind of file, and of which nobody can tell."""
    usable: dict[Path, HeaderMap] = {}
    broken: dict[Path, CpmsError] = {}
    for place in maps:
        try:
            chosen = load_map(place, survey)
        except CpmsError as error:
            broken[place] = error
            continue
        if chosen is not None and (chosen.lines or chosen.silent):
            usable[place] = chosen
    headers = _headers(survey, list(usable.values()), path) if usable or broken else set()
    fitting = {place: {*chosen.lines, *chosen.silent} for place, chosen in usable.items()}
    covered = {place: len(wanted) for place, wanted in fitting.items() if wanted <= headers}
    best = max(covered, key=lambda place: (covered[place], place.stat().st_mtime), default=None)
    return best, tuple(error for place, error in broken.items() if _may_be_of(survey, place, headers))


def _may_be_of(survey: Survey, place: Path, headers: set[str]) -> bool:
    """Whether a map that cannot be used is of the kind of file that has these headers, as far as it can be told."""
    try:
        listed = headers_of_map(place, survey)
    except CpmsError:
        return True
    return not headers or listed <= headers


def _headers(survey: Survey, maps: Sequence[HeaderMap], path: Path) -> set[str]:
    """The headers of a file, which is read once for all of these maps; none where it cannot be read."""
    try:
        sources = read_sources(path, survey, chosen=maps)
    except CpmsError:
        return set()
    return {compared(header) for source in sources for header in source.header}
