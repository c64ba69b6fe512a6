"""Definitions of a province's own, made from the shipped one by small changes of its files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.conftest import ROOT

CHILD, MY, EXAMPLES = "child.yaml", "translations/my.yaml", "examples/indicators.yaml"


def copy_definition(to: Path, source: Path = ROOT / "schemas") -> Path:
    """Return a new folder with the files of a definition."""
    return Path(shutil.copytree(source, to))


def change_file(folder: Path, file: str, old: str, new: str) -> int:
    """Put one text in place of another that stands once in a file; return the line on which it begins."""
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (file, old, text.count(old))
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def add_question(folder: Path, name: str, *lines: str) -> int:
    """Add a question about a number of hours to the child's table; return the line on which it begins."""
    label = f"{{en: Hours of {name}, th: ชั่วโมง {name}}}"
    field = f"""  - name: {name}
    topic: working
    type: integer
    constraints: {{minimum: 0, maximum: 112}}
    label: {label}
    question: {{en: "How many hours of {name}?", th: ชั่วโมง {name} เท่าใด}}
    headers: [Hours of {name}, ชั่วโมง {name}]
"""
    field += "".join(f"    {line}\n" for line in lines)
    before = "  - name: work_hazardous\n"
    line = change_file(folder, CHILD, before, field + before)
    change_file(
        folder,
        EXAMPLES,
        "arrived_community: born_here, moves_last_12m: 0,",
        f"arrived_community: born_here, moves_last_12m: 0, {name}: 0,",
    )
    word = "  work_hazardous: {label:"
    change_file(folder, MY, word, f"  {name}: {{label: {name}, question: {name}}}\n{word}")
    return line


def rename_question(folder: Path, former: str, name: str) -> None:
    """Give a question of the child's table another name, wherever the definition names it."""
    for path in sorted(folder.rglob("*.yaml")):
        text = path.read_text("utf-8")
        if former in text and "messages" not in path.parts and path.name != "proposals.yaml":
            path.write_text(re.sub(rf"\b{former}\b", name, text), "utf-8")
    path = folder / CHILD
    # The name before the last one was renamed in the store when that was adopted.
    entry = rf"  - name: {name}\n(    formerly: .*\n)?"
    named = f"  - name: {name}\n    formerly: {former}\n"
    path.write_text(re.sub(entry, named, path.read_text("utf-8")), "utf-8")


def rename_level(folder: Path, former: str, name: str) -> None:
    """Give a level another name, wherever the definition names it; it says what it was called."""
    for path in sorted(folder.rglob("*.yaml")):
        text = path.read_text("utf-8")
        if former in text and "messages" not in path.parts:
            path.write_text(re.sub(rf"\b{former}\b", name, text), "utf-8")
    change_file(folder, "risk.yaml", f"  - id: {name}\n", f"  - id: {name}\n    formerly: {former}\n")


def remove_question(folder: Path, name: str) -> None:
    """Take a question out again that `add_question` put in."""
    path = folder / CHILD
    text = path.read_text("utf-8")
    entry = re.search(rf"  - name: {name}\n(?:    .*\n)+", text)
    assert entry is not None, name
    path.write_text(text.replace(entry[0], ""), "utf-8")
    change_file(folder, EXAMPLES, f" {name}: 0,", "")
    my = (folder / MY).read_text("utf-8")
    (folder / MY).write_text(re.sub(rf"  {name}: {{label: .*\n", "", my), "utf-8")


def ask_for_one_name(folder: Path) -> None:
    """Take the family name out: one question asks for the whole name, as where families have no names."""
    (folder / CHILD).write_text(
        re.sub(r"  - name: family_name\n(?:    .*\n)+", "", (folder / CHILD).read_text("utf-8")), "utf-8"
    )
    change_file(folder, EXAMPLES, ' family_name: "",', "")
    change_file(folder, "linking.yaml", "    family_name: {field: family_name}\n", "")
    (folder / MY).write_text(re.sub(r"  family_name: \{label.*\n", "", (folder / MY).read_text("utf-8")), "utf-8")
    checks = folder / "checks.yaml"
    text = re.sub(
        r"  - id: given_and_family_name_alike\n(?:    .*\n)+",
        "",
        checks.read_text("utf-8").replace(" family_name,", ""),
    )
    text = text.replace("(family_name IS NOT NULL OR mother_name IS NOT NULL)", "mother_name IS NOT NULL")
    text = text.replace(" OR left(family_name, 1) IN ('=', '+', '@')", "")
    # Cases that the family name decides are left out; in the others it is as if nobody had written it.
    text = text.replace("{family_name: แซ่ลี้, _homes: [{}]}, ", "").replace("{_siblings: [{family_name: แซ่ลี้}]}, ", "")
    checks.write_text(re.sub(r", \{family_name: [^{}]*\}|, family_name: [^{},]*|family_name: แซ่ลี้, ", "", text), "utf-8")


def ask_nobody_who_moved_in(folder: Path) -> None:
    """Take out the measure of who moved in, and where from; the indicator stays."""
    path = folder / "migration.yaml"
    text = path.read_text("utf-8").replace("    arrived: true\n", "")
    path.write_text(text.replace("origin: arrived_from", "origin: false"), "utf-8")
