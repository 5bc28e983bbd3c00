"""What hangs around a ticket: links, parent, merge, split, tags, watchers, work time, files."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from marshmallow import fields, validate

from itsm.core.schemas import Among, Answer, Body, Ident, Line, Strict, TrueFalse, Whole
from itsm.core.tickets import forms, verbs
from itsm.core.tickets.api.shapes import ticket_out
from itsm.core.tickets.verbs.relate import LINK_TYPES
from itsm.core.web import ApiBlueprint, desk, needs, reading, writing
from itsm.core.web.answers import answer_once, tagged
from itsm.core.web.downloads import download
from itsm.core.web.uploads import body, uploaded
from itsm.core.work.uow import UnitOfWork


class LinkIn(Strict):
    """A link to another ticket."""

    to = Ident(required=True)
    type = fields.String(load_default="relates", validate=Among(LINK_TYPES))


class ParentIn(Strict):
    """The parent, or null for none."""

    parent = Ident(required=True, allow_none=True)


class MergeIn(Strict):
    """The ticket to merge into."""

    into = Ident(required=True)


class SplitIn(Strict):
    """The messages that become a ticket of their own."""

    comments = fields.List(Ident(), required=True, validate=validate.Length(1, 200))
    title = Line(300, required=True)


class TagIn(Strict):
    """A tag."""

    tag = Line(60, required=True)


class WatcherIn(Strict):
    """Who watches; without `person` oneself."""

    person = Ident()


class WorkIn(Strict):
    """Time spent."""

    minutes = Whole(1, 1440, required=True)
    note = Body(300, load_default="")


class AttachIn(Strict):
    """What is said of a file beside it."""

    public = TrueFalse(load_default=True)


class FileOut(Answer):
    """An attached file."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    public = fields.Boolean(required=True)


class WorkOut(Answer):
    """Time that was recorded."""

    ticket = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


def relations(api: ApiBlueprint) -> None:
    """Links, parent, merge, split."""

    @api.route("/tickets/<int:number>/links", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(LinkIn())
    @api.response(204)
    def link_one(data: dict[str, Any], number: int) -> Any:
        """Link two tickets."""
        with writing() as uow:
            verbs.link_tickets(uow, number=number, **data)
        return Response(status=204)

    @api.route("/tickets/<int:number>/parent", methods=["PUT"])
    @needs("tickets.work")
    @api.arguments(ParentIn())
    @api.response(200, forms.TicketOut)
    def parent_one(data: dict[str, Any], number: int) -> Any:
        """Make it the child of another ticket, or of none."""
        with writing() as uow:
            return tagged(ticket_out(uow, verbs.set_parent(uow, number=number, parent=data["parent"])))

    @api.route("/tickets/<int:number>/merge", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(MergeIn())
    @api.response(200, forms.TicketOut)
    def merge_one(data: dict[str, Any], number: int) -> Any:
        """Merge it into another ticket, which is answered."""
        with writing() as uow:
            return tagged(ticket_out(uow, verbs.merge_ticket(uow, number=number, into=data["into"])))

    @api.route("/tickets/<int:number>/split", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(SplitIn())
    @api.response(201, forms.TicketOut)
    def split_one(data: dict[str, Any], number: int) -> Any:
        """Open a new ticket from some of its messages."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            fresh = verbs.split_ticket(uow, number=number, **data)
            return ticket_out(uow, fresh), fresh.id

        return answer_once(act, 201, opens=True)


def marks(api: ApiBlueprint) -> None:
    """Tags, watchers, work time: none of them changes the ETag."""

    @api.route("/tickets/<int:number>/tags", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(TagIn())
    @api.response(204)
    def tag_one(data: dict[str, Any], number: int) -> Any:
        """Put a tag on it."""
        with writing() as uow:
            verbs.add_tag(uow, number=number, tag=data["tag"])
        return Response(status=204)

    @api.route("/tickets/<int:number>/tags/<string:tag>", methods=["DELETE"])
    @needs("tickets.work")
    @api.response(204)
    def untag_one(number: int, tag: str) -> Any:
        """Take a tag off."""
        with writing() as uow:
            verbs.remove_tag(uow, number=number, tag=tag)
        return Response(status=204)

    @api.route("/tickets/<int:number>/watchers", methods=["POST"])
    @needs("tickets.comment")
    @api.arguments(WatcherIn(), required=False)
    @api.response(204)
    def watch_one(data: dict[str, Any], number: int) -> Any:
        """Let somebody hear of it."""
        with writing() as uow:
            verbs.watch(uow, number=number, person_id=data.get("person"))
        return Response(status=204)

    @api.route("/tickets/<int:number>/work", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(WorkIn())
    @api.response(201, WorkOut)
    def work_one(data: dict[str, Any], number: int) -> Any:
        """Record time that you spent on it."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            verbs.log_work(uow, number=number, **data)
            return {"ticket": number, "minutes": data["minutes"]}, number

        return answer_once(act, 201)


def files(api: ApiBlueprint) -> None:
    """Attachments."""

    @api.route("/tickets/<int:number>/attachments", methods=["POST"])
    @needs("tickets.comment")
    @api.doc(requestBody=body(public={"type": "string", "enum": ["true", "false"]}))
    @api.response(201, FileOut)
    def attach_one(number: int) -> Any:
        """Attach the file of the multipart form's member `file`; `public=false` keeps it internal."""
        name, content, values = uploaded(AttachIn)
        with writing() as uow:
            made = verbs.attach_file(
                uow, store=desk().files, number=number, name=name, content=content, public=values["public"]
            )
            size = desk().files.path(made.sha256).stat().st_size
            answer = {"id": made.id, "name": made.name, "size": size, "public": made.public}
        return jsonify(answer), 201

    @api.route("/attachments/<int:attachment_id>", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
    def read_file(attachment_id: int) -> Any:
        """A file, always as a download."""
        with reading() as uow:
            found = verbs.read_attachment(uow, attachment_id=attachment_id)
            return download(found.sha256, found.name)
