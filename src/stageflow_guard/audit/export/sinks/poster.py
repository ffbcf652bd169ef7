"""Posting to an HTTP intake: what may be tried again, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stageflow_guard.audit.export.sink import SinkUnavailable
from stageflow_guard.base.http import HttpClient, require_https


class IntakeAnswer(NamedTuple):
    """An intake's answer; transient failures never get this far."""

    status: int
    body: bytes


class Poster:
    """Posts to one URL, each request within `timeout` seconds in all.

    Raises `ConfigError` for a URL that is neither https nor on loopback. `ca_file` and `proxy` are
    as in `[http]`.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        timeout: float = 10.0,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        require_https(url, "url")
        self._url = url
        self._http = HttpClient(
            headers=headers, deadline=timeout, keep_alive=True, ca_file=ca_file, proxy=proxy
        )

    def post(self, body: bytes, *, content_type: str) -> IntakeAnswer:
        """Return the answer; raise `SinkUnavailable` for what may pass with time.

        That is: no whole answer, 408, 429 and 5xx, with the intake's `Retry-After` where it gives
        one.
        """
        try:
            response = self._http.send(
                "POST", self._url, headers={"content-type": content_type}, body=body
            )
        except OSError as exc:  # the text is that of `HttpClient`: it holds no address
            raise SinkUnavailable(f"the intake did not answer ({exc})") from None
        status = response.status
        if status in (408, 429) or status >= 500:
            raise SinkUnavailable(f"the intake answered {status}", retry_after=response.retry_after)
        if status in (401, 403):
            raise SinkUnavailable(f"the intake refuses our key ({status})", retry_after=60.0)
        return IntakeAnswer(status, response.body)

    def close(self) -> None:
        """Let connections go."""
        self._http.close()
