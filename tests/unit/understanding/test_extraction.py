"""Facts that people write in their own way, and numbers that are none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.extraction import Facts, extract, fold_keeping_length

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "10482",
        "#10482",
        "# 10482",
        "pedido 10482",
        "Pedido: 10482.",
        "PEDIDO #10482!",
        "el pedido número 10482 llegó roto",
        "el número de pedido es 10482",
        "mi numero de orden es el 10482",
        "pedido No. 10482",
        "pedido nro 10482",
        "pedido N° 10482",
        "pedido nº 10482",
        "orden 10482",
        "la compra 10482",
        "factura 10482",
        "PED-10482",
        "ped10482",
        "ORD-10482",
        "pedido PED-10482",
        "es el 10.482",
        "10 482",
        "10.482",
        "pedido 10 482",
        "order 10482",
        "order number 10482 never came",
        "order no. 10482",
        "my order is #10482, please help",
        "uno cero cuatro ocho dos",
        "uno, cero, cuatro, ocho, dos",
        "one zero four eight two",
        "Compré una licuadora, pedido 10482, y llegó quebrada",
        "pedido 10482, ana.ruiz@example.com",
        "10482 ana.ruiz@example.com 3001234567",
        "¿Qué pasó con el 10482?",
    ],
)
def test_order_number_is_found_however_it_is_written(text: str) -> None:
    # A prefix may stay: `orders.find` accepts both.
    assert [order.removeprefix("PED").removeprefix("ORD") for order in extract(text).orders] == [
        "10482"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Llegó quebrada la licuadora",
        "Me cobraron $249.900",
        "Me cobraron 249.900 pesos",
        "Pagué 50 mil pesos",
        "Hace 15 días que espero",
        "ya van 3 semanas",
        "Desde el 2026-11-12",
        "3001234567",
        "+57 300 123 4567",
        "300 123 45 67",
        "ana10482@example.com",
        "Espero desde las 10:30",
        "Llamé 20 veces",
        "en 2026",
        "COP 120000",
        "5 estrellas, nunca más",
        "Q-4827-3916",
    ],
)
def test_other_numbers_are_not_taken_for_orders(text: str) -> None:
    assert extract(text).orders == ()


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("ana.ruiz@example.com", "ana.ruiz@example.com"),
        ("Mi correo es Ana.Ruiz@Example.COM.", "ana.ruiz@example.com"),
        ("jos\u00e9@example.com", "jos\u00e9@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("(ana+tienda@example.com)", "ana+tienda@example.com"),
        ("ana.ruiz@mail.example.com.co, gracias", "ana.ruiz@mail.example.com.co"),
        ("ana.ruiz arroba example punto com", "ana.ruiz@example.com"),
        ("ana arroba example punto com punto co", "ana@example.com.co"),
        ("ana at example dot com", "ana@example.com"),
        ("correo:ana_ruiz-9@example.com", "ana_ruiz-9@example.com"),
    ],
)
def test_email_is_found_however_it_is_written(text: str, email: str) -> None:
    assert extract(text).emails == (email,)


@pytest.mark.parametrize("text", ["ana@", "@ana", "ana arroba", "a @ b", "ana.ruiz", "at home"])
def test_part_of_an_email_is_not_an_email(text: str) -> None:
    assert extract(text).emails == ()


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("3001234567", "+573001234567"),
        ("300 123 4567", "+573001234567"),
        ("300-123-45-67", "+573001234567"),
        ("(300) 123 4567", "+573001234567"),
        ("+57 300 123 4567", "+573001234567"),
        ("+573001234567", "+573001234567"),
        ("mi cel es 3001234567, gracias", "+573001234567"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+1 415 555 0132", "+14155550132"),
        ("+34 655 201 334", "+34655201334"),
        ("tres cero cero uno dos tres cuatro cinco seis siete", "3001234567"),
    ],
)
def test_phone_is_found_however_it_is_written(text: str, phone: str) -> None:
    facts = extract(text)
    assert facts.phones == (phone,)
    assert facts.orders == ()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Me cobraron $249.900", "$249.900"),
        ("pagué 50 mil pesos", "50 mil pesos"),
        ("COP 120000 de más", "COP 120000"),
        ("eran 20 dólares", "20 dólares"),
        ("20k de más", "20k"),
        ("USD 35", "USD 35"),
    ],
)
def test_amount_is_kept_as_written(text: str, amount: str) -> None:
    assert extract(text).amounts == (amount,)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("espero hace tres semanas", "hace tres semanas"),
        ("ya van 15 días", "ya van 15 dias"),
        ("lo pedí ayer", "ayer"),
        ("ordered two weeks ago", "two weeks ago"),
        ("desde el 2026-11-12", "2026-11-12"),
        ("llegó el lunes", "el lunes"),
    ],
)
def test_date_or_duration_is_found(text: str, span: str) -> None:
    assert span in extract(text).spans


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Compré una licuadora y llegó quebrada", "licuadora"),
        ("Mi televisor llegó roto", "televisor"),
        ("Pedí un abrigo", "abrigo"),
        ("I bought a blender", "blender"),
        ("My kettle arrived broken", "kettle"),
        ("La cuna que me llegó", "cuna"),
        ("Compré un producto", None),
        ("Mi pedido llegó tarde", None),
        ("Llegó roto", None),
        ("", None),
    ],
)
def test_article_is_named_in_the_customers_word(text: str, thing: str | None) -> None:
    assert extract(text).thing == thing


def test_several_facts_in_one_message_are_all_found() -> None:
    facts = extract(
        "Soy Ana, pedido 10482 por $249.900, correo ana.ruiz@example.com, celular 300 123 4567,"
        " hace dos semanas"
    )
    assert facts.orders == ("10482",)
    assert facts.emails == ("ana.ruiz@example.com",)
    assert facts.phones == ("+573001234567",)
    assert facts.amounts == ("$249.900",)
    assert facts.spans == ("hace dos semanas",)


def test_corrected_number_comes_after_the_wrong_one() -> None:
    assert extract("no es el pedido 10483, es el pedido 10482").orders == ("10483", "10482")


def test_case_reference_is_not_taken_for_an_order_or_a_phone() -> None:
    facts = extract("mi caso es el q-4827-3916")
    assert (facts.references, facts.orders, facts.phones) == (("Q-4827-3916",), (), ())


def test_facts_are_true_only_if_they_identify_a_purchase() -> None:
    assert extract("10482")
    assert extract("ana@example.com")
    assert extract("3001234567")
    assert not extract("$249.900, hace dos días, una licuadora")
    assert not Facts()


@given(st.text(max_size=300))
def test_any_text_gives_entities_of_text(text: str) -> None:
    facts = extract(text)
    assert all(isinstance(entity["value"], str) for entity in facts.entities)


@given(st.text(alphabet="0123456789 .,-#+()@$arobpunted", max_size=120))
def test_any_digits_and_signs_raise_no_error(text: str) -> None:
    extract(text)


SENTENCES = (
    "El pedido {} llegó roto",
    "pedido {}",
    "{}",
    "Mi número de pedido es el {}, gracias",
    "My order {} never arrived",
    "Compré una licuadora, pedido {}, y llegó quebrada",
    "Hola, tengo un problema con la orden #{}. ¿Me ayudan?",
    "order number {}, ana.ruiz@example.com",
    "perdón, era {}",
)


@given(st.integers(10000, 99999), st.sampled_from(SENTENCES))
def test_any_five_digits_in_a_sentence_are_the_order(number: int, sentence: str) -> None:
    assert extract(sentence.format(number)).orders == (str(number),)


@given(st.text(max_size=80))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold_keeping_length(text)) == len(text)
