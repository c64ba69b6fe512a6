"""`cpms store push`: rows without names on a real server of PostgreSQL, all of them or none."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpms_cli import add_response, load_survey, merge, push_store, undo
from cpms_cli.datasets.folder.exporting import Watching
from cpms_cli.errors import CpmsError, ServerError
from cpms_cli.publishing.address import Address
from cpms_cli.publishing.pushing import Asked, push
from cpms_cli.publishing.server import connected
from cpms_cli.workspace import Workspace
from tests.conftest import Cpms
from tests.definitions import add_question, copy_definition
from tests.postgres import PASSWORD, USER, PostgresServer, running_server, why_no_server
from tests.store.three_children import PHUKET, RANONG, Base, write_three_children

pytestmark = pytest.mark.skipif(bool(why_no_server()), reason=why_no_server())
TABLES = {"children", "households", "scores", "responses", "areas", "definition", "publication"}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def database(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty database of this test's own; the password is in the environment."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return server.new_database()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """A round of a village of Ranong; a home visit to the first child."""
    folder = tmp_path_factory.mktemp("pushed")
    file = write_three_children(folder, base, RANONG, 2026, work_hours_week="unknown", violence_physical="yes")
    merge([file], folder / "s.duckdb")
    with duckdb.connect(str(folder / "s.duckdb"), read_only=True) as connection:
        ((child,),) = connection.execute("SELECT cpms_id FROM child_link WHERE household_no = '1'").fetchall()
    add_response(folder / "s.duckdb", child, "home_visit", "2569-03-02", by="นางสาวลับ", outcome="พบคุณแม่ชื่อลับ")
    return folder / "s.duckdb"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


@pytest.fixture(scope="module")
def published(server: PostgresServer, made: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database into which the store was pushed; for tests that only look."""
    name = server.new_database()
    store = shutil.copy(made, tmp_path_factory.mktemp("published") / "s.duckdb")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PGPASSWORD", PASSWORD)
        push_store(store, server.address(name))
    return name


def _given(store: Path) -> list[tuple[str, str]]:
    """What the store's export log says."""
    with duckdb.connect(str(store), read_only=True) as connection:
        known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'record_release'").fetchall()
        if not known:
            return []
        return connection.execute("SELECT audience, detail FROM record_release ORDER BY number").fetchall()


def _tables(server: PostgresServer, database: str) -> set[str]:
    rows = server.ask("SELECT tablename::text FROM pg_tables WHERE schemaname = 'cpms'", database)
    return {str(name) for (name,) in rows}


def _marks(server: PostgresServer, database: str) -> list[tuple[Any, ...]]:
    """Which transaction wrote each row: the same marks, and nothing was written."""
    queries = [f"SELECT '{name}', xmin::text, ctid::text FROM cpms.{name}" for name in sorted(TABLES)]
    return sorted(server.ask(" UNION ALL ".join(queries), database))


def test_a_store_becomes_tables_that_others_can_read(
    server: PostgresServer, database: str, store: Path, cpms: Cpms
) -> None:
    ran = cpms("store", "push", server.address(database), "--store", store)
    assert ran.code == 0, ran.err
    assert "schema cpms" in ran.out
    assert "children: 3 new, 0 changed, 0 removed" in ran.out
    assert _tables(server, database) == TABLES

    def ask(query: str) -> list[tuple[Any, ...]]:
        return server.ask(query, database)

    children = ask("SELECT round, subdistrict, birth_month, work_hours_week_missing FROM cpms.children ORDER BY 3, 4")
    assert children == [
        (2026, "850105", "2014", None),
        (2026, "850105", "2014-06", "unknown"),
        (2026, "850105", "2014-06", None),
    ]
    joined = ask("""
        SELECT s.i03, s.level, r.response_kind, r.response_date, d.label_en, d.label_th, a.name_en
        FROM cpms.children c
        JOIN cpms.scores s USING (store_key, round, cpms_id)
        JOIN cpms.responses r USING (store_key, cpms_id)
        JOIN cpms.households h USING (store_key, round, household_id)
        JOIN cpms.areas a ON a.code = c.subdistrict
        JOIN cpms.definition d ON d.table_name = 'scores' AND d.column_name = 'level' AND d.code = s.level""")
    area = load_survey().areas["850105"].en
    victim = ("victim", "home_visit", datetime.date(2026, 3, 2), "Victim", "ผู้ถูกกระทำ", area)
    assert [row[1:] for row in joined] == [victim]
    assert _given(store) == [("server", "masked")]


