"""Where an office stands: what waits in its inbox, and whether it has a store yet."""

from __future__ import annotations

from dataclasses import dataclass

from cpms_cli.office.journal import journals
from cpms_cli.office.settings import Office
from cpms_cli.reading.arrivals import arrived_files


@dataclass(frozen=True)
class Glance:
    """`waiting`: names of files of the inbox that no run has taken in; `stored`: whether the office has a store."""

    waiting: tuple[str, ...]
    stored: bool


def read_at_a_glance(office: Office) -> Glance:
    """Return where an office stands; only its inbox and its records are read."""
    taken = {digest for journal in journals(office.outbox) for digest in journal.outcomes}
    files = arrived_files(office.inbox) if office.inbox.is_dir() else []
    waiting = tuple(file.name for file in files if not file.same_as and file.digest not in taken)
    return Glance(waiting, office.store.is_file())
