"""Every store of leads keeps the promises of `core.ports`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from msgspec.structs import replace

from orbit.core.ports import Form, Lead, LeadFilter, Parcel, Replies
from tests.kit.stores import Store

NOW = datetime.now(UTC).replace(microsecond=0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def lead(email: str = "ann@example.org", **more: Any) -> Lead:
    given = {"form": Form.CONTACT, "said": {}, "made_at": NOW, **more}
    return Lead(id=str(uuid4()), email=email, **given)


def replies(of: Lead, **more: Any) -> Replies:
    whose = of.email.encode()
    given = {"note": None, "noted_since": NOW - HOUR, "notes": 3, **more}
    thanks = Parcel(of.id, b"thanks", NOW + DAY)
    return Replies(thanks, whose, b"to " + whose, of.made_at - DAY, **given)


async def keep(store: Store, one: Lead, **more: Any) -> bool:
    return await store.people.leads.keep(one, replies(one, **more))


async def found(store: Store, **only: Any) -> Sequence[Lead]:
    given = LeadFilter(**{"form": Form.CONTACT, **only})
    leads, total = await store.people.leads.page(given, 0, 100)
    assert total == len(leads)
    return leads


async def mails(store: Store, at: datetime = NOW) -> Sequence[str]:
    due = await store.people.outbox.take(at, HOUR, 100)
    return [each.id for each in due]


def note(of: Lead) -> Parcel:
    """Return the mail that tells the operator of it."""
    return Parcel(str(uuid5(UUID(of.id), "note")), b"note", NOW + DAY)


async def test_a_lead_is_kept_with_its_mails(store: Store) -> None:
    one = lead(said={"name": "Ann", "message": "ö\n\\"})
    assert await keep(store, one, note=note(one))
    assert await found(store) == [one]
    assert await found(store, form=Form.WAITLIST) == []
    assert {*await mails(store)} == {one.id, note(one).id}


async def test_what_is_kept_already_stays_as_it_is(store: Store) -> None:
    one = lead(said={"name": "Ann"})
    assert await keep(store, one)
    assert not await keep(store, replace(one, said={}, made_at=NOW + 2 * DAY))
    assert await found(store) == [one]
    waiting = replace(one, id=str(uuid4()), form=Form.WAITLIST)
    assert await keep(store, waiting)
    assert not await keep(store, replace(waiting, id=str(uuid4()), said={}))
    assert await found(store, form=Form.WAITLIST) == [waiting]
    assert {*await mails(store)} == {one.id, waiting.id}


async def test_of_many_at_once_one_is_thanked(store: Store) -> None:
    many = [lead() for _ in range(6)]
    assert await asyncio.gather(*(keep(store, one) for one in many)) == [True] * 6
    assert len(await mails(store)) == 1
    waiting = [lead(form=Form.WAITLIST) for _ in range(4)]
    kept = await asyncio.gather(*(keep(store, one) for one in waiting))
    assert sorted(kept) == [False] * 3 + [True]


async def test_thanks_are_by_form_inbox_and_day(store: Store) -> None:
    before = lead(made_at=NOW - 2 * DAY)
    for one in (before, lead(), lead(form=Form.PILOT_REQUEST), lead("bob@example.org")):
        assert await keep(store, one)
    assert len(await mails(store)) == 4
    again = lead("ann+1@example.org")
    inbox = replace(replies(again), inbox=replies(before).inbox)
    assert await store.people.leads.keep(again, inbox)
    assert await mails(store) == []


async def test_who_has_unsubscribed_is_not_thanked(store: Store) -> None:
    one = lead()
    await store.people.unsubscribed.add(one.email.encode(), NOW)
    assert await keep(store, one)
    assert await mails(store) == []


async def test_the_operator_is_told_of_so_many(store: Store) -> None:
    for _ in range(5):
        one = lead(made_at=NOW - HOUR / 2)
        await keep(store, one, note=Parcel(str(uuid4()), b"note", NOW + DAY))
    assert len(await mails(store)) == 3 + 1  # and the thanks


async def test_pages_have_the_last_one_first(store: Store) -> None:
    leads = [lead(made_at=NOW - n * HOUR) for n in range(5)]
    for one in leads[::2] + leads[1::2]:
        await keep(store, one)
    page, only = store.people.leads.page, LeadFilter(Form.CONTACT)
    assert await page(only, 0, 2) == (leads[:2], 5)
    assert await page(only, 4, 2) == (leads[4:], 5)
    assert await page(only, 6, 2) == ([], 5)


async def test_leads_are_found_by_words_and_by_time(store: Store) -> None:
    one = lead(said={"name": "Ann Öz", "message": "100%\\_ done"})
    other = lead("bob@example.org", said={"name": "Bob"}, made_at=NOW - DAY)
    for each in (one, other):
        await keep(store, each)
    for words in ("ann ö", "100%\\_", "ANN@"):
        assert await found(store, words=words) == [one]
    assert await found(store, words="example.org") == [one, other]
    for words in ("name", "1_0", "ann\\", "bob ann"):
        assert await found(store, words=words) == []
    assert await found(store, since=NOW) == [one]
    assert await found(store, until=NOW) == [other]
    assert await found(store, since=NOW - DAY, until=NOW + HOUR) == [one, other]


async def test_a_lead_is_removed_with_its_mail(store: Store) -> None:
    one, other = lead(), lead("bob@example.org")
    for each in (one, other):
        await keep(store, each, note=note(each))
    assert len(await mails(store)) == 4  # one try of each; that it goes is not told yet
    assert await store.people.leads.remove(one.id)
    assert not await store.people.leads.remove(one.id)
    assert await found(store) == [other]
    assert {*await mails(store, NOW + HOUR)} == {other.id, note(other).id}


@pytest.mark.parametrize("id", ["", "x", "\0", "\u0660" * 32, "{" + "0" * 30 + "}"])
async def test_what_is_no_id_is_none(store: Store, id: str) -> None:
    assert not await store.people.leads.remove(id)


async def test_an_address_is_forgotten_in_all_forms(store: Store) -> None:
    leads, hers = store.people.leads, [lead(form=form) for form in Form]
    other = lead("bob@example.org")
    for one in (*hers, other):
        await keep(store, one, note=note(one), notes=9)
    hers.sort(key=lambda one: one.id, reverse=True)
    assert await leads.of("ann@example.org") == hers
    await leads.forget("ann@example.org")
    assert await leads.of("ann@example.org") == []
    assert [one for form in Form for one in await found(store, form=form)] == [other]
    assert {*await mails(store)} == {other.id, note(other).id}


async def test_old_ones_are_purged(store: Store) -> None:
    leads = [lead(made_at=NOW - n * DAY) for n in range(4)]
    for one in leads:
        await keep(store, one, note=note(one), notes=9)
    purge = store.people.leads.purge
    assert [await purge(NOW - DAY, 1) for _ in range(3)] == [1, 1, 0]
    assert await found(store) == leads[:2]
    assert {note(one).id for one in leads} & {*await mails(store)} == {
        note(one).id for one in leads[:2]
    }
