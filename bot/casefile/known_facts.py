"""The known facts of a case with their sources, and finding drafts that ask for them again.

Design invariant 5, nothing is asked twice, holds for agents as well: a draft that asks for a known
fact is flagged before it is sent.
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
# Where the customer's name and addresses come from, by how they proved who they are.
_PROVEN_BY: dict[Proof | None, Source] = {
    Proof.ORDER: "order",
    Proof.SIGNED_TOKEN: "page",
    Proof.CHANNEL_PHONE: "channel",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A known fact of a case.

    Attributes:
        name: such as "order_number"; the console has its label.
        value: as agents read it.
        source: where it is known from.
        at: when the customer stated it or it happened, if that is known.
    """

    name: str
    value: str
    source: Source
    at: datetime | None = None


async def load_facts(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    conversation: Conversation,
    language: str,
) -> list[Fact]:
    """Return all known facts of a case, their values written in ``language``."""
    facts = await _facts_from_customer(session, context, case, conversation, language)
    order = await session.get(Order, case.order_id) if case.order_id else None
    contact = await session.get(Contact, conversation.contact_id or case.contact_id or 0)
    if contact is not None:
        source = _PROVEN_BY.get(conversation.proven_by, "customer")
        facts.append(Fact("name", contact.name, source))
        facts += [
            Fact(name, value, source)
            for name, value in (("email", contact.email), ("phone", contact.phone))
            if value
        ]
    else:
        unproven = (("email", conversation.said_email), ("phone", conversation.said_phone))
        facts += [Fact(name, value, "customer") for name, value in unproven if value]
    if order is None:
        if conversation.said_order:
            facts.append(Fact("order_number", conversation.said_order, "customer"))
        return facts
    show = context.responses.show
    facts.append(Fact("order_number", order.number, "order", order.placed_at))
    facts.append(Fact("amount", show(Money(order.total_minor, order.currency), language), "order"))
    for name, moment in (("promised_at", order.promised_at), ("delivered_at", order.delivered_at)):
        if moment is not None:
            day = context.company.local_date(moment)
            facts.append(Fact(name, show(day, language), "order", moment))
    return facts


async def _facts_from_customer(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    conversation: Conversation,
    language: str,
) -> list[Fact]:
    """Return what the customer has told about the case itself."""
    facts = []
    first = await session.get_one(Message, case.first_message_id)
    # "I want a human!" does not say what happened; "it is on fire" does, whatever its intent.
    if (case.is_told or find_alarm(first.text)) and first.text.strip():
        facts.append(Fact("what_happened", first.text, "customer", first.at))
    if case.thing:
        facts.append(Fact("thing", case.thing, "customer"))
    if case.desired:
        facts.append(
            Fact("desired", context.responses.render(f"wish_{case.desired}", language), "customer")
        )
    photos = await session.scalar(
        select(func.count()).where(
            Attachment.conversation_id == conversation.id, Attachment.message_id.is_not(None)
        )
    )
    if photos:
        facts.append(Fact("photo", str(photos), "customer"))
    return facts


_REQUEST = re.compile(
    r"\?|¿|\b(?:me (?:da|das|puede|podria|regala|indica|confirma|comparte|envia|facilita)\w*"
    r"|(?:nos|me) (?:puede|podria)\w*|(?:indique|diga|de|confirme|comparta|envie|mande|cuente"
    r"|escriba|facilite|recuerde|proporcione)(?:me|nos)"
    r"|(?<!no )(?:necesito|necesitamos|requiero|requerimos)"
    r"|falta|cual es|por favor|could you|can you|would you|please|i need|we need|tell me|give me"
    r"|send me|share|provide|confirm|what is|what was|what's|which)\b"
)
_REQUESTED: dict[str, str] = {
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
_REQUESTED_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _REQUESTED.items()}
# A clause that uses an address, or mentions something sent, asks for nothing: "Por favor revise su
# correo".
_NOT_A_REQUEST = re.compile(
    r"\b(?:revis(?:e|ar|o)|mir(?:e|ar)|abr(?:a|ir)|vio|ha visto|recibio|le llego|pudo ver"
    r"|(?:le|les|lo|la) (?:envi|mand|escrib|llam|marc)\w+|(?:llamar|escribir|marcar)(?:le|lo|la)"
    r"|check|look (?:at|in)|did you (?:get|receive|see)|have you (?:got|received|seen)"
    r"|(?:i|we)(?:'ll| will| have|'ve| can| may)? (?:send|sent|call|called|e-?mail\w*|write|wrote)"
    r"|(?:can|may|could|shall) (?:i|we) (?:send|call|e-?mail|write))\b"
)
_NUMBER = re.compile(r"\bn(?:\.o|°|ro\.?) ")
# Request and fact must be in the same clause: "Vi la foto, por favor espere" asks for no photo.
_CLAUSE = re.compile(r"(?:por favor,|please,|[^.,;:!?])+[.,;:!?]*")


def find_requested(draft: str) -> set[str]:
    """Return the names of the facts that a draft asks the customer for, in Spanish or English."""
    requested: set[str] = set()
    for clause in _CLAUSE.findall(_NUMBER.sub("numero ", fold(draft))):
        if _REQUEST.search(clause) and not _NOT_A_REQUEST.search(clause):
            requested |= {
                name for name, words in _REQUESTED_PATTERNS.items() if words.search(clause)
            }
    return requested


def find_already_known(draft: str, facts: Iterable[Fact]) -> list[Fact]:
    """Return those of the known facts that a draft asks for."""
    requested = find_requested(draft)
    return [fact for fact in facts if fact.name in requested]
