"""Columns that say yes or no to one answer of a question: 1 and 0, TRUE, a tick, a cross, n/a, the answer itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cpms_cli.reading.value.digits import whole_number
from cpms_cli.survey.model.definition import Survey, folded

# In a column of its own a cross marks the answer that is meant; beside ticks it may mean that it is not.
_CROSSES, _TICKS = frozenset("x×"), frozenset("✓✔√☑🗸/üþ")  # the last two are ticks of the font Wingdings
# So does a filled sign; beside ticks it may be something else, and an empty one says nothing.
_FILLED_SIGNS = frozenset("●⬤◉•■▪⚫")


@dataclass(frozen=True)
class Flag:
    """What a cell says of its answer: `chosen` None where it says neither yes nor no; `reason` why there is no answer.

    `unread` where the cell has something that is none of these.
    """

    chosen: bool | None = None
    reason: str | None = None
    unread: bool = False


def read_flag(survey: Survey, text: str | None, answer: str, known: dict[str, str], ticked: bool = False) -> Flag:
    """The flag of one cell for the answer `answer`, its code; `known` are the spellings of the question's answers.

    `ticked` says that ticks stand in the columns of the same question.
    """
    answer_text = folded(text or "")
    if not answer_text:
        return Flag()
    if answer_text in _CROSSES | _FILLED_SIGNS:
        return Flag(unread=True) if ticked else Flag(chosen=True)
    if known.get(answer_text) == answer:
        return Flag(chosen=True)
    yes_or_no = _yes_or_no(survey, answer_text)
    if yes_or_no is not None:
        return Flag(chosen=yes_or_no == "yes")
    missing = survey.codelists["missing"]
    code = missing.by_spelling.get(answer_text)
    return Flag(reason=code if code in survey.missing_words else None) if code else Flag(unread=True)


def _yes_or_no(survey: Survey, text: str) -> str | None:
    codes = survey.codes(survey.role("consent"))
    spellings = codes.by_spelling if codes else {}
    code = spellings.get(text) or spellings.get(whole_number(text).lstrip("0") or "0" if text[:1].isdecimal() else "")
    return code if code in ("yes", "no") else None


def has_ticks(texts: Iterable[str | None]) -> bool:
    """Whether a tick stands among these cells."""
    return any(folded(text) in _TICKS for text in texts if text)
