"""Help and refusals speak Thai: the catalogue is complete, and no English is left but what one types."""

from __future__ import annotations

import gettext
import io
import re

import pytest
from babel.messages.pofile import read_po
from rich.cells import cell_len

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.cli.help.help_translation import translated_sentence
from cpms_cli.reports.line_breaking import wrapped
from cpms_cli.survey.proposals.word_borders import broken_scripts, words_of
from scripts import catalogue
from tests.conftest import Cpms

# Names of formats, programs and techniques that Thai offices write in Latin letters.
NAMES = {
    *("postgresql", "host", "database", "server", "pgpassword", "pgpassfile"),  # words of an address, and of libpq
    *("apache", "spark", "java", "duckdb", "pip", "install"),
    "csv",
    "json",
    "xlsx",
    "parquet",
    "text",
    "flat",
    "two",
    "sheet",
    "xlsform",
    "kobotoolbox",
    "odk",
    "excel",
    "cpms",
    "aes",
    "html",
    "pdf",
    "docx",
    "enter",
    "en",
    "th",
    "my",
    "hxl",
    "dhis",
    "spss",
    "frictionless",
    "data",
    "package",
}
# Codes of the definition that a help gives as examples.
EXAMPLES = {"household", "victim", "worker", "education", "sex", "village", "public", "shipped"}


def _english(text: str, codes: set[str]) -> set[str]:
    """Latin words of a text that are no codes: neither an option, a variable, a command line nor a known name."""
    plain = re.sub(r"""`[^`]*`|--?[\w-]+|CPMS_\w+|\w*\.\w+|'[^']*'|"[^"]*"|\bcpms [a-z-]+|\w+_\w+""", " ", text)
    return {word for word in re.findall(r"\b[A-Za-z]{2,}\b", plain) if word.lower() not in NAMES | EXAMPLES | codes}


def test_the_catalogue_says_all_that_the_commands_say_and_nothing_else() -> None:
    assert catalogue.faults(catalogue.read()) == []


def test_the_compiled_catalogue_is_that_of_its_source() -> None:
    with catalogue.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    translations = {str(message.id): str(message.string) for message in catalogue.read() if message.id}
    assert {text: compiled.gettext(text) for text in translations} == translations


@pytest.mark.parametrize(
    ("text", "change", "fault"),
    [
        ("Show the version.", ("", ()), "no Thai: Show the version."),
        ("Show the version.", ("Version", ()), "no Thai: Show the version."),
        ("Show the version.", ("แสดงรุ่น", ("fuzzy",)), "doubtful: Show the version."),
        ("Missing option {name}.", ("ยังไม่ได้ระบุ {nam}", ()), "other codes: Missing option {name}."),
        ("Nobody says this.", ("ไม่มีใครพูด", ()), "not said any more: Nobody says this."),
    ],
)
def test_a_fault_of_the_catalogue_is_named(text: str, change: tuple[str, tuple[str, ...]], fault: str) -> None:
    catalog = catalogue.read()
    catalog.delete(text)
    assert [fault_line for fault_line in catalogue.faults(catalog) if text in fault_line] in ([f"missing: {text}"], [])
    catalog.add(text, change[0], flags=change[1])
    assert catalogue.faults(catalog) == [fault]


def test_extraction_keeps_translations_and_leaves_new_texts_empty() -> None:
    before = catalogue.read()
    kept = str(before["Options"].string)
    before.delete("Commands")
    after = catalogue.updated(before)
    assert (after["Options"].string, after["Commands"].string) == (kept, "")
    assert read_po(io.BytesIO(catalogue.po_bytes(after)), locale="th")["Options"].string == kept


