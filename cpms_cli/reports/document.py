"""A report or a plan before it is a file: headings, paragraphs, tables, charts and lines to write on, in reading order.

Whoever says what stands in a document does not know its format; each format (HTML, DOCX, XLSX, PDF) is written by a
module of its own that knows nothing of what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from cpms_cli.survey.model.definition import Language

Kind = Literal["text", "count", "share", "change"]


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 2 is a section, 3 what stands below it. The document's title is level 1."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or with `style` a figure that stands out or a note in small print."""

    text: str
    style: Literal["plain", "key", "note"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of short lines; `links`, where there are any, one for each line: the file that it leads to on a page, ""
    for none."""

    items: tuple[str, ...]
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table: which of the frame, its heading, and how its cells are written.

    `share` and `change` are fractions, written as per cent and as points; a missing count is one that is withheld.
    Behind the figures of a column with `bar` stands a bar, as long beside the longest as its figure beside the highest.
    `link` names the column of the frame that has the file which a cell leads to on a page, "" for none.
    """

    name: str
    heading: str
    kind: Kind = "text"
    bar: bool = False
    link: str = ""


@dataclass(frozen=True)
class TableBlock:
    """A table with a caption; the first column heads its rows. `note` stands below."""

    caption: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of a table. `shape` says which picture; `frame` what it is drawn from, in the columns the shape names
    in `reports.charts.charts`; `alt` says in words what it shows, for who cannot see it.

    `withheld`: cells of the frame, by row and column, whose share is missing because it is withheld; any other missing
    share could not be computed. A missing count is always a withheld one.

    `apart`: of a map or a heat map that compares, the class of a cell's share: 2 and 1, far above and above what it is
    compared with, -1 and -2, below and far below, 0 where that may be chance; it has no entry for what is not compared.
    None: a chart that does not compare.
    """

    shape: Literal["level_bars", "indicator_bars", "heat_map", "level_flow", "area_map", "tile_map"]
    title: str
    frame: pd.DataFrame
    alt: str
    note: str = ""
    words: dict[str, str] = field(default_factory=dict)
    withheld: frozenset[tuple[int, str]] = frozenset()
    apart: Mapping[tuple[int, str], int] | None = None


def mostly(withheld: int, of: int) -> bool:
    """Whether so much is withheld that a picture would show little else: then it shows what is published, and words say
    how much is left out.

    >>> mostly(3, 6), mostly(4, 6)
    (False, True)
    """
    return withheld * 2 > of


@dataclass(frozen=True)
class BlankLines:
    """Lines to be written on by hand, below a label."""

    label: str
    count: int


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page, where there are pages."""


Part = Heading | Paragraph | Bullets | TableBlock | Chart | BlankLines | PageBreak


@dataclass(frozen=True)
class Document:
    """A whole document in one language; `subtitle` says for where and when, `notes` what stands at its end in small
    print: sources, what is withheld and why. `banner` heads every page of what is not for everybody. `crumbs`: the
    pages above a page of a site, the widest first, each its name and its file. `close`: set closely, so that it stays
    on one sheet of paper whatever fonts there are."""

    title: str
    subtitle: str
    language: Language
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    banner: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()
    close: bool = False
