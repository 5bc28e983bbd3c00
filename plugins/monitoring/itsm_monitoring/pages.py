"""Pages of monitoring: what comes from where and how it ended, and what it proposes on a ticket."""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.plugins import intake_figures, needs, reading, refused_items, render_page, writing
from itsm_monitoring import settings, verbs
from itsm_monitoring.verbs.receive import intake_of

DAY, MOST_REFUSED = timedelta(days=1), 20
pages = Blueprint("monitoring_pages", __name__)


@pages.get("/")
@needs("monitoring.see")
def overview() -> Response:
    """The sources with their last day, what fires now, and what was refused lately."""
    with reading() as uow:
        kinds = uow.registry.brought.get("register_alert_sources", {})
        names = {intake_of(name): kind.label for name, kind in kinds.items()}
        return render_page(
            uow, "monitoring/overview.html", names=names, outcomes=settings.OUTCOMES, words=settings.STATUS_WORDS,
            figures=intake_figures(uow, sources=list(names), since=uow.now - DAY), firing=verbs.firing(uow),
            refused=refused_items(uow, sources=list(names), limit=MOST_REFUSED),
        )  # fmt: skip


@pages.post("/proposals/<name>")
@needs("tickets.work")
def answer(name: str) -> Response:
    """Do what is proposed, or let it be."""
    with writing() as uow:
        number = verbs.answer(uow, name=name, accept=request.form.get("accept") == "true")
    return redirect(url_for("tickets.page", number=number))
