"""Several maps in one command: which file goes by which, told by the headers that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.mapping import SAME_KIND, HeaderMap, Maps, check_headers_present
from cpms_cli.reading.maps.map_loading import load_map
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Survey


def load_maps(mapping: Maps | None, survey: Survey) -> tuple[HeaderMap, ...]:
    """Return the maps that were given, none, one or several. Raises UsageError as `load_map` does, with what is wrong
    with each of them."""
    if mapping is None:
        return ()
    given = (mapping,) if isinstance(mapping, str | Path | Mapping) else tuple(dict.fromkeys(mapping))
    loaded: list[HeaderMap] = []
    wrong: list[UsageError] = []
    for each in given:
        try:
            chosen = load_map(each, survey)
        except UsageError as error:
            wrong.append(error)
            continue
        loaded += [] if chosen is None else [chosen]
    if len(wrong) > 1:
        raise UsageError("maps_wrong", count=len(wrong), faults="\n".join(map(str, wrong)))
    if wrong:
        raise wrong[0]
    return tuple(loaded)


def map_of(maps: Sequence[HeaderMap], sources: Sequence[SourceTable]) -> HeaderMap | None:
    """Return the map of one file: the only one there is, else the one whose headers it has most of; None where it has
    less than half of each."""
    if len(maps) < 2:
        return maps[0] if maps else None
    return closest_map(maps, sources)


def closest_map(maps: Sequence[HeaderMap], sources: Sequence[SourceTable]) -> HeaderMap | None:
    """Return the map whose headers one file has most of; None where it has less than half of each."""
    shares = [max((chosen.share_of(source) for source in sources), default=0.0) for chosen in maps]
    return maps[shares.index(max(shares))] if max(shares, default=0.0) >= SAME_KIND else None


def check_maps_used(maps: Sequence[HeaderMap], files: Sequence[Sequence[SourceTable]]) -> None:
    """Raise UsageError for a map that is of another kind of file than all that were given."""
    if len(maps) == 1:
        check_headers_present(maps[0], [source for file in files for source in file])
        return
    used = {id(map_of(maps, file)) for file in files}
    for chosen in maps:
        if id(chosen) not in used:
            names = ", ".join(dict.fromkeys(source.path.name for file in files for source in file))
            raise UsageError("map_of_no_file", file=chosen.file, files=names)
