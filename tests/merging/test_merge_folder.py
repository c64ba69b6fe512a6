"""`cpms merge --jobs N FOLDER`: what lies in a folder is stored as if its files were merged one by one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpms_cli import bundle, import_responses, merge, merge_folder
from cpms_cli.checking.columns_not_read import Asked
from cpms_cli.errors import AnswersNotRead, CpmsError
from cpms_cli.merging import folder_merge
from cpms_cli.merging.folder_merge import FolderFile, FolderMerge
from cpms_cli.merging.read_ahead import Reader, ReadFile, in_processes
from cpms_cli.reading.tables import ReadAs
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, write_drawn

A, B = "85010501", "85030101"
NAMES = ("ก้อง", "ข้าว", "ไข่มุก", "ครีม", "แจ่ม", "ชบา")
Base = dict[str, dict[str, Any]]


def _rows(village: str, year: int, count: int = 3, **answers: object) -> list[Mapping[str, Any]]:
    """Children of homes of their own: each has the same name and birth in every round, and another's in no village."""
    return [
        {
            "round": year,
            "interview_date": f"{year}-03-01",
            "village_code": village,
            "household_no": str(number + 1),
            "given_name": NAMES[number] + village[3],
            "birth_date": f"2014-0{number + 1}-1{village[3]}",
            **answers,
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Two villages; a second round of the first, saved before its first one; a corrected file, saved last; a bundle
    with a response in it; the very same file twice; a bundle that was cut short, and a text that is no survey."""
    place = tmp_path_factory.mktemp("province")
    inbox, out = place / "inbox", place / "community"
    inbox.mkdir()
    out.mkdir()
    write_drawn(inbox / "a_2026.csv", base, _rows(A, 2026))
    write_drawn(inbox / "a_2025.csv", base, _rows(A, 2025))
    write_drawn(inbox / "b_2026.csv", base, [*_rows(B, 2026, 2), {**_rows(B, 2026)[2], "sex": "neither"}])
    write_drawn(inbox / "a_2026_corrected.csv", base, _rows(A, 2026, 2, violence_physical="yes"))
    (inbox / "copy.csv").write_bytes((inbox / "b_2026.csv").read_bytes())
    (inbox / "notes.txt").write_text("call the head of the village", "utf-8")
    merge([write_drawn(out / "b_2025.csv", base, _rows(B, 2025))], out / "b.duckdb")
    with duckdb.connect(str(out / "b.duckdb"), read_only=True) as connection:
        (child,) = connection.execute("SELECT min(cpms_id) FROM child_link").fetchone() or ("",)
    (out / "log.csv").write_text(f"cpms_id,response_date,response_kind\n{child},2025-04-02,home_visit\n", "utf-8")
    import_responses([out / "log.csv"], out / "b.duckdb")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CPMS_BUNDLE_KEY", "word")
        bundle(out / "b.duckdb", "8503", 2025, inbox / "b_2025.cpms.age")
    whole = (inbox / "b_2025.cpms.age").read_bytes()
    (inbox / "cut.cpms.age").write_bytes(whole[: len(whole) // 2])
    order = ("a_2026.csv", "a_2025.csv", "b_2026.csv", "notes.txt", "b_2025.cpms.age", "cut.cpms.age", "copy.csv")
    for minute, name in enumerate((*order, "a_2026_corrected.csv")):
        os.utime(inbox / name, (1_700_000_000 + 60 * minute,) * 2)
    return inbox


MERGED = ("a_2026.csv", "a_2025.csv", "b_2026.csv", "b_2025.cpms.age", "a_2026_corrected.csv")
"""The files of the folder that can be merged, in the order in which they were saved."""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPMS_BUNDLE_KEY", "word")


def _content(store: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that two stores of the same files have in common: identifiers are drawn, and numbers of batches follow the
    order in which the log of a bundle was taken in."""
    children = "first(village_code || household_no || child_no || round ORDER BY round)"
    queries = {
        "rows": """
            SELECT o.* EXCLUDE (cpms_id, household_id, batch_id, superseded_by), b.file, s.file AS by
            FROM child_observation o
            JOIN batch b USING (batch_id)
            LEFT JOIN batch s ON s.batch_id = o.superseded_by
            ORDER BY ALL""",
        "homes": """
            SELECT o.* EXCLUDE (household_id, batch_id, superseded_by), b.file, s.file AS by
            FROM household_observation o
            JOIN batch b USING (batch_id)
            LEFT JOIN batch s ON s.batch_id = o.superseded_by
            ORDER BY ALL""",
        "children": f"""
            WITH child AS (SELECT cpms_id, {children} AS child FROM child_link GROUP BY cpms_id)
            SELECT l.* EXCLUDE (cpms_id), child
            FROM child_link l
            JOIN child USING (cpms_id)
            ORDER BY ALL""",
        "responses": """
            SELECT r.response_date, r.response_kind, b.file
            FROM response r
            JOIN batch b USING (batch_id)
            ORDER BY ALL""",
        "batches": """
            SELECT file, sha256, kind, rows_in, rows_stored, rows_unchanged, rows_quarantined
            FROM batch
            ORDER BY ALL""",
    }
    with duckdb.connect(str(store), read_only=True) as connection:
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def _states(merged: FolderMerge) -> dict[str, str]:
    return {file.name: file.state for file in merged.files}


@pytest.fixture(scope="module")
def one_by_one(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("one") / "s.duckdb"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CPMS_BUNDLE_KEY", "word")
        for name in MERGED:
            merge([folder / name], store)
    return store


def test_the_store_is_as_if_the_files_were_merged_one_by_one(folder: Path, tmp_path: Path, one_by_one: Path) -> None:
    heard: list[tuple[str, bool]] = []
    merged = merge_folder(
        [folder], tmp_path / "s.duckdb", jobs=2, tell=lambda file, merge: heard.append((file.name, merge is not None))
    )
    content, expected = _content(tmp_path / "s.duckdb"), _content(one_by_one)
    for name in expected:
        assert content[name] == expected[name], name
    assert len(content["rows"]) == 3 + 3 + 2 + 3 + 2, "b_2026 has a row with an error, the corrected file has two"
    assert len(content["responses"]) == 1
    assert {(name, True) for name in MERGED} | {("notes.txt", False), ("cut.cpms.age", False), ("copy.csv", False)} == {
        *heard
    }
    assert merged.total("rows_in") == 3 + 3 + 3 + (3 + 3) + 2, "a bundle has children and homes in tables of their own"
    assert [file.quarantine for file in merged.files if file.name == "b_2026.csv"] == [
        (tmp_path / "s-set-aside-3.xlsx",)
    ]

    again = merge_folder([folder], tmp_path / "s.duckdb", jobs=1)
    refused = {"notes.txt": "refused", "cut.cpms.age": "refused", "copy.csv": "same_as"}
    assert _states(merged) == {**dict.fromkeys(MERGED, "merged"), **refused}
    assert _states(again) == {**dict.fromkeys(MERGED, "known"), **refused}
    assert (merged.exit_code, again.exit_code) == (1, 1)
    assert _content(tmp_path / "s.duckdb") == content, "what is merged is passed over, and stands in no batch again"


def test_a_run_that_is_cut_short_keeps_what_it_stored_and_the_next_one_goes_on(
    folder: Path, tmp_path: Path, one_by_one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_merge, "GROUP_ROWS", 1)  # each file is a group

    def stop(file: FolderFile, merged: object) -> None:
        if file.name == "a_2025.csv":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_folder([folder], tmp_path / "s.duckdb", tell=stop)
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        stored = [file for (file,) in connection.execute("SELECT file FROM batch ORDER BY batch_id").fetchall()]
    assert stored == ["a_2026.csv", "a_2025.csv"]
    states = _states(merge_folder([folder], tmp_path / "s.duckdb"))
    assert [states[name] for name in MERGED] == ["known", "known", "merged", "merged", "merged"]
    assert _content(tmp_path / "s.duckdb") == _content(one_by_one)


def _read_or_end(path: Path) -> ReadFile:
    """Ends its process for one file, as the system does where the memory is full."""
    if path.name == "large.csv":
        os._exit(9)
    return ReadFile(path)


def test_a_file_that_ends_its_process_is_refused_and_stops_nobody() -> None:
    paths = [Path(name) for name in ("a.csv", "large.csv", "b.csv", "c.csv")]
    files = list(in_processes(paths, _read_or_end, 2))
    assert [file.path for file in files] == paths
    assert [str(file.error)[:9] if file.error else None for file in files] == [None, "large.csv", None, None]


def test_errors_come_whole_out_of_another_process() -> None:
    error = AnswersNotRead("answers_not_read", [{"header": "x"}], count=1, file="a.csv")
    kind, arguments, state = error.__reduce__()[1]
    again = error.__reduce__()[0](kind, arguments, state)
    assert isinstance(again, AnswersNotRead)
    assert (again.message_id, again.values, again.columns) == (error.message_id, error.values, ({"header": "x"},))


def test_the_command_names_what_was_not_merged_last_and_with_its_mend(
    cpms: Cpms, draw: Draw, folder: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in ("b_2026.csv", "cut.cpms.age"):
        (inbox / name).write_bytes((folder / name).read_bytes())
    draw({"unheard_of": "yes"}, name="inbox/answers.csv")
    ran = cpms("merge", "--jobs", 1, inbox, "--store", tmp_path / "s.duckdb")
    assert ran.code == 1
    assert "3 rows in = 2 stored + 0 unchanged + 1 set aside" in ran.out
    last = ran.out.partition("2 files were not merged. Mend them, and type the same command again")[2]
    assert "cut.cpms.age: the bundle does not open" in last
    assert "'unheard_of'" in last
    assert "cpms map" in last
    assert ran.err.splitlines() == [ran.err.strip()] and ran.err.startswith("Next: "), "a bar is for who looks on"

    thai = cpms("merge", "--jobs", 1, inbox, "--store", tmp_path / "s.duckdb", "--lang", "th")
    assert "ข้ามไฟล์ที่เคยรวมแล้ว 1 ไฟล์: b_2026.csv" in thai.out
    document = cpms("merge", "--jobs", 1, inbox, "--store", tmp_path / "s.duckdb", "--format", "json").json
    assert (document["exit_code"], document["counts"]["rows_in"]) == (1, 0)
    assert {file["file"]: file["state"] for file in document["files"]} == {
        "b_2026.csv": "known",
        "cut.cpms.age": "refused",
        "answers.csv": "refused",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["FOLDER"], "cpms merge --jobs 2"),
        (["--jobs", "2", "FOLDER", "-q", "aside.xlsx"], "--jobs and --quarantine cannot be used together"),
        (["--jobs", "2", "FOLDER"], "there is no file to merge"),
        (["--jobs", "2", "FOLDER/nowhere"], "there is no such folder"),
    ],
)
def test_wrong_use_is_refused_in_a_sentence(cpms: Cpms, tmp_path: Path, words: list[str], message: str) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = cpms("merge", *(word.replace("FOLDER", str(empty)) for word in words), "--store", tmp_path / "s.duckdb")
    assert (ran.code, message in ran.err) == (2, True), ran.err
    assert not (tmp_path / "s.duckdb").exists()


def test_without_a_key_nothing_is_tried(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CPMS_BUNDLE_KEY")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "b.cpms.age").write_bytes((folder / "b_2025.cpms.age").read_bytes())
    with pytest.raises(CpmsError, match="Set CPMS_BUNDLE_KEY"):
        merge_folder([inbox], tmp_path / "s.duckdb")


def test_each_file_goes_by_the_map_whose_headers_it_has(tmp_path: Path, base: Base, survey: Survey) -> None:
    """Of two maps each serves its own file; a file of which neither has a header is read without one."""
    files, maps = {}, []
    for header in ("Geschlecht", "Sexo", "Sesso"):
        text = write_drawn(tmp_path / f"{header}.csv", base, _rows(A, 2026, 1)).read_text("utf-8")
        files[header] = tmp_path / f"{header}.csv"
        files[header].write_text(text.replace(",sex,", f",{header},", 1), "utf-8")
        assert header in files[header].read_text("utf-8")
    for header in ("Geschlecht", "Sexo"):
        maps.append(tmp_path / f"{header}-map.csv")
        maps[-1].write_text(f"header,field\n{header},sex\n", "utf-8")
    reader = Reader(survey, ReadAs(), tuple(maps), Asked((), None, (), tmp_path / "s.duckdb"), "en")
    read = {header: reader.read(path) for header, path in files.items()}
    assert [read[header].error for header in ("Geschlecht", "Sexo")] == [None, None]
    assert all("sex" in read[header].tables[0].columns for header in ("Geschlecht", "Sexo"))
    assert isinstance(read["Sesso"].error, AnswersNotRead)
