"""Formats a message for WhatsApp: as text, buttons, a list or a template, within its limits.

https://developers.facebook.com/docs/whatsapp/cloud-api/messages
"""

from collections.abc import Sequence
from typing import Any

from bot.channels.text_limits import shorten, split
from bot.conversation.channel_api import Button, OutgoingMessage, Part

LONGEST_TEXT = 4096
# Above buttons, and above a list.
LONGEST_BODY, LONGEST_LIST_BODY = 1024, 4096
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_DETAIL = 10, 24, 72
# Characters of a template's value, which may contain no line breaks.
LONGEST_VALUE = 700


def parts(out: OutgoingMessage, open_list: str) -> list[Part]:
    """Return the photos, then the pieces of the text; the last one has the buttons or the list.

    Args:
        open_list: the title of the button that opens a list.
    """
    photos: list[Part] = [{"type": "image", "path": path} for path in out.photos]
    if not out.buttons:
        return photos + [_text(piece) for piece in split(out.text, LONGEST_TEXT) if piece]
    as_list = not _fit_on_buttons(out.buttons)
    text = out.text
    if _is_shortened(out.buttons, as_list=as_list):
        # The text contains what had to be shortened in the list.
        text = f"{text}\n\n{_in_full(out.buttons)}"
    longest = LONGEST_LIST_BODY if as_list else LONGEST_BODY
    *before, body = split(text, longest)
    last = _list(body, out.buttons, open_list) if as_list else _buttons(body, out.buttons)
    return [*photos, *(_text(piece) for piece in before), last]


def _fit_on_buttons(buttons: Sequence[Button]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        len(button.title) <= LONGEST_BUTTON and not button.detail for button in buttons
    )


def _is_shortened(buttons: Sequence[Button], *, as_list: bool) -> bool:
    return as_list and any(
        len(button.title) > LONGEST_ROW or len(button.detail) > LONGEST_DETAIL for button in buttons
    )


def _in_full(buttons: Sequence[Button]) -> str:
    return "\n".join(
        f"• {button.title}: {button.detail}" if button.detail else f"• {button.title}"
        for button in buttons
    )


def _text(body: str) -> Part:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _buttons(body: str, buttons: Sequence[Button]) -> Part:
    return {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": body},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": button.token, "title": title}}
                    for button, title in zip(buttons, _titles(buttons, LONGEST_BUTTON), strict=True)
                ]
            },
        },
    }


def _list(body: str, buttons: Sequence[Button], open_list: str) -> Part:
    shown = buttons[:MOST_ROWS]
    rows: list[dict[str, Any]] = []
    for button, title in zip(shown, _titles(shown, LONGEST_ROW), strict=True):
        row = {"id": button.token, "title": title}
        description = button.detail.strip() or (button.title if title != button.title else "")
        if description:
            row["description"] = shorten(description, LONGEST_DETAIL)
        rows.append(row)
    return {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": body},
            "action": {
                "button": shorten(open_list, LONGEST_BUTTON),
                "sections": [{"rows": rows}],
            },
        },
    }


def _titles(buttons: Sequence[Button], longest: int) -> list[str]:
    """Return shortened titles that differ, because WhatsApp rejects two that are the same."""
    titles = [shorten(button.title, longest) for button in buttons]
    if len({title.casefold() for title in titles}) == len(titles):
        return titles
    return [
        shorten(f"{number}. {button.title}", longest) for number, button in enumerate(buttons, 1)
    ]


def template(
    out: OutgoingMessage, name: str, language: str, parameters: Sequence[str]
) -> tuple[Part, bool]:
    """Return a template with its values, and True if it contains the whole message."""
    text = " ".join(out.text.split())
    values = {"reference": out.reference or "–", "text": shorten(text, LONGEST_VALUE)}
    is_whole = (
        "text" in parameters and len(text) <= LONGEST_VALUE and not out.buttons and not out.photos
    )
    part: Part = {
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": language},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": values[parameter]} for parameter in parameters
                    ],
                }
            ],
        },
    }
    return part, is_whole
