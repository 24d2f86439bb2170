"""The figures as a table, as JSON, and as a picture for the documentation."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = dict[str, Any]


def quantile(waits: list[float], share: float) -> float:
    """Return the quantile of the waits (seconds) in milliseconds."""
    ordered = sorted(waits)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def machine() -> Figures:
    """Describe the machine and its load."""
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def show(figures: Figures) -> None:
    """Print tables of all figures, with the starter project's beside Regalo's."""
    console = Console(highlight=False, width=100)
    table = Table(title="Regalo beside Rasa's starter project", box=None)
    for heading in ("", "starter", "Regalo", "ratio"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, starter, regalo in rows(figures):
        ratio = f"{regalo / starter:.2f}" if starter else ""
        table.add_row(name, f"{starter:,.1f}", f"{regalo:,.1f}", ratio)
    console.print(table)
    table = Table(title="A turn of Regalo's as the history grows", box=None)
    for heading in ("history", "ms", "ratio"):
        table.add_column(heading, justify="left" if heading == "history" else "right")
    for kind in ("messages", "cases"):
        costs = figures[kind]
        least = next(iter(costs.values()))
        for size, cost in costs.items():
            table.add_row(f"{int(size):,} {kind}", f"{1000 * cost:.1f}", f"{cost / least:.2f}")
    console.print(table)
    load = figures["machine"]
    console.print(f"{load['cores']} cores; load {load['load']} before, {load['load_after']} after.")
    for failure in figures["failures"]:
        console.print(f"FAILED {failure}")


def rows(figures: Figures) -> list[tuple[str, float, float]]:
    """Return rows of name, the starter project's figure, Regalo's figure."""
    table = []
    for name in figures["levels"]:
        starter, regalo = (figures[product]["levels"][name] for product in ("starter", "regalo"))
        table += [
            (f"{name:>3} customers: messages/s", starter["per_second"], regalo["per_second"]),
            *(
                (f"{'':>3} p{share} ms", starter[f"p{share}"], regalo[f"p{share}"])
                for share in (50, 95, 99)
            ),
            (f"{'':>3} computing a message, ms", starter["computing"], regalo["computing"]),
        ]
    for key, name in (
        ("start", "start to first answer, s"),
        ("memory", "memory of all processes, MB"),
    ):
        table.append((name, figures["starter"][key], figures["regalo"][key]))
    return table


def write(figures: Figures, file: Path) -> None:
    """Write all figures to a JSON file."""
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def plot(figures: Figures, file: Path) -> None:
    """Draw messages a second and the wait, by the number of customers."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "regalo"  # the same figures make the same file
    from matplotlib import pyplot as plt

    names = figures["levels"]
    picture, (rate, wait) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for product, colour in (("starter", "#9a9a9a"), ("regalo", "#0b6e4f")):
        levels = [figures[product]["levels"][name] for name in names]
        shown = {"color": colour, "marker": "o", "label": product}
        rate.plot(names, [level["per_second"] for level in levels], **shown)
        wait.plot(names, [level["p95"] / 1000 for level in levels], **shown)
    rate.set(title="messages a second", xlabel="customers at once", ylim=(0, None))
    wait.set(title="p95 from message to answer, s", xlabel="customers at once", yscale="log")
    rate.legend(frameon=False)
    for axes in (rate, wait):
        axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(file, metadata={"Date": None})
