import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
import redis

from core.embedded import valkey
from core.embedded.process import EmbeddedError
from core.embedded.valkey import ValkeyServer, find_valkey, running_valkey

pytestmark = pytest.mark.skipif(find_valkey() is None, reason="no Valkey program is installed")


def test_it_answers_on_its_url():
    with running_valkey() as server, redis.Redis.from_url(server.url) as client:
        client.set("greeting", "你好")
        assert client.get("greeting") == "你好".encode()


def test_only_its_owner_may_open_the_socket():
    with running_valkey() as server:
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700


def test_it_opens_no_port():
    with running_valkey() as server:
        assert psutil.Process(server.pid).net_connections(kind="inet") == []


def test_stopping_ends_the_process_and_removes_the_socket():
    server = ValkeyServer()
    pid = server.pid

    server.stop()
    server.stop()

    assert not server.is_running
    assert not psutil.pid_exists(pid)
    assert not server.socket.parent.exists()


def test_a_data_folder_survives_kill_9(tmp_path):
    with running_valkey(tmp_path / "queue") as first, redis.Redis.from_url(first.url) as client:
        client.set("job", "1")
        os.kill(first.pid, signal.SIGKILL)

    with running_valkey(tmp_path / "queue") as second, redis.Redis.from_url(second.url) as client:
        assert client.get("job") == b"1"


def test_a_data_folder_serves_one_server_at_a_time(tmp_path):
    with (
        running_valkey(tmp_path),
        pytest.raises(EmbeddedError, match="already running"),
        running_valkey(tmp_path),
    ):
        pytest.fail("the second server started")

    with running_valkey(tmp_path) as again:
        assert again.is_running


def test_a_program_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(valkey.tempfile, "mkdtemp", lambda prefix: made.append(prefix) or folder)
    folder = str(tmp_path / "socket")
    Path(folder).mkdir()
    false = tmp_path / "valkey-server"
    false.write_text("#!/bin/sh\necho no such luck\nexit 3\n")
    false.chmod(0o700)

    with pytest.raises(EmbeddedError, match=r"valkey-server ended with 3\. no such luck"):
        ValkeyServer(program=false)

    assert made == ["banyan-vk-"]
    assert not Path(folder).exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
def test_it_ends_when_its_parent_is_killed():
    script = """
        import os, signal
        from core.embedded.valkey import ValkeyServer
        server = ValkeyServer()
        print(server.pid, server.socket.parent, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    argv = [sys.executable, "-c", textwrap.dedent(script)]
    root = Path(valkey.__file__).parents[2]
    parent = subprocess.run(argv, capture_output=True, text=True, cwd=root, check=False)

    pid, folder = int(parent.stdout.split()[0]), parent.stdout.split()[1]
    deadline = time.monotonic() + 5
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(folder)  # a killed parent cannot tidy up
    assert not lives(pid)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
