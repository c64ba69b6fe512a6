"""How a child is recognised again is a part of the definition: a province's own words, sounds and limits hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from cpms_cli.linking.names.name_forms import bare_name, folded_name
from cpms_cli.linking.names.phones import script_name, spoken_code
from cpms_cli.survey.messages import problem_line
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import proved
from tests.conftest import Cpms, Draw, in_english
from tests.definitions import change_file, copy_definition
from tests.families import at_home, child, linked, village


def _own(folder: Path, file: str, old: str, new: str) -> LinkingSettings:
    change_file(copy_definition(folder), file, old, new)
    survey, problems = proved(folder)
    assert problems == []
    assert survey
    return survey.linking


Compared = Callable[[LinkingSettings], str]
# What is changed (file, text, its new text), what is compared, and what it is under the shipped and one's own settings.
CHANGES: dict[str, tuple[str, str, str, Compared, str, str]] = {
    "a title": (
        "linking.yaml",
        "titles: [\n",
        "titles: [\n  คุณหนู,\n",
        lambda settings: folded_name("คุณหนูมานี", settings),
        "คุณหนูมานี",
        "มานี",
    ),
    "what is no name": (
        "linking.yaml",
        "placeholders: [\n",
        "placeholders: [\n  tentative,\n",
        lambda settings: folded_name("tentative", settings),
        "tentative",
        "",
    ),
    "a word of respect": (
        "names/prefixes.yaml",
        "[thao, tao,",
        "[thao, tao, xay,",
        lambda settings: bare_name(["xay", "somchai"], settings),
        "xaysomchai",
        "somchai",
    ),
    "a vowel": (
        "names/latin.yaml",
        '- ["au(?=n)", oa]',
        '- ["au(?=n)", uu]',
        lambda settings: spoken_code("aun", settings),
        "oan",
        "uun",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_word_or_a_sound_of_ones_own_holds(tmp_path: Path, what: str) -> None:
    file, old, new, compared, shipped, own = CHANGES[what]
    assert compared(load_survey().linking) == shipped
    assert compared(_own(tmp_path / "own", file, old, new)) == own


def test_a_script_of_ones_own_is_read(tmp_path: Path) -> None:
    # Tamil: ka, ma, and the vowel signs of i and u; a consonant without a sign is said with a.
    folder = copy_definition(tmp_path / "own")
    (folder / "names" / "tamil.yaml").write_text(
        'letters: "\\u0b80-\\u0bff"\nframe: "V"\nbegins: {k: [க], m: [ம]}\n'
        'vowels:\n  - ["Cி", ii]\n  - ["Cு", uu]\n  - ["C", aa]\n',
        "utf-8",
    )
    survey, problems = proved(folder)
    assert problems == []
    assert survey
    assert script_name("குமி", survey.linking) == "tamil"
    assert spoken_code("குமி", survey.linking) == "KkuuMmii"
    assert script_name("குமி", load_survey().linking) == "other"


def test_a_definition_from_before_a_level_was_known_is_whole_without_it(tmp_path: Path) -> None:
    folder = copy_definition(tmp_path / "own")
    lines = (folder / "linking.yaml").read_text("utf-8").splitlines(keepends=True)
    older = "".join(line for line in lines if not line.startswith("    close:"))
    older = older.replace("close: 0.01, differs: 0.83}", "differs: 0.84}")
    older = older.replace("differs: {m: 0.005, u: 0.8898", "differs: {m: 0.02, u: 0.9298")
    (folder / "linking.yaml").write_text(older, "utf-8")
    survey, problems = proved(folder)
    assert problems == []
    assert survey
    rows = [child(2025, "สมชาย", born="2016"), child(2026, "สมชาย", born="2017"), *village((2025, 2026))]
    assert linked(rows, survey.linking).cluster[1] == 1


@pytest.mark.parametrize(("automatic", "is_linked"), [(0.98, True), (0.999999999999, False)])
def test_the_line_between_sure_and_doubtful_is_the_definitions(automatic: float, is_linked: bool) -> None:
    settings = load_survey().linking.model_copy(update={"automatic": automatic})
    names = {2025: "Somchai", 2026: "Somchaay"}  # said alike
    rows = [*village((2025, 2026)), *(child(round_, name, **at_home(90)) for round_, name in names.items())]
    cluster = linked(rows, settings).cluster
    assert (cluster[-1] == cluster[-2]) == is_linked


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("linking.yaml", "automatic: 0.98", "automatic: 0.5", "this must be above 0.5"),
        ("linking.yaml", "review: 0.60", "review: 0.999", "review must be under automatic"),
        ("linking.yaml", "    exact: {m: 0.90, u: 0.02,", "    exact: {m: 0.80, u: 0.02,", "add up to"),
        ("linking.yaml", "  nickname:\n", "  byname:\n", "there is no comparison 'byname'"),
        ("linking.yaml", "    village: {m: 0.05", "    hamlet: {m: 0.05", "'place' has the levels home, house, vil"),
        ("linking.yaml", "th: เพศเดียวกัน", "th: same", "no Thai letter"),
        ("names/karen.yaml", "alphabet_of: myanmar", "alphabet_of: burmese", "there is no script 'burmese'"),
        ("names/latin.yaml", '  - ["au(?=n)", oa]', '  - ["au(?=n)", xx]', "no code of a vowel"),
        ("names/latin.yaml", '  - ["au(?=n)", oa]', '  - ["au(?=n", oa]', "not a regular expression"),
        ("names/latin.yaml", '  - ["au(?=n)", oa]', '  - ["(a+)+u", oa]', "must not repeat"),
        ("names/lao.yaml", "ກ: ก,", "ກກ: ก,", "is not one letter"),
        ("names/thai.yaml", "  ng: [ง]", "  gn: [ง]", "ng"),
    ],
)
def test_a_slip_is_named_with_file_and_line(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = copy_definition(tmp_path / "own")
    change_file(folder, file, old, new)
    problems = proved(folder)[1]
    assert any(problem.file == file and problem.line >= 1 and says in in_english(problem) for problem in problems), (
        problems
    )


def test_a_merge_recognises_by_the_definition_that_it_is_given(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Two years, one child: what stands before the name in the second year is a title only for those who say so."""
    change_file(copy_definition(tmp_path / "own"), "linking.yaml", "titles: [\n", "titles: [\n  xaysana,\n")
    same = {"birth_date": "2015-03-02", "mother_name": "Daw Aye", "sex": "male", "national_id": "", "family_name": ""}
    names = {2025: "Kyaw Zin Thant", 2026: "Xaysana Kyaw Zin Thant"}
    files = [
        draw(
            {**same, "given_name": name, "round": str(round_), "interview_date": f"{round_}-03-01"},
            name=f"{round_}.csv",
        )
        for round_, name in names.items()
    ]
    schemas: dict[str, tuple[object, ...]] = {"shipped": (), "own": ("--schemas", tmp_path / "own")}
    children: dict[str, int] = {}
    for definition, words in schemas.items():
        store = tmp_path / f"{definition}.duckdb"
        for file in files:
            assert cpms("merge", file, "--store", store, *words).code == 0
        with duckdb.connect(str(store), read_only=True) as connection:
            row = connection.execute("SELECT count(DISTINCT cpms_id) FROM current_child").fetchone()
        children[definition] = row[0] if row else 0
    assert children == {"shipped": 2, "own": 1}


def test_a_file_of_names_that_is_gone_is_named(tmp_path: Path) -> None:
    own = copy_definition(tmp_path / "own")
    (own / "names" / "karen.yaml").unlink()
    assert [problem_line(problem, "en") for problem in proved(own)[1]] == [
        "names/karen.yaml:1: this file is missing; take it from a new copy (cpms schema new)"
    ]
