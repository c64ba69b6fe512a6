"""`cpms schema`: a definition of one's own, begun, changed, held against another, and used without Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from cpms_cli.survey.comparing.changes import definition_changes
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import NUMBERS, ROOT, Cpms, Draw
from tests.definitions import change_file, copy_definition

SCHEMAS = ROOT / "schemas"
VILLAGE = "85010501"
Change = Callable[[str, str, str], int]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


@pytest.fixture
def change(own: Path) -> Change:
    return partial(change_file, own)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_new_copies_every_file_of_the_shipped_definition(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("schema", "new", tmp_path / "ours")
    assert (ran.code, ran.err) == (0, "")
    assert f"cpms schema check {tmp_path / 'ours'}" in ran.out, "the next command to type"
    assert _files(tmp_path / "ours") == _files(SCHEMAS)
    (tmp_path / "empty").mkdir()
    assert cpms("schema", "new", tmp_path / "empty").code == 0


def test_new_writes_over_nothing(cpms: Cpms, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine", "utf-8")
    ran = cpms("schema", "new", tmp_path / "notes")
    assert ran.code == 2 and "the folder is not empty" in ran.err
    assert _files(tmp_path / "notes") == {"a.txt": b"mine"}
    ran = cpms("schema", "new", tmp_path / "notes" / "a.txt")
    assert ran.code == 2 and "is a file" in ran.err
    ran = cpms("schema", "new", tmp_path / "notes" / "a.txt" / "below")
    assert ran.code == 2 and "cannot be written" in ran.err


def test_the_shipped_definition_differs_in_nothing_from_its_copy(cpms: Cpms, own: Path) -> None:
    for order in (("shipped", own), (own, "shipped")):
        ran = cpms("schema", "diff", *order)
        assert (ran.code, ran.out) == (0, "The two definitions ask, mean and say the same.\n")
    assert cpms("schema", "diff", own, "shipped", "--format", "json").json["changes"] == []


QUESTION = """  - name: sleeps_hungry
    topic: care
    type: string
    codelist: yes_no
    since: 2570
    label: {en: Goes to bed hungry, th: เข้านอนทั้งที่หิว}
    question: {en: "Did the child go to bed hungry in the last week?", th: สัปดาห์ที่ผ่านมาเด็กเข้านอนทั้งที่หิวหรือไม่}
    headers: [Goes to bed hungry, เข้านอนทั้งที่หิว]
"""
INDICATOR = """  - number: 101
    name: {en: Goes to bed hungry, th: เข้านอนทั้งที่หิว}
    definition: {en: The child went to bed hungry in the last week., th: เด็กเข้านอนทั้งที่หิวในสัปดาห์ที่ผ่านมา}
    level: child
    when: sleeps_hungry = 'yes'
    source: "P: our province"
