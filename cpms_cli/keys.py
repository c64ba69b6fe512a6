"""Keys of stores and bundles: from the environment, or typed at the terminal for one run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_typed: dict[str, str] = {}


def key_value(variable: str) -> str | None:
    """Return the key that was typed for an environment variable, else the variable's value; None where there is
    neither."""
    return _typed.get(variable) or os.environ.get(variable) or None


@contextmanager
def typed_key(variable: str, key: str) -> Iterator[None]:
    """Use a key in place of an environment variable, in this process only: no program that it starts can see it."""
    _typed[variable] = key
    try:
        yield
    finally:
        del _typed[variable]


def typed_keys() -> dict[str, str]:
    """Return the keys that were typed, by the variables in whose place they are."""
    return dict(_typed)


def use_typed_keys(keys: Mapping[str, str]) -> None:
    """Use keys that were typed in the process which started this one."""
    _typed.update(keys)
