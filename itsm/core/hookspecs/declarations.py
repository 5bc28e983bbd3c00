"""The declarations that *registers* hooks return: frozen, plain, without behaviour of their own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from itsm.core.texts import Label, Message

if TYPE_CHECKING:
    from flask import Blueprint
    from marshmallow import Schema
    from sqlalchemy import ColumnElement

    from itsm.core.act import Actor
    from itsm.core.hookspecs.imports import ImportJob, ImportReport
    from itsm.core.hookspecs.outside import OutsideCall
    from itsm.core.hookspecs.registry import Registry
    from itsm.core.work.uow import UnitOfWork

FieldType = Literal[
    "text",
    "long_text",
    "whole",
    "decimal",
    "yes_no",
    "choice",
    "choices",
    "date",
    "moment",
    "duration",
    "money",
    "reference",
    "file",
]
FieldSubject = Literal["ticket", "person", "organisation", "team"]
Place = Literal["ticket", "ticket_side", "composer", "home"]
Writer = Literal["people", "plugin"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket. `workflow` is the default body of the document `workflow.<name>`."""

    name: str
    label: Label
    workflow: Mapping[str, Any]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice field."""

    value: str
    label: Label


@dataclass(frozen=True, slots=True)
class When:
    """A condition on what a field stands on: all that is named must hold, each by any of its values.

    kinds, states, categories: of the ticket; services: their keys, a sub-service counts as its parents too; roles: of
    the person who acts; fields: name → values of other fields (a yes/no as "true" or "false").
    """

    kinds: Sequence[str] = ()
    services: Sequence[str] = ()
    roles: Sequence[str] = ()
    states: Sequence[str] = ()
    categories: Sequence[str] = ()
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A field `<plugin>.<name>` on `subject`. A filterable one gets an index; `maximum` is characters for texts.

    choices: given ones, or `document` names the configuration document whose entries are the choices.
    reference: the kind of thing that a reference names. public: a requester may see it. visible: where any of these
    holds, always if there is none. mandatory: always, or where any of these holds and the field is visible; a person
    must fill it, what comes without one is marked incomplete. default: put in at opening; minimum and maximum of money
    are amounts. on_form: whether the form of a *new* ticket has it (the one that changes a ticket always does), or any
    form of a person, organisation or team.
    due: of the type moment, until when something must happen: shown as the time that is left while the ticket is open.
    written_by: `"plugin"` for what people only read. No form has an input for it, the API refuses it with 422, and so
    do the verbs, except where the plugin says that it writes itself:

        with uow.writing_fields_of("premium_approval"):
            change_ticket(uow, number=7, changes={"premium_approval.state": "approved"})

    Guards of the plugin may set it in `draft.values` without that; imports may bring it.
    """

    name: str
    type: FieldType
    label: Label
    subject: FieldSubject = "ticket"
    choices: Sequence[Choice] = ()
    document: str = ""
    reference: str = ""
    filterable: bool = False
    public: bool = False
    maximum: int | None = None
    minimum: int | None = None
    help: Label = field(default_factory=dict)
    kinds: Sequence[str] = ()
    on_form: bool = True
    visible: Sequence[When] = ()
    mandatory: bool | Sequence[When] = False
    default: Any = None
    order: int = 100
    written_by: Writer = "people"
    due: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceType:
    """A kind of thing that fields may refer to by its id.

    find: `(uow, ids)` → id → name, only of what the actor may see. suggest: `(uow, words)` → (id, name) for
    type-ahead. url: where its page is. survivors: `(uow, ids)` → id → the id that it was merged into.
    """

    kind: str
    label: Label
    find: "Callable[[UnitOfWork, Collection[int]], Mapping[int, Label | str]]"
    suggest: "Callable[[UnitOfWork, str], Sequence[tuple[int, Label | str]]]"
    url: "Callable[[int], str] | None" = None
    survivors: "Callable[[UnitOfWork, Collection[int]], Mapping[int, int]] | None" = None


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission `<plugin>.<verb>`; `roles` are the bundled roles that hold it from the start.

    scoped: it may be held within one organisation, and is then asked with that organisation:
    `uow.require("incidents.major", ticket.organisation_id)`. One that is not scoped counts for nothing in a role that
    is given within an organisation.
    """

    name: str
    label: Label
    roles: Sequence[str] = ()
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """A blueprint of pages or of API resources; the machinery gives the prefix.

    blueprint: one, or a function that makes it for what this desk has registered.
    at: further prefixes claimed in the table of contents (the core's pages live at the root).
    """

    blueprint: "Blueprint | Callable[[Registry], Blueprint]"
    kind: Literal["pages", "api"] = "pages"
    at: str | None = None


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the navigation; hidden from actors without the permission.

    From order 100 on it stands in the menu *Manage* and on the page *Administration*: there in its `group` (desk,
    people, work, or none) with a line `about` it.
    """

    title: Label
    endpoint: str
    order: int
    permission: str
    icon: str = ""
    group: str = ""
    about: Label = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: `context(uow, subject)` returns what its template needs, or None for nothing to show.

    place: `ticket` in the middle, `ticket_side` beside, `composer` above the text of a message (what a form there
    holds is sent with the message, so it has none); `home` on the first page of staff, with None as the subject: what
    concerns the reader (`uow.act.actor`) now. slow: fetched by itself when the page stands, with its own ETag.
    """

    key: str
    title: Label
    place: Place
    order: int
    permission: str
    template: str
    context: "Callable[[UnitOfWork, Any], Mapping[str, Any] | None]"
    slow: bool = False


@dataclass(frozen=True, slots=True)
class CallHandler:
    """What runs an owed call: `function(uow, **args)`, in one transaction with the receipt that it is done.

    outside: for what speaks to another system. `outside(call)` runs first, without a transaction, and what it returns
    (plain data) is given on: `function(uow, outcome=…, **args)`. After a crash in between both come again, and the step
    finds the same `call.key`.
    late: after the plugin was off, past due times `fire` or are `drop`ped. timeout: seconds for both together; then the
    attempt has failed, and a call that hangs where no exception reaches it ends its worker, which starts anew.
    long: work for a worker of its own.
    """

    name: str
    function: "Callable[..., None]"
    late: Literal["fire", "drop"] = "fire"
    timeout: int = 60
    long: bool = False
    outside: "Callable[[OutsideCall], Any] | None" = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """An owed call due every `every`, counted from midnight UTC of 2000-01-01, so that all hosts agree."""

    name: str
    call: str
    every: timedelta
    args: Mapping[str, Any] = field(default_factory=dict)

    def next_after(self, moment: datetime) -> datetime:
        """The first due time after `moment`."""
        origin = datetime(2000, 1, 1, tzinfo=moment.tzinfo)
        return origin + ((moment - origin) // self.every + 1) * self.every


@dataclass(frozen=True, slots=True)
class Finding:
    """What trying a document out has shown. `error`: it cannot be put in force like this; `warn` and `info` are told.

    place: where in the body, such as `rules.3` or `states.planned`; empty for the whole.
    """

    place: str
    message: Message
    level: Literal["info", "warn", "error"] = "warn"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A configuration document: name, marshmallow schema of its body, default body.

    check: a further rule over the whole body alone; raises `Invalid`.
    check_desk: `(uow, body)`, a rule that needs the desk (vocabularies, fields, other documents); raises `Invalid`. At
    an import it is asked when all documents of the file are in force, so it sees the desk as it will be.
    try_out: `(uow, body)`, what this body would mean here, on history for example; it writes nothing.
    on_activate: `(uow, old, new)`, what must happen with the activation, in its transaction; may refuse by `Invalid`.
    order: where it comes when several are put in force at once; what others refer to comes first.
    example: a body as YAML, shown beside the form of a document whose default does not tell what may stand in it.
    """

    name: str
    label: Label
    schema: "type[Schema]"
    default: Mapping[str, Any]
    check: "Callable[[Mapping[str, Any]], None] | None" = None
    check_desk: "Callable[[UnitOfWork, Mapping[str, Any]], None] | None" = None
    try_out: "Callable[[UnitOfWork, Mapping[str, Any]], Sequence[Finding]] | None" = None
    on_activate: "Callable[[UnitOfWork, Mapping[str, Any], Mapping[str, Any]], None] | None" = None
    order: int = 100
    example: str = ""


@dataclass(frozen=True, slots=True)
class ConfigurationPart:
    """Configuration that lies in tables: exported and imported with the documents, known by keys, never by ids.

    export: `(uow)`, plain JSON in an order that does not depend on ids. apply: `(uow, value)` makes the desk so and
    returns how many things it changed; it adds and changes, and removes nothing that history may name. It raises
    `Invalid` naming the place within the value. order: parts come before all documents, the lower first.
    """

    name: str
    label: Label
    order: int
    export: "Callable[[UnitOfWork], Any]"
    apply: "Callable[[UnitOfWork, Any], int]"


@dataclass(frozen=True, slots=True)
class Importer:
    """`itsm import <name> FILE`: `run(job)` reads the file and returns a report.

    What is wrong with the whole file or its mapping is raised as `Invalid`; what is wrong with a line stands in the
    report with the line's number, and the rest is imported. `run` may be named, "module:function", so that libraries
    which only importing needs are not loaded elsewhere.
    """

    name: str
    label: Label
    run: "Callable[[ImportJob], ImportReport] | str"


@dataclass(frozen=True, slots=True)
class Command:
    """`itsm <plugin> <name> [KEY=VALUE …]`: `function(uow, **options)` returns the text to print."""

    name: str
    help: str
    function: "Callable[..., str]"


@dataclass(frozen=True, slots=True)
class Visible:
    """`condition(actor)` is the SQL condition under which a row of `model` is visible to an actor.

    inner: of the visible rows, those whose internal side (notes, tags, fields that are not public) is visible too; it
    decides where the search and filters may look into that side.
    """

    model: type
    condition: "Callable[[Actor], ColumnElement[bool]]"
    inner: "Callable[[Actor], ColumnElement[bool]] | None" = None


class SignInButton(NamedTuple):
    """One button of the sign-in page: `key` goes on events as how somebody came in, `url` begins it (GET)."""

    key: str
    label: Label
    url: str


@dataclass(frozen=True, slots=True)
class SignInMethod:
    """Signing in by another party (OIDC, SAML, …), known by the plugin's name.

    buttons: `(uow)`, those to show, none while nothing is configured; their keys are the name or begin with it and a
    dot. Who was proved there is signed in by `sign_in_as`, and the answer is `admit(…)`. A directory that checks
    passwords itself (LDAP) leads from its button to a page of its own in the same way.
    connect: likewise, with addresses to which a form is sent (POST) by who is signed in and wants to come in this way
    too; it ends in `link_identity`. leave: where who came in by a key may sign out of the other party too.
    """

    name: str
    order: int
    buttons: "Callable[[UnitOfWork], Sequence[SignInButton]]"
    connect: "Callable[[UnitOfWork], Sequence[SignInButton]] | None" = None
    leave: "Callable[[UnitOfWork], Sequence[SignInButton]] | None" = None
