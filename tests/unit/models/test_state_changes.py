"""Each state is assigned in one module only, which therefore shows all its changes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config.settings import ROOT

pytestmark = pytest.mark.unit

# The only modules that change states, and of what. A new row's first state is no change.
CHANGED_IN = {
    "bot/cases/complaints.py": "complaints",
    "bot/cases/promises.py": "promises",
    "bot/compensation/approvals.py": "approvals",
    "bot/compensation/fulfilment.py": "fulfilments",
    "bot/compensation/transitions.py": "remedies and offers",
    "bot/conversation/message_states.py": "messages",
    "bot/handoffs/transitions.py": "handoffs",
}
CALLS = {"values", "change", "compare_and_set", "setattr", "set_committed_value"}


def changes(source: str) -> Iterator[int]:
    """Yield the lines on which an attribute or a column ``state`` gets a new value."""
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and part.attr == "state":
                    yield part.lineno
        if isinstance(node, ast.Call) and _name(node.func) in CALLS:
            keywords = [keyword.arg for keyword in node.keywords]
            texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            if "state" in keywords or (_name(node.func) != "compare_and_set" and "state" in texts):
                yield node.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _files() -> list[Path]:
    return [
        path
        for folder in ("bot", "actions")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def test_each_state_is_changed_in_its_own_module() -> None:
    changed_lines = {
        str(path.relative_to(ROOT)): lines
        for path in _files()
        if (lines := list(changes(path.read_text())))
    }
    elsewhere = {path: lines for path, lines in changed_lines.items() if path not in CHANGED_IN}
    assert elsewhere == {}
    assert set(changed_lines) == set(CHANGED_IN)


@pytest.mark.parametrize(
    ("source", "is_change"),
    [
        ("handoff.state = HandoffState.ENDED", True),
        ("message.state, message.asked_at = MessageState.FAILED, None", True),
        ("update(Message).where(True).values(state=MessageState.SENT)", True),
        ("update(Message).values({'state': MessageState.SENT})", True),
        ("set_committed_value(message, 'state', MessageState.SENT)", True),
        ("await transitions.change(session, handoff, state=HandoffState.ENDED)", True),
        ("setattr(message, 'state', MessageState.SENT)", True),
        ("promise = Promise(state=PromiseState.OPEN)", False),
        ("if handoff.state == HandoffState.ENDED: handoff.agent_id = None", False),
        ("update(Message).where(Message.state == MessageState.SENT).values(heard=True)", False),
    ],
)
def test_search_finds_a_change(source: str, *, is_change: bool) -> None:
    assert bool(list(changes(source))) is is_change
