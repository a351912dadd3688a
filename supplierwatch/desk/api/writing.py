"""Changes by the API: one transaction for the change, its entry in the audit trail and its answer.

A request with an Idempotency-Key that was answered already is answered the same again, and
changes nothing (draft-ietf-httpapi-idempotency-key-header).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request

from storage.store import Unit
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, IdempotencyKey
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.web.entity_tags import make_tag

_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?')  # printable ASCII without blanks and quotes


class Repeated(Exception):
    """Raised where another request has used the key meanwhile."""


class Writing:
    """A change within one transaction."""

    def __init__(self, unit: Unit, request: ApiRequest) -> None:
        self.unit = unit
        self._request = request
        self.finished = False

    def finish(
        self,
        answer: Answer,
        *,
        kept: Mapping[str, Any] | None = None,
        audited: bool = True,
    ) -> Answer:
        """Keep the answer for a repeated request; return it.

        Args:
            answer: for the client.
            kept: the document for repeated requests, where the answer has a secret.
            audited: whether there must be a row in the audit trail: not where nothing changed, and
                not for marks on stories, which store who made them and when.
        """
        if audited and not self.unit.audit.recorded:
            raise RuntimeError("a change of the API is not in the audit trail")
        request = self._request
        if request.key is not None:
            self.unit.responses.store(
                request.user.user_id,
                request.key.text,
                status=answer.status,
                document=json.dumps(answer.document if kept is None else kept),
                location=answer.location,
            )
        self.finished = True
        return answer


@contextmanager
def writing(request: ApiRequest) -> Iterator[Writing]:
    """Open the transaction of a change, which must end with `finish` or an exception.

    Raises:
        Repeated: the key of the request is used by another request.
    """
    with request.source.store.transaction() as unit:
        key, user = request.key, request.user
        if key is not None and not unit.responses.claim(
            user.user_id, key.text, key.request_hash, request.now
        ):
            raise Repeated
        made = Writing(unit, request)
        yield made
        if not made.finished:
            raise RuntimeError("a change of the API did not end with its answer")


def read_key(request: Request, body: bytes) -> IdempotencyKey | None:
    """Return the Idempotency-Key of a request; None without one.

    Raises:
        ApiProblem: it is not a valid key.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    found = _KEY.fullmatch(given.strip())
    if found is None:
        raise ApiProblem(
            400, "Idempotency-Key: write 1 to 255 printable ASCII characters without blanks."
        )
    path = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
    asked = f"{request.method} {path}\n".encode() + body
    return IdempotencyKey(text=found[1], request_hash=hashlib.sha256(asked).hexdigest())


def find_answer(request: ApiRequest) -> Answer | None:
    """Return the answer to the same request before; None where its key is new.

    Raises:
        ApiProblem: another request has used the key.
    """
    if request.key is None:
        return None
    with request.source.store.reading() as unit:
        kept = unit.responses.find(request.user.user_id, request.key.text, request.now)
    if kept is None:
        return None
    if kept.request_hash != request.key.request_hash:
        raise ApiProblem(
            422, "Idempotency-Key: another request has used this key: take a new one for this."
        )
    return Answer(document=json.loads(kept.document), status=kept.status, location=kept.location)


def require_match(request: ApiRequest, document: Mapping[str, Any]) -> None:
    """Raise unless If-Match has the ETag of the document as it is now.

    Raises:
        ApiProblem: 412 where it was changed since the client has read it.
    """
    given = [each.strip() for each in (request.if_match or "").split(",")]
    if given != ["*"] and make_tag(encode(document)) not in given:
        raise ApiProblem(
            412, "This was changed since you read it: get it again, and send its new ETag."
        )


def encode(document: Mapping[str, Any]) -> bytes:
    """Encode a document as JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
