"""Files of a definition's folder in which nothing would hold: those that nobody reads, and those read as shipped only.

Whoever changes a file must see it used, or hear that it is not. A file that nobody reads is a fault. One that the tool
takes from itself is none: it may be a copy of what an earlier version had, and says nothing that would count.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cpms_cli.survey.files.identity import AS_SHIPPED, is_among
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.yaml_files.located_yaml import limit_values, read_yaml
from cpms_cli.survey.yaml_files.location import shipped

# What a definition consists of, by file name; `areas/outlines` has a map for each province.
_READ = (
    "household.yaml",
    "child.yaml",
    "response.yaml",
    "checks.yaml",
    "indicators.yaml",
    "risk.yaml",
    "rights.yaml",
    "migration.yaml",
    "activities.yaml",
    "summaries.yaml",
    "privacy.yaml",
    "deidentification.yaml",
    "fairness.yaml",
    "linking.yaml",
    "names/*.yaml",
    "limits.yaml",
    "titles.csv",
    "areas/provinces.csv",
    "areas/districts.csv",
    "areas/subdistricts.csv",
    "areas/changes.csv",
    "areas/outlines/*.geojson",
    "codelists/*.csv",
    "translations/*.yaml",
    "examples/indicators.yaml",
    "examples/readings.yaml",
    "examples/figures.yaml",
)
# Beside a definition stand notes for people, and what systems and editors leave behind.
_OF_NO_MATTER = ("*.md", "*.txt", ".*", "*/.*", "~$*", "*~", "Thumbs.db", "desktop.ini")


def unused_files(folder: Path) -> list[Problem]:
    """A problem for each file that is not read."""
    return [
        Problem(file, 1, Fault("never_read"))
        for file in _files(folder)
        if not is_among(file, (*_READ, *AS_SHIPPED)) and not any(fnmatch(file, pattern) for pattern in _OF_NO_MATTER)
    ]


def passed_over_files(folder: Path) -> list[Problem]:
    """Return a note for each file that is read from the shipped definition and says something else here, with the line
    of the first part that is otherwise."""
    lines = {file: _first_difference(folder, file) for file in _files(folder) if is_among(file, AS_SHIPPED)}
    return [Problem(file, line, Fault("taken_as_shipped")) for file, line in lines.items() if line is not None]


def _files(folder: Path) -> list[str]:
    """Return the files of a folder of one's own; none of the shipped one."""
    if folder.resolve() == shipped("schemas").resolve():
        return []
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


def _first_difference(folder: Path, file: str) -> int | None:
    """The line of the first part that the shipped file of this name has otherwise or not; None where there is none.

    What it has and this one lacks is of a newer version, and holds as shipped."""
    if not (shipped("schemas") / file).exists():
        return 1  # of an earlier version
    try:
        known = read_yaml(shipped("schemas"), file)
        own = read_yaml(folder, file, limit_values(shipped("schemas")))  # limits that differ are told where they stand
    except BadDocument as bad:
        return bad.problem.line
    for name in _keys(own.content):
        if name not in _keys(known.content) or own.content[name] != known.content[name]:
            return own.line(name)
    return None


def _keys(content: Any) -> list[str]:
    return sorted(content) if isinstance(content, dict) else []
