"""How addresses, domains and names are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.core.people.rules import address_fold, domain_fold, domain_of, domains_above, is_zone, likeness, same_words
from itsm.core.texts import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ACME.example", "acme.example"), ("@acme.example.", "acme.example"), ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("Почта.РФ", "xn--80a1acny.xn--p1ai"), ("xn--80a1acny.xn--p1ai", "xn--80a1acny.xn--p1ai"), ("localhost", ""),
        ("1.2.3.4", ""), ("-a.example", ""), ("a_b.example", ""), ("a/b.example", ""), ("a.example:80", ""), (".", ""),
        ("орёл.рф", "xn--k1afg2e.xn--p1ai"), ("орел.рф", "xn--e1amhi.xn--p1ai"), ("faß.example", "xn--fa-hia.example"),
        ("a" * 64 + ".example", ""), (".".join(["a" * 60] * 5), ""), ("a\x00.example", ""), ("\ud800.example", ""),
    ],
)  # fmt: skip
def test_a_domain_is_compared_in_its_ascii_form(text: str, folded: str) -> None:
    assert domain_fold(text) == folded


@given(st.text(max_size=80))
def test_the_fold_of_a_domain_is_stable_and_no_text_breaks_it(text: str) -> None:
    assert domain_fold(domain_fold(text)) == domain_fold(text)


@given(st.sampled_from(["email", "phone", "chat", "external"]), st.text(max_size=80))
def test_the_fold_of_an_address_is_stable(type: str, text: str) -> None:
    once = address_fold(type, text)
    assert address_fold(type, once) in (once, address_fold("phone", once))


def test_one_address_in_many_spellings() -> None:
    assert len({address_fold("phone", p) for p in ("8 (912) 345-67-89", "+7 912 3456789", "7-912-345-67-89")}) == 1
    assert address_fold("email", "Иван@Почта.РФ") == address_fold("email", "иван@xn--80a1acny.xn--p1ai")


def test_two_domains_of_the_dns_are_two_addresses() -> None:
    for one, other in (
        ("anna@орёл.рф", "anna@орел.рф"),
        ("a@faß.example", "a@fass.example"),
        ("пётр@x.ru", "петр@x.ru"),
    ):
        assert address_fold("email", one) != address_fold("email", other)


def test_a_domain_lies_in_those_above_it() -> None:
    assert list(domains_above("a.b.example")) == ["a.b.example", "b.example"]
    assert domain_of("x@y@z.example") == "z.example" or domain_of("x@y@z.example") == ""
    assert domain_of("nobody") == ""


def test_what_is_alike_though_it_differs() -> None:
    assert likeness("phone", "79123456789") == likeness("phone", "9123456789")
    assert likeness("phone", "112") == ""
    assert likeness("email", "a+b@x.example") == likeness("chat", "a@x.example")
    assert same_words(fold("Ким Анна")) == same_words(fold("анна  КИМ"))


def test_a_zone_is_known_by_its_name_alone() -> None:
    assert all(is_zone(name) for name in ("UTC", "Europe/Moscow", "Asia/Kolkata"))
    assert not any(
        is_zone(name) for name in ("Mars/Base", "Europe", "../etc/passwd", "/etc/localtime", "a\x00", "\ud800", "")
    )
