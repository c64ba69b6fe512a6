"""Makes `docs/reference/` from the definition and from what every command says of itself: `python run.py docs`.

`--check` writes nothing, names each page that is not as it would be made now, and ends with 1.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from cpms_cli.cli.guard import guarded
from cpms_cli.cli.main import app, main

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
CODEBOOKS = {"codebook.md": "en", "codebook.th.md": "th"}
COMMANDS = {"commands.md": "en", "commands.th.md": "th"}
_TOP = {
    "en": """# Commands

[ภาษาไทย](commands.th.md)

Made from the commands' own help by `python run.py docs`; `cpms COMMAND --help` says the same.

## For every command

**Exit codes.** Scripts may rely on them:

| code | meaning |
| --- | --- |
| 0 | done, and nothing to mend |
| 1 | done, and the data has errors: `validate`, `schema check`; rows were set aside: `merge`, `response import`; \
decisions were not taken over: `review apply`; something is not sound: `doctor`, `store check` |
| 2 | wrong use, unreadable input, or a store that cannot be opened; the store is as it was |

**Language.** `--lang en` or `--lang th`; else the variable `CPMS_LANG`, else the locale of the computer.

**Data and messages.** Data goes to stdout, messages to stderr. `--format json` is for scripts: the document carries
`schema_version`, and `error` where the command failed.

**Variables.**

| variable | meaning |
| --- | --- |
| `CPMS_LANG` | the language, `en` or `th` |
| `CPMS_KEY_FILE`, `CPMS_KEY` | the file with the key of an encrypted store, or the key itself |
| `CPMS_IDENTITY_FILE` | the province's secret key, to merge bundles |
| `CPMS_BUNDLE_KEY` | the passphrase of a bundle |
| `CPMS_DEBUG` | `1` shows the traceback of a fault in the tool |
| `COLUMNS` | the width of tables, in letters; 200 where the output goes to a file |
| `NO_COLOR` | no colours |
""",
    "th": """# คำสั่งทั้งหมด

[English](commands.md)

หน้านี้สร้างจากความช่วยเหลือของคำสั่งเองด้วย `python run.py docs` พิมพ์ `cpms COMMAND --help --lang th` จะได้ข้อความเดียวกัน

## สำหรับทุกคำสั่ง

**รหัสจบ** โปรแกรมอื่นใช้ได้:

| รหัส | ความหมาย |
| --- | --- |
| 0 | เสร็จ ไม่มีอะไรต้องแก้ |
| 1 | เสร็จ และข้อมูลมีข้อผิด (`validate` `schema check`) มีแถวที่กันไว้ (`merge` `response import`) \
มีคำตัดสินที่ไม่ได้รับเข้า (`review apply`) หรือมีสิ่งที่ไม่เรียบร้อย (`doctor` `store check`) |
| 2 | ใช้คำสั่งผิด อ่านไฟล์ไม่ได้ หรือเปิดคลังข้อมูลไม่ได้ คลังข้อมูลยังเหมือนเดิม |

**ภาษา** `--lang en` หรือ `--lang th` ถ้าไม่ใส่ ใช้ตัวแปร `CPMS_LANG` แล้วจึงใช้ภาษาของเครื่อง

**ข้อมูลและข้อความ** ข้อมูลออกทาง stdout ข้อความออกทาง stderr `--format json` สำหรับโปรแกรมอื่น เอกสารมี `schema_version`
และมี `error` เมื่อคำสั่งไม่สำเร็จ

**ตัวแปร**

| ตัวแปร | ความหมาย |
| --- | --- |
| `CPMS_LANG` | ภาษา `en` หรือ `th` |
| `CPMS_KEY_FILE` `CPMS_KEY` | ไฟล์ที่มีกุญแจของคลังข้อมูลที่เข้ารหัส หรือตัวกุญแจ |
| `CPMS_IDENTITY_FILE` | กุญแจลับของจังหวัด สำหรับรวมชุดข้อมูลที่ส่งมา |
| `CPMS_BUNDLE_KEY` | รหัสผ่านของชุดข้อมูลที่ส่ง |
| `CPMS_DEBUG` | `1` แสดงรายละเอียดเมื่อเครื่องมือผิดพลาด |
| `COLUMNS` | ความกว้างของตาราง เป็นตัวอักษร ใช้ 200 เมื่อออกสู่ไฟล์ |
| `NO_COLOR` | ไม่ใช้สี |
""",
}


def names(group: Any = None, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the tool by its words; a group stands before the commands in it."""
    whole: Any = group or guarded(app)
    for name, command in whole.commands.items():
        yield (*above, name)
        if hasattr(command, "commands"):
            yield from names(command, (*above, name))


def _output_of(*words: str, language: str = "en") -> str:
    """What `cpms` with these words prints, in a window of 80 letters."""
    before, stream = (sys.argv, dict(os.environ)), io.StringIO()
    sys.argv = ["cpms", *words]
    os.environ.update(COLUMNS="80", CPMS_LANG=language, NO_COLOR="1")
    try:
        with redirect_stdout(stream), redirect_stderr(io.StringIO()):
            main()
    except SystemExit as ended:
        if ended.code:
            raise
    finally:
        sys.argv = before[0]
        os.environ.clear()
        os.environ.update(before[1])
    return stream.getvalue()


def _commands(language: str) -> str:
    sections = [_TOP[language]]
    for words in names():
        lines = _output_of(*words, "--help", language=language).strip().splitlines()
        help_text = "\n".join(line.rstrip() for line in lines)
        sections.append(f"{'#' * (len(words) + 1)} cpms {' '.join(words)}\n\n```text\n{help_text}\n```\n")
    return "\n".join(sections)


def pages() -> dict[str, str]:
    """The text of each page of the reference, by file name."""
    made = {name: _commands(language) for name, language in COMMANDS.items()}
    with tempfile.TemporaryDirectory() as folder:
        for name, language in CODEBOOKS.items():
            path = Path(folder, name)
            _output_of("codebook", "--lang", language, "-o", str(path))
            made[name] = path.read_text("utf-8")
    return made


def stale() -> list[str]:
    """The pages of the reference that are not what would be made now."""
    kept = {path.name: path.read_text("utf-8") for path in REFERENCE.glob("*.md")}
    made = pages()
    return sorted(name for name in {*kept, *made} if kept.get(name) != made.get(name))


def _run(words: list[str]) -> int:
    if words == ["--check"]:
        for name in (old := stale()):
            print(f"docs/reference/{name} is not as it would be made now: python run.py docs")
        return int(bool(old))
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8", newline="\n")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
