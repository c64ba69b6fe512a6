"""What stops the work, as opposed to a finding, which is a row about a fault in the data.

CpmsError                     the user can mend it; shown without traceback, exit code 2
├── UsageError                the command was called with something it cannot use
├── UnreadableFile            a file that cannot be read as a table
│   ├── NoSurveyTable         a table is there, but no header of the survey in it
│   └── AnswersNotRead        a table has columns of answers that no question of the survey was found for
├── DefinitionError           the files in schemas/ contradict themselves
├── KeyMissing                something encrypted was met, and no key was given
├── ServerError               a server cannot be reached, or does not take what it is sent; it is left as it was
└── StoreError                the store cannot be opened, read or written
    ├── StoreLocked           another process holds it
    ├── StoreInDoubt          the disk failed in the middle of a commit, and cannot be asked what it holds
    ├── WrongKey              it is encrypted with another key than the one given
    └── StoreNotOurs          a file that is no cpms store, or one of a newer version

CpmsWarning                   the work is done, and something is to be known about it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar


class CpmsError(Exception):
    """Base of all errors that a user can mend.

    `message_id` names a sentence in `schemas/messages/`; `values` fill its placeholders. The words are put to it
    only when it is shown, so that the language is chosen in one place: by `in_words`, which the package sets,
    since what reads the sentences raises these errors itself.
    """

    exit_code = 2
    in_words: ClassVar[Callable[[CpmsError], str] | None] = None

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id, values)
        self.message_id = message_id
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        """How the error is handed from one process to another."""
        return _error_again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        """Return the sentence, in the language of this run; the id and its values outside of the package."""
        return super().__str__() if CpmsError.in_words is None else CpmsError.in_words(self)


def _error_again(kind: type[CpmsError], arguments: tuple[object, ...], state: dict[str, Any]) -> CpmsError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class UsageError(CpmsError):
    """An argument names something that does not exist: an indicator, an area, a round, a file ending."""


class UnreadableFile(CpmsError):
    """Missing, empty, a directory, damaged, encrypted or beyond the limits; the store was not touched."""


class NoSurveyTable(UnreadableFile):
    """No row of the file holds enough headers of the survey to be its header row."""


class OtherLayout(NoSurveyTable):
    """The questions are there, but not as one table with a row for each child: what looks like headers may be names."""


class AnswersNotRead(UnreadableFile):
    """Columns hold answers, and nobody has said yet which questions they are; `columns` tells of each, for scripts."""

    def __init__(self, message_id: str, columns: Sequence[Mapping[str, object]], **values: object) -> None:
        super().__init__(message_id, **values)
        self.columns = tuple(columns)


class DefinitionError(CpmsError):
    """`schemas/` cannot be used as it is; `cpms schema check` names every place."""


class KeyMissing(CpmsError):
    """A key is needed; `variable` names the environment variable it is looked for in, and a terminal may ask for it."""


class ServerError(CpmsError):
    """A server could not be reached, or took nothing of what it was sent: nothing on it was changed."""


class StoreError(CpmsError):
    """The store could not be used; what it held before is still there."""


class StoreLocked(StoreError):
    """Another process has the store open for writing; try again when it has finished."""


class StoreInDoubt(StoreError):
    """It is not known whether the last change is in the store; `cpms history` says so once it opens again."""


class WrongKey(StoreError):
    """The store is encrypted with another key."""


class StoreNotOurs(StoreError):
    """The file is not a cpms store, or it was written by a newer version."""


class CpmsWarning(UserWarning):
    """What is to be known of work that is done; words as for `CpmsError`."""

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id, values)
        self.message_id = message_id
        self.values = values
