"""The running service: its steps, workers and ticks, crawl supervision, configuration reload.

Start at `run.run_service`.
"""
