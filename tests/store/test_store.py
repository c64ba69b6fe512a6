"""`cpms store`, `cpms bundle`, erasure: what the file holds, who can read it, and what is gone for good."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pyrage
import pytest

from cpms_cli import merge
from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.bundle import read_bundle
from cpms_cli.store.content import dump
from tests.conftest import ROOT, Cpms, Draw, MakeOnce

NAME = "มะลิวัลย์"


def _children(store: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute("SELECT cpms_id, given_name FROM current_child ORDER BY child_no").fetchall()


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """Two children of one household, the first with a name that can be looked for."""
    survey = draw({"given_name": NAME}, {"given_name": "ก้อง"})
    return once(lambda path: merge([survey], path))


def test_a_sound_store_is_called_sound(cpms: Cpms, sample_store: Path) -> None:
    ran = cpms("store", "check", "--store", sample_store)
    assert ran.code == 0
    assert "everything holds" in ran.out


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("DELETE FROM child_link", "child_has_a_link"),
        ("DELETE FROM batch", "child_belongs_to_a_batch"),
        ("UPDATE child_observation SET sex = 'male'", "child_content_as_stored"),
        ("UPDATE child_observation SET superseded_by = 7", "child_superseded_by_a_later_batch"),
        ("INSERT INTO child_observation SELECT * FROM child_observation", "child_one_current_row"),
        ("UPDATE child_link SET cpms_id = (SELECT min(cpms_id) FROM child_link)", "child_once_in_a_round"),
        ("UPDATE child_link SET cpms_id = 'C12345678901'", "child_identifier_is_whole"),
        ("DELETE FROM household_link", "household_has_a_link"),
        ("DELETE FROM child_observation", "child_link_has_a_row"),
    ],
)
def test_damage_is_named(cpms: Cpms, store: Path, damage: str, invariant: str) -> None:
    with duckdb.connect(str(store)) as connection:
        connection.execute(damage)
    ran = cpms("store", "check", "--store", store, "--format", "json")
    assert (ran.code, ran.json["exit_code"]) == (1, 1)
    broken = [invariant["invariant"] for invariant in ran.json["invariants"] if invariant["violations"]]
    assert invariant in broken


def test_a_backup_is_restored_and_the_present_store_is_kept(
    cpms: Cpms, store: Path, draw: Draw, tmp_path: Path
) -> None:
    then = dump(store)
    assert cpms("store", "backup", tmp_path / "copy.duckdb", "--store", store).code == 0
    assert "already" in cpms("store", "backup", tmp_path / "copy.duckdb", "--store", store).err
    cpms("merge", draw({}, {}, {}, name="more.csv"), "--store", store)
    now = dump(store)
    ran = cpms("store", "restore", tmp_path / "copy.duckdb", "--store", store)
    assert "s-before-restore-1.duckdb" in ran.out
    assert dump(store) == then
    assert dump(tmp_path / "s-before-restore-1.duckdb") == now


def test_what_readers_were_given_since_the_backup_is_not_forgotten_by_restoring_it(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    """A child's answer was corrected, a table handed on, and the backup restored: the table of then, handed on to the
    same readers, would tell that answer by the difference."""
    store, copy = tmp_path / "s.duckdb", tmp_path / "copy.duckdb"
    rows = [{"household_no": str(number), "chronic_illness": "yes" if number < 10 else "no"} for number in range(1, 31)]
    merge([draw(*rows)], store)
    cpms("store", "backup", copy, "--store", store)
    merge([draw({**rows[20], "chronic_illness": "yes"}, name="corrected.csv")], store)
    table = ("indicator", "10", "--area", "850105", "--audience", "press", "--store", store, "--format", "json")
    handed_on = cpms(*table).json["total"]
    assert [row["yes"] for row in handed_on] == [10]
    rows_given = ("export", "records", tmp_path / "rows.csv", "--audience", "hospital", "--store")
    assert cpms(*rows_given, store).code == 0
    for _ in range(2):
        assert cpms("store", "restore", copy, "--store", store).code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        for log in ("release", "record_release"):
            assert connection.execute(f"SELECT count(*) FROM {log}").fetchall() == [(1,)], log
    assert [row["yes"] for row in cpms(*table).json["total"]] == [None]
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM release").fetchall() == [(2,)]


def test_a_broken_backup_is_not_restored(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    before = dump(store)
    shutil.copy(store, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        connection.execute("DELETE FROM child_link")
    assert cpms("store", "restore", tmp_path / "copy.duckdb", "--store", store).code == 2
    assert dump(store) == before


def test_compacting_changes_the_size_and_nothing_else(cpms: Cpms, grown_stores: Sequence[Path], tmp_path: Path) -> None:
    store = Path(shutil.copy(grown_stores[2], tmp_path / "s.duckdb"))
    before, size = dump(store), store.stat().st_size
    assert cpms("store", "compact", "--store", store).code == 0
    assert dump(store) == before
    assert store.stat().st_size < size


@pytest.mark.parametrize("key", [None, "a key"])
def test_a_store_of_few_rows_is_a_small_file_and_compacting_does_not_blow_it_up(
    cpms: Cpms, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    if key:
        monkeypatch.setenv("CPMS_KEY", key)
    store = tmp_path / "s.duckdb"
    merge([draw({}, {})], store)
    before, size = dump(store), store.stat().st_size
    # Some forty columns and twenty tables: nearly empty blocks of the engine's usual size (256 KiB) came to 6.5 MB.
    assert size < 3_000_000
    assert cpms("store", "compact", "--store", store).code == 0
    assert (dump(store), store.stat().st_size <= size) == (before, True)


def test_an_encrypted_store_shows_no_name_on_the_disk(
    cpms: Cpms, store: Path, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(store)
    assert NAME.encode() in store.read_bytes()
    key = tmp_path / "key.txt"
    key.write_text("a long key's words\n", "utf-8")
    assert "no key was given" in cpms("store", "encrypt", "--store", store).err
    monkeypatch.setenv("CPMS_KEY_FILE", str(key))
    assert cpms("store", "encrypt", "--store", store).code == 0
    assert dump(store) == before
    more = draw({"given_name": NAME}, {"given_name": "ก้อง"}, {"given_name": f"{NAME}2"}, name="more.csv")
    assert cpms("merge", more, "--store", store).code == 0
    more.unlink()
    (tmp_path / "survey.csv").unlink()
    on_disk = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert store.name in on_disk
    assert [name for name, content in on_disk.items() if NAME.encode() in content] == []
    assert cpms("children", "--store", store).code == 0
    monkeypatch.setenv("CPMS_KEY", "another key")
    assert "not the key" in cpms("children", "--store", store).err
    monkeypatch.delenv("CPMS_KEY")
    monkeypatch.delenv("CPMS_KEY_FILE")
    ran = cpms("children", "--store", store)
    assert ran.code == 2
    assert "no key was given" in ran.err


def test_a_key_that_is_typed_holds_for_one_run_and_enters_no_environment(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal the key is asked for; nothing that the run starts, and no later run, has it."""
    monkeypatch.setenv("CPMS_KEY", "typed words")
    assert cpms("store", "encrypt", "--store", store).code == 0
    monkeypatch.delenv("CPMS_KEY")
    asked = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return "typed words"

    with monkeypatch.context() as terminal:
        terminal.setattr("getpass.getpass", typed)
        terminal.setattr(sys.stdin, "isatty", lambda: True)
        terminal.setattr(sys.stderr, "isatty", lambda: True)
        ran = cpms("children", "--store", store)
    assert (ran.code, len(asked)) == (0, 1) and "CPMS_KEY" in asked[0]
    assert "CPMS_KEY" not in os.environ
    assert cpms("children", "--store", store).code == 2, "the next run has to be given the key again"


