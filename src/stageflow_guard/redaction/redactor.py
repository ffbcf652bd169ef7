"""The synchronous core: find, replace, count."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.base.breath import Breath
from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.model import EntitySpan, Finding, Redaction
from stageflow_guard.redaction.engines.by_name import load, places
from stageflow_guard.redaction.placeholder import PSEUDONYM
from stageflow_guard.redaction.presets import PRESETS
from stageflow_guard.redaction.recognizers.generic.phonenumbers import region
from stageflow_guard.redaction.text.scan import ENTITIES, Found, Scanner
from stageflow_guard.redaction.text.spans import resolve
from stageflow_guard.redaction.text.stream import Stream
from stageflow_guard.redaction.values.binary import of_bytes
from stageflow_guard.redaction.values.joined import Near, joints
from stageflow_guard.redaction.values.key_names import Way, beside, declared, labels, way_to
from stageflow_guard.redaction.values.repeated import Repeated
from stageflow_guard.redaction.values.tree import contents, mapped
from stageflow_guard.redaction.vault.json_text import NUMBER, escaped
from stageflow_guard.redaction.vault.replacing import Part, parts_of
from stageflow_guard.redaction.vault.vault import Vault, VaultScope

if TYPE_CHECKING:
    from stageflow_guard.redaction.engines.ner import NameModel
    from stageflow_guard.redaction.vault.operators import Operator

MAX_CHARS = 20_000_000
# shapes and checksums know no language; labels and street words exist for these
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


class Redactor:
    """Finds personal data in text and replaces it by pseudonyms. Thread-safe.

    `ner=None` means patterns only: names and places that nothing announces are not covered. `ner`
    is a `NameModel`, or the name or folder of an installed model. `recognizers` are presidio's own
    objects, stock or yours, or `module:attribute` names of such; they run with presidio's semantics
    beside the shipped ones. `presidio` is a configuration file of presidio's own, run beside them
    or, with `presidio_only`, instead of them. `phone_regions` are the regions whose national phone
    numbers count without a label. What is given by name can be loaded by a process of its own.
    Offsets are code points of the text that was passed in.
    """

    def __init__(
        self,
        preset: str = "balanced",
        *,
        ner: NameModel | str | Iterable[NameModel | str] | None = None,
        recognizers: Iterable[Any] = (),
        entities: Iterable[str] | None = None,
        min_score: float | None = None,
        thresholds: Mapping[str, float] | None = None,
        allow: Iterable[str] = (),
        allow_patterns: Iterable[str] = (),
        operators: Mapping[str, Operator] | None = None,
        language: str = "en",
        max_chars: int = MAX_CHARS,
        phone_regions: Iterable[str] | None = None,
        presidio: str | None = None,
        presidio_only: bool = False,
    ) -> None:
        if preset not in PRESETS:
            raise ConfigError(f"preset `{preset}` is unknown; there are {', '.join(PRESETS)}")
        score = PRESETS[preset] if min_score is None else min_score
        limits = dict(thresholds or {})
        if not all(0.0 <= value <= 1.0 for value in (score, *limits.values())):
            raise ConfigError("`min_score` and `thresholds` lie between 0 and 1")
        everything = list(recognizers)
        given = [one for one in everything if not isinstance(one, str)]
        if language not in LANGUAGES and not everything:
            raise ConfigError(
                f"language `{language}` has no recognizers here; {', '.join(LANGUAGES)} have, "
                "or pass presidio recognizers of your own"
            )
        self.preset, self.language = preset, language
        models = _models(ner)
        self._models = [model for model, _ in models]
        self._named = [folder for _, folder in models if folder is not None]
        floor = min([score, *limits.values()])
        if presidio_only and presidio is None:
            raise ConfigError("`presidio_only` needs a configuration file of presidio's")
        self._config = None if presidio is None else os.path.abspath(presidio)
        self._own = not presidio_only
        self._configured = _configured(self._config, language, score)
        regions = None if phone_regions is None else tuple(r.upper() for r in phone_regions)
        for code in regions or ():
            region(code)  # says which one is unknown
        self._presidio = _presidio(given, language, floor)
        self._by_name = [one for one in everything if isinstance(one, str)]
        self._floor = floor
        self._loaded = _presidio([r for n in self._by_name for r in load(n)], language, floor)
        self._operators = dict(operators or {})
        self._live = [
            *([] if self._presidio is None else [self._presidio]),
            *(model for model, folder in models if folder is None),
        ]
        wanted = self._checked(entities, limits)
        extra = [part.hits for part in self._parts()]
        self._scanner = Scanner(
            threshold=score, entities=wanted, thresholds=limits, allowed=frozenset(allow),
            allowed_patterns=_compiled(allow_patterns), extra=tuple(extra), own=self._own,
            regions=regions,
        )  # fmt: skip
        self._max_chars = max_chars
        self._clean: dict[str, bool] = {}  # keys, and whether nothing is found in them
        self._vault = Vault(limit=256)

    def _checked(
        self, entities: Iterable[str] | None, limits: Mapping[str, float]
    ) -> frozenset[str] | None:
        offered = self._offered = self.entities()
        wanted = None if entities is None else frozenset(entities)
        unknown = sorted(
            {*(wanted or ()), *limits, *(k for k in self._operators if k != "*")} - offered
        )
        if unknown:
            raise ConfigError(
                f"redaction entity `{unknown[0]}` is unknown; "
                f"there are {', '.join(sorted(offered))}"
            )
        return wanted

    def _parts(self) -> list[Any]:
        registries = (self._presidio, self._loaded, self._configured)
        return [*(one for one in registries if one is not None), *self._models]

    def entities(self) -> frozenset[str]:
        """Return every entity that can be found with this configuration."""
        offered = set(ENTITIES) if self._own else set()
        for part in self._parts():
            offered |= part.entities()
        return frozenset(offered)

    @property
    def covers_names(self) -> bool:
        """Say whether names and places that nothing announces are looked for."""
        return bool(self._models)

    def warmup(self) -> None:
        """Load what the first call would load: presidio and the model, where they are used."""
        for part in self._parts():
            part.warmup()
        labels("warm_up")
        # the last one asks for the metadata of every region
        self._scanner.scan("warm up: 4111 1111 1111 1111, ada@example.com or 0151 23456789")

    def require_size(self, chars: int) -> None:
        """Raise `InspectorUnavailable` above the length cap."""
        if chars > self._max_chars:
            raise InspectorUnavailable(f"{chars} characters are over the cap of {self._max_chars}")

    def find(self, text: str) -> list[EntitySpan]:
        """Return non-overlapping spans, offsets into `text`."""
        self.require_size(len(text))
        return self._scanner.find(text)

    def explain(self, text: str) -> list[Found]:
        """Return every accepted hit with its recognizer, reason and view; they may overlap."""
        self.require_size(len(text))
        return sorted(self._scanner.scan(text), key=lambda f: f.span)

    def redact(self, value: Any) -> Redaction:
        """Return `value` redacted in a scope of its own, and what was found."""
        redacted, findings = self.redact_in(value, self._vault.scope("_own", str(uuid4())), "input")
        return Redaction(redacted, findings)

    @property
    def is_own(self) -> bool:
        """Say whether the shipped recognizers alone look: what they cost is known."""
        return not (self._live or self._operators or self.needs_worker)

    @property
    def needs_worker(self) -> bool:
        """Say whether a process of its own reads all texts: models or recognizers have names."""
        return bool(self._named or self._by_name or self._config)

    def spec(self) -> dict[str, Any]:
        """Return what a process of its own can do of this: settings, and what was given by name.

        Objects of yours stay here; `whole` says that there are none.
        """
        return {
            **self._scanner.plain(), "models": list(self._named), "whole": not self._live,
            "recognizers": list(self._by_name), "language": self.language, "floor": self._floor,
            "path": places() if self._by_name else [], "presidio": self._config,
        }  # fmt: skip

    def joined(
        self, given: Sequence[str], answers: Sequence[list[EntitySpan]],
        limits: Mapping[str, float],
    ) -> list[list[EntitySpan]]:  # fmt: skip
        """Return the answers of the process for `spec`, with what objects of yours find here."""
        if not self._live:
            return list(answers)
        scanner = self._scanner.limited(limits)
        own = replace(scanner, extra=tuple(part.hits for part in self._live))
        return [
            resolve([*found, *own.spans_of_extra(text)])
            for text, found in zip(given, answers, strict=True)
        ]

    def find_all(
        self, given: Sequence[str], limits: Mapping[str, float] | None = None
    ) -> list[list[EntitySpan]]:
        """Return the spans of each text; `limits` lower the score that entities need."""
        scanner = self._scanner.limited(limits or {})
        return [scanner.find(text) for text in given]

    def redact_in(
        self,
        value: Any,
        scope: VaultScope,
        direction: str,
        *,
        found: Mapping[str, list[EntitySpan]] | None = None,
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return `value` redacted in `scope`; one pass, equal strings are analysed once.

        `found` holds the spans of texts that were scanned elsewhere. Bytes pass unread; what is
        found of them is their length and digest.
        """
        given, blobs = list[str](), list[bytes]()
        if found is None:
            value, given, blobs = contents(value)
            self.require_size(sum(map(len, given)))
        counts = Counter[str]()
        seen: dict[tuple[str, tuple[EntitySpan, ...]], tuple[str, list[str]]] = {}
        near, breathe, told = Near(), Breath(), Repeated()

        read = dict(found or {})

        def spans_of(text: str) -> list[EntitySpan]:
            spans = read.get(text)
            if spans is None:
                spans = read[text] = self.find(text)
            told.note(text, spans)
            return spans

        for joint in joints(value, always=not self.is_own):
            breathe()
            near.add(joint, spans_of(joint.text))

        def change(text: str) -> str:
            key = (text, near.at)
            if key not in seen:
                also = [*near.at, *told.spans(text)]
                spans = resolve([*spans_of(text), *also]) if also else spans_of(text)
                seen[key] = self.replace(text, spans, scope)
            redacted, entities = seen[key]
            counts.update(entities)
            return redacted

        def read_behind(key: str, text: str, *, alone: bool) -> str:
            place = (whole := beside(key, text), near.at)
            if place not in seen:
                start = len(whole) - len(text)
                own = [behind(s, start) for s in spans_of(whole) if s.end > start]
                also = [*near.at, *(spans_of(text) if alone else ()), *told.spans(text)]
                if also:
                    own = resolve([*own, *also])
                seen[place] = self.replace(text, own, scope)
            redacted, entities = seen[place]
            counts.update(entities)
            return redacted

        def named(key: str, text: str) -> str | None:
            entity = declared(key, text) if self._own else None  # a key is a find of our own
            if entity is None or not self._reports(entity):
                way = way_to(key, text)
                return None if way is Way.ALONE else read_behind(key, text, alone=way is Way.BOTH)
            fresh, count = self._around(entity, text, scope)
            if not count:  # redacted before
                return None
            told.add(entity, text)
            counts[entity] += count
            return fresh

        clean = self._is_clean if found is None else None
        redacted = mapped(value, change, named, near=near, clean=clean)
        if self._own and told.known and self._reports("SECRET") and (
            told.look(given or contents(value)[1])
        ):  # fmt: skip
            seen.clear()
            counts.clear()
            redacted = mapped(value, change, named, near=near, clean=clean)
        marks = of_bytes(blobs, direction) if blobs else ()
        return redacted, (*(Finding(e, n, direction) for e, n in sorted(counts.items())), *marks)

    def _is_clean(self, key: str) -> bool:
        """Say whether a key of letters holds nothing: the same few come again and again."""
        known = self._clean.get(key)
        if known is None:
            if _KEY.fullmatch(key) is None:
                return False
            if len(self._clean) >= _KEYS:
                self._clean.clear()
            known = self._clean[key] = not self.find(key)
        return known

    def replace(
        self, text: str, spans: list[EntitySpan], scope: VaultScope
    ) -> tuple[str, list[str]]:
        """Return `text` with `spans` replaced, and the entities that were.

        JSON stays JSON: what was a number is a string then.
        """
        if not spans:
            return text, []
        parts = parts_of(text, spans)
        return self.put(text, parts, scope, 0, len(text)), [s.entity for s in spans]

    def put(
        self, text: str, parts: Sequence[Part], scope: VaultScope, start: int, end: int
    ) -> str:  # fmt: skip
        """Return `text[start:end]` with `parts`, which lie inside, replaced."""
        out: list[str] = []
        at, breathe = start, Breath()
        for part in parts:
            breathe()
            raw = text[part.start : part.end]
            out += [text[at : part.start], self._in_place_of(part, raw, scope)]
            at = part.end
        return "".join([*out, text[at:end]])

    def _in_place_of(self, part: Part, raw: str, scope: VaultScope) -> str:
        operator = self._operators.get(part.entity, self._operators.get("*"))
        if operator is None:
            writing = "" if part.plain == raw or part.quote else raw
            name = scope.pseudonym(
                part.entity, part.value, where=part.where, writing=writing, form=part.form
            )
            return f"{part.quote}{name}{part.quote}"
        fresh = operator(part.entity, part.value, scope)
        if fresh == part.value:
            return raw
        if part.quote and NUMBER.fullmatch(fresh):
            return fresh
        return f"{part.quote}{escaped(fresh, part.depth + bool(part.quote))}{part.quote}"

    def _around(self, entity: str, text: str, scope: VaultScope) -> tuple[str, int]:
        """Return `text` with all replaced but placeholders, and how often.

        A placeholder is the scope's own, or another's about an entity that is known here: it holds
        no data and is not restored here. Any other is text like the rest: writing one
        switches nothing off.
        """
        own = [m for m in PSEUDONYM.finditer(text) if m[3] == scope.nonce or m[1] in self._offered]
        if not own:
            return self._fresh(entity, text, scope), 1
        parts: list[str] = []
        at = count = 0
        for start, end in [*(m.span() for m in own), (len(text), len(text))]:
            between = text[at:start]
            if any(c.isalnum() for c in between):
                between = self._fresh(entity, between, scope)
                count += 1
            parts += [between, text[start:end]]
            at = end
        return "".join(parts), count

    def _fresh(self, entity: str, value: str, scope: VaultScope) -> str:
        operator = self._operators.get(entity, self._operators.get("*"))
        if operator is None:
            return scope.pseudonym(entity, value)
        return operator(entity, value, scope)

    def _reports(self, entity: str) -> bool:
        return self._scanner.entities is None or entity in self._scanner.entities

    def scope(self, tenant: str = "_own", key: str | None = None) -> VaultScope:
        """Return a scope of this redactor's own vault, in memory."""
        return self._vault.scope(tenant, key or str(uuid4()))

    def stream(self, scope: VaultScope | None = None) -> Stream:
        """Return a stream that releases only inspected text."""
        return Stream(self, scope or self._vault.scope("_own", str(uuid4())))