"""


def _add_a_question(change: Change) -> None:
    change("child.yaml", "  - name: left_alone\n", QUESTION + "  - name: left_alone\n")
    change("translations/my.yaml", "\nfields:\n", "\nfields:\n  sleeps_hungry: {label: ဗိုက်ဆာ, question: ဗိုက်ဆာပါသလား။}\n")
    change("examples/indicators.yaml", "services_received: none,\n", 'services_received: none, sleeps_hungry: "no",\n')


def _differences(cpms: Cpms, own: Path) -> dict[tuple[str, str, str, str], tuple[object, object]]:
    ran = cpms("schema", "diff", "shipped", own, "--format", "json")
    assert ran.code == 0, ran.err
    return {
        (change["part"], change["kind"], change["name"], change["aspect"]): (change["before"], change["after"])
        for change in ran.json["changes"]
    }


def test_diff_tells_what_questions_and_codes_become(cpms: Cpms, own: Path, change: Change) -> None:
    _add_a_question(change)
    change("child.yaml", "  - name: other_name\n", "  - name: nickname\n    formerly: other_name\n")
    change("checks.yaml", "left(other_name, 1)", "left(nickname, 1)")
    named = "fields: [given_name, family_name, {}, mother_name]"
    change("checks.yaml", named.format("other_name"), named.format("nickname"))
    change("child.yaml", "    asked: age < $unwatched_age\n", "    asked: false\n")
    change("child.yaml", "maximum: 52}", "maximum: 60}")
    change("household.yaml", "label: {en: Dwelling, ", "label: {en: Where the family lives, ")
    change("household.yaml", "headers: [Dwelling, ", "headers: [Where the family lives, Dwelling, ")
    lines = (own / "codelists/dwelling.csv").read_text("utf-8").splitlines()
    lines = [f"{line},{'formerly' if line.startswith('code,') else ''}" for line in lines]
    lines = [line.replace("own,", "owned,", 1) + "own" if line.startswith("own,") else line for line in lines]
    lines = [line.replace("|own|", "|") if line.startswith("owned,") else line for line in lines]
    lines.insert(3, "tent,Tent,เต็นท์,,Tent|เต็นท์,")
    text = "\n".join(line for line in lines if not line.startswith("relative,")) + "\n"
    (own / "codelists/dwelling.csv").write_text(text, "utf-8")
    my = (own / "translations/my.yaml").read_text("utf-8")
    my = my.replace("  other_name: ", "  nickname: ").replace("  dwelling: {own: ", "  dwelling: {tent: တဲ, owned: ")
    (own / "translations/my.yaml").write_text(my.replace("relative: ဆွေမျိုးအိမ်, ", ""), "utf-8")
    differences = _differences(cpms, own)
    before, after = differences.pop(("check", "changed", "name_is_formula", "rule"))
    assert ("other_name" in str(before), "nickname" in str(after)) == (True, True)
    assert differences == {
        ("question", "added", "sleeps_hungry", ""): (None, None),
        ("question", "renamed", "nickname", "name"): ("other_name", "nickname"),
        ("question", "turned_off", "left_alone", ""): (None, None),
        ("question", "changed", "moves_last_12m", "maximum"): ("52", "60"),
        ("question", "changed", "dwelling", "label"): (
            {"en": "Dwelling", "th": "ลักษณะที่อยู่อาศัย"},
            {"en": "Where the family lives", "th": "ลักษณะที่อยู่อาศัย"},
        ),
        ("code", "added", "dwelling: tent", ""): (None, None),
        ("code", "retired", "dwelling: relative", ""): (None, None),
        ("code", "renamed", "dwelling: owned", "name"): ("dwelling: own", "dwelling: owned"),
        # A label is a header as well; of the code, its own former name is no spelling any more.
        ("question", "changed", "dwelling", "headers"): (None, "Where the family lives"),
        ("code", "changed", "dwelling: owned", "spellings"): ("own", None),
        # Of the settings, which stand under their file, the last added and the last retired one.
        ("setting", "added", "translations/my.yaml", ""): (None, "ကိုယ်ပိုင်အိမ်"),
        ("setting", "retired", "translations/my.yaml", ""): ("ဆွေမျိုးအိမ်", None),
    }
    english, thai = (cpms("schema", "diff", "shipped", own, "--lang", lang).out for lang in ("en", "th"))
    assert "sleeps_hungry" in english and "Goes to bed hungry" in english and "turned off" in english
    assert "เข้านอนทั้งที่หิว" in thai and "ปิดไม่ถาม" in thai and "เปลี่ยน: สูงสุด" in thai
    assert f"\n21 changes from the shipped definition to {own}." in english
    back = {(change["kind"], change["name"]) for change in _back(cpms, own)}
    assert {("retired", "sleeps_hungry"), ("turned_on", "left_alone"), ("added", "dwelling: relative")} <= back


def _back(cpms: Cpms, own: Path) -> list[dict[str, str]]:
    changes: list[dict[str, str]] = cpms("schema", "diff", own, "shipped", "--format", "json").json["changes"]
    return changes


def test_diff_tells_what_indicators_levels_and_checks_become(cpms: Cpms, own: Path, change: Change) -> None:
    _own_indicator(own, change)
    change(
        "indicators.yaml",
        "    when: member_violent = 'yes'\n",
        "    when: member_violent = 'yes' OR member_hurt = 'yes'\n",
    )
    change("limits.yaml", "- name: dangers_from\n    value: 5\n", "- name: dangers_from\n    value: 4\n")
    change("rights.yaml", "  - id: birth_registration\n", "  - id: health_cover\n")
    differences = _differences(cpms, own)
    assert differences["indicator", "added", "101", ""] == (None, None)
    rule = "member_violent = 'yes'"
    assert differences["indicator", "changed", "19", "rule"] == (rule, f"{rule} OR member_hurt = 'yes'")
    before, after = differences["level", "changed", "high_risk", "rule"]
    assert str(before).endswith("dangers >= 5") and str(after).endswith("dangers >= 4")
    assert {("right", "added", "health_cover", ""), ("right", "retired", "birth_registration", "")} <= set(differences)


def test_a_definition_that_does_not_hold_is_not_compared(cpms: Cpms, own: Path, change: Change) -> None:
    change("risk.yaml", "      OR dangers >= $dangers_from\n", "      OR dangers >= $dangers_from AND\n")
    for order in (("shipped", own), (own, "shipped")):
        ran = cpms("schema", "diff", *order)
        assert ran.code == 2 and "risk.yaml:" in ran.err
    ran = cpms("schema", "diff", "shipped", own / "nowhere")
    assert ran.code == 2 and "nowhere" in ran.err


def _own_indicator(own: Path, change: Change) -> None:
    _add_a_question(change)
    text = (own / "indicators.yaml").read_text("utf-8")
    (own / "indicators.yaml").write_text(text + INDICATOR, "utf-8")
    change("activities.yaml", "    indicators: [16]\n", "    indicators: [16, 101]\n")


def test_an_indicator_of_a_provinces_own_goes_all_the_way(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Copied, added, checked, scored, counted, listed, reported; it counts towards "at risk" by itself."""
    own = tmp_path / "own"
    assert cpms("schema", "new", own).code == 0
    _own_indicator(own, partial(change_file, own))
    ran = cpms("schema", "check", own)
    assert 'indicator 101 needs an example that expects "yes" and one that expects "no"' in ran.out
    first = "levels:\n  - {title: nothing is wrong"
    case = (
        '  - {number: 101, answers: {round: 2027, interview_date: "2027-11-15", sleeps_hungry: "%s"}, expect: "%s"}\n'
    )
    cases = "".join(case % (answer, answer) for answer in ("yes", "no"))
    change_file(own, "examples/indicators.yaml", first, cases + first)
    ran = cpms("schema", "check", own)
    assert ran.code == 0, ran.out
    assert f"{len(NUMBERS) + 1} indicators" in ran.out
    asked = {"round": 2027, "interview_date": "2027-11-15"}  # the first round that asks it
    rows = [{**asked, "household_no": number, "sleeps_hungry": "yes" if number == 2 else "no"} for number in (1, 2, 3)]
    file, store = draw(*rows), tmp_path / "store.duckdb"
    use = ("--store", store, "--schemas", own)
    merged = cpms("merge", file, *use)
    assert merged.code == 0, merged.err + merged.out
    assert cpms("score", *use, "-o", tmp_path / "scores.csv").code == 0
    scores = pd.read_csv(tmp_path / "scores.csv", dtype="str").set_index("household_no")
    assert scores["i101"].to_dict() == {"1": "no", "2": "yes", "3": "no"}
    assert scores["level"].to_dict() == {"1": "none_found", "2": "at_risk", "3": "none_found"}
    counted = cpms("indicator", 101, *use)
    assert counted.code == 0 and "101 Goes to bed hungry" in counted.out
    listed = cpms("children", "--indicator", 101, *use, "--format", "json")
    assert [child["household_no"] for child in listed.json["children"]] == ["2"]
    assert "101 Goes to bed hungry" in cpms("children", *use).out
    report = cpms("report", "community", VILLAGE, "-o", tmp_path / "report.html", *use, "--lang", "th")
    assert report.code == 0, report.err
    assert "101 เข้านอนทั้งที่หิว" in (tmp_path / "report.html").read_text("utf-8")
    refused = cpms("indicator", 102, *use)
    assert refused.code == 2 and f"they are numbered 1-{len(NUMBERS)}, 101." in refused.err


