"""Our own numbers of orders: one for each write, whenever it is sent, and short enough for every vendor."""

from servicedesk_core.domain.parts import order_number
from servicedesk_core.domain.parts.orders import NUMBER_LENGTH


def test_a_write_has_one_number_and_no_other_has_it():
    numbers = {order_number(f"{one:032x}") for one in range(2000)}
    assert len(numbers) == 2000
    assert {order_number(one) for one in numbers} == numbers, "a number is its own"
    assert {len(one) for one in numbers} == {NUMBER_LENGTH}
    assert order_number("9a7f1f1e-8d0e-4e59-bd0c-7ce1f9a2f1c1") == order_number("9a7f1f1e-8d0e-4e59-bd0c-7ce1f9a2f1c1")


def test_a_number_is_read_over_the_telephone_without_mistakes():
    assert not set("".join(order_number(str(one)) for one in range(500))) & set("ILOU")
