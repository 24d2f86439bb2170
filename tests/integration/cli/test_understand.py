"""`regalo understand` with the trained model: an object a line, and a label for each message."""

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.config.settings import ROOT

CONTRACT = [
    "Mi pedido 10482 llegó roto, mi correo es ana.ruiz@example.com",
    "My parcel never arrived",
    "Quiero hablar con una persona",
    "sí",
    "no",
    "¿Qué hora es?",
    "",
    "😡",
]
# One complaint, with facts beside it or without a complaint.
WITH_FACTS = {
    "El pedido 10482 llegó roto. ana.ruiz@example.com": "damaged",
    "Mi pedido 10494 está atrasado, mi correo es ana.ruiz@example.com": "late_delivery",
    "pedido 10482 llegó tarde, 300 123 4567": "late_delivery",
    "My order 10482 never arrived, email ana.ruiz@example.com": "not_delivered",
    "order 10482 arrived broken, my email is ana.ruiz@example.com": "damaged",
    "mi pedido es el 10482 y mi correo ana.ruiz@example.com": "not_complaint",
    "buenas tardes, 10482": "not_complaint",
}

Understood = list[dict[str, Any]]


@pytest.fixture(scope="module")
def understood() -> Understood:
    """The objects for all messages of this file: the engine takes seconds to start."""
    result = subprocess.run(
        [sys.executable, "-m", "bot.cli", "understand"],
        cwd=ROOT,
        input="".join(f"{text}\n" for text in (*CONTRACT, *WITH_FACTS)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=170,
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_there_is_one_object_a_line_in_the_order_of_the_messages(understood: Understood) -> None:
    assert [line["text"] for line in understood] == [*CONTRACT, *WITH_FACTS]
    keys = ["text", "language", "label", "confidence", "entities"]
    assert {tuple(line) for line in understood} == {tuple(keys)}
    assert min(line["confidence"] for line in understood) >= 0
    assert max(line["confidence"] for line in understood) <= 1


def test_language_label_and_entities_are_those_of_the_message(understood: Understood) -> None:
    lines = understood[: len(CONTRACT)]
    assert [line["language"] for line in lines[:3]] == ["es", "en", "es"]
    # Without a word of either language it is Spanish.
    assert [line["language"] for line in lines[6:]] == ["es", "es"]
    expected = ["damaged", "not_delivered", "wants_human", "affirm", "deny"]
    assert [line["label"] for line in lines[:5]] == expected
    assert {line["label"] for line in lines[5:]} == {"not_complaint"}
    assert "10482" in str(lines[0]["entities"])
    assert "ana.ruiz@example.com" in str(lines[0]["entities"])


def test_facts_beside_a_complaint_do_not_change_its_label(understood: Understood) -> None:
    lines = understood[len(CONTRACT) :]
    assert {line["text"]: line["label"] for line in lines} == WITH_FACTS
