"""A merge is all or nothing: also when it is killed, when the disk is full, and when two start at once.

`CPMS_KILLS=200` kills it two hundred times, not twice (CPMS_THOROUGH=1: twenty times); the seed is printed by a
failure, as part of the test's name.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import __version__, check_store, export_dataset, merge, score_dataset
from cpms_cli.datasets.folder.manifest import read_manifest
from cpms_cli.store.content import content_hash, dump
from tests.conftest import ROOT, ROUNDS, THOROUGH, Cpms

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed and limited the POSIX way")
KILLS = int(os.environ.get("CPMS_KILLS", "20" if THOROUGH else "2"))
# Bytes that a file may have: enough for the log or not, enough for the store's file or not.
ROOMS = [4_096, 30_000, 400_000, 1_500_000] if THOROUGH else [4_096, 1_500_000]
SEED = int(os.environ.get("CPMS_SEED", "2569"))
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.crash_runner"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CPMS_LANG": "en"},
    )
    assert process.stdin is not None and process.stdout is not None
    requests, answered = process.stdin, process.stdout

    def once(**words: object) -> dict[str, Any]:
        requests.write(json.dumps(words) + "\n")
        requests.flush()
        return dict(json.loads(answered.readline()))

    yield once
    requests.close()
    process.wait()


@pytest.fixture
def before(first_round_store: Path) -> Path:
    """A store with the first round."""
    return first_round_store


@pytest.fixture(scope="module")
def after(first_round_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the second."""
    store = tmp_path_factory.mktemp("after") / "s.duckdb"
    shutil.copy(first_round_store, store)
    merge([ROUNDS[1]], store)
    return store


def _is_before_or_after(store: Path, before: Path, after: Path) -> str:
    assert check_store(store)["violations"].sum() == 0
    if dump(store) == dump(before):
        return "before"
    assert content_hash(store) == content_hash(after)
    return "after"


def test_killed_at_any_moment_the_store_is_before_or_after(run: Run, before: Path, after: Path, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    whole = tmp_path / "whole.duckdb"
    shutil.copy(before, whole)
    length = run(files=[str(ROUNDS[1])], store=str(whole))["seconds"]
    problems = []
    for number in range(KILLS):
        store = tmp_path / f"{number}.duckdb"
        shutil.copy(before, store)
        # Most of the kills fall into the second half, where rows are written.
        moment = length * (1 - moments.random() ** 1.5)
        run(files=[str(ROUNDS[1])], store=str(store), kill_after=moment)
        problems.append(_is_before_or_after(store, before, after))
        for path in tmp_path.glob(f"{number}*"):
            path.unlink()
    assert len(problems) == KILLS
    print({state: problems.count(state) for state in ("before", "after")}, "seed", SEED)


@pytest.mark.parametrize("room", ROOMS)
def test_on_a_full_disk_what_is_said_is_what_is_so(
    run: Run, before: Path, after: Path, tmp_path: Path, room: int
) -> None:
    """Where the log could be written and the store's file could not, the merge is done, and says so."""
    store = tmp_path / "s.duckdb"
    shutil.copy(before, store)
    code = run(files=[str(ROUNDS[1])], store=str(store), most_bytes=room)["code"]
    assert code in (1, 2)
    assert _is_before_or_after(store, before, after) == ("before" if code == 2 else "after")


def test_a_full_disk_leaves_no_half_made_store(run: Run, tmp_path: Path) -> None:
    assert run(files=[str(ROUNDS[0])], store=str(tmp_path / "new.duckdb"), most_bytes=20_000)["code"] == 2
    assert not (tmp_path / "new.duckdb").exists()


def test_a_file_that_finds_no_room_is_not_there_and_room_is_asked_for(cpms: Cpms, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, hard))
    try:
        ran = cpms("template", "-o", tmp_path / "f.xlsx")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ran.code == 2
    assert "make room" in ran.err
    assert not [*tmp_path.iterdir()]


