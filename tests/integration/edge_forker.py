"""Edges that tests kill: forked from a process that has imported everything, to start fast.

``python -m tests.integration.edge_forker`` reads one port a line and answers with the process id of
the edge that it has started there. Besides serving, such an edge accepts the offers in the database
one after the other, as the turns of customers would.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sanic import Sanic
from sqlalchemy import select

from bot.app import EdgeApp, create_app
from bot.compensation import acceptance, fulfilment, presentation
from bot.config.settings import ROOT, Settings, load_settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.conversation import messages
from bot.conversation.workers import fulfilment_worker
from bot.customers import conversations
from bot.database.session import Database
from bot.models import Compensation, CompensationState, Complaint, MessageState
from bot.policy.model import AlternativeSpec, Policy
from bot.runtime import Runtime
from bot.text.reply import Reply
from tests.fakes.company_system import SECRET


def with_webhook_provider(policy: Policy, *kinds: str) -> Policy:
    """Return the policy with these kinds of remedies sent to the company's own system."""

    def by_webhook(spec: AlternativeSpec) -> AlternativeSpec:
        return spec.model_copy(update={"provider": "webhook"}) if spec.kind in kinds else spec

    rules = tuple(
        rule.model_copy(
            update={
                "offer": tuple(by_webhook(spec) for spec in rule.offer),
                "entitlement": by_webhook(rule.entitlement) if rule.entitlement else None,
            }
        )
        for rule in policy.rules
    )
    return replace(policy, rules=rules)


def edge_settings(settings: Settings, url: str) -> dict[str, str]:
    """Return the settings of an edge with the company's system at ``url``."""
    return {
        "database_url": settings.database_url,
        "var_dir": str(settings.var_dir),
        "provider_url": url,
        "provider_secret": SECRET,
        "engine_url": "http://127.0.0.1:9",  # nobody: no customer writes
        "engine_token": "none",
        "log_level": "ERROR",
    }


class EdgeForker:
    """Starts edges and kills them."""

    def __init__(self, given: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.edge_forker", json.dumps(given)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        assert self._answers.readline() == "ready\n"

    def begin(self, port: int) -> int:
        """Start an edge on a port; return its process id."""
        self._requests.write(f"{port}\n")
        self._requests.flush()
        return int(self._answers.readline())

    def kill(self, pid: int) -> None:
        """Kill an edge with SIGKILL, and wait until it has ended."""
        os.kill(pid, signal.SIGKILL)
        self._requests.write(f"-{pid}\n")
        self._requests.flush()
        assert self._answers.readline() == "gone\n"

    def close(self) -> None:
        self._requests.close()
        self._process.wait(30)
        self._answers.close()


def main() -> None:
    given = json.loads(sys.argv[1])
    settings = load_settings(**given)
    context = load_company_context(settings)
    # No breaker: so much spending, and so many errors, would trip it.
    policy = replace(with_webhook_provider(context.policy, "refund", "replacement"), breaker=None)
    context.in_force.policy = policy
    # The same behaviour with shorter waits.
    fulfilment.MAX_WAIT = timedelta(seconds=0.6)
    fulfilment_worker.LEASE = timedelta(seconds=2)
    fulfilment_worker.SWEEP_EVERY = 0.05
    app = create_app(settings, context)
    print("ready", flush=True)
    for line in sys.stdin:
        number = int(line)
        if number < 0:
            os.waitpid(-number, 0)
            print("gone", flush=True)
        elif pid := os.fork():
            print(pid, flush=True)
        else:
            _serve(app, context, number)
            os._exit(0)


def _serve(app: EdgeApp, context: CompanyContext, port: int) -> None:

    @app.after_server_start
    async def accept(app: Sanic[Any, Any]) -> None:
        runtime: Runtime = app.ctx.runtime
        app.add_task(_accept_all(runtime.db, context))

    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)


async def _accept_all(db: Database, context: CompanyContext) -> None:
    """Accept open offers and confirm each in its conversation, in one transaction, as a turn does.

    It never ends: a remedy that the provider refuses late brings another offer.
    """
    while True:
        async with db.read() as session:
            offered = select(Compensation.id).where(
                Compensation.state == CompensationState.OFFERED, Compensation.position <= 2
            )
            open_ids = list(await session.scalars(offered))
        if open_ids:
            async with db.write() as session:
                await _accept(session, context, random.choice(open_ids))  # noqa: S311 - any of them
        await asyncio.sleep(random.uniform(0, 0.3))  # noqa: S311 - no secret


async def _accept(session: Any, context: CompanyContext, chosen_id: int) -> None:
    chosen = await session.get_one(Compensation, chosen_id)
    case = await session.get_one(Complaint, chosen.complaint_id)
    conversation = await conversations.lock(session, case.conversation_id)
    await session.refresh(chosen)
    if chosen.state != CompensationState.OFFERED:
        return  # another edge was faster
    _, given = await acceptance.accept(session, context, chosen.id, "bot")
    text = await presentation.confirmation(session, context, case, given, conversation.language)
    await messages.add_outgoing(session, conversation, Reply(text), state=MessageState.PENDING)


if __name__ == "__main__":
    main()
