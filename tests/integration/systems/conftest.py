"""An edge with a provider and the vouchers' API, and customers' choices in its database."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot import clock
from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.database.session import open_database
from bot.models import Compensation, Conversation
from tests.fakes.company_system import SECRET, FakeCompanySystem
from tests.integration.conftest import settings_for
from tests.integration.edge_forker import with_webhook_provider
from tests.integration.edge_process import EdgeProcess, FakeEngineServer
from tests.integration.harness import AppHarness, SystemClock

API_KEY = "0123456789abcdef0123456789abcdef"  # of the vouchers' API


@pytest.fixture(scope="module")
def system() -> Iterator[FakeCompanySystem]:
    fake = FakeCompanySystem()
    fake.answers = [(202, {})] * 1000  # accepted; it ends with a callback only
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("systems")
    shutil.copy(sqlite_template, folder / "regalo.db")
    return settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)


@pytest.fixture(scope="module")
def edge(settings: Settings, system: FakeCompanySystem) -> Iterator[EdgeProcess]:
    engine = FakeEngineServer()
    edge = EdgeProcess(
        settings,
        engine,
        PROVIDER_URL=system.url,
        PROVIDER_SECRET=SECRET,
        VOUCHER_API_KEY=API_KEY,
    )
    yield edge
    edge.stop()
    engine.close()


@pytest.fixture
def http(edge: EdgeProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, trust_env=False, timeout=15) as client:
        yield client


async def choose(settings: Settings, category: str, position: int) -> Compensation:
    """Let a customer choose a remedy, which no provider and no till has handled yet."""
    db = open_database(settings)
    context = load_company_context(settings)
    app = AppHarness(db, context, SystemClock(), settings.var_dir)
    app.use_policy(with_webhook_provider(context.policy, "refund"))
    number, email = uuid.uuid4().hex[:8], f"{uuid.uuid4().hex[:8]}@example.com"
    number = f"5{int(number, 16) % 10**6:06}"
    await app.import_order(number, email)
    chat = await app.chat()
    async with db.write() as session:
        # The lease keeps the running edge from answering this conversation.
        here = await session.get_one(Conversation, chat.id)
        here.turn_owner, here.turn_until = "the app", clock.now() + timedelta(hours=1)
    await chat.send(category, f"El pedido {number} tiene un problema, {email}")
    await chat.press(position)
    (remedy,) = await chat.accepted_remedies()
    await db.close()
    return remedy
