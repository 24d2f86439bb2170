"""Understands messages without a conversation: a JSON text a line in, its intent a line out.

.venv-rasa/bin/python -m bot.inside_rasa.parse models/regalo-….tar.gz
"""

import asyncio
import json
import os
import sys
from typing import Any, TextIO

# A model's cost grows with the square of the length, and a complaint is told by its beginning.
LONGEST = 2000
DOUBT = "nlu_fallback"
NEAREST = 3


def main() -> None:
    """Load the model named in the first argument, then answer until the input ends."""
    # What the libraries print must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    from bot.inside_rasa import light_import

    light_import.import_rasa()

    from rasa.core.agent import Agent

    agent = Agent.load(sys.argv[1])
    asyncio.run(answer(agent, sys.stdin, answers))


async def answer(agent: Any, questions: TextIO, answers: TextIO) -> None:
    """Write an intent, its confidence and what else comes near, for every line of the questions.

    The intent is what the dialogue would act on, "nlu_fallback" in doubt; the ranking is what the
    model thinks all the same.
    """
    for line in questions:
        # A slash at the beginning would not be understood but obeyed: it names an intent.
        text = json.loads(line).strip().lstrip("/").strip()[:LONGEST]
        parsed = await agent.parse_message(text) if text else {}
        intent = parsed.get("intent") or {}
        found = {
            "intent": intent.get("name") or "",
            "confidence": round(float(intent.get("confidence") or 0.0), 4),
            "ranking": [
                [one["name"], round(float(one["confidence"]), 4)]
                for one in parsed.get("intent_ranking", [])
                if one["name"] != DOUBT
            ][:NEAREST],
        }
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
