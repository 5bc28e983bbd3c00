"""`itsm user` and `itsm token`."""

from datetime import datetime

import click

from itsm.core.access.rules import device_of
from itsm.core.access.verbs import (
    BUNDLED,
    account_of,
    add_account,
    add_token,
    end_sessions,
    give_password,
    grant_role,
    list_sessions,
    list_tokens,
    reset_factors,
    revoke_role,
    revoke_token,
)
from itsm.core.commands import OpenOffice
from itsm.core.people.verbs import add_person


@click.group()
def user() -> None:
    """Users: people who sign in."""


@user.command("add")
@click.option("--email", required=True, help="Address and login.")
@click.option("--name", default="", help="Name; the address if left out.")
@click.option("--role", "roles", multiple=True, default=("requester",), show_default=True, help=", ".join(BUNDLED))
@click.option("--locale", type=click.Choice(["en", "ru"]), default="en", show_default=True, help="Language.")
@click.password_option(help="Asked for when left out.")
@click.pass_obj
def add_user(
    open_office: OpenOffice, email: str, name: str, roles: tuple[str, ...], locale: str, password: str
) -> None:
    """Add a person with a login."""
    with open_office().unit_of_work() as uow:
        person = add_person(uow, name=name or email, addresses=[("email", email)], locale=locale)
        add_account(uow, person_id=person.id, login=email, password=password, roles=roles)
    click.echo(f"Added {email} with the role {', '.join(roles)}.")


@user.command("password")
@click.argument("login")
@click.pass_obj
def give_user_password(open_office: OpenOffice, login: str) -> None:
    """Give somebody a one-time password and print it; it must be changed at sign-in, and all sessions end."""
    with open_office().unit_of_work() as uow:
        password = give_password(uow, person_id=account_of(uow, login=login).person_id)
    click.echo(password)


@user.command("reset-factors")
@click.argument("login")
@click.pass_obj
def reset_user_factors(open_office: OpenOffice, login: str) -> None:
    """Remove somebody's authenticator, passkeys and recovery codes; all sessions end."""
    with open_office().unit_of_work() as uow:
        removed = reset_factors(uow, person_id=account_of(uow, login=login).person_id)
    click.echo(f"Removed {removed} second factors of {login}.")


@user.command("sessions")
@click.argument("login")
@click.option("--end", is_flag=True, help="End them all at once.")
@click.pass_obj
def user_sessions(open_office: OpenOffice, login: str, end: bool) -> None:
    """List somebody's sessions, or end them."""
    with open_office().unit_of_work(write=end) as uow:
        person_id = account_of(uow, login=login).person_id
        if end:
            click.echo(f"Ended {end_sessions(uow, person_id=person_id)} sessions of {login}.")
            return
        for session in list_sessions(uow, person_id=person_id):
            told = (session.id, session.created_at, session.seen_at, session.address, device_of(session.agent))
            click.echo("\t".join(_cell(part) for part in told))


WITHIN = click.option("--organisation", type=int, metavar="ID", help="Within this one only; else for the whole desk.")


@user.command("grant")
@click.argument("login")
@click.argument("role")
@WITHIN
@click.pass_obj
def grant(open_office: OpenOffice, login: str, role: str, organisation: int | None) -> None:
    """Give somebody a role, for the whole desk or within one organisation."""
    with open_office().unit_of_work() as uow:
        person_id = account_of(uow, login=login).person_id
        grant_role(uow, person_id=person_id, role=role, organisation_id=organisation)
    click.echo(f"{login} has the role {role}{_where(organisation)}.")


@user.command("revoke")
@click.argument("login")
@click.argument("role")
@WITHIN
@click.pass_obj
def revoke(open_office: OpenOffice, login: str, role: str, organisation: int | None) -> None:
    """Take a role from somebody; it works at their next request."""
    with open_office().unit_of_work() as uow:
        person_id = account_of(uow, login=login).person_id
        revoke_role(uow, person_id=person_id, role=role, organisation_id=organisation)
    click.echo(f"{login} no longer has the role {role}{_where(organisation)}.")


def _where(organisation: int | None) -> str:
    return f" within the organisation {organisation}" if organisation is not None else ""


@click.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.option("--user", "login", required=True, metavar="LOGIN", help="Whose token it is.")
@click.option("--scopes", default="*", show_default=True, help="Permissions, comma separated; * for all of the user's.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    help="How long it holds; left out: as the desk has it (the document core.sign_in).",
)
@click.option("--from", "addresses", multiple=True, metavar="NETWORK", help="Works from there alone: 192.0.2.0/24.")
@click.pass_obj
def add_user_token(
    open_office: OpenOffice, login: str, scopes: str, name: str, days: int | None, addresses: tuple[str, ...]
) -> None:
    """Make a token and print it, alone and this once."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with open_office().unit_of_work() as uow:
        person_id = account_of(uow, login=login).person_id
        secret = add_token(uow, person_id=person_id, name=name, scopes=wanted, days=days, addresses=addresses)
    click.echo(secret)


@token.command("list")
@click.option("--user", "login", default="", metavar="LOGIN", help="Of one person; of everybody if left out.")
@click.pass_obj
def list_all_tokens(open_office: OpenOffice, login: str) -> None:
    """List tokens that work, the longest unused first: number, login, name, last used, end, scopes."""
    with open_office().unit_of_work(write=False) as uow:
        for held in list_tokens(uow, login=account_of(uow, login=login).login if login else ""):
            one = held.token
            told = (one.id, held.login, one.name, one.last_used_at, one.expires_at, ",".join(one.scopes))
            click.echo("\t".join(_cell(part) for part in told))


@token.command("revoke")
@click.argument("number", type=int)
@click.pass_obj
def revoke_one_token(open_office: OpenOffice, number: int) -> None:
    """End a token at once; its number is in `itsm token list`."""
    with open_office().unit_of_work() as uow:
        revoke_token(uow, token_id=number)
    click.echo(f"Token {number} is revoked.")


def _cell(part: object) -> str:
    """One value of a line; moments to the minute."""
    return part.isoformat(timespec="minutes") if isinstance(part, datetime) else "-" if part is None else str(part)
