"""All that one node of a `World` uses, under the names of `store.postgres.store`."""

from orbit.core.ports import People
from orbit.store.memory.accounts import MemoryAccounts, MemoryLogins
from orbit.store.memory.catalogue import MemoryCatalogue
from orbit.store.memory.console import MemoryConsole
from orbit.store.memory.factors import MemoryFactors
from orbit.store.memory.ghosts import MemoryGhosts
from orbit.store.memory.invites import MemoryInvites
from orbit.store.memory.journal import MemoryJournal
from orbit.store.memory.leads import MemoryLeads
from orbit.store.memory.node import MemoryNode
from orbit.store.memory.notices import MemoryNotices
from orbit.store.memory.organisations import MemoryOrganisations
from orbit.store.memory.outbox import MemoryCodes, MemoryOutbox
from orbit.store.memory.outside import MemoryOutsiders
from orbit.store.memory.passwords import MemoryPasswords
from orbit.store.memory.preferences import MemoryPreferences
from orbit.store.memory.trail import MemoryTrail
from orbit.store.memory.unsubscribed import MemoryUnsubscribed
from orbit.store.memory.world import World


class MemoryStore:
    """The stores of the node `inc`."""

    def __init__(self, world: World, *, inc: str) -> None:
        self.journal = MemoryJournal(world, inc)
        self.catalogue = MemoryCatalogue(world)
        self.ghosts = MemoryGhosts(world)
        self.people = People(
            self.ghosts,
            MemoryAccounts(world),
            MemoryLogins(world),
            MemoryPasswords(world),
            MemoryFactors(world),
            MemoryOutsiders(world),
            MemoryCodes(world),
            MemoryOutbox(world),
            MemoryInvites(world),
            MemoryUnsubscribed(world),
            MemoryOrganisations(world),
            MemoryTrail(world),
            MemoryConsole(world),
            MemoryPreferences(world),
            MemoryNotices(world),
            MemoryLeads(world),
        )
        self.node = MemoryNode(world, inc)

    async def close(self) -> None:
        """Do nothing: there is nothing to end."""
