"""Let a store follow the definition in a folder, and see that it is sound."""

from __future__ import annotations

from pathlib import Path

from cpms_cli import check_store
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.survey.opening.loading import load_survey


def adopt(folder: Path, store: Path) -> None:
    adopt_definition(store, load_survey(folder))
    assert check_store(store)["violations"].sum() == 0
