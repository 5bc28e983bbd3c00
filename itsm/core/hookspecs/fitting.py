"""Whether single declarations say what the desk understands: a sentence on what is wrong, or an empty one."""

from collections.abc import Iterable
from typing import get_args

from itsm.core.hookspecs.declarations import Field, FieldSubject, FieldType, Panel, Place, Writer
from itsm.core.hookspecs.registry import Registry


def field_fault(field: Field) -> str:
    """What is wrong with a field taken alone."""
    about = f"field {field.name}"
    for name, value, allowed in (
        ("type", field.type, get_args(FieldType)),
        ("subject", field.subject, get_args(FieldSubject)),
        ("written_by", field.written_by, get_args(Writer)),
    ):
        if value not in allowed:
            return f"{about}: {name} {value!r} is none of {', '.join(allowed)}"
    if field.type == "reference" and not field.reference:
        return f"{about}: a reference needs reference=…, the kind of thing that it names"
    if field.reference and field.type != "reference":
        return f"{about}: reference={field.reference!r} is for the type reference, and this type is {field.type!r}"
    if field.due and field.type != "moment":
        return f"{about}: due=True is for the type moment, and this type is {field.type!r}"
    if field.written_by == "plugin" and field.mandatory:
        return f"{about}: people cannot fill what written_by='plugin' keeps to the plugin; it cannot be mandatory"
    return ""


def panel_fault(panel: Panel) -> str:
    """What is wrong with a panel taken alone; its template is looked for when the application is built."""
    places = get_args(Place)
    return "" if panel.place in places else f"panel {panel.key}: place {panel.place!r} is none of {', '.join(places)}"


def pointing_faults(registry: Registry) -> Iterable[tuple[str, str]]:
    """(plugin, sentence) for fields that name a kind of thing or a document that nobody registers."""
    for fields in registry.fields.values():
        for field in fields.values():
            owner = registry.owners[f"field:{field.subject}:{field.name}"]
            if field.reference and field.reference not in registry.references:
                kinds = ", ".join(sorted(registry.references))
                yield owner, f"field {field.name}: reference {field.reference!r} is none of {kinds}"
            document = field.document.partition("#")[0]
            if document and document not in registry.documents:
                near = ", ".join(name for name in sorted(registry.documents) if name.startswith(f"{owner}."))
                yield (
                    owner,
                    (
                        f"field {field.name}: document {document!r} is none that is registered; "
                        f"{owner} registers {near or 'none (register_documents)'}"
                    ),
                )
