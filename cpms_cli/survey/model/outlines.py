"""Outlines of a province's subdistricts, for maps: `areas/outlines/NN.geojson`, NN being the province's code.

GeoJSON (RFC 7946): polygons in degrees, each with the property `subdistrict_code`; beside the features stands `source`,
in both languages, which is printed below a map.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.words import Words
from cpms_cli.survey.yaml_files.located_yaml import read_text

CODE = "subdistrict_code"
_FOLDER = "areas/outlines"
_DIGITS = 6
_CLOSED = 4  # points of the least ring, the first one repeated


def outlines_of(folder: Path, province: str) -> dict[str, Any] | None:
    """The outlines of a province, as they stand in its file; None where there is no file.

    Raises DefinitionError where they cannot be read.
    """
    file = f"{_FOLDER}/{province}.geojson"
    if not (folder / file).is_file():
        return None
    content, problems = _read(folder, file)
    if problems or content is None:
        raise DefinitionError("bad_outlines", file=f"{province}.geojson")
    return content


def check_outlines(folder: Path, areas: Collection[str]) -> list[Problem]:
    """What is wrong with the outlines in a definition, with file and line; each subdistrict must be a known one, once,
    of the province that the file is named after."""
    all_problems: list[Problem] = []
    for path in sorted((folder / _FOLDER).glob("*.geojson")):
        file = f"{_FOLDER}/{path.name}"
        content, problems = _read(folder, file)
        all_problems += problems
        if content is None or problems:
            continue
        lines, seen = read_text(folder, file).splitlines(), set[str]()
        for code in (feature["properties"][CODE] for feature in content["features"]):
            line = next((line_number for line_number, text in enumerate(lines, start=1) if f'"{code}"' in text), 1)
            if code in seen:
                all_problems.append(Problem(file, line, Fault("area_twice", code=code)))
            elif code not in areas or len(code) != _DIGITS or not code.startswith(path.stem):
                all_problems.append(Problem(file, line, Fault("outline_code", code=code, province=path.stem)))
            seen.add(code)
    return all_problems


@lru_cache(maxsize=4)
def _parsed(file: str, text: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    try:
        content: dict[str, Any] = json.loads(text)
    except ValueError as error:
        return None, (Problem(file, getattr(error, "lineno", 1), Fault("not_geojson", reason=str(error))),)
    try:
        Words.model_validate(content["source"])
        features = content["features"]
        faults = [number for number, feature in enumerate(features) if not _is_outline(feature)]
    except (ValueError, KeyError, TypeError):
        return None, (Problem(file, 1, Fault("outline_parts")),)
    problems = [Problem(file, _line(text, position), Fault("outline_area", name=CODE)) for position in faults]
    return content, tuple(problems)


def _read(folder: Path, file: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    try:
        return _parsed(file, read_text(folder, file))
    except BadDocument as bad:
        return None, (bad.problem,)


def _line(text: str, feature: int) -> int:
    """The line on which a feature begins."""
    position = -1
    for _ in range(feature + 1):
        position = text.find('"Feature"', position + 1)
    return text.count("\n", 0, max(position, 0)) + 1


def _is_outline(feature: Any) -> bool:
    try:
        shape = feature["geometry"]
        polygons = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
        rings = [ring for polygon in polygons for ring in polygon]
        numbers = all(isinstance(number, int | float) for ring in rings for point in ring for number in point[:2])
        return (
            isinstance(feature["properties"][CODE], str)
            and bool(rings)
            and numbers
            and all(len(ring) >= _CLOSED and all(len(point) >= 2 for point in ring) for ring in rings)
        )
    except (KeyError, TypeError, IndexError):
        return False
