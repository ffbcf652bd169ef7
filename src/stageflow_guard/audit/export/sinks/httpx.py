"""Posting to an HTTP intake. This room's only file with `httpx`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import httpx

from stageflow_guard.audit.export.sink import SinkUnavailable
from stageflow_guard.errors import ConfigError


class IntakeAnswer(NamedTuple):
    """An intake's answer; transient failures never get this far."""

    status: int
    body: bytes


class Poster:
    """Posts to one URL; says what may be tried again. The URL's host is checked by TLS alone."""

    def __init__(self, url: str, headers: Mapping[str, str], *, timeout: float = 10.0) -> None:
        place = httpx.URL(url)
        if place.scheme != "https" and place.host not in ("127.0.0.1", "localhost"):
            raise ConfigError("an intake's `url` must be https")
        self._url = url
        self._client = httpx.Client(
            headers=dict(headers), timeout=timeout, follow_redirects=False, trust_env=False
        )

    def post(self, body: bytes, *, content_type: str) -> IntakeAnswer:
        """Return the answer; raise `SinkUnavailable` for what may pass with time.

        That is: no answer, 408, 429 and 5xx, with the intake's `Retry-After` where it gives one.
        """
        try:
            response = self._client.post(
                self._url, content=body, headers={"content-type": content_type}
            )
        except httpx.HTTPError as exc:  # its text may hold the URL with a key in it
            raise SinkUnavailable(f"the intake did not answer ({type(exc).__name__})") from None
        status = response.status_code
        if status in (408, 429) or status >= 500:
            wait = response.headers.get("retry-after", "")
            raise SinkUnavailable(
                f"the intake answered {status}",
                retry_after=float(wait) if wait.isdigit() else None,
            )
        if status in (401, 403):
            raise SinkUnavailable(f"the intake refuses our key ({status})", retry_after=60.0)
        return IntakeAnswer(status, response.content)

    def close(self) -> None:
        """Let connections go."""
        self._client.close()
