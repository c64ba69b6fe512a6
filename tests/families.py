"""Children of two or more rounds as linking sees them, and what it makes of them: no file and no store between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cpms_cli.linking.evidence import COLUMNS
from cpms_cli.linking.pairs.assignment import SettledRows
from cpms_cli.linking.pairs.comparison_levels import CHILDREN
from cpms_cli.linking.probabilistic import Linkage, link
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.opening.loading import load_survey

Child = dict[str, Any]
_COLUMNS = (*COLUMNS, *CHILDREN.further)
_NUMBERS = ("round", "low", "high", "north", "east")
# Names that are near each other, in the scripts of the border.
NEAR = {
    "Thai": ("มานี", "มานะ"),
    "Thai, one letter": ("มานี", "มาลี"),
    "Thai, a vowel more": ("ธนกร", "ธนากร"),
    "Thai, joined": ("สมชาย", "สมหมาย"),
    "Burmese in Thai, the last part": ("เอจอ", "เอซอ"),
    "Burmese in Thai, nasals": ("ทูลอ", "ทูนอ"),
    "Burmese in Thai, a vowel": ("มูเซ", "มูซี"),
    "Shan in Thai, a vowel": ("คำแสง", "คำสาม"),
    "Burmese": ("ခင်", "ခိုင်"),
    "Burmese, a tone": ("တင်", "တင့်"),
    "Burmese, a name more": ("မိုးမိုး", "မိုးမိုးလွင်"),
    "Burmese, a medial": ("မျိုး", "မိုး"),
    "Zawgyi": ("ခင္", "ခိုင္"),
    "Latin": ("Khin", "Khaing"),
    "Latin, order": ("Aung Ko", "Ko Aung"),
    "Latin, near": ("Su Su Aye", "Su Su Aung"),
    "Latin, a vowel": ("Moo Law", "Moo Lah"),
    "Latin, a glide": ("Su Nay", "Su Nwe"),
    "Lao": ("ຄຳ", "ຄຳດີ"),
    "Lao, a vowel": ("ມະນີ", "ມະນາ"),
    "Khmer": ("សុខា", "សុខី"),
    "Shan": ("ၸၢႆး", "ၸၢမ်း"),
    "Karen": ("စီၤဖိ", "စီၤဖး"),
    "Mon": ("မန်", "မိန်"),
    "Devanagari": ("राम", "रामा"),
    "Bengali": ("রিমা", "রিমি"),
}


def _day(date: str) -> float:
    return float((pd.Timestamp(date) - pd.Timestamp("1970-01-01")).days)


def child(round_: int, given: str | None, **more: Any) -> Child:
    """A boy of a round; the same mother, house and day of birth unless told otherwise."""
    row: Child = {
        **dict.fromkeys(_COLUMNS),
        "round": round_,
        "given": given,
        "mother": "สมศรี",
        "sex": "male",
        "born": "2017-03-05",
        "village": "85010501",
        "home": "85010501|21",
        **more,
    }
    if row["born"] is not None and row["low"] is None:
        row["low"] = _day(row["born"])
        # A year or a month leaves open which day.
        last = {4: "-12-31", 7: "-28", 10: ""}[len(row["born"])]
        row["high"] = _day(row["born"] + last)
    return row


def at_home(number: int) -> Child:
    """What the children of one family share, and no other family has: for `child`."""
    heads = "กขคจชดตทนบปพมยรลวส"
    mother = "".join(heads[number // 18**place % 18] + vowel for place, vowel in enumerate("าี"))
    return {
        "mother": mother,
        "born": f"{2009 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}",
        "village": f"850105{1 + number % 7:02}",
        "home": f"850105{1 + number % 7:02}|{2000 + number}",
    }


def village(rounds: Sequence[int], size: int = 12) -> list[Child]:
    """Other children of the village, alike in all rounds: one in each house."""
    heads = "กขคจชดตทนบปพมยรลวส"
    return [
        child(round_, f"{heads[number % 18]}า{heads[number * 7 % 18]}ี", **at_home(5000 + number))
        for round_ in rounds
        for number in range(size)
    ]


def linked(
    children: Sequence[Child], settings: LinkingSettings | None = None, together: Mapping[int, int] | None = None
) -> Linkage:
    """What becomes of these rows, in this order; `cluster` and the pairs' positions are those of the list.

    They are recognised by the shipped definition, unless other `settings` are given. `together`: rows that an
    identifier puts to an earlier row.
    """
    frame = pd.DataFrame(children, columns=list(_COLUMNS))
    texts = [name for name in _COLUMNS if name not in _NUMBERS]
    frame = frame.astype({name: "str" for name in texts} | dict.fromkeys(_NUMBERS[1:], "float64"))
    sure = np.arange(len(frame), dtype=np.int64)
    for row, earlier in (together or {}).items():
        sure[row] = earlier
    return link(SettledRows(frame, sure, ("sex", "number")), settings or load_survey().linking)


def asked(linkage: Linkage) -> set[tuple[int, int]]:
    """The pairs that wait for a person."""
    waiting = linkage.pairs[linkage.pairs["verdict"] == "doubtful"]
    return set(zip(waiting["id_l"], waiting["id_r"], strict=True))
