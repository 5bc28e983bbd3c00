"""What a desk may change about alerts, and what monitoring brings by name: its field, its permissions, its secrets."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from itsm.plugins import (
    Among,
    Choice,
    DocumentType,
    Field,
    Invalid,
    Key,
    Line,
    Permission,
    Refusal,
    Strict,
    UnitOfWork,
    Whole,
    say,
)

SEVERITIES = (
    Choice("critical", {"en": "Critical", "ru": "Критическая"}),
    Choice("error", {"en": "Error", "ru": "Ошибка"}),
    Choice("warning", {"en": "Warning", "ru": "Предупреждение"}),
    Choice("info", {"en": "Information", "ru": "Сведения"}),
)
SEVERITY = Field(
    "monitoring.severity", "choice", {"en": "Severity of the alert", "ru": "Важность события"}, choices=SEVERITIES,
    filterable=True, kinds=("incident",), on_form=False, written_by="plugin",
)  # fmt: skip
PERMISSIONS = (
    Permission("monitoring.send", {"en": "Send alerts", "ru": "Присылать события мониторинга"}, ("administrator",)),
    Permission(
        "monitoring.see", {"en": "See alerts", "ru": "Видеть события мониторинга"}, ("agent", "head", "administrator")
    ),
)

STATUS_WORDS = {"": say("new"), "firing": say("there now"), "resolved": say("ended")}
OUTCOMES = {
    "opened": say("opened"), "added": say("added"), "duplicate": say("repeats"), "suppressed": say("without effect"),
    "refused": say("refused"), "": say("waiting"),
}  # fmt: skip
RECOVERY_WORDS = {"resolve": say("resolves the incident"), "note": say("is only noted")}


class PolicySchema(Strict):
    """The document `monitoring.policy`. problem, solution: fields that get the words of the alert and of its end."""

    recovery = fields.String(
        required=True, validate=Among(("resolve", "note")),
        metadata={"label": say("The end of a trouble"), "words": RECOVERY_WORDS},
    )  # fmt: skip
    reopen_within_minutes = Whole(0, 100_000, required=True, metadata={"label": say("Comes back for, minutes")})
    flaps = Whole(2, 100, required=True, metadata={"label": say("It flaps after so many ends")})
    flap_minutes = Whole(1, 10_000, required=True, metadata={"label": say("within, minutes")})
    priorities = fields.Dict(
        keys=fields.String(validate=Among(tuple(choice.value for choice in SEVERITIES))), values=Whole(1, 9),
        required=True, metadata={"label": say("Priority by severity")},
    )  # fmt: skip
    kind = Key(required=True, metadata={"label": say("Type of the ticket"), "offers": "kinds"})
    resolve = Key(required=True, metadata={"label": say("Step that resolves")})
    reopen = Key(required=True, metadata={"label": say("Step that reopens")})
    values = fields.Dict(keys=Line(80), values=Line(200), load_default=dict, metadata={"label": say("Sets at the end")})
    problem = Line(80, load_default="", metadata={"label": say("Field for the words of the alert")})
    solution = Line(80, load_default="", metadata={"label": say("Field for the words of its end")})


POLICY: Mapping[str, Any] = {
    "recovery": "resolve",
    "reopen_within_minutes": 60,
    "flaps": 5,
    "flap_minutes": 60,
    "priorities": {"critical": 1, "error": 2, "warning": 3, "info": 4},
    "kind": "incident",
    "resolve": "resolve",
    "reopen": "reopen",
    "values": {"incidents.resolution_code": "recovered"},
    "problem": "incidents.problem",
    "solution": "incidents.solution",
}


def check_policy(uow: UnitOfWork, body: Mapping[str, Any]) -> None:
    """What the policy names exists on this desk."""
    known = uow.registry.fields_of("ticket")
    named = [
        ("problem", body["problem"]),
        ("solution", body["solution"]),
        *(("values", name) for name in body["values"]),
    ]
    refusals = [
        Refusal(place, say("There is no field {name}.", name=name))
        for place, name in named
        if name and name not in known
    ]
    if body["kind"] not in uow.registry.kinds:
        refusals.append(Refusal("kind", say("There is no type {kind}.", kind=body["kind"])))
    if refusals:
        raise Invalid(refusals=refusals)


DOCUMENTS = (
    DocumentType(
        "monitoring.policy", {"en": "Alerts and incidents", "ru": "События мониторинга и инциденты"}, PolicySchema,
        POLICY, check_desk=check_policy,
    ),
)  # fmt: skip


class Hidden(dict[str, str]):
    """Secrets by source; whoever prints or logs it sees that there are some."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


class Secrets(fields.String):
    """`grafana=s3cret,other=…`"""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        found = Hidden()
        for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), 1):
            key, equals, secret = entry.partition("=")
            if not equals or not key.strip() or not secret.strip():
                raise ValidationError(f"entry {place} is not of the form source=secret")
            found[key.strip()] = secret.strip()
        return found


class MonitoringSettings(Strict):
    """`ITSM_MONITORING__SECRETS`."""

    secrets = Secrets(
        load_default=Hidden, metadata={"help": "secrets of signed requests: source=secret, comma separated"}
    )
