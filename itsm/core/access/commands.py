"""`itsm user` and `itsm token`."""

import click

from itsm.core.access.verbs import BUNDLED, account_of, add_account, add_token
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


@click.group()
def token() -> None:
    """API tokens."""


@token.command("add")
@click.option("--user", "login", required=True, metavar="LOGIN", help="Whose token it is.")
@click.option("--scopes", default="*", show_default=True, help="Permissions, comma separated; * for all of the user's.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it holds; for ever if left out.")
@click.pass_obj
def add_user_token(open_office: OpenOffice, login: str, scopes: str, name: str, days: int | None) -> None:
    """Make a token and print it, alone and this once."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with open_office().unit_of_work() as uow:
        person_id = account_of(uow, login=login).person_id
        secret = add_token(uow, person_id=person_id, name=name, scopes=wanted, days=days)
    click.echo(secret)
