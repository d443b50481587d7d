"""Makes the documentation site in build/site: ``make site``. Works offline; a warning of Sphinx is an error.

The pages are those of docs, with a gallery of every plot and the reference, which are made here from what the code
draws and says, the lesson in both languages, the JSON Schema, and ``llms.txt`` for assistants.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SITE = ROOT / "build" / "site"
PAGES, MADE = SITE / "pages", SITE / "html"
# Pages of the repository that the site has too, under other names.
OTHERS = {"README.ko.md": "start.ko.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}


class Plot(NamedTuple):
    """A plot of the gallery.

    Attributes:
        title: What a person would ask for.
        code: How it is drawn.
    """

    title: str
    code: str


PREPARATION = """import gnomon

digits = {"target": "y", "score": "p", "positive": "9"}
ev = gnomon.evaluate("examples/predictions/digits_parts.csv", **digits, slices="part")
forms = {"target": "progression", "prediction": "predicted"}
amounts = gnomon.evaluate("examples/predictions/diabetes.csv", **forms)
three = {"target": "y", "score": ["tree", "forest", "boosted"], "positive": "9"}
models = gnomon.compare("examples/predictions/digits_three.csv", **three)
decision = gnomon.choose_threshold("examples/predictions/digits_parts.csv", **digits, costs={"fn": 10, "fp": 1})
maps = gnomon.recalibrate("examples/predictions/digits_parts.csv", **digits, split="part=validation,test")
"""
GALLERY = (
    Plot("The ROC curve, with the pointwise interval of the recall", "ev.plot.roc()"),
    Plot("The ROC curves of several models", "models.plot.roc()"),
    Plot("Precision and recall", "ev.plot.precision_recall()"),
    Plot("Detection error trade-off", "models.plot.det()"),
    Plot("Measures by threshold", "ev.plot.thresholds()"),
    Plot("The confusion matrix", "ev.plot.confusion()"),
    Plot("Calibration, with what chance would do", "ev.plot.calibration()"),
    Plot("Measures with their intervals, and the baseline", "ev.plot.intervals()"),
    Plot("A measure of each slice", "ev.plot.slices()"),
    Plot("Differences between models", "models.plot.differences()"),
    Plot("Predictions against true values", "amounts.plot.predicted_vs_true()"),
    Plot("Residuals by prediction", "amounts.plot.residuals()"),
    Plot("A chosen threshold", "decision.plot.thresholds()"),
    Plot("How probabilities are recalibrated", "maps.plot.maps()"),
)


def main() -> None:
    """Builds the site."""
    shutil.rmtree(SITE, ignore_errors=True)
    copy_pages()
    (PAGES / "gallery.md").write_text(gallery(), encoding="utf-8")
    (PAGES / "api.md").write_text(reference(), encoding="utf-8")
    extra = PAGES / "_extra"
    extra.mkdir()
    (PAGES / "_static").mkdir(exist_ok=True)
    shutil.copy(DOCS / "schema-2.json", extra)
    (extra / "llms.txt").write_text(for_assistants(), encoding="utf-8")
    lessons(extra)
    example_pages(extra)
    shutil.copy(DOCS / "site" / "conf.py", PAGES)
    sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(PAGES), str(MADE)]
    subprocess.run(sphinx, cwd=ROOT, check=True)
    check_links()
    print(f"the site is {MADE / 'index.html'}")


def copy_pages() -> None:
    """The pages of docs, and some of the repository, with links that lead to pages of the site."""
    for path in DOCS.rglob("*"):
        relative = path.relative_to(DOCS)
        if path.is_dir() or relative.parts[0] == "site" or path.suffix not in (".md", ".png", ".svg", ".json"):
            continue
        target = PAGES / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(relinked(path.read_text(encoding="utf-8"), path), encoding="utf-8")
        else:
            shutil.copy(path, target)
    for name, page in OTHERS.items():
        (PAGES / page).write_text(relinked((ROOT / name).read_text(encoding="utf-8"), ROOT / name), encoding="utf-8")


def relinked(text: str, page: Path) -> str:
    """The text of a page whose links lead to pages of the site; what is not on it is named without a link."""
    depth = len(page.relative_to(DOCS).parts) - 1 if page.is_relative_to(DOCS) else 0

    def link(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        if target.endswith(".html"):  # which is made beside the pages
            return f'<a href="{target}">{label}</a>'
        path = ((DOCS if page.parent == ROOT and not (ROOT / target).exists() else page.parent) / target).resolve()
        if path.is_relative_to(DOCS):
            if path.is_dir():
                return f"[{label}]({'../' * depth}decisions.md)"
            return f"[{label}]({'../' * depth}{path.relative_to(DOCS)}{anchor})"
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        if name == "README.md":
            return f"[{label}]({'../' * depth}index.md)"
        return f"[{label}]({'../' * depth}{OTHERS[name]}{anchor})" if name in OTHERS else label

    text = text.replace("](docs/", f"]({'../' * depth}") if page.parent == ROOT else text
    return re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)", link, text)


def gallery() -> str:
    """Every plot beside its code, light and dark, as the code draws it now."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    names: dict[str, object] = {}
    exec(PREPARATION, names)  # the very code that the page shows
    folder = PAGES / "_static" / "gallery"
    folder.mkdir(parents=True)
    parts = [
        "# Gallery",
        "Every plot, from real predictions. `ev.plot.roc(ax=ax)` draws on axes of yours; "
        "`ev.plot.roc().save('roc.svg', width=6, dark=True)` writes a file; `gnomon plot roc FILE ... -o roc.svg` does "
        "it in the shell.",
        f"```python\n{PREPARATION}```",
    ]
    for place, plot in enumerate(GALLERY):
        display = eval(plot.code, names)
        for shade in ("light", "dark"):
            display.save(folder / f"{place}-{shade}.svg", width=6.4, dark=shade == "dark")
        plt.close("all")
        pictures = "\n\n".join(
            f":::{{image}} _static/gallery/{place}-{shade}.svg\n:class: only-{shade}\n:alt: {plot.title}\n:::"
            for shade in ("light", "dark")
        )
        parts.append(f"## {plot.title}\n\n```python\n{plot.code}\n```\n\n{pictures}")
    pages = {"an evaluation": "evaluation", "a comparison with costs": "comparison", "a chosen threshold": "threshold"}
    links = ", ".join(f'<a href="{name}.html">{title}</a>' for title, name in pages.items())
    parts.append(f"## Pages\n\nAs gnomon writes them: {links}.")
    return "\n\n".join(parts) + "\n"


