"""``qa-bot doctor``."""

from __future__ import annotations

import sys

import click

from qa_bot.cli.doctor_checks import Finding, checks
from qa_bot.errors import SettingsError
from qa_bot.settings import load_settings


@click.command()
@click.option("--offline", is_flag=True, help="Leave out what asks Discord.")
def doctor(offline: bool) -> int:
    """Check settings, model, index and, where a token is set, Discord; say how to mend what is wrong.

    Leaves with 0 where everything needed is in order, else with 2.

    \b
    qa-bot doctor
    qa-bot doctor --offline
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        _show(Finding("settings", "bad", str(error)))
        return 2
    healthy = True
    for finding in checks(settings, offline=offline):
        _show(finding)
        healthy = healthy and finding.state != "bad"
    return 0 if healthy else 2


def _show(finding: Finding) -> None:
    mark = {"good": "ok  ", "note": "note", "bad": "BAD "}[finding.state]
    line = f"{mark} {finding.subject}: {finding.text}"
    click.echo(line + (f"\n     to mend: {finding.mend}" if finding.mend else ""))
    sys.stdout.flush()
