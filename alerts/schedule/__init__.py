"""Computes when subscriptions are due: cadences, cron, bank holidays, quiet hours, forecasts.

Pure.
"""
