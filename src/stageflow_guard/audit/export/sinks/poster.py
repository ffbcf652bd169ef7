"""Posting to an HTTP intake: what may be tried again, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stageflow_guard.audit.export.sink import SinkUnavailable
from stageflow_guard.base.http import HttpClient, require_https

ADDRESS_WAIT = 30.0  # seconds; a wrong address is mended by an operator
# what refuses one record, or a size; every other 3xx and 4xx refuses the address, the key or us
_OF_A_RECORD = frozenset({400, 413, 422})


class IntakeAnswer(NamedTuple):
    """An intake's answer: it accepted, or it refused the content."""

    status: int
    body: bytes

    @property
    def accepted(self) -> bool:
        """Say whether the status is an acceptance; what an unknown body says changes nothing."""
        return 200 <= self.status < 300


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
        self._proved = False  # whether this address has ever accepted something
        self._http = HttpClient(
            headers=headers, deadline=timeout, keep_alive=True, ca_file=ca_file, proxy=proxy
        )

    def post(self, body: bytes, *, content_type: str) -> IntakeAnswer:
        """Return an acceptance, or a refusal of the content (400, 413, 422).

        Raises `SinkUnavailable` for everything else: no whole answer, 408, 429 and 5xx, with the
        intake's `Retry-After` where it gives one; 401 and 403; a redirect, 404, 405, 407 and every
        other status, which refuse the address and not a record.
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
        answer = IntakeAnswer(status, response.body)
        if not answer.accepted and status not in _OF_A_RECORD:
            raise SinkUnavailable(
                f"the intake answered {status}: that refuses this address, not a record; check "
                "`url` and any proxy between",
                retry_after=ADDRESS_WAIT,
            )
        self._proved |= answer.accepted
        return answer

    def require_proved(self) -> None:
        """Raise `SinkUnavailable` unless this address has accepted something before.

        A refusal of every record, where nothing was ever accepted, refuses the address.
        """
        if not self._proved:
            raise SinkUnavailable(
                "the intake refused every record, and has accepted none: check `url`",
                retry_after=ADDRESS_WAIT,
            )

    def close(self) -> None:
        """Let connections go."""
        self._http.close()
