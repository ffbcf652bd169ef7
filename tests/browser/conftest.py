"""A real Chromium, driven over its DevTools protocol, and axe-core to judge what it shows."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from websockets.sync.client import connect

AXE = "axe-core@4.14.1"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip


def _absent(what: str) -> None:
    """Skip, and say why; where CI promises the tool, its absence is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI has it")
    pytest.skip(f"{what} is not installed here")


class Page:
    """One tab: go somewhere, take a size and a colour scheme, run JavaScript, take a picture."""

    def __init__(self, url: str) -> None:
        self._socket = connect(url, max_size=None, open_timeout=30)
        self._ids = itertools.count(1)
        self.requested: list[str] = []
        self.call("Network.enable")
        self.call("Page.enable")

    def call(self, method: str, **params):
        """Send one command and return its result; what is requested meanwhile is noted."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv(timeout=60))
            if said.get("method") == "Network.requestWillBeSent":
                self.requested.append(said["params"]["request"]["url"])
            if said.get("id") == number:
                assert "error" not in said, said["error"]
                return said["result"]

    def run(self, script: str):
        """Return the value of an expression, awaited."""
        said = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def open(self, path: Path, *, width: int, dark: bool) -> None:
        """Show a file at a width, in light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=path.resolve().as_uri())
        until = time.monotonic() + 30
        ready = f"document.readyState=='complete' && location.href.split('#')[0]=={json.dumps(path.resolve().as_uri())}"
        while not self.run(ready):
            assert time.monotonic() < until, "the page did not load"
            time.sleep(0.05)

    def overflowing(self) -> list[str]:
        """Return what reaches beyond the window, on a page that cannot scroll sideways."""
        return self.run(
            """(() => { const w = document.documentElement.clientWidth;
            const out = document.documentElement.scrollWidth > w ? ['the page scrolls sideways'] : [];
            for (const e of document.querySelectorAll('body *')) {
              const r = e.getBoundingClientRect();
              const scrolls = e.closest('.md-typeset__scrollwrap, .md-sidebar, .md-search, pre, .md-tabs');
              if (r.width > 1 && r.right > w + 1 && !scrolls) out.push(e.tagName + ' ' + e.textContent.slice(0, 40));
            } return out; })()"""
        )

    def violations(self, axe: str) -> list[str]:
        """Return what axe finds: rule, and where."""
        if not self.run("typeof window.axe === 'object'"):
            self.run(axe + "; 1")
        found = self.run(
            """axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(
            v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; ')))"""
        )
        return list(found)

    def picture(self, path: Path) -> None:
        """Write a picture of the whole page."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(size["height"], 6000),
            "scale": 1,
        }
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium with a profile of its own; returns where its DevTools listen."""
    program = shutil.which("chromium")
    if program is None:
        _absent("chromium")
    profile = tmp_path_factory.mktemp("chromium")
    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port, until = profile / "DevToolsActivePort", time.monotonic() + 60
        while not (port.exists() and port.read_text().count("\n")):
            assert process.poll() is None, "chromium ended"
            assert time.monotonic() < until, "chromium did not start"
            time.sleep(0.1)
        yield port.read_text().split("\n")[0]
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def page(browser):
    """One tab."""
    import httpx

    opened = httpx.put(f"http://127.0.0.1:{browser}/json/new?about:blank", timeout=30)
    tab = Page(opened.json()["webSocketDebuggerUrl"])
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The text of axe.min.js, out of the package index."""
    if shutil.which("npm") is None:
        _absent("npm")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        ["npm", "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    if done.returncode:
        _absent(f"{AXE} ({done.stderr[-200:]})")
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        return packed.extractfile("package/axe.min.js").read().decode()
