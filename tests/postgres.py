"""A real server of PostgreSQL that a test starts for itself, on a port of its own, with a password."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cpms_cli.publishing.address import Address
from cpms_cli.publishing.server import connected

USER, PASSWORD = "ministry", "p@ss/word 'of' 2569"
_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_SECONDS = 30


def program(name: str) -> str | None:
    """A program of PostgreSQL, on the path or where Debian has it; None where there is none."""
    return shutil.which(name) or next((str(place / name) for place in _PLACES if (place / name).exists()), None)


def why_no_server() -> str:
    """Why no server can be started on this machine; "" where one can."""
    if sys.platform == "win32":
        return "the server is started as another user, which Windows does otherwise"
    lacking = [name for name in ("initdb", "postgres") if program(name) is None]
    return f"PostgreSQL is not installed: no {' and no '.join(lacking)}" if lacking else ""


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class PostgresServer:
    """A server in a folder of its own; its databases are lost with the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.databases = folder, _free_port(), 0
        # The server refuses to run as root.
        self._user: dict[str, Any] = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        if self._user:
            shutil.chown(folder, "nobody")
        secret = folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        secret.chmod(0o644)
        self._run("initdb", "-D", "data", "-U", USER, "--auth=scram-sha-256", "--pwfile=password", "-E", "UTF8", "-N")
        self.start()

    def _run(self, name: str, *words: str) -> None:
        subprocess.run(
            [str(program(name)), *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **self._user
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", "fsync=off"]
        words = [word for setting in settings for word in ("-c", setting)]
        self.process = subprocess.Popen(
            [str(program("postgres")), "-D", "data", "-p", str(self.port), *words],
            cwd=self.folder,
            stderr=subprocess.DEVNULL,
            **self._user,
        )
        until = time.monotonic() + _SECONDS
        while True:
            try:
                self.ask("SELECT 1")
                return
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a fall of the machine does: nothing is tidied up."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(_SECONDS)

    def address(self, database: str = "postgres", user: str = USER) -> str:
        """Its address without a password."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database; its name."""
        self.databases += 1
        name = f"d{self.databases}"
        settings = Address.from_text(self.address())
        with connected(Address(settings.settings, settings.shown, PASSWORD)) as server:
            server.run(f"CALL postgres_execute('served', 'CREATE DATABASE {name}', use_transaction := false)")
        return name

    def ask(self, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of a query, as its owner."""
        settings = Address.from_text(self.address(database))
        with connected(Address(settings.settings, settings.shown, PASSWORD)) as server:
            return server.ask(query)

    def tell(self, statement: str, database: str = "postgres") -> None:
        """Run a statement by itself, as its owner."""
        settings = Address.from_text(self.address(database))
        with connected(Address(settings.settings, settings.shown, PASSWORD)) as server:
            server.tell(statement)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # not below pytest's folder, which nobody else may enter
    server = None
    try:
        server = PostgresServer(folder)
        yield server
    finally:
        if server is not None and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
