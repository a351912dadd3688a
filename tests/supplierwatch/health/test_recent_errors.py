"""The last warnings and errors of the log, for the operator: bounded, on one line each."""

from __future__ import annotations

import logging

from supplierwatch.health import recent_errors
from supplierwatch.health.recent_errors import RecentErrors


def a_log() -> tuple[logging.Logger, RecentErrors]:
    logger, errors = logging.Logger("ward"), RecentErrors()
    logger.addHandler(errors)
    return logger, errors


def test_warnings_and_errors_are_kept_newest_first_and_no_other_lines() -> None:
    logger, errors = a_log()
    logger.info("all is well")
    logger.warning("disk low free=%d", 3)
    try:
        raise ValueError("of no use")
    except ValueError:
        logger.exception("round.failed")
    assert [(one.level, one.text) for one in errors.latest()] == [
        ("ERROR", "round.failed: ValueError: of no use"),
        ("WARNING", "disk low free=3"),
    ]


def test_what_is_said_again_and_again_is_one_line() -> None:
    logger, errors = a_log()
    for _ in range(5):
        logger.warning("the mail server does not answer")
    logger.warning("another thing")
    assert [(one.text, one.times) for one in errors.latest()] == [
        ("another thing", 1),
        ("the mail server does not answer", 5),
    ]


def test_number_and_length_are_bounded_and_no_text_forges_a_line() -> None:
    logger, errors = a_log()
    for number in range(recent_errors.KEPT + 20):
        logger.warning("%d %s\nERROR forged", number, "x" * 5_000)
    latest = errors.latest()
    assert len(latest) == recent_errors.KEPT
    assert latest[0].text.startswith(f"{recent_errors.KEPT + 19} ")
    assert max(len(one.text) for one in latest) == recent_errors.MAX_TEXT
    logger.warning("a\nb\u202ec")
    assert errors.latest()[0].text == "a\\nb\\u202ec"


def test_a_record_that_cannot_be_formatted_ends_nothing() -> None:
    logger, errors = a_log()
    raising, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        logger.warning("%d", "no number")
    finally:
        logging.raiseExceptions = raising
    assert errors.latest() == ()
