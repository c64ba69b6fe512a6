"""What `schemas/deidentification.yaml` says: by which answers a child could be found, and how each is made coarser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Self

from pydantic import Field, model_validator

from cpms_cli.survey.problems import Fault, FaultyPart
from cpms_cli.survey.words import Part

FILE, AGE = "deidentification.yaml", "age"


class Step(Part):
    """One way to tell less: exactly one of the first `digits` of a code, `bands` of numbers, the codes to `keep`, or
    nothing at `all`."""

    digits: int | None = Field(default=None, ge=2, le=8)
    bands: tuple[tuple[int, int], ...] = ()
    keep: tuple[str, ...] = ()
    all: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.digits is not None) + bool(self.bands) + bool(self.keep) + self.all != 1:
            raise FaultyPart("step_kind")
        return self


class QuasiIdentifier(Part):
    """A field, or the age, and its steps from fine to coarse; the last tells nothing, so that any k is reached."""

    field: str
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if not self.steps[-1].all:
            raise FaultyPart("last_step")
        return self


class Deidentification(Part):
    """The whole file."""

    quasi_identifiers: tuple[QuasiIdentifier, ...] = Field(min_length=1)


def deidentification_faults(
    rules: Deidentification, fields: Iterable[str], codes_of: Callable[[str], Iterable[str]]
) -> Iterator[tuple[tuple[str | int, ...], Fault]]:
    """Where the file names a field or a code that the survey has not: place in the file, and what is wrong."""
    known = {AGE, *fields}
    for index, identifier in enumerate(rules.quasi_identifiers):
        place = ("quasi_identifiers", index)
        if identifier.field not in known:
            yield (*place, "field"), Fault("no_field", name=identifier.field)
            continue
        codes = set(codes_of(identifier.field))
        for step_number, step in enumerate(identifier.steps):
            for code in step.keep:
                if code not in codes:
                    yield (*place, "steps", step_number), Fault("not_code", code=code, list=identifier.field)
