"""A header in two or three rows: names of groups of columns above the columns' own names.

A group is a part of a column's name only where it has to be: where the name below stands more than once, where both
together are a known header, and where the group is a person whom the column would else not be about: the nationality
under "mother" is not the child's. Else it is only told beside the name, as evidence of what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from cpms_cli.reading.header.headers import field_of
from cpms_cli.reading.header.row_looks import Span, are_parts_of_age, filled, is_number, is_textual, names_groups
from cpms_cli.reading.header.side_by_side import numbered
from cpms_cli.survey.proposals.header_words import asks_of_family, known_meanings, meanings
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_GROUP_LETTERS = 40


class Head(NamedTuple):
    """A header: the place of its lowest row among the first rows, a text per column, the place of its highest row.

    `upper` is None where it has one row; `groups` are the names of the groups over the columns, "" where there is none.
    """

    position: int
    header: list[str]
    upper: int | None
    groups: tuple[str, ...] = ()


def joined_rows(
    upper: Sequence[str], lower: Sequence[str], position: int, spans: Sequence[Span], spellings: Mapping[str, str]
) -> Head:
    """Two rows as one header; `position` is the upper one's place.

    A group that says a child's number is never left away: each child has the same headers below it.
    """
    above = _spread(upper, lower, position, spans)
    often, wide = Counter(lower), Counter(above)
    header = [
        _column_name(group, name, spellings, is_repeated=often[name] > 1, is_alone=wide[group] == 1)
        for group, name in zip(above, lower, strict=True)
    ]
    groups = [
        group if name and group and group not in (name, text) and group not in text else ""
        for group, name, text in zip(above, lower, header, strict=True)
    ]
    return Head(position + 1, header, position, tuple(groups))


def _column_name(group: str, name: str, spellings: Mapping[str, str], *, is_repeated: bool, is_alone: bool) -> str:
    """The text of one column of which a group's name may stand above its own; `is_alone` where it does so over no
    other column, and the lower name may be a unit."""
    if not (group and name) or group == name:
        return name or group
    both, alone = f"{group} {name}", field_of(name, spellings)
    if numbered(both, spellings):
        return both
    of_both = next((text for text in (both, f"{name} {group}") if field_of(text, spellings)), both)
    if is_repeated or field_of(of_both, spellings) not in (None, alone):
        return of_both
    if is_alone and not alone and field_of(group, spellings):
        return group
    return both if _is_about_person(group, name) or _is_about_family(group, name) else name


def _is_about_person(group: str, name: str) -> bool:
    """Whether a group names a member of the family, and no more, and the column below is about a person."""
    settings, person, asked = proposal_settings(), meanings(group), meanings(name)
    return (
        bool(person & settings.group_persons)
        and person <= known_meanings()
        and not asked & (settings.group_persons | settings.of_no_person)
    )


def _is_about_family(group: str, name: str) -> bool:
    """Whether a group is about the family and no child, and the column below asks what is asked of both."""
    settings, of_group, asked = proposal_settings(), meanings(group), meanings(name)
    return (
        bool(of_group & settings.of_families and asked & settings.asked_of_families)
        and not asked & (settings.group_persons | settings.of_families)
        and asks_of_family(f"{group} {name}", of_group | asked)
    )


def _spread(upper: Sequence[str], lower: Sequence[str], position: int, spans: Sequence[Span]) -> list[str]:
    """The upper row with each group's name over all of its columns.

    Where a group's cells are merged the sheet says how far each reaches; else it reaches to the next.
    """
    out = list(upper)
    wide = [span for span in spans if span.top <= position <= span.bottom and span.left < span.right < len(out)]
    for span in wide:
        out[span.left : span.right + 1] = [out[span.left]] * (span.right - span.left + 1)
    if wide:
        return out
    for index in range(1, len(out)):
        if not out[index] and lower[index]:
            out[index] = out[index - 1]
    return out


def with_group_rows(
    head: Head, rows: Sequence[Sequence[str]], spans: Sequence[Span], spellings: Mapping[str, str]
) -> Head:
    """The header with the row right below it that names the columns of its groups, and the row above that names
    groups."""
    if _goes_on_below(head, rows, spans):
        lower = joined_rows(head.header, rows[head.position + 1], head.position, spans, spellings)
        groups = tuple(_one_text(*texts) for texts in zip(_padded(head), lower.groups, strict=True))
        upper = head.position if head.upper is None else head.upper
        head = Head(lower.position, lower.header, upper, groups)
    first = head.position if head.upper is None else head.upper
    if not first or not _names_groups_above(rows, first, head, spans):
        return head
    above = joined_rows(rows[first - 1], head.header, first - 1, spans, spellings)
    groups = tuple(_one_text(*texts) for texts in zip(above.groups, _padded(head), strict=True))
    return Head(head.position, above.header, first - 1, groups)


def _padded(head: Head) -> tuple[str, ...]:
    return head.groups or ("",) * len(head.header)


def _one_text(upper: str, lower: str) -> str:
    return " ".join(dict.fromkeys(filter(None, (upper, lower))))


def _goes_on_below(head: Head, rows: Sequence[Sequence[str]], spans: Sequence[Span]) -> bool:
    """Whether the row under a header names the columns of its groups: there are merged groups in the header, other
    headers are merged over both rows, and all that stands in the row is words under the groups, for one of them two.

    Nothing less will do: a row of words may be a child's.
    """
    position = head.position + 1
    if position >= len(rows):
        return False
    below = rows[position]
    places = [index for index, cell in enumerate(below) if cell]
    groups = [span for span in spans if span.bottom == head.position and span.left < span.right]
    over_both = any(span.top <= head.position < span.bottom for span in spans) or are_parts_of_age(below)
    within = [[index for index in places if span.left <= index <= span.right] for span in groups]
    return (
        over_both
        and any(len(columns) > 1 for columns in within)
        and sum(map(len, within)) == len(places)
        and is_textual(below)
        and not any(is_number(below[index]) for index in places)
    )


def _names_groups_above(rows: Sequence[Sequence[str]], first: int, head: Head, spans: Sequence[Span]) -> bool:
    """Whether the row above a header names groups of columns, rather than being a title."""
    row = rows[first - 1]
    return (
        names_groups(row, first - 1, spans)
        or _repeats_groups(row, head.header)
        or _is_one_group(row, first - 1, head.header, spans)
        or _tells_apart(row, head.header, first - 1, spans)
    )


def _tells_apart(row: Sequence[str], header: Sequence[str], place: int, spans: Sequence[Span]) -> bool:
    """Whether a header has names twice, and the row above makes each of them another: without merged cells, as a CSV
    has it, nothing else tells few groups from a title."""
    often = Counter(filter(None, header))
    if max(often.values(), default=0) < 2 or not is_textual(row):
        return False
    above = list(zip(_spread(row, header, place, spans), header, strict=True))
    return all(len({group for group, name in above if name == text}) == count for text, count in often.items())


def _repeats_groups(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row has a group's name in each of its columns: two names or more, each of them in one stretch, one of
    them over several columns that have names of their own."""
    stretches = [(cell, len(list(cells))) for cell, cells in groupby(row) if cell]
    named = [index for index, cell in enumerate(row) if cell]
    names = [name for name, _ in stretches]
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and any(length > 1 for _, length in stretches)
        and all(header[index] for index in named)
        and not any(map(is_number, names))
    )


def _is_one_group(row: Sequence[str], place: int, header: Sequence[str], spans: Sequence[Span]) -> bool:
    """Whether the one cell of a row is merged over some columns within the table, and short; a title begins at the
    table's left end, is wider, or says a year or a village."""
    if filled(row) != 1:
        return False
    left = next(index for index, cell in enumerate(row) if cell)
    named = [index for index, name in enumerate(header) if name]
    over = [span for span in spans if span.top == span.bottom == place and span.left == left < span.right]
    return (
        bool(over)
        and named[0] < left
        and over[0].right <= named[-1]
        and 2 * (over[0].right - left + 1) <= len(named)
        and len(row[left]) <= _GROUP_LETTERS
        and not any(letter.isdigit() for letter in row[left])
    )
