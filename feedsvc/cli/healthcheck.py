"""The healthcheck command: ask the configured web server how it is, for containers and monitors."""

from __future__ import annotations

import http.client
import json

import click

from feedsvc import config
from feedsvc.cli import output
from feedsvc.cli.command import Command
from feedsvc.cli.configured import configured
from feedsvc.cli.output import terminal

EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1"}  # noqa: S104 - looked up, not bound
"""Where to ask a server that listens on every address."""


@click.command(
    cls=Command,
    examples=(
        ("feedsvc healthcheck", "does the web server answer?"),
        ("feedsvc healthcheck --ready", "and is what it serves up to date?"),
    ),
)
@click.option("--ready", is_flag=True, help="Ask whether it is ready, and not only whether it lives.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 60), default=4.0, show_default=True, help="Seconds to wait."
)
def healthcheck(ready: bool, timeout: float) -> int:
    """Ask the web server whether it is well, at the configured address; exit code 0 if it is, else 1."""
    speaker, settings = terminal(), configured()
    why = fault(settings, "/readyz" if ready else "/healthz", timeout)
    speaker.tell(why or ("it is ready" if ready else "it lives"))
    return output.FAILURE if why else output.OK


def fault(settings: config.Settings, path: str, timeout: float) -> str:
    """Say why the web server is not well, by its own answer or by the lack of one; empty if it is."""
    host, port = settings.server.host, settings.server.port
    connection = http.client.HTTPConnection(EVERY.get(host, host.strip("[]")), port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{host} port {port} does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return "" if answer.status == http.client.OK else f"it answers {answer.status}{_reason(body)}"


def _reason(body: bytes) -> str:
    try:
        why = json.loads(body)["why"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {why}"
