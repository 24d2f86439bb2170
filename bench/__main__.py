"""`make bench`: start both products, put the same load on each in turn, and report."""

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from bench import history, report
from bench.customers import LoadResult, run_load
from bench.products import regalo, regalo_scripts, starter, starter_script
from bench.report import Figures, quantile
from bench.server import Server
from bot.config.settings import ROOT

FOLDER = ROOT / "var" / "bench"
PICTURE = ROOT / "docs" / "images" / "performance.svg"


def main() -> None:
    """Measure, print and store the figures."""
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
            products["regalo"].open_session,
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
    """Return the median seconds of some starts; leave the product running."""
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
    """Measure both products at each level in turns, so that other load affects both alike."""
    for level in levels:
        results = {name: LoadResult() for name in products}
        for order in (list(products), list(products)[::-1]):
            for name in order:
                result = await run_load(
                    products[name].open_session,
                    scripts[name],
                    customers=level,
                    seconds=8 if quick else 20,
                    warm=2 if quick else 4,
                    cpu_seconds=products[name].cpu_seconds,
                )
                results[name].add(result)
        for name, result in results.items():
            figures["failures"] += [
                f"{name}, {level} customers: {failure}" for failure in result.failures
            ]
            figures[name].setdefault("levels", {})[str(level)] = _summary(result)
            print(f"{name}, {level} customers: {_summary(result)}", flush=True)


def _summary(result: LoadResult) -> dict[str, float]:
    shares = {f"p{share}": round(quantile(result.waits, share / 100), 1) for share in (50, 95, 99)}
    return {
        "per_second": round(len(result.waits) / result.seconds, 2),
        **shares,
        "computing": round(1000 * result.cpu_seconds / max(len(result.waits), 1), 1),
        "messages": len(result.waits),
        "failures": len(result.failures),
    }


async def _cases(few: Server, script: Callable[[], list[str]], cases: int) -> dict[int, float]:
    """Return the median wait of a single customer, by the number of cases in the database."""
    print(f"{cases:,} cases …", flush=True)
    many = regalo(FOLDER, "many")
    waits: dict[int, list[float]] = {1: [], cases: []}
    try:
        await many.start()
        await history.fill(Path(many.environment["VAR_DIR"]) / "regalo.db", cases)
        for _ in range(4):
            for size, server in ((1, few), (cases, many)):
                result = await run_load(server.open_session, script, customers=1, seconds=5, warm=1)
                waits[size] += result.waits
    finally:
        many.stop()
    return {size: quantile(seconds, 0.5) / 1000 for size, seconds in waits.items()}


if __name__ == "__main__":
    main()
