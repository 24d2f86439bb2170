"""Takes up changed policy files while a process runs; a wrong one changes nothing and is told.

A file is looked at once it has stopped changing, is checked as a whole in a thread, and only then
becomes part of a new desk, which the next turn gets.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from bot.config.settings import Settings
from bot.context.company_context import POLICY, SHADOW, Desk, load
from bot.metrics import POLICY_BAD, POLICY_LOADS
from bot.policy.decide import Policy, PolicyError

LOOK_EVERY: Final = 1.0  # seconds

Stamp = tuple[int, ...] | None  # what changes with a file; None where there is none

log = structlog.get_logger()


class PolicyWatch:
    """Looks after the policy files of one process."""

    def __init__(self, settings: Settings, desk: Desk, use: Callable[[Desk], None]) -> None:
        self._settings = settings
        self._desk = desk
        self._use = use
        self._paths = {name: settings.company_dir / name for name in (POLICY, SHADOW)}
        # The desk was read a moment ago: whatever changed since then is seen as a change.
        self._taken: dict[str, Stamp] = {}
        self._seen: dict[str, Stamp] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.create_task(self._for_ever())

    def stop(self) -> None:
        """Look no more."""
        if self._loop is not None:
            self._loop.cancel()

    async def _for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("policy_watch_failed")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Take up what has changed and stands still since the last look."""
        for name, path in self._paths.items():
            stamp = _stamp(path)
            stands, self._seen[name] = self._seen.get(name, ()) == stamp, stamp
            if stands and self._taken.get(name, ()) != stamp:
                self._taken[name] = stamp
                await self._take(name, stamp)

    async def _take(self, name: str, stamp: Stamp) -> None:
        policy: Policy | None = None
        if stamp is not None or name == POLICY:
            try:
                policy = await asyncio.to_thread(load, self._settings, name, self._desk.company)
            except PolicyError as error:
                self._kept(name, error)
                return
        before = self._desk.policy if name == POLICY else self._desk.shadow
        POLICY_BAD.labels(name).set(0)
        if _version(policy) == _version(before):
            return  # such as when a process starts, or only a comment has changed
        desk = self._desk
        self._desk = (
            replace(desk, policy=policy)
            if name == POLICY and policy is not None
            else replace(desk, shadow=policy)
        )
        self._use(self._desk)
        POLICY_LOADS.labels(name, "taken").inc()
        log.info("policy_taken", file=name, version=_version(policy), before=_version(before))

    def _kept(self, name: str, error: PolicyError) -> None:
        before = self._desk.policy if name == POLICY else self._desk.shadow
        POLICY_LOADS.labels(name, "refused").inc()
        POLICY_BAD.labels(name).set(1)
        problems = str(error).splitlines()
        log.error("policy_refused", file=name, running=_version(before), problems=problems)


def _version(policy: Policy | None) -> str | None:
    return policy.version if policy else None


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
