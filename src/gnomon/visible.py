"""Text from outside (labels, column and file names), made harmless for a terminal."""

from __future__ import annotations

import unicodedata

# Control characters, and marks that reorder or hide what follows them.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, longest: int | None = None) -> str:
    """The text with every unprintable character replaced, and cut to a length.

    >>> visible("cat" + chr(27) + "[31m")
    'cat�[31m'
    >>> visible("a long label", 6)
    'a lon…'
    """
    shown = "".join("�" if unicodedata.category(char) in _UNSAFE else char for char in text)
    if longest is not None and len(shown) > longest:
        return shown[: longest - 1] + "…"
    return shown
