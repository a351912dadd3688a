# supplierwatch in a container: two stages, so that nothing that builds is in what runs.
# The configuration is mounted on /config, what is remembered lies on /data.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/supplierwatch
WORKDIR /src
# the pins first: they change seldom, so this layer is kept from build to build
COPY requirements.txt ./
RUN /opt/supplierwatch/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY storage storage
COPY crawler crawler
COPY alerts alerts
COPY supplierwatch supplierwatch
RUN /opt/supplierwatch/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN groupadd --system --gid 10001 supplierwatch \
    && useradd --system --uid 10001 --gid supplierwatch --home-dir /data --shell /usr/sbin/nologin supplierwatch \
    && install -d -o supplierwatch -g supplierwatch -m 0750 /data \
    && install -d -o supplierwatch -g supplierwatch -m 0755 /config
COPY --from=build /opt/supplierwatch /opt/supplierwatch
ENV PATH=/opt/supplierwatch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SUPPLIERWATCH_CONFIG=/config \
    SUPPLIERWATCH_DATA=/data
USER supplierwatch
WORKDIR /data
VOLUME /data
EXPOSE 8420
# /health answers 503 when the service does not do its work; the port is that of [service] listen
# or of `worker --listen`
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8420/health', timeout=4)"]
# SIGTERM ends the service in good order within 15 seconds
STOPSIGNAL SIGTERM
ENTRYPOINT ["supplierwatch"]
CMD ["run"]
