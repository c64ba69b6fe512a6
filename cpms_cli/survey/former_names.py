"""Parts of a definition that went by other names before: which part of an earlier one is which of a later one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from cpms_cli.survey.words import Part


def listed(written: Any) -> Any:
    """Return one name or year that stands by itself, without a list around it, as a list; nothing at all as none."""
    return () if written is None else (written,) if isinstance(written, str | int) else written


FormerNames = Annotated[tuple[str, ...], BeforeValidator(listed)]
"""The names that something had before; in a file one name, or a list of them."""


class Renamed(Part):
    """Something that had other names before (`formerly`)."""

    formerly: FormerNames = ()


def same_parts(before: Mapping[str, Collection[str]], after: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return by each name of the later parts the name of the same part among the earlier ones, where there is one.

    Both have the former names of each part by its name. Which of two definitions is the newer one does not matter: a
    definition may be compared with one that came after it. Where a part joins two, it is the first that it names.

    >>> same_parts({"serious": (), "mild": ()}, {"severe": ("serious",), "mild": ()})
    {'severe': 'serious', 'mild': 'mild'}
    >>> same_parts({"severe": ("serious",)}, {"serious": ()})
    {'serious': 'severe'}
    """
    same = {}
    for name, formerly in after.items():
        earlier = (name, *formerly) if name not in before else (name,)
        known = next((former for former in earlier if former in before), None)
        if known is None:
            newer = (other for other, names in before.items() if name in names and other not in after)
            known = next(newer, None)
        if known is not None:
            same[name] = known
    return same
