"""Somebody is removed, and the process dies before the file is written anew: nobody may think that all is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import check_store, list_children, merge
from cpms_cli.store.content import dump
from cpms_cli.store.safety import erasure
from tests.conftest import Cpms, Draw

NAME = "ศิรินภาวรรณ"


def _die(*_: object, **__: object) -> None:
    raise SystemExit(137)


def test_a_removal_that_was_broken_off_is_told_until_the_file_is_written_anew(
    cpms: Cpms, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({"given_name": NAME}, {"given_name": "มานะ"})], store)
    [gone] = [child for child, row in zip(*_children(store), strict=True) if row == 1]
    with monkeypatch.context() as patched:
        patched.setattr(erasure, "compact", _die)
        assert cpms("child", "forget", gone, "--yes", "--store", store).code == 137
    assert len(list_children(store)) == 1
    assert _violations(store) == ["who_was_removed_is_out_of_the_file"]
    again = cpms("child", "forget", gone, "--yes", "--store", store)
    assert again.code == 2
    assert "cpms store compact" in again.err
    before = dump(store)
    assert cpms("store", "compact", "--store", store).code == 0
    assert _violations(store) == []
    assert dump(store) == before
    assert NAME.encode() not in store.read_bytes()
    assert "no child of the store has this CPMS ID" in cpms("child", "forget", gone, "--yes", "--store", store).err


def _children(store: Path) -> tuple[list[str], list[int]]:
    listed = list_children(store)
    return listed["cpms_id"].tolist(), listed["child_no"].astype(int).tolist()


def _violations(store: Path) -> list[str]:
    checked = check_store(store)
    return [str(name) for name in checked.loc[checked["violations"] > 0, "invariant"]]
