"""The history of a person, an organisation or a group as people read it: who, when, what, why; ids as names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from itsm.core.fields.shown import text_of
from itsm.core.ledger.models import Event
from itsm.core.people.names import Names, labels_of_roles, names_of
from itsm.core.people.pages.words import LABELS, LANGUAGES, LEVEL_NAMES, LINE_NAMES
from itsm.core.texts import LOCALES, Message, label_text, say
from itsm.core.web.edge import locale, translated
from itsm.core.web.words import moment, retold
from itsm.core.work.uow import UnitOfWork

Told = tuple[Event, Mapping[str, Any]]
SENTENCES = {
    "person_added": say("registered"),
    "person_changed": say("changed"),
    "person_confirmed": say("confirmed"),
    "person_merged": say("merged this one into {into}"),
    "person_erased": say("erased"),
    "person_exported": say("handed out everything about this person"),
    "person_absorbed": say("merged {merged} into this one"),
    "organisation_added": say("registered"),
    "organisation_changed": say("changed"),
    "organisation_merged": say("merged this one into {into}"),
    "organisation_absorbed": say("merged {merged} into this one"),
    "contract_added": say("added the contract {contract}"),
    "team_added": say("registered"),
    "team_changed": say("changed"),
    "member_added": say("added {person}"),
    "member_removed": say("removed {person}"),
    "address_added": say("added the address {address}"),
    "address_changed": say("corrected the address {address}"),
    "address_removed": say("removed the address {address}"),
    "account_added": say("made an account"),
    "role_granted": say("gave the role {role}"),
    "role_revoked": say("took the role {role} away"),
    "token_added": say("made a token"),
    "account_disabled": say("disabled the account"),
    "account_enabled": say("enabled the account"),
    "token_revoked": say("ended a token"),
    "signed_in": say("signed in ({method})"),
    "sign_in_begun": say("began to sign in ({method}); a further step was asked"),
    "signed_out": say("signed out"),
    "sessions_ended": say("ended sessions"),
    "password_changed": say("changed the password"),
    "password_given": say("gave a one-time password"),
    "factor_added": say("added a second factor: {factor}"),
    "factor_removed": say("removed a second factor: {factor}"),
    "factor_refused": say("failed at the second factor ({factor})"),
    "factors_reset": say("removed all second factors"),
    "recovery_renewed": say("made new recovery codes"),
    "recovery_used": say("used a recovery code"),
    "identity_linked": say("linked an identity ({method})"),
    "identity_unlinked": say("unlinked an identity ({method})"),
}
# The same of what holds in one organisation only.
WITHIN = {
    "role_granted": say("gave the role {role} within {organisation}"),
    "role_revoked": say("took the role {role} within {organisation} away"),
}
OF_PEOPLE = ("head", "members", "person")
NOTHING = "–"


@dataclass(slots=True)
class Entry:
    """One entry; `changes` are (name, old, new)."""

    id: int
    at: datetime
    who: str
    sentence: str
    why: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def timeline(uow: UnitOfWork, kind: str, events: Sequence[Told]) -> list[Entry]:
    """The newest first: one asks what happened last."""
    names = _names(uow, kind, events)
    return [_entry(uow, kind, event, texts, names) for event, texts in reversed(events)]


def _names(uow: UnitOfWork, kind: str, events: Iterable[Told]) -> Names:
    ids: dict[str, set[int]] = {"person": set(), "organisation": set(), "team": set()}
    for event, _ in events:
        if event.actor_id is not None:
            ids["person"].add(event.actor_id)
        for name, value in event.facts.items():
            group = _group(kind, name)
            if group:
                ids[group].update(v for v in _flat(value) if isinstance(v, int) and not isinstance(v, bool))
    roles = {str(event.facts["role"]) for event, _ in events if "role" in event.facts}
    found = names_of(uow, people=ids["person"], organisations=ids["organisation"], teams=ids["team"])
    return replace(found, roles=labels_of_roles(uow, roles))


def _group(kind: str, name: str) -> str:
    """Of what a fact holds the ids: person, organisation, team, or '' of nothing."""
    if name in OF_PEOPLE:
        return "person"
    if name in ("into", "merged"):
        return kind
    return {"organisation": "organisation", "parent": "team"}.get(name, "")


def _flat(value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value


def _entry(uow: UnitOfWork, kind: str, event: Event, texts: Mapping[str, Any], names: Names) -> Entry:
    who = names.people.get(event.actor_id or 0) or translated(say("Automatically"))
    values = {n: _shown(uow, kind, n, v, names) for n, v in {**event.facts, **texts}.items() if n in _SPOKEN}
    inside = event.type in WITHIN and "organisation" in event.facts
    sentence = WITHIN[event.type] if inside else SENTENCES.get(event.type)
    told = retold(sentence, values) if sentence else event.type.replace("_", " ")
    entry = Entry(event.id, event.occurred_at, who, told, str(texts.get("reason") or ""))
    if event.type.endswith("_changed") and event.type != "address_changed":
        entry.changes = [
            (_name(uow, kind, name), _shown(uow, kind, name, pair[0], names), _shown(uow, kind, name, pair[1], names))
            for name, pair in {**event.facts, **texts}.items()
            if isinstance(pair, list) and len(pair) == 2
        ]
    return entry


_SPOKEN = ("into", "merged", "person", "address", "contract", "method", "factor", "role", "organisation")
WORDS = {"password": say("password"), "passkey": say("passkey"), "code": say("code"), "recovery": say("recovery code")}


CODES: Mapping[str, Mapping[str, Message | str]] = {
    "method": WORDS, "factor": WORDS, "locale": LANGUAGES, "level": LEVEL_NAMES, "line": LINE_NAMES,
}  # fmt: skip


def _name(uow: UnitOfWork, kind: str, name: str) -> str:
    declared = uow.registry.fields_of(kind).get(name)
    if declared is not None:
        return label_text(declared.label, locale())
    return translated(LABELS[name]) if name in LABELS else name


def _shown(uow: UnitOfWork, kind: str, name: str, value: Any, names: Names) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    group = _group(kind, name)
    if group:
        return ", ".join(_named(names, group, id_) for id_ in _flat(value))
    declared = uow.registry.fields_of(kind).get(name)
    if declared is not None:
        return text_of(uow, declared, value)
    if isinstance(value, bool):
        return translated(say("yes") if value else say("no"))
    if name == "role":
        return label_text(names.roles.get(value), locale()) or str(value)
    if name in CODES and isinstance(value, str) and value in CODES[name]:
        return translated(CODES[name][value])
    if name == "premium_until":
        return str(moment(value))
    if isinstance(value, dict):
        return label_text(value, locale()) if set(value) <= set(LOCALES) else str(value)
    arrow = " → " if name == "address" else ", "
    return arrow.join(str(part) for part in _flat(value))


def _named(names: Names, group: str, id_: Any) -> str:
    if group == "team":
        return label_text(names.teams.get(id_), locale()) or f"#{id_}"
    known = names.people if group == "person" else names.organisations
    return f"{known[id_]} (#{id_})" if id_ in known else f"#{id_}"
