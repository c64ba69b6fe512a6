"""Which definition is older than the one that a store follows: by all that it ever followed, those undone included.

The definitions here are A, which came with the store, and B, C, D, each with a question more than the one before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import merge
from cpms_cli.errors import DefinitionError
from cpms_cli.store.adopting import adopt_definition, planned_adoption, take_back_adoption
from cpms_cli.store.content import dump
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import add_question, copy_definition

QUESTIONS = {"A": "hours_a", "B": "hours_b", "C": "hours_c", "D": "hours_d"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the definitions; no two are the same, and none is the shipped one."""
    made: dict[str, Path] = {}
    for name, question in QUESTIONS.items():
        source = made.get(chr(ord(name) - 1))
        made[name] = copy_definition(tmp_path_factory.mktemp(name) / "own", *([source] if source else []))
        add_question(made[name], question)
    return made


@pytest.fixture
def store(draw: Draw, once: MakeOnce, folders: dict[str, Path]) -> Path:
    return once(lambda path: merge([draw({}, name="first.csv")], path, schemas=folders["A"]))


def _follow(store: Path, folders: dict[str, Path], steps: str) -> None:
    """Adopt a definition by its letter, or take the last adoption back ("-")."""
    for step in steps:
        if step == "-":
            take_back_adoption(store)
        else:
            adopt_definition(store, load_survey(folders[step]))


@pytest.mark.parametrize(
    ("steps", "refused", "allowed"),
    [
        ("B", {"A": "adoption_older"}, "CD"),
        # What was taken back last is newer than what is followed again.
        ("B-", {}, "BCD"),
        ("BC-", {"A": "adoption_older"}, "CD"),
        ("BC--", {}, "BCD"),
        # Taken back, and another one adopted: older, though no line of definitions leads over it.
        ("B-C", {"A": "adoption_older", "B": "adoption_older_undone"}, "D"),
        ("BC--D", {"A": "adoption_older", "B": "adoption_older_undone", "C": "adoption_older_undone"}, ""),
        ("B-C-", {}, "BCD"),
        ("B-C-B", {"A": "adoption_older"}, "CD"),
    ],
)
def test_what_was_first_followed_earlier_is_older(
    store: Path, folders: dict[str, Path], steps: str, refused: dict[str, str], allowed: str
) -> None:
    _follow(store, folders, steps)
    for name, message in refused.items():
        obstacles = planned_adoption(store, load_survey(folders[name])).obstacles
        assert [obstacle.message_id for obstacle in obstacles] == [message], name
    for name in allowed:
        assert planned_adoption(store, load_survey(folders[name])).obstacles == (), name


def test_the_mend_of_one_that_was_taken_back_works(cpms: Cpms, store: Path, folders: dict[str, Path]) -> None:
    """B was taken back before C came: "go back as far as it was followed, then use it again"."""
    _follow(store, folders, "B-C")
    before = dump(store)
    ran = cpms("schema", "use", folders["B"], "--store", store, "--yes")
    assert (ran.code, "go back as far as it was followed (cpms schema undo)" in ran.err) == (2, True)
    assert dump(store) == before
    with pytest.raises(DefinitionError):
        adopt_definition(store, load_survey(folders["B"]))
    assert cpms("schema", "undo", "--store", store).code == 0
    assert cpms("schema", "use", folders["B"], "--store", store, "--yes").code == 0


def test_a_file_under_another_definition_gets_a_mend_that_works(
    cpms: Cpms, draw: Draw, store: Path, folders: dict[str, Path]
) -> None:
    """Under a later one: let the store follow it. Under an older one, which it cannot follow again: leave it out."""
    _follow(store, folders, "B")
    file = draw({"round": 2027, "interview_date": "2027-11-15"}, name="next.csv")
    older = cpms("merge", file, "--store", store, "--schemas", folders["A"])
    assert older.code == 2
    assert "and cannot follow that one. Leave out --schemas." in older.err
    looked = cpms("schema", "use", folders["A"], "--store", store, "--dry-run")
    assert (looked.code, "followed this definition before" in looked.err) == (2, True)
    later = cpms("merge", file, "--store", store, "--schemas", folders["C"])
    mend = f"cpms schema use {folders['C']} --store {store}"
    assert (later.code, mend in later.err) == (2, True)
    assert cpms(*mend.split()[1:], "--yes").code == 0
    assert cpms("merge", file, "--store", store, "--schemas", folders["C"]).code == 0
    assert cpms("merge", file, "--store", store).code == 0
