"""Signs that nobody sees are named where they stand, and scripts that need some of them have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.survey.plain_text import UNSEEN_IN_WORDS
from tests.conftest import Cpms
from tests.definitions import change_file, copy_definition

_LABEL = "label: {en: Victim, th: ผู้ถูกกระทำ}"


def test_every_sign_that_nobody_sees_is_named_in_one_go(cpms: Cpms, tmp_path: Path) -> None:
    own = copy_definition(tmp_path / "own")
    hidden = change_file(own, "risk.yaml", _LABEL, 'label: {en: "Vic\\u200btim", th: "ผู้ถูก\\u00adกระทำ"}')
    broken = change_file(own, "risk.yaml", "label: {en: High risk, ", 'label: {en: "High\\nrisk", ')
    blank = change_file(own, "risk.yaml", "label: {en: At risk, ", 'label: {en: " ", ')
    code = change_file(own, "codelists/sex.csv", ",Female,", ",Fem\u200dale,")
    translated = change_file(own, "translations/my.yaml", "name: မြန်မာ\n", "name: \u2060မြန်မာ\n")
    ran = cpms("schema", "check", own)
    assert ran.code == 1
    printed = ran.out.replace("\n", " ")
    for place, sign in (
        (f"risk.yaml:{hidden}: ", "U+200B ZERO WIDTH SPACE"),
        (f"risk.yaml:{hidden}: ", "U+00AD SOFT HYPHEN"),
        (f"risk.yaml:{broken}: ", "line break"),
        (f"risk.yaml:{blank}: ", "only spaces"),
        (f"codelists/sex.csv:{code}: ", "U+200D ZERO WIDTH JOINER"),
        (f"translations/my.yaml:{translated}: ", "U+2060 WORD JOINER"),
    ):
        assert any(sign in part.partition(".yaml:")[0] for part in printed.split(place)[1:]), (place, sign)


@pytest.mark.parametrize(
    "words",
    [
        "ผู้ถูกกระทำ",
        "می\u200cخواهم",  # Persian: two parts of one word
        "ه\u200d",  # Arabic: a letter as it begins a word
        "က္\u200cက",
        "ကလေး\u200bသူငယ်",  # Burmese has no spaces between words
        "ശ്\u200dരീ",
        "⚠\ufe0f 🧑\u200d🏫",
    ],
)
def test_signs_that_a_script_needs_may_stand_where_it_needs_them(words: str) -> None:
    assert UNSEEN_IN_WORDS.search(words) is None


@pytest.mark.parametrize(
    "words", ["ชา\u200bย", "ชา\u200dย", "a\u200cb", "\ufeffa", "a\u2028b", "\u200eกา", "a\ufe0f", "\u3164"]
)
def test_the_same_signs_elsewhere_are_strays(words: str) -> None:
    assert UNSEEN_IN_WORDS.search(words) is not None
