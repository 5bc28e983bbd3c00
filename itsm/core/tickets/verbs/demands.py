"""What is asked of fields in an act: those that do not apply are refused, mandatory ones demanded or marked missing."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from itsm.core.act import Actor
from itsm.core.configuration.verbs import document
from itsm.core.errors import Refusal
from itsm.core.fields.conditions import FORMLESS, Standing, is_demanded, is_empty, missing, visible
from itsm.core.fields.guarded import read_only
from itsm.core.fields.verbs import clean_fields, default_of
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.guards import Draft
from itsm.core.people.models import Team
from itsm.core.texts import say
from itsm.core.tickets.offered import Form, form_for, forms_of
from itsm.core.tickets.rules import UNFINISHED
from itsm.core.work.uow import UnitOfWork

UNDONE = frozenset({"cancelled", "merged", "duplicate"})


def service_path(uow: UnitOfWork, service: int | None) -> frozenset[str]:
    """The key of a service and of all above it."""
    known = uow.memo.get("service_keys")
    if known is None:
        known = uow.memo["service_keys"] = dict(_paths(uow))
    keys: frozenset[str] = known.get(service, frozenset())
    return keys


def standing_of(uow: UnitOfWork, kind: str, values: Mapping[str, Any], actor: Actor | None = None) -> Standing:
    """What the conditions of fields are judged by, for a ticket with these values."""
    return Standing(
        kind=kind,
        state=values.get("state") or "",
        category=values.get("category") or "",
        services=_services(uow, values.get("service")),
        roles=(actor or uow.act.actor).roles_in(values.get("organisation")),
        values=values,
    )


def _services(uow: UnitOfWork, service: int | None) -> frozenset[str]:
    """The key of a service and of all above it; asked only where some condition names services."""
    fields = uow.registry.fields_of("ticket").values()
    if service is None or not any(when.services for field in fields for when in _whens(field)):
        return frozenset()
    return service_path(uow, service)


def _whens(field: Field) -> list[Any]:
    return [*field.visible, *(() if isinstance(field.mandatory, bool) else field.mandatory)]


def _paths(uow: UnitOfWork) -> Iterator[tuple[int, frozenset[str]]]:
    """Service → its key and those above it; parents come before their children."""
    path: list[str] = []
    for service in uow.hook.call("service_names", uow=uow):
        path = [*path[: service.depth], service.key]
        yield service.id, frozenset(path)


def put_preset(uow: UnitOfWork, draft: Draft, given: Collection[str], form: Form | None) -> None:
    """Let what the form presets and nobody gave have its value; services and groups are named by their keys."""
    for name, value in preset_of(uow, form).items() if form is not None else ():
        if name not in given or is_empty(draft.values.get(name)):
            draft.values[name] = value


def preset_of(uow: UnitOfWork, form: Form) -> dict[str, Any]:
    """What a form presets, as the ticket holds it; a service or group that is gone presets nothing."""
    found = dict(form.preset)
    if "service" in found:
        keys = {service.key: service.id for service in uow.hook.call("service_names", uow=uow)}
        found["service"] = keys.get(found["service"])
    if "team" in found:
        found["team"] = uow.session.scalar(select(Team.id).where(Team.key == found["team"], Team.active))
    own = {name: value for name, value in found.items() if value is not None}
    declared = uow.registry.fields_of("ticket")
    return own | clean_fields(uow, "ticket", {name: own[name] for name in own if name in declared})[0]


def put_defaults(uow: UnitOfWork, draft: Draft, given: Collection[str]) -> None:
    """At opening: let fields that apply and were not given have their default; one may make another apply."""
    declared = uow.registry.fields_of("ticket")
    waiting = {f.name: f for f in declared.values() if f.default is not None and f.name not in given}
    while waiting and uow.act.origin == "live":
        shown = visible(declared, standing_of(uow, draft.kind, draft.values))
        ready = [name for name in waiting if name in shown]
        if not ready:
            return
        for name in ready:
            draft.values[name] = default_of(uow, waiting.pop(name))


def form_in_use(uow: UnitOfWork, draft: Draft, form: bool | str) -> Form | None:
    """The form by which a new ticket comes: of the person's roles; where nobody fills one in, the one for everybody,
    which tells what is missing. form: its key, or whether there is one."""
    if draft.before or uow.act.origin != "live":
        return None
    if form is False or not _by_person(uow, draft):
        return _for_everybody(uow, draft.kind)
    roles = uow.act.actor.roles_in(draft.values.get("organisation"))
    return form_for(uow, kind=draft.kind, roles=roles, key=form if isinstance(form, str) else "")


def _for_everybody(uow: UnitOfWork, kind: str) -> Form | None:
    return next((form for form in forms_of(uow, ()) if kind in form.kinds), None)


def _asked(uow: UnitOfWork, draft: Draft, form: Form | None) -> list[str]:
    """What a form demands and the ticket lacks."""
    if form is None or not form.mandatory:
        return []
    demanded = form.demands(service_path(uow, draft.values.get("service")))
    return [name for name in demanded if is_empty(draft.values.get(name))]


def judge_form(uow: UnitOfWork, draft: Draft, given: Mapping[str, Any], form: Form | None) -> Iterator[Refusal]:
    """What a person gives although their form does not take it."""
    if form is None or not _by_person(uow, draft):
        return
    declared, at = uow.registry.fields_of("ticket"), standing_of(uow, draft.kind, draft.values)
    for name in form.strange(given):
        if name not in declared or not is_demanded(declared[name], at):
            yield Refusal(name, say("This does not stand on your form."))
    service = draft.values.get("service")
    if service is not None and not form.takes(service_path(uow, service)):
        yield Refusal("service", say("Your form is not for this service."))


def judge_fields(
    uow: UnitOfWork, draft: Draft, given: Mapping[str, Any], *, form: bool, offered: Form | None = None
) -> list[Refusal]:
    """Refusals of this act, and in the draft what the ticket lacks.

    form: whether a person fills in a form. Without one nothing is demanded, what is missing is marked. offered: the
    form of a new ticket. An import is not judged.
    """
    declared = uow.registry.fields_of("ticket")
    if uow.act.origin != "live":
        return []
    after = standing_of(uow, draft.kind, draft.values)
    filled = [name for name, value in given.items() if name in declared and not is_empty(value)]
    shown = visible(declared, after) if filled else set()
    refusals = [Refusal(name, say("Does not apply here.")) for name in filled if name not in shown]
    refusals += _read_only(uow, draft, given, after)
    lacking = list(dict.fromkeys([*missing(declared, after), *_asked(uow, draft, offered)]))
    marked = _still_missing(uow, draft, after, lacking)
    before = missing(declared, standing_of(uow, draft.kind, draft.before)) if draft.before and lacking else []
    fresh = [name for name in lacking if name not in before]
    if form and _by_person(uow, draft):
        demanded = [*marked, *lacking] if _finishes(draft) else fresh
        refusals += [Refusal(name, say("Mandatory here.")) for name in dict.fromkeys(demanded)]
        refusals += _kept_back(uow, draft, marked)
        fresh = []
    draft.values["incomplete"] = list(dict.fromkeys([*marked, *fresh])) or None
    return refusals


def _read_only(uow: UnitOfWork, draft: Draft, given: Mapping[str, Any], after: Standing) -> Iterator[Refusal]:
    """What a person changes though it is read-only: before the act, and where a step leads or a ticket begins."""
    changed = [name for name, value in given.items() if draft.before.get(name) != value]
    if not changed or not draft.by_person:
        return
    before = [standing_of(uow, draft.kind, draft.before)] if draft.before else []
    closed = read_only(uow, *before, *([after] if draft.transition or not before else []))
    for name in changed:
        if name in closed:
            yield Refusal(name, say("Read-only here."))


def _still_missing(uow: UnitOfWork, draft: Draft, after: Standing, lacking: Collection[str]) -> list[str]:
    """What was marked and is demanded yet: here, or where the ticket began, so that a step alone fills nothing in."""
    marked = draft.before.get("incomplete") or []
    if not marked:
        return []
    initial = document(uow, f"workflow.{draft.kind}").body["initial"]
    begun = missing(uow.registry.fields_of("ticket"), replace(after, state=initial, category="new"))
    begun += _asked(uow, draft, _for_everybody(uow, draft.kind))
    return [name for name in marked if name in lacking or name in begun]


def _by_person(uow: UnitOfWork, draft: Draft) -> bool:
    opened_by = draft.values.get("source") if not draft.before else ""
    return draft.by_person and uow.act.channel not in FORMLESS and opened_by not in FORMLESS


def _finishes(draft: Draft) -> bool:
    """Whether the act resolves or closes what was unfinished; to cancel nothing needs to be known."""
    was_open = draft.before.get("category") in UNFINISHED
    return was_open and draft.category in ("resolved", "closed") and draft.outcome not in UNDONE


def _kept_back(uow: UnitOfWork, draft: Draft, lacking: Collection[str]) -> Iterator[Refusal]:
    """An incomplete ticket is not passed on to somebody else; taking it oneself is allowed."""
    if not lacking:
        return
    named = ", ".join(lacking)
    sentence = say("First fill in what is missing, then pass it on: {missing}.", missing=named)
    if draft.changed("team"):
        yield Refusal("team", sentence)
    if draft.changed("assignee") and draft.values["assignee"] not in (None, uow.act.actor.person_id):
        yield Refusal("assignee", sentence)
