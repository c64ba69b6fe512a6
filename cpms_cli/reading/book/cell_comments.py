"""Comments at the cells of a workbook, which no reader of values sees: where they stand, and never what they say.

What `cpms` itself wrote beside a cell is none.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from xml.etree import ElementTree

_KIND = "/comments"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_OWN, _LARGEST = "cpms", 8_000_000


def commented_cells(container: zipfile.ZipFile, sheet_part: str) -> list[tuple[str, int]]:
    """Return column and row of each cell of a sheet at which somebody wrote a comment, from the top."""
    folder, _, name = sheet_part.rpartition("/")
    related = _parsed(container, f"{folder}/_rels/{name}.rels")
    targets = [] if related is None else [each.get("Target", "") for each in related if _is_comments(each)]
    cells = set()
    for target in targets:
        place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        cells |= _cells_of(_parsed(container, place))
    return sorted(cells, key=lambda cell: (cell[1], len(cell[0]), cell[0]))


def _is_comments(relation: ElementTree.Element) -> bool:
    return relation.get("Type", "").endswith(_KIND)


def _parsed(container: zipfile.ZipFile, part: str) -> ElementTree.Element | None:
    try:
        if container.getinfo(part).file_size > _LARGEST:
            return None
        # No document type is left in it: nothing can be expanded.
        return ElementTree.fromstring(container.read(part))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None


def _cells_of(comments: ElementTree.Element | None) -> set[tuple[str, int]]:
    if comments is None:
        return set()
    authors = [author.text or "" for author in comments.iter() if author.tag.endswith("}author")]
    cells = set()
    for comment in comments.iter():
        place = _REFERENCE.fullmatch(comment.get("ref", ""))
        if place is None or not comment.tag.endswith("}comment"):
            continue
        number = comment.get("authorId", "")
        author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
        text = "".join(comment.itertext()).strip()
        if text and not wrote_it(author, text):
            cells.add((place[1], int(place[2])))
    return cells


def wrote_it(author: str, text: str = "") -> bool:
    """Whether `cpms` itself wrote a comment, by its author or the beginning of its text."""
    return author == _OWN or text.startswith(f"{_OWN}:")
