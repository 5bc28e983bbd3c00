"""The table of contents of the services block."""

from collections.abc import Sequence

from sqlalchemy import false, true

from itsm.blocks.services import verbs
from itsm.blocks.services.models import Service
from itsm.core.hookspecs.decides import ServiceName
from itsm.core.hookspecs.declarations import ConfigurationPart, Permission, ReferenceType, Visible
from itsm.core.hookspecs.marks import hook
from itsm.core.work.uow import UnitOfWork


@hook
def register_permissions() -> Sequence[Permission]:
    return (Permission("services.edit", {"en": "Edit services", "ru": "Изменять услуги"}, ("administrator",)),)


@hook
def register_references() -> Sequence[ReferenceType]:
    return (ReferenceType("service", {"en": "Service", "ru": "Услуга"}, verbs.named, verbs.suggest),)


@hook
def register_configuration() -> Sequence[ConfigurationPart]:
    label = {"en": "Services", "ru": "Услуги"}
    return (ConfigurationPart("services.tree", label, 30, verbs.export_tree, verbs.apply_tree),)


@hook
def register_visibility() -> Sequence[Visible]:
    return (Visible(Service, lambda actor: true() if actor.kind != "nobody" else false()),)


@hook
def service_names(uow: UnitOfWork) -> Sequence[ServiceName] | None:
    return verbs.names(uow)


@hook
def solving_teams(uow: UnitOfWork, service_id: int) -> Sequence[int] | None:
    return verbs.solving_teams(uow, service_id)


@hook
def service_exists(uow: UnitOfWork, service_id: int) -> bool | None:
    return verbs.is_service(uow, service_id)
