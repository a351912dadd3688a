"""The service: wiring, workers, command line, web service, exports, demo.

Never: business rules.
"""
