"""Second factors, passwords, tokens, sessions: the verbs, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from itsm.core.access import verbs
from itsm.core.access.models import Account, CodeFactor, LoginSession, SignInFailure, Spent, Token
from itsm.core.access.rules import caller_network, device_of, is_within, weakness
from itsm.core.access.verbs.passwords import HASHER, NO_ONE, matches
from itsm.core.configuration.verbs import put_in_force, save_document
from itsm.core.errors import Forbidden, Invalid, NotSignedIn, TooMany, Unknown
from itsm.core.ledger.verbs import history
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing import Clock, Sample, World

As = Callable[..., AbstractContextManager[UnitOfWork]]
KEY = "test-key"


def enrolled(uow: UnitOfWork) -> pyotp.TOTP:
    """The actor's new authenticator."""
    secret, offer = verbs.offer_codes(uow, key=KEY)
    totp = pyotp.TOTP(secret)
    verbs.add_codes(uow, key=KEY, offer=offer, code=totp.at(uow.now))
    return totp


def rules(uow: UnitOfWork, **body: Any) -> None:
    """Put these rules of signing in in force."""
    put_in_force(uow, save_document(uow, name="core.sign_in", body=body, reason="test"))


def test_no_code_is_good_twice_nor_an_older_one_after_it(as_: As, clock: Clock) -> None:
    with as_("agent") as uow:
        totp = enrolled(uow)
        assert not verbs.use_code(uow, key=KEY, code=totp.at(clock.now))  # it was used to enrol
    clock.forward(minutes=5)
    with as_("agent") as uow:
        assert not verbs.use_code(uow, key=KEY, code=totp.at(clock.now - timedelta(seconds=61)))
        assert verbs.use_code(uow, key=KEY, code=totp.at(clock.now))
        assert not verbs.use_code(uow, key=KEY, code=totp.at(clock.now))
        assert not verbs.use_code(uow, key=KEY, code=totp.at(clock.now - timedelta(seconds=30)))
        assert verbs.use_code(uow, key=KEY, code=totp.at(clock.now + timedelta(seconds=30)))
    with as_("second") as uow:
        assert not verbs.use_code(uow, key=KEY, code=totp.at(clock.now + timedelta(seconds=30)))


def test_the_secret_lies_sealed_and_no_event_holds_it(as_: As, sample: Sample) -> None:
    with as_("agent") as uow:
        totp = enrolled(uow)
        codes = verbs.renew_recovery_codes(uow)
        password = verbs.accepted_password(uow, login="agent", name="Agent", password="correct horse battery")
    with as_("agent") as uow:
        row = uow.session.get_one(CodeFactor, sample.people["agent"].id)
        assert totp.secret.encode() not in row.sealed
        told = repr([(e.facts, texts) for e, texts in history(uow.session, "person", sample.people["agent"].id)])
    assert not any(secret in told for secret in (totp.secret, codes[0], password))


def test_an_offer_is_for_one_person_and_half_an_hour(as_: As, clock: Clock) -> None:
    with as_("agent") as uow:
        secret, offer = verbs.offer_codes(uow, key=KEY)
    totp = pyotp.TOTP(secret)
    for name, minutes in (("second", 0), ("agent", 31)):
        clock.forward(minutes=minutes)
        with pytest.raises(Invalid), as_(name) as uow:
            verbs.add_codes(uow, key=KEY, offer=offer, code=totp.at(clock.now))


def test_a_recovery_code_is_good_once_however_it_is_typed(as_: As) -> None:
    with as_("agent") as uow:
        old = verbs.renew_recovery_codes(uow)
        codes = verbs.renew_recovery_codes(uow)
        assert len(set(codes)) == 10
        assert not verbs.use_recovery_code(uow, code=old[0])
        assert verbs.use_recovery_code(uow, code=codes[0].replace("-", " ").upper())
        assert not verbs.use_recovery_code(uow, code=codes[0])
    with as_("second") as uow:
        assert not verbs.use_recovery_code(uow, code=codes[1])


def test_factors_are_reset_by_those_who_keep_accounts_and_may_as_much(as_: As, sample: Sample) -> None:
    agent = sample.people["agent"].id
    with as_("agent") as uow:
        enrolled(uow)
    with as_("head") as uow, pytest.raises(Forbidden):
        verbs.reset_factors(uow, person_id=agent)
    with as_("admin") as uow:
        assert verbs.reset_factors(uow, person_id=agent) == 1
        assert not verbs.has_factor(uow, agent)


