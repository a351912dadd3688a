"""`run` and `worker`: run the service, or a worker of it, in the foreground."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import note, plural
from supplierwatch.shell.failures import UsageError
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import log_to_stderr, session

if TYPE_CHECKING:
    from storage.jobs.step_jobs import ServiceStep
    from supplierwatch.service.service import Service

PANEL = "Run"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "run",
        run,
        panel=PANEL,
        examples=(
            ("run", "with ./config, data in ./data"),
            ("--config /etc/supplierwatch run", "as in a systemd unit"),
            ("run --plan-only", "on PostgreSQL: leave all jobs to workers"),
        ),
    )
    add(
        app,
        "worker",
        worker,
        panel=PANEL,
        examples=(
            ("worker --concurrency 8", "with SUPPLIERWATCH_DATABASE_URL in the environment"),
            ("worker --queues crawl", "only polls sources: needs no password of a mail server"),
            ("worker --listen 0.0.0.0:8421", "with /health/ready and /metrics for probes"),
        ),
    )


def run(
    ctx: typer.Context,
    plan_only: Annotated[
        bool,
        typer.Option(
            "--plan-only", help="On PostgreSQL: plan and serve the desk; workers do the jobs."
        ),
    ] = False,
) -> None:
    """Run the service until it is stopped: poll, match, mail.

    It logs to standard error, re-reads the configuration when a file changes, and ends within 15
    seconds of Ctrl-C or SIGTERM. Whatever was due while it was stopped is done when it starts
    again. One service runs on one data folder: a second one ends with exit code 4. On PostgreSQL
    several may run on several machines: one of them leads, and any number of workers help.
    """
    from supplierwatch.cluster.job_engine import choose_engine
    from supplierwatch.service.run import run_service

    now_session = session(ctx)
    log_to_stderr(logging.DEBUG if now_session.verbose else logging.INFO)
    run_service(
        now_session.folder(),
        now_session.environ,
        started=_print_started,
        choose_engine=partial(choose_engine, works=not plan_only),
    )


def worker(
    ctx: typer.Context,
    queues: Annotated[
        str,
        typer.Option(help="Only these steps, with commas: crawl,match,tell,deliver,index,prune."),
    ] = "",
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="How many jobs run at the same time.")
    ] = 4,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Serve /health/ready and /metrics there.")
    ] = "",
) -> None:
    """Do jobs of the service on this machine, until it is stopped.

    It needs the URL of the shared PostgreSQL in SUPPLIERWATCH_DATABASE_URL, and nothing else: the
    configuration comes from the database, where `supplierwatch run` declares it. A worker that
    delivers messages needs the passwords of mail server and channels in its environment too.
    """
    from config.errors import ConfigInvalid
    from config.settings.environment import DATABASE_URL, read_environment
    from supplierwatch.cluster.run_worker import run_worker

    now_session = session(ctx)
    log_to_stderr(logging.DEBUG if now_session.verbose else logging.INFO)
    environment, problems = read_environment(now_session.environ)
    if environment.database_url is None:
        if problems:
            raise ConfigInvalid(problems)
        raise UsageError(
            f"{DATABASE_URL} is not set",
            "Set it to the URL of the PostgreSQL that `supplierwatch run` uses.",
        )
    run_worker(
        environment.database_url,
        now_session.environ,
        queues=_read_steps(queues),
        concurrency=concurrency,
        listen=_read_listen(listen),
        started=lambda declared: note(
            f"this worker takes jobs: {queues or 'all steps'}, {concurrency} at a time; "
            f"configuration {declared.version}. Ctrl-C ends it."
        ),
    )


def _read_listen(text: str) -> str | None:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isdecimal() and int(port) < 65536):
        raise UsageError(f"{text!r} is no address", "Write it as 0.0.0.0:8421 or [::]:8421.")
    return text or None


def _read_steps(text: str) -> tuple[ServiceStep, ...]:
    from storage.jobs.step_jobs import ServiceStep

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {str(step): step for step in ServiceStep}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no step {name!r}", f"The steps: {', '.join(known)}.")
    return tuple(known[name] for name in names)


def _print_started(service: Service, link: str | None) -> None:
    from supplierwatch.formatting.mail_words import mail_words

    catalog = service.catalog
    sources = sum(1 for source in catalog.sources if source.enabled)
    listen = catalog.settings.service.listen
    note(
        f"supplierwatch is running: {plural(sources, 'source')}, "
        f"{plural(len(catalog.watches), 'watch', 'watches')}; {mail_words(catalog.settings)}"
    )
    if listen:
        note(f"health: http://{listen}/health")
        if link is None:
            note(f"desk:   http://{listen}/")
        else:
            note(f"desk:   {link} makes its first user, once, from this machine")
    note("Ctrl-C ends it.")
