"""The supervisord configuration of edge, actions, engine and announce."""

import os
import shlex
import sys
from pathlib import Path

from bot.config.settings import ROOT, Settings

_SUPERVISORD = """\
[supervisord]
nodaemon=true
{user}logfile=/dev/null
logfile_maxbytes=0
loglevel=warn
pidfile={folder}/supervisord.pid
childlogdir={folder}
umask=077

# One group: its programs are stopped all at once, not one after the other.
[group:regalo]
programs={programs}
"""

_PROCESSES = ("edge", "actions", "engine", "announce")

# startsecs and startretries: a program that ends within five seconds is started again after 1 s,
# 2 s, 3 s … without end; one that ends later is started again at once.
_PROGRAM = """
[program:{name}]
command={command}
directory={root}
autostart=true
autorestart={again}
startsecs={startsecs}
startretries=1000000
exitcodes=0
stopsignal=TERM
stopwaitsecs=10
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
"""


def write_configuration(settings: Settings) -> Path:
    """Write the configuration for a run on this port, and return its path.

    No secret is written: the processes get them through the environment.
    """
    folder = settings.var_dir / "run" / str(settings.port)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Without an explicit user supervisord warns that it runs as root.
    user = "user=root\n" if os.getuid() == 0 else ""
    parts = [
        _SUPERVISORD.format(user=user, folder=_escape(str(folder)), programs=",".join(_PROCESSES))
    ]
    for name in _PROCESSES:
        runs_once = name == "announce"
        parts.append(
            _PROGRAM.format(
                name=name,
                command=_escape(shlex.join([sys.executable, "-m", "bot.cli", name])),
                root=_escape(str(ROOT)),
                again="false" if runs_once else "true",
                startsecs=0 if runs_once else 5,
            )
        )
    path = folder / "supervisord.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(parts))
    return path


def _escape(value: str) -> str:
    return value.replace("%", "%%")
