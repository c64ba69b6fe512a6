"""Which delimiter and quotation mark a text file uses: the pair under which its first rows make the best table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cpms_cli.reading.header.headers import find_header, match_headers
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.text.text_rows import Dialect, read_rows

DELIMITERS = (",", ";", "\t", "|")
_ROWS, _SAMPLE = 200, 200_000
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\r?\n?", re.IGNORECASE)
_SPACED, _ASTRAY, _SPACE_NEEDS, _SPACE_COLUMNS = 0.8, 0.2, 0.9, 3


@dataclass(frozen=True)
class Judged:
    """A dialect and how well the first rows fit it: `known` headers of the survey, the commonest `width` of a row, the
    `share` of rows that have it, and the `score` that weighs it against others."""

    dialect: Dialect
    known: int
    width: int
    share: float
    score: float


def separator_line(text: str) -> tuple[str, int] | None:
    """The delimiter that a first line such as `sep=;` names, and how long that line is. Excel does not show it."""
    match = _SEPARATOR_LINE.match(text)
    ends_line = match is not None and (match[0].endswith("\n") or match.end() == len(text))
    return (match[1], match.end()) if match and ends_line else None


def _judge(sample: str, dialect: Dialect, spellings: Mapping[str, str]) -> Judged:
    widths: Counter[int] = Counter()
    astray = 0
    cells: list[list[str]] = []
    for row in read_rows(sample, dialect):
        if len(cells) == _ROWS:
            break
        cells.append(row.cells)
        if any(row.cells):
            widths[len(row.cells)] += 1
            astray += row.astray is not None
    count = max(sum(widths.values()), 1)
    # Wide and less common beats narrow and common: titles and notes above or below a table have one cell.
    width = max(widths, key=lambda cell_count: widths[cell_count] * (cell_count - 1), default=1)
    share = widths[width] / count
    score = share * (1 - 1 / max(width, 1)) - _ASTRAY * astray / count
    header_position = find_header(cells[: LIMITS.header_rows], dict(spellings))
    known = 0 if header_position is None else len(match_headers(cells[header_position], dict(spellings)).fields)
    return Judged(dialect, known, width, share, score)


def _closed(sample: str, delimiter: str, quote: str) -> tuple[int, int]:
    """How many cells begin with this quotation mark, and how many of them end with it."""
    if quote not in sample:
        return 0, 0
    mark = re.escape(delimiter)
    begun = len(re.findall(rf"(?:^|{mark} ?){quote}(?!{quote}[^{mark}\r\n])", sample, re.MULTILINE))
    ended = len(re.findall(rf"(?<!{mark}){quote}(?={mark}|\r|$)", sample, re.MULTILINE))
    return begun, min(begun, ended)


def _variants(sample: str, delimiter: str) -> Iterator[Dialect]:
    """The ways to quote that leave a trace in the sample, the usual one first."""
    yield Dialect(delimiter)
    if '\\"' in sample:
        yield Dialect(delimiter, escape="\\")
    begun, closed = _closed(sample, delimiter, "'")
    if closed >= 2 and closed > 0.9 * begun and _closed(sample, delimiter, '"')[1] * 10 < closed:
        yield Dialect(delimiter, "'")
        if "\\'" in sample:
            yield Dialect(delimiter, "'", "\\")


def _spaced(sample: str, dialect: Dialect) -> bool:
    """Whether a space stands after nearly each delimiter, so that it belongs to the delimiter."""
    if dialect.delimiter in " \t":
        return False
    marks = len(re.findall(rf"{re.escape(dialect.delimiter)}[^\r\n]", sample))
    return marks > 1 and sample.count(dialect.delimiter + " ") > _SPACED * marks


def decide_dialect(text: str, spellings: Mapping[str, str], delimiter_named: str | None = None) -> Judged:
    """The dialect of a text by its first rows: the one that finds most headers of the survey, else the one under which
    most rows have the same number of cells. `delimiter_named` is one that the file itself names."""
    sample = text[:_SAMPLE]
    judged: list[Judged] = []
    for delimiter in [delimiter_named] if delimiter_named else DELIMITERS:
        # Under a delimiter that is not in the text every row has one cell, which is never better than a table.
        if judged and delimiter not in sample and _best(judged).score >= 0:
            continue
        for dialect in _variants(sample, delimiter):
            spaced = replace(dialect, spaced=_spaced(sample, dialect))
            judged.append(_judge(sample, spaced, spellings))
    best = _best(judged)
    if best.width < 2 or best.score < 0.4:
        space = _judge(sample, Dialect(" "), spellings)
        if space.share >= _SPACE_NEEDS and space.width >= _SPACE_COLUMNS:
            return space
    return best


def _best(judged: Sequence[Judged]) -> Judged:
    """The best of some; the earlier where two are as good, so that the usual way wins."""
    best = judged[0]
    for candidate in judged[1:]:
        if (candidate.known, candidate.score) > (best.known, best.score + 0.005):
            best = candidate
    return best
