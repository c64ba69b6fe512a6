"""`cpms samples`: synthetic rounds whose truth is known; the same seed gives the same files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from stdnum.th import pin

from cpms_cli import read, write_samples
from cpms_cli.survey.model.definition import Survey
from tests.conftest import SAMPLES, THOROUGH, Cpms


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    def written(name: str, seed: int) -> dict[str, bytes]:
        write_samples(tmp_path / name, ["850302"], range(2025, 2027), 60, seed)
        return {path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())}

    first = written("first", 7)
    assert first == written("again", 7)
    assert first != written("other", 8)


def test_what_is_in_the_repository_was_made_by_the_command(cpms: Cpms, tmp_path: Path) -> None:
    assert cpms("samples", tmp_path / "made").code == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    assert made == {path.name: path.read_bytes() for path in SAMPLES.iterdir()}


def test_the_truth_names_every_row_once_and_children_come_back(survey: Survey) -> None:
    truth = pd.read_csv(SAMPLES / "truth.csv", dtype="str")
    key = ["round", "village_code", "household_no", "child_no"]
    assert not truth.duplicated(key).any()
    assert set(truth["village_code"].str[:6]) == {"850105"}
    by_round = truth.groupby("round")["person_id"].agg(set)
    assert list(by_round.index) == ["2024", "2025", "2026"]
    stayed = by_round["2024"] & by_round["2026"]
    assert 0 < len(stayed) < len(by_round["2024"]), "some stay, some leave"
    assert by_round["2026"] - by_round["2024"], "some arrive"


def test_no_national_id_of_a_sample_can_be_somebodys(survey: Survey) -> None:
    (table,) = read(SAMPLES / "survey_2567.csv", survey)
    numbers = table.cells("national_id").to_pandas().dropna().astype("str")
    right = numbers[[pin.calc_check_digit(number[:-1]) == number[-1] for number in numbers]]
    assert len(right) > 100
    # 99 is no province: no office has ever given such a number out.
    assert set(right.str[1:3]) == {"99"}


def test_clean_samples_have_nothing_to_mend(cpms: Cpms, tmp_path: Path) -> None:
    """The whole of it with CPMS_THOROUGH=1: so many children that every answer that is drawn seldom is drawn."""
    cpms(
        "samples",
        tmp_path / "s",
        "--children",
        "1500" if THOROUGH else "400",
        "--clean",
        "--seed",
        "2",
        "--rounds",
        "2567:2569",
    )
    files = sorted((tmp_path / "s").glob("survey_*"))
    assert len(files) == 3
    assert cpms("validate", *files).code == 0
