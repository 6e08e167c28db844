"""Officers' accounts: links that work once, codes that are taken once, two administrators always."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts import joining, links, passwords, people, roles
from portal.accounts import sign_in as signing
from portal.accounts.people import Account
from portal.accounts.sign_in import OfficeSession, Try
from surveys import attempts, audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.office import PASSWORD, add_officer, code

MINUTE = dt.timedelta(minutes=1)


def refusal(problem: pytest.ExceptionInfo[SurveysError]) -> str:
    return problem.value.code


def weigh(session: Session, email: str, now: dt.datetime, keys: Keyring, password: str = PASSWORD) -> Try:
    return signing.weigh(session, email, password, code(now), now=now, keys=keys)


def test_an_invitation_makes_an_account_once(session: Session, keys: Keyring, now: dt.datetime) -> None:
    token = links.invite(
        session,
        email="Ann@Example.org",
        name="Ann  Other",
        roles=["moderator"],
        by="cli:x",
        now=now,
        keys=keys,
    )
    link = links.link_of(session, token, now=now, keys=keys)
    import pyotp

    right = pyotp.TOTP(joining.offered_secret(keys, token)).at(int(now.timestamp()))
    with pytest.raises(SurveysError) as wrong:
        joining.accept(session, link, token, password_hash="x", code="000000", now=now, keys=keys)
    assert refusal(wrong) == "code.wrong"
    session.rollback()
    token = links.invite(
        session,
        email="ann@example.org",
        name="Ann Other",
        roles=["moderator"],
        by="cli:x",
        now=now,
        keys=keys,
    )
    link = links.link_of(session, token, now=now, keys=keys)
    right = pyotp.TOTP(joining.offered_secret(keys, token)).at(int(now.timestamp()))
    officer, codes = joining.accept(
        session, link, token, password_hash=passwords.hashed(PASSWORD), code=right, now=now, keys=keys
    )
    assert (officer.name, officer.email, officer.roles) == ("Ann Other", "ann@example.org", {"moderator"})
    assert len(set(codes)) == 8
    with pytest.raises(SurveysError) as used:
        links.link_of(session, token, now=now, keys=keys)
    assert refusal(used) == "link.used"
    assert officer.last_seen_on == now.date()
    assert people.unused([officer], now.date()) == ()


def test_links_expire_and_are_replaced(session: Session, keys: Keyring, now: dt.datetime) -> None:
    facts = {"email": "a@example.org", "name": "A", "roles": ["analyst"], "by": "cli:x", "keys": keys}
    first = links.invite(session, now=now, **facts)  # type: ignore[arg-type]
    second = links.invite(session, now=now, **facts)  # type: ignore[arg-type]
    for token, moment, expected in (
        (first, now, "link.replaced"),
        (second, now + dt.timedelta(days=7), "link.expired"),
        ("nothing", now, "link.unknown"),
    ):
        with pytest.raises(SurveysError) as problem:
            links.link_of(session, token, now=moment, keys=keys)
        assert refusal(problem) == expected
    assert links.link_of(session, second, now=now + dt.timedelta(days=6), keys=keys).email == "a@example.org"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"email": "nowhere"}, "officer.email"),
        ({"name": " "}, "officer.name"),
        ({"roles": []}, "officer.roles"),
        ({"roles": ["king"]}, "officer.roles"),
    ],
)
def test_a_wrong_invitation_is_refused(
    session: Session, keys: Keyring, now: dt.datetime, changed: dict[str, object], expected: str
) -> None:
    facts: dict[str, object] = {"email": "a@example.org", "name": "A", "roles": ["analyst"]} | changed
    with pytest.raises(SurveysError) as problem:
        links.invite(session, by="cli:x", now=now, keys=keys, **facts)  # type: ignore[arg-type]
    assert refusal(problem) == expected


def test_a_code_signs_in_once(session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    tried = weigh(session, officer.email, now, keys)
    token, found = signing.begin(session, tried, address="::1", now=now, keys=keys)
    assert found.id == officer.id
    assert signing.who(session, token, seen=now, now=now, keys=keys) is not None
    with pytest.raises(SurveysError) as problem:
        signing.begin(session, tried, address="::1", now=now, keys=keys)
    assert refusal(problem) == "sign_in.refused"
    assert not weigh(session, officer.email, now, keys).good


def test_two_at_once_share_no_code(engine: Engine, session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    session.commit()
    tried = weigh(session, officer.email, now, keys)
    session.rollback()
    gate, outcomes = threading.Barrier(2), []

    def go() -> None:
        gate.wait()
        try:
            with Session(engine.execution_options(portal_writes=True)) as own:
                signing.begin(own, tried, address="::1", now=now, keys=keys)
                own.commit()
            outcomes.append("in")
        except SurveysError as problem:
            outcomes.append(problem.code)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "sign_in.refused"]


def test_a_recovery_code_works_once(session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    codes = joining.new_codes(session, officer, now=now, keys=keys)
    for expected in (True, False):
        tried = signing.weigh(session, officer.email, PASSWORD, codes[0].lower(), now=now, keys=keys)
        assert tried.good is expected
        if tried.good:
            signing.begin(session, tried, address="::1", now=now, keys=keys)
    assert joining.codes_left(session, officer) == 7


def test_guessing_is_slowed_for_the_guesser_only(session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    wrong = weigh(session, officer.email, now, keys, password="wrong")
    for _ in range(10):
        with pytest.raises(SurveysError) as problem:
            signing.begin(session, wrong, address="10.0.0.1", now=now, keys=keys)
        assert refusal(problem) == "sign_in.refused"
    good = weigh(session, officer.email, now, keys)
    with pytest.raises(SurveysError) as problem:
        signing.begin(session, good, address="10.0.0.1", now=now, keys=keys)
    assert refusal(problem) == "sign_in.throttled"
    with pytest.raises(SurveysError) as early:
        signing.may_try(session, officer.email, "123456", address="10.0.0.1", now=now, keys=keys)
    assert refusal(early) == "sign_in.throttled"
    signing.may_try(session, officer.email, "123456", address="10.0.0.2", now=now, keys=keys)
    signing.begin(session, good, address="10.0.0.2", now=now, keys=keys)


def test_nobody_is_locked_out_and_a_resting_account_gives_no_password_away(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    [recovery, *_] = joining.new_codes(session, officer, now=now, keys=keys)

    def outcome(password: str, typed: str, address: str) -> str:
        tried = signing.weigh(session, officer.email, password, typed, now=now, keys=keys)
        try:
            signing.may_try(session, officer.email, typed, address=address, now=now, keys=keys)
            signing.begin(session, tried, address=address, now=now, keys=keys)
        except SurveysError as problem:
            return problem.code
        return "in"

    known = [outcome(PASSWORD, "000000", f"10.0.1.{n}") for n in range(20)]
    wrong = [outcome("wrong", "000000", f"10.0.2.{n}") for n in range(20)]
    assert known == wrong == ["sign_in.refused"] * 20
    assert outcome(PASSWORD, code(now), "10.0.3.1") == "sign_in.throttled"
    for _ in range(12):
        outcome("wrong", "000000", "10.0.3.1")
    assert outcome("wrong", "ABCD-EFGH-JKMN", "10.0.3.1") == "sign_in.throttled"
    assert outcome(PASSWORD, recovery, "10.0.3.1") == "in"


def test_a_stolen_session_is_no_place_to_guess(session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    token = signing.open_session(session, officer.id, now=now, keys=keys)
    wrong = signing.weigh(session, officer.email, PASSWORD, "000000", now=now, keys=keys)
    codes = []
    for number in range(11):
        with pytest.raises(SurveysError) as problem:
            signing.confirm(session, token, wrong, address=f"10.0.0.{number}", now=now, keys=keys)
        codes.append(refusal(problem))
    assert codes == ["sign_in.refused"] * 10 + ["sign_in.throttled"]
    signing.begin(session, weigh(session, officer.email, now, keys), address="::1", now=now, keys=keys)


def test_who_holds_a_link_cannot_guess_the_authenticator(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    admin, lost = (add_officer(session, "administrator", keys=keys, now=now) for _ in range(2))
    token = links.recover(session, lost, kind="password", by=admin, now=now, keys=keys)
    for _ in range(10):
        link = links.link_of(session, token, now=now, keys=keys)
        with pytest.raises(SurveysError, match=r"code\.wrong"):
            joining.accept(session, link, token, password_hash="x", code="000000", now=now, keys=keys)
        joining.missed(session, link, now=now, keys=keys)
    with pytest.raises(SurveysError) as ended:
        links.link_of(session, token, now=now, keys=keys)
    assert refusal(ended) == "link.taken_back"


def test_nobody_comes_in_by_a_link_of_who_has_gone(session: Session, keys: Keyring, now: dt.datetime) -> None:
    first, second, third, fourth = (
        add_officer(session, "administrator", keys=keys, now=now) for _ in range(4)
    )
    tokens = [
        links.invite(
            session, email=f"{maker.id.lower()}x@example.org", name="Mine", roles=["administrator"],
            by=maker.by, now=now, keys=keys,
        )
        for maker in (second, third, fourth)
    ]  # fmt: skip
    roles.leave(session, second, first, by=first.by, now=now, keys=keys)
    roles.set_roles(session, third, ["analyst"], by=first.by, now=now, keys=keys)
    for token in tokens[:2]:
        with pytest.raises(SurveysError) as problem:
            links.link_of(session, token, now=now, keys=keys)
        assert refusal(problem) == "link.taken_back"
    assert links.link_of(session, tokens[2], now=now, keys=keys).made_by == fourth.by


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nowhere", "nowhere"),
    ],
)
def test_a_home_with_many_addresses_is_one_caller(address: str, whose: str) -> None:
    assert attempts.network(address) == whose


def test_known_and_unknown_accounts_are_refused_alike(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    for email in (officer.email, "nobody@example.org"):
        with pytest.raises(SurveysError) as problem:
            signing.begin(session, weigh(session, email, now, keys, "no"), address="a", now=now, keys=keys)
        assert (refusal(problem), problem.value.field) == ("sign_in.refused", "email")


def test_sessions_end_when_idle_when_old_and_everywhere(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    token = signing.open_session(session, officer.id, now=now, keys=keys)

    def there(seen: dt.datetime, at: dt.datetime) -> bool:
        return signing.who(session, token, seen=seen, now=at, keys=keys) is not None

    assert there(now, now + 30 * MINUTE)
    assert not there(now, now + 31 * MINUTE)
    late = now + dt.timedelta(hours=12, minutes=1)
    assert not there(late - MINUTE, late)
    assert signing.end_everywhere(session, officer, by=officer.by, now=now, keys=keys) == 1
    assert not there(now, now)
    assert signing.forget_sessions(session, late) == 1


def test_two_administrators_stay(session: Session, keys: Keyring, now: dt.datetime) -> None:
    first, second, third = (add_officer(session, "administrator", keys=keys, now=now) for _ in range(3))
    roles.set_roles(session, third, ["analyst"], by=first.by, now=now, keys=keys)
    third = people.officer_of(session, third.id)
    for verb in (
        lambda: roles.set_roles(session, second, ["analyst"], by=first.by, now=now, keys=keys),
        lambda: roles.leave(session, second, third, by=first.by, now=now, keys=keys),
    ):
        with pytest.raises(SurveysError) as problem:
            verb()
        assert refusal(problem) == "officer.last_administrators"


def test_leaving_ends_everything_at_once(session: Session, keys: Keyring, now: dt.datetime) -> None:
    admin = add_officer(session, "administrator", keys=keys, now=now)
    leaver = add_officer(session, "moderator", keys=keys, now=now, email="gone@example.org")
    token = signing.open_session(session, leaver.id, now=now, keys=keys)
    roles.leave(session, leaver, admin, by=admin.by, now=now, keys=keys)
    assert signing.who(session, token, seen=now, now=now, keys=keys) is None
    assert not weigh(session, leaver.email, now, keys).good
    gone = people.officer_of(session, leaver.id)
    assert (gone.left, gone.roles) == (True, frozenset())
    assert people.name_of(session, leaver.by) == leaver.name
    with pytest.raises(SurveysError) as problem:
        roles.leave(session, gone, admin, by=admin.by, now=now, keys=keys)
    assert refusal(problem) == "officer.left"
    assert audit.check(session, keys) == []


def test_a_new_authenticator_takes_a_second_administrator(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    first, second = (add_officer(session, "administrator", keys=keys, now=now) for _ in range(2))
    lost = add_officer(session, "moderator", keys=keys, now=now)
    with pytest.raises(SurveysError) as own:
        links.recover(session, first, kind="password", by=first, now=now, keys=keys)
    assert refusal(own) == "officer.self"
    token = links.recover(session, lost, kind="everything", by=first, now=now, keys=keys)
    with pytest.raises(SurveysError) as waits:
        links.link_of(session, token, now=now, keys=keys)
    assert refusal(waits) == "link.unconfirmed"
    (link,) = links.open_links(session, now)
    with pytest.raises(SurveysError) as same:
        links.confirm(session, link, by=first, now=now, keys=keys)
    assert refusal(same) == "link.own"
    links.confirm(session, link, by=second, now=now, keys=keys)
    assert links.link_of(session, token, now=now, keys=keys).id == link.id


def test_nothing_secret_is_stored_in_clear(session: Session, keys: Keyring, now: dt.datetime) -> None:
    officer = add_officer(session, "moderator", keys=keys, now=now)
    signing.open_session(session, officer.id, now=now, keys=keys)
    account = session.get_one(Account, officer.id)
    assert account.password_hash is not None
    assert account.password_hash.startswith("$argon2id$")
    assert b"JBSWY3DP" not in (account.sealed or b"")
    assert len(session.scalars(select(OfficeSession.token_hash)).one()) == 32


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("short", "password.short"),
        ("x" * 257, "password.long"),
        ("passwordpassword", "password.guessable"),
        ("qwertyuiop123", "password.guessable"),
        ("robin.sample@example.org", "password.guessable"),
        ("violet\0ladder seventeen", "password.forbidden"),
    ],
)
def test_weak_passwords_are_refused(password: str, expected: str) -> None:
    with pytest.raises(SurveysError) as problem:
        passwords.check(password, ("robin.sample@example.org", "Robin Sample"))
    assert refusal(problem) == expected


@pytest.mark.parametrize(
    "password", [PASSWORD, "🐦 loud ochre teapot ünder", "a b c d e f g h i j 0 9 z 4 q w" * 3]
)
def test_long_passwords_of_any_script_work(password: str) -> None:
    passwords.check(password)
    assert passwords.matches(passwords.hashed(password), password)
    assert not passwords.matches(passwords.hashed(password), password + "x")
    assert not passwords.matches(None, password)


def test_a_flood_of_sign_ins_is_refused_at_once() -> None:
    """Two hash, two wait; the fifth is told to come back instead of taking a resident's thread."""
    held = [passwords._queue.acquire(blocking=False) for _ in range(4)]
    try:
        assert held == [True] * 4
        with pytest.raises(SurveysError) as problem:
            passwords.matches(None, "anything")
        assert refusal(problem) == "sign_in.busy"
    finally:
        for _ in held:
            passwords._queue.release()
    assert not passwords.matches(None, "anything")
