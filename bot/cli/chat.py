"""`regalo chat`: a customer's web chat in the terminal."""

import asyncio
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal

import typer

from bot.cli.chat_client import ChatClient, Message, ServerUnreachable
from bot.cli.failure import Failure, settings_or_fail

EXAMPLES = (
    "regalo chat",
    "regalo chat --lang en --url https://shop.example",
    "printf 'Mi pedido llegó roto\\nPED-10482\\n/choose 1\\n' | regalo chat --json",
)
# Seconds without anything from the server after which a turn counts as lost, and the next line is
# sent.
TURN_TIMEOUT = 90.0


def main(
    url: Annotated[
        str | None, typer.Option(help="Where Regalo is.  [default: this machine, at PORT]")
    ] = None,
    lang: Annotated[
        Literal["es", "en"], typer.Option(help="The language of the customer's page.")
    ] = "es",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object for each message.")
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="End when nothing came for so many seconds.")
    ] = 10,
) -> None:
    """Talk to a running Regalo as a customer.

    Piped input is one message a line, each answered before the next is sent; the line `/choose 2`
    presses the second of the alternatives on the table.
    """
    interactive = sys.stdin.isatty()
    if interactive:
        print("Ctrl-D ends the chat; /choose N presses an alternative.", file=sys.stderr)
    screen = _Screen(as_json=as_json, prompt=interactive and sys.stdout.isatty())
    client = ChatClient(
        url=url or settings_or_fail().local_url,
        language=lang,
        on_message=screen.show,
        on_error=screen.show_error,
    )
    try:
        asyncio.run(_chat(client, screen, wait, interactive=interactive))
    except ServerUnreachable as error:
        raise Failure(str(error)) from None
    except KeyboardInterrupt:
        if not interactive:
            sys.exit(130)
    screen.close()


async def _chat(client: ChatClient, screen: "_Screen", wait: float, *, interactive: bool) -> None:
    connection = asyncio.create_task(client.stay_connected())
    talk = asyncio.create_task(_talk(client, screen, None if interactive else wait))
    try:
        done, _ = await asyncio.wait({connection, talk}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        connection.cancel()
        talk.cancel()
        await asyncio.gather(connection, talk, return_exceptions=True)


async def _talk(client: ChatClient, screen: "_Screen", wait: float | None) -> None:
    """Send the lines that are typed.

    Args:
        wait: with piped input, each line waits for the answer to the one before, and the chat ends
            after so many seconds of silence. None for a terminal.
    """
    await client.received.wait()
    lines = _typed_lines()
    screen.prompt()
    while (line := await lines.get()) is not None:
        if not line.strip():
            screen.prompt()
            continue
        try:
            message_id = _send(client, line)
        except ValueError as error:
            screen.show_error(str(error))
            continue
        while wait is not None and not client.is_answered(message_id):
            if await _is_silent(client, TURN_TIMEOUT):
                client.give_up(message_id)
                screen.show_error(f"no answer for {TURN_TIMEOUT:.0f} s; going on")
        screen.prompt()
    while wait is not None and not await _is_silent(client, wait):
        pass


def _send(client: ChatClient, line: str) -> str:
    command = re.fullmatch(r"/choose\b\s*(.*)", line.strip())
    if command is None:
        return client.say(line.strip())
    if not command[1].isascii() or not command[1].isdigit():
        raise ValueError("/choose takes the number of an alternative, such as /choose 1")
    return client.choose(int(command[1]))


async def _is_silent(client: ChatClient, seconds: float) -> bool:
    """Return True if nothing is received for so many seconds, False as soon as something is."""
    client.received.clear()
    try:
        async with asyncio.timeout(seconds):
            await client.received.wait()
    except TimeoutError:
        return True
    return False


def _typed_lines() -> "asyncio.Queue[str | None]":
    """Return a queue of the standard input's lines as they are typed; None after the last."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        with suppress(RuntimeError):  # the event loop has ended
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=_read_lines, args=(put,), daemon=True).start()
    return lines


def _read_lines(put: Callable[[str | None], object]) -> None:
    # Straight from the descriptor: a thread that reads `sys.stdin` would block the exit.
    rest = b""
    while chunk := os.read(0, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            put(line.decode(errors="replace"))
    if rest:
        put(rest.decode(errors="replace"))
    put(None)


class _Screen:
    """Prints messages, around a prompt if there is one."""

    def __init__(self, *, as_json: bool, prompt: bool) -> None:
        self._as_json, self._has_prompt = as_json, prompt

    def show(self, message: Message) -> None:
        author, text = message["author"], message.get("text") or ""
        choices = message.get("choices") or []
        if author == "customer":
            return
        if self._as_json:
            titles = [choice["title"] for choice in choices]
            self._print(
                json.dumps({"text": text, "choices": titles, "author": author}, ensure_ascii=False)
            )
            return
        prefix = {"bot": "Regalo: ", "agent": "Agent: "}.get(author, "· ")
        lines = [prefix + text]
        for number, choice in enumerate(choices, 1):
            detail = f": {choice['detail']}" if choice.get("detail") else ""
            lines.append(f"  {number}. {choice['title']}{detail}")
        self._print("\n".join(lines))

    def show_error(self, sentence: str) -> None:
        self._clear()
        print(f"regalo: {sentence}", file=sys.stderr, flush=True)
        self.prompt()

    def prompt(self) -> None:
        if self._has_prompt:
            print("> ", end="", flush=True)

    def close(self) -> None:
        if self._has_prompt:
            print()

    def _print(self, text: str) -> None:
        self._clear()
        # Control characters in a message must not move the cursor or colour the terminal.
        print(re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text), flush=True)
        self.prompt()

    def _clear(self) -> None:
        if self._has_prompt:
            print("\r\033[K", end="", flush=True)