def test_a_given_password_holds_for_a_week_and_must_be_changed(as_: As, world: World, sample: Sample) -> None:
    with as_("admin") as uow:
        given = verbs.give_password(uow, person_id=sample.people["agent"].id)
    with world.desk.unit_of_work(sample.act(world.desk, "admin")) as uow:
        assert verbs.check_password(uow, login="agent@example.org", password="password of agent") is None
        proof = verbs.check_password(uow, login="agent@example.org", password=given)
        assert proof is not None
        secret = verbs.sign_in(uow, proof=proof, login="agent@example.org", address="::1")
        entry = verbs.entry_of(uow, secret or "")
        assert entry is not None
        assert entry.stage == "password"
    world.clock.forward(days=8)
    with as_("admin") as uow:
        assert verbs.check_password(uow, login="agent@example.org", password=given) is None


def test_changing_the_password_ends_the_other_sessions_and_by_choice_the_tokens(as_: As, sample: Sample) -> None:
    agent = sample.people["agent"].id
    with as_("agent") as uow:
        mine, other = (
            verbs.open_session(uow, person_id=agent, method="password", address=place) for place in ("::1", "::2")
        )
        entry = verbs.entry_of(uow, mine)
        assert entry is not None
        hashed = verbs.accepted_password(uow, login="agent", name="Agent", password="лошадь батарея скрепка")
        verbs.change_password(uow, hashed=hashed, session_id=entry.session_id, tokens=True)
        assert verbs.actor_of_session(uow, mine).person_id == agent
        assert verbs.actor_of_session(uow, other).kind == "nobody"
        with pytest.raises(NotSignedIn):
            verbs.actor_of_token(uow, sample.tokens["agent"])


def test_a_hash_with_weaker_parameters_is_made_anew_at_sign_in(as_: As, sample: Sample) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("password of agent")
    with as_("admin") as uow:
        uow.session.get_one(Account, sample.people["agent"].id).password_hash = weak
    with as_("admin") as uow:
        proof = verbs.check_password(uow, login="agent@example.org", password="password of agent")
        assert proof is not None
        assert verbs.sign_in(uow, proof=proof, login="agent@example.org", address="::1")
        stored = uow.session.get_one(Account, sample.people["agent"].id).password_hash
        assert stored != weak
        assert not HASHER.check_needs_rehash(stored)


def test_nobodys_hash_costs_as_much_as_everybodys() -> None:
    assert not PasswordHasher().check_needs_rehash(NO_ONE)
    assert not matches("", "")


def test_where_passwords_shall_go_they_are_refused_to_those_with_another_way(as_: As, sample: Sample) -> None:
    login, password = "agent@example.org", "password of agent"
    with as_("admin") as uow:
        rules(uow, password_beside_others=False)
        assert verbs.check_password(uow, login=login, password=password) is not None
        verbs.link_identity(uow, person_id=sample.people["agent"].id, issuer="i", subject="s", method="oidc")
        assert verbs.check_password(uow, login=login, password=password) is None


def test_guesses_of_others_do_not_lock_out_who_came_from_here_before(as_: As, sample: Sample, clock: Clock) -> None:
    agent, login = sample.people["agent"].id, "agent@example.org"
    with as_("admin") as uow:
        verbs.open_session(uow, person_id=agent, method="password", address="192.0.2.1")
        rules(uow, failures_per_account=20)
        for number in range(20):
            verbs.begin_attempt(uow, login=login, address=f"198.51.100.{number}", person_id=agent)
        with pytest.raises(TooMany):
            verbs.begin_attempt(uow, login=login, address="203.0.113.5", person_id=agent)
        verbs.begin_attempt(uow, login=login, address="192.0.2.1", person_id=agent)


def test_one_network_is_throttled_whatever_accounts_it_tries(as_: As) -> None:
    with as_("admin") as uow:
        rules(uow, failures_per_address=5)
        for number in range(5):
            verbs.begin_attempt(uow, login=f"guess{number}", address=f"2001:db8::{number}")
        with pytest.raises(TooMany):
            verbs.begin_attempt(uow, login="guess", address="2001:db8::ffff")
        verbs.begin_attempt(uow, login="guess", address="2001:db8:0:1::1")


def test_old_failures_and_sessions_go_away_by_a_schedule(
    as_: As, sample: Sample, clock: Clock, run_schedule: Callable[[str], int]
) -> None:
    with as_("admin") as uow:
        verbs.begin_attempt(uow, login="x", address="::1")
        assert verbs.spend(uow, secret="challenge", until=uow.now + timedelta(minutes=5))
        assert not verbs.spend(uow, secret="challenge", until=uow.now + timedelta(minutes=5))
        verbs.open_session(uow, person_id=sample.people["agent"].id, method="password", address="::1")
    clock.forward(days=120)
    run_schedule("core.forget_old")
    with as_("admin") as uow:
        assert uow.session.query(Spent).count() == 0
        assert uow.session.query(SignInFailure).count() == 0
        assert uow.session.query(LoginSession).count() == 0


