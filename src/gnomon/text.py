"""Numbers as text."""

from __future__ import annotations

import math


def p_text(p_value: float) -> str:
    """A p-value.

    >>> p_text(0.01234), p_text(1e-9), p_text(float("nan"))
    ('0.012', '< 0.001', '-')
    """
    return "-" if math.isnan(p_value) else "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def number(value: float, digits: int = 3) -> str:
    """A number in few characters: fixed decimals near 1, significant digits elsewhere.

    >>> number(0.98765), number(2859.69), number(0.00001234), number(float("nan"))
    ('0.988', '2,860', '1.23e-05', '-')
    """
    size = abs(value)
    if math.isnan(value):
        return "-"
    if size == float("inf"):
        return "inf" if value > 0 else "-inf"
    if size >= 1000:
        return f"{value:,.0f}" if size < 1e9 else f"{value:.{digits}g}"
    if size >= 10:
        return f"{value:.{max(0, digits - 2)}f}" if size >= 100 else f"{value:.{digits - 1}f}"
    if size == 0 or size >= 0.001:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}g}"


def signed(value: float) -> str:
    """A difference with its sign."""
    text = number(value)
    return text if text.startswith("-") or not any(letter in "123456789" for letter in text) else f"+{text}"