def test_a_store_that_may_not_be_written_is_left_as_it_was(run: Run, before: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    store = tmp_path / "s.duckdb"
    shutil.copy(before, store)
    store.chmod(0o400)
    assert run(files=[str(ROUNDS[1])], store=str(store))["code"] == 2
    assert store.read_bytes() == before.read_bytes()


def test_two_merges_at_once_lose_nothing(small_store: Path, small_rounds: list[Path], tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(small_store, store)
    words = [sys.executable, "-m", "cpms_cli", "merge", "--store", str(store)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CPMS_LANG": "en"}
    processes = [
        subprocess.Popen(
            [*words, str(path)], env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        for path in small_rounds[1:]
    ]
    ends = [(process.communicate()[1], process.returncode) for process in processes]
    assert check_store(store)["violations"].sum() == 0
    merged = [path for path, (_, code) in zip(small_rounds[1:], ends, strict=True) if code in (0, 1)]
    for output, code in ends:
        assert code in (0, 1) or "another program is using the store" in output
    assert merged, "at least one of them goes through"
    again = tmp_path / "one_by_one.duckdb"
    shutil.copy(small_store, again)
    merge(merged, again)
    assert content_hash(store) == content_hash(again)


def _parts(folder: Path) -> dict[str, bytes]:
    """What stands in a data set's folder, but for the dictionary, which the command writes when all is written."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "dictionary.csv"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def two_rounds(after: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two rounds, whose data set `whole` was written, and scored into `scores`, without a hitch."""
    folder = tmp_path_factory.mktemp("whole")
    store = Path(shutil.copy(after, folder / "s.duckdb"))
    export_dataset(store, folder / "whole", tool_version=__version__)
    score_dataset(folder / "whole", folder / "scores", tool_version=__version__)
    return store


def test_a_data_set_whose_export_or_scoring_is_killed_is_made_whole_by_the_next_run(
    run: Run, two_rounds: Path, tmp_path: Path
) -> None:
    moments = random.Random(SEED)
    for number in range(KILLS):
        rows, scores = tmp_path / f"rows{number}", tmp_path / f"scores{number}"
        export = ["export", "dataset", str(rows), "--store", str(two_rounds)]
        run(words=export, kill_after=moments.uniform(0.3, 2))
        assert export_dataset(two_rounds, rows, tool_version=__version__).rows == 600
        assert _parts(rows) == _parts(two_rounds.parent / "whole")
        run(words=["score", "--dataset", str(rows), "-o", str(scores)], kill_after=moments.uniform(0.3, 2))
        score_dataset(rows, scores, tool_version=__version__)
        assert _parts(scores) == _parts(two_rounds.parent / "scores")


def test_a_full_disk_leaves_no_half_partition(run: Run, two_rounds: Path, tmp_path: Path) -> None:
    for words in (
        ["export", "dataset", str(tmp_path / "out"), "--store", str(two_rounds)],
        ["score", "--dataset", str(two_rounds.parent / "whole"), "-o", str(tmp_path / "out")],
    ):
        assert run(words=words, most_bytes=8_192)["code"] == 2
        assert not [name for name in _parts(tmp_path / "out") if name.endswith((".parquet", ".json"))]
        shutil.rmtree(tmp_path / "out")


def _scored_so_far(scores: Path) -> int:
    manifest = read_manifest(scores)
    return len(manifest.partitions) if manifest else 0


def test_scoring_that_is_killed_between_two_partitions_goes_on_with_the_second(
    two_rounds: Path, tmp_path: Path
) -> None:
    """A real kill, once the first of two partitions stands in the manifest."""
    rows, scores = two_rounds.parent / "whole", tmp_path / "scores"
    words = ["score", "--dataset", str(rows), "-o", str(scores)]
    process = subprocess.Popen(
        [sys.executable, "-m", "cpms_cli", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None and not _scored_so_far(scores):
        time.sleep(0.005)
    process.kill()
    process.wait()
    if _scored_so_far(scores) != 1:
        pytest.skip("the process was done before it could be killed")
    again = score_dataset(rows, scores, tool_version=__version__)
    assert (len(again.same), len(again.written)) == (1, 1)
    assert _parts(scores) == _parts(two_rounds.parent / "scores")
    assert not list(scores.glob(".cpms*")), "what the killed process had begun is gone"


@pytest.mark.parametrize("words", [["community", "850105"], ["country"]], ids=["community", "country"])
def test_a_killed_summary_of_a_data_set_leaves_nothing_half_written(
    run: Run, two_rounds: Path, tmp_path: Path, words: list[str]
) -> None:
    rows, file = Path(shutil.copytree(two_rounds.parent / "whole", tmp_path / "rows")), tmp_path / "out.csv"
    before, command = _parts(rows), [*words, "--dataset", str(rows), "-o", str(file)]
    run(words=command, kill_after=random.Random(SEED).uniform(0.5, 1.5))
    assert run(words=command)["code"] == 0
    assert _parts(rows) == before, "also what the killed one had put on the disk is gone"
    assert file.exists()


def test_a_full_disk_ends_a_summary_of_a_data_set_in_a_sentence(run: Run, two_rounds: Path, tmp_path: Path) -> None:
    rows, file = Path(shutil.copytree(two_rounds.parent / "whole", tmp_path / "rows")), tmp_path / "out.xlsx"
    before = _parts(rows)
    for words in (["community", "850105"], ["country"]):
        assert run(words=[*words, "--dataset", str(rows), "-o", str(file)], most_bytes=2_048)["code"] == 2
        assert (_parts(rows), file.exists()) == (before, False)