NO_NUMBERS = [
    ("  - number: 22\n", "  - number: 23\n", "there can be no indicator 23"),
    ("  - number: 20\n", "  - number: 100\n", "your own begin at 101"),
    ("  - number: 18\n", "  - number: 17\n", "indicator 17 stands after 17"),
    ("  - number: 16\n", "  - number: 16\n    since: 2569\n    until: 2567\n", "until 2024 lies before since 2026"),
]


def test_a_number_that_an_indicator_cannot_have(cpms: Cpms, own: Path, change: Change) -> None:
    for old, new, _ in NO_NUMBERS:
        change("indicators.yaml", old, new)
    ran = cpms("schema", "check", own)
    assert ran.code == 1
    text = (own / "indicators.yaml").read_text("utf-8")
    for _, new, message in NO_NUMBERS:
        first = text[: text.rindex(new)].count("\n") + 1
        named = [line for line in ran.out.splitlines() if message in line]
        assert any(line.startswith(f"indicators.yaml:{first + more}: ") for line in named for more in range(3)), ran.out


def test_an_indicator_is_retired(cpms: Cpms, draw: Draw, own: Path, change: Change, tmp_path: Path) -> None:
    """From the round after its last one on it applies to nobody, and no level hangs on it."""
    change("indicators.yaml", "  - number: 12\n", "  - number: 12\n    until: 2568\n")
    then = {"round": 2025, "interview_date": "2025-11-15"}
    answers = {"violent_behaviour": "yes"}
    file = draw({"household_no": 1, **answers, **then}, {"household_no": 2, **answers})
    store = tmp_path / "store.duckdb"
    use = ("--store", store, "--schemas", own)
    assert cpms("merge", file, *use).code == 0
    assert cpms("score", *use, "-o", tmp_path / "scores.csv").code == 0
    scores = pd.read_csv(tmp_path / "scores.csv", dtype="str", keep_default_na=False).set_index("round")
    assert scores["i12"].to_dict() == {"2025": "yes", "2026": "n/a"}
    assert scores["level"].to_dict() == {"2025": "at_risk", "2026": "none_found"}


