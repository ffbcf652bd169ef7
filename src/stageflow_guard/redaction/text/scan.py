"""One pass over a text: views, recognizers, conflicts. Pure; presidio is not needed here.

1. the original and, where it differs, its deobfuscated view are read by every recognizer
2. hits below the threshold of their entity are dropped; allow lists are asked
3. each hit is carried back to the original's offsets; conflicts are resolved
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.placeholder import PSEUDONYM
from stageflow_guard.redaction.recognizers.addresses import (
    addresses,
    by_kilometre,
    delivered_to,
    house_first,
    known_starts,
    lived_at,
    post_boxes,
    unit_signs,
)
from stageflow_guard.redaction.recognizers.anchors import begun, needed
from stageflow_guard.redaction.recognizers.clinical import clinic, medical
from stageflow_guard.redaction.recognizers.generic import (
    accounts,
    accounts_elsewhere,
    accounts_of_banks,
    announced,
    births,
    births_told,
    births_worded,
    case_numbers,
    coins,
    command_lines,
    command_users,
    configured_users,
    contact,
    contact_cards,
    cookies,
    court_numbers,
    credential_pairs,
    device_serials,
    directory_entries,
    files_of_people,
    forum_names,
    handed_logins,
    home_folders,
    identifiers,
    leased_addresses,
    listed_births,
    logged_accounts,
    national_accounts,
    network,
    numbers,
    odd_phones,
    one_time_codes,
    own_numbers,
    parts,
    payment_cards,
    plates,
    plates_abroad,
    plates_asked,
    record_clauses,
    records_of_people,
    said_births,
    secret_forms,
    secret_words,
    secrets,
    sort_codes,
    told_accounts,
    told_plates,
    told_secrets,
    turned_away,
    url_users,
    usernames,
    vehicle_numbers,
    wallet_transfers,
)
from stageflow_guard.redaction.recognizers.hidden import BARRIER, forget, remember
from stageflow_guard.redaction.recognizers.hit import Hit, Recognize
from stageflow_guard.redaction.recognizers.national import NUMBERS
from stageflow_guard.redaction.recognizers.people import (
    beside_finds,
    births_beside,
    handles,
    honorifics,
    letters,
    names,
    salutations,
    small_greeted,
    staff_numbers,
    thanked,
    weighed,
)
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text import (
    backwards,
    between,
    encodings,
    joints,
    look_alikes,
    mail_words,
    markup,
    morse,
    phonetic,
    programs,
    spacing,
    spelling,
    spoken,
)
from stageflow_guard.redaction.text.borders import bordered, turned
from stageflow_guard.redaction.text.changes import looks
from stageflow_guard.redaction.text.named import Reading, placed
from stageflow_guard.redaction.text.spans import resolve
from stageflow_guard.redaction.text.tags import pieces
from stageflow_guard.redaction.text.view import Step, View

STEPS: tuple[Step, ...] = (
    encodings.encodings, spacing.decks, programs.programs, markup.markup, spacing.spacing, morse.morse, phonetic.phonetic, backwards.backwards, between.between, joints.joints, mail_words.words, spelling.spelling, spoken.spoken,
    look_alikes.look_alikes,
)  # fmt: skip

Recognizers = tuple[tuple[Recognize, frozenset[str]], ...]
_PACKED = tuple(one.entity for one in NUMBERS)
# what each recognizer can say: one that cannot say anything that is asked for is not run
SHAPED: Recognizers = (
    (numbers.recognize, frozenset({"CREDIT_CARD", "US_SSN", "US_ITIN", "PHONE_NUMBER", "IP_ADDRESS", *_PACKED})),
    (payment_cards.in_any_groups, frozenset({"CREDIT_CARD"})),
    (handed_logins.logins, frozenset({"SECRET"})),
    (own_numbers.recognize, frozenset({"PHONE_NUMBER"})),
    (odd_phones.recognize, frozenset({"PHONE_NUMBER"})),
    (wallet_transfers.recognize, frozenset({"PHONE_NUMBER"})),
    (parts.last_four, frozenset({"US_SSN"})),
    (parts.told_in_parts, frozenset({"CREDIT_CARD", "PHONE_NUMBER", "US_SSN", "IBAN_CODE", "US_BANK_NUMBER", "SECRET"})),
    (contact.emails, frozenset({"EMAIL_ADDRESS"})),
    (contact.urls, frozenset({"URL"})),
    (network.addresses, frozenset({"IP_ADDRESS", "MAC_ADDRESS", "IMEI"})),
    (accounts.ibans, frozenset({"IBAN_CODE"})),
    (accounts.wallets, frozenset({"CRYPTO"})),
    (coins.recognize, frozenset({"CRYPTO"})),
    (secrets.issued, frozenset({"SECRET"})),
    (secrets.shaped, frozenset({"SECRET"})),
    (secrets.assigned, frozenset({"SECRET"})),
    (command_lines.passwords, frozenset({"SECRET", "USERNAME"})),
    (credential_pairs.passwords, frozenset({"SECRET"})),
    (one_time_codes.codes, frozenset({"SECRET"})),
    (told_secrets.recognize, frozenset({"SECRET"})),
    (secret_words.recognize, frozenset({"SECRET"})),
    (secret_forms.recognize, frozenset({"SECRET"})),
    (cookies.values, frozenset({"SECRET"})),
    (identifiers.labelled, frozenset({"MEDICAL_RECORD_NUMBER", "MEMBER_ID", "US_DRIVER_LICENSE", "MEDICAL_LICENSE", "PASSPORT", "EMPLOYEE_ID", "STUDENT_ID", "LICENSE_PLATE", "VEHICLE_ID", "CASE_NUMBER", "US_BANK_NUMBER", "USERNAME"})),
    (case_numbers.recognize, frozenset({"CASE_NUMBER"})),
    (staff_numbers.recognize, frozenset({"EMPLOYEE_ID", "PERSON"})),
    (vehicle_numbers.recognize, frozenset({"VEHICLE_ID"})),
    (device_serials.recognize, frozenset({"DEVICE_ID"})),
    (files_of_people.recognize, frozenset({"MEDICAL_RECORD_NUMBER", "CASE_NUMBER"})),
    (records_of_people.recognize, frozenset({"MEMBER_ID", "CASE_NUMBER", "EMPLOYEE_ID", "STUDENT_ID", "MEDICAL_RECORD_NUMBER"})),
    (record_clauses.recognize, frozenset({"MEMBER_ID", "CASE_NUMBER", "EMPLOYEE_ID", "STUDENT_ID", "MEDICAL_RECORD_NUMBER"})),
    (court_numbers.recognize, frozenset({"CASE_NUMBER"})),
    (sort_codes.recognize, frozenset({"US_BANK_NUMBER"})),
    (national_accounts.recognize, frozenset({"US_BANK_NUMBER"})),
    (told_accounts.recognize, frozenset({"US_BANK_NUMBER"})),
    (accounts_of_banks.recognize, frozenset({"US_BANK_NUMBER"})),
    (announced.documents, announced.FOUND),
    (announced.unnamed, announced.FOUND),
    (announced.lettered, announced.FOUND),
    (announced.fields, announced.FOUND),
    (usernames.spoken, frozenset({"USERNAME"})),
    (usernames.logged, frozenset({"USERNAME"})),
    (accounts_elsewhere.recognize, frozenset({"USERNAME"})),
    (home_folders.recognize, frozenset({"USERNAME"})),
    (directory_entries.accounts, frozenset({"USERNAME"})),
    (command_users.recognize, frozenset({"USERNAME"})),
    (configured_users.recognize, frozenset({"USERNAME"})),
    (logged_accounts.recognize, frozenset({"USERNAME"})),
    (turned_away.recognize, frozenset({"USERNAME", "IP_ADDRESS"})),
    (leased_addresses.recognize, frozenset({"IP_ADDRESS"})),
    (forum_names.recognize, frozenset({"USERNAME"})),
    (url_users.recognize, frozenset({"USERNAME"})),
    (handles.recognize, frozenset({"USERNAME"})),
    (births.births, frozenset({"DATE_OF_BIRTH"})),
    (listed_births.recognize, frozenset({"DATE_OF_BIRTH"})),
    (said_births.recognize, frozenset({"DATE_OF_BIRTH"})),
    (births_beside.recognize, frozenset({"DATE_OF_BIRTH"})),
    (births_told.recognize, frozenset({"DATE_OF_BIRTH"})),
    (births_told.starred, frozenset({"DATE_OF_BIRTH"})),
    (births_worded.recognize, frozenset({"DATE_OF_BIRTH"})),
    (names.mailed, frozenset({"PERSON"})),
    (letters.people, frozenset({"PERSON"})),
    (plates.beside, frozenset({"LICENSE_PLATE"})),
    (told_plates.recognize, frozenset({"LICENSE_PLATE"})),
    (plates_asked.recognize, frozenset({"LICENSE_PLATE"})),
    (plates_abroad.recognize, frozenset({"LICENSE_PLATE"})),
    (honorifics.beside, frozenset({"PERSON"})),  # a view of prose has no vowel signs
)  # fmt: skip
# prose: read once, in the view of characters; taking a sentence apart would not help them
PROSE: Recognizers = (
    (addresses.recognize, frozenset({"STREET_ADDRESS"})),
    (lived_at.recognize, frozenset({"STREET_ADDRESS"})),
    (delivered_to.recognize, frozenset({"STREET_ADDRESS"})),
    (known_starts.recognize, frozenset({"STREET_ADDRESS"})),
    (house_first.recognize, frozenset({"STREET_ADDRESS"})),
    (by_kilometre.recognize, frozenset({"STREET_ADDRESS"})),
    (post_boxes.recognize, frozenset({"STREET_ADDRESS"})),
    (unit_signs.recognize, frozenset({"STREET_ADDRESS"})),
    (names.recognize, frozenset({"PERSON"})),
    (salutations.recognize, frozenset({"PERSON"})),
    (weighed.recognize, frozenset({"PERSON"})),
    (thanked.recognize, frozenset({"PERSON"})),
    (small_greeted.recognize, frozenset({"PERSON"})),
    (contact_cards.recognize, frozenset({"PERSON", "DATE_OF_BIRTH", "STREET_ADDRESS"})),
    (medical.health, frozenset({"HEALTH_CONDITION", "MEDICATION"})),
    (medical.events, frozenset({"AGE", "DATE_TIME"})),
    (clinic.recognize, frozenset({
        "PERSON", "ORGANIZATION", "DATE_TIME", "AGE", "LOCATION", "DEVICE_ID", "MEDICAL_LICENSE", "MEMBER_ID",
        "MEDICAL_RECORD_NUMBER", "PHONE_NUMBER", "URL",
    })),
)  # fmt: skip
ENTITIES: frozenset[str] = frozenset().union(*(e for _, e in SHAPED), *(e for _, e in PROSE))

# what these find holds a digit
_NUMERIC = frozenset({
    numbers.recognize, payment_cards.in_any_groups, own_numbers.recognize, odd_phones.recognize, parts.last_four, parts.told_in_parts, accounts.ibans, accounts.wallets, coins.recognize, identifiers.labelled, case_numbers.recognize, staff_numbers.recognize, vehicle_numbers.recognize, births_beside.recognize, one_time_codes.codes, plates.beside, told_plates.recognize,
    wallet_transfers.recognize, device_serials.recognize, files_of_people.recognize, records_of_people.recognize, record_clauses.recognize, court_numbers.recognize, sort_codes.recognize, leased_addresses.recognize, national_accounts.recognize, told_accounts.recognize, announced.documents, births.births, listed_births.recognize, addresses.recognize, delivered_to.recognize, known_starts.recognize, medical.events, plates_asked.recognize, plates_abroad.recognize, accounts_of_banks.recognize, births_worded.recognize, house_first.recognize, by_kilometre.recognize, post_boxes.recognize, unit_signs.recognize,
})  # fmt: skip
_LONG = frozenset(
    {secrets.issued, accounts.wallets, coins.recognize, announced.lettered}
)  # no word of theirs is shorter than this
_KEY_SIZE = 16


@lru_cache(maxsize=64)
def _able(
    recognizers: Recognizers, wanted: frozenset[str] | None, *, digits: bool, short: bool
) -> tuple[tuple[Recognize, frozenset[int]], ...]:
    """Return the recognizers that can find something that is asked for, with digits or without.

    Beside each of them, the heads without which it finds nothing. `short`: no word is as long as the
    keys that some of them look for.
    """
    return tuple(
        (recognize, needed(recognize))
        for recognize, offered in recognizers
        if (digits or recognize not in _NUMERIC)
        and not (short and recognize in _LONG)
        and (wanted is None or not wanted.isdisjoint(offered))
    )


SURE = 0.68


def _masked(text: str) -> str:
    """A placeholder is no text: nothing reaches across one.

    The separator that stands for one is this package's own: in a given text it is noise like any
    other control character, and hides nothing.
    """
    if "\x1e" in text:
        text = text.replace("\x1e", "\x1f")
    if "⟦" not in text and "·" not in text:
        return text
    return PSEUDONYM.sub(lambda m: "\x1e" * len(m[0]), text)


_QUOTES = frozenset("\"'")


def _spans(view: View, hit: Hit, text: str) -> list[EntitySpan]:
    """Return the hit in the original's offsets: one span, more where a tag cuts it in two."""
    start, end = view.original(hit.start, hit.end)
    cut = pieces(text, start, end) if "markup" in view.steps else ((start, end),)
    return [EntitySpan(begin, _end(text, stop), hit.entity, hit.score) for begin, stop in cut]


