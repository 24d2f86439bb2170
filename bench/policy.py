"""`make bench-policy`: decide with 500 rules, and replay 100 000 past cases."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import past
from bot.config.settings import load_settings
from bot.context.company_context import load_company_context
from bot.database.session import Database, migrate
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts
from bot.policy.loader import POLICY_FILE
from bot.policy.model import Policy

ROUNDS, CALLS, RULES = 9, 200, 500
# The draft that is simulated: vouchers of 15 %, and a human from 900 000 pesos.
CHANGES = (
    ("percent: 10\n    at_least: 20000\n    at_most: 80000", "percent: 15\n    at_most: 120000"),
    ("1500000", "900000"),
)


def main() -> None:
    """Measure and print; DATABASE_URL may name an empty database, else SQLite is used."""
    parser = argparse.ArgumentParser(prog="bench.policy", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    cases = parser.parse_args().cases
    with TemporaryDirectory(prefix="regalo-bench-") as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/past.db"
        settings = load_settings(database_url=url, var_dir=Path(folder))
        context = load_company_context(settings)
        _measure_decisions(context.policy)
        migrate(settings)
        asyncio.run(_fill(settings.database_url, context.policy, cases))
        draft = _draft(settings.company_dir / POLICY_FILE, Path(folder) / "draft.yml")
        for command in (("policy", "simulate", str(draft)), ("policy", "equity")):
            begin = time.perf_counter()
            _regalo(url, folder, *command)
            took = time.perf_counter() - begin
            print(f"{' '.join(command[:2])} over {cases} cases: {took:.1f} s", flush=True)


def _draft(policy: Path, draft: Path) -> Path:
    text = policy.read_text(encoding="utf-8")
    for old, new in CHANGES:
        if old not in text:
            raise SystemExit(f"{policy} has no {old!r} any more")
        text = text.replace(old, new)
    draft.write_text(text, encoding="utf-8")
    return draft


async def _fill(url: str, policy: Policy, cases: int) -> None:
    db = Database(url)
    begin = time.perf_counter()
    async with db.write() as session:
        await past.store(session, policy, cases)
    await db.close()
    print(f"{cases} cases stored in {time.perf_counter() - begin:.0f} s", flush=True)


def _regalo(url: str, folder: str, *command: str) -> None:
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot.cli", *command, "--json"],
        env={**os.environ, "DATABASE_URL": url, "VAR_DIR": folder},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _measure_decisions(demo: Policy) -> None:
    """Time the decision on one case by a small and a large policy, in turns."""
    # The worst case: all rules are of the case's category, and none of them applies.
    rule = demo.rules[0]
    slug = rule.when.category[0]
    want = rule.when.model_copy(update={"category": (slug,), "desired": ("gift",)})
    rules = tuple(
        rule.model_copy(update={"id": f"rule_{number}", "when": want}) for number in range(RULES)
    )
    large, facts = replace(demo, rules=rules), CaseFacts(category=slug, severity="low")
    times = [(_time(demo, facts), _time(large, facts)) for _ in range(ROUNDS)]
    small = statistics.median(few for few, _ in times)
    big = statistics.median(many for _, many in times)
    print(
        f"{len(demo.rules)} rules decide in {1000 * small:.3f} ms, {RULES} in {1000 * big:.3f} ms"
    )
    print(f"ratio {statistics.median(many / few for few, many in times):.1f}", flush=True)


def _time(policy: Policy, facts: CaseFacts) -> float:
    begin = time.process_time()
    for _ in range(CALLS):
        decide(policy, facts)
    return (time.process_time() - begin) / CALLS


if __name__ == "__main__":
    main()
