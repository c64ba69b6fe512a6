"""Files of a definition's folder in which nothing would hold: those that nobody reads, and those read as shipped only.

Whoever changes a file must see it used, or hear that it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cpms_cli.survey.files.located_yaml import limit_values, read_yaml
from cpms_cli.survey.files.location import shipped
from cpms_cli.survey.problems import BadDocument, Fault, Problem

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
    "areas/outlines/*.geojson",
    "codelists/*.csv",
    "translations/*.yaml",
    "examples/indicators.yaml",
    "examples/readings.yaml",
    "examples/figures.yaml",
)
# Of these the tool takes its own: how other programs name columns, its languages, and what it says.
_AS_SHIPPED = ("exports.yaml", "proposals.yaml", "languages.yaml", "messages/*.yaml")
# Beside a definition stand notes for people, and what systems and editors leave behind.
_OF_NO_MATTER = ("*.md", "*.txt", ".*", "*/.*", "~$*", "*~", "Thumbs.db", "desktop.ini")


def unused_files(folder: Path) -> list[Problem]:
    """A problem for each file that is not read, or is read from the shipped definition and says something else here."""
    if folder.resolve() == shipped("schemas").resolve():
        return []
    files = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    return [problem for file in files for problem in _problems(folder, file)]


def _is_among(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) and file.count("/") == pattern.count("/") for pattern in patterns)


def _problems(folder: Path, file: str) -> Iterator[Problem]:
    if any(fnmatch(file, pattern) for pattern in _OF_NO_MATTER):
        return
    if _is_among(file, _AS_SHIPPED):
        line = _first_difference(folder, file)
        if line is not None:
            yield Problem(file, line, Fault("taken_as_shipped"))
    elif not _is_among(file, _READ):
        yield Problem(file, 1, Fault("never_read"))


def _first_difference(folder: Path, file: str) -> int | None:
    """The line of the first part that the shipped file of this name has otherwise or not; None where there is none.

    What it has and this one lacks is of a newer version, and holds as shipped."""
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
