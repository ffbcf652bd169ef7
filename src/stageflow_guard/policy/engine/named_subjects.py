"""Which subjects the lines of all tenants name: asked for a few names, answered among very many.

What was asked is remembered. A successor that knows which tenants were read again brings the
answers up to date from their lines alone; what it answers is what it would find in all of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import NamedTuple

from stageflow_guard.base.near_name import is_slip
from stageflow_guard.base.sharded_map import ShardedMap
from stageflow_guard.policy.engine.index import TenantIndex
from stageflow_guard.policy.engine.text import did_you_mean

FEW = 3  # names: to look each up in every tenant is quicker than to go through all members
CLOSE = 0.75  # less alike is no slip; quickly seen, where there are very many


class _Alike(NamedTuple):
    ratio: float
    name: str


class NamedSubjects:
    """The names of tenants, and of the subjects that their lines name."""

    def __init__(
        self,
        tenants: ShardedMap[TenantIndex],
        broken: Collection[str] = (),
        *,
        previous: NamedSubjects | None = None,
        again: Collection[str] | None = None,
    ) -> None:
        """`previous` counts for every tenant but those in `again`; None: for no tenant."""
        self._lines = tenants
        self._broken = frozenset(broken)
        self._counts: dict[str, int] = {}  # how many tenants name a subject that was asked for
        self._closest: dict[str, _Alike | None] = {}
        self._hints: dict[tuple[str, tuple[str, ...]], str] = {}
        self._asked: set[object] = set()
        if previous is None or again is None:
            return
        asked = previous._asked  # older answers go, so that what is held does not grow
        if all(previous.has_tenant(name) is self.has_tenant(name) for name in again):
            self._hints = {one: said for one, said in previous._hints.items() if one in asked}
        self._closest = {one: best for one, best in previous._closest.items() if one in asked}
        held = {best.name for best in self._closest.values() if best is not None}
        self._counts = {
            one: count for one, count in previous._counts.items() if one in asked or one in held
        }
        come: set[str] = set()
        for name in again:
            was, now = _members(previous._lines.get(name)), _members(tenants.get(name))
            come |= now - was
            for names, step in ((was - now, -1), (now - was, 1)):
                for one in names & self._counts.keys():
                    self._counts[one] += step
        self._settle(come)  # at the end: a name that is counted now is counted in all lines

    def has_tenant(self, name: str) -> bool:
        """Say whether there is a tenant of this name, in force or not."""
        return name in self._lines or name in self._broken

    def know(self, subjects: Iterable[str]) -> None:
        """Look for several subjects at once: one walk over all lines, not one for each."""
        names = set(subjects)
        self._asked |= names
        wanted = names - self._counts.keys()
        if not wanted:
            return
        self._counts.update(dict.fromkeys(wanted, 0))
        every = [tenant.members() for tenant in self._lines.held()]
        if len(wanted) <= FEW:
            self._counts.update((name, sum(name in held for held in every)) for name in wanted)
            return
        for held in every:
            if not wanted.isdisjoint(held):
                for name in wanted & held.keys():
                    self._counts[name] += 1

    def names(self, subject: str) -> bool:
        """Say whether any tenant's lines name this subject."""
        self.know((subject,))
        return self._counts[subject] > 0

    def closest(self, subject: str) -> str | None:
        """Return the named subject that this one, which none names, is likely a slip for."""
        self._asked.add(subject)
        if subject not in self._closest:
            every = set[str]().union(*(_members(one) for one in self._lines.held()))
            self._closest[subject] = best = _best(subject, every)
            if best is not None:
                self.know((best.name,))
        found = self._closest[subject]
        return None if found is None else found.name

    def hint(self, word: str, more: tuple[str, ...] = ()) -> str:
        """Return what else there is: a tenant of a like name, or one of `more`."""
        key = (word, more)
        self._asked.add(key)
        if key not in self._hints:
            self._hints[key] = did_you_mean(word, {*self._lines, *self._broken, *more})
        return self._hints[key]

    def _settle(self, come: set[str]) -> None:
        """Let go of what nobody names any more; see whether a name that came is closer."""
        for subject, best in list(self._closest.items()):
            if best is not None and self._counts[best.name] == 0:
                del self._closest[subject]  # the next one is found when it is asked for
                continue
            better = max(filter(None, (best, _best(subject, come))), default=None)
            if better is not None and better != best:
                self.know((better.name,))
            self._closest[subject] = better


def _members(tenant: TenantIndex | None) -> set[str]:
    members = tenant.members() if tenant is not None else ()
    return {one for one in members if not one.startswith(("role:", "claim:"))}


def _best(subject: str, among: Iterable[str]) -> _Alike | None:
    """Return the most alike of those that `subject` is a slip for, with how alike it is."""
    matcher = difflib.SequenceMatcher()
    matcher.set_seq2(subject)
    best: _Alike | None = None
    for name in among:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() < CLOSE or matcher.quick_ratio() < CLOSE:
            continue
        found = _Alike(matcher.ratio(), name)
        if found.ratio < CLOSE or (best is not None and found <= best):
            continue
        if is_slip(subject, name):
            best = found
    return best
