"""A definition is code in effect: a rule can neither reach files nor the network, nor run without end."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from cpms_cli import prove_definition
from cpms_cli.survey.rules.workbench import open_workbench
from tests.conftest import ROOT, ROUNDS, Cpms

HOSTILE = [
    "nationality IN (SELECT content FROM read_text('/etc/passwd'))",
    "EXISTS (SELECT 1 FROM read_csv('secrets.csv'))",
    "EXISTS (FROM 'secrets.parquet')",
    "(SELECT count(*) FROM read_parquet('x.parquet')) > 0",
    "(SELECT count(*) FROM read_blob('x')) > 0",
    "(SELECT count(*) FROM read_json('x')) > 0",
    "(SELECT count(*) FROM glob('*')) > 0",
    "(SELECT count(*) FROM duckdb_settings()) > 0",
    "(SELECT count(*) FROM duckdb_secrets()) > 0",
    "(SELECT count(*) FROM information_schema.tables) > 0",
    "(SELECT max(given_name) FROM child_observation) = 'x'",
    "getenv('HOME') = 'x'",
    "current_setting('home_directory') = 'x'",
    "nationality = getvariable('x')",
    "nationality = version()",
    "nationality = current_user",
    "nextval('s') > 1",
    "random() > 0.5",
    "now() > birth_from",
    "current_date > birth_from",
    "today() > birth_from",
    "uuid() = 'x'",
    "nationality <> 'TH'; COPY child TO 'out.csv'",
    "nationality <> 'TH'; ATTACH 'other.duckdb'",
    "nationality <> 'TH'; INSTALL httpfs",
    "nationality <> 'TH'; DROP TABLE batch",
    "nationality <> 'TH'; SET enable_external_access = true",
    "COPY (SELECT 1) TO 'out.csv'",
    "ATTACH 'other.duckdb' AS other",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "LOAD httpfs",
    "DELETE FROM batch",
    "UPDATE batch SET file = 'x'",
    "CREATE TABLE x AS SELECT 1",
    "EXPORT DATABASE 'out'",
    "nationality <> 'TH' /* */ UNION SELECT * FROM batch",
    "SELECT nationality <> 'TH'",
    "repeat('x', 1000000000) = nationality",
    "length(repeat(given_name, 100000000)) > 0",
    "list_sum(range(1000000000)) > 0",
    "(WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT * FROM r) SELECT count(*) FROM r) > 0",
    "regexp_matches(nationality, '(a+)+$')",
    "nationality LIKE '%'",
    "query('SELECT 1') IS NULL",
    "query_table('batch') IS NULL",
    "COLUMNS('.*') IS NULL",
    "write_log('x') IS NULL",
    "sqlite_scan('x', 'y') IS NULL",
]


def _put_in(path: Path, rules: list[str]) -> dict[int, str]:
    """Write one rule in the place of each first one-line condition of a file; the rules by the line they stand in."""
    lines, left, put = path.read_text("utf-8").splitlines(), list(rules), {}
    for position, line in enumerate(lines):
        if left and line.startswith("    when: ") and not line.startswith("    when: >"):
            rule = left.pop(0)
            quoted = rule.replace("\\", "\\\\").replace('"', '\\"')
            lines[position], put[position + 1] = f'    when: "{quoted}"', rule
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return put


@pytest.mark.parametrize("file", ["indicators.yaml", "checks.yaml"])
def test_every_hostile_rule_is_refused_with_file_and_line(tmp_path: Path, file: str) -> None:
    left = list(HOSTILE)
    while left:
        folder = tmp_path / str(len(left))
        shutil.copytree(ROOT / "schemas", folder)
        put = _put_in(folder / file, left)
        problem_lines = {problem.line for problem in prove_definition(folder).problems if problem.file == file}
        assert [rule for line, rule in put.items() if line not in problem_lines] == []
        assert put
        left = left[len(put) :]


def test_a_hostile_definition_is_not_used(cpms: Cpms, tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", folder)
    path = folder / "indicators.yaml"
    text = path.read_text("utf-8").replace("when: nationality <> 'TH'", "when: getenv('HOME') = nationality")
    path.write_text(text, "utf-8")
    store = tmp_path / "s.duckdb"
    assert cpms("merge", ROUNDS[0], "--store", store).code in (0, 1)
    ran = cpms("score", "--store", store, "--schemas", folder)
    assert ran.code == 2
    assert "indicators.yaml" in ran.err


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM 'sample_data/survey_2567.csv'",
    ],
)
def test_past_the_checker_the_engine_is_locked(query: str) -> None:
    connection = open_workbench()
    with pytest.raises(duckdb.Error):
        connection.execute(query)
