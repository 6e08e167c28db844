from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.partnership import editing, offers, packs, pages
from portal.partnership.pages import NEUTRAL, SOURCE
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership.packs_on_disk import NORTHMOOR, copy_of_northmoor, replace

ANNA, BEN = "officer:anna", "officer:ben"
NOW = dt.datetime(2031, 1, 20, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def loaded(session: Session, keys: Keyring) -> None:
    packs.load(session, packs.read(NORTHMOOR), by="cli:tests", now=NOW, keys=keys)


def there(session: Session, kind: str = "helpline", key: str = "warden") -> editing.Working:
    found = editing.working(session, kind, key)
    assert found is not None
    return found


def shown(session: Session, key: str = "warden") -> str:
    found = pages.one(session, "helpline", key, SOURCE)
    assert found is not None
    return str(found.texts.name)


def save(session: Session, keys: Keyring, name: str, seen: dict[str, int], by: str = ANNA) -> None:
    body = {**there(session).texts[SOURCE], "name": name}
    editing.save(session, "helpline", "warden", {SOURCE: body}, seen=seen, by=by, now=LATER, keys=keys)


def test_a_draft_shows_nobody_until_it_is_published(session: Session, keys: Keyring, loaded: None) -> None:
    save(session, keys, "Night warden", dict(there(session).seen))
    assert shown(session) == "Warden"
    assert there(session).title == "Night warden"
    assert there(session).drafted == {SOURCE}
    [revision] = editing.publish(session, "helpline", "warden", by=ANNA, now=LATER, keys=keys)
    assert (shown(session), revision.shown_from) == ("Night warden", LATER)
    assert there(session).drafted == frozenset()
    assert editing.publish(session, "helpline", "warden", by=ANNA, now=LATER, keys=keys) == ()
    assert audit.check(session, keys) == []


def test_saving_what_is_there_already_makes_nothing(session: Session, keys: Keyring, loaded: None) -> None:
    before = there(session)
    made = editing.save(
        session, "helpline", "warden", before.bodies, seen=before.seen, by=ANNA, now=LATER, keys=keys
    )
    assert made == ()


def test_the_second_of_two_officers_is_told_and_nothing_is_lost(
    session: Session, keys: Keyring, loaded: None
) -> None:
    seen = dict(there(session).seen)
    save(session, keys, "Anna's", seen)
    with pytest.raises(SurveysError, match=r"text\.stale") as stale:
        save(session, keys, "Ben's", seen, by=BEN)
    assert stale.value.facts["locales"] == (SOURCE,)
    assert there(session).title == "Anna's"
    save(session, keys, "Ben's, having seen both", dict(there(session).seen), by=BEN)
    bodies = [row.body["name"] for row in pages.history(session, "helpline", "warden", SOURCE)]
    assert bodies == ["Ben's, having seen both", "Anna's", "Warden"]


def test_undo_is_a_new_state_and_a_draft_can_be_let_go(session: Session, keys: Keyring, loaded: None) -> None:
    save(session, keys, "Night warden", dict(there(session).seen))
    editing.publish(session, "helpline", "warden", by=ANNA, now=LATER, keys=keys)
    editing.bring_back(session, "helpline", "warden", SOURCE, 1, by=BEN, now=LATER, keys=keys)
    assert (there(session).title, shown(session)) == ("Warden", "Night warden")
    editing.discard(session, "helpline", "warden", by=BEN, now=LATER, keys=keys)
    assert (there(session).title, shown(session)) == ("Night warden", "Night warden")
    with pytest.raises(SurveysError, match=r"revision\.unknown"):
        editing.bring_back(session, "helpline", "warden", SOURCE, 99, by=BEN, now=LATER, keys=keys)
    numbers = [row.number for row in pages.history(session, "helpline", "warden", SOURCE)]
    assert numbers == [3, 2, 1]


def test_a_draft_may_lack_words_until_it_is_published(session: Session, keys: Keyring, loaded: None) -> None:
    facts = {"group": "advice", "state": "known", "source": "A leaflet.", "phone": "01632 960009"}
    bodies = {NEUTRAL: facts, SOURCE: {"name": "Night line"}}
    editing.save(session, "helpline", "night", bodies, seen={}, by=ANNA, now=NOW, keys=keys)
    with pytest.raises(SurveysError, match=r"revision\.invalid") as missing:
        editing.publish(session, "helpline", "night", by=ANNA, now=NOW, keys=keys)
    assert (missing.value.field, missing.value.facts["locale"]) == ("lead", SOURCE)
    seen = there(session, key="night").seen
    words = {SOURCE: {"name": "Night line", "lead": "At night."}}
    editing.save(session, "helpline", "night", words, seen=seen, by=ANNA, now=NOW, keys=keys)
    editing.publish(session, "helpline", "night", by=ANNA, now=NOW, keys=keys)
    assert shown(session, "night") == "Night line"


def test_a_draft_refuses_what_is_unsound(session: Session, keys: Keyring, loaded: None) -> None:
    with pytest.raises(SurveysError, match=r"revision\.invalid") as wrong:
        editing.save(
            session, "helpline", "x", {NEUTRAL: {"web": "javascript:alert(1)"}}, seen={},
            by=ANNA, now=NOW, keys=keys,
        )  # fmt: skip
    assert wrong.value.field == "web"
    assert editing.working(session, "helpline", "x") is None


def test_only_what_exists_can_be_named(session: Session, keys: Keyring, loaded: None) -> None:
    area = editing.everything(session, "area")[0]
    bodies = {NEUTRAL: {**area.facts, "helplines": ["nobody"]}}
    editing.save(session, "area", area.key, bodies, seen=area.seen, by=ANNA, now=NOW, keys=keys)
    with pytest.raises(SurveysError, match=r"text\.unknown_reference") as unknown:
        editing.publish(session, "area", area.key, by=ANNA, now=NOW, keys=keys)
    assert (unknown.value.field, unknown.value.facts["key"]) == ("helplines", "nobody")


def test_what_a_law_needs_stays(session: Session, keys: Keyring, loaded: None) -> None:
    with pytest.raises(SurveysError, match=r"text\.required"):
        editing.retire(session, "privacy", "rights", retired=True, by=ANNA, now=NOW, keys=keys)
    editing.retire(session, "helpline", "warden", retired=True, by=ANNA, now=NOW, keys=keys)
    assert pages.one(session, "helpline", "warden", SOURCE) is None
    editing.retire(session, "helpline", "warden", retired=False, by=ANNA, now=LATER, keys=keys)
    assert shown(session) == "Warden"


def test_colours_that_cannot_be_read_are_refused_with_the_ratio(
    session: Session, keys: Keyring, loaded: None
) -> None:
    site = there(session, "site", "site")
    pale = {**site.facts, "colours": {"light": {"lode": "#88ccdd"}}}
    editing.save(session, "site", "site", {NEUTRAL: pale}, seen=site.seen, by=ANNA, now=NOW, keys=keys)
    with pytest.raises(SurveysError, match=r"colours\.weak") as weak:
        editing.publish(session, "site", "site", by=ANNA, now=NOW, keys=keys)
    pairs = {(pair.text, pair.ground): pair.ratio for pair in weak.value.facts["pairs"]}  # type: ignore[union-attr,attr-defined]
    assert pairs["lode", "paper"] == 1.79


def test_loading_a_pack_again_offers_what_it_would_change(
    session: Session, keys: Keyring, loaded: None, tmp_path: object
) -> None:
    save(session, keys, "Night warden", dict(there(session).seen))
    editing.publish(session, "helpline", "warden", by=ANNA, now=LATER, keys=keys)
    pack = packs.read(NORTHMOOR)
    done = packs.load(session, pack, by="cli:tests", now=LATER, keys=keys)
    assert done.kept == ("helpline/warden/en_GB",)
    [waiting] = offers.waiting(session)
    assert (waiting.offer.body["name"], waiting.current["name"]) == ("Warden", "Night warden")
    settle = {"by": BEN, "now": LATER, "keys": keys}
    with pytest.raises(SurveysError, match=r"offer\.changed"):
        offers.settle(session, "helpline", "warden", SOURCE, take=True, seen="pack:other@1", **settle)
    offers.settle(session, "helpline", "warden", SOURCE, take=False, seen=pack.origin, **settle)
    packs.load(session, pack, by="cli:tests", now=LATER, keys=keys)
    assert offers.waiting(session) == ()
    with pytest.raises(SurveysError, match=r"offer\.unknown"):
        offers.settle(session, "helpline", "warden", SOURCE, take=True, seen=pack.origin, **settle)
    assert shown(session) == "Night warden"


def test_a_newer_pack_offers_again_and_can_be_taken(
    session: Session, keys: Keyring, loaded: None, tmp_path: object
) -> None:
    save(session, keys, "Night warden", dict(there(session).seen))
    editing.publish(session, "helpline", "warden", by=ANNA, now=LATER, keys=keys)
    folder = copy_of_northmoor(tmp_path)  # type: ignore[arg-type]
    replace(folder, "helplines.toml", 'name = "Warden"', 'name = "All wardens"')
    pack = packs.read(folder)
    packs.load(session, pack, by="cli:tests", now=LATER, keys=keys)
    offers.settle(
        session, "helpline", "warden", SOURCE, take=True, seen=pack.origin, by=BEN, now=LATER, keys=keys
    )
    assert shown(session) == "All wardens"
    assert packs.load(session, pack, by="cli:tests", now=LATER, keys=keys).kept == ()


def test_a_preview_changes_only_what_its_own_session_reads(
    session: Session, keys: Keyring, loaded: None
) -> None:
    body = {**there(session).texts[SOURCE], "name": "Only here"}
    pages.overlay(session, {("helpline", "warden", SOURCE): body})
    assert (shown(session), pages.overlaid(session)) == ("Only here", True)
    assert pages.newest(session, "helpline", "warden", SOURCE).body["name"] == "Warden"  # type: ignore[union-attr]


def test_differences_are_told_field_by_field() -> None:
    found = editing.differences({"a": 1, "b": 2}, {"b": 3, "c": 4})
    assert [(one.field, one.before, one.after) for one in found] == [
        ("b", 2, 3),
        ("c", None, 4),
        ("a", 1, None),
    ]


def test_of_two_officers_saving_at_once_one_is_told(
    session: Session, engine: Engine, keys: Keyring, loaded: None
) -> None:
    seen = dict(there(session).seen)
    session.commit()
    start = threading.Barrier(2)

    def edit(name: str) -> str:
        with Session(engine.execution_options(portal_writes=True)) as own:
            start.wait()
            try:
                save(own, keys, name, seen)
                own.commit()
            except SurveysError as problem:
                return problem.code
            return "saved"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(edit, ("Anna's", "Ben's"))) == ["saved", "text.stale"]
    assert len(pages.history(session, "helpline", "warden", SOURCE)) == 2
