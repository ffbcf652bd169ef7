"""Syslog: RFC 5424 messages over TLS (RFC 5425). Not durable: the daemon may lose what it took.

A message's structured data carry the key, so that what comes twice can be told:
`[audit@32473 key="…" origin="…" index="…"]`.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
from collections.abc import Callable, Sequence

from stageflow_guard.audit.export.sink import Inventory, RejectedRecord, Shipped, SinkUnavailable
from stageflow_guard.audit.records.columns import when
from stageflow_guard.errors import ConfigError

# RFC 5424 section 6.2.1: facility 13 (log audit) times 8, plus a severity
NOTICE, WARNING = 13 * 8 + 5, 13 * 8 + 4
# RFC 5425 section 4.3.1: receivers SHOULD take 8192 octets; rsyslog cuts what is longer, in silence
OCTETS = 8_192
# RFC 5424 section 7.2.2: private structured data name an enterprise; 32473 is reserved for examples
ENTERPRISE = 32473
_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+):(?P<port>[1-9][0-9]{0,4})")


class SyslogSink:
    """Sends each batch over a connection of its own, and ends it by TLS's `close_notify`.

    The daemon answers that only after it has read the whole batch; so a connection that breaks on
    the way makes the batch come again. What the daemon does with what it read, nobody is told.
    """

    kind = "syslog"
    batch = 1_000
    least = 1
    refills = True

    def __init__(
        self,
        address: str,
        *,
        render: Callable[[Shipped], str],
        ca_file: str | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
        enterprise: int = ENTERPRISE,
        octets: int = OCTETS,
        timeout: float = 10.0,
    ) -> None:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise ConfigError("`address` is host:port, such as syslog.example:6514")
        self._where = (found["host"].strip("[]"), int(found["port"]))
        self._render = render
        self._sd = f"audit@{enterprise}"
        self._octets = octets
        self._timeout = timeout
        try:
            self._tls = ssl.create_default_context(cafile=ca_file)
            if cert_file is not None:
                self._tls.load_cert_chain(cert_file, key_file)
        except (OSError, ssl.SSLError) as exc:
            raise ConfigError(
                f"`ca_file`, `cert_file`, `key_file` cannot be used ({type(exc).__name__})"
            ) from None
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Send the batch; what is longer than receivers take is refused here, by name."""
        rejected, frames = [], []
        for one in batch:
            message = self.message(one)
            if len(message) > self._octets:
                told = f"{len(message)} octets, over {self._octets}"
                rejected.append(RejectedRecord(one.index, told))
            else:
                frames.append(b"%d %b" % (len(message), message))  # RFC 5425 section 4.3
        if frames:
            self._transmit(b"".join(frames))
        return rejected

    def message(self, one: Shipped) -> bytes:
        """Return one record as an RFC 5424 message."""
        record = one.record
        priority = WARNING if record.get("decision") == "deny" else NOTICE
        time = when(record.get("wall_ns"))
        data = "".join(
            f' {name}="{_quoted(value)}"'
            for name, value in (("key", one.key), ("origin", one.origin), ("index", one.index))
        )
        header = (
            f"<{priority}>1 {time} {_word(record.get('node'), 255)} stageflow-guard "
            f"{_word(os.getpid(), 128)} {_word(record.get('kind'), 32)} [{self._sd}{data}] "
        )
        # section 6.4: a message in UTF-8 begins with the byte order mark
        return header.encode("ascii", "replace") + b"\xef\xbb\xbf" + self._render(one).encode()

    def _transmit(self, content: bytes) -> None:
        try:
            with (
                socket.create_connection(self._where, self._timeout) as plain,
                self._tls.wrap_socket(plain, server_hostname=self._where[0]) as secure,
            ):
                secure.sendall(content)
                with contextlib.suppress(ssl.SSLEOFError):  # closed without its own close_notify
                    secure.unwrap()
        except ssl.SSLCertVerificationError:
            raise SinkUnavailable(
                "the syslog daemon's certificate is not trusted: check `ca_file` and the name",
                retry_after=30.0,
            ) from None
        except OSError as exc:  # its text may hold the address
            raise SinkUnavailable(f"the syslog daemon did not take it ({_kind(exc)})") from None

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: the daemon cannot be asked."""
        return None

    def close(self) -> None:
        """Nothing is held open."""


def _kind(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _word(value: object, most: int) -> str:
    """Return a header field: printable ASCII without a space, `-` for nothing (section 6.2)."""
    text = "".join(c for c in str(value or "") if "!" <= c <= "~")[:most]
    return text or "-"


def _quoted(value: object) -> str:
    """Return a parameter's value: `"`, `\\` and `]` escaped (section 6.3.3)."""
    text = "".join(c if " " <= c <= "~" else "?" for c in str(value))
    return re.sub(r'(["\\\]])', r"\\\1", text)
