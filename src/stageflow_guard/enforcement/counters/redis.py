"""Counts of limits in Redis: for workers on many machines. Time is the server's.

A script raises all counts of a call or none. A library of rate limits raises one at a time, by the
clock of the process that asks, and knows neither totals nor calls under way.

Beside the counts stands a mark that the first process made: a server that comes back without it has
lost what was counted. Then nothing runs whose window reaches back to before, and nothing under a
total, until the processes start again.
"""

from __future__ import annotations

import json
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.enforcement.counters.counter import LEASE, PARTS, Take, Taken
from stageflow_guard.errors import ConfigError, LimitsUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "stageflow-guard:limit:"
MARK = "stageflow-guard:limits:mark"
TIMEOUT = 3.0
LOST = "the limits' state has lost what was counted"
# KEYS: those of what is asked, then the mark's. ARGV: what is asked, as JSON; PARTS; LEASE; "take",
# "force" or "back"; the mark that is known, or none; a new one
_SCRIPT = """
local asked, parts, lease = cjson.decode(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local over = {}
local mark = redis.call('GET', KEYS[#KEYS])
if not mark then
  mark = ARGV[6]
  redis.call('SET', KEYS[#KEYS], mark)
end
if ARGV[5] ~= '' and ARGV[5] ~= mark then return {-1, mark} end
local function part(one)
  if one.window == 0 then return -1 end
  return math.floor(now / one.window * parts)
end
local held_in = {}
for i, one in ipairs(asked) do
  local used, oldest = 0, nil
  if one.lease ~= '' then
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
    used = redis.call('ZCARD', KEYS[i])
  else
    local held = redis.call('HGETALL', KEYS[i])
    for j = 1, #held, 2 do
      local p = tonumber(held[j])
      if one.window ~= 0 and p < part(one) - parts then
        redis.call('HDEL', KEYS[i], held[j])
      else
        used = used + tonumber(held[j + 1])
        if oldest == nil or p < oldest then oldest = p end
        if tonumber(held[j + 1]) >= one.amount and (held_in[i] == nil or p > held_in[i]) then
          held_in[i] = p
        end
      end
    end
  end
  if ARGV[4] ~= 'back' and used + one.amount > one.limit then
    if one.hard and ARGV[4] == 'take' then
      local after = -1
      if one.window ~= 0 and oldest ~= nil then
        after = (oldest + parts + 1) * one.window / parts - now
      end
      return {i, tostring(after), mark}
    end
    over[#over + 1] = i
  end
end
for i, one in ipairs(asked) do
  if one.lease ~= '' then
    if ARGV[4] == 'back' then redis.call('ZREM', KEYS[i], one.lease)
    else redis.call('ZADD', KEYS[i], now + lease, one.lease) end
    redis.call('EXPIRE', KEYS[i], math.ceil(lease))
  elseif ARGV[4] == 'back' then
    if held_in[i] ~= nil then
      redis.call('HINCRBYFLOAT', KEYS[i], string.format('%d', held_in[i]), tostring(-one.amount))
    end
  else
    redis.call('HINCRBYFLOAT', KEYS[i], string.format('%d', part(one)), tostring(one.amount))
    if one.window ~= 0 then redis.call('EXPIRE', KEYS[i], math.ceil(one.window * 2) + 1) end
  end
end
return {0, '-1', mark, unpack(over)}
"""


class RedisCounters:
    """`Counters` in one Redis. Raises `ConfigError` without the extra `redis`.

    Counts are as durable as the server's own configuration makes them: what a restart takes off
    the counts without taking the mark is not noticed.
    """

    waits = True

    def __init__(self, url: str) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise ConfigError(
                "limits in Redis need the extra: pip install 'stageflow-guard[redis]'"
            ) from None
        try:
            self._redis: Any = redis.Redis.from_url(
                url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),  # a count that was sent twice is counted twice
            )  # fmt: skip
        except ValueError:
            raise ConfigError("the limits' address is not a Redis URL") from None
        self._script = self._redis.register_script(_SCRIPT)
        self._mark: str | None = None  # None: nothing was counted by this process
        self._lost: float | None = None  # when the mark was another one, by the monotonic clock

    def __repr__(self) -> str:
        """Name no address: it may hold a password."""
        return "<RedisCounters>"

    def reach(self) -> None:
        """Ask the server whether it is there; nothing is counted. Raises `LimitsUnavailable`."""
        import redis

        try:
            self._redis.ping()
        except redis.RedisError:
            raise LimitsUnavailable("the limits' state cannot be reached") from None

    def take(self, wanted: Sequence[Take], *, force: bool = False) -> Taken:
        """Raise every count, or none."""
        full, after, over = self._asked(wanted, "force" if force else "take")
        places = (type(full), *(type(one) for one in over))
        if any(one is not int for one in places) or not 0 <= full <= len(wanted):
            raise LimitsUnavailable("the limits' state gave no answer")
        seconds = float(after)
        if full:
            return Taken(full - 1, None if seconds < 0 else seconds)
        return Taken(None, None, tuple(one - 1 for one in over if one))

    def give_back(self, taken: Sequence[Take]) -> None:
        """Undo a `take` of just before, or end the leases in it."""
        self._asked(taken, "back")

    def _asked(self, wanted: Sequence[Take], how: str) -> tuple[Any, Any, list[Any]]:
        self._require_kept(wanted)
        told = [
            {
                "amount": one.amount, "limit": one.limit, "window": one.window or 0,
                "hard": one.hard, "lease": one.lease or "",
            }
            for one in wanted
        ]  # fmt: skip
        keys = [_named(one.key) for one in wanted]
        new = uuid4().hex  # never the one of before: a server that lost it would not be noticed
        args: list[str | int | float] = [json.dumps(told), PARTS, LEASE, how, self._mark or "", new]
        first, second, *rest = self._script(keys=[*keys, MARK], args=args)
        if first == -1:
            self._mark, self._lost = _text(second), time.monotonic()
            raise LimitsUnavailable(LOST)
        mark, *over = rest
        self._mark = _text(mark)
        return first, second, over

    def _require_kept(self, wanted: Sequence[Take]) -> None:
        if self._lost is None:
            return
        since = time.monotonic() - self._lost
        for one in wanted:
            reach = LEASE if one.lease is not None else one.window
            if reach is None or since <= reach:
                raise LimitsUnavailable(LOST)

    def forget(self, keys: Sequence[str]) -> None:
        """Drop what is counted under `keys`."""
        self._redis.delete(*(_named(key) for key in keys))

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def _text(said: object) -> str:
    return said.decode() if isinstance(said, bytes) else str(said)


def _named(key: str) -> str:
    return PREFIX + sha256(key.encode()).hexdigest()
