"""`core.ports.Leads` in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from orbit.core.ports import MOST_COUNTED, Form, Lead, LeadFilter, Replies
from orbit.store.memory.outbox import NEVER
from orbit.store.memory.world import World


class MemoryLeads:
    """What was filled in of late."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def keep(self, lead: Lead, replies: Replies) -> bool:
        """Keep a lead and the mails about it."""
        if self._is_kept(lead):
            return False
        leads, parcels = self._world.leads, self._world.parcels
        is_thanked = any(
            (one.form, inbox) == (lead.form, replies.inbox)
            and one.made_at > replies.thanked_since
            for one, inbox in leads.values()
        )
        late = sum(one.made_at > replies.noted_since for one, _ in leads.values())
        leads[lead.id] = lead, replies.inbox
        if not is_thanked and replies.mail not in self._world.unsubscribed:
            parcels[lead.id] = (NEVER, replies.thanks)
        if replies.note and late < replies.notes:
            parcels[replies.note.id] = (NEVER, replies.note)
            self._world.lead_notes[lead.id] = replies.note.id
        return True

    def _is_kept(self, lead: Lead) -> bool:
        if lead.id in self._world.leads:
            return True
        return lead.form is Form.WAITLIST and any(
            (one.form, one.email) == (lead.form, lead.email) for one in self._all()
        )

    async def page(
        self, only: LeadFilter, offset: int, limit: int
    ) -> tuple[Sequence[Lead], int]:
        """Return leads, the last one first, and how many, counted to 10,000."""
        found = _sorted(one for one in self._all() if _is_meant(one, only))
        return found[offset : offset + limit], min(len(found), MOST_COUNTED)

    async def of(self, email: str) -> Sequence[Lead]:
        """Return all leads of an address, the last one first."""
        return _sorted(one for one in self._all() if one.email == email)

    async def remove(self, id: str) -> bool:
        """Remove a lead, and its mails that wait; False if there is none."""
        for mail in (id, self._world.lead_notes.pop(id, "")):
            self._world.parcels.pop(mail, None)
        return self._world.leads.pop(id, None) is not None

    async def forget(self, email: str) -> None:
        """Remove all leads of an address, and their mails that wait."""
        for one in await self.of(email):
            await self.remove(one.id)

    async def purge(self, before: datetime, limit: int) -> int:
        """Remove leads that were made before, and their mails; return how many."""
        over = [one.id for one in self._all() if one.made_at < before][:limit]
        for id in over:
            await self.remove(id)
        return len(over)

    def _all(self) -> Iterable[Lead]:
        return (one for one, _ in self._world.leads.values())


def _sorted(leads: Iterable[Lead]) -> Sequence[Lead]:
    return sorted(leads, key=lambda one: (one.made_at, one.id), reverse=True)


def _is_meant(one: Lead, only: LeadFilter) -> bool:
    words = only.words.lower()
    return (
        one.form is only.form
        and any(words in text.lower() for text in (one.email, *one.said.values()))
        and (only.since is None or one.made_at >= only.since)
        and (only.until is None or one.made_at < only.until)
    )
