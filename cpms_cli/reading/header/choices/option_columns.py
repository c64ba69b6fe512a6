"""The columns of single answers that a program writes beside the column of their question: `risks/alcohol`, with 1 and
0, beside `risks`. They say once more what stands there, so that what is decided of the question is decided of them.
"""

from __future__ import annotations

from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.plain_text import plain_text

_FLAGS = frozenset({"", "0", "1", "true", "false"})
_STEP = "/"


def options_of(source: SourceTable) -> dict[int, tuple[int, ...]]:
    """The columns of single answers, by the column that has all answers of their question."""
    names = [plain_text(header).casefold() for header in source.header]
    places = {name: index for index, name in reversed(list(enumerate(names))) if name}
    options: dict[int, tuple[int, ...]] = {}
    for index, name in enumerate(names):
        question, step, answer = name.rpartition(_STEP)
        if step and answer and question in places and _has_flags_alone(source, index):
            options[places[question]] = (*options.get(places[question], ()), index)
    return options


def _has_flags_alone(source: SourceTable, index: int) -> bool:
    """Whether every cell of a column says whether an answer was chosen, as programs write it."""
    return {text.strip().casefold() for text in source.encoded(index)[1].to_pylist() if text is not None} <= _FLAGS


def option_name(header: str) -> str:
    """The answer that such a column is about."""
    return header.rpartition(_STEP)[2].strip()
