"""Reloads changed policy files while a process runs; a wrong file changes nothing and is logged.

A file is read once it has stopped changing, is checked as a whole in a thread, and only then put in
force: every holder of the ``CompanyContext`` sees it from then on.
"""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from bot.config.settings import Settings
from bot.context.company_context import CompanyContext, load_company_policy
from bot.metrics import POLICY_BAD, POLICY_LOADS
from bot.policy.loader import POLICY_FILE, SHADOW_POLICY_FILE, PolicyError
from bot.policy.model import Policy

CHECK_INTERVAL: Final = 1.0  # seconds

Stamp = tuple[int, ...] | None  # mtime, size and inode of a file; None where there is none

log = structlog.get_logger()


class PolicyReloader:
    """Watches the policy files for one process."""

    def __init__(self, settings: Settings, context: CompanyContext) -> None:
        self._settings = settings
        self._context = context
        self._paths = {
            name: settings.company_dir / name for name in (POLICY_FILE, SHADOW_POLICY_FILE)
        }
        # Empty: the first checks load what changed while the process started.
        self._loaded: dict[str, Stamp] = {}
        self._last_seen: dict[str, Stamp] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the task that checks the files."""
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Cancel the task."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self.check_files()
            except Exception:
                log.exception("policy_reload_failed")
            await asyncio.sleep(CHECK_INTERVAL)

    async def check_files(self) -> None:
        """Reload each file that has changed, and has not changed since the last check."""
        for name, path in self._paths.items():
            stamp = _stamp(path)
            is_stable, self._last_seen[name] = self._last_seen.get(name, ()) == stamp, stamp
            if is_stable and self._loaded.get(name, ()) != stamp:
                self._loaded[name] = stamp
                await self._reload(name, stamp)

    async def _reload(self, name: str, stamp: Stamp) -> None:
        policy: Policy | None = None
        if stamp is not None or name == POLICY_FILE:
            try:
                policy = await asyncio.to_thread(
                    load_company_policy, self._settings, name, self._context.company
                )
            except PolicyError as error:
                self._refuse(name, error)
                return
        previous = self._current(name)
        POLICY_BAD.labels(name).set(0)
        if _version(policy) == _version(previous):
            return  # only a comment has changed, or the process has just started
        if name == SHADOW_POLICY_FILE:
            self._context.in_force.shadow = policy
        elif policy is not None:
            self._context.in_force.policy = policy
        POLICY_LOADS.labels(name, "taken").inc()
        log.info("policy_taken", file=name, version=_version(policy), before=_version(previous))

    def _refuse(self, name: str, error: PolicyError) -> None:
        POLICY_LOADS.labels(name, "refused").inc()
        POLICY_BAD.labels(name).set(1)
        version = _version(self._current(name))
        problems = str(error).splitlines()
        log.error("policy_refused", file=name, running=version, problems=problems)

    def _current(self, name: str) -> Policy | None:
        return self._context.policy if name == POLICY_FILE else self._context.shadow


def _version(policy: Policy | None) -> str | None:
    return policy.version if policy else None


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
