"""`make bench`: start both products, let customers talk to both in turn, and tell what it took."""

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from bench import history, report
from bench.customers import Heard, crowd
from bench.products import regalo, regalo_scripts, starter, starter_script
from bench.report import Figures, quantile
from bench.server import Server
from bot.config.settings import ROOT

FOLDER = ROOT / "var" / "bench"
PICTURE = ROOT / "docs" / "images" / "performance.svg"


def main() -> None:
    """Measure, print, and write."""
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures = asyncio.run(_measure(options))
    report.show(figures)
    report.write(figures, FOLDER / "bench.json")
    if options.plot:
        report.plot(figures, PICTURE)
    print(f"All figures are in {FOLDER / 'bench.json'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes; rough figures")
    parser.add_argument("--plot", action="store_true", help=f"draw {PICTURE.relative_to(ROOT)}")
    return parser.parse_args()


async def _measure(options: argparse.Namespace) -> Figures:
    quick = options.quick
    levels = [1, 64] if quick else [1, 8, 64, 256]
    figures: Figures = {
        "machine": report.machine(),
        "quick": quick,
        "levels": [str(level) for level in levels],
        "failures": [],
    }
    products = {"starter": starter(FOLDER), "regalo": regalo(FOLDER)}
    scripts = {"starter": starter_script, "regalo": regalo_scripts()}
    try:
        for name, server in products.items():
            figures[name] = {"start": await _starts(server, 1 if quick else 3)}
        await _load(figures, products, scripts, levels, quick=quick)
        for name, server in products.items():
            figures[name]["memory"] = server.memory()
        products["starter"].stop()
        print("Long conversations …", flush=True)
        figures["messages"] = await history.long_talks(
            products["regalo"].opens,
            [10, 100] if quick else [10, 100, 1000],
            talks=2,
            turns=10 if quick else 30,
        )
        figures["cases"] = await _cases(
            products["regalo"], scripts["regalo"], 10_000 if quick else 100_000
        )
    finally:
        for server in products.values():
            server.stop()
    figures["machine"]["load_after"] = round(os.getloadavg()[0], 1)
    return figures


async def _starts(server: Server, times: int) -> float:
    """The median of some starts; it is left running."""
    took = []
    for _ in range(times):
        server.stop()
        took.append(await server.start())
        print(f"{server.name}: first answer after {took[-1]:.1f} s", flush=True)
    return sorted(took)[len(took) // 2]


async def _load(
    figures: Figures,
    products: dict[str, Server],
    scripts: dict[str, Callable[[], list[str]]],
    levels: list[int],
    *,
    quick: bool,
) -> None:
    """Both products at each level, in turns, so that whatever else goes on meets both alike."""
    for level in levels:
        heard = {name: Heard() for name in products}
        for order in (list(products), list(products)[::-1]):
            for name in order:
                told = await crowd(
                    products[name].opens,
                    scripts[name],
                    customers=level,
                    seconds=8 if quick else 20,
                    warm=2 if quick else 4,
                    computing=products[name].computing,
                )
                heard[name].add(told)
        for name, told in heard.items():
            figures["failures"] += [f"{name}, {level} customers: {one}" for one in told.failures]
            figures[name].setdefault("levels", {})[str(level)] = _summary(told)
            print(f"{name}, {level} customers: {_summary(told)}", flush=True)


def _summary(heard: Heard) -> dict[str, float]:
    shares = {f"p{share}": round(quantile(heard.waits, share / 100), 1) for share in (50, 95, 99)}
    return {
        "per_second": round(len(heard.waits) / heard.seconds, 2),
        **shares,
        "computing": round(1000 * heard.computed / max(len(heard.waits), 1), 1),
        "messages": len(heard.waits),
        "failures": len(heard.failures),
    }


async def _cases(few: Server, script: Callable[[], list[str]], cases: int) -> dict[int, float]:
    """The median wait of one customer at a time, with few cases in the database and with many."""
    print(f"{cases:,} cases …", flush=True)
    many = regalo(FOLDER, "many")
    waits: dict[int, list[float]] = {1: [], cases: []}
    try:
        await many.start()
        await history.fill(Path(many.environment["VAR_DIR"]) / "regalo.db", cases)
        for _ in range(4):
            for size, server in ((1, few), (cases, many)):
                told = await crowd(server.opens, script, customers=1, seconds=5, warm=1)
                waits[size] += told.waits
    finally:
        many.stop()
    return {size: quantile(told, 0.5) / 1000 for size, told in waits.items()}


if __name__ == "__main__":
    main()
