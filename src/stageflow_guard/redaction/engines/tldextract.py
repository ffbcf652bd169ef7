"""The public suffix list that presidio's recognizers read: the bundled snapshot, never a download.

`tldextract` fetches the list at its first use, so that a scan would open a socket and depend on an
answer from outside. The only file that imports it.
"""

from __future__ import annotations

from typing import Any


def use_bundled_suffixes() -> None:
    """Make this process' `tldextract` read its bundled snapshot and write no cache.

    Nothing where it is not installed: then no recognizer uses it.
    """
    try:
        from tldextract import TLDExtract
        from tldextract import tldextract as module
    except ImportError:
        return
    current: Any = module.TLD_EXTRACTOR
    if current.suffix_list_urls:
        module.TLD_EXTRACTOR = TLDExtract(
            cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True
        )
