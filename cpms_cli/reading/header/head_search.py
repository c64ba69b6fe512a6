"""Which row, or which two rows, are the header: by the headers that are known, or by what rows look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cpms_cli.reading.header.headers import field_of, match_headers
from cpms_cli.reading.header.row_looks import Span, contrasts, filled, fills_gaps, is_number, is_textual, names_groups
from cpms_cli.reading.header.side_by_side import numbered

LEAST_KNOWN = 3
WIDE = 0.5


class Head(NamedTuple):
    """A header: the place of its (lower) row among the first rows, a text per column, the place of its upper row."""

    position: int
    header: list[str]
    upper: int | None


def known_fields(cells: Iterable[str], spellings: Mapping[str, str]) -> int:
    """How many fields a row names; those of children side by side are counted for each child."""
    row = list(cells)
    match = match_headers(row, spellings)
    others = (numbered(row[index], spellings) for index in range(len(row)) if index not in match.fields and row[index])
    return len(set(match.fields.values())) + len(
        {numbered_field for numbered_field in others if numbered_field is not None}
    )


def _spread(upper: Sequence[str], lower: Sequence[str], position: int, spans: Sequence[Span]) -> list[str]:
    """The upper row with each group's name over all of its columns."""
    out = list(upper)
    for span in spans:
        if span.top <= position <= span.bottom and span.right < len(out):
            out[span.left : span.right + 1] = [out[span.left]] * (span.right - span.left + 1)
    for index in range(1, len(out)):
        if not out[index] and lower[index]:
            out[index] = out[index - 1]
    return out


def _joined(upper: Sequence[str], lower: Sequence[str], spellings: Mapping[str, str]) -> list[str]:
    """One text per column of a two-row header: what is known, else the lower cell, with its group where it repeats.

    A group that says a child's number is never left away: each child has the same headers below it.
    """
    out, often = [], Counter(lower)
    for above, below in zip(upper, lower, strict=True):
        both = [f"{above} {below}", f"{below} {above}"] if above and below and above != below else []
        if both and numbered(both[0], spellings):
            out.append(both[0])
            continue
        known = (text for text in (*both, below, above) if text and field_of(text, spellings))
        out.append(next(known, both[0] if both and often[below] > 1 else below or above))
    return out


def known_head(rows: Sequence[Sequence[str]], spellings: Mapping[str, str], spans: Sequence[Span]) -> Head | None:
    """The row, or the two rows, that hold the most known headers."""
    single = [known_fields(row, spellings) for row in rows]
    best, head = 0, None
    for position, row in enumerate(rows):
        if single[position] > best:
            best, head = single[position], Head(position, list(row), None)
        if position + 1 < len(rows) and not any(map(is_number, rows[position + 1])) and filled(rows[position + 1]) > 1:
            both = _joined(_spread(row, rows[position + 1], position, spans), rows[position + 1], spellings)
            count = known_fields(both, spellings)
            if count > max(best, single[position], single[position + 1]) and known_fields(row, spellings) < count:
                best, head = count, Head(position + 1, both, position)
    return head if best >= LEAST_KNOWN else None


def evident_head(rows: Sequence[Sequence[str]], spans: Sequence[Span]) -> Head | None:
    """The header by what it looks like: the first row about as full as the table, of words where numbers follow."""
    fullest = max(map(filled, rows))
    wide = [position for position, row in enumerate(rows) if filled(row) >= max(WIDE * fullest, min(2, fullest))]
    head_position = next((position for position in wide if is_textual(rows[position])), None)
    if head_position is None:
        return next(
            (
                Head(position, list(rows[position]), None)
                for position in wide[:1]
                if contrasts(rows[position], rows[position + 1 :])
            ),
            None,
        )
    if head_position + 1 < len(rows):
        merged = any(span.top <= head_position < span.bottom for span in spans)
        wide_over = any(span.top == span.bottom == head_position and span.right > span.left for span in spans)
        if (merged and wide_over and is_textual(rows[head_position + 1])) or fills_gaps(
            rows[head_position], rows[head_position + 1]
        ):
            upper = _spread(rows[head_position], rows[head_position + 1], head_position, spans)
            return Head(head_position + 1, _joined(upper, rows[head_position + 1], {}), head_position)
    if head_position and names_groups(rows[head_position - 1], head_position - 1, spans):
        above = rows[head_position - 1]
        return Head(
            head_position,
            _joined(_spread(above, rows[head_position], head_position - 1, spans), rows[head_position], {}),
            head_position - 1,
        )
    return Head(head_position, list(rows[head_position]), None)
