"""What became of the stores that this process wrote: known, so that it can be said when the work is cut short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpms_cli.errors import StoreInDoubt

_stored: list[Path] = []


def note_stored(store: Path) -> None:
    """Write down that a change of this store was made for good."""
    _stored.append(store)


def times_stored(store: Path) -> int:
    """How many changes of this store this process has made for good."""
    place = store.resolve()
    return sum(stored.resolve() == place for stored in _stored)


def stores_written() -> tuple[Path, ...]:
    """The stores that were changed, in the order of the first change of each."""
    return tuple(dict.fromkeys(_stored))


def forget_outcomes() -> None:
    """Begin a run of a command, in which nothing was written yet."""
    _stored.clear()


@contextmanager
def made_beside(store: Path) -> Iterator[list[Path]]:
    """A list for the files that a change of this store makes: they are removed where nothing came of the change."""
    before, made = times_stored(store), list[Path]()
    try:
        yield made
    except StoreInDoubt:
        raise
    except BaseException:
        if times_stored(store) == before:
            for path in made:
                path.unlink(missing_ok=True)
        raise