def reference() -> str:
    """The public names, from their docstrings."""
    import gnomon
    import gnomon.metrics

    def entry(name: str, owner: object, module: str) -> str:
        own = getattr(owner, name)
        kind = "autoclass" if isinstance(own, type) else "autofunction"
        members = "\n   :members:" if isinstance(own, type) and not issubclass(own, Exception) else ""
        return f"```{{eval-rst}}\n.. {kind}:: {module}.{name}{members}\n```"

    public = [name for name in gnomon.__all__ if name not in ("metrics", "__version__")]
    verbs = [name for name in public if not isinstance(getattr(gnomon, name), type)]
    errors = [name for name in public if name.endswith("Error")]
    results = [name for name in public if name not in (*verbs, *errors)]
    parts = ["# Python reference", "What is public, from its docstrings. [Options of the commands](reference.md)."]
    for title, names in (("Functions", verbs), ("Results", results), ("Errors", errors)):
        parts += [f"## {title}", *(entry(name, gnomon, "gnomon") for name in names)]
    own = [name for name in gnomon.metrics.__all__ if not isinstance(getattr(gnomon.metrics, name), type)]
    parts += ["## scikit-learn's metrics", *(entry(name, gnomon.metrics, "gnomon.metrics") for name in own)]
    return "\n\n".join(parts) + "\n"


def lessons(extra: Path) -> None:
    """The lesson as a page, in both languages."""
    from gnomon.lesson.page import lesson_page

    for lang, name in (("en", "lesson.html"), ("ko", "lesson.ko.html")):
        (extra / name).write_text(lesson_page(lang), encoding="utf-8")


def example_pages(extra: Path) -> None:
    """Pages as gnomon writes them, of real predictions."""
    import gnomon

    predictions = ROOT / "examples" / "predictions"
    parts = {"target": "y", "score": "p", "positive": "9"}
    three = {"target": "y", "score": ["tree", "forest", "boosted"], "positive": "9"}
    costs = {"fn": 10, "fp": 1}
    gnomon.evaluate(predictions / "digits_parts.csv", **parts, slices="part").save_html(extra / "evaluation.html")
    gnomon.compare(predictions / "digits_three.csv", **three, costs=costs).save_html(extra / "comparison.html")
    gnomon.choose_threshold(predictions / "digits_parts.csv", **parts, costs=costs).save_html(extra / "threshold.html")


def for_assistants() -> str:
    """``llms.txt``: what gnomon is and where each page is, in a form that assistants read."""
    lines = [
        "# gnomon",
        "",
        "> Evaluates a trained model from its predictions: every measure with its confidence interval, its support "
        "and, where undefined, the reason; compares models, chooses thresholds, recalibrates probabilities. Python and "
        "a command line.",
        "",
        "Inputs: two arrays (true values, then scores or predictions), a data frame or a file with named columns. "
        "Results have to_dict(), save(path), to_frame(), save_html(path); schema-2.json describes their JSON form.",
        "",
        "## Pages",
        "",
    ]
    for page in sorted(PAGES.rglob("*.md")):
        name = page.relative_to(PAGES).with_suffix(".html")
        title = page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").strip()
        lines.append(f"- [{title}]({name})")
    lines += ["- [The JSON Schema of results](schema-2.json)", ""]
    return "\n".join(lines)


def check_links() -> None:
    """Raises SystemExit where a page of the site links to a file that it has not."""
    missing = []
    for page in MADE.rglob("*.html"):
        text = re.sub(r"<script.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r'(?:href|src)="(?!https?:|#|data:|mailto:|javascript:)([^"#?]+)', text):
            if not (page.parent / target).exists():
                missing.append(f"{page.relative_to(MADE)}: {target}")
    for found in missing:
        print(found, file=sys.stderr)
    if missing:
        raise SystemExit(f"{len(missing)} links lead nowhere")


if __name__ == "__main__":
    main()
