"""The tickets of the demo as data: who, through which channel, about what, how urgent, and how far it came."""

# ruff: noqa: E501 - one ticket a line reads best

from typing import NamedTuple


class Story(NamedTuple):
    """One ticket. plan: see `play.PLANS`. impact, urgency: h, m, l."""

    who: str
    source: str
    service: str
    topic: str
    weight: str
    line: str
    agent: str
    plan: str
    title: str
    text: str = ""


STORIES = tuple(Story(*words) for words in (
    ("maria", "phone", "workplace.print", "hardware.printer", "ml", "l1", "ivan", "new", "Принтер на втором этаже жуёт бумагу", "Каждый третий лист."),
    ("tom", "mail", "access.vpn", "network", "lh", "l1", "mary", "new", "VPN asks for the code twice", "Started this morning, both codes are accepted."),
    ("sergey", "web", "erp", "software", "mm", "l2", "oleg", "new", "В отчёте по остаткам не хватает склада №4"),
    ("alice", "chat", "shop.payments", "software", "mh", "l2", "oleg", "new", "Refunds stay in “pending” since noon"),
    ("maria", "web", "office", "question", "ll", "l1", "ivan", "new", "Заказать пропуск для подрядчика на четверг"),
    ("tom", "web", "workplace.mail", "software", "lm", "l1", "mary", "new", "Shared calendar shows last week only"),
    ("sergey", "mail", "access.accounts", "access", "lm", "l1", "ivan", "queue", "Нужен доступ к папке «Тендеры»", "Согласовано с Кузнецовой."),
    ("alice", "phone", "workplace.phone", "hardware", "mm", "l1", "mary", "queue", "Desk phones in Oslo do not ring"),
    ("tom", "chat", "shop.catalogue", "software", "mm", "l2", "oleg", "queue", "Yesterday's prices are back on the site"),
    ("maria", "mail", "erp", "software", "ml", "l2", "oleg", "queue", "1С закрывается при печати накладной"),
    ("sergey", "web", "workplace", "hardware", "ll", "l1", "ivan", "queue", "Второй монитор для нового сотрудника"),
    ("alice", "web", "access.accounts", "access", "lm", "l1", "mary", "work", "New colleague: account from Monday", "Ingrid Dahl, warehouse team."),
    ("tom", "mail", "access.vpn", "network", "mm", "l2", "oleg", "work", "VPN drops every 20 minutes", "Only from the hotel in Leeds, elsewhere it holds."),
    ("maria", "phone", "workplace.mail", "software", "lh", "l1", "ivan", "work", "Не приходят письма от банка"),
    ("sergey", "chat", "shop.catalogue", "software", "mm", "l2", "oleg", "work", "Фото товаров грузятся по минуте"),
    ("alice", "mail", "erp", "software", "mh", "l3", "david", "work", "Stock export misses items with æ, ø, å"),
    ("tom", "phone", "workplace.print", "hardware.printer", "ll", "l1", "mary", "work", "Label printer prints one label too many"),
    ("maria", "web", "shop", "question", "lm", "commercial", "sofia", "work", "Можно ли перенести оплату по Д-2025/118?"),
    ("sergey", "mail", "workplace", "hardware", "lm", "l1", "ivan", "work", "Ноутбук шумит и греется"),
    ("alice", "chat", "access.vpn", "network", "mh", "l2", "oleg", "escalated", "No connection to the terminal server from Bergen"),
    ("tom", "mail", "shop.catalogue", "software", "mm", "l2", "oleg", "escalated", "Search finds nothing for words with a hyphen"),
    ("maria", "phone", "erp", "software", "mh", "l3", "david", "escalated", "Проводки задваиваются при обмене"),
    ("sergey", "web", "shop.payments", "software", "hm", "l3", "david", "escalated", "Чек приходит без QR-кода"),
    ("alice", "mail", "shop", "software", "mm", "development", "pavel", "escalated", "Order API answers 500 to an empty basket"),
    ("maria", "mail", "workplace.mail", "software", "ll", "l1", "ivan", "customer", "Подпись в письмах сбрасывается"),
    ("tom", "chat", "access.accounts", "access", "lm", "l1", "mary", "customer", "Cannot sign in to the report portal", "It says that I do not exist."),
    ("alice", "web", "workplace", "hardware", "ll", "l1", "mary", "customer", "Docking station does not charge"),
    ("sergey", "phone", "erp", "question", "lm", "l2", "oleg", "customer", "Как вернуть удалённый заказ?"),
    ("tom", "mail", "shop.catalogue", "software", "ll", "l2", "oleg", "customer", "Wrong picture for three articles"),
    ("maria", "web", "workplace.print", "hardware.printer", "mm", "l1", "ivan", "supplier", "МФУ в бухгалтерии: полосы на копиях"),
    ("alice", "mail", "workplace.phone", "network", "hm", "l2", "oleg", "supplier", "Calls to Denmark are cut after a minute"),
    ("sergey", "mail", "shop.payments", "software", "mm", "l3", "david", "supplier", "Банк отклоняет карты «Мир» со второй попытки"),
    ("tom", "phone", "workplace", "hardware", "ml", "l1", "mary", "parts", "Till 6 needs a new power supply"),
    ("maria", "web", "office", "question", "ll", "l1", "ivan", "date", "Переезд отдела закупок в другой кабинет"),
    ("alice", "web", "access.accounts", "access", "ll", "l1", "mary", "date", "Close the account of a leaver at the end of the month"),
    ("sergey", "chat", "erp", "software", "mm", "l3", "david", "date", "Обновить справочник контрагентов в выходной"),
    ("tom", "mail", "workplace.mail", "software", "lm", "l1", "mary", "resolved", "Out-of-office reply goes to everybody"),
    ("maria", "phone", "access.accounts", "access", "lh", "l1", "ivan", "resolved", "Заблокирована учётная запись"),
    ("sergey", "web", "workplace.print", "hardware.printer", "ll", "l1", "ivan", "resolved", "Печатает только чёрным"),
    ("alice", "mail", "shop.catalogue", "software", "mm", "l2", "oleg", "resolved", "Prices without VAT in the Norwegian shop"),
    ("tom", "chat", "access.vpn", "network", "lm", "l1", "mary", "resolved", "New phone: how do I move the authenticator?"),
    ("maria", "mail", "erp", "software", "mm", "l2", "oleg", "resolved", "Не проводится инвентаризация"),
    ("alice", "phone", "workplace", "hardware", "lm", "l1", "mary", "resolved", "Screen stays black after the lid was closed"),
    ("sergey", "mail", "workplace.mail", "software", "lm", "l1", "ivan", "closed", "Почтовый ящик переполнен"),
    ("tom", "web", "access.accounts", "access", "ll", "l1", "mary", "closed", "Change of surname in all systems"),
    ("maria", "phone", "access.accounts", "access", "lh", "l1", "ivan", "closed", "Забыла пароль после отпуска"),
    ("alice", "mail", "shop.payments", "software", "hh", "l3", "david", "closed", "Card payments refused for all of Sweden"),
    ("sergey", "chat", "workplace.print", "hardware.printer", "ll", "l1", "ivan", "closed", "Закончился тонер"),
    ("tom", "mail", "erp", "software", "mm", "l2", "oleg", "closed", "Delivery notes in the wrong language"),
    ("maria", "web", "shop.catalogue", "software", "mm", "l2", "oleg", "closed", "Пропали описания в разделе «Сад»"),
    ("alice", "phone", "access.vpn", "network", "mm", "l2", "oleg", "closed", "VPN client will not update"),
    ("sergey", "mail", "workplace", "hardware", "lm", "l1", "ivan", "closed", "Не работает камера на совещаниях"),
    ("tom", "chat", "workplace.phone", "hardware", "ll", "l1", "mary", "closed", "Headset crackles"),
    ("maria", "mail", "office", "question", "ll", "l1", "ivan", "closed", "Переговорная с проектором на пятницу"),
    ("alice", "web", "erp", "software", "mm", "l3", "david", "closed", "Rounding differs by one øre"),
    ("sergey", "phone", "access.vpn", "network", "lh", "l1", "ivan", "reopened", "Удалённый рабочий стол зависает"),
    ("tom", "mail", "shop.catalogue", "software", "mm", "l2", "oleg", "reopened", "Filter by size loses the second page"),
    ("olga", "phone", "terminals", "hardware", "mh", "l1", "ivan", "queue", "Терминал №118 не печатает билет", "Магазин на Садовой, очередь."),
    ("olga", "phone", "terminals", "question", "ll", "l1", "ivan", "closed", "Как перевыпустить карту оператора?"),
    ("maria", "chat", "workplace.mail", "question", "ll", "l1", "ivan", "withdrawn", "Как настроить переадресацию?"),
    ("tom", "mail", "workplace.mail", "question", "ll", "l1", "mary", "spam", "You have won a printer"),
))  # fmt: skip
