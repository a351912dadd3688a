"""Problem details of an edit of a configuration file that failed."""

from __future__ import annotations

from supplierwatch.desk.api.endpoint import ApiRequest
from supplierwatch.desk.api.json_bodies import MAX_ERRORS
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.editing.file_edits import ConfigText, EditFailure, read_config


def open_config(request: ApiRequest, name: str) -> ConfigText:
    """Read a file of the configuration.

    Raises:
        ApiProblem: 503.
    """
    found = read_config(request.source, name)
    if isinstance(found, ConfigText):
        return found
    raise ApiProblem(503, str(found.values["why"]))


def problem_of(failure: EditFailure, file: str, toml: str = "") -> ApiProblem:
    """Return the problem details of an edit that failed.

    Args:
        failure: why.
        file: the name of the file.
        toml: what to paste into it where the service may not write it.
    """
    if failure.query is not None:
        error = failure.query
        message = f"{error.message} (column {error.column})"
        more = {
            "errors": [{"pointer": "#/query", "message": message}],
            "column": error.column,
            "caret": error.caret,
            "hint": error.hint,
        }
        return ApiProblem(422, f"query: {message}", more=more)
    if failure.problems:
        errors = [
            {"pointer": "#", "message": f"{each.key}: {each.message}; fix: {each.hint}"}
            for each in failure.problems[:MAX_ERRORS]
        ]
        return ApiProblem(422, "The configuration would not be valid.", more={"errors": errors})
    if failure.unwritable:
        pasted = {"toml": toml} if toml else {}
        return ApiProblem(503, f"{file} cannot be written: {failure.text}.", more=pasted)
    return ApiProblem(409, failure.text or f"{file} was changed at this moment: try again.")
