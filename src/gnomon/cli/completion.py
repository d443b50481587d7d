"""``gnomon completion``: what makes a shell complete commands, options and the columns of files."""

from __future__ import annotations

import click

from gnomon.cli import options as common

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=common.Command, short_help="Complete commands, options and columns in bash, zsh or fish.")
@click.argument("shell", type=click.Choice(SHELLS))
@common.with_options(common.LANG)
def completion(shell: str) -> None:
    """Print the script that makes a shell complete gnomon's commands, options and the columns of files.

    \b
    gnomon completion bash >> ~/.bashrc
    gnomon completion zsh >> ~/.zshrc
    gnomon completion fish > ~/.config/fish/completions/gnomon.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None  # click knows these shells
    root = click.get_current_context().find_root().command
    click.echo(made(root, {}, "gnomon", "_GNOMON_COMPLETE").source())
