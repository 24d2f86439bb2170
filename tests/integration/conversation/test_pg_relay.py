"""Two workers on PostgreSQL: what happens on one is seen live on the other's pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import PostgreSQL, settings_for
from tests.integration.edge_process import EdgeProcess, FakeEngineServer


@pytest.fixture(scope="module")
def workers(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EdgeProcess, EdgeProcess]]:
    name = postgresql.new()
    folders: list[Path] = [tmp_path_factory.mktemp("worker") for _ in range(2)]
    engine = FakeEngineServer()
    edges = [EdgeProcess(settings_for(postgresql.url(name), folder), engine) for folder in folders]
    yield edges[0], edges[1]
    for edge in edges:
        edge.stop()
    engine.close()
    postgresql.drop(name)


async def test_a_second_tab_on_another_worker_sees_the_talk_live(
    workers: tuple[EdgeProcess, EdgeProcess],
) -> None:
    one, other = workers
    async with (
        one.open_page() as first,
        other.open_page(session=first.session) as second,
    ):
        sent = await first.send_message("buttons")
        shown = await second.wait_for("message")
        assert shown["message"]["text"] == "buttons"
        answer = await second.wait_for("message")
        assert answer["message"]["author"] == "bot"
        assert [choice["title"] for choice in answer["message"]["choices"]] == ["uno", "dos"]
        await second.wait_for("answered", id=sent)

        token = answer["message"]["choices"][0]["token"]
        await second.send(type="choose", id="6f1c3b0e-58b9-4a5e-8f4e-0a2f0f1d7c11", token=token)
        spent = await first.wait_for("spent")
        assert spent["chosen"] == token


async def test_messages_sent_to_two_workers_at_once_are_each_answered_once(
    workers: tuple[EdgeProcess, EdgeProcess],
) -> None:
    one, other = workers
    async with (
        one.open_page() as first,
        other.open_page(session=first.session) as second,
    ):
        sent = [
            await page.send_message(f"hola {word}")
            for page, word in ((first, "a"), (second, "b")) * 3
        ]
        for source_id in sent:
            await first.wait_for("answered", id=source_id)
        async with one.open_page(session=first.session) as third:
            messages = third.welcome["messages"]
    assert [message["seq"] for message in messages] == list(range(1, 13))
    answers = [message["text"] for message in messages if message["author"] == "bot"]
    assert len(answers) == len(sent)
