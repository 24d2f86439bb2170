"""What any channel must be able to show: a world for each, in which the same tests are played.

To bring a channel of your own into ``test_channels.py``, write a fake of its provider beside the
others in ``tests/fakes``, a ``World`` here, and add it to ``WORLDS``.
"""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints, promises
from bot.conversation import messages
from bot.database.session import Database
from bot.models import Conversation, Message
from bot.text.reply import Reply, ReplyButton
from bot.understanding.extraction import Facts
from tests.fakes import telegram, whatsapp
from tests.fakes.provider import Provider, Trouble, until
from tests.integration.conftest import settings_for
from tests.integration.edge_process import Edge, Engine

T = TypeVar("T")


class Person(Protocol):
    """A customer on the channel."""

    @property
    def address(self) -> str:
        """What the channel knows them by."""

    def words(self, text: str) -> Any:
        """What the provider delivers when they say something."""

    def photo(self, data: bytes) -> Any:
        """What it delivers when they send a photo."""

    def press(self, token: str) -> Any:
        """What it delivers when they press a button."""

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        """Let the provider deliver it; the status that it gets. ``forged``: "missing", "wrong"."""

    def texts(self) -> list[str]:
        """What they have been sent."""

    def choices(self) -> list[tuple[str, str]]:
        """Title and token of all buttons that they have been sent."""

    def goes_away(self) -> None:
        """Nothing reaches them from now on."""

    def comes_back(self) -> None:
        """They can be reached again."""


class World(Protocol):
    """A channel with its provider."""

    name: str
    reports: bool  # the provider tells of a send whose answer was lost

    @property
    def provider(self) -> Provider:
        """The fake."""

    @property
    def settings(self) -> dict[str, str]:
        """What turns the channel on."""

    def listen(self, edge: Edge) -> None:
        """The edge is there now."""

    def person(self, edge: Edge) -> Person:
        """A new customer."""

    def too_much(self, after: int) -> Trouble:
        """The provider wants less, and says for how long."""

    def refuses(self) -> Trouble:
        """The provider does not take a message, and never will."""


class TelegramWorld:
    name, reports = "telegram", False

    def __init__(self) -> None:
        self.provider = telegram.Telegram()

    @property
    def settings(self) -> dict[str, str]:
        return self.provider.settings

    def listen(self, edge: Edge) -> None:
        """By its webhook."""

    def person(self, edge: Edge) -> Person:
        return TelegramPerson(telegram.Customer(self.provider, edge.url))

    def too_much(self, after: int) -> Trouble:
        told = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 2"}
        return Trouble(refuse=(429, {**told, "parameters": {"retry_after": after}}))

    def refuses(self) -> Trouble:
        told = {"ok": False, "error_code": 400, "description": "Bad Request: can't parse it"}
        return Trouble(refuse=(400, told))


class TelegramPerson:
    def __init__(self, customer: telegram.Customer) -> None:
        self._customer = customer

    @property
    def address(self) -> str:
        return str(self._customer.chat)

    def words(self, text: str) -> Any:
        return self._customer.message(text=text)

    def photo(self, data: bytes) -> Any:
        name = f"photo{len(self._customer.telegram.files)}"
        self._customer.telegram.files[name] = data
        size = {"file_unique_id": name, "width": 10, "height": 10}
        photos = [{"file_id": "small", **size}, {"file_id": name, "file_size": len(data), **size}]
        return self._customer.message(photo=photos)

    def press(self, token: str) -> Any:
        query = {"id": "1", "from": self._customer.user, "chat_instance": "1", "data": token}
        told = self._customer.told(text="x")
        return self._customer.update(callback_query={**query, "message": told})

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        secret = {None: telegram.SECRET, "missing": None, "wrong": "b" * 20}[forged]
        return self._customer.post(what, secret).status_code

    def texts(self) -> list[str]:
        return [one["text"] for one in self._customer.telegram.to(self._customer.chat)]

    def choices(self) -> list[tuple[str, str]]:
        sent = self._customer.telegram.to(self._customer.chat)
        return [choice for one in sent for choice in one["buttons"]]

    def goes_away(self) -> None:
        self._customer.telegram.blocked_by.add(self._customer.chat)

    def comes_back(self) -> None:
        self._customer.telegram.blocked_by.discard(self._customer.chat)


class WhatsAppWorld:
    name, reports = "whatsapp", True

    def __init__(self) -> None:
        self.provider = whatsapp.WhatsApp()

    @property
    def settings(self) -> dict[str, str]:
        return self.provider.settings

    def listen(self, edge: Edge) -> None:
        self.provider.webhook = f"{edge.url}/channels/whatsapp"

    def person(self, edge: Edge) -> Person:
        return WhatsAppPerson(whatsapp.Customer(self.provider, edge.url))

    def too_much(self, after: int) -> Trouble:
        error = {"code": 131056, "message": "(#131056) pair rate limit hit", "type": "OAuth"}
        return Trouble(refuse=(400, {"error": error}))

    def refuses(self) -> Trouble:
        error = {"code": 131051, "message": "(#131051) unsupported type", "type": "OAuth"}
        return Trouble(refuse=(400, {"error": error}))


