"""The commands in groups, by the question that they answer."""

from __future__ import annotations

import click

from gnomon.message import word
from gnomon.report.language import tr

# By question, the commands that answer it.
QUESTIONS = {
    word("Is it good?"): ("evaluate", "plot", "report"),
    word("Which model? May it ship?"): ("compare", "gate"),
    word("How did it do before?"): ("log", "history", "leaderboard"),
    word("Which threshold? Can its probabilities be trusted?"): ("threshold", "calibrate"),
    word("How does it work?"): ("demo", "lesson"),
    word("In the shell"): ("completion",),
}


class Questions(click.Group):
    """A group whose help lists its commands by question."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands of each question, then how to get help on one."""
        width = max(map(len, self.commands))
        for question, names in QUESTIONS.items():
            formatter.write(f"\n{tr(question)}\n")
            with formatter.indentation():
                formatter.write_dl([(name.ljust(width), self.commands[name].get_short_help_str(200)) for name in names])
        formatter.write_paragraph()
        formatter.write_text(tr("gnomon COMMAND --help shows the options of a command, with examples."))
