"""Who is in the demo: organisations with contracts, people with several addresses, teams with heads, services."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itsm.blocks.services.verbs import add_service
from itsm.core.access.verbs import add_account
from itsm.core.act import Actor
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_organisation, add_person, add_team
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.demo.answers import make_ready
from itsm.plugins.machinery.demo.forms import ROLE, outsource

PASSWORD = "demo desk password"  # noqa: S105 - printed at the start of every demo
DOMAIN = "demo.example"
ORGANISATIONS = (
    ("romashka", "ООО «Ромашка»", ("Д-2024/017", "Д-2025/118"), False),
    ("northwind", "Northwind Stores", ("NW-3381",), False),
    ("fjord", "Fjord Logistics", ("FJ-0042", "FJ-0043"), True),
    ("lotto", "Лотереи «Восьмёрка»", ("Л-8/2025",), False),
)
# key, name, language, role, organisation, phone, chat
PEOPLE = (
    ("anna", "Анна Орлова", "ru", "administrator", None, "+7 495 000-10-01", ""),
    ("ivan", "Иван Петров", "ru", "agent", None, "+7 495 000-10-02", "@ivan.petrov"),
    ("mary", "Mary Collins", "en", "agent", None, "+44 20 7946 0102", "@mary.c"),
    ("oleg", "Олег Соколов", "ru", "agent", None, "+7 495 000-10-04", ""),
    ("elena", "Елена Жукова", "ru", "head", None, "+7 495 000-10-05", "@zhukova"),
    ("david", "David Stone", "en", "agent", None, "+44 20 7946 0106", ""),
    ("sofia", "София Ким", "ru", "agent", None, "+7 495 000-10-07", ""),
    ("pavel", "Павел Громов", "ru", "head", None, "+7 495 000-10-08", "@gromov.dev"),
    ("maria", "Мария Кузнецова", "ru", "requester", "romashka", "+7 912 000-20-01", "@maria.k"),
    ("sergey", "Сергей Лебедев", "ru", "requester", "romashka", "8 912 000-20-02", ""),
    ("tom", "Tom Baker", "en", "requester", "northwind", "+1 202 555 0143", "@tom.b"),
    ("alice", "Alice Green", "en", "requester", "fjord", "+47 21 98 76 54", ""),
    ("olga", "Ольга Смирнова", "ru", "dispatcher", "lotto", "+7 912 000-30-01", ""),
)
# key, names, line, level, head, members
TEAMS = (
    ("support", ("Support", "Поддержка"), "", "department", "elena", ()),
    ("l1", ("First line", "Первая линия"), "L1", "group", "elena", ("ivan", "mary")),
    ("l2", ("Second line", "Вторая линия"), "L2", "group", "elena", ("oleg", "elena")),
    ("l3", ("Engineers", "Инженеры"), "L3", "group", "elena", ("david",)),
    ("commercial", ("Commercial department", "Коммерческий отдел"), "commercial", "department", "elena", ("sofia",)),
    ("development", ("Development", "Разработка"), "development", "department", "pavel", ("pavel", "david")),
)
SERVICES = (
    ("workplace", "Workplace", "Рабочее место", None),
    ("workplace.mail", "E-mail and calendar", "Почта и календарь", "workplace"),
    ("workplace.print", "Printing", "Печать", "workplace"),
    ("workplace.phone", "Telephony", "Телефония", "workplace"),
    ("access", "Access", "Доступ", None),
    ("access.vpn", "Remote access (VPN)", "Удалённый доступ (VPN)", "access"),
    ("access.accounts", "Accounts and rights", "Учётные записи и права", "access"),
    ("shop", "Online shop", "Интернет-магазин", None),
    ("shop.payments", "Payments", "Приём платежей", "shop"),
    ("shop.catalogue", "Catalogue and prices", "Каталог и цены", "shop"),
    ("erp", "Accounting and stock (ERP)", "Учёт и склад (ERP)", None),
    ("office", "Office services", "Хозяйственные услуги", None),
    ("terminals", "Lottery terminals", "Терминалы лотерей", None),
)
REQUESTER = frozenset({"tickets.open", "tickets.read", "tickets.comment"})


@dataclass
class Cast:
    """Everybody and everything of the demo by key."""

    people: dict[str, Person] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """One of the people, acting."""
        person, staff = self.people[key], self.roles[key] not in ("requester", ROLE)
        held = frozenset({"*"}) if staff else REQUESTER
        return Actor("person", person.id, person.name, held, person.organisation_id, locale=person.locale)


def address(key: str) -> str:
    """The e-mail address of one of the people, which is the login too."""
    return f"{key}@{DOMAIN}"


def engage(uow: UnitOfWork, administrator: Person) -> Cast:
    """Make everybody; the administrator is there already."""
    cast = Cast()
    organisations: Mapping[str, int] = {
        key: add_organisation(uow, name=name, contracts=contracts, premium=premium).id
        for key, name, contracts, premium in ORGANISATIONS
    }
    for key, name, locale, role, organisation, phone, chat in PEOPLE:
        cast.roles[key] = role
        if role == "administrator":
            cast.people[key] = administrator
            continue
        ways = [("email", address(key)), ("phone", phone), *([("chat", chat)] if chat else [])]
        where = organisations[organisation] if organisation else None
        person = add_person(uow, name=name, addresses=ways, organisation_id=where, locale=locale)
        own = [role] if role != ROLE else []  # that one holds within an organisation alone
        add_account(uow, person_id=person.id, login=address(key), password=PASSWORD, roles=own)
        cast.people[key] = person
    _teams(uow, cast)
    for key, english, russian, above in SERVICES:
        parent = cast.services[above] if above else None
        cast.services[key] = add_service(uow, key=key, label={"en": english, "ru": russian}, parent_id=parent).id
    outsource(uow, cast.people["olga"])
    make_ready(uow)
    return cast


def _teams(uow: UnitOfWork, cast: Cast) -> None:
    for key, (english, russian), line, level, head, members in TEAMS:
        cast.teams[key] = add_team(
            uow,
            key=key,
            label={"en": english, "ru": russian},
            line=line,
            level=level,
            head_id=cast.people[head].id,
            parent_id=cast.teams.get("support") if level == "group" else None,
            members=[cast.people[name].id for name in members],
        ).id
