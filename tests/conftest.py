"""What tests share: the command as one types it, and small survey files drawn from the definition's own example."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typst

from cpms_cli.cli.main import main
from cpms_cli.survey.messages import fault_sentence
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.problems import Problem
from cpms_cli.survey.speech.languages import forget_words_in_use
from cpms_cli.survey.yaml_files.located_yaml import read_yaml
from cpms_cli.writing.fonts import families_of

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_data"
gc.set_threshold(50_000)  # as `cpms_cli.__main__` does
NUMBERS = tuple(indicator.number for indicator in load_survey().indicators)
# `CPMS_THOROUGH=1` tries every case and many examples; otherwise a sample keeps the suite under five minutes.
THOROUGH = bool(os.environ.get("CPMS_THOROUGH"))
THAI_FONT = bool(families_of("th", [font.family for font in typst.Fonts().fonts()]))
_MADE: dict[tuple[str, str], bytes] = {}  # the stores that `once` has made, by module and by the fixture that makes it
_ASKED: dict[tuple[str, ...], Ran] = {}  # what `asked_once` was given, by module and by the words of the command
ROUNDS = [SAMPLES / name for name in ("survey_2567.csv", "survey_2568.xlsx", "survey_2569.xlsx")]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cpms = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _own_languages() -> Iterator[None]:
    """Whatever languages a test lets be spoken are forgotten behind it."""
    yield
    forget_words_in_use()


@pytest.fixture
def cpms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cpms:
    """Runs `cpms` with these words, in English unless told otherwise."""
    monkeypatch.setenv("CPMS_LANG", "en")
    monkeypatch.delenv("CPMS_DEBUG", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cpms", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def survey() -> Survey:
    return load_survey()


@pytest.fixture(scope="session")
def base() -> dict[str, dict[str, Any]]:
    """The child of the examples, about whom all is known and nothing is wrong, and its household."""
    example: dict[str, dict[str, Any]] = read_yaml(ROOT / "schemas", "examples/indicators.yaml").content["base"]
    return example


Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path, base: Mapping[str, Mapping[str, Any]]) -> Draw:
    """Writes a flat survey file: one row for each mapping, the example's child with these answers in place."""

    def write(*rows: Mapping[str, Any], name: str = "survey.csv", without: Sequence[str] = ()) -> Path:
        return write_drawn(tmp_path / name, base, rows, without)

    return write


def write_drawn(
    path: Path, base: Mapping[str, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], without: Sequence[str] = ()
) -> Path:
    """What `draw` writes, for a fixture that lives longer than a test."""
    plain = {**base["household"], **base["child"], "national_id": None}
    homes = [str(row.get("household_no", plain["household_no"])) for row in rows]
    listed = [homes.count(home) for home in homes] if len(rows) < 50 else [1] * len(rows)
    cells = [
        {
            **plain,
            "child_no": number,
            "members_under_18": children,
            "given_name": plain["given_name"] if children == 1 else f"{plain['given_name']} {number}",
            **row,
        }
        for number, (row, children) in enumerate(zip(rows, listed, strict=True), start=1)
    ]
    frame = pd.DataFrame(cells).drop(columns=list(without)).astype("object")
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8")
    else:
        frame.map(lambda cell: None if cell is None else str(cell)).to_excel(path, index=False, sheet_name="survey")
    return path


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a store of this worker's own, a copy of the one that the first worker to ask has made for all of them."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"made-{name}"
    try:
        shared.mkdir()
    except FileExistsError:
        while not (shared / "ended").exists():
            time.sleep(0.05)
    else:
        try:
            make(shared / "cpms.duckdb")
        finally:
            (shared / "ended").touch()
    store = tmp_path_factory.mktemp(name) / "cpms.duckdb"
    shutil.copy(shared / "cpms.duckdb", store)
    return store


MakeOnce = Callable[[Callable[[Path], object]], Path]


@pytest.fixture
def once(request: pytest.FixtureRequest, tmp_path: Path) -> MakeOnce:
    """Returns a store of this test's own, `s.duckdb`: made for the first test of the module that asks for it, and a
    copy of that for all others. A fixture makes one store this way."""

    def make_once(make: Callable[[Path], object]) -> Path:
        store, place = tmp_path / "s.duckdb", (str(request.path), str(make.__qualname__))
        if place in _MADE:
            store.write_bytes(_MADE[place])
        else:
            make(store)
            _MADE[place] = store.read_bytes()
        return store

    return make_once


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the three sample rounds, merged by `officer`; tests that write must copy it."""

    def make(store: Path) -> None:
        from cpms_cli import merge

        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("LOGNAME", "officer")
            merge(ROUNDS, store)

    return made_once(tmp_path_factory, "store", make)


@pytest.fixture(scope="session")
def first_round_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the first of the sample rounds; tests that write must copy it."""

    def make(store: Path) -> None:
        from cpms_cli import merge

        merge([ROUNDS[0]], store)

    return made_once(tmp_path_factory, "first-round", make)


@pytest.fixture(scope="session")
def grown_stores(tmp_path_factory: pytest.TempPathFactory, first_round_store: Path) -> list[Path]:
    """The store after each of the sample rounds, merged one after another; tests that write must copy it."""
    stores = [first_round_store]
    for path in ROUNDS[1:]:

        def make(store: Path, path: Path = path) -> None:
            from cpms_cli import merge

            shutil.copy(stores[-1], store)
            merge([path], store)

        stores.append(made_once(tmp_path_factory, f"grown-{path.stem}", make))
    return stores


@pytest.fixture
def asked_once(cpms: Cpms, request: pytest.FixtureRequest) -> Cpms:
    """Runs a command that only reads, on a store that all tests of the module share; asked again, it gives what the
    first run gave."""

    def ask(*words: object) -> Ran:
        place = (str(request.path), *map(str, words))
        if place not in _ASKED:
            _ASKED[place] = cpms(*words)
        return _ASKED[place]

    return ask


def in_english(problem: Problem) -> str:
    """What is wrong with a definition, without its place."""
    return fault_sentence(problem.fault, "en")
