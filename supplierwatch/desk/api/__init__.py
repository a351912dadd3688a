"""The API of the desk under /api/v1: JSON for programs.

One file in `resources` is one resource; each declares its routes with parameters, schema and
example. `routing` authenticates and answers, `openapi` describes the same declarations.
"""
