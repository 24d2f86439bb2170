"""The command line: help, errors in one sentence, and the processes that `regalo run` starts."""

import configparser
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.cli import understand
from bot.cli.failure import Failure
from bot.cli.process import PARENT, lock_database
from bot.cli.program import write_configuration
from bot.config.settings import load_settings

pytestmark = pytest.mark.unit


def regalo(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command_for_people() -> None:
    result = regalo("--help")

    assert result.returncode == 0
    commands = [line.split()[0] for line in result.stdout.split("Commands:")[1].splitlines()[1:12]]
    assert commands == [
        "run",
        "train",
        "chat",
        "understand",
        "eval",
        "orders",
        "policy",
        "agents",
        "queue",
        "promises",
        "ledger",
    ]


@pytest.mark.parametrize(
    "command", ["run", "train", "chat", "understand", "edge", "actions", "engine"]
)
def test_help_of_each_command_has_examples(command: str) -> None:
    result = regalo(command, "--help")

    assert result.returncode == 0
    assert f"regalo {command}" in result.stdout.partition("Examples:")[2]


def test_an_unknown_command_is_a_usage_error() -> None:
    assert regalo("nonsense").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["run"], {"PORT": "x"}, "regalo: PORT is 'x'; allowed: a whole number"),
        (["edge"], {"ENGINE_URL": ""}, "regalo: ENGINE_URL and ENGINE_TOKEN are not set"),
        (["actions"], {"ACTIONS_URL": ""}, "regalo: ACTIONS_URL and ACTIONS_TOKEN are not set"),
        (["engine"], {"ENGINE_TOKEN": ""}, "ENGINE_URL, ENGINE_TOKEN, ACTIONS_URL and ACTIONS_TOK"),
        (["actions"], {"ACTIONS_TOKEN": " "}, "regalo: ACTIONS_TOKEN is wrong (its value is not"),
        (["policy", "check"], {"COMPANY_DIR": "nowhere"}, "profile.yml:1: cannot be read"),
    ],
)
def test_wrong_setting_is_one_sentence_without_a_traceback(
    arguments: list[str], environ: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    result = regalo(*arguments, VAR_DIR=str(tmp_path), **environ)

    assert (result.returncode, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        result = regalo("run", PORT=port, HOST="127.0.0.1", VAR_DIR=str(tmp_path))

    assert result.returncode == 1
    assert (
        result.stderr
        == f"regalo: Port {port} is in use on 127.0.0.1: stop what uses it or set PORT\n"
    )


def test_second_edge_on_a_sqlite_file_is_refused(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/a.db")
    lock = lock_database(settings)
    assert lock is not None
    with pytest.raises(Failure, match=rf"already runs on .*a\.db \(process {os.getpid()}\)"):
        lock_database(settings)

    os.close(lock)
    again = lock_database(settings)
    assert again is not None
    os.close(again)


def test_postgresql_needs_no_lock(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, database_url="postgresql://h/d")

    assert lock_database(settings) is None


def test_configuration_names_every_process_and_no_secret(tmp_path: Path) -> None:
    settings = load_settings(
        var_dir=tmp_path / "100% var", admin_password="hunter2", secret_key="hunter2" * 9
    )

    path = write_configuration(settings)
    parsed = configparser.ConfigParser()
    parsed.read(path)

    assert parsed.sections()[2:] == [
        f"program:{name}" for name in ("edge", "actions", "engine", "announce")
    ]
    assert parsed["supervisord"]["childlogdir"] == str(path.parent)
    assert "hunter2" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert not any(name.endswith("server") for name in parsed.sections())


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux can signal a parent's death"
)
def test_process_ends_when_its_runner_is_killed() -> None:
    child = (
        "import signal, time; from bot.cli.process import end_with_parent;"
        "end_with_parent(signal.SIGTERM); print('up', flush=True); time.sleep(60)"
    )
    runner = (
        "import os, subprocess, sys, time;"
        f"os.environ[{PARENT!r}] = str(os.getpid());"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", runner], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGKILL)
        process.wait()

        until = time.monotonic() + 10
        while _is_running(pid) and time.monotonic() < until:
            time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie: ended, but its parent has not waited for it


@pytest.mark.parametrize(
    ("intent", "label"),
    [
        ("damaged", "damaged"),
        ("other_complaint", "other_complaint"),
        ("wants_human", "wants_human"),
        ("affirm", "affirm"),
        ("deny", "deny"),
        ("praise", "not_complaint"),
        ("nlu_fallback", "not_complaint"),
        ("", "not_complaint"),
    ],
)
def test_label_of_each_intent(intent: str, label: str) -> None:
    assert understand.label(intent) == label