def test_no_name_no_number_and_no_free_text_is_on_the_server(
    server: PostgresServer, published: str, made: Path
) -> None:
    with duckdb.connect(str(made), read_only=True) as connection:
        identifiers = connection.execute("SELECT cpms_id FROM child_link UNION SELECT household_id FROM household_link")
        secrets = [name for (name,) in identifiers.fetchall()] + [
            "ก้อง",
            "ข้าว",
            "ไข่มุก",
            "นางสาวลับ",
            "ชื่อลับ",
            RANONG,
            "2014-06-1",
        ]
    everything = " ".join(
        str(server.ask(f"SELECT t::text FROM cpms.{name} t", published)) for name in sorted(TABLES - {"areas"})
    )
    assert "2014-06" in everything, "the search finds what is there"
    assert [secret for secret in secrets if secret in everything] == []
    columns = server.ask(
        "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'cpms'", published
    )
    assert not {"household_no", "child_no", "village_code", "interviewer", "worker", "response_outcome"} & {
        name for (name,) in columns
    }


def test_every_table_and_column_says_in_both_languages_what_it_is(server: PostgresServer, published: str) -> None:
    comments = server.ask(
        """
        SELECT c.relname::text, coalesce(a.attname::text, '') AS attribute, coalesce(d.description, '') AS words
        FROM pg_class c
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum AND d.classoid = 'pg_class'::regclass
        WHERE c.relnamespace = 'cpms'::regnamespace AND c.relkind = 'r'""",
        published,
    )
    silent = [(table, column) for table, column, words in comments if " | " not in words and words != "CPMS ID"]
    assert silent == []
    assert ("children", "sex", "Sex | เพศ") in comments
    ((of_table,),) = server.ask("SELECT obj_description('cpms.children'::regclass)", published)
    assert of_table == (
        "cpms: a child in a round, with its answers; a pseudonym instead of who it is"
        " | เด็กหนึ่งคนในหนึ่งรอบ พร้อมคำตอบ ใช้นามแฝงแทนตัวตน"
    )


def test_only_what_changed_is_sent(server: PostgresServer, database: str, store: Path, base: Base) -> None:
    address = server.address(database)
    push_store(store, address)
    before = _marks(server, database)
    assert not push_store(store, address).anything
    assert _marks(server, database) == before, "not a row was written"
    assert len(_given(store)) == 1, "nothing was given away, so that nothing is in the log"

    correction = store.parent / "corrected"
    correction.mkdir()
    merge([write_three_children(correction, base, RANONG, 2026, work_hours_week="12", violence_physical="yes")], store)
    corrected = {change.table: change for change in push_store(store, address).changes}
    children = corrected["children"]
    assert (children.new, children.changed, children.removed, children.same) == (0, 1, 0, 2)
    assert {name for name, change in corrected.items() if change.sent} == {"children"}
    assert server.ask("SELECT count(*) FROM cpms.children WHERE work_hours_week = 12", database) == [(1,)]
    assert len(_given(store)) == 2

    merge([write_three_children(correction, base, RANONG, 2025)], store)
    assert [change.new for change in push_store(store, address).changes if change.table == "children"] == [3]
    undo(store, 4)
    removed = {change.table: change.removed for change in push_store(store, address).changes if change.sent}
    assert removed == {"children": 3, "households": 3, "scores": 3}


def test_what_somebody_changed_on_the_server_is_mended(server: PostgresServer, database: str, store: Path) -> None:
    push_store(store, server.address(database))
    before = server.ask("SELECT level, count(*) FROM cpms.scores GROUP BY 1 ORDER BY 1", database)
    server.tell("UPDATE cpms.scores SET level = 'none_found'; DELETE FROM cpms.areas WHERE code = '85'", database)
    sent = {change.table: change.sent for change in push_store(store, server.address(database)).changes if change.sent}
    assert sent == {"scores": 1, "areas": 1}
    assert server.ask("SELECT level, count(*) FROM cpms.scores GROUP BY 1 ORDER BY 1", database) == before