def test_a_session_that_nobody_used_ends_and_use_is_noted_every_few_minutes(
    as_: As, sample: Sample, clock: Clock
) -> None:
    agent = sample.people["agent"].id
    with as_("admin") as uow:
        rules(uow, idle_minutes=60)
        secret = verbs.open_session(uow, person_id=agent, method="password", address="::1")
        assert verbs.find_by_session(uow, secret).unnoted is None
    clock.forward(minutes=50)
    with as_("admin") as uow:
        unnoted = verbs.find_by_session(uow, secret).unnoted
        assert unnoted is not None
        verbs.note_use(uow, unnoted)
    clock.forward(minutes=50)
    with as_("admin") as uow:
        assert verbs.actor_of_session(uow, secret).person_id == agent
    clock.forward(minutes=11)
    with as_("admin") as uow:
        assert verbs.actor_of_session(uow, secret).kind == "nobody"


def test_a_short_rest_is_noted_in_time(as_: As, sample: Sample, clock: Clock) -> None:
    with as_("admin") as uow:
        rules(uow, idle_minutes=5)
        secret = verbs.open_session(uow, person_id=sample.people["agent"].id, method="password", address="::1")
    for _ in range(4):
        clock.forward(minutes=3)
        with as_("admin") as uow:
            found = verbs.find_by_session(uow, secret)
            assert found.actor.kind == "person"
            assert found.unnoted is not None
            verbs.note_use(uow, found.unnoted)


def test_a_token_ends_as_the_desk_says_and_works_from_its_networks_alone(as_: As, sample: Sample, clock: Clock) -> None:
    agent = sample.people["agent"].id
    with as_("admin") as uow:
        rules(uow, token_days_most=30)
        with pytest.raises(Invalid):
            verbs.add_token(uow, person_id=agent, name="x", days=0)
        with pytest.raises(Invalid):
            verbs.add_token(uow, person_id=agent, name="x", addresses=["10.0.0.1/8"])
        secret = verbs.add_token(uow, person_id=agent, name="x", addresses=["10.0.0.0/8", "2001:db8::1"])
    with as_("admin") as uow:
        assert verbs.actor_of_token(uow, secret, "::ffff:10.1.2.3").person_id == agent
        for place in ("192.0.2.1", "", "2001:db8::2"):
            with pytest.raises(NotSignedIn):
                verbs.actor_of_token(uow, secret, place)
    clock.forward(days=31)
    with as_("admin") as uow, pytest.raises(NotSignedIn):
        verbs.actor_of_token(uow, secret, "10.0.0.1")


def test_a_tokens_last_use_is_noted_once_an_hour(api: Any, as_: As, sample: Sample, clock: Clock) -> None:
    agent = sample.people["agent"].id
    noted = []
    for minutes in (0, 30, 31):
        clock.forward(minutes=minutes)
        assert api("agent", "GET", "/tickets").status_code == 200
        with as_("admin") as uow:
            noted.append(uow.session.query(Token.last_used_at).filter_by(person_id=agent).scalar())
    assert noted[0] == noted[1] == clock.now - timedelta(minutes=61)
    assert noted[2] == clock.now


def test_sessions_of_others_are_ended_by_those_who_may_as_much(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        verbs.open_session(uow, person_id=sample.people["admin"].id, method="password", address="::1")
        number = verbs.list_sessions(uow, person_id=sample.people["admin"].id)[0].id
    with as_("agent") as uow, pytest.raises(Forbidden):
        verbs.end_sessions(uow, person_id=sample.people["admin"].id)
    with as_("agent") as uow, pytest.raises(Unknown):
        verbs.end_session(uow, person_id=sample.people["agent"].id, session_id=number)


@pytest.mark.parametrize(
    "password",
    ["Password123!", "пароль2026", "aaaaaaaaaaaa", "qwertyuiop", "9876543210", "Ivanova2026!", "acme-rocks-1"],
)
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    about = ("ivanova@example.org", "Мария Иванова")
    assert weakness(password, minimum=10, about=about, words=["acme"]) is not None
    assert weakness("лошадь батарея", minimum=10, about=about, words=["acme"]) is None


def test_networks_and_devices_are_told_apart() -> None:
    assert caller_network("2001:db8::1") == "2001:db8::/64"
    assert caller_network("::ffff:192.0.2.1") == "192.0.2.1"
    assert caller_network("<script>\n") == "<script>?"
    assert not is_within("no address", ["0.0.0.0/0"])
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert device_of(firefox) == "Firefox, Linux"
