"""What most customers write, plainly, is understood with confidence."""

import json
import os
import subprocess

from bot.config.settings import ROOT, load_settings
from bot.rasa import environment

PLAIN = {
    "Compré una licuadora, pedido 10482, y llegó quebrada, estoy furiosa": "damaged",
    "my blender arrived broken, order 10482": "damaged",
    "dejó de funcionar a la semana": "defective",
    "mi pedido nunca llegó": "not_delivered",
    "no ha llegado y debía llegar el lunes": "late_delivery",
    "me llegó otro color": "wrong_item",
    "faltan dos piezas": "missing_item",
    "me cobraron dos veces": "overcharge",
    "llevo un mes esperando mi reembolso": "refund_pending",
    "the cashier was rude to me": "rude_treatment",
    "no tengo internet desde ayer": "service_outage",
    "no me quieren hacer válida la garantía": "warranty_denied",
    "no me respetaron la promoción": "misleading_offer",
    "nadie me responde mis correos": "unanswered_complaint",
    "me llaman a cobrar una deuda que no es mía": "debt_collection",
    "quiero hablar con una persona": "wants_human",
    "quiero un humano": "wants_human",
    "agente": "wants_human",
    "sí": "affirm",
    "no, ninguna me sirve": "deny",
    "el segundo": "choose",
    "mejor el vale": "choose",
    "10482": "inform",
    "ana.ruiz@example.com": "inform",
    "300 123 4567": "inform",
    "no tengo el número de pedido": "no_order_number",
    "¿qué pasó con mi caso?": "ask_status",
    "hola": "greet",
    "gracias": "thanks",
    "el clima está horrible": "smalltalk",
    # No word of it is known: not a yes, whatever it looks like.
    "zxcvq": "nlu_fallback",
}
SURE = 0.6


def test_plain_words_are_understood() -> None:
    python, model = environment.python(), environment.newest_model()
    assert python is not None
    assert model is not None
    parsed = subprocess.run(
        [python, "-m", "bot.inside_rasa.parse", model],
        input="".join(f"{json.dumps(text)}\n" for text in PLAIN),
        env=environment.environment(os.environ, load_settings()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    understood = [json.loads(line) for line in parsed.stdout.splitlines()]

    intents = dict(zip(PLAIN, (message["intent"] for message in understood), strict=True))
    assert intents == PLAIN
    unsure = [message["intent"] for message in understood if message["confidence"] < SURE]
    assert unsure == ["nlu_fallback"]
