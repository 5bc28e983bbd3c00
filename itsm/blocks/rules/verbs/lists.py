"""Run the lists in force, and say afterwards why they did what they did."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from itsm.blocks.rules.outside import Cel
from itsm.blocks.rules.rules.run import Outcome, RuleList, compile_list, run
from itsm.blocks.rules.verbs.check import list_type
from itsm.core.configuration.models import Revision
from itsm.core.configuration.verbs import document, parsed_document
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import find_ticket
from itsm.core.tickets.verbs.draft import require_on
from itsm.core.work.uow import UnitOfWork


def compiled(uow: UnitOfWork, name: str, body: Mapping[str, Any], revision: int = 0) -> RuleList:
    """A checked body as a list that runs."""
    return compile_list(name, list_type(uow, name).mode, revision, body, Cel())


def rules_in_force(uow: UnitOfWork, name: str) -> RuleList:
    """The list as it is in force; compiled once per revision."""
    revision = document(uow, f"rules.{name}").revision
    return parsed_document(uow, f"rules.{name}", lambda body: compiled(uow, name, body, revision))[1]


def rules_of_revision(uow: UnitOfWork, name: str, revision: int) -> RuleList | None:
    """The list of an older revision; None for one that is not there."""
    if revision == document(uow, f"rules.{name}").revision:
        return rules_in_force(uow, name)
    row = uow.session.get(Revision, revision)
    return compiled(uow, name, row.body, revision) if row is not None and row.document == f"rules.{name}" else None


def run_rules(
    uow: UnitOfWork, *, name: str, values: Mapping[str, Any], fields: Mapping[str, Any] | None = None,
) -> Outcome:  # fmt: skip
    """Run the list in force over the values of its vocabulary; what comes back is a proposal for the caller to apply.

    Keep `outcome.revision` and `outcome.matched` with the decision. A list that takes too long is cut off, and that is
    noted as a fault.
    """
    outcome = run(rules_in_force(uow, name), values, fields)
    if outcome.slow:
        uow.memo.setdefault("faults", []).append(("rules", name))
    return outcome


class Trace(NamedTuple):
    """A list and how it ran."""

    rules: RuleList
    outcome: Outcome


def trace(uow: UnitOfWork, *, name: str, number: int, body: Mapping[str, Any] | None = None) -> Trace | None:
    """How the list ran for a ticket, rule by rule, with the revision of that time; or how `body` would have run.

    None for a ticket for which it did not run, or whose revision is gone. Raises `Unknown`.
    """
    uow.require_somewhere("tickets.internal")
    list_type(uow, name)
    ticket = find_ticket(uow, number=number)
    require_on(uow, "tickets.internal", ticket)
    return trace_of(uow, name, ticket, body)


def trace_of(uow: UnitOfWork, name: str, ticket: Ticket, body: Mapping[str, Any] | None = None) -> Trace | None:
    """The same for a ticket at hand."""
    declared = list_type(uow, name)
    past = declared.past(uow, ticket) if declared.past is not None else None
    if past is None:
        return None
    rules = compiled(uow, name, body) if body is not None else rules_of_revision(uow, name, past.revision)
    return Trace(rules, run(rules, past.values, past.fields, trace=True)) if rules is not None else None
