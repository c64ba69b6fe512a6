"""A definition is known by what it means: other words of the tool make no other definition, in new stores and old."""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import zlib
from contextlib import closing
from pathlib import Path, PurePosixPath

import duckdb
import pytest

from cpms_cli.datasets.folder.manifest import DEFINITION, MANIFEST
from cpms_cli.errors import DefinitionError
from cpms_cli.store.definitions.definition_in_use import definition_in_use, definition_to_write
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.opening.packed_definition import digest_of_packed, packed_definition, unpacked_definition
from tests.conftest import ROOT, Cpms
from tests.definitions import change_file, copy_definition

FORMAT5 = ROOT / "tests/stores/format5.duckdb.gz"


@pytest.fixture
def old_store(tmp_path: Path) -> Path:
    """A store of format 5, of rounds 2568 and 2569, scored once after the first."""
    store = tmp_path / "old.duckdb"
    store.write_bytes(gzip.decompress(FORMAT5.read_bytes()))
    return store


def _packed(store: Path) -> tuple[str, dict[str, str]]:
    """What an earlier version called the definition that it kept, and its files."""
    with duckdb.connect(str(store), read_only=True) as connection:
        ((digest, packed),) = connection.execute("SELECT digest, files FROM definition").fetchall()
    return digest, json.loads(zlib.decompress(packed))


def _named_before(files: dict[str, str]) -> str:
    """The digest of an earlier version: of the names and contents of all files, one after the other."""
    total = hashlib.sha256()
    for name in sorted(files, key=PurePosixPath):
        total.update(name.encode() + files[name].encode())
    return total.hexdigest()


def _digests(store: Path) -> set[str]:
    """Every digest of a definition in a store, by whatever table."""
    with closing(duckdb.connect(str(store), read_only=True)) as connection:
        rows = connection.execute("""
            SELECT digest FROM definition
            UNION SELECT definition FROM batch
            UNION SELECT definition FROM score_run
            UNION SELECT definition FROM adoption
            UNION SELECT value FROM meta WHERE name = 'definition'""").fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize("file", ["messages/adoption.yaml", "languages.yaml", "exports.yaml", "proposals.yaml"])
def test_what_the_tool_takes_from_itself_makes_no_other_definition(tmp_path: Path, file: str) -> None:
    own = copy_definition(tmp_path / "own")
    (own / file).write_text(f"# an older version\n{(own / file).read_text('utf-8')}", "utf-8")
    assert load_survey(own).digest == load_survey().digest


def test_any_other_file_does(tmp_path: Path) -> None:
    own = copy_definition(tmp_path / "own")
    change_file(own, "limits.yaml", "  - name: school_age_to\n    value: 15", "  - name: school_age_to\n    value: 16")
    assert load_survey(own).digest != load_survey().digest


def test_an_old_store_follows_what_it_followed(cpms: Cpms, old_store: Path, tmp_path: Path) -> None:
    """A folder copied before the tool found better words is the definition that the store follows, then and now."""
    former, files = _packed(old_store)
    assert former == _named_before(files)
    own = tmp_path / "own"
    for name, text in files.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text, "utf-8")
    change_file(own, "messages/adoption.yaml", "follows this definition already.", "has this definition already.")
    assert definition_to_write(old_store, own).digest == definition_in_use(old_store).digest
    ran = cpms("schema", "use", own, "--store", old_store)
    assert (ran.code, ran.out) == (0, f"{old_store.name} follows this definition already. Nothing was changed.\n")
    assert _digests(old_store) == {load_survey(own).digest}
    assert (tmp_path / "old.format5.duckdb").exists()


@pytest.mark.parametrize("named", ["1", "2568", "2569"])
def test_old_rounds_and_runs_are_scored_as_they_were_defined(cpms: Cpms, old_store: Path, named: str) -> None:
    ran = cpms("score", "--store", old_store, "--as-defined-in", named, "--format", "json")
    assert (ran.code, len(ran.json["scores"])) == (0, 4), ran.err
    assert cpms("score", "--store", old_store, "--run", "1").code == 0


def test_two_definitions_of_other_words_become_one(cpms: Cpms, old_store: Path) -> None:
    """Between the rounds the tool was brought up to date, and the store was let follow its new words."""
    former, files = _packed(old_store)
    sentences = "messages/adoption.yaml"
    files[sentences] = files[sentences].replace("follows this definition already", "has this definition already")
    later = _named_before(files)
    with duckdb.connect(str(old_store)) as connection:
        connection.execute("INSERT INTO definition VALUES (?, ?)", [later, zlib.compress(json.dumps(files).encode())])
        connection.execute("UPDATE batch SET definition = ? WHERE batch_id = 2", [later])
        connection.execute("INSERT INTO adoption VALUES (2, now(), 'somebody', ?, 1)", [later])
        detail = f"{former[:12]} > {later[:12]}"
        connection.execute("INSERT INTO event VALUES (now(), 'somebody', 'schema use', NULL, ?)", [detail])
    assert cpms("children", "--store", old_store).code == 0
    (digest,) = _digests(old_store)
    with duckdb.connect(str(old_store), read_only=True) as connection:
        change = connection.execute("SELECT detail FROM event WHERE what = 'schema use'").fetchone()
    assert change == (f"{digest[:12]} > {digest[:12]}",)
    assert cpms("score", "--store", old_store, "--as-defined-in", "2569").code == 0
    assert cpms("schema", "use", "shipped", "--store", old_store, "--yes").code == 0


def test_a_data_set_of_an_earlier_version_takes_further_rows(cpms: Cpms, old_store: Path, tmp_path: Path) -> None:
    """Its manifest and its files go on calling the definition as they did."""
    former, files = _packed(old_store)
    assert cpms("export", "dataset", tmp_path / "rows", "--store", old_store).code == 0
    (tmp_path / "rows" / DEFINITION).write_bytes(zlib.compress(json.dumps(files).encode()))
    manifest = tmp_path / "rows" / MANIFEST
    by_now = definition_in_use(old_store).digest
    manifest.write_text(manifest.read_text("utf-8").replace(by_now, former), "utf-8")
    ran = cpms("export", "dataset", tmp_path / "rows", "--store", old_store)
    assert (ran.code, json.loads(manifest.read_text("utf-8"))["definition"]) == (0, former), ran.err


def test_a_kept_definition_that_was_changed_is_of_neither_digest(old_store: Path) -> None:
    former, files = _packed(old_store)
    files["limits.yaml"] += "\n# changed\n"
    with pytest.raises(DefinitionError):
        digest_of_packed(zlib.compress(json.dumps(files).encode()), former)


def test_where_a_kept_definition_cannot_be_written_out_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "indicators.yaml", "numbering:", "# Looked through in June.\nnumbering:")
    survey = load_survey(folder)
    packed, gone = packed_definition(survey), tmp_path / "gone"
    assert packed is not None
    monkeypatch.setattr(tempfile, "tempdir", str(gone))
    with pytest.raises(DefinitionError, match="TMPDIR") as refused:
        unpacked_definition(packed, survey.digest)
    assert str(gone) in str(refused.value)
