"""The members of a cluster in one hash of Redis, by its clock.

Each member says every 2 s that it is there, for 6 s; one script does it, drops those
that fell silent and returns the rest.  Nothing else is kept: whatever Redis loses is
told to it again.  It must never know what the members are used for.

Source: guarantees.md, 2.2.
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from orbit.core.cluster.carrier import Member, View
from orbit.core.errors import Unavailable
from orbit.store.redis.client import Client, RedisDown, RedisRefused

log = logging.getLogger(__name__)

LEASE_MS = 6_000
FORGOTTEN_MS = 60_000  # what an installation leaves behind that is no more

# A field is an inc and its value `<end of the lease> <member>`, but for `view`: it
# grows by the clock, so that it grows even when everything was lost.
BEAT = """
local key, inc, lease, member = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local view, changed, before, shown = 0, false, nil, {}
local all = redis.call('HGETALL', key)
for at = 1, #all, 2 do
  local field, value = all[at], all[at + 1]
  local ends, said = string.match(value, '^(%d+) (.*)$')
  if field == 'view' then
    view = tonumber(value) or 0
  elseif not ends or tonumber(ends) <= now then
    redis.call('HDEL', key, field)
    changed = true
  elseif field == inc then
    before = said
  else
    shown[#shown + 1] = said
  end
end
if lease > 0 then
  redis.call('HSET', key, inc, string.format('%.0f ', now + lease) .. member)
  shown[#shown + 1] = member
  changed = changed or before ~= member
else
  changed = redis.call('HDEL', key, inc) > 0 or changed
end
if changed or view == 0 then
  view = math.max(view + 1, now)
  redis.call('HSET', key, 'view', string.format('%.0f', view))
end
redis.call('PEXPIRE', key, ARGV[4])
return {view, shown}
"""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Member).decode


class RedisMembers:
    """`core.cluster.carrier.Members` in Redis, over a connection of its own."""

    def __init__(self, url: str, *, log_id: str) -> None:
        """Describe the members; nothing happens before the first call.

        Raises:
            ValueError: the address is malformed.
        """
        self._client = Client(url)
        self.rotate(log_id)
        self.seen = 0  # members at the last beat; 0 when Redis did not answer it

    def rotate(self, log_id: str) -> None:
        """Be among those of another log from the next beat on."""
        self._key = f"orbit:{log_id}:members"

    async def beat(self, me: Member) -> View:
        """Say that we are here, for 6 s, and return who is, sorted by inc.

        Raises:
            Unavailable: Redis did not answer; the last view is as old as it is.
        """
        try:
            view, shown = await self._run(me.inc, LEASE_MS, _encode(me))
        except (RedisDown, RedisRefused) as error:
            self.seen = 0
            raise Unavailable("redis does not answer") from error
        members = _members(shown)
        self.seen = len(members)
        return View(view, self._client.run_id, members)

    async def leave(self, inc: str) -> None:
        """Be gone.  Never raises."""
        try:
            await self._run(inc, 0, b"")
        except (RedisDown, RedisRefused) as error:
            log.info("redis was not told that we leave; it finds out: %s", error)

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def _run(self, inc: str, lease_ms: int, member: bytes) -> Any:
        return await self._client.script(
            BEAT, self._key, inc, lease_ms, member, FORGOTTEN_MS
        )


def _members(shown: Sequence[bytes]) -> Sequence[Member]:
    members = []
    for said in shown:
        try:
            members.append(_decode(said))
        except (msgspec.DecodeError, UnicodeDecodeError):
            # of another release: it cannot be given boards
            log.warning("a member of the cluster says what we cannot read")
    return sorted(members, key=lambda member: member.inc)
