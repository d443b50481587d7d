"""A real PostgreSQL on loopback, run as an ordinary user."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest


def programs():
    """The folder of the newest PostgreSQL; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda own: int(own.parts[-3]))
    if found:
        return found[-1].parent
    own = shutil.which("initdb")
    return None if own is None else Path(own).parent


@pytest.fixture(scope="session")
def server():
    """The address of a server that is started for the tests and ended by its process id."""
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="gnomon-pg-"))
    as_user = []
    if os.geteuid() == 0:  # it does not run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
    run = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*as_user, where / "initdb", "-D", folder / "data", "-A", "trust", "-U", "gnomon", "-E", "UTF8"],
                   check=True, timeout=120, **run)  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    process = subprocess.Popen([*as_user, where / "postgres", "-D", folder / "data", *options], **run)
    try:
        for _ in range(300):
            ready = subprocess.run(
                [where / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False, timeout=20
            )
            if ready.returncode == 0:
                break
            assert process.poll() is None, "PostgreSQL has ended"
            time.sleep(0.1)
        yield f"postgresql://gnomon@127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server):
    """The address of an empty database of the server."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"
