"""What is known of a case, with where it came from; and whether a draft asks for it once more.

Design invariant 5, nothing is asked twice, holds for people as well: an agent's draft that asks
for what is known is shown to them before it is sent.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.models import Attachment, Complaint, Contact, Conversation, Message, Order, Proof
from bot.money import Money
from bot.text.normalize import fold
from bot.understanding.escalation import find_alarm

Source = Literal["customer", "order", "page", "channel"]
# How the customer proved who they are, and so where their name and addresses come from.
_PROVEN_BY: dict[Proof | None, Source] = {
    Proof.ORDER: "order",
    Proof.SIGNED_TOKEN: "page",
    Proof.CHANNEL_PHONE: "channel",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: ``name`` says what, ``source`` from where."""

    name: str
    value: str
    source: Source
    at: datetime | None = None


async def facts(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    conversation: Conversation,
    language: str,
) -> list[Fact]:
    """All that is known; values as somebody reads them who speaks ``language``."""
    found = await _told(session, context, case, conversation, language)
    order = await session.get(Order, case.order_id) if case.order_id else None
    contact = await session.get(Contact, conversation.contact_id or case.contact_id or 0)
    if contact is not None:
        source = _PROVEN_BY.get(conversation.proven_by, "customer")
        found.append(Fact("name", contact.name, source))
        found += [
            Fact(name, value, source)
            for name, value in (("email", contact.email), ("phone", contact.phone))
            if value
        ]
    else:
        said = (("email", conversation.said_email), ("phone", conversation.said_phone))
        found += [Fact(name, value, "customer") for name, value in said if value]
    if order is None:
        if conversation.said_order:
            found.append(Fact("order_number", conversation.said_order, "customer"))
        return found
    show = context.responses.show
    found.append(Fact("order_number", order.number, "order", order.placed_at))
    found.append(Fact("amount", show(Money(order.total_minor, order.currency), language), "order"))
    for name, moment in (("promised_at", order.promised_at), ("delivered_at", order.delivered_at)):
        if moment is not None:
            day = context.company.local_date(moment)
            found.append(Fact(name, show(day, language), "order", moment))
    return found


async def _told(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    conversation: Conversation,
    language: str,
) -> list[Fact]:
    """What the customer told of the case itself."""
    found = []
    first = await session.get_one(Message, case.first_message_id)
    # "A person!" says nothing of what happened; "it is on fire" does, however it was understood.
    if (case.is_told or find_alarm(first.text)) and first.text.strip():
        found.append(Fact("what_happened", first.text, "customer", first.at))
    if case.thing:
        found.append(Fact("thing", case.thing, "customer"))
    if case.desired:
        found.append(
            Fact("desired", context.responses.render(f"wish_{case.desired}", language), "customer")
        )
    photos = await session.scalar(
        select(func.count()).where(
            Attachment.conversation_id == conversation.id, Attachment.message_id.is_not(None)
        )
    )
    if photos:
        found.append(Fact("photo", str(photos), "customer"))
    return found


_REQUEST = re.compile(
    r"\?|¿|\b(?:me (?:da|das|puede|podria|regala|indica|confirma|comparte|envia|facilita)\w*"
    r"|(?:nos|me) (?:puede|podria)\w*|(?:indique|diga|de|confirme|comparta|envie|mande|cuente"
    r"|escriba|facilite|recuerde|proporcione)(?:me|nos)"
    r"|(?<!no )(?:necesito|necesitamos|requiero|requerimos)"
    r"|falta|cual es|por favor|could you|can you|would you|please|i need|we need|tell me|give me"
    r"|send me|share|provide|confirm|what is|what was|what's|which)\b"
)
_ASKED: dict[str, str] = {
    "order_number": r"(?:numero|n[°º.]|nro|codigo|folio)\s*(?:de|del)?\s*(?:su|tu|la|el)?\s*"
    r"(?:pedido|orden|compra|factura)|(?:que|cual) (?:es )?(?:su |el |tu )?pedido"
    r"|order (?:number|no|id)|number of (?:your|the) order|which order",
    "email": r"correo|e-?mail",
    "phone": r"telefono|celular|movil|numero de contacto|whatsapp|phone|mobile|cell",
    "name": r"(?:su|tu) nombre|nombre (?:y apellido|completo)|(?:como|con quien) (?:se llama|hablo)"
    r"|(?:your|full) name|who am i",
    "what_happened": r"que (?:le |te |fue lo que )?(?:paso|ocurrio|sucedio)"
    r"|cual es (?:el|su) (?:problema|inconveniente|caso|queja)"
    r"|en que (?:le |te )?(?:puedo|podemos) ayudar"
    r"|motivo de su (?:contacto|consulta|queja)|cuente(?:me|nos) (?:que|su|lo)"
    r"|what happened|how (?:can|may) (?:i|we) help"
    r"|what (?:is|was|'s) (?:the|your) (?:problem|issue)"
    r"|describe (?:the|your)|explain what",
    "photo": r"fotos?|fotografias?|imagen(?:es)?|evidencias?|photos?|pictures?|image",
    "desired": r"que (?:solucion|alternativa) (?:espera|desea|quiere|busca)"
    r"|que (?:le gustaria|quiere que hagamos|espera de nosotros)|como (?:le gustaria|quiere) que"
    r"|how would you like|what would you like us|what (?:solution|outcome)",
    "thing": r"(?:que|cual) (?:es el )?(?:producto|articulo)|(?:which|what) (?:product|item)",
}
_ASKED_FOR = {name: re.compile(rf"\b(?:{words})\b") for name, words in _ASKED.items()}
# What is asked stands beside the asking: "Vi la foto, por favor espere" asks for no photo.
# An address that is used, or a thing that was sent, is not asked for: "Por favor revise su correo".
_USED = re.compile(
    r"\b(?:revis(?:e|ar|o)|mir(?:e|ar)|abr(?:a|ir)|vio|ha visto|recibio|le llego|pudo ver"
    r"|(?:le|les|lo|la) (?:envi|mand|escrib|llam|marc)\w+|(?:llamar|escribir|marcar)(?:le|lo|la)"
    r"|check|look (?:at|in)|did you (?:get|receive|see)|have you (?:got|received|seen)"
    r"|(?:i|we)(?:'ll| will| have|'ve| can| may)? (?:send|sent|call|called|e-?mail\w*|write|wrote)"
    r"|(?:can|may|could|shall) (?:i|we) (?:send|call|e-?mail|write))\b"
)
_NUMBER = re.compile(r"\bn(?:\.o|°|ro\.?) ")
_CLAUSE = re.compile(r"(?:por favor,|please,|[^.,;:!?])+[.,;:!?]*")


def asked_for(draft: str) -> set[str]:
    """The names of the facts that a draft asks the customer for, in Spanish or English."""
    asked: set[str] = set()
    for clause in _CLAUSE.findall(_NUMBER.sub("numero ", fold(draft))):
        if _REQUEST.search(clause) and not _USED.search(clause):
            asked |= {name for name, words in _ASKED_FOR.items() if words.search(clause)}
    return asked


def already_known(draft: str, known: Iterable[Fact]) -> list[Fact]:
    """What a draft asks for although it is known."""
    asked = asked_for(draft)
    return [fact for fact in known if fact.name in asked]