def _end(text: str, stop: int) -> int:
    """Return where a find that ends at `stop` ends for a reader."""
    if text[stop - 1 : stop] == "\\" and text[stop : stop + 1] in _QUOTES:
        stop -= 1  # it is the quote's
    while stop < len(text) and text[stop] > "\u02ff" and (
        unicodedata.category(text[stop])[0] == "M"
    ):  # fmt: skip
        stop += 1  # what is drawn on the last letter is part of it
    return stop


def _sure(found: Iterable[tuple[View, Hit]]) -> list[tuple[int, int]]:
    """Return what is surely something else than prose, in order: no street starts with a card."""
    spans: list[tuple[int, int]] = []
    at = 0
    for hit in sorted(hit for _, hit in found if hit.score >= SURE):
        if hit.start >= at:
            spans.append((hit.start, hit.end))
            at = hit.end
    return spans


def _without(view: View, spans: Iterable[tuple[int, int]]) -> View:
    """Return the view with `spans` of it hidden."""
    text, parts, at = view.text, list[str](), 0
    for start, end in spans:
        parts += [text[at:start], BARRIER * (end - start)]
        at = end
    return view.rewritten("".join([*parts, text[at:]])) if at else view


_ALIKE = ("look-alikes",)
_SMALL = 1_000  # what is read at once
_CUT = 120  # what begins nearer to the end of a look is too far from a change to be new
_EDGE = 40  # characters behind a find that may count