class WhatsAppPerson:
    def __init__(self, customer: whatsapp.Customer) -> None:
        self._customer = customer

    @property
    def address(self) -> str:
        return self._customer.phone

    def words(self, text: str) -> Any:
        return whatsapp.post(self._customer.words(text))

    def photo(self, data: bytes) -> Any:
        media_id = f"9{len(self._customer.whatsapp.media)}"
        self._customer.whatsapp.media[media_id] = ("image/jpeg", data)
        image = {"id": media_id, "mime_type": "image/jpeg", "sha256": "x"}
        return whatsapp.post(self._customer.message("image", image=image))

    def press(self, token: str) -> Any:
        reply = {"type": "button_reply", "button_reply": {"id": token, "title": "uno"}}
        return whatsapp.post(self._customer.message("interactive", interactive=reply))

    def deliver(self, what: Any, *, forged: str | None = None) -> int:
        signature = {None: "right", "missing": None, "wrong": whatsapp.sign(b"{}", "no")}[forged]
        return whatsapp.deliver(self._customer.url, what, signature).status_code

    def texts(self) -> list[str]:
        return list(map(whatsapp.text_of, self._customer.whatsapp.to(self._customer.phone)))

    def choices(self) -> list[tuple[str, str]]:
        sent = self._customer.whatsapp.to(self._customer.phone)
        return [choice for one in sent for choice in whatsapp.choices_of(one)]

    def goes_away(self) -> None:
        self._customer.whatsapp.not_here.add(self._customer.phone)

    def comes_back(self) -> None:
        self._customer.whatsapp.not_here.discard(self._customer.phone)


WORLDS: dict[str, Callable[[], World]] = {
    "telegram": TelegramWorld,
    "whatsapp": WhatsAppWorld,
}


class Place:
    """A running edge with one channel, and what a test may do to both."""

    def __init__(self, world: World, edge: Edge) -> None:
        self.world = world
        self.edge = edge

    def person(self) -> Person:
        return self.world.person(self.edge)

    def messages(self, person: Person, what: str = "text") -> list[Any]:
        """A column of all messages of a person, in their order."""
        rows = self.edge.rows(
            f"SELECT m.{what} FROM messages m JOIN conversations c"  # noqa: S608 - a column's name
            " ON c.id = m.conversation_id WHERE c.address = ? ORDER BY m.seq",
            person.address,
        )
        return [value for (value,) in rows]

    def settled(self, person: Person, least: int = 2, within: float = 20) -> list[str]:
        """The states of a person's messages, once none is to be answered or sent any more."""

        def states() -> list[str] | None:
            found = self.messages(person, "state")
            done = len(found) >= least and not {"received", "pending"} & set(found)
            return found if done else None

        return until(states, within, "all is answered and sent") or []

    def metric(self, name: str, **labels: str) -> float:
        """What the edge has counted."""
        told = httpx.get(f"{self.edge.url}/metrics", trust_env=False).text
        wanted = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        line = next((one for one in told.splitlines() if one.startswith(f"{name}{{{wanted}}}")), "")
        return float(line.rpartition(" ")[2]) if line else 0.0

    def do(
        self, act: Callable[[AsyncSession, Conversation], Coroutine[Any, Any, T]], person: Person
    ) -> T:
        """Do something to a person's conversation, as another process of ours would."""

        async def run() -> T:
            db = Database(self.edge.database_url)
            try:
                async with db.write() as session:
                    query = select(Conversation).where(Conversation.address == person.address)
                    return await act(session, (await session.scalars(query)).one())
            finally:
                await db.close()

        return asyncio.run(run())

    def put(
        self,
        person: Person,
        *texts: str,
        author: str = "agent",
        buttons: tuple[ReplyButton, ...] = (),
    ) -> None:
        """Somebody of the company says something."""

        async def act(session: AsyncSession, conversation: Conversation) -> None:
            for text in texts:
                await messages.put(session, conversation, Reply(text, buttons), author=author)

        self.do(act, person)

    def choices(self, person: Person, *titles: str) -> None:
        """The assistant puts alternatives to them."""
        buttons = tuple(ReplyButton(title, f"/pressed_{title}") for title in titles)
        self.put(person, "¿Cuál?", author="bot", buttons=buttons)

    def case(self, person: Person) -> str:
        """They have a case with something promised; gives back its reference."""

        async def act(session: AsyncSession, conversation: Conversation) -> str:
            query = select(Message).where(Message.conversation_id == conversation.id)
            first = (await session.scalars(query.order_by(Message.seq))).first()
            assert first is not None
            case = await complaints.take(session, conversation, first, "damaged", Facts(), also=[])
            # Not due yet: the edge apologises for what passes, whenever it looks.
            await promises.make(session, case, promises.ANSWER, first.at + timedelta(hours=1))
            return case.reference

        return self.do(act, person)


@contextmanager
def place(name: str, template: Path, folder: Path, **settings: str) -> Iterator[Place]:
    """A world of its own for a test."""
    world = WORLDS[name]()
    shutil.copy(template, folder / "regalo.db")
    engine = Engine()
    try:
        edge = Edge(
            settings_for(f"sqlite:///{folder / 'regalo.db'}", folder),
            engine,
            None,
            **(world.settings | settings),
        )
        try:
            world.listen(edge)
            yield Place(world, edge)
        finally:
            edge.stop()
    finally:
        engine.close()
        world.provider.close()
