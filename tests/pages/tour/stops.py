"""The list of all pages, each as somebody sees it: ordinary, empty, too long, refused, failed.

A page that is new goes in here; `test_every_page_is_on_the_list` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stop:
    """One page in one state. who: one of the sample people, or nobody; path: `{number}` and others are from `places`.

    sends: (action of a form of the page, what is typed into it): the page that answers is the one that is looked at.
    """

    name: str
    who: str
    path: str
    sends: tuple[str, Mapping[str, str]] = field(default=("", {}))


STOPS = (
    # ---- nobody is signed in
    Stop("sign-in", "", "/sign-in"),
    Stop("sign-in-refused", "", "/sign-in", ("/sign-in", {"login": "agent@example.org", "password": "wrong"})),
    # ---- who asks
    Stop("requester-queue", "requester", "/"),
    Stop("requester-queue-empty", "stranger", "/?q=τίποτα"),
    Stop("requester-new", "requester", "/tickets/new"),
    Stop("requester-new-refused", "requester", "/tickets/new", ("/tickets/new", {"title": ""})),
    Stop("requester-ticket", "requester", "/tickets/{number}"),
    Stop("requester-ticket-long", "requester", "/tickets/{long}"),
    Stop("requester-403", "requester", "/jobs"),
    Stop("requester-404", "stranger", "/tickets/{number}"),
    # ---- who works
    Stop("home", "agent", "/my"),
    Stop("home-head", "head", "/my"),
    Stop("queue", "agent", "/"),
    Stop("queue-empty", "agent", "/?q=τίποτα"),
    Stop("queue-refused", "agent", "/?opened_from=χθες"),
    Stop("new", "agent", "/tickets/new"),
    Stop("new-refused", "agent", "/tickets/new", ("/tickets/new", {"title": "", "requested_for": "κανείς"})),
    Stop("ticket", "agent", "/tickets/{number}"),
    Stop("ticket-long", "agent", "/tickets/{long}"),
    Stop("ticket-message", "agent", "/tickets/{long}/comments/{comment_id}"),
    Stop("ticket-description", "agent", "/tickets/{long}/description"),
    Stop("ticket-refused", "agent", "/tickets/{number}", ("/tickets/{number}/comments", {"body": " "})),
    Stop("ticket-edit", "agent", "/tickets/{number}/edit"),
    Stop("ticket-edit-refused", "agent", "/tickets/{number}/edit", ("/tickets/{number}/edit", {"title": ""})),
    Stop("search", "agent", "/search?q=ουρά"),
    Stop("search-empty", "agent", "/search?q=τίποτα"),
    Stop("notices", "agent", "/notices"),
    Stop("notices-empty", "stranger", "/notices"),
    Stop("people", "agent", "/people"),
    Stop("people-found", "agent", "/people?q=requester"),
    Stop("person", "agent", "/people/{person_id}"),
    Stop("organisation", "agent", "/organisations/{organisation_id}"),
    Stop("teams", "agent", "/teams"),
    Stop("team", "agent", "/teams/{team_id}"),
    Stop("settle", "head", "/people/settle"),
    Stop("account", "agent", "/account"),
    Stop("account-refused", "agent", "/account", ("/account/tokens", {"name": "", "days": "7"})),
    Stop("security", "agent", "/account/security"),
    Stop("security-codes", "agent", "/account/codes"),
    Stop("security-passkey", "agent", "/account/passkeys/new"),
    Stop("security-confirm", "second", "/account/codes"),
    Stop("major", "agent", "/p/incidents/major"),
    Stop("parts", "agent", "/p/gallery/"),
    Stop("error-500", "agent", "/p/gallery/broken"),
    Stop("answers", "agent", "/answers"),
    Stop("answer", "agent", "/answers/{ready_id}"),
    Stop("answer-new", "agent", "/answers/new/answer"),
    Stop("answer-new-refused", "agent", "/answers/new/answer", ("/answers/new/answer", {"v.text.en": "{{x}}"})),
    Stop("macro-new", "agent", "/answers/new/macro"),
    Stop("answer-for-ticket", "agent", "/tickets/{number}/answers"),
    Stop("answer-for-ticket-empty", "agent", "/tickets/{number}/answers?q=τίποτα"),
    Stop("answer-in-message", "agent", "/tickets/{number}/answers/{ready_id}"),
    Stop("macro", "agent", "/tickets/{number}/macros/{macro}"),
    # ---- who leads
    Stop("calendars", "head", "/calendars"),
    Stop("organisation-edit", "head", "/organisations/{organisation_id}/edit"),
    Stop("organisation-new", "head", "/organisations/new"),
    Stop("organisation-merge", "head", "/organisations/{organisation_id}/merge"),
    Stop("person-edit", "head", "/people/{person_id}/edit"),
    Stop("person-new", "head", "/people/new"),
    Stop("person-new-refused", "head", "/people/new", ("/people/new", {"name": ""})),
    Stop("person-merge", "head", "/people/{person_id}/merge"),
    # ---- who administers
    Stop("person-account", "admin", "/people/{person_id}/account"),
    Stop("person-erase", "admin", "/people/{person_id}/erase"),
    Stop("team-edit", "admin", "/teams/{team_id}/edit"),
    Stop("team-new", "admin", "/teams/new"),
    Stop("roles", "admin", "/roles"),
    Stop("role", "admin", "/roles/agent"),
    Stop("role-new", "admin", "/roles/new"),
    Stop("role-new-refused", "admin", "/roles/new", ("/roles/new", {"key": "Nein"})),
    Stop("tokens", "admin", "/tokens"),
    Stop("fields", "admin", "/fields"),
    Stop("rules", "admin", "/rules"),
    Stop("configuration", "admin", "/configuration"),
    Stop("document", "admin", "/configuration/core.topics"),
    Stop("document-workflow", "admin", "/configuration/workflow.incident"),
    Stop("document-refused", "admin", "/configuration/core.topics", ("/configuration/core.topics", {"body": "x: 1"})),
    Stop("administration", "admin", "/administration"),
    Stop("administration-empty", "admin", "/administration?q=τίποτα"),
    Stop("settings", "admin", "/administration/settings"),
    Stop("roles-refused", "admin", "/roles", ("/roles", {"reason": ""})),
    Stop("form-topics", "admin", "/configuration/core.topics/form"),
    Stop("form-workflow", "admin", "/configuration/workflow.incident/form"),
    Stop("form-calendar", "admin", "/configuration/calendars.calendars/form/calendars/office"),
    Stop("form-policy", "admin", "/configuration/incidents.policy/form"),
    Stop("form-state", "admin", "/configuration/workflow.incident/form/states/new"),
    Stop("form-step", "admin", "/configuration/workflow.incident/form/transitions/wait"),
    Stop("form-field-new", "admin", "/configuration/core.fields/add/fields"),
    Stop(
        "form-field-refused",
        "admin",
        "/configuration/core.fields/add/fields",
        ("/configuration/core.fields/add/fields", {"v.name": "Nein", "v.default": "[", "do": "save"}),
    ),
    Stop("load", "admin", "/configuration/load"),
    Stop("load-refused", "admin", "/configuration/load", ("/configuration/load", {})),
    Stop("import", "admin", "/import"),
    Stop("import-refused", "admin", "/import", ("/import", {"importer": "people"})),
    Stop("import-run", "admin", "/import/{run_id}"),
    Stop("jobs", "admin", "/jobs"),
    Stop("jobs-failed", "admin", "/jobs?state=dead"),
    Stop("jobs-empty", "admin", "/jobs?state=held"),
    Stop("faults", "admin", "/faults"),
    Stop("plugins", "admin", "/plugins"),
    Stop("plugin", "admin", "/plugins/incidents"),
    Stop("trace", "admin", "/tickets/{number}/trace"),
    Stop("error-404", "admin", "/no-such-page"),
)
# What answers to GET and is no page: endpoint → what it is.
NO_PAGES: Mapping[str, str] = {
    **dict.fromkeys(
        ("static_file", "tickets.file", "tickets.export", "fields.file", "configuration.export", "importing.refused"),
        "a file",
    ),
    **dict.fromkeys(
        (
            "tickets.panel",
            "tickets.live",
            "tickets.rows",
            "tickets.bar",
            "tickets.tools",
            "tickets.home_live",
            "tickets.home_panel",
            "importing.news",
        ),
        "a part of a page, fetched by it",
    ),
    **dict.fromkeys(
        ("tickets.people", "answers.find", "fields.suggest", "people.suggest", "search.suggest"),
        "suggestions for an input",
    ),
    **dict.fromkeys(
        ("access.passkey_options", "access.confirm_options", "access.passkey_options_new", "access.step_options"),
        "for a script",
    ),
    **dict.fromkeys(("health.healthz", "health.readyz", "health.metrics", "manifest"), "for machines"),
    **dict.fromkeys(("oidc.begin", "oidc.callback", "oidc.leave"), "leads to another party or back"),
    "tickets.start": "leads to another page",
    "access.step": "tests/pages/test_factors.py",
}
