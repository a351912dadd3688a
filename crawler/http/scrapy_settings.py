"""Scrapy settings of every crawl, with every relevant one set explicitly.

The defaults of Scrapy 2.19 open a control server on localhost, fetch file: and data: URLs, do not
verify certificates, accept bodies of 1 GiB, ignore robots.txt and retry 429 at once.
"""

from __future__ import annotations

from typing import Any

from scrapy.settings import default_settings

from crawler.jobs.job import CrawlJob

MAX_BODY = 15 * 1024 * 1024
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
MAX_REDIRECTS = 5
# without 429 and 503: Retry-After decides, and the next poll tries again
RETRIED_STATUSES = (500, 502, 504, 522, 524)
RETRIED_FAILURES = (
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectionLost",
)
# Scrapy imports also those that are set to None: the control server alone imports aiohttp
_UNUSED_MIDDLEWARES = frozenset(
    f"scrapy.downloadermiddlewares.{name}"
    for name in (
        "cookies.CookiesMiddleware",
        *("httpcache.HttpCacheMiddleware", "httpproxy.HttpProxyMiddleware"),
        *("offsite.OffsiteMiddleware", "redirect.MetaRefreshMiddleware"),
        "robotstxt.RobotsTxtMiddleware",
    )
)
_MIDDLEWARES = {
    path: order
    for path, order in default_settings.DOWNLOADER_MIDDLEWARES_BASE.items()
    if path not in _UNUSED_MIDDLEWARES
}


def scrapy_settings(job: CrawlJob, *, verify_tls: bool) -> dict[str, Any]:
    """Return the settings of one crawler of a child process."""
    delay = job.crawl.download_delay.total_seconds()
    return {
        "BOT_NAME": "supplierwatch",
        "USER_AGENT": job.crawl.user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "*/*",
            "Accept-Language": "en-GB,en;q=0.9,*;q=0.5",
        },
        # no listening ports, and no files beside the database
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "FEEDS": {},
        "JOBDIR": None,
        "HTTPCACHE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,  # crawler.jobs.limits
        # what may be fetched
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.http.hosts.host_lock.HostLockHandler",
            "https": "crawler.http.hosts.host_lock.HostLockHandler",
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        # a proxy would resolve and connect without the guard
        "HTTPPROXY_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": verify_tls,
        "DOWNLOAD_MAXSIZE": MAX_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": job.timeout.total_seconds(),
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "COMPRESSION_ENABLED": True,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "RETRY_ENABLED": True,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": list(RETRIED_STATUSES),
        "RETRY_EXCEPTIONS": list(RETRIED_FAILURES),
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "ROBOTSTXT_OBEY": False,  # crawler.http.robots_middleware obeys it, by RFC 9309
        # politeness
        "CONCURRENT_REQUESTS": 0,  # no limit: each source sends one request at a time
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0.25,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "TWISTED_REACTOR_ENABLED": True,
        "TWISTED_REACTOR": REACTOR,
    } | component_settings()


def component_settings() -> dict[str, Any]:
    """Return the settings that name the extensions and middlewares of every crawler."""
    return {
        "EXTENSIONS_BASE": {},
        "EXTENSIONS": {"crawler.http.throttle.Throttle": 0},
        "DOWNLOADER_MIDDLEWARES_BASE": _MIDDLEWARES,
        "DOWNLOADER_MIDDLEWARES": {
            # before all others, and again for each redirect
            "crawler.http.guard_middleware.GuardMiddleware": 10,
            "crawler.http.robots_middleware.RobotsMiddleware": 100,
        },
        "SPIDER_MIDDLEWARES": {},
    }
