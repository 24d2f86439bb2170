"""Words for states: what they print as, and that no code writes them as bare strings."""

import ast
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import get_args

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import StatementError

import bot.models
from bot.config.settings import ROOT
from bot.models import Base, HandoffReason, HandoffState, Message, MessageState, states, table_of
from bot.models.base import FreeWords
from bot.policy.decision import HumanReason
from bot.understanding.escalation import Alarm

pytestmark = pytest.mark.unit

# Also the name of the kind of a remedy, which the policy's files write.
AMBIGUOUS = {"kind"}


def vocabulary_columns() -> set[str]:
    """Return the names of the columns that hold members of a StrEnum."""
    return {
        column.name
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, FreeWords) or getattr(column.type, "enum_class", None)
    }


def test_a_word_prints_as_its_plain_value() -> None:
    state = HandoffState.WAITING
    assert (str(state), f"{state}", f"{state:>8}") == ("waiting", "waiting", " waiting")
    assert json.dumps({"state": state, state: 1}) == '{"state": "waiting", "waiting": 1}'
    written = io.StringIO()
    csv.writer(written).writerow([state])
    assert written.getvalue() == "waiting\r\n"


def test_every_vocabulary_is_exported_with_the_models() -> None:
    words = {name for name, member in vars(states).items() if isinstance(member, type)} - {
        "StrEnum"
    }
    assert len(words) > 20
    assert words <= set(bot.models.__all__)


def test_rows_hold_members_and_a_wrong_word_is_refused() -> None:
    engine = create_engine("sqlite://")
    messages = table_of(Message)
    messages.create(engine)
    row = {"conversation_id": "c", "seq": 1, "channel": "web", "author": "customer"}
    row |= {"text": "", "heard": True, "at": datetime.now(UTC)}
    with engine.begin() as connection:
        connection.execute(insert(messages).values(**row, state=MessageState.RECEIVED))
        connection.exec_driver_sql("UPDATE messages SET kind = 'fax'")  # of an older release
        row_read = connection.execute(select(messages.c.state, messages.c.kind)).one()
        assert row_read.state is MessageState.RECEIVED
        assert row_read.kind == "fax"
        with pytest.raises(StatementError, match="wating"):
            connection.execute(select(messages.c.id).where(messages.c.state == "wating"))


def test_no_bare_string_is_compared_with_a_word() -> None:
    names = vocabulary_columns() - AMBIGUOUS
    assert {"state", "author", "role", "reason"} <= names
    files = [
        path
        for folder in ("bot", "actions", "tests/integration", "tests/e2e")
        for path in (ROOT / folder).rglob("*.py")
    ]
    assert len(files) > 300
    bare = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if any(_is_bare(pair, names) for pair in _compared(node))
    ]
    assert bare == []


Pair = tuple[ast.expr, ast.expr]


def _compared(node: ast.AST) -> Iterator[Pair]:
    """Yield the two sides of each comparison, also of ``column.in_(…)``."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, right in pairwise(sides):
            yield left, right
            yield right, left
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"in_", "not_in"}
    ):
        for argument in node.args:
            yield node.func.value, argument


def _is_bare(pair: Pair, names: set[str]) -> bool:
    """Return True if an attribute of these names meets a string that could be a word."""
    attribute, other = pair
    items = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
    return (
        isinstance(attribute, ast.Attribute)
        and attribute.attr in names
        and any(
            isinstance(item, ast.Constant)
            and isinstance(item.value, str)
            and item.value.replace("_", "").isalpha()
            for item in items
        )
    )


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("x.state == 'wating'", True),
        ("'waiting' != row.state", True),
        ("row.author in {'customer', Author.BOT}", True),
        ("Handoff.state.in_(['waiting'])", True),
        ("x.state == HandoffState.WAITING", False),
        ("line.reason == 'refused: the card is closed'", False),
    ],
)
def test_search_finds_a_bare_string(source: str, *, bare: bool) -> None:
    (node,) = (
        part for part in ast.walk(ast.parse(source)) if isinstance(part, ast.Compare | ast.Call)
    )
    assert any(_is_bare(pair, {"state", "author", "reason"}) for pair in _compared(node)) is bare


def test_policy_and_alarm_reasons_are_reasons_of_a_handoff() -> None:
    literals = [word for part in get_args(HumanReason) for word in (get_args(part) or (part,))]
    reasons = {*literals, *get_args(Alarm)}
    assert len(reasons) > 10
    assert reasons <= set(HandoffReason)
