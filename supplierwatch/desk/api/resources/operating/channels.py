"""The channels that deliver messages: their state, and a test message."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.settings.channels import MAIL
from config.values.checks import CHANNEL, check_address
from config.values.invalid_value import InvalidValue
from storage.model import Change, Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.job_documents import JOB, answer_with_job
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.parameters import path_key
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import FLAG, MOMENT, TEXT, many, perhaps, record
from supplierwatch.desk.background_jobs.sending import start_channel_test
from supplierwatch.formatting.times import iso


class ChannelTestBody(Body):
    """Where the test message goes."""

    address: Annotated[
        str | None,
        Field(max_length=254, description="A mail address, for the channel `email` alone."),
    ] = None


def channels(request: ApiRequest) -> Answer:
    """List the channels: mail first, then those of the settings."""
    settings = request.source.wired.catalog.settings
    report = request.source.report()
    failing = {each["channel"] for each in report.get("channels_failing", ())}
    with request.source.store.reading() as unit:
        paused = unit.outbox.paused()
    listed = [(MAIL, MAIL), *((each.key, each.kind) for each in settings.channels)]
    return Answer(
        document={
            "channels": [
                {
                    "key": key,
                    "kind": kind,
                    "failing": key in failing,
                    "paused": _pause_json(paused.get(key)),
                }
                for key, kind in listed
            ]
        }
    )


def test(request: ApiRequest) -> Answer:
    """Begin to send a test message by a channel; its server's answer is in the job."""
    settings = request.source.wired.catalog.settings
    key, given = request.values["key"], request.body.address
    address = f"{CHANNEL}{key}"
    if key == MAIL:
        try:
            address = check_address(given or "")
        except InvalidValue as invalid:
            raise bad_field("address", f"it {invalid.message}: {invalid.hint}") from None
    elif key not in {each.key for each in settings.channels}:
        raise ApiProblem(404, "There is no channel of this name.")
    elif given is not None:
        raise bad_field("address", "only a test by mail has one")
    change = Change(action="channel.tested", subject=key, after=address)
    return answer_with_job(
        request,
        change,
        lambda: start_channel_test(request.source, key, address, request.user.name, request.now),
    )


def _pause_json(paused: Any) -> dict[str, Any] | None:
    if paused is None:
        return None
    reason, since = paused
    return {"since": iso(since), "reason": reason}


ENDPOINTS = (
    Endpoint(
        name="channels",
        path="/channels",
        handler=channels,
        role=Role.OPERATOR,
        summary="The channels that deliver messages, and which are paused or fail",
        schema=record(
            channels=many(
                record(
                    key=TEXT,
                    kind=TEXT,
                    failing=FLAG,
                    paused=perhaps(record(since=MOMENT, reason=TEXT)),
                )
            )
        ),
    ),
    Endpoint(
        name="channel-test",
        path="/channels/{key}/test",
        method="POST",
        handler=test,
        role=Role.OPERATOR,
        summary="Send a test message by a channel: a job, with the answer of its server",
        parameters=(path_key("Key of the channel, or `email`.", example="email"),),
        body=ChannelTestBody,
        schema=JOB,
        changes=True,
        creates=True,
    ),
)
