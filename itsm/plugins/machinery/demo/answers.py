"""Ready answers and macros of the demo, and how its desk greets and signs."""

# ruff: noqa: E501 - a text a line reads best

from itsm.blocks.answers.verbs import apply_answers, apply_macros
from itsm.core.configuration.verbs import change_document
from itsm.core.work.uow import UnitOfWork

# key, group, used as, topics, name (en, ru), text (en, ru)
ANSWERS = (
    ("received", None, "reply", (), ("We are on it", "Занимаемся"),
     ("We have got your request #{{number}} and are on it. {{agent}} works on it and will write to you here.", "Ваше обращение №{{number}} принято в работу. Им занимается {{agent}}, о результате напишем сюда же.")),
    ("screenshot", None, "reply", (), ("Ask for a screenshot", "Попросить снимок экрана"),
     ("Please send us:\n\n* a screenshot of the whole window\n* the time at which it happened\n* what you did just before", "Пришлите, пожалуйста:\n\n* снимок всего окна\n* время, когда это случилось\n* что вы делали перед этим")),
    ("restart", "l1", "reply", ("hardware",), ("Switch it off and on", "Выключить и включить"),
     ("Please switch the device off, wait half a minute and switch it on again. Does it work now?", "Выключите, пожалуйста, устройство, подождите полминуты и включите снова. Теперь работает?")),
    ("checked", "l1", "note", (), ("First checks done", "Первичная проверка сделана"),
     ("First checks done: restart, cables, another user. The cause is not found.", "Первичная проверка сделана: перезапуск, кабели, другой пользователь. Причина не найдена.")),
    ("as_asked", None, "incidents.problem", (), ("The subject as it stands", "Тема как есть"), ("{{title}}", "{{title}}")),
    ("unlocked", None, "incidents.solution", ("access",), ("Account unlocked", "Учётная запись разблокирована"),
     ("The account was unlocked and a new password set. It must be changed when you sign in next.", "Учётная запись разблокирована, установлен новый пароль. При следующем входе его нужно сменить.")),
    ("paper", None, "incidents.solution", ("hardware.printer",), ("Paper removed", "Замятие устранено"),
     ("The jammed paper was removed and the rollers were cleaned; a test page printed well.", "Замятая бумага убрана, ролики очищены; пробная страница напечатана без ошибок.")),
)  # fmt: skip
MACROS = (
    {"key": "accept", "label": {"en": "Take it and tell the requester", "ru": "Взять и сообщить заявителю"}, "kinds": ["incident"],
     "shortcut": "G", "take": True, "reply": "received", "transition": "take"},
    {"key": "to_second_line", "label": {"en": "Pass on to the second line", "ru": "Передать второй линии"}, "group": "l1",
     "kinds": ["incident"], "shortcut": "P", "note": "checked", "set": {"team": "l2"}, "tags": ["l1-checked"]},
)  # fmt: skip
AROUND = {
    "language": "ru",
    "around": [
        {
            "group": None,
            "salutation": {"en": "Hello {{requester}},", "ru": "Здравствуйте, {{requester}}!"},
            "signature": {"en": "Kind regards\n{{agent}}", "ru": "С уважением,\n{{agent}}"},
        }
    ],
}


def make_ready(uow: UnitOfWork) -> None:
    """Put them on the desk."""
    change_document(uow, name="answers.around", body=AROUND, reason="demo", match=None)
    languages = ("en", "ru")
    entries = [
        {
            "key": key, "label": dict(zip(languages, label, strict=True)), "group": group, "purpose": purpose,
            "text": dict(zip(languages, text, strict=True)), "topics": [*topics],
        }
        for key, group, purpose, topics, label, text in ANSWERS
    ]  # fmt: skip
    apply_answers(uow, entries)
    apply_macros(uow, [*MACROS])
