"""ENGINE_PLAIN=true: plain Rasa calls the same actions and gives the same answers as our engine."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.config.settings import ROOT, load_settings
from bot.rasa import environment
from bot.rasa.client import RasaClient
from bot.text.reply import Reply, ReplyButton

pytestmark = [pytest.mark.integration, pytest.mark.timeout(170)]

CONVERSATIONS = {
    "es": [
        "hola", "Compré una licuadora, pedido 10482, y llegó quebrada", "ana.ruiz@example.com",
        "/choose 2", "sí", "no, mejor la segunda", "¿cómo va mi caso?", "gracias, adiós",
    ],
    "es, other complaints": [
        "Mi pedido 10494 está atrasado", "MI PEDIDO NO LLEGO NUNCA", "me cobraron dos veces",
        "la factura del mes pasado", "el vendedor me gritó", "¿tienen sucursal en Cali?",
        "quiero hablar con una persona",
    ],
    "en": [
        "hello", "My order 10452 arrived broken", "emma.clarke@example.org", "/choose 1", "yes",
        "no", "what is happening with my case?", "you never refunded me", "bye",
    ],
    "en, other": [
        "I was charged twice for order 10452", "is anyone there?", "I want to talk to a human",
        "the app has been down all day", "do you sell blenders?", "xkcd zzz", "asdf",
    ],
    # Longer than what our tracker store keeps.
    "long": [*(f"hola {number}" for number in range(12)), "llegó roto", "sí", "the second one"],
}  # fmt: skip


@dataclass
class Transcript:
    """What an engine answered, what it asked of the actions, and how it treats a wrong token."""

    answers: dict[str, list[list[Reply]]] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    status_without_token: int = 0
    status_with_wrong_token: int = 0


@pytest.fixture(scope="module")
def transcripts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Transcript, Transcript]:
    """The same conversations with our engine, and with plain Rasa."""
    folder = tmp_path_factory.mktemp("engines")

    async def both() -> tuple[Transcript, Transcript]:
        return await asyncio.gather(transcript(folder, plain=False), transcript(folder, plain=True))

    return asyncio.run(both())


async def transcript(folder: Path, *, plain: bool) -> Transcript:
    """Start an engine and actions that record their calls; hold all conversations; end both."""
    result = Transcript()

    async def act(request: web.Request) -> web.Response:
        assert request.query["token"] == "actions"
        result.calls.append(await request.json())
        return web.json_response(answer_to(result.calls[-1]))

    async with serving_actions(act) as actions_url, engine(folder, actions_url, plain) as url:
        client = RasaClient(url, "engine")
        for name, messages in CONVERSATIONS.items():
            result.answers[name] = [
                await client.ask(name, text, {"message_id": number}, timeout=60)
                for number, text in enumerate(messages)
            ]
        await client.close()
        result.status_without_token = await status_of(url)
        result.status_with_wrong_token = await status_of(url, Authorization="Bearer other")
    return result


def answer_to(call: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with the action's name, its message and, for complaints, two buttons."""
    action, text = call["next_action"], call["tracker"]["latest_message"]["text"]
    response: dict[str, Any] = {"text": f"{action}: {text}"}
    if action == "action_take_complaint":
        response["buttons"] = [
            {"title": number, "payload": f"/choose {number}", "detail": "d"} for number in "12"
        ]
    return {"events": [], "responses": [response]}


@asynccontextmanager
async def serving_actions(
    act: Callable[[web.Request], Awaitable[web.Response]],
) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/webhook", act)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def engine(folder: Path, actions_url: str, plain: bool) -> AsyncIterator[str]:
    """Start an engine in a process, wait until it is ready, and end it afterwards."""
    python, model = environment.python(), environment.newest_model()
    assert python is not None
    assert model is not None
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / f"engine-{plain}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(python, "-m", "bot.inside_rasa.serve", model, "127.0.0.1", str(port)),
            cwd=ROOT,
            env=environment.environment(
                os.environ,
                load_settings(engine_plain=plain),
                ENGINE_TOKEN="engine",
                ACTIONS_TOKEN="actions",
                ACTIONS_URL=actions_url,
            ),
            stdout=output,
            stderr=output,
        )
    client = RasaClient(f"http://127.0.0.1:{port}", "engine")
    try:
        while not await client.is_ready():
            assert process.returncode is None, log.read_text()
            await asyncio.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        await client.close()
        process.terminate()
        await process.wait()


async def status_of(url: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession(url, headers=headers) as session,
        session.post("/webhooks/rest/webhook", json={"sender": "x", "message": "hola"}) as answer,
    ):
        return answer.status


def seen_by_actions(call: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a call that our actions read, or could read."""
    tracker = call["tracker"]
    return {
        "next_action": call["next_action"],
        "sender_id": call["sender_id"],
        "version": call["version"],
        "latest_message": {
            key: value for key, value in tracker["latest_message"].items() if key != "message_id"
        },
        **{key: tracker[key] for key in ("slots", "active_loop", "paused", "latest_input_channel")},
    }


def test_plain_rasa_gives_the_same_answers(transcripts: tuple[Transcript, Transcript]) -> None:
    ours, plain = transcripts
    assert plain.answers == ours.answers
    first = ours.answers["es"][1]
    assert first[0].text.startswith("action_take_complaint: Compré una licuadora")
    assert first[0].buttons == (
        ReplyButton("1", "/choose 1", "d"),
        ReplyButton("2", "/choose 2", "d"),
    )


def test_plain_rasa_recognises_the_same_intents_with_the_same_confidences(
    transcripts: tuple[Transcript, Transcript],
) -> None:
    ours, plain = (
        [
            (
                call["tracker"]["latest_message"]["intent"],
                call["tracker"]["latest_message"].get("intent_ranking"),
            )
            for call in transcript.calls
        ]
        for transcript in transcripts
    )
    assert len(ours) == sum(map(len, CONVERSATIONS.values()))
    assert len({intent["name"] for intent, _ in ours}) > 10
    assert plain == ours


def test_plain_rasa_calls_the_same_actions_with_the_same_contents(
    transcripts: tuple[Transcript, Transcript],
) -> None:
    ours, plain = ([seen_by_actions(call) for call in each.calls] for each in transcripts)
    assert len({call["next_action"] for call in ours}) > 5
    assert plain == ours


def test_plain_rasa_sends_all_events_and_our_engine_none(
    transcripts: tuple[Transcript, Transcript],
) -> None:
    ours, plain = transcripts
    assert len(ours.calls) == len(plain.calls) > 0
    assert not any(call["tracker"]["events"] for call in ours.calls)
    assert all(call["tracker"]["events"] for call in plain.calls)


def test_both_refuse_a_missing_and_a_wrong_token(
    transcripts: tuple[Transcript, Transcript],
) -> None:
    for each in transcripts:
        assert each.status_without_token == each.status_with_wrong_token == 401
