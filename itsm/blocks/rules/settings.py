"""The list that the desk itself runs: what rules may read and set when a ticket is opened."""

from typing import Any

from sqlalchemy import select

from itsm.blocks.rules.hookspecs import Effect, RuleListType, Variable
from itsm.blocks.rules.verbs.opening import NAME, past_of
from itsm.blocks.rules.verbs.prediction import try_on_history
from itsm.core.configuration.verbs import document
from itsm.core.people.models import Team
from itsm.core.texts import Message, say
from itsm.core.work.uow import UnitOfWork


def _team(uow: UnitOfWork, key: Any) -> Message | None:
    known = uow.session.scalar(select(Team.id).where(Team.key == key, Team.active))
    return None if known else say("There is no group {key}.", key=key)


def _service(uow: UnitOfWork, key: Any) -> Message | None:
    known = {service.key for service in uow.ask("service_names", uow=uow, default=()) if service.active}
    return None if key in known else say("There is no service {id}.", id=key)


def _topic(uow: UnitOfWork, key: Any) -> Message | None:
    entries = document(uow, "core.topics").body["entries"]
    known = {entry["key"] for entry in entries if entry.get("active", True)}
    return None if key in known else say("There is no topic {key}.", key=key)


def _priority(uow: UnitOfWork, rank: Any) -> Message | None:
    known = {entry["rank"] for entry in document(uow, "core.priorities").body["ranks"]}
    return None if rank in known else say("There is no priority {rank}.", rank=rank)


TEAM = {"en": "Group, by its key", "ru": "Группа, по ключу"}
SERVICE = {"en": "Service, by its key", "ru": "Услуга, по ключу"}
TOPIC = {"en": "Topic, by its key", "ru": "Тема, по ключу"}
PRIORITY = {"en": "Priority, 1 is the most urgent", "ru": "Приоритет, 1 – самый срочный"}
WORDS = {"en": "Subject and description in small letters, ё as е", "ru": "Тема и описание строчными буквами, ё как е"}
EXAMPLE = """rules:
- key: printers
  label: {en: Printers, ru: Принтеры}
  when: words.contains('принтер') || words.contains('printer')
  then: {topic: hardware.printer}
- key: premium_down
  label: {en: A premium customer without service, ru: Премиум без услуги}
  when: premium && kind == 'incident'
  then: {priority: 1}
  stop: true        # no rule after it, when it matched
"""
OPENING = RuleListType(
    NAME,
    {"en": "When a ticket is opened", "ru": "При регистрации обращения"},
    vocabulary=(
        Variable("kind", "text", {"en": "Type of the ticket", "ru": "Тип обращения"}),
        Variable("title", "text", {"en": "Subject as typed", "ru": "Тема, как написана"}),
        Variable("description", "text", {"en": "Description as typed", "ru": "Описание, как написано"}),
        Variable("words", "text", WORDS, folded=True),
        Variable("source", "text", {"en": "Channel: 'web', 'api', 'mail' …", "ru": "Канал: 'web', 'api', 'mail' …"}),
        Variable("by_person", "yes_no", {"en": "A person opened it", "ru": "Зарегистрировал человек"}),
        Variable("premium", "yes_no", {"en": "Premium", "ru": "Премиум"}),
        Variable("organisation", "text", {"en": "Organisation in small letters", "ru": "Организация строчными буквами"},
                 folded=True),
        Variable("team", "text", TEAM),
        Variable("service", "text", SERVICE),
        Variable("topic", "text", TOPIC),
        Variable("priority", "whole", PRIORITY),
    ),
    effects=(
        Effect("team", "text", TEAM, _team),
        Effect("service", "text", SERVICE, _service),
        Effect("topic", "text", TOPIC, _topic),
        Effect("priority", "whole", PRIORITY, _priority),
    ),
    fields="ticket",
    past=past_of,
    try_out=try_on_history,
    example=EXAMPLE,
)  # fmt: skip