def test_a_new_store_is_encrypted_where_a_key_is_set(
    cpms: Cpms, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPMS_KEY", "from the start")
    store = tmp_path / "new.duckdb"
    assert cpms("merge", draw({"given_name": NAME}), "--store", store).code == 0
    assert NAME.encode() not in store.read_bytes()
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(store), read_only=True)


@pytest.mark.parametrize("key", ["กุญแจที่ยาวและเดาไม่ได้", "with a \\\\ and a \\' in it"])
def test_a_key_may_be_any_text_and_is_never_shown(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"{key}\n", "utf-8-sig")
    monkeypatch.setenv("CPMS_KEY_FILE", str(file))
    ran = cpms("store", "encrypt", "--store", store)
    assert ran.code == 0, ran.err
    assert cpms("store", "check", "--store", store).code == 0
    monkeypatch.setenv("CPMS_KEY", f"{key}.")
    wrong = cpms("store", "check", "--store", store)
    assert wrong.code == 2
    assert key not in wrong.out + wrong.err


def test_a_forgotten_child_is_gone_from_every_byte(cpms: Cpms, store: Path, draw: Draw) -> None:
    earlier = draw({"given_name": f"{NAME}เดิม"}, name="earlier.csv")
    cpms("merge", earlier, "--store", store)
    cpms("merge", draw({"given_name": NAME}, name="later.csv"), "--store", store)
    (first, _), (other, _) = _children(store)
    assert cpms("child", "forget", first, "--store", store).code != 0, "nobody said yes"
    unknown = cpms("child", "forget", "x", "--store", store)
    assert unknown.code == 2
    assert unknown.err.startswith("cpms: x: no child of the store has this CPMS ID"), "told before anybody is asked"
    assert "Forgotten: 3 rows of 1 round" in cpms("child", "forget", first, "--yes", "--store", store).out
    assert _children(store) == [(other, "ก้อง")]
    content = store.read_bytes()
    assert NAME.encode() not in content
    assert first.encode() not in content
    assert cpms("store", "check", "--store", store).code == 0
    events = cpms("history", "--store", store, "--format", "json").json["events"]
    assert [event["what"] for event in events] == ["forget"]
    assert first not in json.dumps(events)