def test_levels_and_circumstances_are_a_provinces_own(
    cpms: Cpms, draw: Draw, own: Path, change: Change, tmp_path: Path
) -> None:
    """Here a parent away is a mere circumstance, and grave where a child has been hungry: both by the folder alone."""
    _own_indicator(own, change)
    last = "      OR dangers >= $dangers_from\n"
    change("risk.yaml", last, f"{last}      OR (i101 AND i09)\n")
    nine = "    name: {en: Parents migrated away, th: บิดามารดาย้ายไปทำงานที่อื่น}\n"
    change("indicators.yaml", nine, f"{nine}    circumstance: true\n")
    entry = "  - id: parents\n    indicator: 9\n    help: {en: visits of the parents, th: การเยี่ยมของบิดามารดา}\n"
    change("risk.yaml", "circumstances:\n", f"circumstances:\n{entry}    source: P\n")
    same = {"round": 2027, "interview_date": "2027-11-15", "parent_away_work": "mother", "mother_home": "no"}
    rows = [
        {**same, "household_no": 1, "sleeps_hungry": "no"},
        {**same, "household_no": 2, "sleeps_hungry": "yes"},
    ]
    store = tmp_path / "store.duckdb"
    use = ("--store", store, "--schemas", own)
    assert cpms("merge", draw(*rows), *use).code in (0, 1)
    assert cpms("score", *use, "-o", tmp_path / "scores.csv").code == 0
    scores = pd.read_csv(tmp_path / "scores.csv", dtype="str").set_index("household_no")
    assert scores["level"].to_dict() == {"1": "at_risk", "2": "high_risk"}


