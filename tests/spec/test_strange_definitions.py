"""What a province may write by hand: each slip is named with its file and line, in both languages, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cpms_cli.errors import DefinitionError
from cpms_cli.survey.messages import fault_sentence, sentence
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import judged
from tests.conftest import in_english
from tests.definitions import change_file, copy_definition

CHILD, SEX, INDICATORS = "child.yaml", "codelists/sex.csv", "indicators.yaml"
CHECKS, LIMITS, RISK = "checks.yaml", "limits.yaml", "risk.yaml"
TOBACCO, RULE = "  - name: tobacco\n", "when: tobacco = 'yes'"
THAI = re.compile("[ก-๛]")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


def _written(text: str) -> Callable[[str], str]:
    return lambda _: text


def _after(line: str) -> Callable[[str], str]:
    return lambda text: text.replace(TOBACCO, TOBACCO + line + "\n")


def _rule(rule: str) -> Callable[[str], str]:
    return lambda text: text.replace(RULE, rule)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        (CHILD, _after("\tsince: 2569"), "not YAML: a tab stands here: indent with spaces"),
        (CHILD, _after("   since: 2569"), "not YAML: this line is indented otherwise than those it belongs to"),
        (CHILD, _after("    source: D: MICS: 6"), "not YAML: a colon too many"),
        (CHILD, _after("    since: 2569\n    since: 2570"), "'since' stands twice here"),
        (CHILD, _after("    since: 2570\n    until: 2569"), "until 2026 lies before since 2027"),
        (CHILD, _after("    since: 69"), "'69' is no year of a round: write four digits"),
        (CHILD, _after("    sinse: 2569"), "sinse: nothing of this name is read here; correct the spelling"),
        (CHILD, _after("    formerly: tobacco"), "'tobacco' names itself as its former name"),
        (CHILD, lambda text: text.replace(TOBACCO, "  - name: บุหรี่\n"), "'บุหรี่' cannot be a name here: small letters"),
        (CHILD, _after('    source: "D: \\e[31mMICS"'), "the character U+001B stands here"),
        (CHILD, _after('    "\\u202ename": x'), "the character U+202E RIGHT-TO-LEFT OVERRIDE stands here"),
        (SEX, lambda text: text.replace("female,", "female,\u2066"), "the character U+2066 LEFT-TO-RIGHT ISOLATE"),
        (SEX, lambda text: text.replace("female,", "female,\x07"), "the character U+0007"),
        (CHILD, _written(""), "this file is empty"),
        (SEX, _written(""), "this file is empty"),
        (SEX, lambda text: text.replace("female,", "fe male,"), "'fe male' cannot be a code: no spaces"),
        (INDICATORS, _rule("when: i15 OR tobacco = 'yes'"), "indicators look at each other in a circle: i15"),
        (INDICATORS, _rule("when: !!python/name:os.system x"), "YAML tags (!name) are not used here; take it out"),
        (INDICATORS, _rule("when: tobacco = ’yes’"), "’ is no quotation mark of a rule"),
    ],
)
def test_a_slip_is_named_in_both_languages(own: Path, file: str, change: Callable[[str], str], message: str) -> None:
    path = own / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    named = [problem for problem in judged(own).problems if message in in_english(problem)]
    assert [problem.file for problem in named[:1]] == [file]
    words = fault_sentence(named[0].fault, "th")
    assert THAI.search(re.sub(r"'[^']*'", "", words)), words
    assert message not in words


def test_who_uses_it_is_told_in_thai_as_well(own: Path) -> None:
    """Not only `schema check`: every command that is given the folder names the first problem."""
    (own / "risk.yaml").write_text("", "utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_survey(own)
    assert "risk.yaml:1: ไฟล์นี้ว่างเปล่า" in sentence(refused.value, "th")
    assert "risk.yaml:1: this file is empty" in sentence(refused.value, "en")


def test_indicators_that_look_at_each_other_are_all_named(own: Path) -> None:
    """3 looks at 15 and 15 at 3: neither could ever be decided."""
    path = own / INDICATORS
    text = path.read_text("utf-8").replace("in_school = 'none'", "i15").replace("tobacco = 'yes'", "i03")
    path.write_text(text, "utf-8")
    messages = [in_english(problem) for problem in judged(own).problems if "circle" in in_english(problem)]
    assert messages == ["indicators look at each other in a circle: i03, i15"] * 2


@pytest.mark.parametrize(
    "line", ["    since: null\n    until: null\n    formerly: null", "    since: ๒๕๖๙", '    since: "2569"']
)
def test_nothing_at_all_and_thai_digits_are_understood(own: Path, line: str) -> None:
    path = own / CHILD
    path.write_text(_after(line)(path.read_text("utf-8")), "utf-8")
    done = judged(own)
    assert done.problems == []
    assert done.survey is not None
    tobacco = done.survey.fields["tobacco"]
    assert (tobacco.since, tobacco.until, tobacco.formerly) == (None if "null" in line else 2026, None, ())


def test_a_code_list_that_a_spreadsheet_saved_is_read(own: Path) -> None:
    """It puts a byte order mark first, and ends lines in its own way."""
    path = own / SEX
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert judged(own).problems == []


@pytest.mark.parametrize(
    ("file", "slip", "message"),
    [
        # A number in Thai digits: that plans and rules know no indicator 3 is no further fault.
        (
            INDICATORS,
            ("- number: 3\n", "- number: ๓\n"),
            "indicators.๓.number: this must be a whole number in the digits",
        ),
        (LIMITS, ("name: school_age_to\n", "name: [school_age_to]\n"), "name: this must be a text"),
        (SEX, None, "this list has no answers; write one on each line"),
        # Of two checks with one name, the first would never speak.
        (CHECKS, ("  - id: code\n", "  - id: required\n"), "the check 'required' stands twice"),
        (RISK, ("circumstances:\n", "circumstance:\n"), "circumstance: nothing of this name is read here"),
    ],
)
def test_a_slip_is_named_and_not_what_follows_of_it(
    own: Path, file: str, slip: tuple[str, str] | None, message: str
) -> None:
    if slip is None:
        path = own / file
        path.write_text(f"{path.read_text('utf-8').splitlines()[0]}\n", "utf-8")
    else:
        change_file(own, file, *slip)
    others = {"the check 'code' is missing", "calls for help"} if file in (CHECKS, RISK) else set()
    problems = [problem for problem in judged(own).problems if not any(word in in_english(problem) for word in others)]
    assert [(problem.file, message in in_english(problem)) for problem in problems] == [(file, True)]
