"""The supervisord configuration for the three processes, and for the one that says "ready"."""

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

# In one group they are stopped all at once, and not one after the other.
[group:regalo]
programs={programs}
"""

_PROCESSES = ("edge", "actions", "engine", "announce")

# startsecs and startretries: what ends within five seconds is tried again after 1 s, 2 s, 3 s …
# and never given up; what ends later is started again at once.
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
    """Write the file for a run on this port; no secret is in it, they pass by the environment."""
    folder = settings.var_dir / "run" / str(settings.port)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # supervisord says that it runs as root, unless it is told to.
    user = "user=root\n" if os.getuid() == 0 else ""
    parts = [
        _SUPERVISORD.format(user=user, folder=_escaped(str(folder)), programs=",".join(_PROCESSES))
    ]
    for name in _PROCESSES:
        once = name == "announce"
        parts.append(
            _PROGRAM.format(
                name=name,
                command=_escaped(shlex.join([sys.executable, "-m", "bot.cli", name])),
                root=_escaped(str(ROOT)),
                again="false" if once else "true",
                startsecs=0 if once else 5,
            )
        )
    path = folder / "supervisord.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(parts))
    return path


def _escaped(value: str) -> str:
    return value.replace("%", "%%")
