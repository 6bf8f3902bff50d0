"""A real PgBouncer before a PostgreSQL, for as long as a block runs; each transaction gets another session there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.postgres import Server, free_port, listens

#: Where Debian puts it.
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
_MOST_SECONDS = 30.0


@contextmanager
def pooler(server: Server, sessions: int = 3) -> Iterator[int]:
    """The port on which it listens. It opens so many *sessions* of a database, and gives whoever begins a transaction
    the one that was used longest ago."""
    if PGBOUNCER is None:
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="natars-pooler-"))
    folder.chmod(0o755)
    port = free_port()
    (folder / "users.txt").write_text('"natars" ""\n"postgres" ""\n')
    (folder / "pooler.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users.txt\npool_mode = transaction\n"
        f"default_pool_size = {sessions}\nserver_round_robin = 1\nmax_client_conn = 200\n"
    )
    become = ["-u", "postgres"] if os.geteuid() == 0 else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PGBOUNCER, *become, str(folder / "pooler.ini")], stdout=log, stderr=log)  # noqa: S603
    try:
        end = time.monotonic() + _MOST_SECONDS
        while not listens(port):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(_MOST_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def through(address: str, port: int) -> str:
    """The same database, by way of the pooler."""
    return make_url(address).set(port=port).render_as_string(hide_password=False)