@dataclass(frozen=True, slots=True)
class Found:
    """A hit in the original's offsets, with the view that showed it."""

    span: EntitySpan
    rule: str
    why: str
    view: str


@dataclass(frozen=True)
class Scanner:
    """What is looked for, and from which score on. Immutable; `scan` is thread-safe."""

    threshold: float
    entities: frozenset[str] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    allowed_patterns: tuple[re.Pattern[str], ...] = ()
    extra: tuple[Callable[[str], Iterable[Hit]], ...] = ()
    own: bool = True  # False: only what `extra` finds
    regions: tuple[str, ...] | None = None  # of phone numbers without a label; None: the usual ones

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Scanner:
        """Return a scanner from plain values, as `plain` gives them."""
        entities = settings["entities"]
        return cls(
            threshold=settings["threshold"],
            entities=None if entities is None else frozenset(entities),
            thresholds=dict(settings["thresholds"]),
            allowed=frozenset(settings["allowed"]),
            allowed_patterns=tuple(re.compile(p) for p in settings["patterns"]),
            own=settings["own"],
            regions=None if settings["regions"] is None else tuple(settings["regions"]),
        )

    def plain(self) -> dict[str, Any]:
        """Return the settings as values that any process can read."""
        return {
            "threshold": self.threshold,
            "entities": None if self.entities is None else sorted(self.entities),
            "thresholds": dict(self.thresholds),
            "allowed": sorted(self.allowed),
            "patterns": [p.pattern for p in self.allowed_patterns],
            "own": self.own,
            "regions": None if self.regions is None else list(self.regions),
        }

    def limited(self, limits: Mapping[str, float]) -> Scanner:
        """Return a scanner that also offers what scores at least `limits` (`*`: any entity)."""
        if not limits:
            return self
        general = min(self.threshold, limits.get("*", 1.0))
        own = {e: min(v, self.thresholds.get(e, self.threshold)) for e, v in limits.items()}
        own.pop("*", None)
        return replace(self, threshold=general, thresholds={**self.thresholds, **own})

    def scan(self, text: str) -> list[Found]:
        """Return every accepted hit; they may overlap."""
        return [
            Found(span, h.rule, h.why, " > ".join(view.steps) or "as written")
            for view, h in self._hits(text)
            for span in _spans(view, h, text)
        ] + self._under_heads(text)

    def find(self, text: str) -> list[EntitySpan]:
        """Return non-overlapping spans, offsets into `text`."""
        return resolve(self.spans(text))

    def spans(self, text: str) -> list[EntitySpan]:
        """Return every accepted hit as a span; they may overlap."""
        found = [span for view, hit in self._hits(text) for span in _spans(view, hit, text)]
        return found + [one.span for one in self._under_heads(text)]

    def _under_heads(self, text: str) -> list[Found]:
        """Return what is found where a value is read behind the name that stands elsewhere, or by its place."""
        if not self.own:
            return []
        out = list[Found]()
        plain = View(_masked(text) if "|" in text or '"' in text or "*" in text else "")
        for hit in placed(plain.text):
            if self._accepts(plain, hit):
                span = EntitySpan(hit.start, hit.end, hit.entity, hit.score)
                out.append(Found(span, hit.rule, hit.why, "by its place"))
        reading = Reading(text)
        if not reading.text:
            return out
        for view, hit in self._hits(reading.text):
            for span in _spans(view, hit, reading.text):
                own = reading.original(span)
                if own is not None and own.entity != "URL":  # a link is one wherever it stands
                    out.append(Found(own, hit.rule, hit.why, "under its head"))
        return out

    def spans_of_extra(self, text: str) -> list[EntitySpan]:
        """Return what `extra` alone finds; they may overlap."""
        plain = View(_masked(text))
        return [span for view, hit in self._extra_hits(plain) for span in _spans(view, hit, text)]

    def _extra_hits(self, plain: View) -> list[tuple[View, Hit]]:
        return [
            (plain, hit)
            for recognize in (self.extra if plain.text else ())
            for hit in recognize(plain.text)
            if self._accepts(plain, hit)
        ]

    def _hits(self, text: str) -> list[tuple[View, Hit]]:
        if not text:
            return []
        text = _masked(text)
        given = View(text)
        if not self.own:
            return self._extra_hits(given)
        plain = bordered(given)
        drawn = plain.normalised()
        normal = drawn if drawn is plain else bordered(drawn)
        found = self._run(SHAPED, plain)
        sure = _sure(found)
        if sure:
            rest = drawn.hidden(sure) if plain is given else None
            if rest is None:  # a find holds what has no place of its own in the other view
                rest = _without(plain, sure).normalised()
            prose = bordered(rest)
            remember(prose.text, normal.text)
        else:
            prose = normal
        found += self._run(PROSE, prose)
        found += self._beside(found, prose)
        forget()
        deep = decoded = encodings.encodings(normal)
        for step in STEPS[1:]:
            deep = step(deep)
        if decoded is not normal:  # a name with an escape in it
            own = (plain.original(*span) for span in sure)
            found += self._again(prose, decoded.hidden_as_written(own), PROSE)
        if deep is not plain:
            found += self._again(plain, deep, SHAPED)
        drawn_so = turned(given)
        if drawn_so is not given:  # beside what is stored: either may be the value
            found += self._run(SHAPED, drawn_so.normalised())
        return found + self._extra_hits(given)

    def _beside(self, found: list[tuple[View, Hit]], prose: View) -> list[tuple[View, Hit]]:
        """Return the names that stand near what of `found` only one person has."""
        if self.entities is not None and "PERSON" not in self.entities:
            return []
        own = sorted(
            view.original(hit.start, hit.end)
            for view, hit in found
            if hit.entity not in beside_finds.OF_NOBODY
            and not beside_finds.is_of_everybody(view.text[hit.start : hit.end])
        )
        places = [(prose.place(start), prose.place(end)) for start, end in own]
        hits = beside_finds.recognize(prose.text, places)
        return [(prose, hit) for hit in hits if self._accepts(prose, hit)]

    def _again(self, plain: View, deep: View, recognizers: Recognizers) -> list[tuple[View, Hit]]:
        """Return what `deep` shows to one who has read `plain`: far from a change nothing is new."""
        small = len(deep.text) <= _SMALL
        found = None if small else looks(plain, deep)
        if found is None:
            return self._run(recognizers, deep)
        # letters that are read as digits: only what holds one of them
        only_on = deep.steps[len(plain.steps) :] == _ALIKE
        out: list[tuple[View, Hit]] = []
        size = len(deep.text)
        for low, high, changed in found:
            first, last = (low + _CUT if low else 0), (high - _CUT if high < size else size)
            for _, hit in self._run(recognizers, View(deep.text[low:high])):
                start, end = hit.start + low, hit.end + low
                place = bisect_left(changed, start)
                holds = place < len(changed) and changed[place] < end
                if not holds and (only_on or not first <= start < last):
                    continue
                if (low and start < low + _EDGE) or (high < size and end > high - _EDGE):
                    return self._run(recognizers, deep)  # it may go on, or what follows counts
                out.append((deep, hit._replace(start=start, end=end)))
        return out

    def _run(self, recognizers: Recognizers, view: View) -> list[tuple[View, Hit]]:
        out: list[tuple[View, Hit]] = []
        text, least = view.text, None if self._filters() else self.threshold
        short = recognizers is SHAPED and view.longest < _KEY_SIZE
        heads = begun(lowered(text))
        for recognize, heard in _able(recognizers, self.entities, digits=view.digits, short=short):
            if heard and heads.isdisjoint(heard):
                continue
            if self.regions is not None and recognize is numbers.recognize:
                hits = list(numbers.recognize(text, self.regions))
            else:
                hits = list(recognize(text))
            if hits and least is not None:
                out += [(view, hit) for hit in hits if hit.score >= least]
            elif hits:
                out += [(view, hit) for hit in hits if self._accepts(view, hit)]
        return out

    def _filters(self) -> bool:
        """Say whether more than one score decides about a hit."""
        return self.entities is not None or bool(
            self.thresholds or self.allowed or self.allowed_patterns
        )

    def _accepts(self, view: View, hit: Hit) -> bool:
        if self.entities is not None and hit.entity not in self.entities:
            return False
        if hit.score < self.thresholds.get(hit.entity, self.threshold):
            return False
        if not self.allowed and not self.allowed_patterns:
            return True
        text = view.text[hit.start : hit.end]
        return text not in self.allowed and not any(
            p.fullmatch(text) for p in self.allowed_patterns
        )
