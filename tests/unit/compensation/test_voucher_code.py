"""The codes that customers redeem."""

import pytest

from bot.compensation import voucher_code

pytestmark = pytest.mark.unit


def test_codes_are_distinct_and_have_no_ambiguous_letters() -> None:
    codes = {voucher_code.generate() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*voucher_code.LETTERS, "-"}
    assert not set(voucher_code.LETTERS) & set("0O1IL")


def test_letters_are_formatted_in_groups() -> None:
    assert voucher_code.format_code("7KQM9XRT2BFD") == "7KQM-9XRT-2BFD"
    assert voucher_code.format_code("7KQM9") == "7KQM-9"
    assert voucher_code.format_code("") == ""
