"""The two products that are compared: Rasa's own starter project and all of Regalo."""

import csv
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bench import customers
from bench.server import Server, free_port
from bot.config.settings import ROOT
from bot.policy.loader import POLICY_FILE

RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
# Each customer has their own order and e-mail address; the demo's orders are not used.
ORDERS = range(20_000, 24_000)


def _company(folder: Path) -> Path:
    """Copy the demo company without its breaker, which so much spending would trip."""
    company = folder / "company"
    shutil.rmtree(company, ignore_errors=True)
    shutil.copytree(ROOT / "data" / "company", company)
    policy = company / POLICY_FILE
    text = policy.read_text("utf-8")
    policy.write_text(re.sub(r"^breaker:\n(  .*\n)+", "", text, flags=re.MULTILINE), "utf-8")
    return company


def starter(folder: Path) -> Server:
    """Return the starter project as `rasa init` makes and trains it, served by Rasa."""
    project = folder / "starter"
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "-1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    if not any(project.glob("models/*.tar.gz")):
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir(parents=True)
        print("Making and training Rasa's starter project: some minutes, once …", flush=True)
        subprocess.run(  # noqa: S603  (the command is Rasa's own)
            [RASA, "init", "--no-prompt"],
            cwd=project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    port = free_port()
    return Server(
        name="starter",
        command=[str(RASA), "run", "--port", str(port)],
        folder=project,
        environment=environment,
        open_session=customers.starter_sessions(f"http://127.0.0.1:{port}"),
        greeting="Hi",
        log=folder / "starter.log",
    )


def regalo(folder: Path, name: str = "regalo") -> Server:
    """Return Regalo, started as people start it, with its own database of orders."""
    port = free_port()
    var = folder / name
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{var / 'regalo.db'}",
        "COMPANY_DIR": str(_company(var)),
    }
    subprocess.run(  # noqa: S603  (the command is ours)
        [sys.executable, "-m", "bot.cli", "orders", "import", str(_orders(var))],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Server(
        name=name,
        command=["make", "run"],
        folder=ROOT,
        environment=environment,
        open_session=customers.regalo_sessions(f"http://127.0.0.1:{port}"),
        greeting="Hola",
        log=folder / f"{name}.log",
    )


def _orders(var: Path) -> Path:
    with (var / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            "order_number customer_name email phone total currency placed_at promised_at"
            " delivered_at status items".split()
        )
        # Placed, promised, delivered: recent enough for a complaint.
        ago = (datetime.now().astimezone() - timedelta(days=days) for days in (17, 11, 12))
        times = [moment.isoformat(timespec="seconds") for moment in ago]
        for number in ORDERS:
            who = ["Cliente", f"c{number}@example.com", "", "249900", "COP", *times]
            rows.writerow([number, *who, "delivered", "Licuadora Oster 1.5 L x1"])
    return var / "orders.csv"


def starter_script() -> list[str]:
    """Return eight messages that the starter project understands."""
    return ["Hi", "I am sad", "yes", "are you a bot?", "good morning", "I feel great", "no", "bye"]


def regalo_scripts() -> Callable[[], list[str]]:
    """Return a function that writes the eight messages of a complaint, each about another order."""
    numbers = itertools.cycle(ORDERS)

    def script() -> list[str]:
        number = next(numbers)
        return [
            "Hola, buenas tardes",
            "Compré una licuadora y llegó quebrada",
            f"Es el pedido {number}",
            f"Mi correo es c{number}@example.com",
            customers.PRESS,
            "¿Cómo va mi caso?",
            "Gracias",
            "Adiós",
        ]

    return script