def test_help_of_every_command_is_thai_but_for_what_one_types(cpms: Cpms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    paths = [path.split()[1:] for path, _ in commands_below(guarded(app))]
    commands = {word for path in paths for word in path}
    english = {tuple(path): cpms(*path, "--help").out for path in paths}
    monkeypatch.setenv("CPMS_LANG", "th")
    for path in paths:
        help_text = cpms(*path, "--help").out
        assert help_text.startswith("วิธีใช้: cpms"), path
        assert max(map(cell_len, help_text.splitlines())) <= 80, path
        typed = [line for line in help_text.splitlines() if line.startswith("    ") and line.strip().isascii()]
        assert set(map(str.strip, typed)) >= set(_examples(english[tuple(path)])), path
        rest = "\n".join(line for line in help_text.splitlines() if line not in typed)
        assert _english(rest, commands) == set(), path


def _examples(help_text: str) -> list[str]:
    return [line.strip() for line in help_text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()]


def test_the_option_asks_for_thai_as_the_variable_does_and_english_stays(cpms: Cpms) -> None:
    english = cpms("validate", "--help").out
    assert english.startswith("Usage: cpms validate [OPTIONS]")
    assert "ตัวอย่าง:" in cpms("validate", "--help", "--lang", "th").out
    assert "ตัวอย่าง:" in cpms("validate", "--lang=th", "-h").out
    assert cpms("validate", "--help").out == english


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["validate"], "ยังไม่ได้ระบุ 'ไฟล์...'"),
        (["template"], "ยังไม่ได้ระบุตัวเลือก '--output' / '-o'"),
        (["validate", "x.csv", "--anotate", "y"], "ไม่มีตัวเลือก --anotate (ตัวเลือกที่ใกล้เคียง: --annotate)"),
        (["score", "--zzz"], "ไม่มีตัวเลือก --zzz"),
        (["valdate"], "ไม่มีคำสั่ง 'valdate' หมายถึง 'validate' หรือไม่"),
        (["qqq"], "ไม่มีคำสั่ง 'qqq'"),
        (["score", "more"], "มีคำที่เกินมา (more)"),
        (["overlap", "--top", "x"], "ค่าของ '--top' ไม่ถูกต้อง: ต้องเป็นจำนวนเต็ม"),
        (["overlap", "--top", "0"], "ค่าของ '--top' ไม่ถูกต้อง: ต้องไม่น้อยกว่า 1"),
        (["score", "--store"], "ตัวเลือก '--store' ต้องมีค่าตามหลัง"),
        (["children", "--identified=yes"], "ตัวเลือก '--identified' ไม่รับค่า"),
    ],
)
def test_refusals_of_the_parser_are_thai(
    cpms: Cpms, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str
) -> None:
    monkeypatch.setenv("CPMS_LANG", "th")
    ran = cpms(*words)
    assert (ran.code, ran.out) == (2, "")
    *usage, last = ran.err.splitlines()
    assert last == f"ข้อผิดพลาด: {expected}"
    # Of an option's missing or needless value the parser says neither usage nor hint, in any language.
    assert [line.partition("cpms")[0] for line in usage] in (["วิธีใช้: ", "ดูวิธีใช้ด้วยคำสั่ง '", ""], [])


def test_a_sentence_nobody_knows_is_told_as_it_is() -> None:
    assert translated_sentence("Error: the moon is full", "th") == "ข้อผิดพลาด: the moon is full"


def test_lines_break_at_spaces_and_never_between_a_letter_and_its_mark() -> None:
    assert wrapped("กี่ครั้ง ที่นี่ --annotate", 10) == ["กี่ครั้ง ที่นี่", "--annotate"]
    text = "ที่นี่มีผู้ใหญ่ที่ดูแลเด็กเล็กอยู่" * 3
    lines = wrapped(text, 12)
    assert "".join(lines) == text
    assert max(map(cell_len, lines)) <= 12
    assert not any(re.match("[\u0e30-\u0e3a\u0e47-\u0e4e]", line) for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("เยี่ยมบ้านและคุ้มครองความปลอดภัยทันที", 20, ["เยี่ยมบ้านและคุ้มครอง", "ความปลอดภัยทันที"]),
        ("(ถูกทำร้ายร่างกาย, ถูกทำร้ายจิตใจ)", 13, ["(ถูก", "ทำร้ายร่างกาย,", "ถูกทำร้ายจิตใจ)"]),
        ("ระดับ 'เสี่ยงสูง' ในรอบ 2569", 12, ["ระดับ 'เสี่ยง", "สูง' ในรอบ", "2569"]),
        # What is in no list of words, as a name, is kept whole while a line can hold it.
        ("บ้านเลขที่ 5 ซฮวฮวซ", 14, ["บ้านเลขที่ 5", "ซฮวฮวซ"]),
    ],
)
def test_thai_lines_break_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


def test_the_words_of_our_own_sentences_are_known() -> None:
    """Letters that are in no word of the list are one in a hundred at most: who writes sentences of new words adds
    them to cpms_cli/locales/th/words.txt."""
    script = broken_scripts()[0]
    po = catalogue.read()
    runs = [run for message in po if message.id for run in re.findall("[\u0e01-\u0e5b]+", str(message.string))]
    words = [word for run in runs for word in words_of(run, script)]
    strange = [word for word in words if word not in script.words and len(word) > 1]
    assert sum(map(len, strange)) < 0.01 * sum(map(len, words)), sorted(set(strange))
