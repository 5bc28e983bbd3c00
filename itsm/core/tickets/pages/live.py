"""The page asks what is new: a part of it again, or nothing; and who asks is noted as being here."""

from flask import request
from werkzeug.wrappers import Response

from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.ticket import show_ticket
from itsm.core.tickets.verbs.page.presence import be_here, ticket_news
from itsm.core.web import actor, needs, reading, writing


@pages.get("/tickets/<int:number>/live")
@needs("tickets.read")
def live(number: int) -> Response:
    """The page if something is new since the tag that is sent, else 304. editing: whether something is being typed."""
    with reading() as uow:
        news = ticket_news(uow, number=number)
    editing = request.args.get("editing") == "1"
    if news.staff and news.known is not editing and actor().person_id is not None:
        with writing() as uow:
            be_here(uow, number=number, editing=editing)
    if request.if_none_match.contains(news.mark):
        return Response(status=304, headers={"ETag": f'"{news.mark}"'})
    with reading() as uow:
        return show_ticket(uow, number)
