"""Reads that grow with the data are only called through ``Database.slow_read``.

A quick read or a write runs its statements in the event loop on SQLite, so one of these would hold
up every customer of the process.
"""

import ast
from collections.abc import Iterator

import pytest

from bot.casefile import build
from bot.cases import search
from bot.config.settings import ROOT
from bot.conversation import cross_channel
from bot.handoffs import queue_card, wallboard
from bot.ledger import audit, csv_export

pytestmark = pytest.mark.unit
# Add a function here when what it reads grows with the data.
SLOW_READS = (
    build.build_packet,
    search.find,
    cross_channel.find_other_messages,
    queue_card.list_cards,
    wallboard.load,
    audit.verify,
    csv_export.write_csv,
)
SLOW = {f"{function.__module__}.{function.__name__}" for function in SLOW_READS}
QUICK = {"read", "write"}  # the ways of `Database` that run in the event loop


class Module:
    """The functions of one module: what each calls, and what it calls in a quick transaction."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        tree = ast.parse(source)
        self._names = dict(_imports(tree))
        self.calls: dict[str, set[str]] = {}
        self.quick_calls: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                function = f"{name}.{node.name}"
                self.calls.setdefault(function, set()).update(self._called(node))
                quick = [
                    inner
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.AsyncWith) and any(map(_is_quick, inner.items))
                ]
                for inner in quick:
                    self.quick_calls.setdefault(function, set()).update(self._called(inner))

    def _called(self, node: ast.AST) -> Iterator[str]:
        """Yield what is called below a node, but for what ``slow_read`` is given."""
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "slow_read":
                return
            if name := self._resolve(node.func):
                yield name
        for child in ast.iter_child_nodes(node):
            yield from self._called(child)

    def _resolve(self, function: ast.expr) -> str | None:
        """Return the full name of a function of this module or an imported one."""
        if isinstance(function, ast.Name):
            return self._names.get(function.id, f"{self.name}.{function.id}")
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            module = self._names.get(function.value.id)
            return f"{module}.{function.attr}" if module else None
        return None


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _is_quick(item: ast.withitem) -> bool:
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in QUICK
        and ast.unparse(call.func.value).endswith("db")
    )


def find_mistakes(modules: list[Module]) -> set[str]:
    """Return the functions that call a slow read, or what calls one, in a quick transaction."""
    slow = set(SLOW)
    calls = {name: called for module in modules for name, called in module.calls.items()}
    while more := {name for name, called in calls.items() if called & slow} - slow:
        slow |= more
    quick = {name: called for module in modules for name, called in module.quick_calls.items()}
    return {name for name, called in quick.items() if called & slow}


def product() -> list[Module]:
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]
    return [
        Module(".".join(file.relative_to(ROOT).with_suffix("").parts), file.read_text("utf-8"))
        for file in files
    ]


def test_no_slow_read_runs_in_a_quick_transaction() -> None:
    assert find_mistakes(product()) == set()


def test_every_slow_read_is_found_in_the_code() -> None:
    functions = {name for module in product() for name in module.calls}
    assert functions >= SLOW


ROUTE = """
from bot.cases import search
from bot.handoffs.queue_card import list_cards

async def helper(session):
    return await list_cards(session)

async def show(runtime):
    {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "async with runtime.db.read() as session:\n        await search.find(session, 'a')",
        "async with runtime.db.write() as session:\n        return [await list_cards(session)]",
        "async with self._db.read() as session:\n        await helper(session)",
    ],
)
def test_route_that_reads_slowly_in_the_loop_is_found(body: str) -> None:
    assert find_mistakes([Module("route", ROUTE.format(body=body))]) == {"route.show"}


@pytest.mark.parametrize(
    "body",
    [
        "await runtime.db.slow_read(lambda session: search.find(session, 'a'))",
        "await runtime.db.slow_read(helper)",
        "async with runtime.db.read() as session:\n        await search.other(session)",
    ],
)
def test_route_that_reads_slowly_in_a_thread_is_no_mistake(body: str) -> None:
    assert find_mistakes([Module("route", ROUTE.format(body=body))]) == set()
