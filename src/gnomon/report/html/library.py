"""The chart library's JavaScript, from the package that ships it, offline.

Bundling it takes seconds, so the result is kept in the user's cache, under the versions that it was made of.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import version
from pathlib import Path

from gnomon.errors import SourceError, UsageError
from gnomon.files import open_regular, write_whole
from gnomon.message import Message

# All that a page needs of it: Vega-Lite, Vega, and Vega's interpreter, which a strict content-security policy takes.
SNIPPET = "window.vegaEmbed = vegaEmbed;"


def chart_library() -> str:
    """The JavaScript that draws the charts.

    Raises:
        UsageError: The packages for reports are not installed.
    """
    try:
        import vl_convert
        from platformdirs import user_cache_path
    except ImportError as error:
        raise missing(error) from None
    kept = Path(user_cache_path("gnomon")) / f"vega-embed-{version('vl-convert-python')}.js"
    with contextlib.suppress(OSError, UnicodeDecodeError), open_regular(kept) as stream:
        said, _, bundle = stream.read().decode("utf-8").partition("\n")
        if said == digest(bundle):  # a file that was cut off or changed is made anew
            return bundle
    bundle = str(vl_convert.javascript_bundle(SNIPPET))
    if kept.is_symlink() or (kept.exists() and not kept.is_file()):
        return bundle  # someone else's link or pipe: writing to it would go elsewhere, or wait
    with contextlib.suppress(OSError, SourceError):  # a cache that cannot be written costs time, nothing else
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, f"{digest(bundle)}\n{bundle}")
    return bundle


def digest(bundle: str) -> str:
    """What tells one bundle, and what it was asked for, from another."""
    return hashlib.sha256(f"{SNIPPET}\n{bundle}".encode()).hexdigest()


def missing(error: ImportError) -> UsageError:
    """What to do where a package for reports is not installed."""
    return UsageError(
        Message(
            "report_needs",
            "an HTML report requires {name}\npip install 'gnomon[report]'",
            name=error.name,
        )
    )