def test_stores_of_several_provinces_stand_side_by_side(
    server: PostgresServer, database: str, store: Path, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, other = server.address(database), store.parent / "phuket.duckdb"
    merge([write_three_children(store.parent, base, PHUKET, 2026)], other)
    push_store(store, address)
    with pytest.raises(ServerError, match="Set CPMS_PSEUDONYM_KEY to the same secret"):
        push_store(other, address)
    assert _given(other) == [], "what did not get there was given to nobody"
    monkeypatch.setenv("CPMS_PSEUDONYM_KEY", "of all provinces")
    push_store(store, address, replace=True)
    push_store(other, address)
    provinces = "SELECT left(subdistrict, 2), count(*) FROM cpms.children GROUP BY 1 ORDER BY 1"
    assert server.ask(provinces, database) == [("83", 3), ("85", 3)]
    assert not push_store(store, address).anything, "the rows of the other store are not its own to remove"
    with pytest.raises(ServerError, match="Say --audience server"):
        push_store(other, address, audience="university")
    merge([write_three_children(store.parent, base, RANONG, 2026)], other)
    with pytest.raises(ServerError, match="rows of another store for these provinces and rounds: 85 2026"):
        push_store(other, address)
    server.tell("UPDATE cpms.publication SET definition_digest = repeat('0', 64)", database)
    with pytest.raises(ServerError, match=r"another definition \(000000000000\)"):
        push_store(store, address)
    server.tell("UPDATE cpms.publication SET definition_digest = NULL", database)  # by somebody's hand
    with pytest.raises(ServerError, match=r"another definition \(-\)"):
        push_store(store, address)
    assert server.ask(provinces, database) == [("83", 3), ("85", 3)]


def test_a_definition_with_more_questions_is_refused_until_the_tables_are_made_anew(
    server: PostgresServer, database: str, store: Path, tmp_path: Path
) -> None:
    address = server.address(database)
    push_store(store, address)
    before = _marks(server, database)
    more = copy_definition(tmp_path / "more")
    add_question(more, "chores")
    with pytest.raises(
        ServerError, match=r"cpms\.children is of another definition.*that it lacks: chores, chores_missing"
    ):
        push_store(store, address, schemas=more)
    assert _marks(server, database) == before
    push_store(store, address, schemas=more, replace=True)
    comment = "SELECT col_description('cpms.children'::regclass, attnum::int) FROM pg_attribute"
    named = f"{comment} WHERE attrelid = 'cpms.children'::regclass AND attname = 'chores'"
    assert server.ask(named, database) == [("Hours of chores | ชั่วโมง chores",)]


def test_tables_of_others_are_never_touched(server: PostgresServer, database: str, store: Path) -> None:
    server.tell(
        "CREATE SCHEMA cpms; CREATE TABLE cpms.children (name text); INSERT INTO cpms.children VALUES ('x')", database
    )
    for replace in (False, True):
        with pytest.raises(ServerError, match="the schema cpms has tables that cpms did not make: children"):
            push_store(store, server.address(database), replace=replace)
    assert server.ask("SELECT name FROM cpms.children", database) == [("x",)]
    assert _tables(server, database) == {"children"}
    push_store(store, server.address(database), schema="ranong")
    assert server.ask("SELECT count(*) FROM ranong.children", database) == [(3,)]


def test_a_server_that_dies_in_the_middle_keeps_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with running_server() as server:
        address = Address.from_text(server.address())
        watching = Watching(tell=lambda name: server.kill() if name == "scores" else None)
        with (
            Workspace.from_paths(store, writes=True) as workspace,
            pytest.raises(ServerError, match="was lost in the middle"),
        ):
            push(workspace, address, Asked(), watching)
        assert _given(store) == [], "the store's log says nothing of rows that never got there"
        server.start()
        assert server.ask("SELECT nspname::text FROM pg_namespace WHERE nspname = 'cpms'") == []
        push_store(store, server.address())
        assert server.ask("SELECT count(*) FROM cpms.scores") == [(3,)]


def test_two_pushes_at_once_do_not_mix(server: PostgresServer, database: str, store: Path) -> None:
    with connected(Address.from_text(server.address(database))) as first:
        first.begin()
        first.ask("SELECT pg_try_advisory_xact_lock(hashtext('cpms push cpms'))")
        with pytest.raises(ServerError, match="somebody else is pushing into the schema cpms"):
            push_store(store, server.address(database))
    push_store(store, server.address(database))


def test_a_user_without_rights_is_told_so(server: PostgresServer, database: str, store: Path) -> None:
    server.tell(f"CREATE ROLE {database} LOGIN PASSWORD 'reads'; REVOKE CREATE ON DATABASE {database} FROM PUBLIC")
    address = f"postgresql://{database}:reads@127.0.0.1:{server.port}/{database}"
    with pytest.raises(ServerError, match=r"does not let this user do it: permission denied for database"):
        push_store(store, address)
    assert _tables(server, database) == set()
    push_store(store, server.address(database))
    server.tell(f"GRANT USAGE ON SCHEMA cpms TO {database}", database)
    with pytest.raises(ServerError, match="does not let this user do it: permission denied for table"):
        push_store(store, address)


def _typed(server: PostgresServer, password: str) -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{server.port}/postgres"


@pytest.mark.parametrize("lang", ["en", "th"])
def test_a_password_is_never_shown_and_one_in_the_address_is_warned_about(
    server: PostgresServer, database: str, store: Path, cpms: Cpms, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.delenv("PGPASSWORD")
    ran = cpms("store", "push", _typed(server, "wr0ng%40secret"), "--store", store, "--lang", lang)
    assert ran.code == 2
    assert ("password authentication failed" in ran.err, "PGPASSFILE" in ran.err) == (True, True)
    escaped = "p%40ss%2Fword%20%27of%27%202569"
    right = cpms("store", "push", _typed(server, escaped).replace("/postgres", f"/{database}"), "--store", store)
    assert right.code == 0, "the warning does not stop the work"
    assert "The password stands in the address" in right.err
    closed = cpms("store", "push", "postgresql://u:wr0ng%40secret@127.0.0.1:1/d", "--store", store, "--lang", lang)
    assert (closed.code, "Connection refused" in closed.err) == (2, True)
    shown = ran.out + ran.err + right.out + right.err + closed.out + closed.err
    assert [secret for secret in ("wr0ng", "secret", "p@ss", escaped, "2569") if secret in shown] == []


def test_the_password_may_stand_in_a_file(
    server: PostgresServer, database: str, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD")
    with pytest.raises(ServerError, match="no password supplied"):
        push_store(store, server.address(database))
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:{server.port}:*:{USER}:{PASSWORD}\n", "utf-8")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert push_store(store, server.address(database)).anything
    services = tmp_path / "services.conf"
    lines = ["[ministry]", "host=127.0.0.1", f"port={server.port}", f"user={USER}", f"dbname={database}"]
    services.write_text("\n".join(lines), "utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert not push_store(store, "postgresql:///?service=ministry").anything


def test_rows_do_not_travel_in_plain_text_unless_asked_for() -> None:
    def settings(text: str) -> str:
        return str(Address.from_text(text).settings.get("sslmode"))

    assert settings("postgresql://db.example.go.th/children") == "require"
    assert settings("postgresql://db.example.go.th/children?sslmode=disable") == "disable"
    assert settings("postgresql://localhost/children") == "None", "nothing leaves the machine"


def test_a_server_that_does_not_encrypt_is_refused(server: PostgresServer, database: str, store: Path) -> None:
    with pytest.raises(ServerError, match="does not encrypt what is sent: server does not support SSL"):
        push_store(store, f"{server.address(database)}?sslmode=require")


@pytest.mark.parametrize(
    "text",
    [
        "host=db password=Zq7",
        "mysql://u:Zq7@h/d",
        "postgresql://u:Zq7#x@h/d",
        "postgresql://u:Zq7/x@h/d",
        "postgresql://u:Zq7?x@h/d",
        "postgresql://u:Zq7",
        "postgresql://[u:Zq7@h/d",
        "postgresql://h/d?password",
        "postgresql://u:Zq7%00x@h/d",
        "postgresql://u@h/d%00?password=Zq7",
        "",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(CpmsError, match="This is no address of a server") as refused:
        Address.from_text(text)
    assert "Zq7" not in str(refused.value)


def test_an_address_keeps_its_password_to_itself() -> None:
    address = Address.from_text("postgresql://somchai:p%40ss%27%5C@db1:5432,[::1]:5433/d%20b?password=&sslmode=prefer")
    assert address.password == "p@ss'\\"
    assert "p@ss" not in repr(address) + address.words + address.shown
    assert address.shown == "postgresql://db1:5432,[::1]:5433/d b"
    words = "host='db1,::1' port='5432,5433' user='somchai' dbname='d b' connect_timeout='10' sslmode='prefer'"
    assert address.words == words
