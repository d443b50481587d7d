"""A gate as JUnit XML for continuous integration: a test case for each rule, and each slice that one is about."""

from __future__ import annotations

from xml.etree import ElementTree

from gnomon.gating.result import FAIL, INCONCLUSIVE, NOT_JUDGED, PASS, GateResult, Judgement
from gnomon.report.language import tr
from gnomon.visible import visible


def junit(result: GateResult, name: str = "gnomon gate") -> str:
    """The document as text.

    What is inconclusive is a failure of its own type, as readers take elements that they do not know for success; where
    the policy lets it pass, it is told in the output of its test case.

    Args:
        result: What the gate says.
        name: What the suite of tests is called.
    """
    name = visible(name)
    shown = [own for own in result.judgements if not own.warns]
    bad = {FAIL, INCONCLUSIVE} if result.policy != PASS else {FAIL}
    counts = {
        "tests": str(len(shown)),
        "failures": str(sum(own.verdict in bad for own in shown)),
        "errors": "0",
        "skipped": str(sum(own.verdict == NOT_JUDGED for own in shown)),
    }
    suites = ElementTree.Element("testsuites", {"name": name, **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, "time": "0", **counts})
    for own in shown:
        add(suite, own, name, failing=own.verdict in bad)
    others = [visible(tr(own.sentence)) for own in result.warnings]
    if others:
        ElementTree.SubElement(suite, "system-out").text = "\n".join(others)
    ElementTree.indent(suites, " ")
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def add(suite: ElementTree.Element, judgement: Judgement, name: str, *, failing: bool) -> None:
    """A test case for a verdict."""
    case = ElementTree.SubElement(suite, "testcase", {"classname": name, "name": visible(judgement.about), "time": "0"})
    said = visible(tr(judgement.sentence))
    if failing:
        kind = "inconclusive" if judgement.verdict == INCONCLUSIVE else "fail"
        ElementTree.SubElement(case, "failure", {"type": kind, "message": said}).text = said
    elif judgement.verdict == NOT_JUDGED:
        ElementTree.SubElement(case, "skipped", {"message": said})
    else:
        ElementTree.SubElement(case, "system-out").text = said
