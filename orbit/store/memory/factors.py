"""`core.ports.Factors` in memory."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from orbit.core.ports import Factor
from orbit.store.memory.world import World


class MemoryFactors:
    """The second factors that there are: one an account, at most."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def enrol(self, account: str, sealed: bytes) -> bool:
        """Keep a secret that is yet to be confirmed, in place of another such."""
        found = await self.find(account)
        is_confirmed = found is not None and found.confirmed_at is not None
        if account not in self._world.accounts or is_confirmed:
            return False
        self._world.factors[account] = Factor(account, sealed, recovery=[])
        return True

    async def find(self, account: str) -> Factor | None:
        """Return an account's factor, confirmed or not, or None."""
        return self._world.factors.get(account)

    async def confirm(
        self,
        account: str,
        sealed: bytes,
        step: int,
        recovery: Sequence[bytes],
        now: datetime,
    ) -> bool:
        """Have an account have a factor; its code of `step` was shown."""
        found = await self.find(account)
        if found is None or (found.sealed, found.confirmed_at) != (sealed, None):
            return False
        confirmed = Factor(account, sealed, now, step, list(recovery))
        self._world.factors[account] = confirmed
        return True

    async def spend(self, account: str, step: int) -> bool:
        """Note that a code was shown; False if it, or a later one, was before."""
        found = await self.find(account)
        if found is None or found.step >= step:
            return False
        self._world.factors[account] = replace(found, step=step)
        return True

    async def recover(self, account: str, code: bytes) -> bool:
        """Use up a recovery code, by its hash; False if it is none that is left."""
        found = await self.find(account)
        if found is None or code not in found.recovery:
            return False
        await self.renew(account, [each for each in found.recovery if each != code])
        return True

    async def renew(self, account: str, recovery: Sequence[bytes]) -> None:
        """Replace all recovery codes.  Does nothing if there is no factor."""
        if found := await self.find(account):
            renewed = replace(found, recovery=list(recovery))
            self._world.factors[account] = renewed

    async def remove(self, account: str) -> None:
        """Forget an account's factor.  Does nothing if it has none."""
        self._world.factors.pop(account, None)
