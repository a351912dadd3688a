"""The API of the desk under /api/v1: JSON for programs, read only.

One file in `resources` is one resource; each declares its routes with parameters, schema and
example. `answering` checks who asks, `openapi` describes the same declarations.
"""
