"""The cascade of a new ticket's form: a service, then only its sub-services, then only the groups that solve them."""

from collections.abc import Mapping, Sequence

from itsm.core.hookspecs.decides import ServiceName
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.new.entry import Begun
from itsm.core.web.edge import locale, translated
from itsm.core.web.inputs import Input, number_in, put_typed
from itsm.core.work.uow import UnitOfWork

SUB = "subservice"


def choose_service(uow: UnitOfWork, typed: dict[str, list[str]], form: Mapping[str, str]) -> None:
    """Let the form name the sub-service that was chosen, if it lies below the service."""
    below, top = number_in(form.get(SUB, "")), number_in((typed.get("service") or [""])[0])
    if below is not None and top is not None and any(one.id == below for one in _below(_services(uow), top)):
        typed["service"] = [str(below)]


def put(uow: UnitOfWork, begun: Begun, typed: Mapping[str, Sequence[str]]) -> None:
    """Let the form hold what was typed, and offer what follows from the service in it."""
    put_typed(begun.all, typed)
    place = next((n for n, item in enumerate(begun.inputs) if item.name == "service"), None)
    if place is None:
        return
    service = begun.inputs[place]
    chosen = number_in(next(iter(service.chosen), ""))
    if not begun.form.services:
        begun.inputs[place + 1 : place + 1] = _split(_services(uow), service, chosen)
    _narrow(uow, begun.inputs, chosen)


def _services(uow: UnitOfWork) -> list[ServiceName]:
    return list(Labels(uow).services.values())


def _split(services: Sequence[ServiceName], service: Input, chosen: int | None) -> list[Input]:
    """The service as the topmost one, and an input for what is below it, where there is something."""
    service.options = [
        (str(one.id), label_text(one.label, locale())) for one in services if not one.depth and one.active
    ]
    top = next((one.id for one in services if not one.depth and _holds(services, one.id, chosen)), None)
    service.chosen = [str(top)] if top is not None else service.chosen
    below = [one for one in _below(services, top) if one.active or one.id == chosen]
    if not below:
        return []
    options = [(str(one.id), "\u2003" * (one.depth - 1) + label_text(one.label, locale())) for one in below]
    return [Input(SUB, translated(say("Sub-service")), "choice", options=options, chosen=[str(chosen)])]


def _holds(services: Sequence[ServiceName], top: int, chosen: int | None) -> bool:
    return chosen is not None and (chosen == top or any(one.id == chosen for one in _below(services, top)))


def _below(services: Sequence[ServiceName], top: int | None) -> list[ServiceName]:
    """What is below a topmost service; parents come before their children."""
    found: list[ServiceName] = []
    inside = False
    for one in services:
        inside = one.id == top if not one.depth else inside
        if inside and one.depth:
            found.append(one)
    return found


def _narrow(uow: UnitOfWork, inputs: Sequence[Input], chosen: int | None) -> None:
    """Offer only the groups that solve the service, and who was chosen nevertheless."""
    able = uow.hook.call("solving_teams", uow=uow, service_id=chosen) if chosen is not None else None
    team = next((item for item in inputs if item.name == "team"), None)
    if able is not None and team is not None:
        team.options = [(id_, text) for id_, text in team.options if int(id_) in able]
        team.chosen = [id_ for id_ in team.chosen if id_ in {value for value, _ in team.options}]