_KEY = re.compile(r"[A-Za-z][a-z]{0,15}(?:[_-]?[A-Za-z][a-z]{0,15}){0,4}")
_KEYS = 4_096


def behind(span: EntitySpan, start: int) -> EntitySpan:
    """Return the part of `span` from `start` on, counted from there."""
    return EntitySpan(max(0, span.start - start), span.end - start, span.entity, span.score)


def _configured(config: str | None, language: str, least: float) -> Any:
    if config is None:
        return None
    from stageflow_guard.redaction.engines.presidio_import import ConfiguredAnalyzer

    return ConfiguredAnalyzer(config, language=language, least=least)


def _compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    out = []
    for pattern in patterns:
        try:
            out.append(re.compile(pattern))
        except re.error as exc:
            raise ConfigError(f"`allow_patterns`: `{pattern}` is no pattern ({exc.msg})") from None
    return tuple(out)


def _models(ner: Any) -> list[tuple[NameModel, str | None]]:
    """Return each model with the name that another process can load it by."""
    if ner is None:
        return []
    given = [ner] if isinstance(ner, str) or hasattr(ner, "hits") else list(ner)
    out: list[tuple[NameModel, str | None]] = []
    for one in given:
        if isinstance(one, str):
            from stageflow_guard.redaction.engines.model_store import KNOWN
            from stageflow_guard.redaction.engines.ner import load

            # a known name is checked by its hash there, too; a folder has to be found from there
            out.append((load(one), one if one in KNOWN else os.path.abspath(one)))
        elif hasattr(one, "hits"):
            out.append((one, None))
        else:
            raise ConfigError(f"`ner` takes models or their names, not `{type(one).__name__}`")
    return out


def _presidio(given: list[Any], language: str, floor: float) -> Any:
    if not given:
        return None
    from stageflow_guard.redaction.engines.presidio import Registry

    return Registry(given, language=language, floor=floor)
