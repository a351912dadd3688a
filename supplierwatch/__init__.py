"""The service: wiring, workers, command line, HTTP service, exports, demo.

Never: business rules.
"""
