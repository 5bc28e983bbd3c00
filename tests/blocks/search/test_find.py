"""Search over the one table of documents: forms of words, phrases, beginnings, numbers, and who may find what."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from itsm.blocks.search.verbs import find_subjects, index_subjects
from itsm.core.people.models import Organisation, Person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import add_comment, change_ticket, open_ticket

FORMS = [
    "принтер принтеры принтеров принтерам принтером принтере",
    "ошибка ошибки ошибке ошибок ошибками ошибках",
    "заявка заявки заявок заявками",
    "настройка настройки настроек настройками",
    "печатать печатает печатали печатаю печатала",
    "пользователь пользователя пользователи пользователей пользователями",
    "подключение подключения подключений подключению",
    "система системы системе системой систем системам",
    "портал портала порталу порталы порталов",
    "письмо письма писем письмами",
    "зелёный зеленого зелёные зеленым",
    "connect connects connected connecting connection connections",
    "printer printers Printer's",
    "fail fails failed failing",
    "query queries queried",
]


def ticket(uow: Any, title: str, **more: Any) -> int:
    made = open_ticket(uow, kind="incident", title=title, **more)
    return int(made.id)


def found(uow: Any, words: str, kind: str = "ticket", **more: Any) -> list[int]:
    return [hit.id for hit in find_subjects(uow, words=words, kinds=[kind], **more).hits]


@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: forms.split()[0])
def test_every_form_of_a_word_finds_every_other(as_: Any, work: Any, forms: str) -> None:
    with as_("agent") as uow:
        numbers = {ticket(uow, f"Снова {form} here") for form in forms.split()}
        ticket(uow, "Something else / другое")
    work()
    with as_("agent") as uow:
        for form in forms.split():
            assert set(found(uow, form)) == numbers, form
            assert set(found(uow, form.upper())) == numbers, form


IDENTIFIERS = [
    ("Стоит INC-12 на паузе", "INC-12", "INC-1"),
    ("Адрес 192.168.0.1 занят", "192.168.0.1", "192.168.0.10"),
    ("Дверь КОД-7 закрыта", "код-7", "КОД-70"),
    ("Import INC0012345", "inc0012345", "INC001234"),
    ("Mail to ivan.petrov@example.org", "ivan.petrov@example.org", "petrov.ivan@example.org"),
    ("1С падает", "1с", "2с"),
    ("Café réseau", "cafe", "caf"),
    ("打印机 不工作", "打印机", "打印"),
]


@pytest.mark.parametrize(("title", "asked", "other"), IDENTIFIERS)
def test_numbers_and_names_with_points_and_dashes_are_found_as_they_are(
    as_: Any, work: Any, title: str, asked: str, other: str
) -> None:
    with as_("agent") as uow:
        number = ticket(uow, title)
    work()
    with as_("agent") as uow:
        assert found(uow, asked) == [number]
        assert found(uow, other) == []


def test_all_words_must_match_phrases_keep_their_order_and_beginnings_go_on(as_: Any, work: Any) -> None:
    with as_("agent") as uow:
        one = ticket(uow, "Принтер не печатает", description="Третий этаж, кабинет 3015")
        two = ticket(uow, "Сканер не работает, принтер исправен")
    work()
    with as_("agent") as uow:
        assert found(uow, "принтеры этаж") == [one]
        assert set(found(uow, "принтер")) == {one, two}
        assert found(uow, '"принтер не"') == [one]
        assert found(uow, "«не работают»") == [two]
        assert set(found(uow, "при*")) == {one, two}
        assert found(uow, "301*") == [one]
        assert found(uow, "30*") == [], "a beginning has three letters or digits"
        assert set(found(uow, "принтеры*")) == {one, two}
        assert found(uow, "принтер скан", ahead=True) == [two]
        assert found(uow, "принтер скан") == []
        assert found(uow, "кабинет-30*") == [one]


def test_the_number_comes_at_once_and_the_exact_title_before_newer_ones(as_: Any, work: Any, clock: Any) -> None:
    with as_("agent") as uow:
        exact = ticket(uow, "VPN")
    clock.forward(hours=1)
    with as_("agent") as uow:
        newer = ticket(uow, "VPN is slow")
    clock.forward(hours=1)
    with as_("agent") as uow:
        newest = ticket(uow, f"VPN again, as in {exact}")
        assert found(uow, f"#{exact}") == [exact]
        assert found(uow, str(newest)) == [newest]
    work()
    with as_("agent") as uow:
        assert found(uow, "vpn") == [exact, newest, newer]
        assert found(uow, f" {exact} ") == [exact, newest]
        assert found(uow, "vpn", limit=2) == [exact, newest]


def test_a_requester_never_finds_by_an_internal_note_nor_what_is_not_theirs(
    as_: Any, work: Any, sample: Any, api: Any
) -> None:
    requester = sample.people["requester"].id
    with as_("agent") as uow:
        mine = ticket(uow, "Почта", requested_for=requester, tags=["секретарь"])
        ticket(uow, "Почта соседа")
        add_comment(uow, number=mine, body="Пароль подобран, взлом", public=False)
        add_comment(uow, number=mine, body="Проверяем журнал", public=True)
    work()
    with as_("agent") as uow:
        assert found(uow, "взломы") == found(uow, "журналы") == found(uow, "почта взлом") == [mine]
        assert found(uow, '"взлом журнал"') == []
        assert found(uow, "секретарь") == [mine]
    with as_("requester") as uow:
        assert found(uow, "журнал") == [mine]
        assert found(uow, "почта") == [mine]
        for words in ("взлом", "взл*", "почта взлом", '"подобран взлом"', "ѣвзлом", "ѣ*", "ѣѣticket", "секретарь"):
            assert found(uow, words) == [], words
        assert find_subjects(uow, words="почта").counts == {"ticket": 1}
    with as_("stranger") as uow:
        assert found(uow, "почта") == found(uow, str(mine)) == []
    assert api("stranger", "GET", "/search?q=почта").json["counts"] == {"ticket": 0}
    assert api("requester", "GET", "/tickets/count?q=взлом").json == {"count": 0}
    assert api("agent", "GET", "/tickets/count?q=взлом").json == {"count": 1}


def test_people_and_organisations_are_found_by_staff_alone(as_: Any, work: Any, sample: Any, api: Any) -> None:
    with as_("head") as uow:
        for kind, model in (("person", Person), ("organisation", Organisation)):
            index_subjects(uow, kind=kind, ids=uow.session.scalars(select(model.id)))
    answer = api("agent", "GET", "/search?q=requester@example.org").json
    person = sample.people["requester"].id
    assert answer["items"] == [
        {"kind": "person", "label": "People", "id": person, "title": "Requester", "url": f"/people/{person}"}
    ]
    assert answer["at_most"] == 1000
    assert [i["title"] for i in api("agent", "GET", "/search?q=д-17&kind=organisation").json["items"]] == ["Акме"]
    assert api("requester", "GET", "/search?q=акме").json["items"] == []
    assert api("requester", "GET", "/search?q=акме&kind=person").status_code == 422
    assert api(None, "GET", "/search?q=акме").status_code == 401


HOSTILE = [
    '"', '""', "'", "''", "\\", "* OR *", "NEAR(a b, 5)", "stems : a", "{stems} : a", "^a", "a AND", "NOT b", "-a",
    "a + b", "a & | ! b", "a <-> b", "'a':*", ":*", "((((((", "a\x00b", "\x07\x1b[0m", "«", "“a", "%_%", "a*b*c*", "**",
    "💥", "٣٤", "½", "x" * 10_000, "a " * 5_000, '"' + "b " * 5_000, "e\u0301" * 2_000, "\ud7ff\uffff", "ѣ", "q;drop",
    "1e5x 12345678901234567890123", "0x1F", "a-b_c.d/e:f@g#h", "\u202eabc", "<script>", "1" * 3_000, "{{x}}",
]  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_somebody_types_is_an_error(as_: Any, api: Any, client: Any, work: Any, asked: str) -> None:
    with as_("agent") as uow:
        title = "".join(c for c in asked if c.isprintable())[:200] or "nothing"
        number = ticket(uow, title)
    work()
    with as_("agent") as uow:
        assert set(found(uow, asked, ahead=True)) <= {number}
        if any(c.isalnum() for c in title) and len(asked) < 100 and "*" not in asked and "NEAR" not in asked:
            assert found(uow, title) == [number]
    at_the_door = 422 if "\x00" in asked else 414 if len(quote(asked)) > 8_000 else 200
    assert api("agent", "GET", "/search", query_string={"q": asked}).status_code == at_the_door


def test_ticket_matches_is_what_lists_and_counts_filter_by(as_: Any, work: Any, api: Any) -> None:
    with as_("agent") as uow:
        one = ticket(uow, "Принтер", description="Замятие бумаги")
        two = ticket(uow, "Бумага кончилась")
    work()
    with as_("agent") as uow:
        fresh = ticket(uow, "Нет бумаги, только что")
    listed = api("agent", "GET", "/tickets?q=бумаги").json["items"]
    assert [t["number"] for t in listed] == [fresh, two, one][: len(listed)]
    assert {one, two} <= {t["number"] for t in listed}
    assert fresh in {t["number"] for t in listed}, "what no worker has seen yet is found by its title"
    assert api("agent", "GET", "/tickets/count?q=бумаги").json == {"count": 3}
    assert api("agent", "GET", f"/tickets/count?q=%23{one}").json == {"count": 1}
    assert api("agent", "GET", "/tickets/count?q=!!!").json == {"count": 0}
    work()
    assert api("agent", "GET", "/tickets/count?q=бумаги").json == {"count": 3}


def test_a_changed_title_is_found_and_the_old_one_is_not(as_: Any, work: Callable[[], int]) -> None:
    with as_("agent") as uow:
        number = ticket(uow, "Клавиатура")
    work()
    with as_("agent") as uow:
        change_ticket(uow, number=number, changes={"title": "Мышь"})
    work()
    with as_("agent") as uow:
        assert found(uow, "мыши") == [number]
        assert found(uow, "клавиатура") == []
        assert uow.session.get_one(Ticket, number).title == "Мышь"


def test_the_page_and_its_suggestions_show_what_is_found(as_: Any, work: Any, client: Any, sample: Any) -> None:
    with as_("agent") as uow:
        number = ticket(uow, "<b>Роутер</b> мигает")
    work()
    assert client.get("/search?q=роутер").status_code == 302
    form = {"login": "agent@example.org", "password": "password of agent"}
    token = client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/sign-in", data={**form, "csrf_token": token}).status_code == 302
    page = client.get("/search?q=роутеры")
    assert page.status_code == 200
    assert f'href="/tickets/{number}"' in page.text
    assert "&lt;b&gt;Роутер" in page.text
    assert client.get("/search").status_code == 200
    items = client.get("/search/suggest?q=роут").json["items"]
    assert [(i["kind"], i["id"]) for i in items] == [("ticket", number)]


def test_a_ticket_resembles_a_subject_by_most_of_its_telling_words(uow: Any) -> None:
    kept = ticket(uow, "Принтер в бухгалтерии жуёт бумагу")
    far = ticket(uow, "Бумага для переговоров")
    uow.flush()
    index_subjects(uow, kind="ticket", ids=[kept, far])

    def alike(words: str) -> set[int]:
        condition = uow.hook.call("ticket_resembles", uow=uow, words=words)
        return set() if condition is None else set(uow.session.scalars(select(Ticket.id).where(condition)))

    assert alike("зажевало бумагу: принтер бухгалтерии") == {kept}
    assert alike("бумаг") == {kept, far}
    assert alike("в и на") == alike("") == alike('"') == set()
