"""`/api/v1/tickets` and `/api/v1/events`."""

from itsm.core.hookspecs.registry import Registry
from itsm.core.tickets import forms
from itsm.core.tickets.api.acts import acts
from itsm.core.tickets.api.around import files, marks, relations
from itsm.core.tickets.api.stream import stream
from itsm.core.tickets.api.tickets import collection, single
from itsm.core.web import ApiBlueprint


def api_blueprint(registry: Registry) -> ApiBlueprint:
    """The core's API for the fields of this desk."""
    api = ApiBlueprint("tickets_api", __name__, description="Tickets: one window for all requests")
    declared = list(registry.fields_of("ticket").values())
    collection(api, forms.open_schema(declared)(), declared)
    single(api, forms.patch_schema(declared)())
    acts(api, forms.transition_schema(declared)())
    relations(api)
    marks(api)
    files(api)
    stream(api)
    return api
