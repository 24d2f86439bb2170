"""Many customers write on WhatsApp within ten seconds: measure each post and each apology.

    python -m tests.load.whatsapp                      # the whole product, 500 customers
    python -m tests.load.whatsapp --stand-in           # with a fake engine: the channel alone

The customers and Meta's fake run on the same machine as the product.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot.database.session import migrate
from tests.e2e.chat import APOLOGY
from tests.e2e.product import Product
from tests.fakes.whatsapp import FakeWhatsApp, WhatsAppUser, post, sign, text_of
from tests.integration.edge_process import EdgeProcess, FakeEngineServer

SPREAD_SECONDS = 10.0
LONGEST_WAIT = 120.0
COMPLAINT = "El repartidor fue muy grosero conmigo y me gritó delante de todos"


@contextmanager
def product(whatsapp: FakeWhatsApp, folder: Path) -> Iterator[tuple[str, int]]:
    """Run the whole product; yield its URL and the process id of its edge."""
    running = Product(folder, **whatsapp.settings)
    running.start()
    try:
        yield running.url, running.pid("edge")
    finally:
        running.stop()


@contextmanager
def stand_in(whatsapp: FakeWhatsApp, folder: Path) -> Iterator[tuple[str, int]]:
    """Run an edge with an engine that answers at once; yield its URL and process id."""
    from tests.integration.conftest import settings_for

    settings = settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)
    migrate(settings)
    engine = FakeEngineServer()
    edge = EdgeProcess(settings, engine, None, **whatsapp.settings, APOLOGY_AFTER="55")
    try:
        yield edge.url, edge.pid
    finally:
        edge.stop()
        engine.close()


async def write_all(
    customers: Sequence[WhatsAppUser], seconds: float
) -> tuple[list[float], list[int]]:
    """Let all customers write within ``seconds``; return the duration and status of each post."""
    times: list[float] = []
    statuses: list[int] = []
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def write(customer: WhatsAppUser, at: float) -> None:
            await asyncio.sleep(at)
            body = json.dumps(post(customer.text_message(COMPLAINT))).encode()
            began = time.monotonic()
            answer = await client.post(
                customer.url, content=body, headers={"X-Hub-Signature-256": sign(body)}
            )
            times.append(time.monotonic() - began)
            statuses.append(answer.status_code)
            wrote[customer.phone] = began

        step = seconds / len(customers)
        await asyncio.gather(
            *(write(customer, index * step) for index, customer in enumerate(customers))
        )
    return times, statuses


wrote: dict[str, float] = {}


def first_answers(whatsapp: FakeWhatsApp, *, apology: bool) -> dict[str, float]:
    """Return when each customer was first answered, or first got an apology."""
    first: dict[str, float] = {}
    with whatsapp.lock:
        for message in whatsapp.sent:
            if not apology or APOLOGY.search(text_of(message)):
                first.setdefault(message["to"], message["at"])
    return first


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process, which other load on the machine hardly changes."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, waits: Sequence[float]) -> None:
    waits = sorted(waits)
    at = {q: waits[min(int(len(waits) * q), len(waits) - 1)] for q in (0.5, 0.95, 0.99)}
    print(
        f"{name}: median {at[0.5]:.2f} s, 95 % {at[0.95]:.2f} s, 99 % {at[0.99]:.2f} s,"
        f" longest {waits[-1]:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--stand-in", action="store_true")
    options = parser.parse_args()
    whatsapp = FakeWhatsApp()
    serve = stand_in if options.stand_in else product
    with tempfile.TemporaryDirectory() as folder, serve(whatsapp, Path(folder)) as (url, pid):
        whatsapp.webhook = f"{url}/channels/whatsapp"
        # One first, so that nothing is loaded for the first time while the others write.
        WhatsAppUser(whatsapp, url).send_text(COMPLAINT)
        time.sleep(5)
        customers = [WhatsAppUser(whatsapp, url) for _ in range(options.customers)]
        load, worked, ours = os.getloadavg()[0], cpu_seconds(pid), time.process_time()
        times, statuses = asyncio.run(write_all(customers, SPREAD_SECONDS))
        until = time.monotonic() + LONGEST_WAIT
        phones = {customer.phone for customer in customers}
        first: dict[str, float] = {}
        while time.monotonic() < until:
            first = first_answers(whatsapp, apology=not options.stand_in)
            if phones <= first.keys():
                break
            time.sleep(0.5)
        print(f"load of the machine before: {load:.1f}, after: {os.getloadavg()[0]:.1f}")
        print(f"the edge's processor time: {cpu_seconds(pid) - worked:.1f} s")
        print(f"that of the customers and of Meta's fake: {time.process_time() - ours:.1f} s")
        print(f"posts: {len(statuses)}, answered 200: {statuses.count(200)}")
        show("posts", times)
        waits = [first[phone] - wrote[phone] for phone in phones if phone in first]
        print(f"first answers: {len(waits)} of {len(phones)}")
        show("first answers", waits)
    whatsapp.close()


if __name__ == "__main__":
    main()
