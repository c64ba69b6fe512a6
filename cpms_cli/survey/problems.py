"""What is wrong with a definition: the key of a sentence with its values, and the file and line that it is about.

The sentences stand in `messages/proof.yaml`, under `proof_` and the key, in every language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

FaultValue: TypeAlias = "str | int | Fault | tuple[Fault, ...]"
"""What fills in a sentence: a text as it is written in a file, a number, another sentence, or several of them."""


@dataclass(frozen=True, init=False)
class Fault:
    """What is wrong, or a part of that: the key of its sentence, and by name what is filled in.

    >>> Fault("no_field", name="chores")
    Fault(key='no_field', values=(('name', 'chores'),))
    """

    key: str
    values: tuple[tuple[str, FaultValue], ...]

    def __init__(self, key: str, **values: FaultValue) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", tuple(values.items()))

    def texts(self) -> frozenset[str]:
        """Return every text that is filled in, also into the sentences within this one."""
        texts = set[str]()
        for _, value in self.values:
            for part in value if isinstance(value, tuple) else (value,):
                texts |= part.texts() if isinstance(part, Fault) else {str(part)}
        return frozenset(texts)


class FaultyPart(ValueError):
    """A part of a definition that contradicts itself; carries its Fault."""

    def __init__(self, key: str, **values: FaultValue) -> None:
        self.fault = Fault(key, **values)
        super().__init__(self.fault)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the definition: `file` is relative to the definition's folder, `line` counts from 1."""

    file: str
    line: int
    fault: Fault


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems as they are told, each once: what is wrong with the definition itself stands before the examples
    that fail because of it."""
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.file.startswith("examples/"), problem.file, problem.line)
    )


class BadDocument(Exception):
    """A file that cannot be read at all; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem
