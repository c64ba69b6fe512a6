"""A store's file that a bad disk or a broken copy has damaged: that is what is said, and what is to be done helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cpms_cli import merge
from tests.conftest import Cpms, Draw


def _cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _zeros_at_the_end(content: bytes) -> bytes:
    return content[:-200_000] + bytes(200_000)


def _second_header_gone(content: bytes) -> bytes:
    return content[:4096] + bytes(8192) + content[12_288:]


@pytest.mark.parametrize("damage", [_cut_short, _zeros_at_the_end, _second_header_gone])
def test_a_damaged_store_is_not_called_busy_and_a_backup_takes_its_place(
    cpms: Cpms, draw: Draw, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """The engine speaks of "block", and the folder's name has "lock" in it: nobody holds the store."""
    folder = tmp_path / "locked"
    folder.mkdir()
    store, copy, file = folder / "s.duckdb", tmp_path / "copy.duckdb", draw({})
    merge([file], store)
    copy.write_bytes(store.read_bytes())
    store.write_bytes(damage(store.read_bytes()))
    for words in (["children"], ["store", "check"], ["merge", file]):
        ran = cpms(*words, "--store", store)
        assert ran.code == 2
        assert "the store's file is damaged" in ran.err, ran.err
        assert "another program" not in ran.err
    store.rename(folder / "damaged.duckdb")
    assert cpms("store", "restore", copy, "--store", store).code == 0
    assert cpms("store", "check", "--store", store).code == 0
