"""``gnomon gate``: may this model ship."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli import options as common
from gnomon.cli.completing import columns
from gnomon.message import Message

if TYPE_CHECKING:
    from gnomon.gating.result import GateResult

# Options that hold a column, or several.
COLUMNS = ("score", "prediction", "baseline_score", "baseline_prediction")


def column_option(name: str, help: str, *flags: str) -> Any:
    """An option that names a column, or several."""
    return click.option(
        *flags, f"--{name}", multiple=True, metavar="COLUMN[,COLUMN...]", help=help, shell_complete=columns
    )


@click.command(cls=common.Command, short_help="Judge a model by rules: pass, fail or inconclusive.")
@common.with_options(
    common.PATHS,
    click.option("-t", "--target", metavar="COLUMN", help="Column of true values.", shell_complete=columns),
    column_option("score", "Column of scores of the positive class; for several classes one column each.", "-s"),
    column_option("prediction", "Column of predicted labels or values.", "-p"),
    click.option(
        "-b",
        "--baseline",
        metavar="FILE|RUN",
        help="What the model is compared with: a file of predictions, joined by --id, a run of the history by its tag, "
        "name or id, or a saved evaluation (.json).",
    ),
    column_option("baseline-score", "The baseline's column of scores, where it is another one."),
    column_option("baseline-prediction", "The baseline's column of predictions, where it is another one."),
    click.option(
        "--where",
        multiple=True,
        metavar="RULE",
        help="Rule: 'recall >= 0.8', 'region:* recall >= 0.6', 'f1 >= baseline - 0.02', 'roc_auc.gap <= 0.05', "
        "'warn brier_score <= 0.2'; may be given several times.",
    ),
    click.option(
        "--margin",
        multiple=True,
        metavar="MEASURE=X",
        help="The model may be worse than the baseline by so much, such as roc_auc=0.02; may be given several times.",
    ),
    click.option(
        "--id", shell_complete=columns, metavar="COLUMN", help="Column that identifies the same row in both files."
    ),
    click.option("--history", metavar="FILE", help="The history of the baseline.  [default: that of the project]"),
    click.option("--log", is_flag=True, help="Log the verdict in the history; gnomon history gates lists them."),
    common.WEIGHT,
    common.CLUSTER,
    click.option(
        "--split", metavar="COLUMN=VALUE[,VALUE]", help="The training rows, such as part=train: they are not judged."
    ),
    common.POSITIVE,
    common.CLASSES,
    click.option("--task", type=click.Choice(["auto", "binary", "multiclass", "regression"]), help="[default: auto]"),
    click.option("--threshold", type=float, metavar="X", help="Predicted positive at score >= X.  [default: 0.5]"),
    click.option(
        "--inconclusive",
        type=click.Choice(["inconclusive", "pass", "fail"]),
        help="What an inconclusive gate counts as.  [default: inconclusive, exit code 5]",
    ),
    click.option(
        "--minimum-rows",
        type=int,
        metavar="N",
        help="Judge a slice by a measure that rests on at least so many of its rows.  [default: 30]",
    ),
    click.option(
        "--unmatched",
        metavar="SHARE",
        help="Share of rows that the model or the baseline may lack, such as 1%.  [default: 0]",
    ),
    click.option(
        "--chosen-from",
        type=int,
        metavar="N",
        help="The baseline was chosen from N models on these rows.  [default: what the history says, else 1]",
    ),
    click.option(
        "--look", metavar="K/N", help="This is look K of the N that are planned as rows are added, such as 2/5."
    ),
    click.option("--power", type=float, metavar="X", help="Power that the number of rows is for.  [default: 0.8]"),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Where rules stand: [tool.gnomon.gate] of pyproject.toml, [gate] of gnomon.toml.  [default: the nearest]",
    ),
    click.option("--gate", "name", metavar="NAME", help="The gate of that name, [tool.gnomon.gate.NAME]."),
    click.option("--plan", is_flag=True, help="Show how many rows the rules take, instead of judging."),
    click.option(
        "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Also write the verdicts as JUnit XML."
    ),
    click.option(
        "--github",
        is_flag=True,
        help="In GitHub Actions: annotate the run, and add the report to the summary of the job.",
    ),
    click.option(
        "--scale", type=click.Choice(["probability", "any"]), help="Scale of the scores.  [default: probability]"
    ),
    click.option("--level", type=float, help="Confidence level of the intervals.  [default: 0.95]"),
    click.option(
        "--missing",
        type=click.Choice(["error", "drop"]),
        help="Refuse rows with missing values, or drop them, as far as a rule on 'missing' allows.  [default: error]",
    ),
    common.SEED,
    common.MEMORY,
    common.ENGINE,
    common.THREADS,
    *common.WHERE,
)
@click.pass_context
def gate(
    context: click.Context,
    /,
    paths: tuple[Path, ...],
    baseline: str | None,
    where: tuple[str, ...],
    margin: tuple[str, ...],
    classes: str | None,
    unmatched: str | None,
    config: Path | None,
    name: str | None,
    plan: bool,
    log: bool,
    junit: Path | None,
    github: bool,
    form: str | None,
    output: Path | None,
    only: tuple[str, ...],
    title: str | None,
    **options: Any,
) -> None:
    """Judge the predictions in PATH by rules: they pass, they fail, or the rows are too few to tell.

    Rules come from --where and --margin, and from pyproject.toml or gnomon.toml. Exit code 0: passed; 4: failed; 5:
    inconclusive; 2: bad input or configuration.

    \b
    gnomon gate new.csv --baseline old.csv --target y --score p --id row --margin roc_auc=0.02
    gnomon gate new.csv -t y -s p --where 'recall >= 0.8' --where 'region:* recall >= 0.6'
    gnomon gate both.csv -t y -s p_new --baseline-score p_old --margin accuracy=0.01 --plan
    gnomon gate new.csv --gate churn --junit gate.xml --output gate.html
    """
    from gnomon.cli.progress import ProgressBar
    from gnomon.files import write_whole
    from gnomon.gating.gate import gate as judge
    from gnomon.gating.settings import settings_of

    if len(paths) > 1:
        raise click.UsageError(
            Message(
                "gate_of_one",
                "a gate judges the predictions of one model, not {number} paths\npass those of the other model as "
                "--baseline; a folder or a pattern in quotes is one path",
                number=len(paths),
            )
        )
    settings = settings_of(config, name)
    given: dict[str, Any] = {part: common.columns(options.pop(part), paths) for part in COLUMNS}
    given |= {"classes": classes.split(",") if classes is not None else None}
    given |= {"baseline": baseline, "unmatched": None if unmatched is None else share(unmatched)}
    asked = settings | {part: own for part, own in (given | options).items() if own is not None}
    rules = [*asked.pop("rules", ()), *where]
    margins = {**asked.pop("margin", {}), **by_measure(margin)}
    beside = [path for path in (*([Path(str(asked["baseline"]))] if "baseline" in asked else []), config) if path]
    for target in (output, junit):
        common.check_output(target, paths, beside)
    shown = common.how_shown(form, output, only or (("plan",) if plan else ()), title)
    with ProgressBar() as progress:
        result = judge(list(paths), where=rules, margin=margins, progress=progress, **asked)
    shown.show(result)
    if junit is not None:
        from gnomon.report.junit import junit as document

        write_whole(junit, document(result, title or name or "gnomon gate"))
    if github:
        tell_github(result, title)
    if log:
        log_gate(result, name, paths, asked)
    if not plan:
        context.exit(result.exit_code)


def log_gate(result: GateResult, name: str | None, paths: tuple[Path, ...], asked: dict[str, Any]) -> None:
    """Logs the verdict, and tells where earlier ones on fewer or more of these rows do not fit a plan."""
    from gnomon.cli.history import opened, tell_logged
    from gnomon.history.fingerprint import fingerprint
    from gnomon.report.language import tr

    called = name or "gate"
    history = opened(asked.get("history"))
    of_rows = fingerprint(list(paths), result.provenance["columns"])
    earlier = history.earlier_gates(called, of_rows)
    logged = history.log_gate(result, name=called, rows=of_rows)
    tell_logged(history, called, logged.short_id)
    looks = [own.look for own in earlier]
    if earlier and not in_turn(looks, logged.look):
        text = (
            "this gate judged the model before on other numbers of these rows ({number:,} times, looks {looks}), and "
            "each time is a chance for a bad model to pass\nplan the looks, and say which one it is (--look 2/5); or "
            "take fresh rows"
        )
        said = ", ".join("-" if own is None else own for own in reversed(looks))
        click.echo(tr(Message("gate_judged_before", text, number=len(earlier), looks=said)), err=True)


def in_turn(earlier: list[str | None], now: str | None) -> bool:
    """Whether a look follows earlier ones of the same plan."""
    if now is None or any(own is None for own in earlier):
        return False
    plans = [tuple(map(int, own.split("/"))) for own in (*earlier, now) if own is not None]
    return len({planned for _, planned in plans}) == 1 and all(which < plans[-1][0] for which, _ in plans[:-1])


def tell_github(result: GateResult, title: str | None) -> None:
    """Annotates the run, and adds the report to the summary of the job.

    Raises:
        UsageError: This is no job of GitHub Actions.
    """
    from gnomon.errors import UsageError
    from gnomon.report.annotations import summary, workflow_commands

    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        raise UsageError(
            Message("not_on_github", "--github is for GitHub Actions, but GITHUB_STEP_SUMMARY is not set\nremove it")
        )
    with Path(place).open("a", encoding="utf-8") as stream:
        stream.write(summary(result, title))
    for line in workflow_commands(result):
        click.echo(line)


def share(text: str) -> float:
    """A share, as a number or in per cent.

    Raises:
        UsageError: It is neither.
    """
    from gnomon.errors import UsageError

    number, percent, rest = text.strip().partition("%")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if rest or math.isnan(value):
        raise UsageError(
            Message("share_text", "--unmatched takes a share, such as 0.01 or 1%, not {text!r}", text=text)
        )
    return value / 100 if percent else value


def by_measure(given: tuple[str, ...]) -> dict[str, float]:
    """Margins by measure.

    Raises:
        UsageError: One is none.
    """
    from gnomon.errors import UsageError

    margins: dict[str, float] = {}
    for part in (each for text in given for each in text.split(",")):
        name, _, amount = part.partition("=")
        number, percent, rest = amount.strip().partition("%")
        try:
            margins[name.strip()] = float(number + rest) / (100 if percent else 1)
        except ValueError:
            raise UsageError(
                Message("margin_text", "--margin {given!r}\nexpected a measure and a number, roc_auc=0.02", given=part)
            ) from None
    return margins
