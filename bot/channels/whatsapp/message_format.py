"""What a message looks like on WhatsApp: text, buttons, a list or a template, within its limits.

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
# What a template's value may hold: no line breaks, and the whole of it is limited.
LONGEST_VALUE = 700


def parts(out: OutgoingMessage, open_list: str) -> list[Part]:
    """The photos, then the text in pieces; the alternatives belong to the last.

    Args:
        open_list: what the button says that opens a list.
    """
    photos: list[Part] = [{"type": "image", "path": path} for path in out.photos]
    if not out.buttons:
        return photos + [_text(piece) for piece in split(out.text, LONGEST_TEXT) if piece]
    as_list = not _fit_on_buttons(out.buttons)
    text = out.text
    if _says_less(out.buttons, as_list=as_list):
        # A title that was shortened stands in full above.
        text = f"{text}\n\n{_in_full(out.buttons)}"
    longest = LONGEST_LIST_BODY if as_list else LONGEST_BODY
    *before, body = _ending_with(text, longest)
    shape = _list(body, out.buttons, open_list) if as_list else _buttons(body, out.buttons)
    return [*photos, *(_text(piece) for piece in before), shape]


def _ending_with(text: str, longest: int) -> Sequence[str]:
    return split(text, longest)


def _fit_on_buttons(buttons: Sequence[Button]) -> bool:
    return len(buttons) <= MOST_BUTTONS and all(
        len(one.title) <= LONGEST_BUTTON and not one.detail for one in buttons
    )


def _says_less(buttons: Sequence[Button], *, as_list: bool) -> bool:
    return as_list and any(
        len(one.title) > LONGEST_ROW or len(one.detail) > LONGEST_DETAIL for one in buttons
    )


def _in_full(buttons: Sequence[Button]) -> str:
    return "\n".join(
        f"• {one.title}: {one.detail}" if one.detail else f"• {one.title}" for one in buttons
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
                    {"type": "reply", "reply": {"id": one.token, "title": title}}
                    for one, title in zip(buttons, _titles(buttons, LONGEST_BUTTON), strict=True)
                ]
            },
        },
    }


def _list(body: str, buttons: Sequence[Button], open_list: str) -> Part:
    shown = buttons[:MOST_ROWS]
    rows: list[dict[str, Any]] = []
    for one, title in zip(shown, _titles(shown, LONGEST_ROW), strict=True):
        row = {"id": one.token, "title": title}
        told = one.detail.strip() or (one.title if title != one.title else "")
        if told:
            row["description"] = shorten(told, LONGEST_DETAIL)
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
    """Titles that fit and are told apart: WhatsApp refuses two that are the same."""
    titles = [shorten(one.title, longest) for one in buttons]
    if len({title.casefold() for title in titles}) == len(titles):
        return titles
    return [shorten(f"{place}. {one.title}", longest) for place, one in enumerate(buttons, 1)]


def template(
    out: OutgoingMessage, name: str, language: str, parameters: Sequence[str]
) -> tuple[Part, bool]:
    """A template with its values, and whether it says all that the message says."""
    text = " ".join(out.text.split())
    values = {"reference": out.reference or "–", "text": shorten(text, LONGEST_VALUE)}
    says_all = (
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
                    "parameters": [{"type": "text", "text": values[one]} for one in parameters],
                }
            ],
        },
    }
    return part, says_all
