"""The running service: jobs, worker threads, ticks, crawl supervision, configuration reload.

Start reading at `run.run_service`.
"""
