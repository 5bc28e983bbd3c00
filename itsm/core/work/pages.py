"""Background jobs: what is still to be done, what failed and why; try again, give up, release after a restore."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.texts import say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.work.verbs import (
    STATES,
    count_calls,
    drop_call,
    failed_names,
    held,
    list_calls,
    release_calls,
    retry_call,
    retry_calls,
    subjects_of,
)

pages = Blueprint("work", __name__)
WORDS = {
    "dead": say("Failed"),
    "due": say("Waiting for their time"),
    "leased": say("Running"),
    "held": say("Held since a restore"),
    "parked": say("Their plugin is off"),
    "done": say("Done"),
}


@pages.get("/jobs")
@needs("core.calls")
def jobs() -> Response:
    """Jobs of one state, the failed ones first of all."""
    with reading() as uow:
        counts = count_calls(uow)
        state = request.args.get("state", "")
        if state not in STATES:
            state = "dead" if counts["dead"] else "due"
        views = [
            (translated(word), url_for("work.jobs", state=key), key == state, counts.get(key, 0))
            for key, word in WORDS.items()
        ]
        calls = list_calls(uow, state=state)
        return render(
            uow, "core/jobs.html", views=views, state=state, calls=calls, total=counts.get(state, 0),
            about=subjects_of(uow, calls), failed=failed_names(uow) if state == "dead" else (), held=held(uow),
        )  # fmt: skip


@pages.post("/jobs/<int:call_id>/retry")
@needs("core.calls")
def retry(call_id: int) -> Response:
    """Try a failed job again."""
    with writing() as uow:
        retry_call(uow, call_id=call_id)
    flash(translated(say("The job will be tried again.")))
    return redirect(url_for("work.jobs"))


@pages.post("/jobs/retry")
@needs("core.calls")
def retry_all() -> Response:
    """Try all failed jobs of one name again."""
    with writing() as uow:
        count = retry_calls(uow, name=request.form.get("name", ""))
    flash(translated(say("To be tried again: {count}.", count=count)))
    return redirect(url_for("work.jobs"))


@pages.post("/jobs/<int:call_id>/drop")
@needs("core.calls")
def drop(call_id: int) -> Response:
    """Give a failed job up, with a reason."""
    with writing(request.form.get("reason", "").strip()[:200]) as uow:
        drop_call(uow, call_id=call_id)
    flash(translated(say("The job is given up; what waited behind it goes on.")))
    return redirect(url_for("work.jobs"))


@pages.post("/jobs/release")
@needs("core.calls")
def release() -> Response:
    """Release everything that was held since a restore."""
    with writing() as uow:
        count = release_calls(uow)
    flash(translated(say("Released: {count}.", count=count)))
    return redirect(url_for("work.jobs"))
