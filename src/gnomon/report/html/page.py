"""The whole page: one file that needs no network, under a content-security policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gnomon.report.html.decision import decision_heading, decision_sections
from gnomon.report.html.explorer import explorer_data
from gnomon.report.html.library import chart_library
from gnomon.report.html.templates import FOLDER, rendered
from gnomon.report.html.view import heading, sections
from gnomon.report.results import DECISIONS, comparison_of, evaluations_of


def page(result: Any, only: Collection[str] = (), title: str | None = None) -> str:
    """The report of a result as HTML.

    Args:
        result: An evaluation, several, a comparison, or a decision.
        only: The parts that are shown (:data:`gnomon.report.parts.PARTS`); none for all.
        title: What the page is called; None for where the rows are.

    Raises:
        UsageError: The packages for reports are not installed, or the result has none of the parts.
    """
    if isinstance(result, DECISIONS):
        parts = decision_sections(result, only)
        data: dict[str, Any] = {"charts": collect_charts(parts)}
        return framed("page.html", data, own=decision_heading(result, title), sections=parts)
    evaluations, compared = evaluations_of(result), comparison_of(result)
    parts = sections(evaluations, compared, only)
    specs = collect_charts(parts)
    data = {"charts": specs}
    if "thresholds" in parts:
        data |= explorer_data(evaluations, parts["thresholds"], specs)
    return framed("page.html", data, own=heading(evaluations, compared, title, figures=not only), sections=parts)


def collect_charts(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Charts by the name of the element that they are drawn in, which stands in their place in the sections."""
    specs: dict[str, Any] = {}

    def put(name: str, spec: Any) -> str:
        specs[name] = spec
        return name

    for section, section_view in parts.items():
        if section_view.get("chart") is not None:
            section_view["chart"] = put(section, section_view["chart"])
        if "charts" in section_view:
            section_view["charts"] = [
                put(f"{section}-{place}", spec) for place, spec in enumerate(section_view["charts"])
            ]
        for place, matrix in enumerate(section_view.get("matrices", ())):
            matrix["chart"] = put(f"{section}-{place}", matrix["chart"])
    return specs


def framed(template: str, data: Mapping[str, Any], styles: Sequence[str] = ("report.css",), **values: Any) -> str:
    """A page whose only scripts and styles are its own.

    Args:
        template: The name of the page's template.
        data: What its script reads.
        styles: The files of its style.
        values: What is set into the template.
    """
    style, script = "".join(map(asset, styles)), asset("report.js")
    library = f"/*!\n{asset('licences.txt')}*/\n" + chart_library().replace("</script", "<\\/script")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {digest(library)} {digest(script)}",
            f"style-src {digest(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return rendered(
        template,
        policy=policy,
        style=style,
        script=script,
        library=library,
        data=embedded(data),
        **values,
    )


def asset(name: str) -> str:
    """A file that goes into the page as it is."""
    return (FOLDER / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """The source of a policy that allows this very text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def embedded(data: Mapping[str, Any]) -> str:
    """Data as JSON that no text in it can end early."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
