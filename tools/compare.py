"""Trains the pipelines of tests/nlu/pipelines, and ours, on our data, and measures each.

Writes docs/pipelines.md and, as JSON, var/compare/pipelines.json. The neural networks take an
hour; `tools/compare.py 3_words_logistic ours` measures only those two.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bot.category import CATEGORIES
from bot.cli.figures import macro_f1, mean
from bot.cli.understand import label
from bot.config.settings import ROOT, load_settings
from bot.rasa import environment

PIPELINES = ROOT / "tests" / "nlu" / "pipelines"
MESSAGES = ROOT / "tests" / "nlu" / "messages.jsonl"
FIGURES = {
    "pipeline": "pipeline",
    "f1_es": "macro-F1 es",
    "f1_en": "macro-F1 en",
    "false": "false complaints",
    "missed": "missed complaints",
    "human": "recall of wants_human",
    "training": "training, s",
    "load": "start to first answer, s",
    "memory": "memory, MB",
    "rate": "messages a second",
}
PREAMBLE = """\
<!-- Written by `make compare`. -->

# Pipelines compared

The pipelines of tests/nlu/pipelines, and ours, trained on the same data and measured on all
messages of tests/nlu/messages.jsonl. The conditions and the conclusions are in
[understanding.md](understanding.md#other-pipelines); shares are out of 1.
"""


def main() -> None:
    """Measure the pipelines named as arguments, or all; keep earlier results of the others."""
    configs = {path.stem: path for path in sorted(PIPELINES.glob("*.yml"))}
    configs["ours"] = ROOT / "config.yml"
    folder = load_settings().var_dir / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "pipelines.json"
    rows = json.loads(results.read_text(encoding="utf-8")) if results.is_file() else {}
    for name in sys.argv[1:] or configs:
        print(f"{name} …", flush=True)
        rows[name] = {"pipeline": name, **measure(configs[name], folder, name)}
        print(rows[name], flush=True)
        results.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    table = [list(FIGURES.values()), ["---"] * len(FIGURES)]
    table += [[str(rows[name][key]) for key in FIGURES] for name in configs if name in rows]
    text = "\n".join(f"| {' | '.join(row)} |" for row in table)
    (ROOT / "docs" / "pipelines.md").write_text(f"{PREAMBLE}\n{text}\n", encoding="utf-8")


def measure(config: Path, folder: Path, name: str) -> dict[str, float]:
    """Train one pipeline; return its figures, by the keys of FIGURES."""
    python, settings = environment.python(), load_settings()
    assert python is not None, "the dialogue engine is not installed: run `make setup`"
    variables = environment.environment(
        os.environ, settings, RASA_CACHE_DIRECTORY=str(folder / f"cache-{time.time_ns()}")
    )
    started_at = time.monotonic()
    command = [python, "-m", "rasa", "train", "nlu", "--config", config, "--nlu", "data/nlu"]
    subprocess.run(
        [*command, "--domain", "domain.yml", "--out", folder, "--fixed-model-name", name],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    training = time.monotonic() - started_at
    return {
        "training": round(training),
        **measure_model(python, variables, folder / f"{name}.tar.gz"),
    }


def measure_model(python: Path, variables: dict[str, str], model: Path) -> dict[str, float]:
    """Return start-up time, memory, speed and quality of a trained model."""
    messages = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    started_at = time.monotonic()
    with subprocess.Popen(
        [python, "-m", "bot.inside_rasa.parse", model],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as parser:
        _ask(parser, "hola")
        load = time.monotonic() - started_at
        started_at = time.monotonic()
        predicted = [_ask(parser, message["text"]) for message in messages]
        rate = len(messages) / (time.monotonic() - started_at)
        status = Path(f"/proc/{parser.pid}/status").read_text(encoding="utf-8")
        parser.communicate()
    pairs = list(zip((message["label"] for message in messages), predicted, strict=True))
    by_language = {
        language: [pair for pair, message in zip(pairs, messages, strict=True)
                   if message["language"] == language]
        for language in ("es", "en")
    }  # fmt: skip
    return {
        "f1_es": round(macro_f1(by_language["es"]), 3),
        "f1_en": round(macro_f1(by_language["en"]), 3),
        "false": round(mean(p in CATEGORIES for t, p in pairs if t not in CATEGORIES), 3),
        "missed": round(mean(p not in CATEGORIES for t, p in pairs if t in CATEGORIES), 3),
        "human": round(mean(p == t for t, p in pairs if t == "wants_human"), 3),
        "load": round(load, 1),
        "memory": round(int(status.split("VmRSS:")[1].split()[0]) / 1024),
        "rate": round(rate),
    }


def _ask(parser: "subprocess.Popen[str]", text: str) -> str:
    """Return the label that the parser predicts for a text."""
    assert parser.stdin is not None
    assert parser.stdout is not None
    parser.stdin.write(json.dumps(text) + "\n")
    parser.stdin.flush()
    ranking = json.loads(parser.stdout.readline())["ranking"]
    return label(ranking[0][0]) if ranking else "not_complaint"


if __name__ == "__main__":
    main()
