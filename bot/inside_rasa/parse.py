"""Classifies messages without a conversation: reads a JSON string a line, writes its intent.

.venv-rasa/bin/python -m bot.inside_rasa.parse models/regalo-….tar.gz
"""

import asyncio
import json
import os
import sys
from typing import Any, TextIO

from bot.inside_rasa import patches
from bot.inside_rasa.rasa_version import WrongVersion, require_pinned_rasa
from bot.inside_rasa.words import MAX_LENGTH

FALLBACK_INTENT = "nlu_fallback"
RANKING_LENGTH = 3


def main() -> None:
    """Load the model named in the first argument, then answer until the input ends."""
    try:
        require_pinned_rasa()
    except WrongVersion as error:
        sys.exit(str(error))
    # Whatever the libraries print goes to standard error, not between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if not patches.is_plain():
        patches.apply_for_answering()

    from rasa.core.agent import Agent

    agent = Agent.load(sys.argv[1])
    asyncio.run(answer(agent, sys.stdin, answers))


async def answer(agent: Any, messages: TextIO, answers: TextIO) -> None:
    """Write a JSON object for each line: `intent`, `confidence` and `ranking`.

    `intent` is what the dialogue would act on, "nlu_fallback" if in doubt; `ranking` holds the
    three most probable intents of the classifier in any case, as pairs with their confidence.
    """
    for line in messages:
        # Rasa takes a text that begins with a slash for the name of an intent.
        text = json.loads(line).strip().lstrip("/").strip()[:MAX_LENGTH]
        parsed = await agent.parse_message(text) if text else {}
        intent = parsed.get("intent") or {}
        result = {
            "intent": intent.get("name") or "",
            "confidence": round(float(intent.get("confidence") or 0.0), 4),
            "ranking": [
                [ranked["name"], round(float(ranked["confidence"]), 4)]
                for ranked in parsed.get("intent_ranking", [])
                if ranked["name"] != FALLBACK_INTENT
            ][:RANKING_LENGTH],
        }
        answers.write(json.dumps(result) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