@pytest.mark.parametrize(
    ("file", "old", "new", "part", "name", "place"),
    [
        ("linking.yaml", "automatic: 0.98", "automatic: 0.999", "setting", "linking.yaml", "automatic"),
        ("summaries.yaml", "many_unknown: 0.2 ", "many_unknown: 0.3 ", "setting", "summaries.yaml", "many_unknown"),
        ("fairness.yaml", "  - id: sex\n", "  - id: gender\n", "setting", "fairness.yaml", "groups.gender.field"),
        ("names/prefixes.yaml", "[thao, tao,", "[thao, tao, xay,", "setting", "linking.yaml", "names.prefixes"),
        ("areas/districts.csv", "8501,85,Mueang Ranong", "8501,85,Muang Ranong", "area", "8501", ""),
        ("titles.csv", "เด็กชาย,male,yes\n", "เด็กชาย,male,yes\nพ่อหนุ่ม,male,yes\n", "title", "พ่อหนุ่ม", ""),
    ],
)
def test_whatever_a_definition_says_otherwise_is_named(
    tmp_path: Path, file: str, old: str, new: str, part: str, name: str, place: str
) -> None:
    folder = copy_definition(tmp_path / "own")
    change_file(folder, file, old, new)
    changes = definition_changes(load_survey(), _read(folder))
    assert {(change.part, change.name) for change in changes} == {(part, name)}
    assert any(place in change.label.en for change in changes)


def _read(folder: Path) -> Survey:
    survey = read_survey(Reader(folder))
    assert survey
    return survey


@pytest.mark.parametrize("words", [("explain", "13"), ("codebook",), ("template", "-o", "form.xlsx")])
def test_a_store_that_is_named_and_is_not_there_is_refused(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Whoever names a store wants the definition that it follows; where none is named, none has to be there."""
    monkeypatch.chdir(tmp_path)
    ran = cpms(*words, "--store", "ranong.duckdb")
    assert (ran.code, ran.out) == (2, "")
    assert "ranong.duckdb: there is no store here yet. Make one: cpms merge FILE --store ranong.duckdb" in ran.err
    (tmp_path / "text.duckdb").write_text("this is no store\n" * 1000)
    assert cpms(*words, "--store", "text.duckdb").code == 2
    assert not (tmp_path / "form.xlsx").exists()
    assert cpms(*words, "--store", "cpms.duckdb").code == 0


def test_a_broken_definition_is_told_alike_by_whoever_uses_it(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """A rule that cannot be read, in a file whose name comes after that of the examples: `schema check` alone runs
    those, and so knows of more. The first problem is the same, and nobody counts what another counts otherwise."""
    own = copy_definition(tmp_path / "own")
    line = change_file(own, "rights.yaml", "    has: i16\n", "    has: i16 AND\n")
    change_file(own, "examples/indicators.yaml", "dwelling: own,", "dwelling: castle,")
    checked = cpms("schema", "check", own)
    first = checked.out.splitlines()[0]
    assert first == f"rights.yaml:{line}: the rule breaks off after 'AND'"
    store = tmp_path / "s.duckdb"
    for words in (("merge", draw({}), "--schemas", own), ("schema", "use", own), ("children", "--schemas", own)):
        ran = cpms(*words, "--store", store)
        assert ran.code == 2
        assert f"The first problem: {first}. All of them: cpms schema check {own}" in ran.err, words
        assert "problems in the definition" not in ran.err
    assert not store.exists()