def test_a_store_of_an_earlier_format_is_brought_up_to_date_after_a_copy(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    store = tmp_path / "old.duckdb"
    old = gzip.decompress((ROOT / "tests/stores/format1.duckdb.gz").read_bytes())
    store.write_bytes(old)
    assert [name for _, name in _children(store)] == ["ตัวอย่าง", "ตัวอย่าง"]
    assert cpms("children", "--store", store).code == 0
    assert (tmp_path / "old.format1.duckdb").read_bytes() == old
    assert cpms("store", "check", "--store", store).code == 0
    same = draw(*[{"given_name": "ตัวอย่าง", "members_under_18": 1}] * 2)
    assert "2 unchanged" in cpms("merge", same, "--store", store).out
    assert "earlier version" in cpms("undo", 1, "--store", store).err


def test_a_store_of_a_newer_format_is_refused_untouched(cpms: Cpms, store: Path) -> None:
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    before = store.read_bytes()
    ran = cpms("children", "--store", store)
    assert ran.code == 2
    assert "newer version (format 99" in ran.err
    assert store.read_bytes() == before


def _content(store: Path) -> pd.DataFrame:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute("""
            SELECT * EXCLUDE (batch_id, sheet, row_number)
            FROM current_child
            ORDER BY round, village_code, household_no, child_no""").df()


def test_bundles_bring_a_community_to_its_province(
    cpms: Cpms, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "community.duckdb"
    shutil.copy(sample_store, store)
    public = cpms("bundle-key", tmp_path / "province.key").out.strip()
    bundles = [tmp_path / f"{year}.cpms.age" for year in (2567, 2568, 2569)]
    for path in bundles:
        words = ["bundle", "850105", "--round", path.name[:4], "-o", path, "--recipient", public, "--store", store]
        assert cpms(*words).code == 0
        assert "บัตร".encode() not in path.read_bytes()
    province = tmp_path / "province.duckdb"
    assert "CPMS_IDENTITY_FILE" in cpms("merge", bundles[0], "--store", province).err
    monkeypatch.setenv("CPMS_IDENTITY_FILE", str(tmp_path / "province.key"))
    assert cpms("merge", *reversed(bundles), "--store", province).code == 0
    pd.testing.assert_frame_equal(_content(province), _content(store))
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT what, children FROM audit ORDER BY shown_at").fetchall()
    assert rows == [("bundle 850105 2024", 292), ("bundle 850105 2025", 308), ("bundle 850105 2026", 302)]


@pytest.mark.parametrize("harm", ["altered", "cut short", "empty after the head", "another key"])
def test_a_harmed_bundle_is_refused(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    monkeypatch.setenv("CPMS_IDENTITY_FILE", str(tmp_path / "province.key"))
    public = cpms("bundle-key", tmp_path / "province.key").out.strip()
    path = tmp_path / "x.cpms.age"
    cpms("bundle", "85", "--round", "2569", "-o", path, "--recipient", public, "--store", store)
    sealed = bytearray(path.read_bytes())
    if harm == "altered":
        sealed[-40] ^= 1
    elif harm == "cut short":
        del sealed[-100:]
    elif harm == "empty after the head":
        del sealed[60:]
    else:
        cpms("bundle-key", tmp_path / "other.key")
        monkeypatch.setenv("CPMS_IDENTITY_FILE", str(tmp_path / "other.key"))
    path.write_bytes(sealed)
    before = dump(store)
    ran = cpms("merge", path, "--store", store)
    assert ran.code == 2
    assert "does not open" in ran.err
    assert dump(store) == before


def test_a_passphrase_that_takes_this_computer_too_long_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fast computer makes trying a passphrase more work, and age refuses what takes longer than it may."""
    monkeypatch.setenv("CPMS_BUNDLE_KEY", "word")
    path, sealed = tmp_path / "x.cpms.age", pyrage.passphrase.encrypt(b"PK", "word")
    head, work, rest = re.split(rb"(?<= )(\d+)(?=\n)", sealed, maxsplit=1)
    assert 10 <= int(work) < 30
    path.write_bytes(head + b"40" + rest)  # 2 to the 40th, which takes months
    with pytest.raises(UnreadableFile, match="too busy or too slow to try the passphrase"):
        read_bundle(path)
    path.write_bytes(head + b"1" + rest)  # not what was encrypted
    with pytest.raises(UnreadableFile, match="does not open"):
        read_bundle(path)
