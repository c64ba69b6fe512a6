"""What `doctor` found, in words."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.diagnosing import Diagnosis
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def show_diagnosis(console: Console, diagnosis: Diagnosis, language: Language) -> None:
    """Print each sign, its verdict, and under the table what to do about those that are not sound."""
    shown = pd.DataFrame(
        {
            "item": [say(f"doctor_{sign.item}", language) for sign in diagnosis.signs],
            "verdict": [say(f"doctor_is_{sign.verdict}", language) for sign in diagnosis.signs],
            "found": [sign.observed for sign in diagnosis.signs],
        }
    )
    headings = {name: say(f"doctor_col_{name}", language) for name in ("item", "verdict", "found")}
    show_table(console, shown, headings, Layout(tight=("item", "verdict")))
    unsound = [sign for sign in diagnosis.signs if sign.verdict != "ok"]
    for sign in unsound:
        console.print(say(f"doctor_{sign.item}_mend", language))
    if not unsound:
        console.print(say("doctor_sound", language))
