"""Make and change organisations with their contracts and domains."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from itsm.core.errors import Conflict, Invalid, Refusal
from itsm.core.people.models import Contract, Organisation
from itsm.core.people.verbs import common
from itsm.core.people.verbs.domains import domains_of, set_domains
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

COLUMNS = ("name", "premium", "premium_until", "active")
LONGEST_NUMBER = 80


def add_organisation(
    uow: UnitOfWork, *, name: str, contracts: Sequence[str] = (), premium: bool = False,
    premium_until: datetime | None = None, domains: Sequence[str] = (), fields: Mapping[str, Any] | None = None,
) -> Organisation:  # fmt: skip
    """Make an organisation with the numbers of its contracts and the domains of its mail."""
    uow.require("people.edit")
    common.check_own({"premium": premium, "premium_until": premium_until})
    name = common.check_name(name)
    values = common.present(common.check_fields(uow, "organisation", fields))
    row = Organisation(
        name=name, name_fold=fold(name), premium=premium, premium_until=premium_until, fields=values, version=1,
        created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    for number in contracts:
        _add_contract(uow, row, number, None)
    facts: dict[str, Any] = {"premium": premium}
    if domains:
        facts["domains"] = set_domains(uow, row, domains)[1]
    texts = {"name": row.name} | ({"contracts": list(contracts)} if contracts else {})
    common.tell(uow, "organisation", row.id, "organisation_added", facts, texts, begins=True)
    return row


def add_contract(
    uow: UnitOfWork, *, organisation: Organisation, number: str, until: datetime | None = None
) -> Contract:
    """Add a contract; its number is unique in the desk."""
    uow.require("people.edit")
    row = _add_contract(uow, organisation, number, until)
    organisation.version += 1
    uow.session.flush()
    common.tell(uow, "organisation", organisation.id, "contract_added", {}, {"contract": row.number})
    return row


def add_domains(uow: UnitOfWork, *, organisation_id: int, domains: Sequence[str]) -> Organisation:
    """Let an organisation have these domains too."""
    return change_organisation(
        uow, organisation_id=organisation_id, changes={"domains": [*domains_of(uow, organisation_id), *domains]}
    )


def _add_contract(uow: UnitOfWork, organisation: Organisation, number: str, until: datetime | None) -> Contract:
    text = number.strip()
    if not 1 <= len(text) <= LONGEST_NUMBER or len(fold(text)) > LONGEST_NUMBER or LINE_CONTROL.search(text):
        raise Invalid.field("contracts", say("The number of a contract has 1 to 80 characters."))
    taken = select(Contract.organisation_id).where(Contract.number_fold == fold(text))
    if uow.session.scalars(taken).first() is not None:
        raise Conflict(say("The contract {number} exists already.", number=text))
    row = Contract(organisation_id=organisation.id, number=text, number_fold=fold(text), valid_until=until)
    uow.session.add(row)
    uow.session.flush()
    return row


def change_organisation(
    uow: UnitOfWork, *, organisation_id: int, changes: Mapping[str, Any], match: int | None = None
) -> Organisation:
    """Change name, premium, premium_until, active, fields, domains or contracts of an organisation.

    domains: all that it shall have. contracts: all of them, as {"number": …, "until": moment or None}. What an
    organisation is stands with the desk: it needs `people.edit` for the whole of it.
    """
    uow.require("people.edit")
    row: Organisation = common.lock(uow, Organisation, organisation_id, "people.edit", match)
    values = dict(changes)
    domains, contracts = values.pop("domains", None), values.pop("contracts", None)
    common.check_own(values)
    if "name" in values:
        values["name"] = common.check_name(values["name"])
    cleaned = common.check_fields(
        uow, "organisation", {n: v for n, v in values.items() if n not in COLUMNS}, row.fields
    )
    changed = common.put(row, COLUMNS, values)
    row.name_fold = fold(row.name)
    changed |= common.put_fields(row, cleaned)
    if domains is not None:
        before, after = set_domains(uow, row, domains)
        changed |= {"domains": [before, after]} if before != after else {}
    if contracts is not None:
        changed |= _set_contracts(uow, row, contracts)
    common.tell_change(uow, "organisation", row, changed, texts=("name", "contracts"))
    return row


def _set_contracts(
    uow: UnitOfWork, row: Organisation, contracts: Sequence[Mapping[str, Any]]
) -> dict[str, list[Any]]:  # fmt: skip
    wrong = [refusal for one in contracts for refusal in common.wrong_moment("contracts", one.get("until"))]
    if wrong:
        raise Invalid(refusals=wrong)
    wanted = {fold(one["number"]): one for one in contracts}
    if len(wanted) < len(contracts):
        raise Invalid(refusals=[Refusal("contracts", say("A number is there twice."))])
    mine = select(Contract).where(Contract.organisation_id == row.id)
    standing = {contract.number_fold: contract for contract in uow.session.scalars(mine)}
    before = [_told(contract.number, contract.valid_until) for contract in standing.values()]
    for number in standing.keys() - wanted.keys():
        uow.session.delete(standing[number])
    for number, one in wanted.items():
        if number in standing:
            standing[number].number, standing[number].valid_until = one["number"].strip(), one.get("until")
        else:
            _add_contract(uow, row, one["number"], one.get("until"))
    uow.session.flush()
    after = [_told(one["number"].strip(), one.get("until")) for one in contracts]
    return {"contracts": [sorted(before), sorted(after)]} if sorted(before) != sorted(after) else {}


def _told(number: str, until: datetime | None) -> str:
    return f"{number} → {until.date().isoformat()}" if until else number
